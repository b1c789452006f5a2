// Package geo knows places as coordinates: reading and checking GeoJSON
// geometries (RFC 7946), asking what lies inside what and how far away, and
// turning a place into one number that an ordinary B-tree index can search.
//
// Coordinates are WGS 84, longitude before latitude, in degrees, everywhere in
// the house. Formats with the other order (CAP, RFC of the same age) are turned
// round by the package that reads them.
package geo

import (
	"math"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/planar"
	"github.com/paulmach/orb/simplify"
)

// MetresPerDegree is the length of one degree of latitude on the sphere the
// distances are computed on.
const MetresPerDegree = math.Pi * orb.EarthRadius / 180

// germany is a generous box around Germany; it serves to recognise swapped axes.
var germany = orb.Bound{Min: orb.Point{5.5, 47.0}, Max: orb.Point{15.5, 55.5}}

// Point is a place, longitude first.
func Point(lon, lat float64) orb.Point { return orb.Point{lon, lat} }

// ValidPoint reports whether lon and lat are finite and within the range of WGS 84.
func ValidPoint(lon, lat float64) bool {
	return lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90
}

// LooksSwapped reports whether a place lies outside Germany but inside it when
// longitude and latitude change places: the commonest mistake in hand-made data.
func LooksSwapped(lon, lat float64) bool {
	return !germany.Contains(orb.Point{lon, lat}) && germany.Contains(orb.Point{lat, lon})
}

// Distance is the great-circle distance in metres (haversine on a sphere; at
// most 0.5 % from the ellipsoid, which is enough for "near me").
func Distance(a, b orb.Point) float64 { return orbgeo.DistanceHaversine(a, b) }

// Around is the box that holds every point within metres of p. It is clipped to
// the range of coordinates and does not wrap at the date line.
func Around(p orb.Point, metres float64) orb.Bound {
	dLat := metres / MetresPerDegree
	// The parallel nearest to the pole within the circle is the shortest one, so
	// it decides how many degrees of longitude are needed.
	cos := math.Cos(math.Min(math.Abs(p[1])+dLat, 90) * math.Pi / 180)
	dLon := 360.0
	if cos > 1e-9 {
		dLon = math.Min(360, dLat/cos)
	}
	return orb.Bound{
		Min: orb.Point{math.Max(-180, p[0]-dLon), math.Max(-90, p[1]-dLat)},
		Max: orb.Point{math.Min(180, p[0]+dLon), math.Min(90, p[1]+dLat)},
	}
}

// Circle is a polygon of n corners around centre, radius in metres. The corners
// lie on the circle pushed out so far that the polygon covers it: a warning may
// reach a few metres too far, never too short.
func Circle(centre orb.Point, metres float64, n int) orb.Polygon {
	n = max(n, 8)
	r := metres / math.Cos(math.Pi/float64(n))
	ring := make(orb.Ring, 0, n+1)
	for i := range n {
		p := orbgeo.PointAtBearingAndDistance(centre, float64(i)*360/float64(n), r)
		ring = append(ring, p)
	}
	return orb.Polygon{append(ring, ring[0])}
}

// Contains reports whether p lies in g. Borders belong to the area; for points
// and lines only an exact hit counts.
func Contains(g orb.Geometry, p orb.Point) bool {
	switch g := g.(type) {
	case orb.Point:
		return g == p
	case orb.MultiPoint:
		for _, q := range g {
			if q == p {
				return true
			}
		}
		return false
	case orb.Ring:
		return ringContains(g, p)
	case orb.Polygon:
		return polygonContains(g, p)
	case orb.MultiPolygon:
		for _, polygon := range g {
			if polygonContains(polygon, p) {
				return true
			}
		}
		return false
	case orb.Bound:
		return g.Contains(p)
	case orb.Collection:
		for _, part := range g {
			if Contains(part, p) {
				return true
			}
		}
	}
	return false
}

func polygonContains(polygon orb.Polygon, p orb.Point) bool {
	if len(polygon) == 0 || !ringContains(polygon[0], p) {
		return false
	}
	for _, hole := range polygon[1:] {
		if ringContains(hole, p) && !onRing(hole, p) {
			return false
		}
	}
	return true
}

func ringContains(r orb.Ring, p orb.Point) bool {
	return len(r) >= 4 && planar.RingContains(r, p)
}

func onRing(r orb.Ring, p orb.Point) bool {
	for i := 1; i < len(r); i++ {
		if cross(r[i-1], r[i], p) == 0 && orb.MultiPoint(r[i-1:i+1]).Bound().Contains(p) {
			return true
		}
	}
	return false
}

// Bound is the smallest box around g; ok is false for nothing.
func Bound(g orb.Geometry) (box orb.Bound, ok bool) {
	if g == nil {
		return orb.Bound{}, false
	}
	box = g.Bound()
	return box, !box.IsEmpty()
}

// Centre is a point that stands for g on a map: the point itself, the centroid
// of an area (moved to the nearest corner when it lies outside, as with a
// crescent), else the middle of the box.
func Centre(g orb.Geometry) (orb.Point, bool) {
	box, ok := Bound(g)
	if !ok {
		return orb.Point{}, false
	}
	centre := box.Center()
	switch g := g.(type) {
	case orb.Point:
		return g, true
	case orb.Polygon, orb.MultiPolygon:
		if c, area := planar.CentroidArea(g); area > 0 {
			centre = c
		}
		if !Contains(g, centre) {
			return nearestVertex(g, centre), true
		}
	}
	return centre, true
}

func nearestVertex(g orb.Geometry, p orb.Point) orb.Point {
	best, distance := p, math.Inf(1)
	for _, polygon := range polygons(g) {
		for _, q := range polygon[0] {
			if d := planar.DistanceSquared(p, q); d < distance {
				best, distance = q, d
			}
		}
	}
	return best
}

// Simplify removes corners that matter less than tolerance metres
// (Douglas-Peucker). Rings stay closed and keep at least four positions; where
// the result would collapse, the original comes back. g itself is not changed.
func Simplify(g orb.Geometry, metres float64) orb.Geometry {
	if g == nil || metres <= 0 {
		return g
	}
	out := simplify.DouglasPeucker(metres / MetresPerDegree).Simplify(orb.Clone(g))
	if len(polygons(out)) != len(polygons(g)) {
		return g
	}
	for _, polygon := range polygons(out) {
		for _, ring := range polygon {
			if len(ring) < 4 {
				return g
			}
		}
	}
	return out
}

package geo

import "github.com/paulmach/orb"

// Intersects reports whether two geometries share at least one point. Areas,
// points and lines are understood; borders count.
//
// The work is the product of the numbers of corners after a box test per edge,
// so callers limit the size of what they hand in (Limits).
func Intersects(a, b orb.Geometry) bool {
	if a == nil || b == nil {
		return false
	}
	boxA, okA := Bound(a)
	boxB, okB := Bound(b)
	if !okA || !okB || !boxA.Intersects(boxB) {
		return false
	}
	for _, partA := range parts(a) {
		for _, partB := range parts(b) {
			if partsIntersect(partA, partB) {
				return true
			}
		}
	}
	return false
}

// parts splits a geometry into points, lines and polygons.
func parts(g orb.Geometry) []orb.Geometry {
	var out []orb.Geometry
	switch g := g.(type) {
	case orb.Point:
		out = append(out, g)
	case orb.MultiPoint:
		for _, p := range g {
			out = append(out, p)
		}
	case orb.LineString:
		out = append(out, g)
	case orb.MultiLineString:
		for _, line := range g {
			out = append(out, line)
		}
	case orb.Ring:
		out = append(out, orb.Polygon{g})
	case orb.Bound:
		out = append(out, g.ToPolygon())
	case orb.Polygon:
		if len(g) > 0 {
			out = append(out, g)
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			out = append(out, parts(polygon)...)
		}
	case orb.Collection:
		for _, part := range g {
			out = append(out, parts(part)...)
		}
	}
	return out
}

func polygons(g orb.Geometry) []orb.Polygon {
	var out []orb.Polygon
	for _, part := range parts(g) {
		if polygon, ok := part.(orb.Polygon); ok {
			out = append(out, polygon)
		}
	}
	return out
}

func partsIntersect(a, b orb.Geometry) bool {
	if !a.Bound().Intersects(b.Bound()) {
		return false
	}
	linesA, linesB := lines(a), lines(b)
	for _, la := range linesA {
		for _, lb := range linesB {
			if linesCross(la, lb) {
				return true
			}
		}
	}
	// No edges meet: one lies wholly in the other, or they are apart.
	return containsFirst(a, b) || containsFirst(b, a)
}

func containsFirst(area, other orb.Geometry) bool {
	switch other := other.(type) {
	case orb.Point:
		return Contains(area, other)
	case orb.LineString:
		return len(other) > 0 && Contains(area, other[0])
	case orb.Polygon:
		return len(other) > 0 && len(other[0]) > 0 && Contains(area, other[0][0])
	}
	return false
}

// lines are the edges of a part; a point is a line of one place.
func lines(g orb.Geometry) []orb.LineString {
	switch g := g.(type) {
	case orb.Point:
		return []orb.LineString{{g, g}}
	case orb.LineString:
		return []orb.LineString{g}
	case orb.Polygon:
		out := make([]orb.LineString, 0, len(g))
		for _, ring := range g {
			out = append(out, orb.LineString(ring))
		}
		return out
	}
	return nil
}

func linesCross(a, b orb.LineString) bool {
	box := b.Bound()
	for i := 1; i < len(a); i++ {
		edge := orb.MultiPoint{a[i-1], a[i]}.Bound()
		if !edge.Intersects(box) {
			continue
		}
		for j := 1; j < len(b); j++ {
			if segmentsCross(a[i-1], a[i], b[j-1], b[j]) {
				return true
			}
		}
	}
	return false
}

// segmentsCross uses orientations; a shared point or an overlap counts.
func segmentsCross(p1, p2, q1, q2 orb.Point) bool {
	if max(p1[0], p2[0]) < min(q1[0], q2[0]) || max(q1[0], q2[0]) < min(p1[0], p2[0]) ||
		max(p1[1], p2[1]) < min(q1[1], q2[1]) || max(q1[1], q2[1]) < min(p1[1], p2[1]) {
		return false
	}
	d1, d2 := sign(cross(p1, p2, q1)), sign(cross(p1, p2, q2))
	d3, d4 := sign(cross(q1, q2, p1)), sign(cross(q1, q2, p2))
	return d1*d2 <= 0 && d3*d4 <= 0
}

// cross is twice the signed area of the triangle a, b, c.
func cross(a, b, c orb.Point) float64 {
	return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0])
}

func sign(x float64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

package geo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/paulmach/orb"
)

// Limits bound what a geometry from outside may cost. The zero value stands for
// the defaults named at each field.
type Limits struct {
	Bytes  int  // length of the text; 1 MiB
	Points int  // positions in total; 20,000
	Depth  int  // geometry collections in one another; 3
	World  bool // true switches off the check for swapped axes, which assumes Germany
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 1 << 20
	}
	if l.Points <= 0 {
		l.Points = 20_000
	}
	if l.Depth <= 0 {
		l.Depth = 3
	}
	return l
}

// Error says why a geometry was refused. Key is a message of this package's
// catalogue for people; Where is the place in the document ("coordinates[0][3]").
type Error struct {
	Key   string
	Where string
	Value string // the offending value, shortened; may be empty
	text  string
}

func (e *Error) Error() string {
	s := "geojson: " + e.text
	if e.Value != "" {
		s += " (" + e.Value + ")"
	}
	if e.Where != "" {
		s += " at " + e.Where
	}
	return s
}

func refuse(key, where, value, text string) error {
	if len(value) > 60 {
		value = value[:60] + "…"
	}
	return &Error{Key: "geo." + key, Where: where, Value: value, text: text}
}

// Parse reads one GeoJSON geometry (RFC 7946, section 3.1), or the geometry of a
// Feature, with the default limits. The error is an *Error.
//
// Checked: type, longitude and latitude in range and not swapped, rings closed
// and of at least four positions, lines of at least two, numbers finite, size.
// Altitudes are read and dropped.
func Parse(raw []byte) (orb.Geometry, error) { return ParseLimited(raw, Limits{}) }

// ParseLimited is Parse with limits of the caller's choice.
func ParseLimited(raw []byte, limits Limits) (orb.Geometry, error) {
	limits = limits.withDefaults()
	if len(raw) > limits.Bytes {
		return nil, refuse("too_large", "", strconv.Itoa(len(raw)), "longer than "+strconv.Itoa(limits.Bytes)+" bytes")
	}
	p := parser{limits: limits, left: limits.Points}
	g, err := p.geometry(raw, "", 0)
	if err != nil {
		return nil, err
	}
	if p.swapped && !limits.World {
		return nil, refuse("swapped", "", "", "longitude and latitude seem to be swapped; GeoJSON has longitude first")
	}
	return g, nil
}

type parser struct {
	limits  Limits
	left    int
	swapped bool
}

type document struct {
	Type        string            `json:"type"`
	Coordinates json.RawMessage   `json:"coordinates"`
	Geometries  []json.RawMessage `json:"geometries"`
	Geometry    json.RawMessage   `json:"geometry"`
}

func (p *parser) geometry(raw []byte, where string, depth int) (orb.Geometry, error) {
	if depth > p.limits.Depth {
		return nil, refuse("too_deep", where, "", "too many collections in one another")
	}
	var doc document
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, refuse("not_json", where, "", err.Error())
	}
	at := where + "coordinates"
	switch doc.Type {
	case "Feature":
		if depth > 0 || len(doc.Geometry) == 0 || bytes.Equal(doc.Geometry, []byte("null")) {
			return nil, refuse("no_geometry", where, "", "feature without a geometry")
		}
		return p.geometry(doc.Geometry, where+"geometry.", depth+1)
	case "Point":
		return p.point(doc.Coordinates, at)
	case "MultiPoint":
		points, err := p.positions(doc.Coordinates, at, 1)
		return orb.MultiPoint(points), err
	case "LineString":
		points, err := p.positions(doc.Coordinates, at, 2)
		return orb.LineString(points), err
	case "MultiLineString":
		lines, err := list(doc.Coordinates, at, func(raw []byte, at string) (orb.LineString, error) {
			points, err := p.positions(raw, at, 2)
			return points, err
		})
		return orb.MultiLineString(lines), err
	case "Polygon":
		return p.polygon(doc.Coordinates, at)
	case "MultiPolygon":
		polygons, err := list(doc.Coordinates, at, p.polygon)
		return orb.MultiPolygon(polygons), err
	case "GeometryCollection":
		return p.collection(doc.Geometries, where, depth)
	}
	return nil, refuse("type", where, doc.Type, "unknown geometry type")
}

func (p *parser) collection(members []json.RawMessage, where string, depth int) (orb.Geometry, error) {
	if len(members) == 0 {
		return nil, refuse("empty", where+"geometries", "", "collection without geometries")
	}
	if len(members) > p.left {
		return nil, refuse("too_many", where+"geometries", "", "too many geometries")
	}
	out := make(orb.Collection, 0, len(members))
	for i, raw := range members {
		g, err := p.geometry(raw, fmt.Sprintf("%sgeometries[%d].", where, i), depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}

// list reads a non-empty JSON array, each member by read.
func list[T any](raw []byte, where string, read func([]byte, string) (T, error)) ([]T, error) {
	var members []json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, refuse("not_list", where, string(raw), "a list is expected")
	}
	if len(members) == 0 {
		return nil, refuse("empty", where, "", "empty list")
	}
	out := make([]T, 0, min(len(members), 1024))
	for i, member := range members {
		v, err := read(member, where+"["+strconv.Itoa(i)+"]")
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (p *parser) positions(raw []byte, where string, least int) ([]orb.Point, error) {
	points, err := list(raw, where, p.point)
	if err != nil {
		return nil, err
	}
	if len(points) < least {
		return nil, refuse("too_few", where, strconv.Itoa(len(points)), "too few positions")
	}
	return points, nil
}

func (p *parser) polygon(raw []byte, where string) (orb.Polygon, error) {
	return list(raw, where, p.ring)
}

func (p *parser) ring(raw []byte, where string) (orb.Ring, error) {
	points, err := p.positions(raw, where, 4)
	if err != nil {
		return nil, err
	}
	if points[0] != points[len(points)-1] {
		return nil, refuse("open_ring", where, "", "ring is not closed: first and last position differ")
	}
	return points, nil
}

func (p *parser) point(raw []byte, where string) (orb.Point, error) {
	if p.left--; p.left < 0 {
		return orb.Point{}, refuse("too_many", where, "", "more than "+strconv.Itoa(p.limits.Points)+" positions")
	}
	var numbers []float64
	if err := json.Unmarshal(raw, &numbers); err != nil {
		return orb.Point{}, refuse("not_numbers", where, string(raw), "a position is a list of numbers")
	}
	if len(numbers) < 2 || len(numbers) > 4 {
		return orb.Point{}, refuse("position", where, string(raw), "a position has longitude and latitude")
	}
	lon, lat := numbers[0], numbers[1]
	if !ValidPoint(lon, lat) {
		if ValidPoint(lat, lon) {
			return orb.Point{}, refuse("swapped", where, string(raw), "latitude out of range: longitude comes first")
		}
		return orb.Point{}, refuse("range", where, string(raw), "longitude or latitude out of range")
	}
	p.swapped = p.swapped || LooksSwapped(lon, lat)
	return orb.Point{lon, lat}, nil
}

// Format writes a geometry as GeoJSON with at most seven decimals, a centimetre.
// Rings and boxes become polygons. Nothing becomes "null".
func Format(g orb.Geometry) []byte {
	if g == nil {
		return []byte("null")
	}
	var b []byte
	switch g := g.(type) {
	case orb.Ring:
		return Format(orb.Polygon{g})
	case orb.Bound:
		return Format(g.ToPolygon())
	case orb.Collection:
		b = append(b, `{"type":"GeometryCollection","geometries":[`...)
		for i, part := range g {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, Format(part)...)
		}
		return append(b, "]}"...)
	}
	b = append(b, `{"type":"`+g.GeoJSONType()+`","coordinates":`...)
	return append(appendCoordinates(b, g), '}')
}

func appendCoordinates(b []byte, g orb.Geometry) []byte {
	switch g := g.(type) {
	case orb.Point:
		b = append(b, '[')
		b = appendNumber(b, g[0])
		b = append(b, ',')
		return append(appendNumber(b, g[1]), ']')
	case orb.MultiPoint:
		return appendList(b, g)
	case orb.LineString:
		return appendList(b, g)
	case orb.Ring:
		return appendList(b, g)
	case orb.MultiLineString:
		return appendList(b, g)
	case orb.Polygon:
		return appendList(b, g)
	case orb.MultiPolygon:
		return appendList(b, g)
	}
	return append(b, "[]"...)
}

func appendList[S ~[]E, E orb.Geometry](b []byte, members S) []byte {
	b = append(b, '[')
	for i, member := range members {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendCoordinates(b, member)
	}
	return append(b, ']')
}

func appendNumber(b []byte, v float64) []byte {
	return strconv.AppendFloat(b, math.Round(v*1e7)/1e7, 'f', -1, 64)
}

package geo_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"dorflinde/internal/platform/geo"
)

// A field with a pond in it.
var field = orb.Polygon{
	{{10, 47}, {11, 47}, {11, 48}, {10, 48}, {10, 47}},
	{{10.4, 47.4}, {10.6, 47.4}, {10.6, 47.6}, {10.4, 47.6}, {10.4, 47.4}},
}

func TestContains(t *testing.T) {
	for _, c := range []struct {
		what string
		g    orb.Geometry
		p    orb.Point
		want bool
	}{
		{"inside", field, orb.Point{10.2, 47.2}, true},
		{"corner", field, orb.Point{10, 47}, true},
		{"edge", field, orb.Point{10.5, 47}, true},
		{"in the hole", field, orb.Point{10.5, 47.5}, false},
		{"on the shore of the hole", field, orb.Point{10.4, 47.5}, true},
		{"outside", field, orb.Point{11.2, 47.2}, false},
		{"second polygon", orb.MultiPolygon{{}, field}, orb.Point{10.2, 47.2}, true},
		{"collection", orb.Collection{orb.Point{1, 1}, field}, orb.Point{10.2, 47.2}, true},
		{"empty polygon", orb.Polygon{}, orb.Point{10, 47}, false},
		{"empty ring", orb.Polygon{{}}, orb.Point{10, 47}, false},
		{"nothing", nil, orb.Point{10, 47}, false},
		{"same point", orb.Point{1, 2}, orb.Point{1, 2}, true},
	} {
		if got := geo.Contains(c.g, c.p); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}

func TestIntersects(t *testing.T) {
	square := func(x, y, side float64) orb.Polygon {
		return orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + side, y + side}}.ToPolygon()
	}
	for _, c := range []struct {
		what string
		g    orb.Geometry
		want bool
	}{
		{"overlaps a corner", square(10.9, 47.9, 1), true},
		{"holds all of it", square(9, 46, 5), true},
		{"lies within", square(10.1, 47.1, 0.05), true},
		{"lies in the hole", square(10.45, 47.45, 0.05), false},
		{"touches the edge", square(11, 47, 1), true},
		{"apart, boxes apart", square(12, 47, 1), false},
		{"apart, boxes overlap", orb.Polygon{{{9, 48.2}, {12, 49.5}, {9, 49.5}, {9, 48.2}}}, false},
		{"line across", orb.LineString{{9, 47.2}, {12, 47.3}}, true},
		{"line past", orb.LineString{{9, 46}, {12, 46.5}}, false},
		{"cross of two bars", orb.Polygon{{{9, 47.4}, {12, 47.4}, {12, 47.5}, {9, 47.5}, {9, 47.4}}}, true},
		{"point", orb.Point{10.2, 47.2}, true},
		{"nothing", nil, false},
	} {
		if got := geo.Intersects(field, c.g); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
		if c.g != nil && geo.Intersects(c.g, field) != c.want {
			t.Errorf("%s: not symmetrical", c.what)
		}
	}
}

func TestDistanceAndAround(t *testing.T) {
	leeder, asch := geo.Point(10.833, 47.9415), geo.Point(10.8275, 47.9535)
	if d := geo.Distance(leeder, asch); d < 1380 || d > 1420 {
		t.Errorf("Leeder to Asch: %.0f m", d)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Point(rapid.Float64Range(-170, 170).Draw(t, "lon"), rapid.Float64Range(-80, 80).Draw(t, "lat"))
		metres := rapid.Float64Range(1, 50_000).Draw(t, "metres")
		box := geo.Around(p, metres)
		circle := geo.Circle(p, metres*0.95, 32)
		for _, q := range circle[0] {
			if geo.Distance(p, q) <= metres && !box.Contains(q) {
				t.Fatalf("%v is %f m from %v but outside %v", q, geo.Distance(p, q), p, box)
			}
		}
	})
}

func TestCircleCoversTheRadius(t *testing.T) {
	centre := geo.Point(10.83, 47.94)
	circle := geo.Circle(centre, 1000, 24)
	for i := 1; i < len(circle[0]); i++ {
		a, b := circle[0][i-1], circle[0][i]
		if middle := geo.Distance(centre, orb.Point{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2}); middle < 998 {
			t.Errorf("the edge comes as near as %.1f m", middle)
		}
	}
}

func TestCentre(t *testing.T) {
	crescent := orb.Polygon{{{0, 0}, {10, 0}, {10, 10}, {9, 10}, {9, 1}, {0, 1}, {0, 0}}}
	p, ok := geo.Centre(crescent)
	if !ok || !geo.Contains(crescent, p) {
		t.Errorf("centre %v lies outside", p)
	}
	if _, ok := geo.Centre(orb.Polygon{}); ok {
		t.Error("nothing has no centre")
	}
	if p, _ := geo.Centre(orb.LineString{{0, 0}, {2, 4}}); p != (orb.Point{1, 2}) {
		t.Errorf("middle of a line: %v", p)
	}
}

func TestSimplify(t *testing.T) {
	var ring orb.Ring
	for i := range 400 {
		a := 2 * math.Pi * float64(i) / 400
		ring = append(ring, orb.Point{10 + 0.01*math.Cos(a), 48 + 0.01*math.Sin(a)})
	}
	ring = append(ring, ring[0])
	g := orb.Polygon{ring}
	small, ok := geo.Simplify(g, 20).(orb.Polygon)
	if !ok || len(small[0]) >= 100 || len(small[0]) < 8 || small[0][0] != small[0][len(small[0])-1] {
		t.Errorf("%d corners left", len(small[0]))
	}
	if len(g[0]) != 401 {
		t.Error("the original was changed")
	}
	if huge := geo.Simplify(g, 1e6).(orb.Polygon); len(huge[0]) < 4 {
		t.Error("the area collapsed")
	}
}

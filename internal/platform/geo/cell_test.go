package geo_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"dorflinde/internal/platform/geo"
)

func draw(t *rapid.T, what string) orb.Point {
	return geo.Point(rapid.Float64Range(-180, 180).Draw(t, what+" lon"), rapid.Float64Range(-90, 90).Draw(t, what+" lat"))
}

func in(cell int64, ranges []geo.CellRange) bool {
	for _, r := range ranges {
		if cell >= r.From && cell <= r.To {
			return true
		}
	}
	return false
}

// The promise the index stands on: no point of the box is missed.
func TestCoverHoldsEveryPointOfTheBox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t, "a"), draw(t, "b")
		if rapid.Bool().Draw(t, "small") {
			b = orb.Point{math.Min(180, a[0]+(b[0]+180)*1e-4), math.Min(90, a[1]+(b[1]+90)*1e-4)}
		}
		box := orb.MultiPoint{a, b}.Bound()
		limit := rapid.IntRange(1, 40).Draw(t, "ranges")
		ranges := geo.Cover(box, limit)
		if len(ranges) == 0 || len(ranges) > limit {
			t.Fatalf("%d ranges of %d", len(ranges), limit)
		}
		for i, r := range ranges {
			if r.From < 0 || r.To < r.From || i > 0 && r.From <= ranges[i-1].To+1 {
				t.Fatalf("ranges are out of order: %v", ranges)
			}
		}
		u, v := rapid.Float64Range(0, 1).Draw(t, "u"), rapid.Float64Range(0, 1).Draw(t, "v")
		for _, p := range []orb.Point{
			box.Min, box.Max, {box.Min[0], box.Max[1]}, {box.Max[0], box.Min[1]},
			{box.Min[0] + u*(box.Max[0]-box.Min[0]), box.Min[1] + v*(box.Max[1]-box.Min[1])},
		} {
			if box.Contains(p) && !in(geo.Cell(p[0], p[1]), ranges) {
				t.Fatalf("%v of %v is in none of %v", p, box, ranges)
			}
		}
	})
}

// A cover is only worth something if it leaves most of the world out.
func TestCoverIsTight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Point(rapid.Float64Range(6, 15).Draw(t, "lon"), rapid.Float64Range(47.3, 55).Draw(t, "lat"))
		box := geo.Around(p, 500)
		var covered float64
		for _, r := range geo.Cover(box, 16) {
			covered += float64(r.To-r.From) + 1
		}
		exact := (box.Max[0] - box.Min[0]) / 360 * (box.Max[1] - box.Min[1]) / 180 * math.Pow(2, 62)
		if covered > 4*exact {
			t.Fatalf("covers %.1f times the box", covered/exact)
		}
	})
}

func TestCellOddValues(t *testing.T) {
	for _, p := range []orb.Point{{math.NaN(), 0}, {math.Inf(1), math.Inf(-1)}, {1e300, -1e300}, {180, 90}, {-180, -90}} {
		if c := geo.Cell(p[0], p[1]); c < 0 {
			t.Errorf("%v gives %d", p, c)
		}
	}
	if geo.Cell(180, 90) != 1<<62-1 || geo.Cell(-180, -90) != 0 {
		t.Error("the corners of the world are not the ends of the range")
	}
	if geo.Cover(orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{0, 0}}, 4) != nil {
		t.Error("an empty box has no ranges")
	}
	if got := geo.Cover(orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}, 4); len(got) != 1 || got[0] != (geo.CellRange{To: 1<<62 - 1}) {
		t.Errorf("the world: %v", got)
	}
}

func BenchmarkCover(b *testing.B) {
	box := geo.Around(geo.Point(10.83, 47.94), 1000)
	for b.Loop() {
		geo.Cover(box, 8)
	}
}

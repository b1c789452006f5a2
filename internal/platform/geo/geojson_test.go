package geo_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/geo"
)

func TestParseReadsEveryType(t *testing.T) {
	for _, text := range []string{
		`{"type":"Point","coordinates":[10.83,47.94]}`,
		`{"type":"MultiPoint","coordinates":[[10.83,47.94],[10.84,47.95]]}`,
		`{"type":"LineString","coordinates":[[10.83,47.94],[10.84,47.95]]}`,
		`{"type":"MultiLineString","coordinates":[[[10.83,47.94],[10.84,47.95]]]}`,
		`{"type":"Polygon","coordinates":[[[10,47],[11,47],[11,48],[10,47]]]}`,
		`{"type":"MultiPolygon","coordinates":[[[[10,47],[11,47],[11,48],[10,47]]]]}`,
		`{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[10.83,47.94]}]}`,
	} {
		g, err := geo.Parse([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := string(geo.Format(g)); got != text {
			t.Errorf("%s came back as %s", text, got)
		}
	}
	g, err := geo.Parse([]byte(`{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[10.83,47.94,612.5]}}`))
	if err != nil || g != (orb.Point{10.83, 47.94}) {
		t.Errorf("feature with altitude: %v, %v", g, err)
	}
}

func TestParseRefuses(t *testing.T) {
	long := `{"type":"LineString","coordinates":[` + strings.Repeat("[10,47],", 20_000) + `[10,47]]}`
	deep := strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 6) + `{"type":"Point","coordinates":[10,47]}` + strings.Repeat("]}", 6)
	for text, want := range map[string]struct{ key, where string }{
		``:                                    {"geo.not_json", ""},
		`[1,2]`:                               {"geo.not_json", ""},
		`{"type":"Circle"}`:                   {"geo.type", ""},
		`{"type":"Point","coordinates":[10]}`: {"geo.position", "coordinates"},
		`{"type":"Point","coordinates":["10","47"]}`:                                       {"geo.not_numbers", "coordinates"},
		`{"type":"Point","coordinates":[200,47]}`:                                          {"geo.range", "coordinates"},
		`{"type":"Point","coordinates":[10,120]}`:                                          {"geo.swapped", "coordinates"},
		`{"type":"Point","coordinates":[47.94,10.83]}`:                                     {"geo.swapped", ""},
		`{"type":"Point","coordinates":[1e999,1]}`:                                         {"geo.not_numbers", "coordinates"},
		`{"type":"LineString","coordinates":[[10,47]]}`:                                    {"geo.too_few", "coordinates"},
		`{"type":"LineString","coordinates":[]}`:                                           {"geo.empty", "coordinates"},
		`{"type":"Polygon","coordinates":[[[10,47],[11,47],[11,48],[10,48]]]}`:             {"geo.open_ring", "coordinates[0]"},
		`{"type":"Polygon","coordinates":[[[10,47],[11,47],[10,47]]]}`:                     {"geo.too_few", "coordinates[0]"},
		`{"type":"Polygon","coordinates":[[[10,47],[11,47],[11,-99.5],[200,47]]]}`:         {"geo.swapped", "coordinates[0][2]"},
		`{"type":"GeometryCollection","geometries":[]}`:                                    {"geo.empty", "geometries"},
		`{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":true}]}`: {"geo.not_numbers", "geometries[0].coordinates"},
		`{"type":"Feature","geometry":null}`:                                               {"geo.no_geometry", ""},
		long:                                                                               {"geo.too_many", "coordinates[20000]"},
		deep:                                                                               {"geo.too_deep", "geometries[0].geometries[0].geometries[0].geometries[0]."},
		`{"type":"Point","coordinates":[10,47],"x":"` + strings.Repeat("x", 1<<20) + `"}`:  {"geo.too_large", ""},
	} {
		_, err := geo.Parse([]byte(text))
		var refused *geo.Error
		if !errors.As(err, &refused) || refused.Key != want.key || refused.Where != want.where {
			t.Errorf("%.60s: got %v", text, err)
		}
	}
	if _, err := geo.ParseLimited([]byte(`{"type":"Point","coordinates":[47.94,10.83]}`), geo.Limits{World: true}); err != nil {
		t.Errorf("the world has places there: %v", err)
	}
}

func TestEveryRefusalHasASentence(t *testing.T) {
	for _, file := range []string{"messages.de.json", "messages.en.json"} {
		raw, err := geo.Messages.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var messages map[string]string
		if err := json.Unmarshal(raw, &messages); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"not_json", "type", "no_geometry", "empty", "not_list", "not_numbers", "position", "range",
			"swapped", "open_ring", "too_few", "too_many", "too_large", "too_deep"} {
			if messages["geo."+key] == "" {
				t.Errorf("%s lacks geo.%s", file, key)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[10,47],[11,47],[11,48],[10,47]]]}`))
	f.Add([]byte(`{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[10.83,47.94]}]}`))
	f.Add([]byte(`{"type":"Feature","geometry":{"type":"MultiPoint","coordinates":[[1,2,3]]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		g, err := geo.Parse(raw)
		if err != nil {
			var refused *geo.Error
			if !errors.As(err, &refused) {
				t.Fatalf("not a geo.Error: %v", err)
			}
			return
		}
		again, err := geo.Parse(geo.Format(g))
		if err != nil {
			t.Fatalf("own output refused: %v\n%s", err, geo.Format(g))
		}
		if box, ok := geo.Bound(again); !ok || !geo.ValidPoint(box.Min[0], box.Min[1]) {
			t.Fatalf("box %v", box)
		}
		geo.Contains(g, orb.Point{10, 47})
		geo.Intersects(g, field)
		geo.Simplify(g, 5)
		if cell, ok := geo.CellOf(g); !ok || cell < 0 {
			t.Fatalf("cell %d", cell)
		}
	})
}

package cap_test

import (
	"testing"
	"time"

	"dorflinde/internal/information/warnings/cap"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/region"
)

// places are the real municipalities, so that the cut is tested on real borders.
func places(t *testing.T) map[string]cap.Place {
	t.Helper()
	s, err := region.NewSample(id.NewV7(time.Now))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]cap.Place{}
	for _, m := range s.Municipalities {
		out[m.Slug] = cap.Place{AGS: m.AGS, ARS: m.ARS, Boundary: m.Boundary}
	}
	return out
}

func touched(t *testing.T, a cap.Alert) map[string]bool {
	out := map[string]bool{}
	for slug, p := range places(t) {
		if a.Touches(p) {
			out[slug] = true
		}
	}
	return out
}

func TestTouchesIsCutToTheMunicipality(t *testing.T) {
	nina, err := cap.ParseNINA("nina.json", read(t, "nina.json"), read(t, "nina.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		alert cap.Alert
		want  string
	}{
		"MoWaS polygon and key": {parse(t, "mowas.xml"), "fuchstal"},
		"DWD municipality":      {parse(t, "dwd.xml"), "apfeldorf"},
		"NINA district, shape":  {nina, "unterdiessen"},
	} {
		got := touched(t, c.alert)
		if len(got) != 1 || !got[c.want] {
			t.Errorf("%s: touches %v, want only %s", what, got, c.want)
		}
	}
}

// A corner of the municipality is enough: its centre may be far away.
func TestTouchesACornerOfTheMunicipality(t *testing.T) {
	text := `47.89,10.775 47.89,10.785 47.9,10.785 47.9,10.775 47.89,10.775`
	a, err := cap.ParseXML("corner.xml", []byte(`<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>a</identifier>
		<sent>2026-11-20T14:05:00+01:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
		<info><area><areaDesc>x</areaDesc><polygon>`+text+`</polygon></area></info></alert>`))
	if err != nil {
		t.Fatal(err)
	}
	if got := touched(t, a); len(got) != 1 || !got["fuchstal"] {
		t.Errorf("touches %v", got)
	}
}

func TestTouchesByKey(t *testing.T) {
	fuchstal := places(t)["fuchstal"]
	onlyAGS := cap.Place{AGS: fuchstal.AGS}
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"WARNCELLID", "809181121", true},
		{"WARNCELLID", "809181143", false},
		{"WARNCELLID", "109181000", true},
		{"WARNCELLID", "909181002", true},
		{"WARNCELLID", "109182000", false},
		{"WARNCELLID", "209181121", false},
		{"WARNCELLID", "09181121", false},
		{"AGS", "09181121", true},
		{"ags", "09181000", true},
		{"AGS", "09", true},
		{"AGS", "08", false},
		{"AreaId", "0", false},
		{"SHN", "091810000000", true},
		{"SHN", "090000000000", true},
		{"SHN", "000000000000", true},
		{"SHN", "091820000000", false},
		{"SHN", "09181x000000", false},
	} {
		area := cap.Area{Geocodes: []cap.Pair{{Name: c.name, Value: c.value}}}
		if got := cap.Touches(area, onlyAGS); got != c.want {
			t.Errorf("%s %s: %v", c.name, c.value, got)
		}
		if got := cap.Touches(area, fuchstal); got != c.want {
			t.Errorf("%s %s with boundary: %v", c.name, c.value, got)
		}
	}
	association := cap.Area{Geocodes: []cap.Pair{{Name: "ARS", Value: "091815138000"}}}
	for slug, p := range places(t) {
		if got := cap.Touches(association, p); got != (slug != "apfeldorf") {
			t.Errorf("the association of Fuchstal and Unterdießen, %s: %v", slug, got)
		}
	}
}

func TestAdministrativeListLimitsThePolygon(t *testing.T) {
	shapes := read(t, "nina.geojson")
	a, err := cap.ParseNINA("nina.json", read(t, "nina.json"), shapes)
	if err != nil {
		t.Fatal(err)
	}
	a.Infos = a.Infos[:1]
	a.Infos[0].Parameters[1].Value = "097770000000"
	if got := touched(t, a); len(got) != 0 {
		t.Errorf("the neighbouring district was warned, not us: %v", got)
	}
	a.Infos[0].Parameters[1].Value = "091810000000"
	a.Infos[0].Areas[0].Polygons = nil
	if got := touched(t, a); len(got) != 3 {
		t.Errorf("a list without a shape holds for the whole district: %v", got)
	}
}

package cap_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"dorflinde/internal/information/warnings/cap"
)

func TestNINA(t *testing.T) {
	a, err := cap.ParseNINA("nina.json", read(t, "nina.json"), read(t, "nina.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	if a.Key() != "DE-BY-BEISPIEL-SE001-20261120-15-000" || !slices.Equal(a.Replaces(), []string{"DE-BY-BEISPIEL-SE001-20261120-14-000"}) {
		t.Errorf("key %q, replaces %q", a.Key(), a.Replaces())
	}
	de := a.Infos[0]
	if de.Headline != "Rauch bei Unterdießen Fenster schließen" || de.Description != "In einer Scheune brennt es.\nRauch zieht nach Osten." {
		t.Errorf("headline %q, description %q", de.Headline, de.Description)
	}
	if de.SenderName != "Beispieldaten: Leitstelle" || de.Web != "" || de.Severity != "Severe" {
		t.Errorf("sender %q, web %q", de.SenderName, de.Web)
	}
	for _, i := range a.Infos {
		if len(i.Areas) != 1 || len(i.Areas[0].Polygons) != 1 {
			t.Errorf("%s: the shape did not find its area: %+v", i.Language, i.Areas)
		}
	}
	if got := a.Languages(); !slices.Equal(got, []string{"de", "de-LS", "en"}) {
		t.Errorf("languages %q", got)
	}
	if !slices.Equal(a.Infos[2].Categories, []string{"Safety"}) {
		t.Errorf("a single text is a list of one: %q", a.Infos[2].Categories)
	}
}

func TestNINALists(t *testing.T) {
	for name, want := range map[string]cap.Summary{
		"dashboard.json": {ID: "mow.DE-BY-BEISPIEL-SE001-20261120-15-000", Version: 2, MsgType: "Update", Severity: "Severe"},
		"mapData.json":   {ID: "dwd.2.49.0.0.276.0.DWD.PVW.1795252800000.beispiel-0001.MUL", Version: 4, MsgType: "Update", Severity: "Moderate"},
	} {
		list, err := cap.ParseNINAList(name, read(t, name))
		if err != nil || len(list) != 1 {
			t.Fatalf("%s: %v, %v", name, list, err)
		}
		s := list[0]
		if s.ID != want.ID || s.Version != want.Version || s.MsgType != want.MsgType || s.Severity != want.Severity || s.Titles["de"] == "" || s.Sent.IsZero() {
			t.Errorf("%s: got %+v", name, s)
		}
	}
	if list, err := cap.ParseNINAList("empty.json", []byte("[]")); err != nil || len(list) != 0 {
		t.Errorf("no warnings is good news: %v, %v", list, err)
	}
}

func TestParseNINARefuses(t *testing.T) {
	good, shapes := string(read(t, "nina.json")), string(read(t, "nina.geojson"))
	for what, c := range map[string]struct {
		details, shapes, key string
		line                 int
	}{
		"not JSON":     {"{\n\n<html>", "", "cap.json", 3},
		"a page":       {"<html>", "", "cap.json", 1},
		"wrong type":   {"{\n\"info\": 7}", "", "cap.json", 2},
		"no time":      {strings.Replace(good, "2026-11-20T15:10:00+01:00", "", 1), "", "cap.time", 0},
		"identifier":   {strings.Replace(good, "mow.DE-BY-BEISPIEL-SE001-20261120-15-000", "", 1), "", "cap.identifier", 0},
		"status":       {strings.Replace(good, "Actual", "", 1), "", "cap.choice", 0},
		"expires":      {strings.Replace(good, `"language": "de",`, `"language": "de", "expires": "soon",`, 1), "", "cap.time", 0},
		"open ring":    {good, strings.Replace(shapes, "[10.83, 47.98]]", "[10.83, 47.99]]", 1), "cap.polygon", 0},
		"swapped axes": {good, strings.ReplaceAll(strings.ReplaceAll(shapes, "[10.83, 47.98]", "[47.98, 10.83]"), "[10.85,", "[10.85,"), "cap.polygon", 0},
		"endless":      {strings.Repeat(" ", 11<<20), "", "cap.too_large", 0},
		"no info":      {`{"identifier":"a","sent":"2026-11-20T15:10:00+01:00","status":"Actual","msgType":"Alert","scope":"Public"}`, "", "cap.missing", 0},
	} {
		_, err := cap.ParseNINA("x.json", []byte(c.details), []byte(c.shapes))
		var refused *cap.Error
		if !errors.As(err, &refused) || refused.Key != c.key || c.line > 0 && refused.Line != c.line {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if _, err := cap.ParseNINAList("x.json", []byte(`[{"id":""}]`)); err == nil {
		t.Error("an entry without an id cannot be asked for")
	}
}

func FuzzParseNINA(f *testing.F) {
	details, err := os.ReadFile("testdata/nina.json")
	if err != nil {
		f.Fatal(err)
	}
	shapes, err := os.ReadFile("testdata/nina.geojson")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(details, shapes)
	f.Add(details, []byte(nil))
	f.Fuzz(func(t *testing.T, details, shapes []byte) {
		a, err := cap.ParseNINA("fuzz.json", details, shapes)
		check(t, a, err)
		if _, err := cap.ParseNINAList("fuzz.json", details); err != nil {
			check(t, cap.Alert{}, err)
		}
	})
}

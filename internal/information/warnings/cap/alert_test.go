package cap_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/information/warnings/cap"
	"dorflinde/internal/platform/geo"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func parse(t *testing.T, name string) cap.Alert {
	t.Helper()
	a, err := cap.ParseXML(name, read(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestMoWaS(t *testing.T) {
	a := parse(t, "mowas.xml")
	if a.Identifier != "DE-BY-BEISPIEL-W001-20261120-000" || a.MsgType != "Alert" || !a.Public() || len(a.Infos) != 2 {
		t.Fatalf("got %+v", a)
	}
	if want := time.Date(2026, 11, 20, 13, 5, 0, 0, time.UTC); !a.Sent.Equal(want) {
		t.Errorf("sent %s", a.Sent)
	}
	if !slices.Equal(a.Codes, []string{"DVN:3", "nina"}) || !slices.Equal(a.Incidents, []string{"Rohrbruch Leeder", "W001"}) {
		t.Errorf("codes %q, incidents %q", a.Codes, a.Incidents)
	}
	de := a.Infos[0]
	if de.Headline != "Trinkwasser in Leeder & Asch abkochen" || de.Instruction != "Kochen Sie das Wasser drei Minuten ab." {
		t.Errorf("headline %q, instruction %q", de.Headline, de.Instruction)
	}
	if want := "Nach einem Rohrbruch ist das Trinkwasser verunreinigt.\n\nBetroffen sind:\n– Leeder\n– Asch\nDruck < 2 bar."; de.Description != want {
		t.Errorf("description %q", de.Description)
	}
	if de.Web != "https://www.beispiel.de/wasser" || de.Code("profile:DE-BBK-EVENTCODE") != "BBK-EVC-040" {
		t.Errorf("web %q, code %v", de.Web, de.EventCodes)
	}
	if a.Infos[1].Certainty != "Likely" || !a.Expires().IsZero() {
		t.Errorf("certainty %q, expires %s", a.Infos[1].Certainty, a.Expires())
	}
	area := de.Areas[0]
	if len(area.Polygons) != 1 || area.Polygons[0][0][0] != geo.Point(10.815, 47.935) {
		t.Errorf("latitude comes first in CAP, longitude in the house: %v", area.Polygons)
	}
	if len(area.Circles) != 1 || area.Circles[0].Metres != 500 || *area.Ceiling != 3280.84 || *area.Altitude != 0 {
		t.Errorf("area %+v", area)
	}
}

func TestCancelAndReferences(t *testing.T) {
	a := parse(t, "mowas-cancel.xml")
	if want := []string{"DE-BY-BEISPIEL-W001-20261120-000", "DE-BY-BEISPIEL-W000-20261119-000"}; !slices.Equal(a.Replaces(), want) {
		t.Errorf("replaces %q", a.Replaces())
	}
	if a.References[0].Sent.IsZero() || len(a.Infos) != 0 {
		t.Errorf("got %+v", a)
	}
	if got := parse(t, "mowas.xml").Replaces(); got != nil {
		t.Errorf("a first alert replaces nothing, got %q", got)
	}
}

func TestDWD(t *testing.T) {
	a := parse(t, "dwd.xml")
	de := a.Infos[0]
	if de.Code("II") != "52" || de.Parameter("gusts") != "~65 [km/h]" || de.Instruction != "" {
		t.Errorf("got %+v", de)
	}
	if de.Onset.Hour() != 8 || de.Expires.Sub(de.Onset) != 10*time.Hour || !a.Expires().Equal(de.Expires) {
		t.Errorf("onset %s, expires %s", de.Onset, de.Expires)
	}
	if got := cap.Key("dwd." + a.Identifier); got != a.Key() {
		t.Errorf("the same warning through NINA has the key %q", got)
	}
}

func TestInfoByLanguage(t *testing.T) {
	a, err := cap.ParseNINA("nina.json", read(t, "nina.json"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]string{
		"de": "de", "de-AT": "de", "de-LS": "de-LS", "en-US": "en", "fr": "de", "": "de",
	} {
		if i, ok := a.Info(language); !ok || i.Language != want {
			t.Errorf("%q gives %q, want %q", language, i.Language, want)
		}
	}
	if i, _ := parse(t, "dwd.xml").Info("de"); i.Language != "de-DE" {
		t.Errorf("got %q", i.Language)
	}
	if _, ok := (cap.Alert{}).Info("de"); ok {
		t.Error("nothing was said in any language")
	}
}

func TestParseXMLRefuses(t *testing.T) {
	good := string(read(t, "mowas.xml"))
	swap := func(old, fresh string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the fixture lacks %q", old)
		}
		return strings.Replace(good, old, fresh, 1)
	}
	for what, c := range map[string]struct {
		text, key string
		line      int
	}{
		"empty":          {"", "cap.syntax", 1},
		"not XML":        {"{\"a\":1}", "cap.syntax", 1},
		"cut off":        {good[:len(good)/2], "cap.syntax", 24},
		"wrong root":     {"\n<rss/>", "cap.not_cap", 2},
		"wrong space":    {swap("cap:1.2", "cap:9.9"), "cap.not_cap", 2},
		"entity bomb":    {`<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><alert>&d;</alert>`, "cap.doctype", 1},
		"unknown entity": {swap("<sender>", "<sender>&x;"), "cap.syntax", 4},
		"deep":           {strings.Repeat("<a>", 65) + strings.Repeat("</a>", 65), "cap.too_deep", 1},
		"no identifier":  {swap("DE-BY-BEISPIEL-W001-20261120-000", "has space"), "cap.identifier", 2},
		"status":         {swap("Actual", "Maybe"), "cap.choice", 6},
		"time":           {swap("2026-11-20T14:05:00+01:00", "yesterday"), "cap.time", 5},
		"polygon":        {swap("47.935,10.845", "north"), "cap.polygon", 31},
		"latitude":       {swap("47.935,10.845", "147.935,10.845"), "cap.polygon", 31},
		"three corners":  {swap("47.935,10.815 47.935,10.845 47.960,10.845 47.960,10.815 47.935,10.815", "47,10 47,10"), "cap.polygon", 31},
		"circle":         {swap("10.8725 0.5", "10.8725 -1"), "cap.circle", 32},
		"altitude":       {swap("<altitude>0<", "<altitude>high<"), "cap.number", 34},
		"charset":        {swap(`encoding="UTF-8"`, `encoding="EBCDIC"`), "cap.syntax", 1},
		"second root":    {"<alert/><alert/>", "cap.syntax", 1},
		"no info":        {strings.Replace(string(read(t, "mowas-cancel.xml")), "Cancel", "Alert", 1), "cap.missing", 2},
	} {
		_, err := cap.ParseXML("x.xml", []byte(c.text))
		var refused *cap.Error
		if !errors.As(err, &refused) || refused.Key != c.key || refused.Line != c.line || refused.File != "x.xml" {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

func TestLatin1(t *testing.T) {
	text := strings.Replace(string(read(t, "dwd.xml")), `encoding="UTF-8"`, `encoding="ISO-8859-1"`, 1)
	var latin []byte
	for _, r := range text {
		latin = append(latin, byte(r))
	}
	a, err := cap.ParseXML("latin.xml", latin)
	if err != nil || a.Infos[0].Event != "STURMBÖEN" {
		t.Errorf("got %v, %v", a.Infos, err)
	}
}

func FuzzParseXML(f *testing.F) {
	for _, name := range []string{"mowas.xml", "mowas-cancel.xml", "dwd.xml"} {
		raw, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, err := cap.ParseXML("fuzz.xml", raw)
		check(t, a, err)
	})
}

// check holds for everything any parser accepts or refuses.
func check(t *testing.T, a cap.Alert, err error) {
	t.Helper()
	if err != nil {
		var refused *cap.Error
		if !errors.As(err, &refused) || refused.Key == "" {
			t.Fatalf("not a cap.Error: %v", err)
		}
		return
	}
	if a.Identifier == "" || a.Sent.IsZero() || a.Status == "" {
		t.Fatalf("accepted without what is required: %+v", a)
	}
	for _, i := range a.Infos {
		if strings.Contains(i.Headline, "\n") || i.Web != "" && !strings.HasPrefix(i.Web, "http") {
			t.Fatalf("headline %q, web %q", i.Headline, i.Web)
		}
		for _, area := range i.Areas {
			for _, p := range area.Polygons {
				box := p.Bound()
				if !geo.ValidPoint(box.Min[0], box.Min[1]) || !geo.ValidPoint(box.Max[0], box.Max[1]) {
					t.Fatalf("polygon beyond the earth: %v", box)
				}
			}
		}
	}
	a.Touches(cap.Place{AGS: "09181121", ARS: "091815138121", Boundary: geo.Circle(geo.Point(10.83, 47.94), 3000, 12)})
}

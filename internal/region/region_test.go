package region_test

import (
	"testing"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/region"
)

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{
		"Unterdießen": "unterdiessen", "Asch (Fuchstal)": "asch-fuchstal", "  Öd  am Inn ": "oed-am-inn",
		"Lechmühlen": "lechmuehlen", "…": "",
	} {
		if got := region.Slug(name); got != want {
			t.Errorf("Slug(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestNormStreetJoinsSpellings(t *testing.T) {
	for _, same := range [][]string{
		{"Lechtalstraße", "lechtalstrasse", "Lechtalstr.", "Lechtal-Straße", " LECHTAL STR "},
		{"Straße der Jugend", "Strasse der Jugend"},
		{"Gänsäcker", "Gaensaecker"},
	} {
		for _, name := range same[1:] {
			if got, want := region.NormStreet(name), region.NormStreet(same[0]); got != want {
				t.Errorf("%q gives %q, %q gives %q", name, got, same[0], want)
			}
		}
	}
	if region.NormStreet("Am Bach") == region.NormStreet("Am Dach") {
		t.Error("different streets became one")
	}
}

func TestHost(t *testing.T) {
	for header, want := range map[string]string{
		"Fuchstal.Beispiel.DE:8080": "fuchstal.beispiel.de", "asch.de.": "asch.de", "[::1]": "[::1]", "": "",
	} {
		if got := region.Host(header); got != want {
			t.Errorf("Host(%q) = %q, want %q", header, got, want)
		}
	}
}

func TestAGSOf(t *testing.T) {
	if got := region.AGSOf("091815138121"); got != "09181121" {
		t.Errorf("got %q", got)
	}
	if got := region.AGSOf("09181121"); got != "" {
		t.Errorf("an AGS is no ARS, got %q", got)
	}
}

func TestMunicipalityCheck(t *testing.T) {
	good := region.Municipality{
		Name: "Fuchstal", Slug: "fuchstal", AGS: "09181121", ARS: "091815138121",
		Hosts: []string{"fuchstal.beispiel.de", "localhost"}, Look: region.Look{Colour: "#23508c"},
		Texts: region.Texts{"welcome": "Grüß Gott", "welcome.en": "Welcome"},
	}
	if err := good.Check(); err != nil {
		t.Fatalf("refused a good one: %v", err)
	}
	for field, spoil := range map[string]func(*region.Municipality){
		"name":   func(m *region.Municipality) { m.Name = " " },
		"slug":   func(m *region.Municipality) { m.Slug = "Fuchs tal" },
		"ags":    func(m *region.Municipality) { m.AGS, m.ARS = "9181121", "" },
		"ars":    func(m *region.Municipality) { m.ARS = "091815138122" },
		"centre": func(m *region.Municipality) { m.Centre[1] = 91 },
		"hosts":  func(m *region.Municipality) { m.Hosts = []string{"https://fuchstal.de/"} },
		"colour": func(m *region.Municipality) { m.Look.Colour = "#ffff00" },
		"arms":   func(m *region.Municipality) { m.Look.Arms = "../x" },
		"slogan": func(m *region.Municipality) { m.Texts = region.Texts{"slogan": "x"} },
	} {
		m := good
		spoil(&m)
		faults := fault.All(m.Check())
		if len(faults) != 1 || faults[0].Field != field {
			t.Errorf("%s: got %v", field, faults)
		}
	}
}

func TestTextsFallBackToGerman(t *testing.T) {
	texts := region.Texts{"welcome": "Grüß Gott", "welcome.en": "Welcome"}
	if texts.In("welcome", "en") != "Welcome" || texts.In("welcome", "fr") != "Grüß Gott" || texts.In("imprint", "de") != "" {
		t.Error("wrong language variant")
	}
}

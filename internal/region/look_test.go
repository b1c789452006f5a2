package region

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dorflinde/internal/platform/fault"
)

func TestContrastKnownValues(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"#000000", "#ffffff", 21}, {"#ffffff", "#ffffff", 1}, {"#777777", "#ffffff", 4.478}, {"#0000ff", "#ffffff", 8.592},
	} {
		got := mustColour(c.a).contrast(mustColour(c.b))
		if got < c.want-0.01 || got > c.want+0.01 {
			t.Errorf("%s on %s: %.3f, want %.3f", c.a, c.b, got, c.want)
		}
	}
}

func TestLookCheckSuggestsReadableColour(t *testing.T) {
	for _, colour := range []string{"#ffd400", "#8fce9f", "#ff0000", "#ffffff", "#7a9cff"} {
		faults := fault.All(Look{Colour: colour}.Check())
		if len(faults) != 1 || faults[0].Key != "region.contrast" {
			t.Fatalf("%s: got %v", colour, faults)
		}
		if err := (Look{Colour: Suggest(colour)}).Check(); err != nil {
			t.Errorf("%s: the suggestion is refused: %v", colour, err)
		}
	}
	for _, colour := range []string{"red", "#12345", "#gggggg", "#2c6840;}"} {
		faults := fault.All(Look{Colour: colour}.Check())
		if len(faults) != 1 || faults[0].Key != "region.colour" {
			t.Errorf("%s: got %v", colour, faults)
		}
	}
	if err := (Look{Colour: DefaultColour, Claim: strings.Repeat("ä", 120)}).Check(); err != nil {
		t.Errorf("refused a good look: %v", err)
	}
	if err := (Look{Claim: strings.Repeat("ä", 121)}).Check(); err == nil {
		t.Error("an endless claim was accepted")
	}
}

func TestLookNormal(t *testing.T) {
	got := Look{Colour: " 2C8 ", Claim: " drei\n Dörfer ", Arms: " fuchstal "}.Normal()
	if got != (Look{Colour: "#22cc88", Claim: "drei Dörfer", Arms: "fuchstal"}) {
		t.Errorf("got %+v", got)
	}
}

// Whatever colour somebody picks, everything derived from it can be read.
func TestPalettesAreReadable(t *testing.T) {
	ink := mustColour("#1c2a23")
	rapid.Check(t, func(t *rapid.T) {
		brand := colour{rapid.Float64Range(0, 1).Draw(t, "r"), rapid.Float64Range(0, 1).Draw(t, "g"), rapid.Float64Range(0, 1).Draw(t, "b")}.rounded()
		light, dark := Look{Colour: brand.String()}.Palettes()
		for _, c := range []struct {
			what     string
			text     string
			surfaces []colour
			least    float64
		}{
			{"leaf", light.Leaf, []colour{lightCard, lightPaper}, readable},
			{"deep", light.Deep, []colour{mustColour(light.Tint), lightCard}, readable},
			{"ink", ink.String(), []colour{mustColour(light.Tint)}, 7},
			{"dark leaf", dark.Leaf, []colour{darkCard, darkPaper}, readable},
			{"dark deep", dark.Deep, []colour{mustColour(dark.Tint), darkCard}, readable},
			{"dark ink", darkInk.String(), []colour{mustColour(dark.Tint)}, 7},
		} {
			if worst := mustColour(c.text).worst(c.surfaces...); worst < c.least {
				t.Fatalf("brand %s: %s %s has contrast %.2f", brand, c.what, c.text, worst)
			}
		}
	})
}

func TestStylesheetHoldsOnlyColours(t *testing.T) {
	if got := Stylesheet(Look{Colour: DefaultColour}); got != "" {
		t.Errorf("the default needs no override, got %q", got)
	}
	sheet := Stylesheet(Look{Colour: "#23508c"})
	for _, want := range []string{":root{--leaf:#23508c;", "prefers-color-scheme:dark", "[data-theme=dark]", "--leaf-deep:#", "--leaf-tint:#"} {
		if !strings.Contains(sheet, want) {
			t.Errorf("%q is missing in\n%s", want, sheet)
		}
	}
	if hostile := Stylesheet(Look{Colour: "#fff}body{display:none", Claim: "</style>"}); strings.Contains(hostile, "body") || strings.Contains(hostile, "style>") {
		t.Errorf("foreign text in the sheet: %s", hostile)
	}
}

// The surfaces assumed here must be those of the style sheet.
func TestSurfacesMatchTheStyleSheet(t *testing.T) {
	css, err := os.ReadFile("../../web/styles/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string][]colour{
		"card": {lightCard, darkCard}, "paper": {lightPaper, darkPaper}, "ink": {mustColour("#1c2a23"), darkInk},
		"leaf": {mustColour(DefaultColour), mustColour("#8fce9f")},
	} {
		found := regexp.MustCompile(`--`+token+`:\s*(#[0-9a-f]+)`).FindAllStringSubmatch(string(css), -1)
		if len(found) < 2 {
			t.Fatalf("--%s is not in the style sheet twice", token)
		}
		for i, w := range want {
			if got := (Look{Colour: found[i][1]}).Normal().Colour; got != w.String() {
				t.Errorf("--%s: style sheet has %s, assumed is %s", token, got, w)
			}
		}
	}
}

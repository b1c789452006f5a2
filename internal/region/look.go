package region

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"dorflinde/internal/platform/fault"
)

// Look is how a municipality shows itself: one brand colour from which all
// others are derived, arms drawn by the project, and a claim.
type Look struct {
	Colour string `json:"colour,omitempty"` // "#rrggbb"; empty is the house's linden green
	Arms   string `json:"arms,omitempty"`   // name of a drawn shield; empty is the linden leaf
	Claim  string `json:"claim,omitempty"`  // one line under the name
}

// DefaultColour is the linden green of the house.
const DefaultColour = "#2c6840"

const maxClaim = 120 // characters

// The surfaces a brand colour appears on: the palette's --card and --paper in
// light and dark. A test compares them with the style sheet.
var (
	lightCard, lightPaper = mustColour("#ffffff"), mustColour("#fbfaf5")
	darkCard, darkPaper   = mustColour("#1a2520"), mustColour("#121a16")
	darkInk               = mustColour("#e9efe9")
)

// Contrast demanded by WCAG 2.2, success criterion 1.4.3, for normal text.
const readable = 4.5

var (
	colourPattern = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	armsPattern   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// Normal brings a look into the form in which it is kept: lower-case colour
// with "#", "#abc" written out, the claim on one line.
func (l Look) Normal() Look {
	c := strings.ToLower(strings.TrimSpace(l.Colour))
	if c != "" && !strings.HasPrefix(c, "#") {
		c = "#" + c
	}
	if len(c) == 4 {
		c = "#" + strings.Repeat(c[1:2], 2) + strings.Repeat(c[2:3], 2) + strings.Repeat(c[3:4], 2)
	}
	return Look{Colour: c, Arms: strings.TrimSpace(l.Arms), Claim: strings.Join(strings.Fields(l.Claim), " ")}
}

// Check tells what is wrong with a look: a colour that is none, or that nobody
// could read on the page's card and paper (and on which white button text could
// not be read, which is the same contrast). The message carries a colour near
// it that would do.
func (l Look) Check() error {
	var faults fault.List
	if l.Colour != "" {
		if f := checkColour(l.Colour); f != nil {
			faults.Add(f)
		}
	}
	if l.Arms != "" && (!armsPattern.MatchString(l.Arms) || len(l.Arms) > 60) {
		faults.Add(fault.Invalid("arms", "region.arms"))
	}
	if utf8.RuneCountInString(l.Claim) > maxClaim {
		faults.Add(fault.Invalid("claim", "region.claim_long", "max", maxClaim))
	}
	return faults.Err()
}

func checkColour(text string) *fault.Fault {
	if !colourPattern.MatchString(text) {
		return fault.Invalid("colour", "region.colour")
	}
	brand := mustColour(text)
	if worst := brand.worst(lightCard, lightPaper); worst < readable {
		return fault.Invalid("colour", "region.contrast",
			"contrast", formatRatio(worst), "needed", formatRatio(readable), "suggestion", Suggest(text))
	}
	return nil
}

// Suggest is the nearest colour of the same hue that can be read on the page;
// text itself if it already can. Not a colour gives DefaultColour.
func Suggest(text string) string {
	if !colourPattern.MatchString(text) {
		return DefaultColour
	}
	brand := mustColour(text)
	return brand.darkerUntil(func(c colour) bool { return c.worst(lightCard, lightPaper) >= readable }).String()
}

// Palette is what is derived from one brand colour, for one colour scheme.
type Palette struct {
	Leaf string // links, buttons; at least 4.5:1 against card and paper
	Deep string // text on Tint; at least 4.5:1 against it
	Tint string // quiet background; ink on it keeps at least 7:1
}

// Palettes derives the light and the dark palette. The dark variant is another
// lightness of the same hue, because a colour that is readable on paper never is
// on a dark card. A colour that is not valid gives those of DefaultColour.
func (l Look) Palettes() (light, dark Palette) {
	text := l.Normal().Colour
	if !colourPattern.MatchString(text) {
		text = DefaultColour
	}
	return palettes(mustColour(text))
}

func palettes(brand colour) (light, dark Palette) {
	hue := brand.lch()

	leaf := brand.darkerUntil(func(c colour) bool { return c.worst(lightCard, lightPaper) >= readable })
	tint := lch{L: 0.95, C: min(hue.C*0.2, 0.025), H: hue.H}.colour()
	deep := lch{L: leaf.lch().L * 0.78, C: hue.C * 0.8, H: hue.H}.colour().
		darkerUntil(func(c colour) bool { return c.worst(tint, lightCard) >= 7 })
	light = Palette{Leaf: leaf.String(), Deep: deep.String(), Tint: tint.String()}

	darkTint := lch{L: 0.31, C: min(hue.C*0.4, 0.04), H: hue.H}.colour().
		darkerUntil(func(c colour) bool { return c.contrast(darkInk) >= 7 })
	darkLeaf := lch{L: 0.79, C: min(hue.C, 0.1), H: hue.H}.colour().
		lighterUntil(func(c colour) bool { return c.worst(darkCard, darkPaper, darkTint) >= readable })
	darkDeep := lch{L: 0.88, C: min(hue.C*0.7, 0.06), H: hue.H}.colour().
		lighterUntil(func(c colour) bool { return c.worst(darkTint, darkCard) >= 7 })
	return light, Palette{Leaf: darkLeaf.String(), Deep: darkDeep.String(), Tint: darkTint.String()}
}

// Stylesheet gives the custom properties that override the house's palette for
// one municipality, for both colour schemes and for a scheme the visitor chose.
// It holds nothing but colours that this package computed, so it may be served
// as a style sheet whatever was typed. The default colour needs no override.
func Stylesheet(l Look) string {
	if c := l.Normal().Colour; c == "" || c == DefaultColour {
		return ""
	}
	light, dark := l.Palettes()
	return ":root{" + light.properties() + "}\n" +
		"@media (prefers-color-scheme:dark){:root:not([data-theme=light]){" + dark.properties() + "}}\n" +
		":root[data-theme=dark]{" + dark.properties() + "}\n"
}

func (p Palette) properties() string {
	return "--leaf:" + p.Leaf + ";--leaf-deep:" + p.Deep + ";--leaf-tint:" + p.Tint
}

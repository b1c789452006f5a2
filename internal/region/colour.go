package region

import (
	"fmt"
	"math"
	"strconv"
)

// colour is sRGB with components from 0 to 1.
type colour struct{ r, g, b float64 }

// mustColour reads "#rrggbb" that was checked before; anything else is black.
func mustColour(text string) colour {
	if len(text) != 7 {
		return colour{}
	}
	n, err := strconv.ParseUint(text[1:], 16, 32)
	if err != nil {
		return colour{}
	}
	return colour{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}
}

func (c colour) String() string {
	return fmt.Sprintf("#%02x%02x%02x", byte8(c.r), byte8(c.g), byte8(c.b))
}

func byte8(v float64) int { return int(math.Round(255 * min(max(v, 0), 1))) }

// rounded is the colour as a browser will see it, so that what is measured is
// what is shown.
func (c colour) rounded() colour { return mustColour(c.String()) }

// luminance is the relative luminance of WCAG 2.2.
func (c colour) luminance() float64 {
	return 0.2126*wcag(c.r) + 0.7152*wcag(c.g) + 0.0722*wcag(c.b)
}

// wcag is the transfer function with the threshold printed in WCAG 2.2, which
// differs from that of sRGB without consequence for eight-bit values.
func wcag(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// contrast is the contrast ratio of WCAG 2.2, from 1 to 21.
func (c colour) contrast(other colour) float64 {
	a, b := c.luminance(), other.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// worst is the lowest contrast against several surfaces.
func (c colour) worst(surfaces ...colour) float64 {
	worst := math.Inf(1)
	for _, s := range surfaces {
		worst = min(worst, c.contrast(s))
	}
	return worst
}

// formatRatio rounds down, so that 4.49 is not shown as the 4.5 it misses.
func formatRatio(v float64) string {
	return strconv.FormatFloat(math.Floor(v*10)/10, 'f', 1, 64) + ":1"
}

// lch is OKLCH: lightness as people see it, chroma, hue in radians. Changing L
// alone keeps the colour recognisable (B. Ottosson, "A perceptual color space
// for image processing", 2020).
type lch struct{ L, C, H float64 }

func (c colour) lch() lch {
	r, g, b := wcag(c.r), wcag(c.g), wcag(c.b)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	lightness := 0.2104542553*l + 0.7936177850*m - 0.0040720468*s
	x := 1.9779984951*l - 2.4285922050*m + 0.4505937099*s
	y := 0.0259040371*l + 0.7827717662*m - 0.8086757660*s
	return lch{L: lightness, C: math.Hypot(x, y), H: math.Atan2(y, x)}
}

// colour gives the sRGB colour, with as much chroma as sRGB can show.
func (v lch) colour() colour {
	c, ok := v.srgb()
	for !ok && v.C > 0.001 {
		v.C *= 0.95
		c, ok = v.srgb()
	}
	return colour{min(max(c.r, 0), 1), min(max(c.g, 0), 1), min(max(c.b, 0), 1)}.rounded()
}

func (v lch) srgb() (colour, bool) {
	x, y := v.C*math.Cos(v.H), v.C*math.Sin(v.H)
	l := cube(v.L + 0.3963377774*x + 0.2158037573*y)
	m := cube(v.L - 0.1055613458*x - 0.0638541728*y)
	s := cube(v.L - 0.0894841775*x - 1.2914855480*y)
	c := colour{
		gamma(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		gamma(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		gamma(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
	}
	const slack = 1e-4
	inside := func(v float64) bool { return v >= -slack && v <= 1+slack }
	return c, inside(c.r) && inside(c.g) && inside(c.b)
}

func cube(v float64) float64 { return v * v * v }

func gamma(v float64) float64 {
	if v <= 0.0031308 {
		return 12.92 * v
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// darkerUntil lowers the lightness in small steps until enough holds; black at
// the latest.
func (c colour) darkerUntil(enough func(colour) bool) colour { return c.shift(-0.005, enough) }

// lighterUntil raises it; white at the latest.
func (c colour) lighterUntil(enough func(colour) bool) colour { return c.shift(0.005, enough) }

func (c colour) shift(step float64, enough func(colour) bool) colour {
	if enough(c) {
		return c
	}
	v := c.lch()
	for v.L+step > 0 && v.L+step < 1 {
		v.L += step
		if next := v.colour(); enough(next) {
			return next
		}
	}
	if step < 0 {
		return colour{}
	}
	return colour{1, 1, 1}
}

package waste

import (
	"slices"
	"strings"
	"unicode"

	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/richtext"
)

// Fraction is what is collected apart from the rest.
type Fraction string

// The fractions. Other is what no synonym recognises; it is shown as it was written.
const (
	Residual  Fraction = "residual"
	Bio       Fraction = "bio"
	Paper     Fraction = "paper"
	Packaging Fraction = "packaging"
	Hazardous Fraction = "hazardous"
	Green     Fraction = "green"
	Bulky     Fraction = "bulky"
	Tree      Fraction = "tree"
	Glass     Fraction = "glass"
	Textile   Fraction = "textile"
	Metal     Fraction = "metal"
	Other     Fraction = "other"
)

// look is how a fraction appears; the name always stands beside it.
type look struct {
	fraction   Fraction
	icon, tone string
	// synonyms are folded word parts by which producers call it.
	synonyms []string
}

// looks are in the order in which they are recognised: "Papiertonne und Gelber
// Sack" does not occur, but "Bioabfall/Gartenabfall" does, and garden waste
// collected with the bio bin is the bio bin.
var looks = []look{
	{Tree, "star", "leaf", []string{"christbaum", "weihnachtsbaum", "christbaeume", "weihnachtsbaeume", "tannenbaum"}},
	{Hazardous, "danger", "red", []string{"problemmuell", "problemabf", "schadstoff", "sondermuell", "sonderabf", "giftmobil", "umweltmobil"}},
	{Bulky, "house", "sky", []string{"sperrmuell", "sperrgut", "sperrabf", "sperrig"}},
	{Packaging, "repeat", "honey", []string{"gelbe", "leichtverpack", "lvp", "wertstoff", "verpackung", "dsd"}},
	{Paper, "document", "sky", []string{"papier", "pappe", "karton", "blaue"}},
	{Bio, "leaf", "leaf", []string{"bio", "kompost", "braune"}},
	{Green, "sun", "leaf", []string{"gruengut", "gruenabf", "gruenschnitt", "gartenabf", "baumschnitt", "strauch", "haecksel", "laub"}},
	{Residual, "bin", "soft", []string{"restmuell", "restabf", "rest", "hausmuell", "graue", "schwarze"}},
	{Glass, "eye", "sky", []string{"glas"}},
	{Textile, "person", "honey", []string{"altkleider", "textil"}},
	{Metal, "settings", "soft", []string{"metall", "schrott"}},
}

// Fractions are those one can choose, everyday ones first.
var Fractions = []Fraction{Residual, Bio, Paper, Packaging, Green, Hazardous, Bulky, Tree, Glass, Textile, Metal}

func lookOf(f Fraction) look {
	for _, l := range looks {
		if l.fraction == f {
			return l
		}
	}
	return look{fraction: Other, icon: "trash", tone: "soft"}
}

// Icon and Tone are names the surface knows.
func (f Fraction) Icon() string { return lookOf(f).icon }

// Tone is the colour beside the name; it never bears a meaning alone.
func (f Fraction) Tone() string { return lookOf(f).tone }

// Known reports whether f is one of Fractions.
func (f Fraction) Known() bool { return slices.Contains(Fractions, f) }

// filler are the words around a fraction that say nothing more about it.
var filler = []string{"tonne", "tonnen", "sack", "saecke", "abfuhr", "leerung", "abholung", "sammlung", "entleerung", "abfall", "und", "r", "der", "die"}

// maxLabel is the longest name of a collection kept, in characters.
const maxLabel = 80

// FractionOf recognises what a producer calls a collection. label is what the
// text says beyond the fraction ("Restmüll 2-wöchentlich"), or all of it when
// nothing is recognised; empty where the plain name of the fraction says it.
func FractionOf(text string) (f Fraction, label string) {
	text = richtext.Head(strings.Join(strings.Fields(text), " "), maxLabel)
	words := fold(text)
	joined := strings.Join(words, " ")
	for _, l := range looks {
		if !containsAny(joined, l.synonyms) {
			continue
		}
		for _, w := range words {
			if !slices.Contains(filler, w) && !containsAny(w, l.synonyms) {
				return l.fraction, text
			}
		}
		return l.fraction, ""
	}
	return Other, text
}

func containsAny(text string, parts []string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(text, p) })
}

var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss")

// fold splits a text into words without case and umlauts.
func fold(text string) []string {
	return strings.FieldsFunc(umlauts.Replace(strings.ToLower(text)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// nameOf is what people call a collection.
func nameOf(l *i18n.Localizer, f Fraction, label string) string {
	if label != "" {
		return label
	}
	return l.T("waste.fraction_" + string(f))
}

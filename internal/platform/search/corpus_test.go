package search_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"dorflinde/internal/platform/search"
)

// corpus invents texts of a village: a few hundred words that come often, and
// many names, streets, compounds and numbers that come seldom.
type corpus struct{ r *rand.Rand }

func newCorpus(seed uint64) *corpus { return &corpus{rand.New(rand.NewPCG(seed, 7))} }

var (
	heads = strings.Fields(`Feuerwehr Musik Schützen Sport Garten Obst Heimat Trachten Jugend Senioren Kinder Gemeinde
		Pfarr Schul Wald Wasser Bau Blas Sommer Winter Herbst Frühlings Advents Weihnachts Oster Mai Dorf Kirchen Berg
		Wertstoff Abfall Straßen Bürger Familien Frauen Männer Kranken Landjugend Fisch Alpen Theater Reit Tennis Fußball`)
	tails = strings.Fields(`verein fest kapelle haus halle versammlung sitzung hof ausflug übung konzert markt treff
		wanderung gruppe chor abend kurs platz sprechstunde umzug messe feier tag lauf turnier börse café frühstück
		werkstatt stube schule fahrt bau plan weg brücke sperrung sammlung kalender blatt`)
	common = strings.Fields(`Gemeinde Uhr Rathaus Samstag Sonntag Bürgermeister herzlich eingeladen findet statt
		Anmeldung bitte alle Mitglieder Jahr Eintritt frei Informationen Termine neue Straße Müll Abholung Verein
		Kinder Eltern Spielplatz Kindergarten Bücherei Kaffee Kuchen Bewirtung Wetter Gäste Helfer gesucht Dank
		Spende Beginn Treffpunkt Parkplatz Öffnungszeiten geschlossen geöffnet Baustelle Umleitung gesperrt Strom
		Glasfaser Wasserleitung Beschluss Gemeinderat Bebauungsplan Auslegung Einwohner Grüngut Papier gelber Sack
		Bäcker Metzger Arzt Apotheke Bus Haltestelle Fahrplan Hund gefunden verloren Schlüssel Wohnung Garage suche
		biete verschenke Rad Traktor Holz Brennholz Honig Eier Kartoffeln Milch Markt Ernte Erntedank Pfarrer Kirche
		Gottesdienst Taufe Hochzeit Friedhof Krieger Denkmal Chronik Geschichte Bild Ausstellung Theater Probe`)
	glue = strings.Fields(`der die das und in am auf für mit von zum ist wird sind auch ein eine bei nach wir Sie`)
	syls = strings.Fields(`ber ling hof mar tal gund rich wig bach stet ach el brun kir al mann hei der wei ss leit krum ober unter`)
)

func (c *corpus) pick(words []string) string {
	// The earlier a word stands, the more often it comes.
	return words[int(float64(len(words))*c.r.Float64()*c.r.Float64())]
}

func (c *corpus) name() string {
	var b strings.Builder
	for range 2 + c.r.IntN(2) {
		b.WriteString(syls[c.r.IntN(len(syls))])
	}
	s := b.String()
	return strings.ToUpper(s[:1]) + s[1:]
}

func (c *corpus) compound() string {
	head, tail := c.pick(heads), c.pick(tails)
	if c.r.IntN(8) == 0 {
		return head + "-" + strings.ToUpper(tail[:1]) + tail[1:]
	}
	return head + tail
}

func (c *corpus) word() string {
	switch n := c.r.IntN(100); {
	case n < 30:
		return c.pick(glue)
	case n < 70:
		return c.pick(common)
	case n < 87:
		return c.compound()
	case n < 93:
		return c.name()
	case n < 96:
		return c.name() + "straße"
	case n < 98:
		return fmt.Sprintf("%d.%d.%d", 1+c.r.IntN(28), 1+c.r.IntN(12), 2020+c.r.IntN(8))
	}
	return fmt.Sprintf("%d:%02d", 7+c.r.IntN(15), 15*c.r.IntN(4))
}

func (c *corpus) text(words int) string {
	all := make([]string, words)
	for i := range all {
		all[i] = c.word()
	}
	return strings.Join(all, " ")
}

const start2020 = 1_577_836_800_000_000

func (c *corpus) doc(i int) search.Doc {
	return search.Doc{
		ID: fmt.Sprintf("doc-%06d", i), Title: c.compound() + " " + c.text(1+c.r.IntN(4)), Body: c.text(15 + c.r.IntN(25)),
		Time: start2020 + c.r.Int64N(6*365*24*3600)*1_000_000, Weight: int64(c.r.IntN(10) / 9),
	}
}

// query invents what people type, of all kinds in turn.
func (c *corpus) query(i int) string {
	switch i % 10 {
	case 0:
		return c.pick(common)
	case 1:
		return c.pick(common) + " " + c.pick(common)
	case 2:
		return c.compound()
	case 3:
		return shorten(c.compound(), 3+c.r.IntN(8))
	case 4:
		return c.misspell(c.compound())
	case 5:
		return c.pick(heads)
	case 6:
		return c.compound() + " " + shorten(c.pick(common), 2+c.r.IntN(4))
	case 7:
		return c.name() + "straße"
	case 8:
		return "zq" + c.name() + " xyw"
	}
	return c.misspell(c.pick(common)) + " " + c.pick(tails)
}

func shorten(s string, n int) string { return string([]rune(s)[:min(n, len([]rune(s)))]) }

func (c *corpus) misspell(s string) string {
	letters := []rune(s)
	i := 1 + c.r.IntN(len(letters)-1)
	switch c.r.IntN(3) {
	case 0:
		letters = append(letters[:i:i], letters[i-1:]...) // doubled
	case 1:
		letters = append(letters[:i:i], letters[min(i+1, len(letters)):]...) // left out
	default:
		letters[i-1], letters[i] = letters[i], letters[i-1]
	}
	return string(letters)
}

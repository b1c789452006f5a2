package search

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func termsOf(text string) []string {
	var out []string
	newAnalyzer().terms(text, func(t, _ string) { out = append(out, t) })
	return out
}

func TestAnalysis(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"Die Feuerwehren und der Bauhof", "feuerwehr bauhof"},
		{"Feuer, neue Quelle, Bauer", "feu neu quell bau"},
		{"Feuerwehr-Fest", "feuerwehr fest feuerwehrf"},
		{"Eltern\u2011Kind\u2010Turnen", "elt kind turn elternkindturn"},
		{"Vereins- und Gemeindefest", "verein gemeindef"},
		{"E-Mail an info@rathaus-ort.de, www.ort.de/wasser", "e mail email info rathaus ort rathausort de www ort de wass"},
		{"am 24.12.2026 um 19:30 Uhr", "24 12 2026 20261224 19 30 1930 uhr"},
		{"1.5.2026 2026-05-01", "1 5 2026 20260501 2026 05 01 20260501"},
		{"Tel. 08243/96990, 3,50 €, § 12a", "tel 08243 96990 0824396990 3 50 350 12a"},
		{"Bürger:innen, Sänger*innen", "burg inn sang inn"},
		{"Straßen\u00adsperrung u\u0308ber Ne\u200bben", "strassensperr neb"},
		{"Ｃａｆé ﬁn ½ ⑴ ℡", "caf fin 12 1"},
		{"İstanbul Łódź Øre", "istanbul lodz ore"},
		{"Привет мир", "привет мир"},
		{"a\x00b \xff\xfe c'est", "a b c est"},
		{strings.Repeat("x", 200), strings.Repeat("x", maxTerm)},
	} {
		if got := strings.Join(termsOf(c.text), " "); got != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

// Spellings that must find one another.
func TestSpellings(t *testing.T) {
	for _, group := range []string{
		"Straße Strasse STRASSE STRAẞE straßen Strassen",
		"Müll Muell Mull MÜLL mu\u0308ll",
		"Müller Mueller Muller",
		"Öfen Oefen Ofen",
		"Übung Uebung Ubung Übungen Uebungen",
		"Käse Kaese Kase",
		"Größe Groesse Grösse Grosse",
		"Bäckerei Baeckerei Backerei",
		"Bäuerin Baeuerin Bauerin",
		"Häuser Haeuser Hauser Haus",
		"Café Cafe",
		"Jugendfeuerwehr Jugendfeuerwehren",
	} {
		words := strings.Fields(group)
		want := termsOf(words[0])
		for _, w := range words[1:] {
			if got := termsOf(w); !slices.Equal(got, want) {
				t.Errorf("%s is %v, but %s is %v", w, got, words[0], want)
			}
		}
	}
	for _, pair := range []string{"Feuer Fuhr", "neue nu", "Messe Maße"} {
		a, b, _ := strings.Cut(pair, " ")
		if slices.Equal(termsOf(a), termsOf(b)) {
			t.Errorf("%s and %s must differ", a, b)
		}
	}
}

func TestStopWordsStayOutOfTerms(t *testing.T) {
	for w := range stopWords {
		if got := termsOf(w); len(got) > 0 {
			t.Errorf("%q gives %v", w, got)
		}
	}
}

func TestTypos(t *testing.T) {
	var d terms
	for _, w := range []string{"Blaskapelle", "Wertstoffhof", "Sommerfest", "Winterfest", "Kapelle", "Haus", "Maus", "Rathaus", "2026"} {
		d.add(termsOf(w)[0], w)
	}
	for _, c := range []struct{ typed, want string }{
		{"Blasskapele", "blaskapell"}, {"Wertstofhof", "wertstoffhof"}, {"Sommerfets", "sommerf"}, {"Kapele", "kapell"},
		{"Hsus", "haus"}, {"Haus", "maus"}, {"Ha", ""}, {"Telefon", ""}, {"2027", ""},
	} {
		_, p := newAnalyzer().parse(c.typed + " ")
		var got []string
		for _, typo := range d.typos(p.words[0], 5) {
			got = append(got, typo.term)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %v, want %q", c.typed, got, c.want)
		}
	}
	if got := d.compounds("fest", 5); !slices.Equal(got, []string{"sommerf", "winterf"}) {
		t.Errorf("compounds of fest: %v", got)
	}
	if got := d.compounds("haus", 5); !slices.Equal(got, []string{"rathaus"}) {
		t.Errorf("compounds of haus: %v", got)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"fest", "fest", 0}, {"fest", "fets", 1}, {"fest", "fst", 1}, {"fest", "ffest", 1}, {"fest", "rest", 1},
		{"blasskapele", "blaskapelle", 2}, {"haus", "garten", 3}, {"abc", "", 3},
	} {
		var m matrix
		if got := m.distance(c.a, []byte(c.b), 2); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestSnippet(t *testing.T) {
	long := strings.Repeat("Viele Worte stehen hier. ", 8) + "Die Blaskapelle spielt auf dem Feuerwehrfest. " + strings.Repeat("Und noch mehr. ", 9)
	for _, c := range []struct{ text, query, want string }{
		{"Die Feuerwehr übt.", "feuerwehren", "Die [Feuerwehr] übt."},
		{"Straße & Müll", "strasse muell", "[Straße] & [Müll]"},
		{"Eltern-Kind-Turnen", "Elternkindturnen", "[Eltern-Kind-Turnen]"},
		{"Eltern-Kind-Turnen", "Kind", "Eltern-[Kind]-Turnen"},
		{long, "Kapelle Fest", "… hier. Viele Worte stehen hier. Die [Blaskapelle] spielt auf dem [Feuerwehrfest]. Und noch …"},
		{long, "Blasskapele", "… hier. Viele Worte stehen hier. Die [Blaskapelle] spielt auf dem Feuerwehrfest. Und noch …"},
		{long, "nichts", "Viele Worte stehen hier. Viele Worte stehen hier. Viele Worte stehen hier. Viele Worte …"},
		{"", "fest", ""},
		{"Text", "", "Text"},
	} {
		var b strings.Builder
		for _, p := range Snippet(c.text, c.query, 90) {
			if p.Hit {
				b.WriteString("[" + p.Text + "]")
			} else {
				b.WriteString(p.Text)
			}
		}
		if b.String() != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.query, b.String(), c.want)
		}
	}
}

// Whatever is typed, only letters and numbers reach the engine, and few.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`Müll" OR title:x*`, `"a b" "c`, "NEAR(a b, 3) AND NOT ^x", "24.12.2026 - 1:2:3:4:5:6:7", "'; DROP TABLE x --",
		"„Grüß Gott“ e-mail@x-y.de", "\x00\xff\u200b\u0301", "a-b-c-d-e-f-g-h-i", "⑴ ℡ ﷺ ½",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		text, p := newAnalyzer().parse(query)
		if len(text) > maxQuery || !strings.HasPrefix(query, text) {
			t.Errorf("read %q", text)
		}
		if len(p.words) > maxWords {
			t.Errorf("%d words", len(p.words))
		}
		at := 0
		for _, w := range p.words {
			if w.start < at || w.end <= w.start || w.end > len(text) {
				t.Errorf("word %+v is outside or out of order", w)
			}
			at = w.end
			checkTerms(t, append([]string{w.term}, w.parts...))
			if w.prefix != "" {
				checkTerms(t, []string{w.prefix})
			}
		}
		for _, phrase := range p.phrases {
			checkTerms(t, phrase)
		}
	})
}

func checkTerms(t *testing.T, terms []string) {
	t.Helper()
	for _, term := range terms {
		bad := func(r rune) bool {
			return r < utf8.RuneSelf && !('a' <= r && r <= 'z' || '0' <= r && r <= '9') ||
				r == utf8.RuneError || !unicode.In(r, unicode.L, unicode.N, unicode.M)
		}
		if term == "" || len(term) > maxTerm || strings.ContainsFunc(term, bad) {
			t.Errorf("term %q", term)
		}
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add("Die Blaskapelle spielt auf.", "kapelle", 40)
	f.Add("a\xffb\u00ad-c „d“", "\"b c", 0)
	f.Fuzz(func(t *testing.T, text, query string, n int) {
		var b strings.Builder
		for _, p := range Snippet(text, query, n%1000) {
			b.WriteString(p.Text)
		}
		shown := strings.TrimSuffix(strings.TrimPrefix(b.String(), "… "), " …")
		whole := strings.Join(strings.Fields(clean(shorten(text, maxBody))), " ")
		if !strings.Contains(whole, shown) || !utf8.ValidString(shown) {
			t.Errorf("%q is not a piece of %q", shown, whole)
		}
	})
}

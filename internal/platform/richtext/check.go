package richtext

import (
	"embed"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Messages holds one sentence per finding for editors: keys "richtext.<code>"
// with the placeholders {line} and {arg}.
//
//go:embed messages.*.json
var Messages embed.FS

// Easy is the language of a text in Leichte Sprache, as registered for BCP 47
// (subtag "simple").
const Easy = "de-simple"

// The codes of a Finding.
const (
	HeadingSkipped = "heading_skipped" // ### without ## before it (WCAG 2.2, 1.3.1; G141)
	HeadingEmpty   = "heading_empty"
	LinkText       = "link_text"      // says nothing about the target (WCAG 2.2, 2.4.4); Arg: the text
	LinkBare       = "link_bare"      // a bare address as text; Arg: the address
	LinkTarget     = "link_target"    // no target, or one that is not allowed; Arg: the text
	SentenceLong   = "sentence_long"  // Arg: number of words
	ParagraphLong  = "paragraph_long" // Arg: number of words
	Capitals       = "capitals"       // words in capitals, hard to read; Arg: the words
)

// FindingCodes lists every code, for tests of catalogues.
var FindingCodes = []string{HeadingSkipped, HeadingEmpty, LinkText, LinkBare, LinkTarget, SentenceLong, ParagraphLong, Capitals}

// Limits in words. 25 is a common limit for administrations (Bundesverwaltungsamt,
// "Bürgernahe Verwaltungssprache"); 12 keeps to DIN SPEC 33429:2025
// ("Empfehlungen für Deutsche Leichte Sprache").
const (
	maxSentence      = 25
	maxSentenceEasy  = 12
	maxParagraph     = 120
	maxParagraphEasy = 40
	capitalRun       = 2 // words in a row
)

// Finding is something an editor should look at. Nothing here forbids to publish.
type Finding struct {
	Code string
	Line int    // in the source, from 1
	Arg  string // what the sentence to the editor names
}

// Check reads src as an editor would. lang is a BCP 47 tag; Easy and other
// "-simple" tags set the limits of Leichte Sprache.
func Check(src, lang string) []Finding {
	c := checker{sentence: maxSentence, paragraph: maxParagraph}
	if strings.HasSuffix(strings.ToLower(lang), "-simple") {
		c.sentence, c.paragraph = maxSentenceEasy, maxParagraphEasy
	}
	level := 1
	for _, b := range parse(src) {
		switch b.kind {
		case heading:
			if b.lines[0].text == "" {
				c.add(HeadingEmpty, b.line, "")
				continue
			}
			if b.level > level+1 {
				c.add(HeadingSkipped, b.line, b.lines[0].text)
			}
			level = b.level
			c.capitals(b.lines[0].no, c.spans(b.lines[0]))
		case paragraph:
			c.lines(b.lines, true)
		case list:
			c.items(b.items)
		}
	}
	return c.found
}

type checker struct {
	sentence, paragraph int
	found               []Finding
}

func (c *checker) add(code string, line int, arg string) {
	c.found = append(c.found, Finding{code, line, Cut(arg, 80)})
}

func (c *checker) items(items []item) {
	for _, it := range items {
		c.lines(it.lines, false)
		c.items(it.sub)
	}
}

func (c *checker) lines(lines []line, whole bool) {
	total := 0
	for _, l := range lines {
		text := c.spans(l)
		c.capitals(l.no, text)
		for s := range sentences(text) {
			n := len(words(s))
			if total += n; n > c.sentence {
				c.add(SentenceLong, l.no, strconv.Itoa(n))
			}
		}
	}
	if whole && total > c.paragraph {
		c.add(ParagraphLong, lines[0].no, strconv.Itoa(total))
	}
}

// spans checks the links of a line and returns its text; bare addresses are
// left out of it, they are no words.
func (c *checker) spans(l line) string {
	var b strings.Builder
	var visit func([]span)
	visit = func(spans []span) {
		for _, s := range spans {
			var label strings.Builder
			plainSpans(&label, s.inner, false)
			switch {
			case s.link && s.auto:
				if external(s.href) {
					c.add(LinkBare, l.no, label.String())
				}
				b.WriteString("…")
				continue
			case s.link && s.href == "":
				c.add(LinkTarget, l.no, label.String())
			case s.link && meaningless(label.String()):
				c.add(LinkText, l.no, label.String())
			case s.link && external(s.href) && target(strings.TrimSpace(label.String())) != "":
				c.add(LinkBare, l.no, label.String())
			}
			b.WriteString(s.text)
			visit(s.inner)
		}
	}
	visit(inline(l.text, false, false))
	return b.String()
}

// emptyLabels are link texts that say nothing when they are read alone, as a
// screen reader does in its list of links.
var emptyLabels = map[string]bool{
	"": true, "hier": true, "hier klicken": true, "klick hier": true, "klicken sie hier": true, "bitte hier klicken": true,
	"mehr": true, "mehr dazu": true, "mehr infos": true, "mehr informationen": true, "mehr erfahren": true, "weiter": true,
	"weiterlesen": true, "weitere informationen": true, "weitere infos": true, "details": true, "link": true, "zum link": true,
	"dieser link": true, "diesem link": true, "unter diesem link": true, "download": true, "herunterladen": true, "seite": true, "website": true, "infos": true, "info": true, "da": true, "dort": true,
	"here": true, "click here": true, "click": true, "more": true, "read more": true, "learn more": true, "this link": true, "this page": true,
}

func meaningless(label string) bool {
	label = strings.ToLower(strings.TrimFunc(label, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
	return emptyLabels[strings.Join(strings.Fields(label), " ")]
}

// capitals reports runs of words in capitals. One alone may be an abbreviation,
// and so may several of up to four letters (TSV, ADAC).
func (c *checker) capitals(no int, text string) {
	var run []string
	long := false
	end := func() {
		if len(run) >= capitalRun && long {
			c.add(Capitals, no, strings.Join(run, " "))
		}
		run, long = nil, false
	}
	for _, w := range words(text) {
		upper := 0
		for _, r := range w {
			if unicode.IsLower(r) {
				upper = 0
				break
			}
			if unicode.IsUpper(r) {
				upper++
			}
		}
		if upper < 2 {
			end()
			continue
		}
		run = append(run, w)
		long = long || utf8.RuneCountInString(w) > 4
	}
	end()
}

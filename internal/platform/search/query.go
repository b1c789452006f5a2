package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The query language: words, all of which must be there; "words in quotes",
// which must also follow one another; the last word is taken for a beginning
// too, unless something stands after it. There is nothing else: every other
// sign only separates words, so nothing of an engine's own query language can
// get through.

const (
	maxQuery = 400 // bytes of a query that are read
	maxWords = 8   // words of a query that are used
)

// word is one word of a query.
type word struct {
	span
	term   string   // as it is indexed
	folded string   // in one spelling, but not stemmed
	parts  []string // of a compound with hyphens: found as well if all are there
	prefix string   // the folded beginning of a term, "" where the word is whole
}

type parsed struct {
	words   []word
	phrases [][]string
}

func quote(r rune) bool {
	return strings.ContainsRune("\"„“”«»", r)
}

// parse reads a query; text is what of it was read.
func (a *analyzer) parse(query string) (text string, p parsed) {
	text = shorten(query, maxQuery)
	var last cluster
	clusters(text, func(c cluster) bool {
		last = cluster{c.span, slices.Clone(c.parts)}
		if w, ok := a.word(text, c); ok && len(p.words) < maxWords {
			p.words = append(p.words, w)
		}
		return true
	})
	p.phrases = a.phrases(text)
	if last.end == len(text) && last.end > last.start {
		a.lastWord(text, last, &p)
	}
	return text, p
}

// lastWord makes the word at the end a beginning. A stop word there may be the
// beginning of another word (an: Anmeldung), so it counts if it is all there is.
func (a *analyzer) lastWord(text string, c cluster, p *parsed) {
	prefix := spelled(text[c.start:c.end])
	if utf8.RuneCountInString(prefix) < 2 {
		return
	}
	if n := len(p.words); n > 0 && p.words[n-1].end == c.end {
		p.words[n-1].prefix = prefix
	} else if n == 0 {
		p.words = []word{{span: c.span, term: prefix, folded: prefix, prefix: prefix}}
	}
}

// spelled is a word or a compound in one spelling, but not stemmed.
func spelled(s string) string {
	return cut(fold(umlauts(accents(lower(strings.Map(letters, s))))))
}

// needle is what the compounds of the word contain. Where stemming took much
// off it took too much (Gartenfest: gartenf, as in Gartenfreund).
func (w word) needle() string {
	if len(w.folded) > len(w.term)+2 {
		return w.folded
	}
	return w.term
}

func letters(r rune) rune {
	if wordRune(r) {
		return r
	}
	return -1
}

func (a *analyzer) word(text string, c cluster) (word, bool) {
	if len(c.parts) == 1 {
		t := a.term(text[c.start:c.end])
		return word{span: c.span, term: t, folded: spelled(text[c.start:c.end])}, t != ""
	}
	w := word{span: c.span, term: a.joined(text, c), folded: spelled(text[c.start:c.end])}
	for _, p := range c.parts {
		if t := a.term(text[p.start:p.end]); t != "" && len(w.parts) < maxParts {
			w.parts = append(w.parts, t)
		}
	}
	if w.term == "" { // too many parts to be indexed as one word: found by them
		w.term = a.stem(lower(strings.Map(letters, text[c.start:c.end])))
	}
	return w, w.term != ""
}

// phrases are the terms between pairs of quotation marks, where several.
func (a *analyzer) phrases(text string) [][]string {
	var out [][]string
	pieces := strings.FieldsFunc(strings.Map(func(r rune) rune {
		if quote(r) {
			return '"'
		}
		return r
	}, " "+text+" "), func(r rune) bool { return r == '"' })
	for i := 1; i+1 < len(pieces); i += 2 {
		var terms []string
		a.terms(pieces[i], func(t, _ string) { terms = append(terms, t) })
		if len(terms) > 1 {
			out = append(out, terms)
		}
	}
	return out
}

// shorten cuts text to at most n bytes between two runes.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

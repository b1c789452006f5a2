package search

import (
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/german"
)

// The analysis of a text, in order:
//
//  1. words are runs of letters, numbers and marks; what else there is
//     separates them, so addresses (e-mail, web) fall into their parts;
//  2. lower case, NFKC, without soft hyphens;
//  3. stop words go;
//  4. accents go (é → e), but not yet the dots of ä, ö and ü;
//  5. ae, oe, ue become umlauts (see umlauts);
//  6. German stemming (Snowball) of words in Latin letters;
//  7. umlaut dots go, ß becomes ss (see fold).
//
// Words joined by hyphens count as their parts and as one word; so do numbers
// joined by one of ".:/-,", where a date of the forms 24.12.2026 and
// 2026-12-24 becomes 20261224.

const (
	maxTerm  = 48    // bytes of one term; longer words are cut
	maxTerms = 10000 // terms of one document; more are left out
	maxParts = 6     // parts of a compound that are also joined
	maxMemo  = 30000 // words whose terms an analyzer remembers
)

// span is a piece of text, in bytes.
type span struct{ start, end int }

// cluster is one word, or several joined without a space.
type cluster struct {
	span
	parts []span
}

// clusters cuts text into words. The parts are only valid until yield returns.
func clusters(text string, yield func(cluster) bool) {
	var parts []span
	for i := 0; i < len(text); {
		start, end := nextWord(text, i)
		if start == end {
			return
		}
		parts = append(parts[:0], span{start, end})
		for {
			size := connector(text, parts[len(parts)-1])
			if size == 0 {
				break
			}
			from := end + size
			_, end = nextWord(text, from)
			parts = append(parts, span{from, end})
		}
		if !yield(cluster{span{start, end}, parts}) {
			return
		}
		i = end
	}
}

// nextWord finds the next run of word runes; an empty one at the end.
func nextWord(text string, from int) (start, end int) {
	start = -1
	for i, r := range text[from:] {
		word := wordRune(r)
		if start < 0 && word {
			start = from + i
		}
		if start >= 0 && !word && !ignorable(r) {
			return start, from + i
		}
	}
	if start < 0 {
		start = len(text)
	}
	return start, len(text)
}

// connector is the size of what joins the word to the next one, 0 for nothing.
func connector(text string, word span) int {
	r, size := utf8.DecodeRuneInString(text[word.end:])
	next, _ := utf8.DecodeRuneInString(text[word.end+size:])
	if size == 0 || next == utf8.RuneError || !wordRune(next) {
		return 0
	}
	switch r {
	case '-', '\u2010', '\u2011':
		return size
	case '.', ':', '/', ',':
		if digits(text[word.start:word.end]) && '0' <= next && next <= '9' {
			return size
		}
	}
	return 0
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// analyzer turns words into terms. It belongs to one goroutine.
type analyzer struct {
	env  *snowballstem.Env
	memo map[string]string
}

func newAnalyzer() *analyzer {
	return &analyzer{env: snowballstem.NewEnv(""), memo: map[string]string{}}
}

// term is what a word is indexed as, "" for a stop word.
func (a *analyzer) term(word string) string {
	if t, ok := a.memo[word]; ok {
		return t
	}
	low := lower(word)
	t := ""
	if !stopWords[low] {
		t = a.stem(low)
	}
	if len(a.memo) >= maxMemo {
		clear(a.memo)
	}
	a.memo[strings.Clone(word)] = t
	return t
}

// stem is the term of a word in lower case.
func (a *analyzer) stem(low string) string {
	low = accents(low)
	if latin(low) {
		a.env.SetCurrent(umlauts(low))
		german.Stem(a.env)
		low = a.env.Current()
	}
	return cut(fold(low))
}

// latin reports whether the word is made of letters German stemming knows.
func latin(s string) bool {
	for _, r := range s {
		if r < 'a' || r > 'z' && r < 0xc0 || r > 0x17f {
			return false
		}
	}
	return true
}

func cut(s string) string {
	if len(s) <= maxTerm {
		return s
	}
	end := maxTerm
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// joined is the term of a compound as one word, "" where there is none.
func (a *analyzer) joined(text string, c cluster) string {
	if len(c.parts) < 2 || len(c.parts) > maxParts {
		return ""
	}
	var b strings.Builder
	for _, p := range c.parts {
		b.WriteString(text[p.start:p.end])
	}
	if !digits(b.String()) {
		return a.stem(lower(b.String()))
	}
	return cut(number(text, c, b.String()))
}

// number writes dates of both usual forms alike and other numbers as they are.
func number(text string, c cluster, joined string) string {
	if len(c.parts) != 3 {
		return joined
	}
	part := func(i int) string { return text[c.parts[i].start:c.parts[i].end] }
	year, month, day := part(0), part(1), part(2)
	if text[c.parts[0].end] == '.' {
		year, day = day, year
	}
	if len(year) != 4 || len(month) > 2 || len(day) > 2 {
		return joined
	}
	return year + two(month) + two(day)
}

func two(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// terms yields each term of a text with the word it came from, in order.
func (a *analyzer) terms(text string, yield func(term, word string)) {
	n := 0
	clusters(text, func(c cluster) bool {
		for _, p := range c.parts {
			if t := a.term(text[p.start:p.end]); t != "" {
				yield(t, text[p.start:p.end])
				n++
			}
		}
		if t := a.joined(text, c); t != "" {
			yield(t, text[c.start:c.end])
			n++
		}
		return n < maxTerms
	})
}

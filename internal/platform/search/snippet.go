package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Part is a piece of a snippet; Hit says that it is a word of the query.
type Part struct {
	Text string
	Hit  bool
}

// before is how many bytes of text stand before the first hit, at most.
const before = 40

// Snippet cuts about n bytes out of text around the first word of the query
// and marks all words of the query in it. Where text was cut the first or the
// last part begins or ends with "…". Without a hit it is the beginning.
func Snippet(text, query string, n int) []Part {
	a := newAnalyzer()
	_, p := a.parse(query)
	text = strings.Join(strings.Fields(clean(shorten(text, maxBody))), " ")
	hits := a.marks(text, p.words, stands)
	if len(hits) == 0 {
		hits = a.marks(text, p.words, resembles)
	}
	from, to := window(text, hits, max(n, before))
	var parts []Part
	add := func(s string, hit bool) {
		if s != "" {
			parts = append(parts, Part{s, hit})
		}
	}
	at := from
	if from > 0 {
		add("… ", false)
	}
	for _, h := range hits {
		if h.start < at || h.end > to {
			continue
		}
		add(text[at:h.start], false)
		add(text[h.start:h.end], true)
		at = h.end
	}
	add(text[at:to], false)
	if to < len(text) {
		add(" …", false)
	}
	return parts
}

// marks are the words of text that match one of the query.
func (a *analyzer) marks(text string, words []word, match func(term, folded string, w word) bool) []span {
	var out []span
	clusters(text, func(c cluster) bool {
		hit := func(s span, term string) bool {
			for _, w := range words {
				if term != "" && match(term, spelled(text[s.start:s.end]), w) {
					out = append(out, s)
					return true
				}
			}
			return false
		}
		joined := a.joined(text, c)
		if slices.ContainsFunc(words, func(w word) bool { return joined != "" && joined == w.term }) {
			out = append(out, c.span)
			return true
		}
		any := false
		for _, p := range c.parts {
			any = hit(p, a.term(text[p.start:p.end])) || any
		}
		if !any && joined != "" {
			hit(c.span, joined)
		}
		return true
	})
	return out
}

// stands reports whether a term stands for a word without any guess.
func stands(term, folded string, w word) bool {
	if term == w.term || w.prefix != "" && strings.HasPrefix(term, w.prefix) {
		return true
	}
	for _, p := range w.parts {
		if term == p {
			return true
		}
	}
	return len(w.needle()) >= 4 && !digits(w.term) && strings.Contains(folded, w.needle())
}

func resembles(term, folded string, w word) bool {
	most := allowed(len(w.folded))
	if most == 0 || digits(w.term) {
		return false
	}
	var m matrix
	mostStem := min(most, allowed(len(w.term)))
	return m.distance(w.folded, []byte(folded), most) <= most ||
		m.distance(w.term, []byte(term), mostStem) <= mostStem
}

// window chooses the piece to show, from word to word.
func window(text string, hits []span, n int) (from, to int) {
	if len(text) <= n {
		return 0, len(text)
	}
	if len(hits) > 0 && hits[0].start > before {
		from = hits[0].start - before
		if space := strings.IndexByte(text[from:hits[0].start], ' '); space >= 0 {
			from += space + 1
		} else {
			from = hits[0].start
		}
	}
	to = from + n
	if to >= len(text) {
		return from, len(text)
	}
	for to > from && !utf8.RuneStart(text[to]) {
		to--
	}
	if space := strings.LastIndexByte(text[from:to], ' '); space > 0 && (len(hits) == 0 || from+space >= hits[0].end) {
		to = from + space
	}
	return from, to
}

// Package richtext is for texts that people write as they post on a social
// network. What is stored is what they typed; a few marks have a meaning:
//
//	## Heading, ### Heading
//	**bold**
//	- point, 1. point (one level below by two spaces)
//	[text](https://example.org), https://example.org, name@example.org
//	\* for a mark that is meant as text
//
// Line breaks stay, an empty line begins a paragraph. Everything else is text:
// there is no HTML, no picture and no single * (people write "Bürger*innen").
// That, dates at the start of a line ("24. Dezember" is no list) and line
// numbers for the checks are why this is no CommonMark.
package richtext

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// firstLevel is the heading level of "##" in HTML.
const firstLevel = 2

// HTML renders src with "##" as <h2>. The result is safe to put into a page:
// it consists of the elements p, br, strong, a, ul, ol, li, h2 and h3 only.
func HTML(src string) string { return HTMLAt(src, firstLevel) }

// HTMLAt renders src with "##" as a heading of the given level (2 to 5) and
// "###" one below, so that the outline of the page around it stays whole.
func HTMLAt(src string, level int) string {
	level = min(max(level, 2), 5)
	var b strings.Builder
	b.Grow(len(src) + len(src)/4 + 16)
	for _, bl := range parse(src) {
		switch bl.kind {
		case heading:
			if text := bl.lines[0].text; text != "" {
				tag := "h" + strconv.Itoa(level+bl.level-2)
				b.WriteString("<" + tag + ">")
				writeSpans(&b, inline(text, false, false))
				b.WriteString("</" + tag + ">\n")
			}
		case paragraph:
			b.WriteString("<p>")
			writeLines(&b, bl.lines)
			b.WriteString("</p>\n")
		case list:
			writeList(&b, bl.items, bl.ordered)
		}
	}
	return net(b.String())
}

func writeLines(b *strings.Builder, lines []line) {
	for i, l := range lines {
		if i > 0 {
			b.WriteString("<br>\n")
		}
		writeSpans(b, inline(l.text, false, false))
	}
}

func writeList(b *strings.Builder, items []item, ordered bool) {
	tag := "ul>"
	if ordered {
		tag = "ol>"
	}
	b.WriteString("<" + tag + "\n")
	for _, it := range items {
		b.WriteString("<li>")
		writeLines(b, it.lines)
		if len(it.sub) > 0 {
			b.WriteByte('\n')
			writeList(b, it.sub, it.order)
		}
		b.WriteString("</li>\n")
	}
	b.WriteString("</" + tag + "\n")
}

func writeSpans(b *strings.Builder, spans []span) {
	for _, s := range spans {
		switch {
		case s.bold:
			b.WriteString("<strong>")
			writeSpans(b, s.inner)
			b.WriteString("</strong>")
		case s.link && s.href != "":
			b.WriteString(`<a href="`)
			escape(b, s.href)
			b.WriteByte('"')
			if external(s.href) {
				b.WriteString(` rel="nofollow noopener"`)
			}
			b.WriteByte('>')
			writeSpans(b, s.inner)
			b.WriteString("</a>")
		case s.link:
			writeSpans(b, s.inner)
		default:
			escape(b, s.text)
		}
	}
}

// escape writes s as HTML text or attribute value.
func escape(b *strings.Builder, s string) {
	last := 0
	for i := 0; i < len(s); i++ {
		var e string
		switch s[i] {
		case '&':
			e = "&amp;"
		case '<':
			e = "&lt;"
		case '>':
			e = "&gt;"
		case '"':
			e = "&#34;"
		case '\'':
			e = "&#39;"
		default:
			continue
		}
		b.WriteString(s[last:i])
		b.WriteString(e)
		last = i + 1
	}
	b.WriteString(s[last:])
}

// Plain returns src without marks: paragraphs apart by an empty line, points
// with a dash, links as their text. For search and previews.
func Plain(src string) string { return plain(src, false) }

// PlainWithLinks is Plain with the target behind each link text, for letters,
// mail and paper.
func PlainWithLinks(src string) string { return plain(src, true) }

func plain(src string, targets bool) string {
	var b strings.Builder
	b.Grow(len(src))
	for i, bl := range parse(src) {
		if i > 0 {
			b.WriteString("\n\n")
		}
		if bl.kind == list {
			plainList(&b, bl.items, bl.ordered, "", targets)
			continue
		}
		for j, l := range bl.lines {
			if j > 0 {
				b.WriteByte('\n')
			}
			plainSpans(&b, inline(l.text, false, false), targets)
		}
	}
	return strings.TrimSpace(b.String())
}

func plainList(b *strings.Builder, items []item, ordered bool, indent string, targets bool) {
	for i, it := range items {
		if i > 0 {
			b.WriteByte('\n')
		}
		mark := "- "
		if ordered {
			mark = strconv.Itoa(i+1) + ". "
		}
		b.WriteString(indent + mark)
		for j, l := range it.lines {
			if j > 0 {
				b.WriteString("\n" + indent + "  ")
			}
			plainSpans(b, inline(l.text, false, false), targets)
		}
		if len(it.sub) > 0 {
			b.WriteByte('\n')
			plainList(b, it.sub, it.order, indent+"  ", targets)
		}
	}
}

func plainSpans(b *strings.Builder, spans []span, targets bool) {
	for _, s := range spans {
		b.WriteString(s.text)
		plainSpans(b, s.inner, targets)
		if targets && s.link && !s.auto && s.href != "" {
			b.WriteString(" (" + strings.TrimPrefix(s.href, "mailto:") + ")")
		}
	}
}

// Summary returns the beginning of the text without headings in one line of at
// most n characters, cut at a word and marked with "…" when something is missing.
func Summary(src string, n int) string {
	var b strings.Builder
	for _, bl := range parse(src) {
		if utf8.RuneCountInString(b.String()) > n {
			break
		}
		if bl.kind == heading {
			continue
		}
		b.WriteByte(' ')
		for i, l := range bl.lines {
			if i > 0 {
				b.WriteByte(' ')
			}
			plainSpans(&b, inline(l.text, false, false), false)
		}
		for i, it := range bl.items {
			if i > 0 {
				b.WriteString(between(b.String()))
			}
			for j, l := range it.lines {
				if j > 0 {
					b.WriteByte(' ')
				}
				plainSpans(&b, inline(l.text, false, false), false)
			}
		}
	}
	return Cut(b.String(), n)
}

// between joins two items of a list: items that end as sentences need no comma.
func between(before string) string {
	before = strings.TrimRight(before, " ")
	if before != "" && strings.ContainsRune(".!?:;,…", lastRune(before)) {
		return " "
	}
	return ", "
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// Head is the first n characters of text: what of an input may be kept or shown
// again, however long it came.
func Head(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n])
	}
	return text
}

// Cut shortens plain text to one line of at most n characters, at a word.
func Cut(text string, n int) string {
	text = strings.Join(strings.Fields(text), " ")
	if n <= 0 {
		return ""
	}
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	runes := []rune(text)[:n] // one of them becomes the "…"
	cut := string(runes[:n-1])
	if runes[n-1] != ' ' {
		// A single word longer than half of the room is cut inside.
		if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
			cut = cut[:i]
		}
	}
	return strings.TrimRight(cut, " ,;:-–.(") + "…"
}

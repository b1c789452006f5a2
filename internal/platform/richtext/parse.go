package richtext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind says what a block is.
type kind uint8

const (
	paragraph kind = iota
	heading
	list
)

// block is one paragraph, heading or list of a text.
type block struct {
	kind    kind
	level   int    // of a heading: 2 or 3 as written
	line    int    // first line in the source, from 1
	lines   []line // of a paragraph or heading
	ordered bool   // of a list
	items   []item // of a list
}

type line struct {
	no   int
	text string
}

// item is one point of a list with at most one list below it.
type item struct {
	lines []line
	sub   []item
	order bool // sub is numbered
}

// clean brings line ends to \n and removes what is invisible and harmful:
// control characters and the overrides of writing direction that can make a
// link look like another (Unicode Technical Report 36, section 2.5).
func clean(src string) string {
	if !strings.ContainsFunc(src, unclean) && utf8.ValidString(src) {
		return src
	}
	src = strings.ToValidUTF8(src, "\uFFFD")
	src = strings.ReplaceAll(src, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\t':
			return ' '
		case unclean(r):
			return -1
		}
		return r
	}, src)
}

func unclean(r rune) bool {
	return r < 0x20 && r != '\n' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff || r >= 0xfffe && r <= 0xffff
}

// parse reads the blocks of a text. It never fails: what has no meaning as
// markup is text.
func parse(src string) []block {
	p := &parser{}
	src = clean(src)
	for no := 1; src != ""; no++ {
		var text string
		text, src, _ = strings.Cut(src, "\n")
		p.add(line{no, text})
	}
	p.flush()
	return p.blocks
}

type parser struct {
	blocks []block
	open   *block // paragraph or list that the next line may continue
	blank  bool   // an empty line stands before this one
}

func (p *parser) flush() {
	if p.open != nil {
		p.blocks = append(p.blocks, *p.open)
		p.open = nil
	}
}

func (p *parser) add(l line) {
	trimmed := strings.TrimSpace(l.text)
	if trimmed == "" {
		p.blank = true
		if p.open != nil && p.open.kind == paragraph {
			p.flush()
		}
		return
	}
	indent := len(l.text) - len(strings.TrimLeft(l.text, " "))
	l.text = trimmed
	defer func() { p.blank = false }()
	if level, text, ok := headingMark(trimmed); ok {
		p.flush()
		p.blocks = append(p.blocks, block{kind: heading, level: level, line: l.no, lines: []line{{l.no, text}}})
		return
	}
	if number, text, ok := listMark(trimmed); ok && p.addItem(line{l.no, text}, number, indent) {
		return
	}
	if p.open != nil && p.open.kind == list {
		// An indented line belongs to the point above; anything else ends the list.
		if indent >= 2 && !p.blank {
			last := &p.open.items[len(p.open.items)-1]
			if n := len(last.sub); n > 0 {
				last = &last.sub[n-1]
			}
			last.lines = append(last.lines, l)
			return
		}
		p.flush()
	}
	if p.open == nil {
		p.open = &block{kind: paragraph, line: l.no}
	}
	p.open.lines = append(p.open.lines, l)
}

// addItem adds a point to the open list or opens one. A number other than 1
// opens no list and continues only the one it follows: "24. Dezember" at the
// start of a line is a date, not the 24th point.
func (p *parser) addItem(l line, number, indent int) bool {
	ordered := number > 0
	next := item{lines: []line{l}}
	if p.open != nil && p.open.kind == list {
		b := p.open
		last := &b.items[len(b.items)-1]
		if indent >= 2 {
			if len(last.sub) == 0 && (number <= 1) {
				last.sub, last.order = []item{next}, ordered
				return true
			}
			if len(last.sub) > 0 && (number <= 1 || number == len(last.sub)+1) {
				last.sub = append(last.sub, next)
				return true
			}
		}
		if b.ordered == ordered && (!ordered || number == len(b.items)+1) {
			b.items = append(b.items, next)
			return true
		}
	}
	if number > 1 {
		return false
	}
	p.flush()
	p.open = &block{kind: list, line: l.no, ordered: ordered, items: []item{next}}
	return true
}

// headingMark reads "## text". One # counts as two: the title of the entry is
// the only heading of level one.
func headingMark(s string) (level int, text string, ok bool) {
	n := 0
	for n < len(s) && s[n] == '#' {
		n++
	}
	if n == 0 || n > 6 || (n < len(s) && s[n] != ' ') || (n == len(s) && n < 2) {
		return 0, "", false
	}
	text = strings.TrimSpace(s[n:])
	if bare := strings.TrimRight(text, "#"); bare == "" || strings.HasSuffix(bare, " ") {
		text = strings.TrimSpace(bare)
	}
	return min(max(n, 2), 3), text, true
}

// listMark reads "- text", "* text", "• text" (number 0) and "1. text", "1) text".
func listMark(s string) (number int, text string, ok bool) {
	for _, mark := range [...]string{"- ", "* ", "• ", "· "} {
		if rest, found := strings.CutPrefix(s, mark); found {
			return 0, strings.TrimSpace(rest), true
		}
	}
	n := 0
	for n < len(s) && n < 3 && s[n] >= '0' && s[n] <= '9' {
		number = number*10 + int(s[n]-'0')
		n++
	}
	if n == 0 || number == 0 || n+1 >= len(s) || (s[n] != '.' && s[n] != ')') || s[n+1] != ' ' {
		return 0, "", false
	}
	return number, strings.TrimSpace(s[n+1:]), true
}

// span is a piece of a line: text, a bold part or a link, with its parts inside.
type span struct {
	text  string
	bold  bool
	link  bool
	auto  bool   // the link was a bare address
	href  string // empty if the target is missing or not allowed
	inner []span
}

const (
	maxLabel = 500
	maxHref  = 2000
)

// inline reads the spans of one line. bold and link say what is already open,
// because neither nests in itself.
func inline(s string, bold, link bool) []span {
	var out []span
	var text strings.Builder
	emit := func(sp span) {
		if text.Len() > 0 {
			out = append(out, span{text: text.String()})
			text.Reset()
		}
		out = append(out, sp)
	}
	noBold, start := bold, true // start: the last character was no part of a word
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s) && strings.IndexByte(`\*[]()#-.•`, s[i+1]) >= 0:
			text.WriteByte(s[i+1])
			start = true
			i += 2
			continue
		case c == '*' && !noBold && strings.HasPrefix(s[i:], "**"):
			end := boldEnd(s[i+2:])
			if end > 0 {
				emit(span{bold: true, inner: inline(s[i+2:i+2+end], true, link)})
				i += end + 4
				start = true
				continue
			}
			// Searched to the end and found nothing: further right there is nothing either.
			noBold = end < 0
		case c == '[' && !link:
			if label, href, n := linkAt(s[i:]); n > 0 {
				emit(span{link: true, href: target(href), inner: inline(label, bold, true)})
				i += n
				start = true
				continue
			}
		case start && !link:
			if href, n := bareAt(s[i:]); n > 0 {
				emit(span{link: true, auto: true, href: href, inner: []span{{text: s[i : i+n]}}})
				i += n
				start = false
				continue
			}
		}
		if c < utf8.RuneSelf {
			text.WriteByte(c)
			start = !isAlnum(c) && strings.IndexByte("/@.-_+%", c) < 0
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		text.WriteString(s[i : i+n])
		start = !unicode.IsLetter(r) && !unicode.IsDigit(r)
		i += n
	}
	if text.Len() > 0 {
		out = append(out, span{text: text.String()})
	}
	return out
}

// boldEnd finds the closing ** of a part that begins at s. 0: no part begins
// here; -1: there is no closing ** at all.
func boldEnd(s string) int {
	if s == "" || s[0] == ' ' || s[0] == '*' {
		return 0
	}
	for i := 1; i+1 < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '*' && s[i+1] == '*' && s[i-1] != ' ':
			return i
		}
	}
	return -1
}

// linkAt reads [label](target) at the start of s; n is its length, 0 if there is none.
func linkAt(s string) (label, href string, n int) {
	end := -1
	for i := 1; i < len(s) && i <= maxLabel; i++ {
		switch s[i] {
		case '\\':
			i++
			continue
		case '[':
			return "", "", 0
		case ']':
			end = i
		}
		if end > 0 {
			break
		}
	}
	if end < 1 || end+1 >= len(s) || s[end+1] != '(' {
		return "", "", 0
	}
	depth := 1
	for i := end + 2; i < len(s) && i < end+2+maxHref; i++ {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '[':
			return "", "", 0
		}
		if depth == 0 {
			return s[1:end], strings.TrimSpace(s[end+2 : i]), i + 1
		}
	}
	return "", "", 0
}

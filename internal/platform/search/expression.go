package search

import (
	"strings"

	"dorflinde/internal/platform/db"
)

// manner is how strictly an expression asks.
type manner int

const (
	exactly manner = iota // the words themselves
	inTitle               // any term that stands for them, in the title
	widely                // any such term, anywhere
)

// expression writes the groups in the language of the engine, "" if a word has
// no term at all. Terms are letters and digits only, so quoting them is enough.
func (f *finder) expression(m manner) string {
	s := sqliteSyntax
	if f.tx.Engine() == db.Postgres {
		s = postgresSyntax
		if m == inTitle {
			s.quote = "'="
		}
	}
	var all []string
	for _, g := range f.groups {
		list := g.wide
		if m == exactly {
			list = g.exact
		}
		any := s.any(list, g.parts)
		if any == "" {
			return ""
		}
		all = append(all, any)
	}
	whole := strings.Join(all, s.and)
	if m == inTitle && f.tx.Engine() == db.SQLite {
		whole = "title : (" + whole + ")"
	}
	return whole
}

type syntax struct{ quote, end, and, or string }

var (
	sqliteSyntax   = syntax{`"`, `"`, " AND ", " OR "}
	postgresSyntax = syntax{`'`, `'`, " & ", " | "}
)

// any asks for one of the terms, or for all parts.
func (s syntax) any(terms, parts []string) string {
	var alternatives []string
	for _, t := range terms {
		alternatives = append(alternatives, s.quote+t+s.end)
	}
	if len(parts) > 0 {
		var each []string
		for _, p := range parts {
			each = append(each, s.quote+p+s.end)
		}
		alternatives = append(alternatives, "("+strings.Join(each, s.and)+")")
	}
	if len(alternatives) == 0 {
		return ""
	}
	return "(" + strings.Join(alternatives, s.or) + ")"
}

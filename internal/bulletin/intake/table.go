package intake

import (
	"strings"
	"unicode"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/sheet"
)

// Table is a table whose columns have been given a meaning.
type Table struct {
	Header    []string
	Unmatched []string // headers that no column of the target is called
	rows      []sheet.Row
	columns   map[string]int
	raw       *sheet.Table
}

// Row is one row of a Table.
type Row struct {
	Line  int // in the file, from 1
	cells []string
	table *Table
}

// Rows are the rows in the order of the file.
func (t *Table) Rows() []Row {
	out := make([]Row, len(t.rows))
	for i, r := range t.rows {
		out[i] = Row{Line: r.Line, cells: r.Cells, table: t}
	}
	return out
}

// Has reports whether the table has the column.
func (t *Table) Has(column string) bool { _, ok := t.columns[column]; return ok }

// Get is the cell under a column of the target, empty where there is none. It
// is text and nothing else: formulas are never evaluated.
func (r Row) Get(column string) string {
	i, ok := r.table.columns[column]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return r.cells[i]
}

// match gives the headers a meaning: first those called exactly like a column,
// then those that begin with its name ("Beginn (Uhrzeit)"). A header means one
// column, and a column takes the first header that fits.
func match(raw *sheet.Table, columns []Column) *Table {
	t := &Table{Header: raw.Header, rows: raw.Rows, columns: map[string]int{}, raw: raw}
	taken := make([]bool, len(raw.Header))
	for _, fits := range []func(header, name string) bool{
		func(header, name string) bool { return header == name },
		func(header, name string) bool { return len(name) > 3 && strings.HasPrefix(header, name+" ") },
	} {
		for _, c := range columns {
			for _, name := range append([]string{c.Name}, c.Headers...) {
				if _, found := t.columns[c.Name]; found {
					break
				}
				for i, header := range raw.Header {
					if !taken[i] && fits(foldHeader(header), foldHeader(name)) {
						t.columns[c.Name], taken[i] = i, true
						break
					}
				}
			}
		}
	}
	for i, header := range raw.Header {
		if !taken[i] && header != "" {
			t.Unmatched = append(t.Unmatched, header)
		}
	}
	return t
}

// missing is a fault that names the required columns that are not there.
func (t *Table) missing(columns []Column) error {
	var names []string
	for _, c := range columns {
		if c.Required && !t.Has(c.Name) {
			name := c.Name
			if len(c.Headers) > 0 {
				name = c.Headers[0]
			}
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fault.Invalid("source", "intake.columns_missing", "columns", strings.Join(names, ", "), "found", cut(strings.Join(t.Header, ", "), 200))
}

// foldHeader makes headers comparable: "  E-Mail-Adresse:" is "e mail adresse".
func foldHeader(s string) string {
	var b strings.Builder
	space := false
	for _, r := range strings.ToLower(s) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			space = b.Len() > 0
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Package sheet reads and writes tables as people send them: CSV and TSV from
// Excel, LibreOffice, Google and club software, in whatever character set,
// with whatever separator. Cells are text and are never evaluated.
package sheet

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Messages holds one sentence per code for the people who sent the file: keys
// "sheet.<code>" with the placeholders {line} and {detail}.
//
//go:embed messages.*.json
var Messages embed.FS

// Limits bound a file. Zero fields take the defaults.
type Limits struct {
	Bytes   int64 // of the file; 20 MiB
	Rows    int   // with the header; 100,000
	Columns int   // 200
	Cell    int   // bytes of one cell; 64 KiB
}

func (l Limits) filled() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 20 << 20
	}
	if l.Rows <= 0 {
		l.Rows = 100_000
	}
	if l.Columns <= 0 {
		l.Columns = 200
	}
	if l.Cell <= 0 {
		l.Cell = 64 << 10
	}
	return l
}

// The codes of Error.
const (
	CodeRead     = "read"      // the source broke off
	CodeEmpty    = "empty"     // nothing in it
	CodeBinary   = "binary"    // not a text: a picture, a PDF
	CodeExcel    = "excel"     // an .xlsx, .xls or .ods file; it must be saved as CSV
	CodeTooLarge = "too_large" // Detail: the limit
	CodeRows     = "rows"      // Detail: the limit
	CodeColumns  = "columns"   // Detail: the limit
	CodeCell     = "cell"      // a cell over the limit, often a quote without end
	CodeQuote    = "quote"     // a quote that never ends
	CodeWidth    = "width"     // more cells than the header has; Detail: both numbers
)

// Codes lists every code, for tests of catalogues.
var Codes = []string{CodeRead, CodeEmpty, CodeBinary, CodeExcel, CodeTooLarge, CodeRows, CodeColumns, CodeCell, CodeQuote, CodeWidth}

// Error says what is wrong with a file, and where.
type Error struct {
	Line   int // in the file, from 1; 0 if the whole file is meant
	Code   string
	Detail string
	Err    error
}

// Error implements error.
func (e *Error) Error() string {
	s := "table: " + e.Code
	if e.Line > 0 {
		s = fmt.Sprintf("table line %d: %s", e.Line, e.Code)
	}
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Table is a file read completely.
type Table struct {
	Header    []string // nil if the first row is already data
	Rows      []Row    // without empty rows, each as wide as the header
	Delimiter rune
	Charset   string // "utf-8", "utf-16" or "windows-1252"
}

// Row is one line of the table.
type Row struct {
	Line  int // where it begins in the file, from 1
	Cells []string
}

// Read reads a table. Character set, delimiter and header are found out; rows
// that are too short are filled with empty cells, rows that are too long are
// an error, because then the columns do not mean what the header says. Every
// error is an *Error.
func Read(r io.Reader, limits Limits) (*Table, error) {
	limits = limits.filled()
	raw, err := io.ReadAll(io.LimitReader(r, limits.Bytes+1))
	if err != nil {
		return nil, &Error{Code: CodeRead, Err: err}
	}
	if int64(len(raw)) > limits.Bytes {
		return nil, &Error{Code: CodeTooLarge, Detail: fmt.Sprintf("%d bytes", limits.Bytes)}
	}
	text, charset, err := decode(raw)
	if err != nil {
		return nil, err
	}
	t := &Table{Charset: charset}
	s := &scanner{text: text, line: 1, limits: limits}
	if t.Delimiter = s.declaredDelimiter(); t.Delimiter == 0 {
		t.Delimiter = guessDelimiter(s.text)
	}
	s.delim = byte(t.Delimiter)
	rows, err := s.all()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, &Error{Code: CodeEmpty}
	}
	if err := t.fill(rows); err != nil {
		return nil, err
	}
	return t, nil
}

// fill separates header and data and evens the width out.
func (t *Table) fill(rows []Row) error {
	width := 0
	if h := findHeader(rows); h >= 0 {
		t.Header = rows[h].Cells
		rows = rows[h+1:]
		width = len(t.Header)
	} else {
		for _, r := range rows {
			width = max(width, len(r.Cells))
		}
	}
	for i, r := range rows {
		if len(r.Cells) > width {
			return &Error{Line: r.Line, Code: CodeWidth, Detail: fmt.Sprintf("%d > %d", len(r.Cells), width)}
		}
		for len(r.Cells) < width {
			r.Cells = append(r.Cells, "")
		}
		rows[i] = r
	}
	t.Rows = rows
	return nil
}

// decode turns the bytes into UTF-8. A file that is not UTF-8 is Windows-1252,
// which every byte sequence is; that is what Excel writes in Germany.
func decode(raw []byte) (text, charset string, err error) {
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")), bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0")):
		return "", "", &Error{Code: CodeExcel}
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(raw)
		if err != nil {
			return "", "", &Error{Code: CodeBinary, Err: err}
		}
		return noNUL(string(out), "utf-16")
	case len(raw) >= 4 && raw[1] == 0 && raw[3] == 0 && raw[0] != 0:
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().Bytes(raw)
		if err != nil {
			return "", "", &Error{Code: CodeBinary, Err: err}
		}
		return noNUL(string(out), "utf-16")
	}
	if utf8.Valid(raw) {
		return noNUL(string(raw), "utf-8")
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return "", "", &Error{Code: CodeBinary, Err: err}
	}
	return noNUL(string(out), "windows-1252")
}

func noNUL(text, charset string) (string, string, error) {
	if i := strings.IndexByte(text, 0); i >= 0 {
		return "", "", &Error{Code: CodeBinary, Line: 1 + strings.Count(text[:i], "\n")}
	}
	return text, charset, nil
}

// scanner splits a text into rows after RFC 4180, and is lenient where people
// are: any line end, quotes inside of unquoted cells, text behind a closing quote.
type scanner struct {
	text   string
	pos    int
	line   int
	delim  byte
	limits Limits
}

// declaredDelimiter reads the "sep=;" line that Excel understands.
func (s *scanner) declaredDelimiter() rune {
	if len(s.text) < 5 || !strings.EqualFold(s.text[:4], "sep=") || strings.IndexByte(delimiters, s.text[4]) < 0 {
		return 0
	}
	d := rune(s.text[4])
	s.pos = 5
	if !s.lineEnd() && s.pos < len(s.text) {
		s.pos = 0
		return 0
	}
	return d
}

// lineEnd steps over \n, \r\n or \r.
func (s *scanner) lineEnd() bool {
	if s.pos >= len(s.text) || s.text[s.pos] != '\n' && s.text[s.pos] != '\r' {
		return false
	}
	if s.text[s.pos] == '\r' && s.pos+1 < len(s.text) && s.text[s.pos+1] == '\n' {
		s.pos++
	}
	s.pos++
	s.line++
	return true
}

// all reads the rows that are not empty.
func (s *scanner) all() ([]Row, error) {
	var rows []Row
	for s.pos < len(s.text) {
		row, err := s.row()
		if err != nil {
			return nil, err
		}
		if len(row.Cells) == 0 {
			continue
		}
		if rows = append(rows, row); len(rows) > s.limits.Rows {
			return nil, &Error{Line: row.Line, Code: CodeRows, Detail: fmt.Sprint(s.limits.Rows)}
		}
	}
	return rows, nil
}

// row reads one row; empty cells at its end are dropped.
func (s *scanner) row() (Row, error) {
	row := Row{Line: s.line}
	filled := 0
	for {
		cell, err := s.cell()
		if err != nil {
			return row, err
		}
		if len(cell) > s.limits.Cell {
			return row, &Error{Line: row.Line, Code: CodeCell, Detail: fmt.Sprintf("%d bytes", s.limits.Cell)}
		}
		row.Cells = append(row.Cells, unguard(strings.TrimSpace(cell)))
		if row.Cells[len(row.Cells)-1] != "" {
			filled = len(row.Cells)
		}
		if filled > s.limits.Columns || len(row.Cells) > 10*s.limits.Columns {
			return row, &Error{Line: row.Line, Code: CodeColumns, Detail: fmt.Sprint(s.limits.Columns)}
		}
		if s.pos < len(s.text) && s.text[s.pos] == s.delim {
			s.pos++
			continue
		}
		s.lineEnd()
		row.Cells = row.Cells[:filled]
		return row, nil
	}
}

// cell reads up to the next delimiter or line end.
func (s *scanner) cell() (string, error) {
	begin := s.pos
	for s.pos < len(s.text) && s.text[s.pos] == ' ' && s.delim != ' ' {
		s.pos++
	}
	if s.pos < len(s.text) && s.text[s.pos] == '"' {
		return s.quoted()
	}
	s.pos = begin
	return s.plain(), nil
}

func (s *scanner) plain() string {
	begin := s.pos
	for s.pos < len(s.text) && s.text[s.pos] != s.delim && s.text[s.pos] != '\n' && s.text[s.pos] != '\r' {
		s.pos++
	}
	return s.text[begin:s.pos]
}

func (s *scanner) quoted() (string, error) {
	opened := s.line
	var b strings.Builder
	for s.pos++; s.pos < len(s.text); {
		switch c := s.text[s.pos]; {
		case c == '"' && s.pos+1 < len(s.text) && s.text[s.pos+1] == '"':
			b.WriteByte('"')
			s.pos += 2
		case c == '"':
			s.pos++
			b.WriteString(strings.TrimRight(s.plain(), " "))
			return b.String(), nil
		case c == '\n' || c == '\r':
			s.lineEnd()
			b.WriteByte('\n')
		default:
			b.WriteByte(c)
			s.pos++
		}
		if b.Len() > s.limits.Cell {
			return "", &Error{Line: opened, Code: CodeCell, Detail: fmt.Sprintf("%d bytes", s.limits.Cell)}
		}
	}
	return "", &Error{Line: opened, Code: CodeQuote}
}

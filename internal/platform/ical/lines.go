package ical

import (
	"bytes"
	"encoding/binary"
	"io"
	"mime/quotedprintable"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// property is one unfolded content line: NAME;PARAMS:VALUE.
type property struct {
	name   string // upper case
	params string // raw, without the leading semicolon
	value  string // raw, still escaped
	line   int    // first physical line
}

// readAll reads at most limit bytes and turns UTF-16 into UTF-8. Single-byte
// encodings are handled line by line, after unfolding.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, &Error{Reason: ReasonRead, Detail: err.Error()}
	}
	if int64(len(data)) > limit {
		return nil, &Error{Reason: ReasonTooLarge, Detail: "file is larger than allowed"}
	}
	data = decodeUTF16(data)
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil
}

// decodeUTF16 recognises a byte order mark or, without one, the zero bytes
// that the ASCII letters of BEGIN leave in UTF-16.
func decodeUTF16(data []byte) []byte {
	if len(data) < 4 {
		return data
	}
	var order binary.ByteOrder
	switch {
	case data[0] == 0xff && data[1] == 0xfe, data[0] == 'B' && data[1] == 0 && data[2] == 'E':
		order = binary.LittleEndian
	case data[0] == 0xfe && data[1] == 0xff, data[0] == 0 && data[1] == 'B' && data[2] == 0:
		order = binary.BigEndian
	default:
		return data
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 0; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	if len(units) > 0 && units[0] == 0xfeff {
		units = units[1:]
	}
	return []byte(string(utf16.Decode(units)))
}

// lineScanner joins folded lines (RFC 5545 §3.1). It works on bytes, because
// some producers fold in the middle of a UTF-8 sequence. CR, LF, CRLF and
// blank lines all count as line ends; a blank line does not end a folding,
// since CR CR LF (a file that went through text mode twice) looks like one.
type lineScanner struct {
	data   []byte
	pos    int
	number int // physical line last read
}

// physical returns the next line without its end.
func (s *lineScanner) physical() []byte {
	rest := s.data[s.pos:]
	s.number++
	i := bytes.IndexAny(rest, "\r\n")
	if i < 0 {
		s.pos = len(s.data)
		return rest
	}
	s.pos += i + 1
	if rest[i] == '\r' && i+1 < len(rest) && rest[i+1] == '\n' {
		s.pos++
	}
	return rest[:i]
}

// next returns the next unfolded, non-empty line and its first line number.
func (s *lineScanner) next() (line []byte, number int, ok bool) {
	for s.pos < len(s.data) {
		line = s.physical()
		if len(line) > 0 {
			ok = true
			break
		}
	}
	if !ok {
		return nil, s.number, false
	}
	number = s.number
	owned := false
	for s.pos < len(s.data) {
		pos, n := s.pos, s.number
		part := s.physical()
		for len(part) == 0 && s.pos < len(s.data) {
			part = s.physical()
		}
		if len(part) == 0 || part[0] != ' ' && part[0] != '\t' {
			s.pos, s.number = pos, n
			break
		}
		if !owned {
			line, owned = append(make([]byte, 0, 2*len(line)+len(part)), line...), true
		}
		line = append(line, part[1:]...)
	}
	return line, number, true
}

// decodeText returns line as clean UTF-8. A line without a single valid
// multi-byte sequence but with high bytes is Windows-1252 (which contains the
// printable part of Latin-1); otherwise stray bytes are damage and replaced.
func decodeText(line []byte) string {
	if utf8.Valid(line) {
		return stripControls(string(line))
	}
	for rest := line; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r != utf8.RuneError && size > 1 {
			return stripControls(strings.ToValidUTF8(string(line), "\uFFFD"))
		}
		rest = rest[size:]
	}
	var b strings.Builder
	b.Grow(len(line) + len(line)/8)
	for _, c := range line {
		b.WriteRune(charmap.Windows1252.DecodeByte(c))
	}
	return stripControls(b.String())
}

// isControl names the characters that RFC 5545 §3.1 forbids in a line, and
// the Unicode line ends that some programs treat as a line break.
func isControl(r rune) bool {
	return r < 0x20 && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029'
}

func stripControls(s string) string {
	if strings.IndexFunc(s, isControl) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return -1
		}
		return r
	}, s)
}

// splitLine cuts a content line into name, parameters and value. It reports
// false if the line has no name or no colon outside quotes.
func splitLine(line string, number int) (property, bool) {
	end := strings.IndexAny(line, ";:")
	if end <= 0 {
		return property{}, false
	}
	name := strings.TrimSpace(line[:end])
	if !validName(name) {
		return property{}, false
	}
	p := property{name: strings.ToUpper(name), line: number}
	if line[end] == ':' {
		p.value = line[end+1:]
		return p, true
	}
	rest := line[end+1:]
	quoted := false
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '"':
			quoted = !quoted
		case ':':
			if !quoted {
				p.params, p.value = rest[:i], rest[i+1:]
				return p, true
			}
		}
	}
	// An opening quote that is never closed: take the last colon.
	if i := strings.LastIndexByte(rest, ':'); i >= 0 {
		p.params, p.value = rest[:i], rest[i+1:]
		return p, true
	}
	return property{}, false
}

func validName(name string) bool {
	if name == "" || len(name) > 100 {
		return false
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

// param returns the named parameter without quotes, or "". RFC 6868 escapes
// are resolved.
func (p property) param(name string) string {
	rest := p.params
	for rest != "" {
		var part string
		part, rest = cutParam(rest)
		key, value, ok := strings.Cut(part, "=")
		if ok && strings.EqualFold(strings.TrimSpace(key), name) {
			return unquoteParam(value)
		}
	}
	return ""
}

func cutParam(s string) (part, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			quoted = !quoted
		case ';':
			if !quoted {
				return s[:i], s[i+1:]
			}
		}
	}
	return s, ""
}

var caretEscapes = strings.NewReplacer("^n", "\n", "^'", `"`, "^^", "^")

func unquoteParam(v string) string {
	v = strings.ReplaceAll(strings.TrimSpace(v), `"`, "")
	if strings.Contains(v, "^") {
		v = stripControls(caretEscapes.Replace(v))
	}
	return v
}

// text returns the value as plain text with LF line ends (RFC 5545 §3.3.11).
// The result never shares memory with the file.
func (p property) text() string {
	v := p.value
	if p.params != "" && strings.EqualFold(p.param("ENCODING"), "QUOTED-PRINTABLE") {
		// vCalendar 1.0, still written by old telephones.
		raw, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(v)))
		if err == nil {
			v = decodeText(raw)
		}
	}
	return strings.TrimSpace(unescape(v))
}

// unescape resolves \n, \, \; \: \" and \\. A backslash before anything else
// stays: it is a producer that does not escape backslashes.
func unescape(v string) string {
	if strings.IndexByte(v, '\\') < 0 {
		return strings.Clone(v)
	}
	var b strings.Builder
	b.Grow(len(v))
	for i := 0; i < len(v); i++ {
		if v[i] != '\\' || i+1 == len(v) {
			b.WriteByte(v[i])
			continue
		}
		i++
		switch v[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		case ',', ';', ':', '"', '\\':
			b.WriteByte(v[i])
		default:
			b.WriteByte('\\')
			b.WriteByte(v[i])
		}
	}
	return b.String()
}

// list splits the value at commas that are not escaped and returns the texts.
func (p property) list() []string {
	var out []string
	start := 0
	add := func(raw string) {
		if s := strings.TrimSpace(unescape(raw)); s != "" {
			out = append(out, s)
		}
	}
	for i := 0; i < len(p.value); i++ {
		switch p.value[i] {
		case '\\':
			i++
		case ',':
			add(p.value[start:i])
			start = i + 1
		}
	}
	add(p.value[start:])
	return out
}

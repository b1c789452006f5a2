package sheet

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Write writes a table for Excel as it is used in Germany: UTF-8 with byte order
// mark, semicolons, line ends \r\n. Cells that a spreadsheet would evaluate get
// an apostrophe in front (OWASP, CSV Injection); Read takes it away again, so
// that a table survives the way there and back.
//
// Numbers and phone numbers ("-3,50", "+49 8243 960-0") stay as they are. They
// begin like a formula, but consist of digits and punctuation only, so they can
// call no function and name no cell: at worst a spreadsheet shows another number.
func Write(w io.Writer, header []string, rows [][]string) error {
	b := bufio.NewWriter(w)
	if _, err := b.WriteString("\uFEFF"); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	if len(header) > 0 {
		if err := writeRow(b, header); err != nil {
			return fmt.Errorf("write table header: %w", err)
		}
	}
	for i, row := range rows {
		if err := writeRow(b, row); err != nil {
			return fmt.Errorf("write table row %d: %w", i+1, err)
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

func writeRow(b *bufio.Writer, cells []string) error {
	for i, c := range cells {
		if i > 0 {
			if err := b.WriteByte(';'); err != nil {
				return err
			}
		}
		c = guard(strings.ReplaceAll(strings.ToValidUTF8(c, "\uFFFD"), "\x00", ""))
		if strings.ContainsAny(c, ";,\t|\"\r\n") || strings.TrimSpace(c) != c {
			c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
		if _, err := b.WriteString(c); err != nil {
			return err
		}
	}
	_, err := b.WriteString("\r\n")
	return err
}

// harmless is a number or a phone number.
var harmless = regexp.MustCompile(`^[+-] ?\(?[0-9][0-9 .,/()-]*[%€]?$`)

// formula reports whether a spreadsheet may evaluate c, or Write has put an
// apostrophe before such a cell already. White space and control characters in
// front do not help, nor do the full-width forms that some versions accept.
func formula(c string) bool {
	c = strings.TrimLeft(c, "'")
	inner := strings.TrimLeft(c, " \u00a0")
	if inner == "" {
		return false
	}
	switch r := []rune(inner[:min(len(inner), 4)])[0]; r {
	case '=', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠':
		return true
	case '+', '-':
		return !harmless.MatchString(strings.TrimRight(inner, " "))
	}
	return false
}

func guard(c string) string {
	if formula(c) {
		return "'" + c
	}
	return c
}

// unguard undoes guard.
func unguard(c string) string {
	if rest, ok := strings.CutPrefix(c, "'"); ok && formula(rest) {
		return rest
	}
	return c
}

package sheet

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/text/encoding/unicode"
)

func read(t *testing.T, src string) *Table {
	t.Helper()
	tab, err := Read(strings.NewReader(src), Limits{})
	if err != nil {
		t.Fatalf("%q: %v", src, err)
	}
	return tab
}

func TestReadFiles(t *testing.T) {
	for _, c := range []struct {
		file, charset string
		delim         rune
		header        []string
		rows          []Row
	}{
		{"excel-1252.csv", "windows-1252", ';', []string{"Datum", "Uhrzeit", "Titel", "Ort", "Eintritt"}, []Row{
			{4, []string{"Do, 03.12.2026", "19:30 Uhr", "Jahreshauptversammlung; mit Wahl", `Gasthof "Zur Linde"`, "0,00 €"}},
			{5, []string{"06.12.26", "14.00 Uhr", "Nikolausmarkt für Groß und Klein", "Dorfplatz", ""}},
			{7, []string{"31.12.2026", "", "Silvesterlauf\nzwei Strecken", "Schule", "12,50 €"}},
		}},
		{"google.csv", "utf-8", ',', []string{"Subject", "Start Date", "Start Time", "Description"}, []Row{
			{2, []string{"Probe, Blasorchester", "2026-12-04", "20:00", `Mit "Gästen"`}},
			{3, []string{"Vorstand", "2026-12-11", "19:00", ""}},
		}},
	} {
		raw, err := os.ReadFile(filepath.Join("testdata", c.file))
		if err != nil {
			t.Fatal(err)
		}
		tab := read(t, string(raw))
		if tab.Charset != c.charset || tab.Delimiter != c.delim || !slices.Equal(tab.Header, c.header) {
			t.Errorf("%s: %s %q %q", c.file, tab.Charset, tab.Delimiter, tab.Header)
		}
		if !slices.EqualFunc(tab.Rows, c.rows, func(a, b Row) bool { return a.Line == b.Line && slices.Equal(a.Cells, b.Cells) }) {
			t.Errorf("%s: %+v", c.file, tab.Rows)
		}
	}
}

func TestReadForms(t *testing.T) {
	utf16le, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("Name\tOrt\r\nGrün\tLeeder\r\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, src string
		delim     rune
		header    []string
		rows      [][]string
	}{
		{"byte order mark", "\uFEFFName;Ort\nA;B", ';', []string{"Name", "Ort"}, [][]string{{"A", "B"}}},
		{"UTF-16 with tabs", utf16le, '\t', []string{"Name", "Ort"}, [][]string{{"Grün", "Leeder"}}},
		{"UTF-16 without mark", "N\x00;\x00O\x00\n\x00a\x00;\x00b\x00", ';', []string{"N", "O"}, [][]string{{"a", "b"}}},
		{"pipe", "Name|Ort\na|b", '|', []string{"Name", "Ort"}, [][]string{{"a", "b"}}},
		{"sep line", "sep=,\r\nName,Ort\r\na;x,b", ',', []string{"Name", "Ort"}, [][]string{{"a;x", "b"}}},
		{"old Mac", "Name;Ort\ra;b\rc;d", ';', []string{"Name", "Ort"}, [][]string{{"a", "b"}, {"c", "d"}}},
		{"decimal commas do not decide", "Name;Preis\na;1,50\nb;2,50\nc;3,50", ';', []string{"Name", "Preis"}, [][]string{{"a", "1,50"}, {"b", "2,50"}, {"c", "3,50"}}},
		{"one column", "Straße\nDorfstraße\nLindenweg", ';', []string{"Straße"}, [][]string{{"Dorfstraße"}, {"Lindenweg"}}},
		{"no header", "03.12.2026;Fest\n04.12.2026;Markt", ';', nil, [][]string{{"03.12.2026", "Fest"}, {"04.12.2026", "Markt"}}},
		{"short rows", "a;b;c\nd", ';', []string{"a", "b", "c"}, [][]string{{"d", "", ""}}},
		{"spaces and text behind a quote", "a;b\n \"x\" y ; z ", ';', []string{"a", "b"}, [][]string{{"x y", "z"}}},
		{"formulas stay text", "a;b\n=1+1;@SUM(A1)", ';', []string{"a", "b"}, [][]string{{"=1+1", "@SUM(A1)"}}},
		{"our apostrophe goes", "a;b\n'=1+1;'t Huis", ';', []string{"a", "b"}, [][]string{{"=1+1", "'t Huis"}}},
	} {
		tab := read(t, c.src)
		if tab.Delimiter != c.delim || !slices.Equal(tab.Header, c.header) {
			t.Errorf("%s: %q %q", c.name, tab.Delimiter, tab.Header)
		}
		if !slices.EqualFunc(tab.Rows, c.rows, func(a Row, b []string) bool { return slices.Equal(a.Cells, b) }) {
			t.Errorf("%s: %+v", c.name, tab.Rows)
		}
	}
}

func TestReadErrors(t *testing.T) {
	small := Limits{Bytes: 200, Rows: 3, Columns: 4, Cell: 20}
	for _, c := range []struct {
		name, src, code string
		line            int
	}{
		{"empty", "", CodeEmpty, 0},
		{"only separators", ";;\n;;", CodeEmpty, 0},
		{"zip", "PK\x03\x04xx", CodeExcel, 0},
		{"old Excel", "\xd0\xcf\x11\xe0xx", CodeExcel, 0},
		{"binary", "GIF89a\n\x00\x01\x02", CodeBinary, 2},
		{"too large", strings.Repeat("a", 201), CodeTooLarge, 0},
		{"rows", "a\nb\nc\nd", CodeRows, 4},
		{"columns", "a;b\n1;2;3;4;5", CodeColumns, 2},
		{"cell", "a;b\n" + strings.Repeat("x", 21), CodeCell, 2},
		{"quote", "a;b\nc;\"d\ne", CodeQuote, 2},
		{"quote over the limit", "a;b\n\"" + strings.Repeat("x\n", 30), CodeCell, 2},
		{"width", "a;b\nc;d\n1;2;3", CodeWidth, 3},
	} {
		var e *Error
		if _, err := Read(strings.NewReader(c.src), small); !errors.As(err, &e) || e.Code != c.code || e.Line != c.line {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	broken := errors.New("broken")
	var e *Error
	if _, err := Read(iotest.ErrReader(broken), Limits{}); !errors.As(err, &e) || e.Code != CodeRead || !errors.Is(err, broken) {
		t.Errorf("broken source: %v", err)
	}
}

func TestDate(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"3.12.2026", "2026-12-03"}, {"03.12.26", "2026-12-03"}, {"2026-12-03", "2026-12-03"}, {"3. 12. 2026", "2026-12-03"},
		{"03/12/2026", "2026-12-03"}, {"3. Dezember 2026", "2026-12-03"}, {"3 Dez. 2026", "2026-12-03"}, {"1. Mär. 1999", "1999-03-01"}, {"29.2.2028", "2028-02-29"}, {"1.1.70", "1970-01-01"},
		{"Do, 03.12.2026 19:30 Uhr", "2026-12-03 19:30"}, {"Donnerstag, den 3. Dezember 2026, 19.30 Uhr", "2026-12-03 19:30"},
		{"Do. 3.12.2026 - 19 Uhr", "2026-12-03 19:00"}, {"2026-12-03 19:30:15", "2026-12-03 19:30"}, {"2026-12-03T19:30:00Z", "2026-12-03 19:30 UTC"},
		{"2026-12-03T19:30:00+01:00", "2026-12-03 19:30 +0100"}, {"2026-12-03T19:30:00.123+0100", "2026-12-03 19:30 +0100"},
		{"Fr, 03.12.2026", "2026-12-03 weekday"}, {"03.12.2026, um 9 Uhr", "2026-12-03 09:00"}, {"3.12.2026\u00a020:00", "2026-12-03 20:00"},
		{"19.30 Uhr", "19:30"}, {"19:30", "19:30"}, {"8 Uhr", "08:00"}, {"ab 14 Uhr", "14:00"}, {"24:00", "24:00"},
		{"19:30 - 22:00 Uhr", "19:30 to 22:00"}, {"19 bis 22 Uhr", "19:00 to 22:00"}, {"03.12.2026 10–12.30 Uhr", "2026-12-03 10:00 to 12:30"},
	} {
		w, err := Date(c.src)
		if err != nil {
			t.Errorf("%q: %v", c.src, err)
			continue
		}
		var got []string
		if w.HasDate {
			got = append(got, w.In(time.UTC).Format("2006-01-02"))
		}
		if w.HasTime {
			got = append(got, two(w.Hour)+":"+two(w.Minute))
		}
		if w.HasEnd {
			got = append(got, "to "+two(w.EndHour)+":"+two(w.EndMin))
		}
		if w.Zone != nil {
			got = append(got, w.In(time.Local).Format("MST"))
		}
		if w.WeekdayDiffers {
			got = append(got, "weekday")
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q = %q, want %q", c.src, got, c.want)
		}
	}
	for _, bad := range []string{"", "31.02.2026", "32.1.2026", "1.13.2026", "0.1.2026", "2026-13-01", "29.2.2026", "25:00", "19:60", "morgen", "19", "12.5", "3. Brumaire 2026", "3.12.2026 abends", "19:30 bis spät", "3.12.2026 19:30 +99:00", strings.Repeat("1", 200), "Do", "24:01"} {
		if w, err := Date(bad); !errors.Is(err, ErrValue) {
			t.Errorf("%q = %+v, %v", bad, w, err)
		}
	}
}

func two(n int) string { return string([]byte{'0' + byte(n/10), '0' + byte(n%10)}) }

func TestNumber(t *testing.T) {
	for src, want := range map[string]float64{
		"12,5": 12.5, "1.234,56": 1234.56, "1.234": 1234, "1 234,5": 1234.5, "12.5": 12.5, "1,234.50": 1234.5, "1,234": 1.234, "-3,50": -3.5, "−3": -3,
		"12,50 €": 12.5, "€ 12": 12, "5 EUR": 5, "5,-": 5, "0": 0, "1.234.567": 1234567, "+4": 4, "1\u00a0000": 1000,
	} {
		if got, err := Number(src); err != nil || got != want {
			t.Errorf("%q = %v, %v", src, got, err)
		}
	}
	for _, bad := range []string{"", "a", "1,2,3", "1.2.3", "=1", "1e9", "NaN", "Inf", "0x1", "--1", strings.Repeat("9", 50)} {
		if got, err := Number(bad); !errors.Is(err, ErrValue) {
			t.Errorf("%q = %v, %v", bad, got, err)
		}
	}
}

func TestWrite(t *testing.T) {
	var b bytes.Buffer
	rows := [][]string{
		{"=HYPERLINK(\"http://x\")", "+49 8243 960-0", "-3,50"},
		{"@SUM(A1)", "+A1", "-2+cmd|' /C calc'!A0"},
		{"\t=1", "Zeile 1\nZeile 2", "a;b"},
		{"'=1", "'t Huis", " =1"},
		{"＝1", "-", "−5"},
	}
	if err := Write(&b, []string{"Name", "Telefon", "Betrag"}, rows); err != nil {
		t.Fatal(err)
	}
	want := "\uFEFFName;Telefon;Betrag\r\n" +
		"\"'=HYPERLINK(\"\"http://x\"\")\";+49 8243 960-0;\"-3,50\"\r\n" +
		"'@SUM(A1);'+A1;\"'-2+cmd|' /C calc'!A0\"\r\n" +
		"\"'\t=1\";\"Zeile 1\nZeile 2\";\"a;b\"\r\n" +
		"''=1;'t Huis;' =1\r\n" +
		"'＝1;'-;−5\r\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
	if err := Write(failing{}, nil, [][]string{{strings.Repeat("x", 10000)}}); err == nil {
		t.Error("a broken target gave no error")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestEveryCodeHasASentence(t *testing.T) {
	for _, lang := range []string{"de", "en"} {
		raw, err := Messages.ReadFile("messages." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]string
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		for _, c := range Codes {
			if m["sheet."+c] == "" {
				t.Errorf("%s: no sentence for %s", lang, c)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"a;b\n1;2", "\"", "a,\"b\"\"c\"\r\nd", "sep=;\n", "\xff\xfea\x00", "a\tb\rc", "'=1;x", "\xfc;\xe4"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		tab, err := Read(bytes.NewReader(raw), Limits{})
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Code == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		for i, r := range tab.Rows {
			if r.Line < 1 || tab.Header != nil && len(r.Cells) != len(tab.Header) || i > 0 && r.Line <= tab.Rows[i-1].Line {
				t.Fatalf("%+v", tab)
			}
		}
	})
}

// FuzzWriteRead: what was written comes back, and no cell begins a formula.
func FuzzWriteRead(f *testing.F) {
	for _, s := range []string{"=1", "'=1", "+49", "-", "'t", "a\"b", "''@x", "-2+3", "＠x", "x;y\nz"} {
		f.Add(s, "b")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		norm := func(s string) string {
			s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
			return strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s))
		}
		a, b = norm(a), norm(b)
		if a == "" || b == "" || len(a)+len(b) > 10000 {
			return
		}
		var out bytes.Buffer
		if err := Write(&out, []string{"Kopf", "Fuß"}, [][]string{{a, b}}); err != nil {
			t.Fatal(err)
		}
		tab, err := Read(bytes.NewReader(out.Bytes()), Limits{})
		if err != nil || len(tab.Rows) != 1 || !slices.Equal(tab.Rows[0].Cells, []string{a, b}) {
			t.Fatalf("%q %q came back as %+v, %v from %q", a, b, tab, err, out.String())
		}
		if g := guard(a); strings.ContainsAny(g[:1], "=@") || strings.ContainsAny(g[:1], "+-") && !harmless.MatchString(g) {
			t.Fatalf("%q is written as %q", a, g)
		}
	})
}

func FuzzValues(f *testing.F) {
	for _, s := range []string{"3.12.2026", "Do, 03.12.2026 19:30 Uhr", "19–22 Uhr", "2026-12-03T19:30:00+01:00", "1.234,5 €"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if w, err := Date(s); err == nil && w.HasDate {
			if got := w.In(time.UTC); w.Hour < 24 && w.Zone == nil && (got.Day() != w.Day || got.Month() != w.Month) {
				t.Fatalf("%q: %+v", s, w)
			}
		}
		if _, err := Number(s); err != nil && !errors.Is(err, ErrValue) {
			t.Fatal(err)
		}
	})
}

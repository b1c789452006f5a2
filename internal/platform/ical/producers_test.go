package ical

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

func berlin(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func read(t testing.TB, name string) *Calendar {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	cal, err := Parse(bytes.NewReader(data), Limits{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return cal
}

// year lists the occurrences of e in 2026 as "2006-01-02 15:04" of Berlin,
// with "!" for cancelled ones.
func year(t testing.TB, e Event) []string {
	t.Helper()
	zone := berlin(t)
	list, truncated, err := e.Occurrences(time.Date(2026, 1, 1, 0, 0, 0, 0, zone), time.Date(2027, 1, 1, 0, 0, 0, 0, zone), 0)
	if err != nil || truncated {
		t.Fatalf("occurrences: truncated %v, error %v", truncated, err)
	}
	var out []string
	for _, o := range list {
		s := o.Start.In(zone).Format("01-02 15:04") + "-" + o.End.In(zone).Format("15:04")
		if o.Cancelled {
			s += "!"
		}
		out = append(out, s)
	}
	return out
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got %v\nwant %v", what, got, want)
	}
}

func warnings(c *Calendar) string {
	var out []string
	for _, w := range c.Warnings {
		out = append(out, w.Reason)
	}
	return strings.Join(out, " ")
}

func TestGoogle(t *testing.T) {
	c := read(t, "google.ics")
	same(t, "name", c.Name, "Musikverein Beispiel")
	same(t, "description", c.Description, "Proben und Auftritte (Beispieldaten)")
	same(t, "events", len(c.Events), 2)
	same(t, "warnings", warnings(c), "")
	e := c.Events[0]
	same(t, "text", e.Description, "Wir proben im <b>Vereinsheim</b>, bitte Noten mitbringen.\nEintritt frei; Gäste willkommen.")
	same(t, "place", e.Location, "Vereinsheim, Dorfstraße 1, 86925 Beispielort")
	same(t, "occurrences", strings.Join(year(t, e), " "), strings.Join([]string{
		"09-16 19:30-21:30", "09-23 19:30-21:30", "09-30 19:30-21:30",
		"10-08 20:00-22:00", // moved; the 14th, the 28th and 4 November are excluded
		"10-21 19:30-21:30", "11-11 19:30-21:30", "11-18 19:30-21:30", "11-25 19:30-21:30",
		"12-02 19:30-21:30", "12-09 19:30-21:30", "12-16 19:30-21:30", "12-23 19:30-21:30",
	}, " "))
	market := c.Events[1]
	same(t, "private", market.Private, true)
	same(t, "days", market.End.Sub(market.Start), 48*time.Hour)
}

func TestOutlook(t *testing.T) {
	c := read(t, "outlook.ics")
	same(t, "events", len(c.Events), 6)
	same(t, "warnings", warnings(c), "unknown_zone unknown_zone")
	same(t, "occurrences", strings.Join(year(t, c.Events[0]), " "), "09-25 19:00-22:00 11-27 19:00-22:00 12-25 19:00-22:00")
	same(t, "zone", c.Events[0].Start.Location().String(), "Europe/Berlin")
	same(t, "unescaped comma", c.Events[0].Location, "Gasthof Linde, großer Saal")
	same(t, "all day", c.Events[1].AllDay, true)
	same(t, "one day", c.Events[1].End.Sub(c.Events[1].Start), 24*time.Hour)
	for _, i := range []int{2, 3, 4} {
		same(t, c.Events[i].Summary, c.Events[i].Start.UTC().Format(time.RFC3339), "2026-07-01T08:00:00Z")
		same(t, c.Events[i].Summary, c.Events[i].Start.Location().String(), "Europe/Berlin")
	}
	same(t, "duration", c.Events[3].End.Sub(c.Events[3].Start), 90*time.Minute)
	same(t, "own rules", c.Events[5].Start.UTC().Format(time.RFC3339), "2026-07-01T06:30:00Z")
	same(t, "own name", c.Events[5].Start.Location().String(), "Inselzeit")
}

func TestNextcloud(t *testing.T) {
	c := read(t, "nextcloud.ics")
	same(t, "events", len(c.Events), 1)
	same(t, "refresh", c.Refresh, 4*time.Hour)
	e := c.Events[0]
	same(t, "categories", strings.Join(e.Categories, "|"), "Feuerwehr|Jugend, Kinder|Übung")
	same(t, "geo", *e.Geo, Geo{47.9712, 10.8254})
	same(t, "url", e.URL, "https://feuerwehr.example/uebung?a=1")
	same(t, "occurrences", strings.Join(year(t, e), " "), strings.Join([]string{
		"03-02 19:00-21:00", "03-15 10:00-12:00", "04-06 19:00-21:00!", "05-04 19:00-21:00",
		"06-01 20:00-21:30", "07-06 20:00-21:30", "08-03 20:00-21:30",
	}, " "))
}

func TestApple(t *testing.T) {
	c := read(t, "apple.ics")
	same(t, "zone", c.Events[0].Start.Location().String(), "Europe/Berlin")
	same(t, "place", c.Events[0].Location, "St. Beispiel\nKirchplatz 1")
	same(t, "no 29 February in 2026", len(year(t, c.Events[1])), 0)
	same(t, "floating", c.Events[2].Start.UTC().Format(time.RFC3339), "2026-07-01T16:00:00Z")
	same(t, "duration", c.Events[2].End.UTC().Format(time.RFC3339), "2026-07-02T18:00:00Z")
	leap, _, err := c.Events[1].Occurrences(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2033, 1, 1, 0, 0, 0, 0, time.UTC), 0)
	if err != nil || len(leap) != 2 || leap[0].Start.Format("2006-01-02") != "2028-02-29" {
		t.Errorf("leap days: %v %v", leap, err)
	}
}

func TestWaste(t *testing.T) {
	c := read(t, "waste-latin1.ics")
	same(t, "name", c.Name, "Abfuhrtermine Mühlweg")
	same(t, "events", len(c.Events), 3)
	same(t, "latin-1", c.Events[0].Summary, "Restmüll")
	same(t, "loose", c.Events[0].Description, "Bitte bis 6 Uhr bereitstellen\nEintritt: frei, Straßenrand\noder am Hof")
	same(t, "windows-1252", c.Events[1].Summary, "Gelber Sack – Papier")
	same(t, "warnings", warnings(c), "loose_text loose_text missing_uid outside_calendar duplicate_uid duplicate_uid")
	uids := map[string]bool{}
	for _, e := range c.Events {
		uids[e.UID] = true
		if !e.AllDay || e.End.Sub(e.Start) != 24*time.Hour {
			t.Errorf("not one whole day: %+v", e)
		}
	}
	same(t, "told apart", len(uids), 3)
	again := read(t, "waste-latin1.ics")
	for i := range c.Events {
		same(t, "stable uid", again.Events[i].UID, c.Events[i].UID)
	}
}

// TestDisguises reads the same file in every encoding and with every line end.
func TestDisguises(t *testing.T) {
	plain := "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:ä\nDTSTART:20260102T030405Z\nSUMMARY:Grüße – Jörg\nEND:VEVENT\nEND:VCALENDAR\n"
	with := func(end string) string { return strings.ReplaceAll(plain, "\n", end) }
	wide := func(s string, big bool, mark bool) string {
		if mark {
			s = "\ufeff" + s
		}
		var out []byte
		for _, u := range utf16.Encode([]rune(s)) {
			if big {
				out = append(out, byte(u>>8), byte(u))
			} else {
				out = append(out, byte(u), byte(u>>8))
			}
		}
		return string(out)
	}
	ü, dash := strings.Index(plain, "ü"), strings.Index(plain, "–")
	tests := map[string]string{
		"LF": plain, "CRLF": with("\r\n"), "CR": with("\r"), "CRCRLF": with("\r\r\n"), "blank lines": with("\n\n"),
		"BOM": "\ufeff" + plain, "no last line end": strings.TrimSuffix(plain, "\n"),
		"folded in ü":        plain[:ü+1] + "\r\n " + plain[ü+1:],
		"folded in dash":     plain[:dash+2] + "\n\t" + plain[dash+2:],
		"folded, CRCRLF":     plain[:dash] + "\r\r\n " + plain[dash:],
		"UTF-16LE with mark": wide(plain, false, true), "UTF-16BE with mark": wide(plain, true, true),
		"UTF-16LE": wide(plain, false, false), "UTF-16BE": wide(plain, true, false),
		"lower case": strings.NewReplacer("BEGIN", "begin", "END", "end", "SUMMARY", "summary").Replace(plain),
		"windows":    strings.NewReplacer("ä", "\xe4", "ü", "\xfc", "ß", "\xdf", "–", "\x96", "ö", "\xf6").Replace(plain),
	}
	for name, text := range tests {
		c, err := Parse(strings.NewReader(text), Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same(t, name, c.Events[0].Summary, "Grüße – Jörg")
		same(t, name, c.Events[0].UID, "ä")
	}
}

func TestRealFiles(t *testing.T) {
	folder := filepath.Join("..", "..", "..", "..", "shared", "data", "ics")
	files, err := filepath.Glob(filepath.Join(folder, "*.ics"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no real calendar files in " + folder)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Parse(bytes.NewReader(data), Limits{})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		same(t, file, len(c.Events), bytes.Count(data, []byte("BEGIN:VEVENT")))
		same(t, file+" warnings", warnings(c), "")
		for _, e := range c.Events {
			if e.Summary == "" || !e.AllDay {
				t.Errorf("%s: line %d: %+v", file, e.Line, e)
			}
			list, _, err := e.Occurrences(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC), 0)
			if err != nil || len(list) == 0 {
				t.Errorf("%s: line %d: %d occurrences, %v", file, e.Line, len(list), err)
			}
		}
	}
}

// TestZoneChanges goes through the leap years of a zone whose changes are
// computed, where a careless loop stands still.
func TestZoneChanges(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Sydney"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		at, n := time.Date(2020, 1, 1, 0, 0, 0, 0, loc), 0
		for at.Year() < 2060 {
			next := nextChange(at)
			if !next.After(at) {
				t.Fatalf("%s: after %v comes %v", name, at, next)
			}
			at, n = next, n+1
		}
		if n < 79 || n > 82 {
			t.Errorf("%s: %d changes in 40 years", name, n)
		}
		if !sameClock(loc, loc) || sameClock(loc, time.UTC) {
			t.Errorf("%s: sameClock", name)
		}
	}
}

package ical

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var testStamp = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func write(t rapid.TB, c Calendar) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestWritten compares with a file written by hand.
func TestWritten(t *testing.T) {
	zone := berlin(t)
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, zone)
	}
	c := Calendar{
		Name: "Musik, Tanz", Refresh: 90 * time.Minute, Stamp: testStamp, URL: "https://dorf.example/calendar.ics",
		Events: []Event{
			{
				UID: "1@dorf.example", Summary: "Probe", Start: at(9, 16, 19), End: at(9, 16, 21), Sequence: 2,
				Description: "Zeile 1\r\nZeile 2; mit \\ und einem langen Satz über die Grüße aus dem schönen Süden",
				Rule:        &Rule{Freq: Weekly, Interval: 1, Until: time.Date(2026, 12, 23, 0, 0, 0, 0, time.UTC), UntilForm: UntilDate, WeekStart: time.Monday},
				RDates:      []time.Time{at(10, 1, 19)}, ExDates: []time.Time{at(10, 14, 19)},
				Geo: &Geo{47.9712, 10.8254}, Categories: []string{"Musik", "Kinder, Jugend"}, URL: "https://dorf.example/e/1",
				Overrides: []Event{{Summary: "Probe", Start: at(10, 8, 20), End: at(10, 8, 22), RecurrenceID: at(10, 7, 19), Status: Cancelled}},
			},
			{UID: "2", Summary: "Markt", AllDay: true, Start: at(11, 28, 0), End: at(11, 30, 0), Private: true, LastModified: testStamp},
			{UID: "3", Start: at(10, 25, 1).UTC().Add(3 * time.Hour), End: at(10, 25, 1).UTC().Add(3 * time.Hour)},
		},
	}
	want := `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Dorflinde//Dorflinde//DE
CALSCALE:GREGORIAN
NAME:Musik\, Tanz
X-WR-CALNAME:Musik\, Tanz
URL:https://dorf.example/calendar.ics
REFRESH-INTERVAL;VALUE=DURATION:PT90M
X-PUBLISHED-TTL:PT90M
BEGIN:VTIMEZONE
TZID:Europe/Berlin
X-LIC-LOCATION:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19960331T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1@dorf.example
DTSTAMP:20261122T120000Z
DTSTART;TZID=Europe/Berlin:20260916T190000
DTEND;TZID=Europe/Berlin:20260916T210000
RRULE:FREQ=WEEKLY;UNTIL=20261223T225959Z
RDATE;TZID=Europe/Berlin:20261001T190000
EXDATE;TZID=Europe/Berlin:20261014T190000
SUMMARY:Probe
DESCRIPTION:Zeile 1\nZeile 2\; mit \\ und einem langen Satz über die Grü
 ße aus dem schönen Süden
URL:https://dorf.example/e/1
GEO:47.971200;10.825400
CATEGORIES:Musik,Kinder\, Jugend
SEQUENCE:2
END:VEVENT
BEGIN:VEVENT
UID:1@dorf.example
DTSTAMP:20261122T120000Z
DTSTART;TZID=Europe/Berlin:20261008T200000
DTEND;TZID=Europe/Berlin:20261008T220000
RECURRENCE-ID;TZID=Europe/Berlin:20261007T190000
SUMMARY:Probe
STATUS:CANCELLED
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTAMP:20261122T120000Z
DTSTART;VALUE=DATE:20261128
DTEND;VALUE=DATE:20261130
SUMMARY:Markt
CLASS:PRIVATE
LAST-MODIFIED:20261122T120000Z
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTAMP:20261122T120000Z
DTSTART:20261025T020000Z
SUMMARY:
END:VEVENT
END:VCALENDAR
`
	got := strings.ReplaceAll(write(t, c), "\r\n", "\n")
	for i, line := range strings.Split(want, "\n") {
		lines := strings.Split(got, "\n")
		if i >= len(lines) || lines[i] != line {
			t.Fatalf("line %d differs, want %q in\n%s", i+1, line, got)
		}
	}
	same(t, "length", len(got), len(want))
	same(t, "stable", write(t, c), write(t, c))
	if plain := write(t, Calendar{Stamp: testStamp, Events: c.Events[1:]}); strings.Contains(plain, "VTIMEZONE") {
		t.Error("zone written for nothing")
	}
}

func TestWriteRefuses(t *testing.T) {
	good := Event{UID: "1", Start: testStamp, End: testStamp}
	change := func(f func(*Event)) Event { e := good; f(&e); return e }
	tests := map[string]Calendar{
		"no stamp":      {Events: []Event{good}},
		"no uid":        {Stamp: testStamp, Events: []Event{change(func(e *Event) { e.UID = "\x01" })}},
		"no start":      {Stamp: testStamp, Events: []Event{change(func(e *Event) { e.Start = time.Time{} })}},
		"far away":      {Stamp: testStamp, Events: []Event{change(func(e *Event) { e.End = time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC) })}},
		"bad rule":      {Stamp: testStamp, Events: []Event{change(func(e *Event) { e.Rule = &Rule{Freq: "HOURLY", Interval: 1} })}},
		"no identity":   {Stamp: testStamp, Events: []Event{change(func(e *Event) { e.Overrides = []Event{good} })}},
		"bad overrides": {Stamp: testStamp, Events: []Event{change(func(e *Event) { e.Overrides = []Event{{RecurrenceID: testStamp}} })}},
	}
	for name, c := range tests {
		var b bytes.Buffer
		if err := Write(&b, c); err == nil || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
	}
}

// TestInjection puts line breaks of every kind into every text.
func TestInjection(t *testing.T) {
	for _, end := range []string{"\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029", "\v", "\f", "\x00\r\n", "\xff\r\n"} {
		evil := "a" + end + "ATTENDEE:mailto:x@y.example" + end + "END:VEVENT" + end + " b"
		e := Event{
			UID: evil, Summary: evil, Description: evil, Location: evil, URL: "https://x.example/" + evil, Categories: []string{evil},
			Status: Status(evil), Start: testStamp.In(time.FixedZone(evil, 3600)), End: testStamp,
		}
		text := write(t, Calendar{Name: evil, Description: evil, ProdID: evil, URL: evil, Method: evil, Stamp: testStamp, Events: []Event{e}})
		for line := range strings.SplitSeq(text, "\r\n") {
			if strings.HasPrefix(line, "ATTENDEE") || strings.ContainsAny(line, "\r\n\x00\v\f") {
				t.Fatalf("%q: injected line %q", end, line)
			}
		}
		same(t, "events", strings.Count(text, "\r\nEND:VEVENT\r\n"), 1)
		if !utf8.ValidString(text) {
			t.Error("not UTF-8")
		}
	}
}

// TestZonesWritten reads back events of zones with other rules.
func TestZonesWritten(t *testing.T) {
	for _, name := range []string{"America/New_York", "Europe/London", "Asia/Tokyo", "Australia/Lord_Howe", "Africa/Casablanca", "Europe/Athens"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		e := Event{UID: "1", Summary: "x", Start: time.Date(2026, 3, 1, 19, 0, 0, 0, loc), End: time.Date(2026, 3, 1, 20, 0, 0, 0, loc), Rule: &Rule{Freq: Weekly, Interval: 1, Count: 45, WeekStart: time.Monday}}
		text := write(t, Calendar{Stamp: testStamp, Events: []Event{e}})
		// A name that means nothing forces the reader to use the rules.
		text = strings.ReplaceAll(strings.ReplaceAll(text, "X-LIC-LOCATION:"+name+"\r\n", ""), name, "Unbekannt")
		c, err := Parse(strings.NewReader(text), Limits{})
		if err != nil || len(c.Warnings) > 0 {
			t.Fatal(name, err, c)
		}
		same(t, name, strings.Join(year(t, c.Events[0]), " "), strings.Join(year(t, e), " "))
	}
}

var nasty = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
	"", "Grüße, \"Welt\"; \\n \\ Ende", strings.Repeat("ü", 200), "a\nb\n\nc", "BEGIN:VEVENT", "x:y;z=1,2", strings.Repeat("😀", 50), "\ttab\t", "end\\",
}))

func drawEvent(t *rapid.T, zone *time.Location, uid string) Event {
	e := Event{
		UID:         uid,
		Summary:     nasty.Draw(t, "summary"),
		Description: nasty.Draw(t, "description"),
		Location:    nasty.Draw(t, "location"),
		Status:      rapid.SampledFrom([]Status{"", Confirmed, Tentative, Cancelled}).Draw(t, "status"),
		Private:     rapid.Bool().Draw(t, "private"),
		Sequence:    rapid.IntRange(0, 100).Draw(t, "sequence"),
		AllDay:      rapid.Bool().Draw(t, "allday"),
	}
	e.Start = time.Date(rapid.IntRange(1950, 2100).Draw(t, "year"), 1, rapid.IntRange(1, 365).Draw(t, "day"), 0, 0, 0, 0, zone)
	e.End = e.Start.AddDate(0, 0, rapid.IntRange(1, 20).Draw(t, "days"))
	if !e.AllDay {
		if rapid.Bool().Draw(t, "utc") {
			zone = time.UTC
		}
		e.Start = e.Start.Add(time.Duration(rapid.IntRange(0, 86_399).Draw(t, "second")) * time.Second).In(zone)
		e.End = e.Start.Add(time.Duration(rapid.IntRange(0, 200_000).Draw(t, "length")) * time.Second)
	}
	if rapid.Bool().Draw(t, "url") {
		e.URL = "https://dorf.example/" + rapid.StringMatching(`[a-z0-9?&=,;]{0,90}`).Draw(t, "path")
	}
	return e
}

// TestRoundTrip: what was written is read again, and written again it gives
// the same bytes.
func TestRoundTrip(t *testing.T) {
	zone := berlin(t)
	rapid.Check(t, func(t *rapid.T) {
		c := Calendar{Name: nasty.Draw(t, "name"), Stamp: testStamp}
		for i := range rapid.IntRange(0, 4).Draw(t, "events") {
			e := drawEvent(t, zone, fmt.Sprint("uid,;-", i))
			if rapid.Bool().Draw(t, "series") {
				e.Start = wallOf(e.Start).in(e.Start.Location()) // not the second 2:30
				e.End = e.Start.Add(max(0, e.End.Sub(e.Start)))
				e.Rule = &Rule{Freq: Weekly, Interval: rapid.IntRange(1, 5).Draw(t, "interval"), Count: 10, WeekStart: time.Monday}
				next := (wallOf(e.Start) + 7*daySeconds).in(e.Start.Location())
				e.ExDates = []time.Time{next}
				o := drawEvent(t, zone, e.UID)
				o.RecurrenceID = (wallOf(e.Start) + 14*daySeconds).in(e.Start.Location())
				o.ThisAndFuture = rapid.Bool().Draw(t, "future")
				e.Overrides = []Event{o}
			}
			c.Events = append(c.Events, e)
		}
		text := write(t, c)
		for line := range strings.SplitSeq(text, "\r\n") {
			if len(line) > lineOctets || !utf8.ValidString(line) {
				t.Fatalf("bad line %q", line)
			}
		}
		got, err := Parse(strings.NewReader(text), Limits{})
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if len(got.Events) != len(c.Events) || len(got.Warnings) > 0 {
			t.Fatalf("%d of %d events, %v", len(got.Events), len(c.Events), got.Warnings)
		}
		got.Stamp = testStamp
		got.ProdID = ""
		for i := range c.Events {
			equal(t, c.Events[i], got.Events[i])
		}
		if again := write(t, *got); again != strings.ReplaceAll(text, "\x00", "") && !sameButTrimmed(c) {
			t.Fatalf("not stable:\n%s\n%s", text, again)
		}
	})
}

// sameButTrimmed reports whether some text has spaces around it or control
// characters, which reading removes.
func sameButTrimmed(c Calendar) bool {
	differs := func(s string) bool { return s != normal(s) }
	found := differs(c.Name)
	for _, e := range c.Events {
		for _, x := range append([]Event{e}, e.Overrides...) {
			found = found || differs(x.Summary) || differs(x.Description) || differs(x.Location)
			// The second 2:30 becomes UTC, and its series would differ.
			found = found || !wallOf(x.Start).in(x.Start.Location()).Equal(x.Start) || !wallOf(x.End).in(x.End.Location()).Equal(x.End)
		}
	}
	return found
}

func normal(s string) string { return strings.TrimSpace(cleanText(s)) }

func equal(t *rapid.T, want, got Event) {
	texts := func(e Event) []string {
		return []string{e.UID, normal(e.Summary), normal(e.Description), normal(e.Location), e.URL, string(e.Status)}
	}
	if !reflect.DeepEqual(texts(want), texts(got)) {
		t.Fatalf("texts\nwant %q\n got %q", texts(want), texts(got))
	}
	if want.AllDay != got.AllDay || want.Private != got.Private || want.Sequence != got.Sequence || want.ThisAndFuture != got.ThisAndFuture {
		t.Fatalf("want %+v\n got %+v", want, got)
	}
	if !want.Start.Equal(got.Start) || !want.End.Equal(got.End) || !want.RecurrenceID.Equal(got.RecurrenceID) {
		t.Fatalf("times\nwant %v %v %v\n got %v %v %v", want.Start, want.End, want.RecurrenceID, got.Start, got.End, got.RecurrenceID)
	}
	if !reflect.DeepEqual(want.Rule, got.Rule) || len(want.ExDates) != len(got.ExDates) || len(want.Overrides) != len(got.Overrides) {
		t.Fatalf("series\nwant %+v\n got %+v", want, got)
	}
	for i := range want.ExDates {
		if !want.ExDates[i].Equal(got.ExDates[i]) {
			t.Fatalf("exdate %v, want %v", got.ExDates[i], want.ExDates[i])
		}
	}
	for i := range want.Overrides {
		equal(t, want.Overrides[i], got.Overrides[i])
	}
}

func manyEvents(t testing.TB, n int) Calendar {
	zone := berlin(t)
	c := Calendar{Name: "Alle", Stamp: testStamp}
	for i := range n {
		start := time.Date(2026, 1, 1+i%365, 19, 30, 0, 0, zone)
		e := Event{
			UID: fmt.Sprintf("%d@dorf.example", i), Summary: "Mitgliederversammlung, Vereinsheim", Location: "Dorfstraße 1",
			Description: strings.Repeat("Herzliche Grüße an alle Gäste. ", 6), Start: start, End: start.Add(2 * time.Hour), Status: Confirmed,
		}
		if i%10 == 0 {
			e.Rule = &Rule{Freq: Monthly, Interval: 1, ByDay: []Weekday{{N: -1, Day: time.Friday}}, WeekStart: time.Monday}
		}
		c.Events = append(c.Events, e)
	}
	return c
}

func BenchmarkWrite10000(b *testing.B) {
	c := manyEvents(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if err := Write(&out, c); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse10000(b *testing.B) {
	data := []byte(write(b, manyEvents(b, 10_000)))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(bytes.NewReader(data), Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOccurrencesOfAYear10000(b *testing.B) {
	c := manyEvents(b, 10_000)
	from := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		for i := range c.Events {
			if _, _, err := c.Events[i].Occurrences(from, from.AddDate(1, 0, 0), 0); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkImpossibleRule(b *testing.B) {
	rule, err := ParseRule("FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1")
	if err != nil {
		b.Fatal(err)
	}
	e := Event{UID: "1", Start: testStamp, End: testStamp, Rule: rule}
	for b.Loop() {
		if _, _, err := e.Occurrences(testStamp, testStamp.AddDate(7900, 0, 0), 10); err != nil {
			b.Fatal(err)
		}
	}
}

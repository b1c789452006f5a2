package ical

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// file wraps lines of one event, the first of which is line 4 of the file.
func file(lines ...string) string {
	return "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\n" + strings.Join(lines, "\n") + "\nEND:VEVENT\nEND:VCALENDAR\n"
}

func TestErrors(t *testing.T) {
	const start = "DTSTART:20260102T030405Z"
	tests := []struct {
		name, text, reason string
		line               int
		limits             Limits
	}{
		{"empty", "", ReasonEmpty, 1, Limits{}},
		{"blank", "\n \n\n", ReasonEmpty, 1, Limits{}},
		{"html", "<html>\n<body>", ReasonNotCalendar, 1, Limits{}},
		{"event outside", "BEGIN:VEVENT\nEND:VEVENT\n", ReasonNotCalendar, 1, Limits{}},
		{"cut off", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n", ReasonMissingEnd, 3, Limits{}},
		{"cut off before the end", "BEGIN:VCALENDAR\nVERSION:2.0", ReasonMissingEnd, 2, Limits{}},
		{"crossed", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", ReasonWrongEnd, 3, Limits{}},
		{"calendar in calendar", "BEGIN:VCALENDAR\nBEGIN:VCALENDAR\n", ReasonWrongEnd, 2, Limits{}},
		{"no colon", file("UID:1", "what is this"), ReasonBadLine, 5, Limits{}},
		{"too much loose text", file(start, "DESCRIPTION:a"+strings.Repeat("\nb", maxLoose+1)), ReasonBadLine, 6 + maxLoose, Limits{}},
		{"no start", file("UID:1"), ReasonMissingStart, 3, Limits{}},
		{"bad start", file("DTSTART:20260230T000000"), ReasonBadDate, 4, Limits{}},
		{"bad clock", file("DTSTART:20260201T250000"), ReasonBadDate, 4, Limits{}},
		{"bad end", file(start, "DTEND:tomorrow"), ReasonBadDate, 5, Limits{}},
		{"bad duration", file(start, "DURATION:-PT1H"), ReasonBadDuration, 5, Limits{}},
		{"endless duration", file(start, "DURATION:P4000000000W"), ReasonBadDuration, 5, Limits{}},
		{"bad exception", file(start, "EXDATE:20260102T030405Z,x"), ReasonBadDate, 5, Limits{}},
		{"bad rule", file(start, "RRULE:FREQ=SOMETIMES"), ReasonRuleInvalid, 5, Limits{}},
		{"secondly", file(start, "RRULE:FREQ=SECONDLY;COUNT=1000000000"), ReasonRuleFrequent, 5, Limits{}},
		{"often", file(start, "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4;BYMINUTE=0,5,10,15,20,25,30"), ReasonRuleFrequent, 5, Limits{}},
		{"never", file(start, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), ReasonRuleNever, 5, Limits{}},
		{"two rules", file(start, "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), ReasonSeveralRules, 6, Limits{}},
		{"bytes", file(start), ReasonTooLarge, 0, Limits{Bytes: 40}},
		{"events", strings.Repeat(file(start), 3), ReasonTooManyEvents, 15, Limits{Events: 2}},
		{"long line", file(start, "SUMMARY:"+strings.Repeat("x", 200)), ReasonLineTooLong, 5, Limits{LineBytes: 100}},
		{"many lines", file(start, "A:1", "B:2", "C:3"), ReasonTooManyProps, 7, Limits{Properties: 3}},
		{"many dates", file(start, "EXDATE:20260101,20260102,20260103"), ReasonTooManyDates, 5, Limits{Dates: 2}},
		{"deep", file(start, "BEGIN:VALARM", "BEGIN:X", "BEGIN:Y"), ReasonTooDeep, 6, Limits{Nesting: 3}},
		{"many zones", file("DTSTART;TZID=Nowhere/A:20260101T000000", "DTEND;TZID=Nowhere/B:20260101T000000"), ReasonTooManyZones, 5, Limits{Zones: 1}},
		{"folded lines count", file("DESCRIPTION:a", " b", " c", "DTSTART:x"), ReasonBadDate, 7, Limits{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse(strings.NewReader(tt.text), tt.limits)
			var e *Error
			if c != nil || !errors.As(err, &e) {
				t.Fatalf("got %v, %v", c, err)
			}
			same(t, "reason", e.Reason, tt.reason)
			same(t, "line", e.Line, tt.line)
			if len(e.Detail) > 400 || !strings.Contains(e.Error(), tt.reason) {
				t.Errorf("detail: %q", e.Error())
			}
		})
	}
}

func TestReaderFails(t *testing.T) {
	_, err := Parse(io.MultiReader(strings.NewReader("BEGIN"), failing{}), Limits{})
	same(t, "reason", Reason(err), ReasonRead)
	same(t, "no reason", Reason(io.EOF), "")
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("connection lost") }

func TestEventFields(t *testing.T) {
	const utc = time.RFC3339
	tests := []struct {
		name  string
		lines []string
		show  func(Event) any
		want  any
	}{
		{"date without VALUE", []string{"DTSTART:20260102"}, func(e Event) any { return e.AllDay }, true},
		{"date without end", []string{"DTSTART;VALUE=DATE:20260102"}, func(e Event) any { return e.End.Format("2006-01-02 15:04") }, "2026-01-03 00:00"},
		{"date over the switch", []string{"DTSTART;VALUE=DATE:20261025"}, func(e Event) any { return e.End.Sub(e.Start) }, 25 * time.Hour},
		{"date and duration", []string{"DTSTART;VALUE=DATE:20260102", "DURATION:P3D"}, func(e Event) any { return e.End.Format("2006-01-02") }, "2026-01-05"},
		{"date in a date-time", []string{"DTSTART;VALUE=DATE:20260102T000000"}, func(e Event) any { return e.AllDay }, true},
		{"date with zone", []string{"DTSTART;TZID=Pacific/Auckland;VALUE=DATE:20260102"}, func(e Event) any { return e.Start.Format("2006-01-02 MST") }, "2026-01-02 CET"},
		{"ISO spelling", []string{"DTSTART:2026-07-02T10:00:00+02:00"}, func(e Event) any { return e.Start.UTC().Format(utc) }, "2026-07-02T08:00:00Z"},
		{"no seconds", []string{"DTSTART:20260702T1000Z"}, func(e Event) any { return e.Start.UTC().Format(utc) }, "2026-07-02T10:00:00Z"},
		{"leap second", []string{"DTSTART:20161231T235960Z"}, func(e Event) any { return e.Start.UTC().Format(utc) }, "2016-12-31T23:59:59Z"},
		{"Z beats TZID", []string{"DTSTART;TZID=Europe/Berlin:20260702T100000Z"}, func(e Event) any { return e.Start.UTC().Format(utc) }, "2026-07-02T10:00:00Z"},
		{"end first", []string{"DTSTART:20260702T100000Z", "DTEND:20260702T090000Z"}, func(e Event) any { return e.End.Equal(e.Start) }, true},
		{"other zone at the end", []string{"DTSTART;TZID=Europe/Berlin:20260702T100000", "DTEND;TZID=Europe/London:20260702T100000"}, func(e Event) any { return e.End.Sub(e.Start) }, time.Hour},
		{"escapes", []string{`DTSTART:20260102`, `SUMMARY:a\, b\; c\\d\Ne\:f\x`}, func(e Event) any { return e.Summary }, "a, b; c\\d\ne:f\\x"},
		{"control characters", []string{"DTSTART:20260102", "SUMMARY:a\x00b\x07c\u2028d"}, func(e Event) any { return e.Summary }, "abcd"},
		{"script address", []string{"DTSTART:20260102", "URL:javascript:alert(1)"}, func(e Event) any { return e.URL }, ""},
		{"geo out of range", []string{"DTSTART:20260102", "GEO:97;10"}, func(e Event) any { return e.Geo == nil }, true},
		{"geo NaN", []string{"DTSTART:20260102", "GEO:NaN;10"}, func(e Event) any { return e.Geo == nil }, true},
		{"geo with comma", []string{"DTSTART:20260102", "GEO:47.5,10.5"}, func(e Event) any { return *e.Geo }, Geo{47.5, 10.5}},
		{"status", []string{"DTSTART:20260102", "STATUS:canceled"}, func(e Event) any { return e.Status }, Cancelled},
		{"unknown class", []string{"DTSTART:20260102", "CLASS:X-BOARD"}, func(e Event) any { return e.Private }, true},
		{"unknown status", []string{"DTSTART:20260102", "STATUS:MAYBE"}, func(e Event) any { return e.Status }, Status("")},
		{"sequence", []string{"DTSTART:20260102", "SEQUENCE:-4"}, func(e Event) any { return e.Sequence }, 0},
		{"quoted-printable", []string{"DTSTART:20260102", "SUMMARY;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gr=C3=BC=C3=9Fe"}, func(e Event) any { return e.Summary }, "Grüße"},
		{"modified", []string{"DTSTART:20260102", "LAST-MODIFIED:20260101T000000Z"}, func(e Event) any { return e.LastModified.Format(utc) }, "2026-01-01T00:00:00Z"},
		{"unreadable stamp", []string{"DTSTART:20260102", "LAST-MODIFIED:yesterday"}, func(e Event) any { return e.LastModified.IsZero() }, true},
		{"unclosed quote", []string{`DTSTART;TZID="Europe/Berlin:20260702T100000`}, func(e Event) any { return e.Start.UTC().Format(utc) }, "2026-07-02T08:00:00Z"},
		{"machine zone", []string{"DTSTART;TZID=Local:20260702T100000"}, func(e Event) any { return e.Start.Location().String() }, "Europe/Berlin"},
		{"path as zone", []string{"DTSTART;TZID=../../etc/passwd:20260702T100000"}, func(e Event) any { return e.Start.Location().String() }, "Europe/Berlin"},
		{"huge attachment", []string{"DTSTART:20260102", "ATTACH:" + strings.Repeat("x", 2<<20), "SUMMARY:ok"}, func(e Event) any { return e.Summary }, "ok"},
		{"first summary counts", []string{"DTSTART:20260102", "SUMMARY:a", "SUMMARY:b"}, func(e Event) any { return e.Summary }, "a"},
		{"exdate as UTC for days", []string{"DTSTART;VALUE=DATE:20260102", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260102T230000Z"}, func(e Event) any { return e.ExDates[0].Format("2006-01-02") }, "2026-01-03"},
		{"exdate as day for times", []string{"DTSTART;TZID=Europe/Berlin:20260102T190000", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20260103"}, func(e Event) any { return e.ExDates[0].Format("2006-01-02 15:04") }, "2026-01-03 19:00"},
		{"period", []string{"DTSTART:20260102T100000Z", "RDATE;VALUE=PERIOD:20260103T100000Z/PT5H"}, func(e Event) any { return e.Overrides[0].End.UTC().Format(utc) }, "2026-01-03T15:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse(strings.NewReader(file(tt.lines...)), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			same(t, tt.name, tt.show(c.Events[0]), tt.want)
		})
	}
}

func TestFloatingZone(t *testing.T) {
	text := file("DTSTART:20260702T100000")
	vienna, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse(strings.NewReader(text), Limits{Zone: vienna})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "from the caller", c.Events[0].Start.UTC().Hour(), 9)
	c, err = Parse(strings.NewReader(strings.Replace(text, "VERSION:2.0", "X-WR-TIMEZONE:Europe/Athens", 1)), Limits{Zone: vienna})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "from the file", c.Events[0].Start.UTC().Hour(), 7)
}

// TestVersions joins several objects and versions of one UID.
func TestVersions(t *testing.T) {
	event := func(lines ...string) string { return file(append([]string{"UID:1"}, lines...)...) }
	cancel := strings.Replace(event("SEQUENCE:2"), "VERSION:2.0", "METHOD:CANCEL", 1)
	tests := []struct {
		name, text, want string
	}{
		{"newer sequence moves", event("DTSTART:20260101", "SUMMARY:a") + event("DTSTART:20260102", "SUMMARY:b", "SEQUENCE:1"), "b@02"},
		{"older one later", event("DTSTART:20260102", "SUMMARY:b", "SEQUENCE:1") + event("DTSTART:20260101", "SUMMARY:a"), "b@02"},
		{"last modified", event("DTSTART:20260101", "SUMMARY:a", "LAST-MODIFIED:20260102T000000Z") + event("DTSTART:20260101", "SUMMARY:b", "LAST-MODIFIED:20260101T000000Z"), "a@01"},
		{"cancelled by another object", event("DTSTART:20260101", "SUMMARY:a") + cancel, "a@01 CANCELLED"},
		{"one UID for all", event("DTSTART:20260101", "SUMMARY:a") + event("DTSTART:20260102", "SUMMARY:b"), "a@01, b@02"},
		{"same twice without UID", file("DTSTART:20260101", "SUMMARY:a") + file("DTSTART:20260101", "SUMMARY:a"), "a@01"},
		{"two objects", event("DTSTART:20260101", "SUMMARY:a") + file("UID:2", "DTSTART:20260102", "SUMMARY:b"), "a@01, b@02"},
		{"override alone", event("DTSTART:20260103", "SUMMARY:a", "RECURRENCE-ID:20260102"), "a@03"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse(strings.NewReader(tt.text), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range c.Events {
				got = append(got, strings.TrimSpace(e.Summary+"@"+e.Start.Format("02")+" "+string(e.Status)))
			}
			same(t, "events", strings.Join(got, ", "), tt.want)
		})
	}
}

// TestHostileZones must not spend its time on zone rules nobody needs.
func TestHostileZones(t *testing.T) {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\n")
	for i := range 400 {
		name := "Z" + strings.Repeat("x", i)
		b.WriteString("BEGIN:VTIMEZONE\nTZID:" + name + "\n")
		for range 150 {
			b.WriteString("BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1\nEND:STANDARD\n")
		}
		b.WriteString("END:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=" + name + ":20260101T000000\nEND:VEVENT\n")
	}
	b.WriteString("END:VCALENDAR\n")
	began := time.Now()
	c, err := Parse(strings.NewReader(b.String()), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	same(t, "warnings", len(c.Warnings), maxWarnings)
}

// TestHostileSizes: much of the most expensive lines.
func TestHostileSizes(t *testing.T) {
	const start = "DTSTART:20260102T030405Z\n"
	tests := map[string]string{
		"loose":      "DESCRIPTION:a" + strings.Repeat("\nb", 400) + "\n",
		"categories": strings.Repeat("CATEGORIES:"+strings.Repeat("a,", 100_000)+"\n", 20),
		"folds":      "SUMMARY:" + strings.Repeat("\n x", 300_000) + "\n",
		"blank":      strings.Repeat("\n", 5<<20),
		"parameters": "DTEND" + strings.Repeat(";A=b", 200_000) + ":20260102T030405Z\n",
		"exceptions": strings.Repeat("EXDATE:20260102T030405Z\n", 9_000),
	}
	for name, text := range tests {
		began := time.Now()
		_, err := Parse(strings.NewReader("BEGIN:VCALENDAR\nBEGIN:VEVENT\n"+start+text+"END:VEVENT\nEND:VCALENDAR\n"), Limits{})
		took := time.Since(began)
		t.Logf("%s: %v", name, took)
		if err != nil || took > 3*time.Second {
			t.Errorf("%s: %v after %v", name, err, took)
		}
	}
	// One zone definition per calendar, thousands of times.
	zone := "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Z\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0330\nTZOFFSETTO:+0330\nEND:STANDARD\nEND:VTIMEZONE\n" +
		"BEGIN:VEVENT\nDTSTART;TZID=Z:20260101T000000\nEND:VEVENT\nEND:VCALENDAR\n"
	began := time.Now()
	_, err := Parse(strings.NewReader(strings.Repeat(zone, 20_000)), Limits{})
	if took := time.Since(began); err != nil || took > 5*time.Second {
		t.Errorf("zones: %v after %v", err, took)
	}
}

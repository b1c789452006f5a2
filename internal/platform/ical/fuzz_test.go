package ical

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// FuzzParse: whatever comes in, there is a calendar or an *Error, soon, and a
// calendar can be expanded, written and read again.
func FuzzParse(f *testing.F) {
	names, err := filepath.Glob(filepath.Join("testdata", "*.ics"))
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		began := time.Now()
		c, err := Parse(bytes.NewReader(data), Limits{Bytes: 1 << 20, Events: 200})
		if err != nil {
			if c != nil || Reason(err) == "" {
				t.Fatalf("%v with %v", c, err)
			}
			return
		}
		written := Calendar{Stamp: testStamp}
		for _, e := range c.Events {
			if e.End.Before(e.Start) || e.UID == "" {
				t.Fatalf("bad event %+v", e)
			}
			list, _, err := e.Occurrences(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), 100)
			if err != nil || len(list) > 100 {
				t.Fatalf("%d occurrences, %v", len(list), err)
			}
			var b builder
			b.zones = map[string]*zoneUse{}
			if b.check(&e, true) == nil {
				written.Events = append(written.Events, e)
			}
		}
		text := write(t, written)
		if _, err := Parse(bytes.NewReader([]byte(text)), Limits{}); err != nil {
			t.Fatalf("own file cannot be read: %v\n%s", err, text)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Fatalf("took %v", took)
		}
	})
}

// FuzzRule: every accepted rule ends soon, in order, within the window.
func FuzzRule(f *testing.F) {
	for _, rule := range []string{
		"FREQ=DAILY;COUNT=1000000000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1,-1",
		"FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU", "FREQ=YEARLY;BYWEEKNO=-1,53;BYDAY=SU;BYHOUR=1,2", "FREQ=YEARLY;BYYEARDAY=-366;UNTIL=99991231",
	} {
		f.Add(rule, int64(1_767_225_600), int64(31_536_000))
	}
	f.Fuzz(func(t *testing.T, text string, start, length int64) {
		rule, err := ParseRule(text)
		if err != nil {
			if Reason(err) == "" {
				t.Fatal(err)
			}
			return
		}
		again, err := ParseRule(rule.String())
		if err != nil || again.String() != rule.String() {
			t.Fatalf("%q became %q: %v", rule, again, err)
		}
		first := time.Unix(start%200_000_000_000, 0).In(defaultLocation())
		e := Event{UID: "1", Start: first, End: first.Add(time.Hour), Rule: rule, AllDay: start%2 == 0}
		from := first.Add(time.Duration(length%1_000_000_000) * time.Second)
		to := from.AddDate(3, 0, 0)
		began := time.Now()
		list, _, err := e.Occurrences(from, to, 500)
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("%s took %v", rule, took)
		}
		if err != nil || len(list) > 500 {
			t.Fatalf("%s: %d, %v", rule, len(list), err)
		}
		for i, o := range list {
			if !o.Start.Before(to) || o.End.Before(from) || i > 0 && o.Start.Before(list[i-1].Start) {
				t.Fatalf("%s: occurrence %d at %v is out of order or window", rule, i, o.Start)
			}
		}
	})
}

package ical

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
)

func parseOne(t testing.TB, lines ...string) Event {
	t.Helper()
	c, err := Parse(strings.NewReader(file(lines...)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return c.Events[0]
}

// TestDaylightSaving keeps wall time over both changes of 2026: 29 March and
// 25 October.
func TestDaylightSaving(t *testing.T) {
	const zoned = ";TZID=Europe/Berlin:"
	tests := []struct {
		name  string
		lines []string
		want  string // UTC starts with length
	}{
		{"spring", []string{"DTSTART" + zoned + "20260322T190000", "DTEND" + zoned + "20260322T210000", "RRULE:FREQ=WEEKLY;COUNT=3"},
			"03-22 18:00 2h0m0s, 03-29 17:00 2h0m0s, 04-05 17:00 2h0m0s"},
		{"autumn", []string{"DTSTART" + zoned + "20261018T190000", "DURATION:PT2H", "RRULE:FREQ=WEEKLY;COUNT=3"},
			"10-18 17:00 2h0m0s, 10-25 18:00 2h0m0s, 11-01 18:00 2h0m0s"},
		{"skipped hour", []string{"DTSTART" + zoned + "20260328T023000", "RRULE:FREQ=DAILY;COUNT=3"},
			"03-28 01:30 0s, 03-29 01:30 0s, 03-30 00:30 0s"},
		{"hour that comes twice", []string{"DTSTART" + zoned + "20261024T023000", "RRULE:FREQ=DAILY;COUNT=3"},
			"10-24 00:30 0s, 10-25 00:30 0s, 10-26 01:30 0s"},
		{"night shift in spring", []string{"DTSTART" + zoned + "20260327T220000", "DTEND" + zoned + "20260328T060000", "RRULE:FREQ=DAILY;COUNT=3"},
			"03-27 21:00 8h0m0s, 03-28 21:00 7h0m0s, 03-29 20:00 8h0m0s"},
		{"night shift in autumn", []string{"DTSTART" + zoned + "20261023T220000", "DTEND" + zoned + "20261024T060000", "RRULE:FREQ=DAILY;COUNT=3"},
			"10-23 20:00 8h0m0s, 10-24 20:00 9h0m0s, 10-25 21:00 8h0m0s"},
		{"whole days", []string{"DTSTART;VALUE=DATE:20260328", "RRULE:FREQ=DAILY;COUNT=3"},
			"03-27 23:00 24h0m0s, 03-28 23:00 23h0m0s, 03-29 22:00 24h0m0s"},
		{"in UTC", []string{"DTSTART:20260328T180000Z", "RRULE:FREQ=DAILY;COUNT=2"},
			"03-28 18:00 0s, 03-29 18:00 0s"},
		{"until in UTC over the change", []string{"DTSTART" + zoned + "20261023T190000", "RRULE:FREQ=DAILY;UNTIL=20261026T180000Z"},
			"10-23 17:00 0s, 10-24 17:00 0s, 10-25 18:00 0s, 10-26 18:00 0s"},
		{"until as date", []string{"DTSTART" + zoned + "20261023T190000", "RRULE:FREQ=DAILY;UNTIL=20261025"},
			"10-23 17:00 0s, 10-24 17:00 0s, 10-25 18:00 0s"},
		{"until as local time", []string{"DTSTART" + zoned + "20261023T190000", "RRULE:FREQ=DAILY;UNTIL=20261025T190000"},
			"10-23 17:00 0s, 10-24 17:00 0s, 10-25 18:00 0s"},
		{"exception over the change", []string{"DTSTART" + zoned + "20261024T190000", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE" + zoned + "20261025T190000"},
			"10-24 17:00 0s, 10-26 18:00 0s"},
		{"days until an instant", []string{"DTSTART;VALUE=DATE:20261024", "RRULE:FREQ=DAILY;UNTIL=20261025T230000Z"},
			"10-23 22:00 24h0m0s, 10-24 22:00 25h0m0s, 10-25 23:00 24h0m0s"},
		{"east of the date line", []string{"DTSTART;TZID=Pacific/Auckland:20260403T190000", "RRULE:FREQ=DAILY;COUNT=3"},
			"04-03 06:00 0s, 04-04 06:00 0s, 04-05 07:00 0s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := parseOne(t, tt.lines...)
			list, truncated, err := e.Occurrences(e.Start, e.Start.AddDate(1, 0, 0), 0)
			if err != nil || truncated {
				t.Fatal(truncated, err)
			}
			var got []string
			for _, o := range list {
				got = append(got, o.Start.UTC().Format("01-02 15:04")+" "+o.End.Sub(o.Start).String())
			}
			same(t, "occurrences", strings.Join(got, ", "), tt.want)
		})
	}
}

// TestRules checks examples of RFC 5545 §3.8.5.3 and rules of village life.
func TestRules(t *testing.T) {
	tests := []struct{ start, rule, want string }{
		{"20260130", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=4", "2026-01-30 2026-02-27 2026-03-27 2026-04-24"},
		{"20260104", "FREQ=MONTHLY;BYDAY=1SU;COUNT=3", "2026-01-04 2026-02-01 2026-03-01"},
		{"20260131", "FREQ=MONTHLY;COUNT=4", "2026-01-31 2026-03-31 2026-05-31 2026-07-31"},
		{"20260131", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2026-01-31 2026-02-28 2026-03-31"},
		{"20280229", "FREQ=YEARLY;COUNT=3", "2028-02-29 2032-02-29 2036-02-29"},
		{"20260501", "FREQ=YEARLY;COUNT=2", "2026-05-01 2027-05-01"},
		{"20260101", "FREQ=YEARLY;BYMONTH=1,7;COUNT=4", "2026-01-01 2026-07-01 2027-01-01 2027-07-01"},
		{"20260102", "FREQ=YEARLY;BYDAY=20MO;COUNT=3", "2026-01-02 2026-05-18 2027-05-17"},
		{"20261129", "FREQ=YEARLY;BYMONTH=11,12;BYDAY=SU;BYMONTHDAY=27,28,29,30,1,2,3;BYSETPOS=1;COUNT=2", "2026-11-29 2027-11-28"},
		{"19970512", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3", "1997-05-12 1998-05-11 1999-05-17"},
		{"20260105", "FREQ=YEARLY;BYWEEKNO=2;COUNT=2", "2026-01-05 2027-01-11"},
		{"19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05 1997-08-10 1997-08-19 1997-08-24"},
		{"19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05 1997-08-17 1997-08-19 1997-08-31"},
		{"19970904", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04 1997-10-07 1997-11-06"},
		{"19970929", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=3", "1997-09-29 1997-10-30 1997-11-27"},
		{"19961105", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3", "1996-11-05 2000-11-07 2004-11-02"},
		{"19970101", "FREQ=YEARLY;INTERVAL=3;COUNT=4;BYYEARDAY=1,100,200", "1997-01-01 1997-04-10 1997-07-19 2000-01-01"},
		{"20260213", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3", "2026-02-13 2026-03-13 2026-11-13"},
		{"20260101", "FREQ=DAILY;INTERVAL=100;COUNT=3", "2026-01-01 2026-04-11 2026-07-20"},
		{"20260105", "FREQ=WEEKLY;BYDAY=1MO;COUNT=2", "2026-01-05 2026-01-12"},
		// A start that the rule does not name still happens and counts.
		{"20260101", "FREQ=WEEKLY;BYDAY=MO;COUNT=3", "2026-01-01 2026-01-05 2026-01-12"},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			e := parseOne(t, "DTSTART;VALUE=DATE:"+tt.start, "RRULE:"+tt.rule)
			list, _, err := e.Occurrences(e.Start, e.Start.AddDate(30, 0, 0), 0)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range list {
				got = append(got, o.Start.Format("2006-01-02"))
			}
			same(t, "days", strings.Join(got, " "), tt.want)
		})
	}
}

// TestAgainstOther compares hundreds of rules with an independent
// implementation, leaving out what both understand differently: BYWEEKNO
// without BYDAY, and starts that the rule does not name.
func TestAgainstOther(t *testing.T) {
	random := rand.New(rand.NewPCG(5545, 7986))
	some := func(from, to, most int) string {
		var out []string
		for range 1 + random.IntN(most) {
			n := from + random.IntN(to-from+1)
			if n == 0 {
				n = 1
			}
			if text := fmt.Sprint(n); !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
		return strings.Join(out, ",")
	}
	tested := 0
	for range 400 {
		freq := []string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}[random.IntN(4)]
		text := fmt.Sprintf("FREQ=%s;INTERVAL=%d", freq, 1+random.IntN(4))
		add := func(chance int, part string) bool {
			if random.IntN(chance) == 0 {
				text += ";" + part
				return true
			}
			return false
		}
		add(3, "BYMONTH="+some(1, 12, 4))
		if freq != "WEEKLY" {
			add(4, "BYMONTHDAY="+some(-31, 31, 4))
		}
		if freq == "YEARLY" {
			add(5, "BYYEARDAY="+some(-366, 366, 6))
		}
		days := []string{"MO", "TU,TH", "SU", "SA,SU", "MO,WE,FR"}
		if freq == "MONTHLY" || freq == "YEARLY" {
			days = append(days, "-1FR", "1SU", "2TU,-2TH", "5MO", "1SA,3SA")
		}
		add(3, "BYDAY="+days[random.IntN(len(days))])
		add(5, "BYHOUR="+some(1, 23, 3))
		if strings.Contains(text, "BYDAY") || strings.Contains(text, "BYHOUR") {
			add(4, "BYSETPOS="+some(-3, 3, 2))
		}
		add(4, "WKST=SU")
		add(3, fmt.Sprintf("COUNT=%d", 1+random.IntN(20)))
		start := time.Date(2026, time.Month(1+random.IntN(12)), 1+random.IntN(28), 9, 30, 0, 0, time.UTC)
		tested += btoi(compareWithOther(t, text, start))
	}
	if tested < 200 {
		t.Errorf("only %d rules compared", tested)
	}
}

func compareWithOther(t *testing.T, text string, start time.Time) bool {
	t.Helper()
	rule, err := ParseRule(text)
	if Reason(err) == ReasonRuleNever {
		return false
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	end := start.AddDate(8, 0, 0)
	option, err := rrule.StrToROption(text)
	if err != nil {
		t.Fatal(err)
	}
	option.Dtstart = start
	other, err := rrule.NewRRule(*option)
	if err != nil {
		t.Fatal(err)
	}
	want := other.Between(start, end, true)
	if len(want) == 0 || !want[0].Equal(start) {
		if len(want) == 0 {
			return false
		}
		// Begin where the rule begins, so that the start belongs to it.
		option.Dtstart, start = want[0], want[0]
		if other, err = rrule.NewRRule(*option); err != nil {
			t.Fatal(err)
		}
		want = other.Between(start, end, true)
		if len(want) == 0 || !want[0].Equal(start) {
			return false
		}
	}
	e := Event{UID: "1", Start: start, End: start, Rule: rule}
	got, truncated, err := e.Occurrences(start, end.Add(time.Second), 0)
	if err != nil || truncated || len(got) != len(want) {
		t.Fatalf("%s from %v: %d occurrences, want %d; truncated %v, error %v", text, start, len(got), len(want), truncated, err)
	}
	for i := range want {
		if !got[i].Start.Equal(want[i]) {
			t.Fatalf("%s from %v: occurrence %d is %v, want %v", text, start, i, got[i].Start, want[i])
		}
	}
	// A window in the middle must show the same as the whole.
	middle := start.AddDate(5, 0, 0)
	late, _, err := e.Occurrences(middle, end.Add(time.Second), 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, w := range want {
		if w.Before(middle) {
			continue
		}
		if n >= len(late) || !late[n].Start.Equal(w) {
			t.Fatalf("%s from %v: window lacks %v", text, start, w)
		}
		n++
	}
	return n == len(late)
}

func TestOverrides(t *testing.T) {
	base := []string{"UID:1", "DTSTART;TZID=Europe/Berlin:20260101T190000", "DTEND;TZID=Europe/Berlin:20260101T200000", "RRULE:FREQ=DAILY;COUNT=5", "SUMMARY:a"}
	tests := []struct {
		name  string
		lines []string
		want  string
	}{
		{"moved out of the order", []string{"RECURRENCE-ID;TZID=Europe/Berlin:20260102T190000", "DTSTART;TZID=Europe/Berlin:20260104T120000"},
			"01-01 19:00-20:00 01-03 19:00-20:00 01-04 12:00-12:00 01-04 19:00-20:00 01-05 19:00-20:00"},
		{"identified in UTC", []string{"RECURRENCE-ID:20260102T180000Z", "DTSTART:20260102T200000Z", "STATUS:CANCELLED"},
			"01-01 19:00-20:00 01-02 21:00-21:00! 01-03 19:00-20:00 01-04 19:00-20:00 01-05 19:00-20:00"},
		{"identified by date", []string{"RECURRENCE-ID;VALUE=DATE:20260102", "DTSTART;TZID=Europe/Berlin:20260102T210000"},
			"01-01 19:00-20:00 01-02 21:00-21:00 01-03 19:00-20:00 01-04 19:00-20:00 01-05 19:00-20:00"},
		{"identified floating", []string{"RECURRENCE-ID:20260102T190000", "DTSTART;TZID=Europe/Berlin:20260102T210000"},
			"01-01 19:00-20:00 01-02 21:00-21:00 01-03 19:00-20:00 01-04 19:00-20:00 01-05 19:00-20:00"},
		{"from here on", []string{"RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260103T190000", "DTSTART;TZID=Europe/Berlin:20260103T183000", "DTEND;TZID=Europe/Berlin:20260103T190000"},
			"01-01 19:00-20:00 01-02 19:00-20:00 01-03 18:30-19:00 01-04 18:30-19:00 01-05 18:30-19:00"},
		{"cancelled from here on", []string{"RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260103T190000", "DTSTART;TZID=Europe/Berlin:20260103T190000", "STATUS:CANCELLED"},
			"01-01 19:00-20:00 01-02 19:00-20:00"},
		{"made a whole day", []string{"RECURRENCE-ID;TZID=Europe/Berlin:20260102T190000", "DTSTART;VALUE=DATE:20260102"},
			"01-01 19:00-20:00 01-02 00:00-00:00 01-03 19:00-20:00 01-04 19:00-20:00 01-05 19:00-20:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse(strings.NewReader(file(base...)+file(append([]string{"UID:1", "SUMMARY:b"}, tt.lines...)...)), Limits{})
			if err != nil || len(c.Events) != 1 {
				t.Fatal(c, err)
			}
			same(t, "occurrences", strings.Join(year(t, c.Events[0]), " "), tt.want)
		})
	}
}

// TestWindow asks for the parts of a series of two-day events.
func TestWindow(t *testing.T) {
	e := parseOne(t, "DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20260103", "RRULE:FREQ=WEEKLY", "RDATE;VALUE=DATE:20260108,20260110")
	zone := berlin(t)
	day := func(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, zone) }
	tests := []struct {
		from, to, max, want int
		truncated           bool
	}{
		{1, 2, 0, 1, false}, {2, 3, 0, 1, false}, {3, 8, 0, 0, false}, {3, 9, 0, 1, false},
		{9, 11, 0, 2, false}, {1, 1, 0, 0, false}, {5, 2, 0, 0, false},
		{1, 30, 2, 2, true}, {1, 30, 6, 6, false}, {1, 30, 5, 5, true},
	}
	for _, tt := range tests {
		list, truncated, err := e.Occurrences(day(tt.from), day(tt.to), tt.max)
		if err != nil || len(list) != tt.want || truncated != tt.truncated {
			t.Errorf("%+v: %d, truncated %v, %v", tt, len(list), truncated, err)
		}
	}
	if !e.Recurring() || (Event{}).Recurring() {
		t.Error("Recurring")
	}
}

// TestHostileRules must end soon and with few results.
func TestHostileRules(t *testing.T) {
	rules := []string{
		"FREQ=DAILY;COUNT=1000000000", "FREQ=DAILY;UNTIL=99991231T235959Z", "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11",
		"FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1", "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;INTERVAL=10000", "FREQ=WEEKLY;BYMONTHDAY=31;BYMONTH=2,4;BYDAY=MO;BYSETPOS=300",
		"FREQ=DAILY;BYMONTH=1;BYYEARDAY=366;COUNT=3", "FREQ=MONTHLY;BYSETPOS=366;BYDAY=MO;COUNT=1000000000", "FREQ=YEARLY;BYDAY=53MO;BYMONTH=2",
	}
	for _, text := range rules {
		for _, start := range []string{"00010101T000000Z", "20260101T000000Z", "99981231T235959Z"} {
			c, err := Parse(strings.NewReader(file("DTSTART:"+start, "DURATION:P36525D", "RRULE:"+text)), Limits{})
			if Reason(err) == ReasonRuleNever {
				continue
			}
			if err != nil {
				t.Fatal(text, err)
			}
			began := time.Now()
			list, _, err := c.Events[0].Occurrences(time.Time{}, time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), 50)
			took := time.Since(began)
			if err != nil || len(list) > 50 || took > 3*time.Second {
				t.Errorf("%s from %s: %d in %v, %v", text, start, len(list), took, err)
			}
		}
	}
}

func TestRuleText(t *testing.T) {
	same := func(in, want string) {
		t.Helper()
		r, err := ParseRule(in)
		if err != nil || r.String() != want {
			t.Errorf("%s: %v, %v", in, r, err)
		}
	}
	same("rrule:freq=weekly;byday=fr,mo,mo;interval=1", "FREQ=WEEKLY;BYDAY=MO,FR")
	same("FREQ=MONTHLY;WKST=SU;BYDAY=+1SU,-1FR;UNTIL=20261231", "FREQ=MONTHLY;UNTIL=20261231;BYDAY=-1FR,1SU;WKST=SU")
	same("FREQ=DAILY;UNTIL=20261231T225959Z;X-NAME=1;", "FREQ=DAILY;UNTIL=20261231T225959Z")
	same("FREQ=DAILY;UNTIL=20261231T225959;RSCALE=GREGORIAN;SKIP=OMIT", "FREQ=DAILY;UNTIL=20261231T225959")
	same("FREQ=YEARLY;BYSETPOS=-1;BYMONTH=12,1;BYMONTHDAY=-1;BYHOUR=8;BYMINUTE=0;BYSECOND=5;COUNT=3;INTERVAL=2",
		"FREQ=YEARLY;COUNT=3;INTERVAL=2;BYMONTH=1,12;BYMONTHDAY=-1;BYHOUR=8;BYMINUTE=0;BYSECOND=5;BYSETPOS=-1")
	bad := map[string]string{
		"": ReasonRuleInvalid, "FREQ": ReasonRuleInvalid, "FREQ=": ReasonRuleInvalid, "FREQ=DAILY;FREQ=DAILY": ReasonRuleInvalid,
		"FREQ=DAILY;INTERVAL=0": ReasonRuleInvalid, "FREQ=DAILY;INTERVAL=99999999999999999999": ReasonRuleInvalid,
		"FREQ=DAILY;COUNT=-1": ReasonRuleInvalid, "FREQ=DAILY;UNTIL=soon": ReasonRuleInvalid, "FREQ=DAILY;BYDAY=XX": ReasonRuleInvalid,
		"FREQ=DAILY;BYDAY=0MO": ReasonRuleInvalid, "FREQ=DAILY;BYDAY=99MO": ReasonRuleInvalid, "FREQ=DAILY;BYMONTH=13": ReasonRuleInvalid,
		"FREQ=DAILY;BYMONTHDAY=0": ReasonRuleInvalid, "FREQ=DAILY;BYEASTER=1": ReasonRuleInvalid, "FREQ=DAILY;RSCALE=HEBREW": ReasonRuleInvalid,
		"FREQ=DAILY;WKST=1": ReasonRuleInvalid, "FREQ=DAILY;X-A=" + strings.Repeat("1", 5000): ReasonRuleInvalid,
		"FREQ=HOURLY": ReasonRuleFrequent, "FREQ=MINUTELY": ReasonRuleFrequent, "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2,4,6": ReasonRuleNever,
	}
	for text, reason := range bad {
		if err := ValidateRule(text); Reason(err) != reason {
			t.Errorf("%.40s: %v, want %s", text, err, reason)
		}
	}
	if (&Rule{Freq: Daily, Interval: 1, ByDay: []Weekday{{Day: 9}}}).Validate() == nil || (&Rule{Freq: Daily, Interval: 1, UntilForm: UntilUTC}).Validate() == nil {
		t.Error("rule built in code is not checked")
	}
}

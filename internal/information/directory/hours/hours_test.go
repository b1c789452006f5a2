package hours_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dorflinde/internal/information/directory/hours"
	"dorflinde/internal/region"
)

func bavaria(t testing.TB) (*hours.Calendar, *time.Location) {
	t.Helper()
	places := region.NewDirectory(region.Region{ID: "r", Land: "DE-BY", Timezone: "Europe/Berlin"},
		[]region.Municipality{{ID: "m", Name: "Fuchstal", Slug: "fuchstal", AssumptionDay: true}}, nil, nil)
	return hours.NewCalendar(places, "m"), places.Location()
}

func at(t testing.TB, zone *time.Location, text string) time.Time {
	t.Helper()
	moment, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func TestOpenAndNextChange(t *testing.T) {
	office := "Mo-Fr 8–12 Uhr\nDo 14–18 Uhr"
	for _, c := range []struct {
		name, text, now string
		open            bool
		change          string // empty: never
	}{
		{"in the morning", office, "2026-11-23 09:00", true, "2026-11-23 12:00"},
		{"at the first minute", office, "2026-11-23 08:00", true, "2026-11-23 12:00"},
		{"the minute it closes", office, "2026-11-23 12:00", false, "2026-11-24 08:00"},
		{"between two spans", office, "2026-11-26 13:00", false, "2026-11-26 14:00"},
		{"Friday noon waits for Monday", office, "2026-11-27 13:00", false, "2026-11-30 08:00"},
		{"over Christmas", office, "2026-12-24 13:00", false, "2026-12-24 14:00"},
		{"Christmas Day is a Friday", office, "2026-12-25 09:00", false, "2026-12-28 08:00"},
		{"15 August counts here", "Mo-Sa 9-12", "2026-08-14 13:00", false, "2026-08-17 09:00"},
		{"an exception opens on a holiday", "Mo-Fr 8-12\n26.12.2026 10-11", "2026-12-25 09:00", false, "2026-12-26 10:00"},
		{"an exception closes", "Mo-Fr 8-12\n24.12. geschlossen", "2026-12-23 13:00", false, "2026-12-28 08:00"},
		{"holidays by the clock of the shop", "Mo-So 8-12\nFeiertage 9-11", "2026-12-25 08:30", false, "2026-12-25 09:00"},
		{"past midnight", "Fr,Sa 20:00-02:00", "2026-11-28 01:00", true, "2026-11-28 02:00"},
		{"past midnight into a closed day", "Sa 20-2 Uhr", "2026-11-29 01:59", true, "2026-11-29 02:00"},
		{"one span ends where the next begins", "Fr 20:00-24:00\nSa 0-3", "2026-11-27 21:00", true, "2026-11-28 03:00"},
		{"summer only", "Apr–Okt Sa 9–12", "2026-11-22 10:00", false, "2027-04-03 09:00"},
		{"winter over New Year", "Nov–Feb Sa 9–12", "2027-01-02 10:00", true, "2027-01-02 12:00"},
		{"season replaces", "Mo-Fr 8-18\nAugust Mo-Fr 8-12", "2026-08-03 13:00", false, "2026-08-04 08:00"},
		{"first Saturday of the month", "1. Samstag 9-11", "2026-11-22 10:00", false, "2026-12-05 09:00"},
		{"last Saturday of the month", "letzter Samstag 9-11", "2026-11-22 10:00", false, "2026-11-28 09:00"},
		{"always", "24/7", "2026-12-25 03:00", true, ""},
		{"by appointment", "nach Vereinbarung", "2026-11-23 09:00", false, ""},
		{"the night the clock goes forward", "Sa 22-3:30", "2027-03-28 03:10", true, "2027-03-28 03:30"},
		{"a closing time that does not exist that night", "Sa 22-2:30", "2027-03-28 01:50", true, "2027-03-28 03:00"},
		{"the night the clock goes back", "Sa 22-2:30", "2026-10-25 01:50", true, "2026-10-25 02:30"},
		{"a year ahead", "1.11.2027 10-11", "2026-11-22 10:00", false, "2027-11-01 10:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			calendar, zone := bavaria(t)
			h, err := hours.ParseText(c.text)
			if err != nil {
				t.Fatal(err)
			}
			got := h.At(at(t, zone, c.now), calendar)
			change := ""
			if !got.Change.IsZero() {
				change = got.Change.In(zone).Format("2006-01-02 15:04")
			}
			if got.Open != c.open || change != c.change {
				t.Errorf("%q at %s: open %v until %q, want %v until %q", h, c.now, got.Open, change, c.open, c.change)
			}
		})
	}
}

func TestTheHourThatComesTwiceCountsOnce(t *testing.T) {
	calendar, zone := bavaria(t)
	h, err := hours.Parse("Su 02:15-02:45")
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC) // 2:30 summer time
	if got := h.At(first, calendar); !got.Open || got.Change.Sub(first) != 15*time.Minute {
		t.Errorf("first 2:30: %+v", got)
	}
	if got := h.At(first.Add(time.Hour), calendar); got.Open {
		t.Errorf("second 2:30: %+v in %s", got, zone)
	}
}

// naive says what a porter with a list would do: minute by minute he looks at
// the clock and at the latest time it has shown today, and knows what the days
// before left open.
func naive(h hours.Hours, c *hours.Calendar, now time.Time) bool {
	open := false
	for back := range 3 {
		local := now.In(c.Zone())
		begin := time.Date(local.Year(), local.Month(), local.Day()-back, 0, 0, 0, 0, c.Zone())
		shown := 0
		for t := begin; !t.After(now); t = t.Add(time.Minute) {
			wall := t.In(c.Zone())
			days := int(time.Date(wall.Year(), wall.Month(), wall.Day(), 0, 0, 0, 0, time.UTC).
				Sub(time.Date(begin.Year(), begin.Month(), begin.Day(), 0, 0, 0, 0, time.UTC)).Hours() / 24)
			shown = max(shown, days*1440+wall.Hour()*60+wall.Minute())
		}
		spans, _ := h.On(begin, c)
		for _, s := range spans {
			open = open || (s.From <= shown && shown < s.To)
		}
	}
	return open
}

func anyHours(t *rapid.T) hours.Hours {
	var h hours.Hours
	for range rapid.IntRange(1, 5).Draw(t, "rules") {
		r := hours.Rule{
			Days: hours.Weekdays(rapid.IntRange(0, 127).Draw(t, "days")), Holidays: rapid.Bool().Draw(t, "holidays"),
			Off: rapid.IntRange(0, 5).Draw(t, "off") == 0, Add: rapid.Bool().Draw(t, "add") && len(h.Rules) > 0,
		}
		r.Add = r.Add && !r.Off
		if r.Days != 0 && rapid.IntRange(0, 3).Draw(t, "nth") == 0 {
			r.Nth = []int{rapid.SampledFrom([]int{1, 2, 3, 4, 5, -1, -2}).Draw(t, "which")}
		}
		if rapid.IntRange(0, 2).Draw(t, "dated") == 0 {
			day := func(name string) hours.Day {
				return hours.Day{Month: time.Month(rapid.IntRange(1, 12).Draw(t, name)), Day: rapid.IntRange(1, 28).Draw(t, name)}
			}
			r.Dates = []hours.Dates{{From: day("from"), To: day("to")}}
		}
		if !r.Off {
			for from := 0; from < 1440 && len(r.Spans) < 12; {
				from += rapid.IntRange(0, 900).Draw(t, "closed")
				to := from + rapid.IntRange(1, 1440).Draw(t, "open")
				if from >= 1440 {
					break
				}
				r.Spans = append(r.Spans, hours.Span{From: from, To: to})
				from = to + 1
			}
			if len(r.Spans) == 0 {
				r.Spans = []hours.Span{{From: 600, To: 720}}
			}
		}
		h.Rules = append(h.Rules, r)
	}
	return h
}

// Days on which clocks are changed, New Year, holidays, and any other.
var begins = []time.Time{
	time.Date(2027, 3, 27, 12, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC), time.Date(2026, 12, 31, 6, 0, 0, 0, time.UTC),
	time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC), time.Date(2028, 2, 28, 20, 0, 0, 0, time.UTC), time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
}

func TestStateEqualsLookingEveryMinute(t *testing.T) {
	calendar, _ := bavaria(t)
	rapid.Check(t, func(t *rapid.T) {
		h := anyHours(t)
		now := rapid.SampledFrom(begins).Draw(t, "day").Add(time.Duration(rapid.IntRange(0, 2*1440).Draw(t, "minute")) * time.Minute)
		got := h.At(now, calendar)
		if want := naive(h, calendar, now); got.Open != want {
			t.Fatalf("%q at %s: open %v, want %v", h, now, got.Open, want)
		}
		if got.Change.IsZero() {
			return
		}
		if !got.Change.After(now) {
			t.Fatalf("%q at %s: next change %s is past", h, now, got.Change)
		}
		if naive(h, calendar, got.Change) == got.Open {
			t.Fatalf("%q at %s: nothing changes at %s", h, now, got.Change)
		}
		// Nothing changes before: looked at the last minute and some in between.
		for _, part := range []int64{3, 2} {
			between := now.Add(got.Change.Sub(now) / time.Duration(part)).Truncate(time.Minute)
			if between.After(now) && naive(h, calendar, between) != got.Open {
				t.Fatalf("%q at %s: changes before %s, at %s", h, now, got.Change, between)
			}
		}
		if last := got.Change.Add(-time.Minute); last.After(now) && naive(h, calendar, last) != got.Open {
			t.Fatalf("%q at %s: changes before %s", h, now, got.Change)
		}
	})
}

func TestSyntaxSurvivesTheWayThereAndBack(t *testing.T) {
	calendar, _ := bavaria(t)
	rapid.Check(t, func(t *rapid.T) {
		h := anyHours(t)
		back, err := hours.Parse(h.String())
		if err != nil {
			t.Fatalf("%q: %v", h, err)
		}
		for i := range 400 {
			day := begins[0].AddDate(0, 0, i)
			a, _ := h.On(day, calendar)
			b, _ := back.On(day, calendar)
			if fmt.Sprint(a) != fmt.Sprint(b) {
				t.Fatalf("%q, then %q, on %s: %v, then %v", h, back, day.Format(time.DateOnly), a, b)
			}
		}
	})
}

var german = hours.Words{
	Weekday: func(d time.Weekday) string {
		return []string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}[d]
	},
	Month: func(m time.Month) string {
		return []string{"", "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}[m]
	},
	Closed: "geschlossen", Holidays: "Feiertage",
	Ordinal: func(n int) string { return map[bool]string{true: "letzter", false: fmt.Sprint(n) + "."}[n < 0] },
	Times:   func(spans string) string { return spans + " Uhr" },
}

func TestPeoplesWords(t *testing.T) {
	for text, want := range map[string]string{
		"Mo–Fr 8–12 Uhr":                             "Mo-Fr 08:00-12:00; PH off",
		"Mo., Mi. und Fr. von 8.30 bis 12.00 Uhr":    "Mo,We,Fr 08:30-12:00; PH off",
		"Montag bis Freitag: 8:00 – 12:00 und 13-17": "Mo-Fr 08:00-12:00,13:00-17:00; PH off",
		"Mo-Fr 8-12, Do 14-18":                       "Mo-Fr 08:00-12:00, Th 14:00-18:00; PH off",
		"Mo-Fr 8-12; Do 14-18":                       "Mo-Fr 08:00-12:00; Th 14:00-18:00; PH off",
		"täglich 9–18 Uhr\nDi Ruhetag":               "09:00-18:00; Tu off; PH off",
		"1. und 3. Samstag im Monat 9-11 Uhr":        "Sa[1,3] 09:00-11:00; PH off",
		"24.12.2026 geschlossen\nMo-Fr 8-12":         "Mo-Fr 08:00-12:00; PH off; 2026 Dec 24 off",
		"Do, 24.12. geschlossen":                     "PH off; Dec 24 off",
		"1.4.–31.10. Mi 16–18 Uhr":                   "Apr-Oct We 16:00-18:00; PH off",
		"23.12.2026 bis 6.1.2027 geschlossen":        "PH off; 2026 Dec 23-2027 Jan 06 off",
		"24. Dezember 8–10 Uhr":                      "PH off; Dec 24 08:00-10:00",
		"Sa nach Vereinbarung":                       `Sa off "nach Vereinbarung"; PH off`,
		"Mo-So 0-24 Uhr":                             "Mo-Su 00:00-24:00; PH off",
		"24/7":                                       "24/7",
		"Sonn":                                       "",
		"Monday to Friday 9-17\nholidays closed":     "Mo-Fr 09:00-17:00; PH off",
		"Di 9.15 Uhr":                                "Tu 09:15; PH off",
	} {
		h, err := hours.ParseText(text)
		if want == "" {
			if err == nil {
				t.Errorf("%q was read as %q", text, h)
			}
			continue
		}
		if err != nil || h.String() != want {
			t.Errorf("%q: %q, %v, want %q", text, h, err, want)
			continue
		}
		again, err := hours.ParseText(h.Text(german))
		if calendar, _ := bavaria(t); err != nil {
			t.Errorf("%q, written as %q: %v", text, h.Text(german), err)
		} else if !sameYear(h, again, calendar) {
			t.Errorf("%q, written as %q, came back as %q", h, h.Text(german), again)
		}
	}
}

func sameYear(a, b hours.Hours, c *hours.Calendar) bool {
	for i := range 500 {
		x, _ := a.On(begins[0].AddDate(0, 0, i), c)
		y, _ := b.On(begins[0].AddDate(0, 0, i), c)
		if fmt.Sprint(x) != fmt.Sprint(y) {
			return false
		}
	}
	return true
}

func TestWhatCannotBeReadSaysWhere(t *testing.T) {
	for text, want := range map[string]hours.Error{
		"Mo-Fr 8-12\nDi 25-26 Uhr":                 {Line: 2, Code: hours.CodeTime},
		"Mo 8:75-9":                                {Line: 1, Code: hours.CodeTime},
		"31.2. geschlossen":                        {Line: 1, Code: hours.CodeDate},
		"Mo-Fr":                                    {Line: 1, Code: hours.CodeEmpty},
		"Mo-Fr 8-12 vielleicht":                    {Line: 1, Code: hours.CodeWord},
		"<script>alert(1)</script>":                {Line: 1, Code: hours.CodeWord},
		"Mo 17:00+":                                {Line: 1, Code: hours.CodeOpenEnd},
		"Mo sunrise-sunset":                        {Line: 1, Code: hours.CodeUnknown},
		strings.Repeat("x", 5000):                  {Line: 1, Code: hours.CodeLong},
		strings.Repeat("Mo 8-9\n", 100) + "Mo 8-9": {Line: 61, Code: hours.CodeLong},
	} {
		_, err := hours.ParseText(text)
		var wrong *hours.Error
		if !errors.As(err, &wrong) || wrong.Code != want.Code || wrong.Line != want.Line {
			t.Errorf("%.40q: %v, want %s in line %d", text, err, want.Code, want.Line)
		}
	}
}

func TestExceptionsAreTheDaysThatDiffer(t *testing.T) {
	calendar, zone := bavaria(t)
	h, err := hours.ParseText("Mo-Fr 8-12\n24.12. geschlossen\n31.12.2026 8-10")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range h.Exceptions(at(t, zone, "2026-12-20 09:00"), 20, calendar) {
		got = append(got, d.Date.Format("02.01.")+hours.Spans(d.Spans)+strings.TrimPrefix(d.Holiday, "region.holiday."))
	}
	want := "[24.12. 25.12.christmas_day 31.12.8:00–10:00 01.01.new_year 06.01.epiphany]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want %v", got, want)
	}
	if h, err = hours.ParseText("Mo-So 6-12\nFeiertage 8-10"); err != nil {
		t.Fatal(err)
	}
	if days := h.Exceptions(at(t, zone, "2026-12-20 09:00"), 10, calendar); len(days) != 2 || hours.Spans(days[0].Spans) != "8:00–10:00" {
		t.Errorf("holidays with hours of their own: %+v", days)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"Mo-Fr 08:00-12:00; PH off", "24/7", "Apr-Oct Sa[1,-1] 09:00-12:00 \"x\"", "2026 Dec 24-2027 Jan 06 off", "1. Samstag 9 bis 11.30 Uhr", "24.12. zu", "Mo 22:00-26:00, We 1-2"} {
		f.Add(seed)
	}
	calendar, _ := bavaria(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, read := range []func(string) (hours.Hours, error){hours.Parse, hours.ParseText} {
			h, err := read(text)
			if err != nil {
				var wrong *hours.Error
				if !errors.As(err, &wrong) || wrong.Line < 1 {
					t.Fatalf("%q: %v", text, err)
				}
				continue
			}
			h.At(begins[0], calendar)
			back, err := hours.Parse(h.String())
			if err != nil || back.String() != h.String() {
				t.Fatalf("%q gives %q, which gives %q, %v", text, h, back, err)
			}
		}
	})
}

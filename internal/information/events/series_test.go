package events

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/platform/fault"
)

func berlin(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	return zone
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", text, berlin(t))
	must(t, err)
	return when
}

// series is an event of two hours that repeats.
func series(t testing.TB, start string, p Repeat) Event {
	t.Helper()
	begin := at(t, start)
	rule, err := p.rule(begin)
	must(t, err)
	return Event{Details: Details{Start: begin.UTC(), End: begin.Add(2 * time.Hour).UTC(), Rule: rule}}
}

func shown(t testing.TB, e *Event, n int) []string {
	t.Helper()
	dates, _, err := e.Dates(berlin(t), e.Start, e.Start.AddDate(3, 0, 0), n)
	must(t, err)
	var out []string
	for _, d := range dates {
		text := d.Start.In(berlin(t)).Format("2006-01-02 15:04")
		if d.Status != bulletin.Active {
			text += " " + string(d.Status)
		}
		out = append(out, text)
	}
	return out
}

func TestRepeatGivesTheDatesPeopleMean(t *testing.T) {
	for _, tt := range []struct {
		name, start string
		repeat      Repeat
		want        []string
	}{
		{"each day, three times", "2026-12-01 19:00", Repeat{Every: Daily, Count: 3}, []string{"2026-12-01 19:00", "2026-12-02 19:00", "2026-12-03 19:00"}},
		{"each week over the end of summer time", "2026-10-16 20:00", Repeat{Every: Weekly, Count: 3}, []string{"2026-10-16 20:00", "2026-10-23 20:00", "2026-10-30 20:00"}},
		{"each week over its beginning", "2027-03-26 20:00", Repeat{Every: Weekly, Count: 2}, []string{"2027-03-26 20:00", "2027-04-02 20:00"}},
		{"every second week on two days", "2026-12-01 18:00", Repeat{Every: Weekly, Step: 2, Days: []time.Weekday{time.Tuesday, time.Thursday}, Count: 4}, []string{"2026-12-01 18:00", "2026-12-03 18:00", "2026-12-15 18:00", "2026-12-17 18:00"}},
		{"the 31st only where there is one", "2026-12-31 18:00", Repeat{Every: MonthlyDate, Count: 3}, []string{"2026-12-31 18:00", "2027-01-31 18:00", "2027-03-31 18:00"}},
		{"each first Friday", "2026-12-04 20:00", Repeat{Every: MonthlyWeekday, Count: 3}, []string{"2026-12-04 20:00", "2027-01-01 20:00", "2027-02-05 20:00"}},
		{"a fifth Sunday means the last", "2026-11-29 10:00", Repeat{Every: MonthlyWeekday, Count: 3}, []string{"2026-11-29 10:00", "2026-12-27 10:00", "2027-01-31 10:00"}},
		{"each last Sunday", "2026-11-29 10:00", Repeat{Every: MonthlyLast, Count: 2}, []string{"2026-11-29 10:00", "2026-12-27 10:00"}},
		{"until a day, which counts", "2026-12-01 19:00", Repeat{Every: Daily, Until: at(t, "2026-12-02 00:00")}, []string{"2026-12-01 19:00", "2026-12-02 19:00"}},
		{"each year", "2026-12-06 17:00", Repeat{Every: Yearly, Count: 2}, []string{"2026-12-06 17:00", "2027-12-06 17:00"}},
		{"once", "2026-12-06 17:00", Repeat{}, []string{"2026-12-06 17:00"}},
	} {
		e := series(t, tt.start, tt.repeat)
		if got := shown(t, &e, 10); !slices.Equal(got, tt.want) {
			t.Errorf("%s (%s): %q, want %q", tt.name, e.Rule, got, tt.want)
		}
		if back := repeatOf(e.Rule, at(t, tt.start)); back.Every != tt.repeat.Every && tt.name != "a fifth Sunday means the last" {
			t.Errorf("%s: read back as %q", tt.name, back.Every)
		}
	}
}

func TestRepeatRefusesWhatNobodyMeans(t *testing.T) {
	start := at(t, "2026-12-04 20:00") // the first Friday
	for name, p := range map[string]Repeat{
		"unknown": {Every: "hourly"}, "count": {Every: Daily, Count: -1}, "many": {Every: Daily, Count: maxCount + 1},
		"step": {Every: Daily, Step: 1000}, "two ends": {Every: Daily, Count: 3, Until: start.AddDate(0, 1, 0)},
		"ends before": {Every: Daily, Until: start.AddDate(0, 0, -1)}, "days": {Every: Weekly, Days: []time.Weekday{time.Monday}},
		"not the last": {Every: MonthlyLast},
	} {
		if rule, err := p.rule(start); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%s: %q, %v", name, rule, err)
		}
	}
	for _, rule := range []string{"FREQ=SECONDLY", "FREQ=DAILY;COUNT=99999999999999999999", "x", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", strings.Repeat("FREQ=DAILY;", 1000)} {
		e := Event{Details: Details{Start: start, End: start, Rule: rule}}
		if f := e.checkRule(); f == nil {
			t.Errorf("%.40s was taken", rule)
		}
	}
}

func TestExceptionsOfASeries(t *testing.T) {
	e := series(t, "2026-12-04 20:00", Repeat{Every: Weekly, Count: 5})
	must(t, e.except(Exception{Planned: at(t, "2026-12-11 20:00"), Cancelled: true, Reason: "Weihnachtsfeier"}))
	must(t, e.except(Exception{Planned: at(t, "2026-12-18 20:00"), Start: at(t, "2026-12-17 19:00"), End: at(t, "2026-12-17 21:00")}))
	must(t, e.except(Exception{Planned: at(t, "2026-12-25 20:00"), Removed: true}))
	want := []string{"2026-12-04 20:00", "2026-12-11 20:00 cancelled", "2026-12-17 19:00 moved", "2027-01-01 20:00"}
	if got := shown(t, &e, 10); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for day, wanted := range map[string]string{"2026-12-04": "2026-12-04", "2026-12-17": "2026-12-17", "2026-12-18": "2026-12-17", "2026-12-11T2000": "2026-12-11"} {
		if d, ok := e.On(day, berlin(t)); !ok || d.Start.In(berlin(t)).Format(time.DateOnly) != wanted {
			t.Errorf("on %s: %v %v", day, d.Start, ok)
		}
	}
	for _, day := range []string{"2026-12-05", "2026-12-25", "", "gestern", "2026-13-40"} {
		if d, ok := e.On(day, berlin(t)); ok {
			t.Errorf("on %q there is %v", day, d.Start)
		}
	}
	if d, ok := e.At(at(t, "2026-12-18 20:00").UTC(), berlin(t)); !ok || d.Status != bulletin.Moved {
		t.Errorf("the moved date is not found by its plan: %+v", d)
	}
}

func TestSplitLosesNoDate(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		every := rapid.SampledFrom([]string{Daily, Weekly, MonthlyDate, MonthlyWeekday}).Draw(rt, "every")
		e := series(t, "2026-09-04 20:00", Repeat{Every: every, Count: rapid.IntRange(2, 30).Draw(rt, "count")})
		whole := shown(t, &e, 100)
		if len(whole) < 2 {
			rt.Skip("a single date")
		}
		i := rapid.IntRange(1, len(whole)-1).Draw(rt, "at")
		rest, err := e.split(at(t, whole[i]), berlin(t))
		if err != nil {
			rt.Fatal(err)
		}
		if got := append(shown(t, &e, 100), shown(t, &rest, 100)...); !slices.Equal(got, whole) {
			rt.Fatalf("%q, want %q", got, whole)
		}
	})
	single := Event{Details: Details{Start: bulletintest.Present, End: bulletintest.Present}}
	if _, err := single.split(bulletintest.Present, berlin(t)); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("a single event was divided: %v", err)
	}
}

func TestShiftKeepsExceptionsAtTheNewTime(t *testing.T) {
	e := series(t, "2026-12-04 20:00", Repeat{Every: Weekly, Count: 3})
	must(t, e.except(Exception{Planned: at(t, "2026-12-11 20:00"), Cancelled: true}))
	must(t, e.shift(at(t, "2026-12-04 19:30"), at(t, "2026-12-04 21:00"), berlin(t)))
	if got := shown(t, &e, 5); !slices.Equal(got, []string{"2026-12-04 19:30", "2026-12-11 19:30 cancelled", "2026-12-18 19:30"}) {
		t.Errorf("%q", got)
	}
	must(t, e.shift(at(t, "2026-12-05 19:30"), at(t, "2026-12-05 21:00"), berlin(t)))
	if got := shown(t, &e, 5); !slices.Equal(got, []string{"2026-12-05 19:30", "2026-12-12 19:30", "2026-12-19 19:30"}) {
		t.Errorf("%q", got)
	}
}

func TestWholeDaysOverDaylightSaving(t *testing.T) {
	e := Event{Details: Details{Start: at(t, "2026-10-24 00:00").UTC(), End: at(t, "2026-10-26 00:00").UTC(), AllDay: true, Rule: "FREQ=WEEKLY;COUNT=2"}}
	dates, _, err := e.Dates(berlin(t), e.Start, e.Start.AddDate(0, 1, 0), 10)
	must(t, err)
	if len(dates) != 2 || !dates[1].Start.Equal(at(t, "2026-10-31 00:00")) || !dates[1].End.Equal(at(t, "2026-11-02 00:00")) {
		t.Errorf("%+v", dates)
	}
}

func TestTimesAreBoundedAndSayWhetherMoreFollows(t *testing.T) {
	now := at(t, "2026-11-22 09:00")
	horizon := now.AddDate(2, 0, 0)
	for _, tt := range []struct {
		name  string
		event Event
		n     int
		more  bool
	}{
		{"single", series(t, "2026-12-06 17:00", Repeat{}), 1, false},
		{"for ever", series(t, "2026-12-04 20:00", Repeat{Every: Weekly}), 103, true},
		{"an end", series(t, "2026-12-04 20:00", Repeat{Every: Weekly, Count: 10}), 10, false},
		{"an end behind the horizon", series(t, "2026-12-04 20:00", Repeat{Every: Weekly, Count: 500}), 103, true},
		{"long past", series(t, "2001-01-05 20:00", Repeat{Every: Weekly}), 209, true},
		{"begins behind the horizon", series(t, "2030-01-04 20:00", Repeat{Every: Yearly}), 1, true},
	} {
		list, filled, err := tt.event.times(berlin(t), now, horizon)
		if err != nil || len(list) != tt.n || !filled.IsZero() != tt.more {
			t.Errorf("%s: %d times, more %v, %v", tt.name, len(list), !filled.IsZero(), err)
		}
	}
	bomb := Event{Details: Details{Start: now, End: now, Rule: "FREQ=DAILY;COUNT=1000000000"}}
	began := time.Now()
	if list, _, err := bomb.times(berlin(t), now, horizon); err != nil || len(list) > maxTimes || time.Since(began) > time.Second {
		t.Errorf("%d times, %v, %s", len(list), err, time.Since(began))
	}
}

func TestPartOfDay(t *testing.T) {
	for _, tt := range []struct{ start, end, from, to string }{
		{"2026-12-06 19:30", "2026-12-06 21:00", "2026-12-06 17:00", "2026-12-07 00:00"},
		{"2026-12-06 19:30", "2026-12-07 02:00", "2026-12-06 17:00", "2026-12-07 02:00"},
		{"2026-12-06 14:00", "2026-12-06 15:00", "2026-12-06 12:00", "2026-12-06 17:00"},
		{"2026-12-06 14:00", "2026-12-06 22:00", "2026-12-06 12:00", "2026-12-06 22:00"},
		{"2026-12-06 09:00", "2026-12-06 09:00", "2026-12-06 00:00", "2026-12-06 12:00"},
	} {
		got := partOfDay(bulletin.Occurrence{Start: at(t, tt.start), End: at(t, tt.end)}, berlin(t))
		if !got.Start.Equal(at(t, tt.from)) || !got.End.Equal(at(t, tt.to)) {
			t.Errorf("%s: %v to %v", tt.start, got.Start, got.End)
		}
	}
}

func TestCollisionsNearestFirst(t *testing.T) {
	e := Event{}
	e.Place, e.Scope = "Pfarrheim", bulletin.Scope{MunicipalityID: "m1", VillageID: "v1"}
	timed := func(id, kind, place, m, v string, hour int) bulletin.Timed {
		return bulletin.Timed{
			Entry:      bulletin.Entry{ID: id, Kind: kind, Place: place, Scope: bulletin.Scope{MunicipalityID: m, VillageID: v}},
			Occurrence: bulletin.Occurrence{Start: bulletintest.Present.Add(time.Duration(hour) * time.Hour)},
		}
	}
	list := order(&e, []bulletin.Timed{
		timed("region", "event", "", "", "", 1), timed("other", "event", "", "m2", "v9", 0), timed("town", "event", "Rathaus", "m1", "v2", 0),
		timed("village late", "event", "Kirche", "m1", "v1", 3), timed("village early", "event", "", "m1", "v1", 1),
		timed("here", "event", "pfarrheim ", "m1", "v1", 5), timed("bins", "waste", "", "m1", "v1", 0),
	})
	var got []string
	for _, c := range list {
		got = append(got, c.ID)
	}
	if want := []string{"here", "village early", "village late", "town", "other", "region"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	reversed := slices.Clone(list)
	slices.Reverse(reversed)
	if digest(list) != digest(reversed) || digest(list) == digest(list[1:]) || digest(nil) != "" {
		t.Error("the digest does not name what was shown")
	}
}

func TestCheckRefusesHostileInput(t *testing.T) {
	good := func() Event {
		var e Event
		e.Publisher, e.Title, e.Start, e.End = "o", "x", bulletintest.Present, bulletintest.Present
		return e
	}
	for name, change := range map[string]func(*Event){
		"script link": func(e *Event) { e.Link = "javascript:alert(1)" }, "data link": func(e *Event) { e.Link = "data://x" },
		"mail with a header": func(e *Event) { e.ContactMail = "a@example.org\r\nBcc: b@example.org" },
		"long address":       func(e *Event) { e.Address = strings.Repeat("a", 201) }, "unknown fact": func(e *Event) { e.Access = []string{"<script>"} },
		"end before start": func(e *Event) { e.End = bulletintest.Present.Add(-time.Hour) }, "status": func(e *Event) { e.Status = "withdrawn" },
		"capacity": func(e *Event) { e.Plan = &Plan{Capacity: -1} }, "a million guests": func(e *Event) { e.Plan = &Plan{MaxGuests: 1_000_000} },
		"late deadline":   func(e *Event) { e.Plan = &Plan{Deadline: bulletintest.Present.Add(time.Hour)} },
		"many exceptions": func(e *Event) { e.Exceptions = make([]Exception, maxExceptions+1) },
		"endless dates":   func(e *Event) { e.Rule, e.End = "FREQ=DAILY", bulletintest.Present.AddDate(1, 0, 0) },
	} {
		e := good()
		change(&e)
		if err := e.check(); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	e := good()
	e.Address, e.Link = "Am Anger\r\n<b>3</b>\x00", "example.org/x"
	must(t, e.check())
	if e.Address != "Am Anger <b>3</b>" || e.Link != "https://example.org/x" {
		t.Errorf("%q %q", e.Address, e.Link)
	}
}

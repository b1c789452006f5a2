package events

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/ical"
)

// Exception is one date of a series that differs from the rule. Planned is the
// start that the rule has for it and stays the same when it is moved, as
// RECURRENCE-ID does (RFC 5545 §3.8.4.4).
type Exception struct {
	Planned   time.Time `json:"planned"`
	Removed   bool      `json:"removed,omitempty"`   // leaves no trace (EXDATE)
	Cancelled bool      `json:"cancelled,omitempty"` // stays visible
	Reason    string    `json:"reason,omitempty"`
	Start     time.Time `json:"start,omitzero"` // zero: as planned
	End       time.Time `json:"end,omitzero"`
	AllDay    bool      `json:"all_day,omitempty"`
	Title     string    `json:"title,omitempty"` // empty: that of the series
	Note      string    `json:"note,omitempty"`  // what is different on this date
	Place     string    `json:"place,omitempty"`
}

// moved reports whether the date has another time than planned.
func (x *Exception) moved() bool { return !x.Start.IsZero() && !x.Start.Equal(x.Planned) }

// Bounds of what is kept of a series.
const (
	maxTimes = 2000
	keepPast = 2 // years
)

// Repeat is a rule made of plain choices, as the form offers them.
type Repeat struct {
	Every string // see Everys; "" is once
	Step  int    // every n-th; 0 is 1
	Days  []time.Weekday
	Count int       // ends after so many dates
	Until time.Time // or on this day, which is included
}

// The choices of Repeat.Every.
const (
	Once           = ""
	Daily          = "daily"
	Weekly         = "weekly"
	MonthlyDate    = "monthly_date"    // on the 15th of each month
	MonthlyWeekday = "monthly_weekday" // on each first Friday
	MonthlyLast    = "monthly_last"    // on each last Friday
	Yearly         = "yearly"
	Custom         = "custom" // a rule from elsewhere that the form cannot say
)

// Everys lists the choices in the order in which they are offered.
var Everys = []string{Once, Daily, Weekly, MonthlyDate, MonthlyWeekday, MonthlyLast, Yearly}

// maxStep and maxCount bound what can be typed.
const (
	maxStep  = 52
	maxCount = 730
)

// rule puts the choices into RFC 5545. start is the first date in the region's
// zone; weekday and day of the month follow from it.
func (p Repeat) rule(start time.Time) (string, error) {
	if p.Every == Once {
		return "", nil
	}
	if p.Step < 0 || p.Step > maxStep {
		return "", fault.Invalid("repeat-step", "events.step_wrong", "max", maxStep)
	}
	if p.Count < 0 || p.Count > maxCount {
		return "", fault.Invalid("repeat-count", "events.count_wrong", "max", maxCount)
	}
	r := ical.Rule{Interval: max(p.Step, 1), Count: p.Count, WeekStart: time.Monday}
	switch p.Every {
	case Daily:
		r.Freq = ical.Daily
	case Weekly:
		r.Freq = ical.Weekly
		for _, day := range p.Days {
			r.ByDay = append(r.ByDay, ical.Weekday{Day: day})
		}
		if len(p.Days) > 0 && !slices.Contains(p.Days, start.Weekday()) {
			return "", fault.Invalid("repeat-days", "events.days_without_start")
		}
	case MonthlyDate:
		r.Freq, r.ByMonthDay = ical.Monthly, []int{start.Day()}
	case MonthlyWeekday:
		n := (start.Day()-1)/7 + 1
		if n > 4 {
			n = -1 // a fifth Friday is rare; people mean the last one
		}
		r.Freq, r.ByDay = ical.Monthly, []ical.Weekday{{N: n, Day: start.Weekday()}}
	case MonthlyLast:
		if start.AddDate(0, 0, 7).Month() == start.Month() {
			return "", fault.Invalid("start-date", "events.not_the_last")
		}
		r.Freq, r.ByDay = ical.Monthly, []ical.Weekday{{N: -1, Day: start.Weekday()}}
	case Yearly:
		r.Freq = ical.Yearly
	default:
		return "", fault.Invalid("repeat", "events.repeat_unknown")
	}
	if !p.Until.IsZero() {
		if p.Count > 0 {
			return "", fault.Invalid("repeat-until", "events.two_ends")
		}
		if p.Until.Before(dayOf(start)) {
			return "", fault.Invalid("repeat-until", "events.until_before")
		}
		r.Until, r.UntilForm = endOfDay(p.Until), ical.UntilUTC
	}
	if err := r.Validate(); err != nil {
		return "", fault.Invalid("repeat", "events.rule_wrong").Because(err)
	}
	return r.String(), nil
}

func dayOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

func endOfDay(t time.Time) time.Time {
	return dayOf(t).AddDate(0, 0, 1).Add(-time.Second).UTC()
}

// repeatOf is the reverse of rule. What the choices cannot say is Custom.
func repeatOf(rule string, start time.Time) Repeat {
	if rule == "" {
		return Repeat{}
	}
	r, err := ical.ParseRule(rule)
	if err != nil {
		return Repeat{Every: Custom}
	}
	p := Repeat{Step: r.Interval, Count: r.Count}
	if r.UntilForm != ical.UntilNone {
		p.Until = r.Until.In(start.Location())
		if r.UntilForm != ical.UntilUTC {
			y, m, d := r.Until.UTC().Date()
			p.Until = time.Date(y, m, d, 0, 0, 0, 0, start.Location())
		}
	}
	switch {
	case r.Freq == ical.Daily:
		p.Every = Daily
	case r.Freq == ical.Weekly:
		p.Every = Weekly
		for _, d := range r.ByDay {
			p.Days = append(p.Days, d.Day)
		}
	case r.Freq == ical.Monthly && len(r.ByDay) == 1 && r.ByDay[0].N == -1:
		p.Every = MonthlyLast
	case r.Freq == ical.Monthly && len(r.ByDay) == 1:
		p.Every = MonthlyWeekday
	case r.Freq == ical.Monthly:
		p.Every = MonthlyDate
	default:
		p.Every = Yearly
	}
	if again, err := p.rule(start); err == nil && sameDates(again, r, start) {
		return p
	}
	return Repeat{Every: Custom}
}

// sameDates reports whether two rules give the same dates for three years,
// which is what the choice in the form must keep.
func sameDates(text string, other *ical.Rule, start time.Time) bool {
	one, err := ical.ParseRule(text)
	if err != nil {
		return false
	}
	dates := func(r *ical.Rule) []time.Time {
		list, _, err := ical.Event{Start: start, End: start, Rule: r}.Occurrences(start, start.AddDate(3, 0, 0), 200)
		if err != nil {
			return nil
		}
		out := make([]time.Time, len(list))
		for i, o := range list {
			out[i] = o.Start.UTC()
		}
		return out
	}
	a, b := dates(one), dates(other)
	return len(a) > 0 && slices.Equal(a, b)
}

// checkRule refuses rules that no calendar means.
func (e *Event) checkRule() *fault.Fault {
	if e.Rule == "" {
		return nil
	}
	r, err := ical.ParseRule(e.Rule)
	if err != nil {
		return fault.Invalid("repeat", "events.rule_wrong").Because(err)
	}
	e.Rule = r.String()
	return nil
}

// ical is the event as the expander understands it. Times are in zone, so that
// the wall time stays when summer ends.
func (e *Event) ical(zone *time.Location) ical.Event {
	v := ical.Event{Start: e.Start.In(zone), End: e.End.In(zone), AllDay: e.AllDay}
	if e.Rule != "" {
		if r, err := ical.ParseRule(e.Rule); err == nil {
			v.Rule = r
		}
	}
	for _, t := range e.Extra {
		v.RDates = append(v.RDates, t.In(zone))
	}
	length := e.End.Sub(e.Start)
	for i := range e.Exceptions {
		x := &e.Exceptions[i]
		if x.Removed {
			v.ExDates = append(v.ExDates, x.Planned.In(zone))
			continue
		}
		o := ical.Event{RecurrenceID: x.Planned.In(zone), Start: x.Planned.In(zone), AllDay: e.AllDay}
		o.End = plusWall(o.Start, length, e.AllDay)
		if !x.Start.IsZero() {
			o.Start, o.End, o.AllDay = x.Start.In(zone), x.End.In(zone), x.AllDay
		}
		if x.Cancelled {
			o.Status = ical.Cancelled
		}
		v.Overrides = append(v.Overrides, o)
	}
	return v
}

// plusWall adds a length; whole days are counted as days, which may have 23 or
// 25 hours.
func plusWall(t time.Time, length time.Duration, allDay bool) time.Time {
	if allDay {
		return t.AddDate(0, 0, int((length+12*time.Hour)/(24*time.Hour)))
	}
	return t.Add(length)
}

// Date is one occurrence with what differs on it; Exception is nil where
// nothing does.
type Date struct {
	bulletin.Occurrence
	Planned   time.Time
	Exception *Exception
}

// Dates are the occurrences in [from, to), at most limit. An event that is
// cancelled as a whole has all its dates cancelled.
func (e *Event) Dates(zone *time.Location, from, to time.Time, limit int) (list []Date, more bool, err error) {
	if e.Start.IsZero() {
		return nil, false, nil
	}
	if e.Rule == "" && len(e.Extra) == 0 && len(e.Exceptions) == 0 { // nearly all events, and all but free
		if e.Start.Before(to) && (e.End.After(from) || !e.Start.Before(from)) {
			list = append(list, Date{Occurrence: e.occurrence(e.Start, e.End, e.AllDay), Planned: e.Start})
		}
		return list, false, nil
	}
	found, more, err := e.ical(zone).Occurrences(from, to, limit)
	if err != nil {
		return nil, false, fault.Invalid("repeat", "events.rule_wrong").Because(err)
	}
	byPlan := make(map[int64]*Exception, len(e.Exceptions))
	for i := range e.Exceptions {
		byPlan[e.Exceptions[i].Planned.Unix()] = &e.Exceptions[i]
	}
	list = make([]Date, len(found))
	for i, o := range found {
		d := Date{Occurrence: e.occurrence(o.Start, o.End, o.AllDay), Planned: o.ID.UTC(), Exception: byPlan[o.ID.Unix()]}
		if o.Cancelled {
			d.Status = bulletin.Cancelled
		} else if d.Exception != nil && d.Exception.moved() && d.Status == bulletin.Active {
			d.Status = bulletin.Moved
		}
		list[i] = d
	}
	return list, more, nil
}

func (e *Event) occurrence(start, end time.Time, allDay bool) bulletin.Occurrence {
	o := bulletin.Occurrence{Start: start.UTC(), End: end.UTC(), AllDay: allDay, Status: bulletin.Active}
	if e.Status == bulletin.Cancelled {
		o.Status = bulletin.Cancelled
	} else if e.Status == bulletin.Moved && e.Rule == "" {
		o.Status = bulletin.Moved
	}
	return o
}

// times are the occurrences as the bulletin keeps them, from two years ago to
// the horizon. filled is the horizon where the series goes on behind it, zero
// where everything is there.
func (e *Event) times(zone *time.Location, now, horizon time.Time) (list []bulletin.Occurrence, filled time.Time, err error) {
	if e.Start.IsZero() {
		return nil, time.Time{}, nil
	}
	if e.Rule == "" && len(e.Extra) == 0 && len(e.Exceptions) == 0 {
		return []bulletin.Occurrence{e.occurrence(e.Start, e.End, e.AllDay)}, time.Time{}, nil
	}
	from, to := e.Start, horizon
	if past := now.AddDate(-keepPast, 0, 0); from.Before(past) {
		from = past
	}
	if !to.After(e.Start) {
		to = e.Start.Add(time.Second) // a series that begins behind the horizon shows its first date
	}
	dates, more, err := e.Dates(zone, from, to, maxTimes)
	if err != nil {
		return nil, time.Time{}, err
	}
	list = make([]bulletin.Occurrence, len(dates))
	for i := range dates {
		list[i] = dates[i].Occurrence
	}
	if more || e.goesOn(to, zone) {
		filled = to
	}
	return list, filled, nil
}

// goesOn reports whether the rule has dates at or after a moment. A rule with a
// count is asked; one with an end by its end.
func (e *Event) goesOn(after time.Time, zone *time.Location) bool {
	v := e.ical(zone)
	if v.Rule == nil {
		return false
	}
	if v.Rule.UntilForm != ical.UntilNone {
		return v.Rule.Until.After(after)
	}
	if v.Rule.Count == 0 {
		return true
	}
	rest, _, err := v.Occurrences(after, after.AddDate(200, 0, 0), 1)
	return err == nil && len(rest) > 0
}

// last is the end of the last occurrence that is known by a moment, for how
// long to keep what belongs to the event.
func (e *Event) last(zone *time.Location, horizon time.Time) time.Time {
	if e.Rule == "" && len(e.Extra) == 0 {
		return e.End
	}
	dates, _, err := e.Dates(zone, e.Start, horizon, maxTimes)
	if err != nil || len(dates) == 0 {
		return e.End
	}
	return dates[len(dates)-1].End
}

// On finds the date whose planned or real start lies on a day, given as
// 2026-12-06, or at a minute, as 2026-12-06T1930.
func (e *Event) On(text string, zone *time.Location) (Date, bool) {
	var from, to time.Time
	if t, err := time.ParseInLocation("2006-01-02T1504", text, zone); err == nil {
		from, to = t, t.Add(time.Minute)
	} else if t, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		from, to = t, t.AddDate(0, 0, 1)
	} else {
		return Date{}, false
	}
	list, _, err := e.Dates(zone, from, to, 50)
	if err != nil {
		return Date{}, false
	}
	for _, d := range list {
		if !d.Start.Before(from) { // not one that merely still runs
			return d, true
		}
	}
	if len(list) > 0 {
		return list[0], true
	}
	for i := range e.Exceptions { // moved away from that day
		if x := &e.Exceptions[i]; !x.Removed && !x.Planned.Before(from) && x.Planned.Before(to) && !x.Start.IsZero() {
			o := e.occurrence(x.Start, x.End, x.AllDay)
			o.Status = bulletin.Moved
			if x.Cancelled {
				o.Status = bulletin.Cancelled
			}
			return Date{Occurrence: o, Planned: x.Planned, Exception: x}, true
		}
	}
	return Date{}, false
}

// except sets the exception for a planned start, replacing an earlier one.
func (e *Event) except(x Exception) error {
	x.Planned = x.Planned.UTC()
	at := slices.IndexFunc(e.Exceptions, func(o Exception) bool { return o.Planned.Equal(x.Planned) })
	e.Exceptions = slices.Clone(e.Exceptions)
	if at >= 0 {
		e.Exceptions[at] = x
		return nil
	}
	if len(e.Exceptions) >= maxExceptions {
		return fault.Invalid("repeat", "events.exceptions_many", "max", maxExceptions)
	}
	e.Exceptions = append(e.Exceptions, x)
	slices.SortFunc(e.Exceptions, func(a, b Exception) int { return a.Planned.Compare(b.Planned) })
	return nil
}

// split ends the series before a planned start and returns what goes on from
// there as a series of its own, without id. Neither may be empty: from the
// first date on is the whole.
func (e *Event) split(at time.Time, zone *time.Location) (rest Event, err error) {
	rule, err := ical.ParseRule(e.Rule)
	if err != nil || !at.After(e.Start) {
		return Event{}, fault.Invalid("reach", "events.cannot_split")
	}
	rest = *e
	if rule.Count > 0 {
		before, _, err := (ical.Event{Start: e.Start.In(zone), End: e.Start.In(zone), Rule: rule}).Occurrences(e.Start, at, 0)
		if err != nil {
			return Event{}, fault.Invalid("repeat", "events.rule_wrong").Because(err)
		}
		left := *rule
		if left.Count = rule.Count - len(before); left.Count < 1 {
			return Event{}, fault.Invalid("reach", "events.cannot_split")
		}
		rest.Rule = left.String()
	}
	ended := *rule
	ended.Count, ended.Until, ended.UntilForm = 0, at.Add(-time.Second).UTC(), ical.UntilUTC
	rest.ID, rest.Source = "", Source{}
	length := e.End.Sub(e.Start)
	rest.Start = at.UTC()
	rest.End = plusWall(at.In(zone), length, e.AllDay).UTC()
	rest.Exceptions, rest.Extra = nil, nil
	var before []Exception
	for _, x := range e.Exceptions {
		if x.Planned.Before(at) {
			before = append(before, x)
		} else {
			rest.Exceptions = append(rest.Exceptions, x)
		}
	}
	var extra []time.Time
	for _, t := range e.Extra {
		if t.Before(at) {
			extra = append(extra, t)
		} else {
			rest.Extra = append(rest.Extra, t)
		}
	}
	e.Exceptions, e.Extra, e.Rule = before, extra, ended.String()
	return rest, nil
}

// shift moves a series, and the exceptions with it, to another first start.
func (e *Event) shift(start, end time.Time, zone *time.Location) error {
	if e.Rule != "" && !sameWeekdayAndDay(e.Start.In(zone), start.In(zone)) {
		choice := repeatOf(e.Rule, e.Start.In(zone))
		if choice.Every == Custom || len(choice.Days) > 1 {
			return fault.Invalid("start-date", "events.cannot_shift")
		}
		if choice.Every == Weekly && len(choice.Days) == 1 {
			choice.Days = []time.Weekday{start.In(zone).Weekday()}
		}
		rule, err := choice.rule(start.In(zone))
		if err != nil {
			return err
		}
		e.Rule = rule
		e.Exceptions = nil // they named dates that no longer exist
	} else {
		e.Exceptions = slices.Clone(e.Exceptions)
		for i := range e.Exceptions {
			x := &e.Exceptions[i]
			x.Planned = atClock(x.Planned.In(zone), start.In(zone)).UTC()
		}
	}
	e.Start, e.End = start.UTC(), end.UTC()
	return nil
}

func sameWeekdayAndDay(a, b time.Time) bool {
	return a.Weekday() == b.Weekday() && a.Day() == b.Day() && a.Month() == b.Month()
}

// atClock is the day of t at the time of day of clock.
func atClock(t, clock time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, clock.Hour(), clock.Minute(), clock.Second(), 0, t.Location())
}

// weekdayNames are the form's values, Monday first.
var weekdayNames = []string{"mo", "di", "mi", "do", "fr", "sa", "so"}

func weekdayOf(name string) (time.Weekday, bool) {
	i := slices.Index(weekdayNames, strings.ToLower(name))
	return time.Weekday((i + 1) % 7), i >= 0
}

func weekdayName(d time.Weekday) string { return weekdayNames[(int(d)+6)%7] }

// ordinal is the n-th weekday of its month, 5 for the last.
func ordinal(t time.Time) string { return strconv.Itoa(min((t.Day()-1)/7+1, 5)) }

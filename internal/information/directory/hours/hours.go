// Package hours knows when something is open: weekly times with several spans
// a day, past midnight, in a season, on the first Saturday of a month, with
// exceptions by date and on holidays. It reads and writes the part of the
// OpenStreetMap opening_hours syntax (wiki.openstreetmap.org,
// Key:opening_hours/specification) that villages need, and the same in the
// words in which people put it on their doors.
package hours

import (
	"cmp"
	"slices"
	"time"

	"dorflinde/internal/region"
)

// Span is a piece of a day in minutes since its midnight as the clock on the
// wall shows them. To beyond 1440 is after the next midnight; To equal to From
// is a moment, such as the stop of a mobile shop.
type Span struct{ From, To int }

// Limits in minutes.
const (
	dayMinutes = 24 * 60
	lastMinute = 2 * dayMinutes // "26:00" is two at night
)

// Day is a date; Year 0 means every year.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// Dates is a range of days, both included. Without years it comes back every
// year and may run over New Year ("Nov-Mar").
type Dates struct{ From, To Day }

// single reports whether the range is one day.
func (d Dates) single() bool { return d.From == d.To }

// covers reports whether a date (year, month and day of t) lies in the range.
func (d Dates) covers(t time.Time) bool {
	if d.From.Year != 0 {
		n := number(t.Year(), t.Month(), t.Day())
		return n >= number(d.From.Year, d.From.Month, d.From.Day) && n <= number(d.To.Year, d.To.Month, d.To.Day)
	}
	n, from, to := number(0, t.Month(), t.Day()), number(0, d.From.Month, d.From.Day), number(0, d.To.Month, d.To.Day)
	if from <= to {
		return n >= from && n <= to
	}
	return n >= from || n <= to
}

func number(year int, month time.Month, day int) int { return year*10_000 + int(month)*100 + day }

// Rule says what holds on the days it names. Where several rules name a day,
// the last one decides, unless it only adds to those before.
type Rule struct {
	Dates    []Dates // any of them; none means always
	Days     Weekdays
	Nth      []int // which of the month's weekdays in Days: 1 first, -1 last; none means all
	Holidays bool  // public holidays, besides Days
	Off      bool  // closed
	Spans    []Span
	Add      bool // adds to the rules before instead of replacing them
	Note     string
}

// Weekdays is a set of days of the week, one bit each, from Sunday.
type Weekdays uint8

// Has reports whether the set contains a day.
func (w Weekdays) Has(d time.Weekday) bool { return w&(1<<d) != 0 }

// dated reports whether the rule is for single days only.
func (r *Rule) dated() bool {
	return len(r.Dates) > 0 && !slices.ContainsFunc(r.Dates, func(d Dates) bool { return !d.single() && d.From.Year == 0 })
}

func (r *Rule) names(t time.Time, holiday bool) bool {
	if len(r.Dates) > 0 && !slices.ContainsFunc(r.Dates, func(d Dates) bool { return d.covers(t) }) {
		return false
	}
	switch {
	case r.Days == 0 && !r.Holidays:
		return true
	case r.Holidays && holiday:
		return true
	}
	return r.Days.Has(t.Weekday()) && (len(r.Nth) == 0 || slices.ContainsFunc(r.Nth, func(n int) bool { return nth(t, n) }))
}

// nth reports whether t is the n-th of its weekday in the month, counted from
// the end for negative n.
func nth(t time.Time, n int) bool {
	if n > 0 {
		return (t.Day()-1)/7+1 == n
	}
	last := time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return (last-t.Day())/7+1 == -n
}

// Hours are all rules in order. The zero value says nothing.
type Hours struct{ Rules []Rule }

// Known reports whether anything is said.
func (h Hours) Known() bool { return len(h.Rules) > 0 }

// Always reports whether it never closes.
func (h Hours) Always() bool {
	if len(h.Rules) != 1 {
		return false
	}
	r := h.Rules[0]
	return !r.Off && len(r.Dates) == 0 && r.Days == 0 && !r.Holidays && slices.Equal(r.Spans, []Span{{0, dayMinutes}})
}

// namesHolidays reports whether a rule says what happens on public holidays.
func (h Hours) namesHolidays() bool {
	return slices.ContainsFunc(h.Rules, func(r Rule) bool { return r.Holidays })
}

// Calendar tells in which time zone the clock hangs and which days are public
// holidays there. It remembers the years it was asked about, so it must not be
// used by several goroutines at once.
type Calendar struct {
	zone     *time.Location
	holidays region.Calendar
	years    map[int]map[int]string
}

// NewCalendar makes a calendar of a municipality ("" for the region).
func NewCalendar(places *region.Directory, municipalityID string) *Calendar {
	return &Calendar{zone: places.Location(), holidays: places.Calendar(municipalityID), years: map[int]map[int]string{}}
}

// Holiday is the message key of the public holiday on the date of t, empty for
// none.
func (c *Calendar) Holiday(t time.Time) string {
	year, ok := c.years[t.Year()]
	if !ok {
		year = map[int]string{}
		for _, h := range c.holidays.Holidays(t.Year()) {
			year[number(0, h.Date.Month(), h.Date.Day())] = h.Key
		}
		c.years[t.Year()] = year
	}
	return year[number(0, t.Month(), t.Day())]
}

// Zone is the calendar's time zone.
func (c *Calendar) Zone() *time.Location { return c.zone }

// date is noon UTC of the date of t: arithmetic on it never meets daylight saving.
func date(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC)
}

// On are the spans that begin on the date of t (its year, month and day), in
// order and without overlaps, and the note of the rule that decides.
func (h Hours) On(t time.Time, c *Calendar) (spans []Span, note string) {
	holiday := c.Holiday(t) != ""
	for i := range h.Rules {
		r := &h.Rules[i]
		if !r.names(t, holiday) {
			continue
		}
		if !r.Add {
			spans, note = nil, ""
		}
		if r.Note != "" {
			note = r.Note
		}
		if !r.Off {
			spans = append(slices.Clone(spans), r.Spans...)
		}
	}
	return merge(spans), note
}

// merge sorts spans and unites those that touch.
func merge(spans []Span) []Span {
	if len(spans) < 2 {
		return spans
	}
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Or(a.From-b.From, a.To-b.To) })
	out := spans[:1]
	for _, s := range spans[1:] {
		if last := &out[len(out)-1]; s.From <= last.To {
			last.To = max(last.To, s.To)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// State is what holds at a moment.
type State struct {
	Open bool
	// Change is when it opens or closes next, zero when it does not within a
	// year.
	Change time.Time
	Note   string // such as "nach Vereinbarung"
}

// farthest is how many days ahead the next change is looked for: a year, so
// that a facility open on one day of it is found.
const farthest = 370

// At tells whether it is open at a moment and when that changes.
func (h Hours) At(now time.Time, c *Calendar) State {
	if h.Always() {
		return State{Open: true, Note: h.Rules[0].Note}
	}
	today := date(now.In(c.zone))
	var s State
	_, s.Note = h.On(today, c)
	var closes time.Time // end of the opening that now lies in, as far as known
	for n := -2; n <= farthest; n++ {
		day := today.AddDate(0, 0, n)
		if s.Open && c.moment(day, 0).After(closes) {
			break
		}
		spans, _ := h.On(day, c)
		for _, span := range spans {
			from, to := c.moment(day, span.From), c.moment(day, span.To)
			switch {
			case !to.After(now) || !to.After(from):
				continue
			case s.Open && !from.After(closes):
				closes = later(closes, to)
			case !from.After(now):
				s.Open, closes = true, later(closes, to)
			case !s.Open:
				s.Change = from
				return s
			}
		}
	}
	if s.Open && closes.Before(c.moment(today, farthest*dayMinutes)) {
		s.Change = closes
	}
	return s
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// moment is the first instant at which a clock in the zone shows that minute of
// that date or a later one: an hour that daylight saving skips ends where it
// would have begun, and of an hour that comes twice the first counts.
func (c *Calendar) moment(day time.Time, minute int) time.Time {
	wall := time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, time.UTC)
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, c.zone)
	begin, end := t.ZoneBounds()
	if shown := t.Hour()*60 + t.Minute(); shown != wall.Hour()*60+wall.Minute() {
		if shown > wall.Hour()*60+wall.Minute() {
			return begin
		}
		return end
	}
	if begin.IsZero() {
		return t
	}
	_, offset := t.Zone()
	_, before := begin.Add(-time.Second).Zone()
	if first := t.Add(time.Duration(offset-before) * time.Second); first.Before(begin) && before > offset {
		return first
	}
	return t
}

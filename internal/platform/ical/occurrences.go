package ical

import (
	"slices"
	"sort"
	"time"
)

// MaxOccurrences is the most that one call of Occurrences returns.
const MaxOccurrences = 10_000

// Occurrence is one happening of an event.
type Occurrence struct {
	Start, End time.Time // End is exclusive
	AllDay     bool
	// ID is the start that the series had planned. It stays the same when
	// the occurrence is moved and so identifies it, as RECURRENCE-ID does.
	ID time.Time
	// Cancelled occurrences are returned, so that a calendar can say so.
	Cancelled bool
	// Event holds the texts that apply: the series or the override.
	Event *Event
}

// Occurrences returns what happens in [from, to), in order of time, with
// exceptions, extra dates and overrides applied. Something that began before
// from and still runs belongs to it. At most max are returned, and never more
// than MaxOccurrences; max <= 0 means MaxOccurrences. truncated says that
// there may be more.
//
// Wall time is kept over daylight saving changes, for starts (RFC 5545
// §3.8.5.3) and, unlike there, for ends as well: a night shift that is
// announced until six ends at six in every night.
//
// The error is an *Error when the rule is not valid.
func (e Event) Occurrences(from, to time.Time, max int) (list []Occurrence, truncated bool, err error) {
	if max <= 0 || max > MaxOccurrences {
		max = MaxOccurrences
	}
	if e.Rule != nil {
		if err := e.Rule.Validate(); err != nil {
			return nil, false, err
		}
	}
	if e.Start.IsZero() || !from.Before(to) {
		return nil, false, nil
	}
	s := newSeries(&e, from, to, max)
	complete := s.expandRule()
	for _, extra := range e.RDates {
		s.planned(extra.In(s.zone))
	}
	for i := range e.Overrides {
		if o := &e.Overrides[i]; !o.ThisAndFuture {
			s.add(Occurrence{Start: o.Start, End: o.End, AllDay: o.AllDay, ID: o.RecurrenceID, Event: o})
		}
	}
	slices.SortStableFunc(s.found, func(a, b Occurrence) int {
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		return a.ID.Compare(b.ID)
	})
	if len(s.found) > max {
		return s.found[:max], true, nil
	}
	return s.found, !complete, nil
}

// series is the state of one expansion.
type series struct {
	event    *Event
	zone     *time.Location
	from, to time.Time
	limit    int // enough found to know that the result is truncated

	excluded map[int64]bool // planned starts that do not happen as planned
	ranges   []*Event       // THISANDFUTURE overrides by RecurrenceID
	found    []Occurrence
}

func newSeries(e *Event, from, to time.Time, max int) *series {
	s := &series{
		event: e, zone: e.Start.Location(), from: from, to: to,
		limit:    max + len(e.Overrides) + 1,
		excluded: make(map[int64]bool, len(e.ExDates)+len(e.Overrides)),
	}
	for _, t := range e.ExDates {
		s.excluded[s.key(t)] = true
	}
	for i := range e.Overrides {
		o := &e.Overrides[i]
		if o.ThisAndFuture {
			s.ranges = append(s.ranges, o)
			continue
		}
		s.excluded[s.key(o.RecurrenceID)] = true
	}
	slices.SortStableFunc(s.ranges, func(a, b *Event) int {
		return a.RecurrenceID.Compare(b.RecurrenceID)
	})
	return s
}

// key makes planned starts comparable: whole days by date, others by instant.
func (s *series) key(t time.Time) int64 {
	if s.event.AllDay {
		day, _ := wallOf(t.In(s.zone)).day()
		return int64(day)
	}
	return t.Unix()
}

// length is the wall time that e takes.
func length(e *Event) wallTime {
	return max(0, wallOf(e.End.In(e.Start.Location()))-wallOf(e.Start))
}

// shift is by how much a THISANDFUTURE override moves what follows.
func (s *series) shift(o *Event) wallTime {
	return wallOf(o.Start.In(s.zone)) - wallOf(o.RecurrenceID.In(s.zone))
}

// expandRule walks the rule over the window, widened by the longest event and
// by the largest shift. It reports false if the walk gave up.
func (s *series) expandRule() bool {
	e := s.event
	if e.Rule == nil {
		s.planned(e.Start)
		return true
	}
	before, after := length(e), wallTime(0)
	for _, o := range s.ranges {
		before = max(before, length(o)+s.shift(o))
		after = max(after, -s.shift(o))
	}
	const day = wallTime(daySeconds) // more than any two offsets differ
	first := wallOf(s.from.In(s.zone)) - before - 2*day
	last := wallOf(s.to.In(s.zone)) + after + 2*day

	x := e.Rule.compile(wallOf(e.Start), e.AllDay)
	x.last = last
	untilWall, untilInstant := e.Rule.until(s.zone, e.AllDay)
	isStart := true
	return x.walk(first, func(w wallTime) bool {
		if isStart {
			// The start itself always counts, even where the clock shows it
			// for the second time (RFC 5545 §3.8.5.3).
			isStart = false
			s.planned(e.Start)
			return true
		}
		if w > last || len(s.found) >= s.limit {
			return false
		}
		t := w.in(s.zone)
		if w > untilWall && t.After(untilInstant) {
			return false
		}
		if w >= first {
			s.planned(t)
		}
		return true
	})
}

// until returns the last wall time and the last instant at which the rule may
// happen; an occurrence that respects either one is in. Whole days accept an
// UNTIL in UTC by its date, because producers east and west of Greenwich
// disagree on how to write it.
func (r *Rule) until(zone *time.Location, allDay bool) (wallTime, time.Time) {
	const never = wallTime(-1 << 62)
	switch r.UntilForm {
	case UntilDate:
		return wallOf(r.Until.UTC()) + daySeconds - 1, time.Time{}
	case UntilLocal:
		return wallOf(r.Until.UTC()), time.Time{}
	case UntilUTC:
		if allDay {
			return wallOf(r.Until.UTC()), r.Until
		}
		return never, r.Until
	}
	return 1 << 62, time.Time{}
}

// planned handles one start of the rule or of RDATE.
func (s *series) planned(start time.Time) {
	key := s.key(start)
	if s.excluded[key] {
		return
	}
	s.excluded[key] = true // RDATE may repeat what the rule has said
	o := Occurrence{Start: start, AllDay: s.event.AllDay, ID: start, Event: s.event}
	if r := s.rangeAt(start); r != nil {
		if r.Status == Cancelled {
			return // cancelled from here on: the series has ended
		}
		o.Event, o.AllDay = r, r.AllDay
		o.Start = (wallOf(start) + s.shift(r)).in(s.zone)
	}
	if s.event.Rule == nil && len(s.ranges) == 0 && start.Equal(s.event.Start) {
		o.End = s.event.End
	} else {
		o.End = (wallOf(o.Start) + length(o.Event)).in(s.zone)
	}
	if o.End.Before(o.Start) {
		o.End = o.Start
	}
	s.add(o)
}

// rangeAt returns the THISANDFUTURE override that governs a planned start.
func (s *series) rangeAt(start time.Time) *Event {
	after := sort.Search(len(s.ranges), func(i int) bool {
		return s.ranges[i].RecurrenceID.After(start)
	})
	if after == 0 {
		return nil
	}
	return s.ranges[after-1]
}

// add keeps o if it touches the window.
func (s *series) add(o Occurrence) {
	if !o.Start.Before(s.to) || !o.End.After(s.from) && o.Start.Before(s.from) {
		return
	}
	o.Cancelled = o.Event.Status == Cancelled || s.event.Status == Cancelled
	s.found = append(s.found, o)
}

package bulletin_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/ical"
)

func (r *rig) calendar(address string) *ical.Calendar {
	r.t.Helper()
	w := r.get(people.Actor{}, address)
	c, err := ical.Parse(w.Body, ical.Limits{})
	if err != nil || w.Code != 200 {
		r.t.Fatalf("%s: %d %v", address, w.Code, err)
	}
	return c
}

// TestSeriesInCalendars: what a calendar program makes of the rule with its
// exceptions is what the village kept as times, over the change to summer time.
func TestSeriesInCalendars(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		zone := r.places.Location()
		at := func(month time.Month, day, hour int) time.Time {
			return time.Date(2027, month, day, hour, 0, 0, 0, zone)
		}
		hours := func(start time.Time, n int) bulletin.Occurrence {
			return bulletin.Occurrence{Start: start, End: start.Add(time.Duration(n) * time.Hour)}
		}
		e := event("choir", at(3, 9, 19), 2, func(e *bulletin.Entry) {
			e.RRule = "FREQ=WEEKLY;BYDAY=TU"
			cancelled := hours(at(4, 6, 19), 2)
			cancelled.Status = bulletin.Cancelled
			e.Times = []bulletin.Occurrence{
				hours(at(3, 9, 19), 2), hours(at(3, 16, 19), 3), // a longer one
				hours(at(3, 25, 20), 2), // moved from 23 March
				hours(at(3, 30, 19), 2), cancelled, hours(at(4, 13, 19), 2),
			}
		})
		r.put(e)
		var got []bulletin.Occurrence
		for _, event := range r.calendar("/calendar.ics").Events {
			if !strings.HasSuffix(event.UID, "@region.example") {
				t.Errorf("uid %q", event.UID)
			}
			list, _, err := event.Occurrences(at(1, 1, 0), at(4, 14, 0), 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range list {
				kept := bulletin.Occurrence{Start: o.Start, End: o.End, Status: bulletin.Active}
				if o.Cancelled {
					kept.Status = bulletin.Cancelled
				}
				got = append(got, kept)
			}
		}
		slices.SortFunc(got, func(a, b bulletin.Occurrence) int { return a.Start.Compare(b.Start) })
		if len(got) != len(e.Times) {
			t.Fatalf("%d times, want %d: %v", len(got), len(e.Times), got)
		}
		for i, want := range e.Times {
			cancelled := want.Status == bulletin.Cancelled
			if !got[i].Start.Equal(want.Start) || !got[i].End.Equal(want.End) || (got[i].Status == bulletin.Cancelled) != cancelled {
				t.Errorf("%d: got %v, want %v", i, got[i], want)
			}
		}
	})
}

func TestCalendarTellsWithdrawals(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.put(event("a", present.Add(time.Hour), 1), event("b", present.Add(2*time.Hour), 1, func(e *bulletin.Entry) { e.Publisher = "org-town" }),
			event("d", present.Add(time.Hour), 1, func(e *bulletin.Entry) { e.InFeed, e.Kind = false, "waste" }),
			event("c", present.Add(time.Hour), 1, func(e *bulletin.Entry) { e.Audience = bulletin.ForResidents }))
		uids := func(c *ical.Calendar) (out []string) {
			for _, e := range c.Events {
				out = append(out, e.UID+" "+string(e.Status))
			}
			return out
		}
		same(t, "all", uids(r.calendar("/calendar.ics")), "a@region.example CONFIRMED", "b@region.example CONFIRMED")
		same(t, "on request", uids(r.calendar("/calendar.ics?art=waste")), "d@region.example CONFIRMED")
		same(t, "one club", uids(r.calendar("/calendar.ics?von=musikverein-leeder")), "a@region.example CONFIRMED")
		same(t, "english", uids(r.calendar("/calendar.ics?publisher=musikverein-leeder")), "a@region.example CONFIRMED")
		err := r.db.Update(context.Background(), func(tx *db.Tx) error { return r.Withdraw(tx, "a", "Falsch.") })
		if err != nil {
			t.Fatal(err)
		}
		c := r.calendar("/calendar.ics")
		same(t, "withdrawn", uids(c), "a@region.example CANCELLED", "b@region.example CONFIRMED")
		if c.Events[0].Sequence != 1 {
			t.Errorf("sequence %d: programs keep the old state", c.Events[0].Sequence)
		}
		if w := r.get(people.Actor{}, "/e/b/kalender.ics"); w.Code != 200 || !strings.Contains(w.Body.String(), "SUMMARY:Termin b") {
			t.Errorf("one entry: %d", w.Code)
		}
		if w := r.get(people.Actor{}, "/e/c/kalender.ics"); w.Code != 404 {
			t.Errorf("a hidden entry: %d", w.Code)
		}
		if w := r.get(people.Actor{}, "/e/a/kalender.ics"); w.Code != 410 {
			t.Errorf("a withdrawn entry: %d", w.Code)
		}
	})
}

func TestWholeDaysInCalendars(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		start := time.Date(2026, 12, 4, 23, 0, 0, 0, time.UTC)
		r.put(event("fair", start, 0, func(e *bulletin.Entry) { e.AllDay, e.End = true, start.AddDate(0, 0, 2) }))
		body := r.get(people.Actor{}, "/calendar.ics").Body.String()
		for _, want := range []string{"DTSTART;VALUE=DATE:20261205", "DTEND;VALUE=DATE:20261207"} {
			if !strings.Contains(body, want) {
				t.Errorf("%q is missing in %s", want, body)
			}
		}
	})
}

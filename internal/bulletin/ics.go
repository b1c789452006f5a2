package bulletin

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/ical"
	"dorflinde/internal/platform/web"
)

const icsType = "text/calendar; charset=utf-8"

// What a calendar to subscribe to carries.
const (
	icsPast  = 90 * 24 * time.Hour // how far it looks back
	icsTimes = 4000                // occurrences looked at
)

// calendarFeed answers with the calendar to subscribe to. Like feeds it carries
// public entries only. Withdrawn ones stay in it as cancelled, since programs
// delete nothing that merely disappears.
func (b *Bulletin) calendarFeed(w http.ResponseWriter, r *http.Request) error {
	a, err := b.ask(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `inline; filename="kalender.ics"`)
	return b.shared(w, r, a, icsType, func() ([]byte, time.Time, error) {
		var entries []Entry
		err := b.db.View(a.ctx, func(tx *db.Tx) error {
			var err error
			entries, err = b.calendarEntries(tx, a.filter)
			return err
		})
		if err != nil {
			return nil, time.Time{}, err
		}
		return b.writeICS(&a, entries, a.words.T("bulletin.ics_name", "place", a.placeName()))
	})
}

// calendarEntries are the entries with all their times, each once.
func (b *Bulletin) calendarEntries(tx *db.Tx, f Filter) ([]Entry, error) {
	f = f.announced()
	f.IncludeWithdrawn = true
	if f.From.IsZero() {
		f.From = b.clock.Now().Add(-icsPast)
	}
	timed, err := b.Calendar(tx, f, Reader{}, icsTimes)
	if err != nil {
		return nil, err
	}
	var out []Entry
	seen := map[string]bool{}
	for i := range timed {
		e := timed[i].Entry
		if seen[e.ID] || e.Status == Withdrawn && e.UpdatedAt.Before(b.clock.Now().Add(-icsPast)) {
			continue
		}
		seen[e.ID] = true
		if e.Times, err = b.Times(tx, e.ID); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// entryCalendar answers with one entry for the calendar on the phone.
func (b *Bulletin) entryCalendar(w http.ResponseWriter, r *http.Request) error {
	a, err := b.ask(r)
	if err != nil {
		return err
	}
	var e Entry
	err = b.db.View(r.Context(), func(tx *db.Tx) error {
		var err error
		e, err = b.Get(tx, r.PathValue("id"), ReaderOf(r.Context()))
		return err
	})
	if err != nil {
		return err
	}
	if e.Start.IsZero() {
		return fault.NotFound() // news have no place in a calendar
	}
	body, _, err := b.writeICS(&a, []Entry{e}, "")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="termin.ics"`)
	w.Header().Set("Cache-Control", "private, no-cache")
	return web.WriteBody(w, r, http.StatusOK, icsType, body)
}

// ICS writes entries, with their Times, as an iCalendar stream.
func (b *Bulletin) ICS(ctx context.Context, host string, entries []Entry, name string) ([]byte, error) {
	a, err := b.ask((&http.Request{Host: host, URL: &url.URL{Path: "/"}}).WithContext(ctx))
	if err != nil {
		return nil, err
	}
	body, _, err := b.writeICS(&a, entries, name)
	return body, err
}

func (b *Bulletin) writeICS(a *asked, entries []Entry, name string) ([]byte, time.Time, error) {
	c := ical.Calendar{Name: name, URL: a.base + "/kalender", Refresh: 6 * time.Hour, Stamp: time.Unix(0, 0).UTC()}
	for i := range entries {
		e := &entries[i]
		if e.UpdatedAt.After(c.Stamp) {
			c.Stamp = e.UpdatedAt // the same content gives the same bytes
		}
		c.Events = append(c.Events, b.events(a, e)...)
	}
	var body bytes.Buffer
	if err := ical.Write(&body, c); err != nil {
		return nil, time.Time{}, fmt.Errorf("write calendar: %w", err)
	}
	return body.Bytes(), c.Stamp, nil
}

// uid is the same under every host of the region and for ever.
func (b *Bulletin) uid(id string) string {
	host := b.BaseURL("")
	if u, err := url.Parse(host); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return id + "@" + host
}

// events are the VEVENTs of an entry: one, with its rule where the rule and the
// kept times can be told apart by exceptions, else one for each time.
func (b *Bulletin) events(a *asked, e *Entry) []ical.Event {
	base := b.event(a, e)
	if e.RRule != "" {
		if rule, err := ical.ParseRule(e.RRule); err == nil {
			base.Rule = rule
			return append([]ical.Event{b.series(&base, e, a.places.Location())}, b.extra(&base, e)...)
		}
	}
	if len(e.Times) <= 1 || e.Status == Withdrawn {
		if len(e.Times) == 1 {
			o := e.Times[0]
			base.Start, base.End, base.AllDay = o.Start.In(base.Start.Location()), later(o).In(base.Start.Location()), o.AllDay
		}
		return []ical.Event{base}
	}
	events := make([]ical.Event, 0, len(e.Times))
	for _, o := range e.Times {
		events = append(events, b.single(&base, e, o))
	}
	return events
}

func (b *Bulletin) event(a *asked, e *Entry) ical.Event {
	zone := a.places.Location()
	title, summary, _ := e.In(wantedLang(a.ctx))
	v := ical.Event{
		UID: b.uid(e.ID), Summary: title, Location: e.Place, URL: a.base + e.Link, Categories: e.Topics,
		Start: e.Start.In(zone), End: later(Occurrence{Start: e.Start, End: e.End}).In(zone), AllDay: e.AllDay,
		Sequence: int(e.Revision - 1), Created: e.PublishedAt, LastModified: e.UpdatedAt, Status: ical.Confirmed,
	}
	lines := []string{}
	for _, line := range []string{summary, b.publisherName(*a, e.Publisher)} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	v.Description = strings.Join(lines, "\n\n")
	if e.Status == Cancelled || e.Status == Withdrawn {
		v.Status, v.Summary = ical.Cancelled, a.announced(e)
	}
	if centre, ok := geo.Centre(e.Geometry); ok {
		v.Geo = &ical.Geo{Lat: centre[1], Lon: centre[0]}
	}
	return v
}

func later(o Occurrence) time.Time {
	if o.End.Before(o.Start) {
		return o.Start
	}
	return o.End
}

// single is one time of an entry as an event of its own.
func (b *Bulletin) single(base *ical.Event, e *Entry, o Occurrence) ical.Event {
	v := *base
	zone := base.Start.Location()
	v.Rule, v.ExDates = nil, nil
	v.Start, v.End, v.AllDay = o.Start.In(zone), later(o).In(zone), o.AllDay
	v.UID = b.uid(e.ID + "-" + v.Start.Format("20060102T1504"))
	if o.Status == Cancelled {
		v.Status = ical.Cancelled
	}
	return v
}

// planned are the starts of the rule within the time for which occurrences are
// kept; what lies beyond the last kept one is the rule's own business.
func planned(base *ical.Event, e *Entry) map[int64]bool {
	starts := map[int64]bool{}
	if len(e.Times) == 0 {
		return starts
	}
	until := e.Times[len(e.Times)-1].Start.Add(time.Second)
	list, _, err := base.Occurrences(base.Start, until, 0)
	if err != nil {
		return starts
	}
	for _, o := range list {
		starts[db.Micros(o.Start)] = true
	}
	return starts
}

// series gives the rule its exceptions: a planned start that is not kept does
// not happen, a kept one that differs in length or is cancelled is overridden.
func (b *Bulletin) series(base *ical.Event, e *Entry, zone *time.Location) ical.Event {
	v := *base
	kept := map[int64]Occurrence{}
	for _, o := range e.Times {
		kept[db.Micros(o.Start)] = o
	}
	if len(kept) == 0 || e.Status == Withdrawn || e.Status == Cancelled {
		return v
	}
	length := base.End.Sub(base.Start)
	list, _, err := base.Occurrences(base.Start, e.Times[len(e.Times)-1].Start.Add(time.Second), 0)
	if err != nil {
		return v
	}
	for _, p := range list {
		o, ok := kept[db.Micros(p.Start)]
		switch {
		case !ok:
			v.ExDates = append(v.ExDates, p.Start.In(zone))
		case o.Status == Cancelled || !o.AllDay && later(o).Sub(o.Start) != length && !later(o).Equal(p.End):
			override := b.single(base, e, o)
			override.UID, override.RecurrenceID = base.UID, p.Start.In(zone)
			v.Overrides = append(v.Overrides, override)
		}
	}
	return v
}

// extra are kept times that the rule does not know: moved or added ones.
func (b *Bulletin) extra(base *ical.Event, e *Entry) []ical.Event {
	if e.Status == Withdrawn || e.Status == Cancelled {
		return nil
	}
	var out []ical.Event
	starts := planned(base, e)
	for _, o := range e.Times {
		if !starts[db.Micros(o.Start)] {
			out = append(out, b.single(base, e, o))
		}
	}
	return out
}

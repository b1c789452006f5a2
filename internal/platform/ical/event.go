package ical

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// readEvent is an event between reading and joining series with overrides.
type readEvent struct {
	Event
	override bool
	dateID   bool // RECURRENCE-ID is a date
	madeUID  bool
}

// interpret turns the collected VEVENTs into events.
func (o *object) interpret() error {
	p := o.parser
	o.zones.fallback = p.limits.Zone
	if o.zone != "" {
		loc, err := p.work.lookup(o.zone)
		if err != nil {
			return p.fail(p.scan.number, ReasonTooManyZones, o.zone)
		}
		if loc != nil {
			o.zones.fallback = loc
		}
	}
	p.read = slices.Grow(p.read, len(o.events))
	for i := range o.events {
		e, err := o.event(&o.events[i])
		if err != nil {
			return err
		}
		p.read = append(p.read, e)
	}
	o.events = nil
	return nil
}

func (o *object) event(raw *rawEvent) (readEvent, error) {
	e := readEvent{Event: Event{
		UID:         raw.has["UID"].text(),
		Summary:     raw.has["SUMMARY"].text(),
		Description: raw.has["DESCRIPTION"].text(),
		Location:    raw.has["LOCATION"].text(),
		Status:      o.status(raw.has["STATUS"].value),
		Private:     isPrivate(raw.has["CLASS"].value),
		Sequence:    sequence(raw.has["SEQUENCE"].value),
		Line:        raw.line,
	}}
	if err := o.times(raw, &e.Event); err != nil {
		return e, err
	}
	o.stamps(raw, &e.Event)
	o.places(raw, &e.Event)
	if err := o.recurrence(raw, &e); err != nil {
		return e, err
	}
	const longestUID = 500
	if e.UID == "" || len(e.UID) > longestUID {
		if e.UID == "" {
			e.madeUID = true
			o.parser.warn(raw.line, WarnMissingUID, e.Summary)
		}
		e.UID = contentUID(&e.Event)
	}
	return e, nil
}

func (o *object) status(value string) Status {
	if o.method == "CANCEL" {
		return Cancelled
	}
	switch s := Status(strings.ToUpper(strings.TrimSpace(value))); s {
	case Confirmed, Tentative, Cancelled:
		return s
	case "CANCELED": // common misspelling
		return Cancelled
	}
	return ""
}

func isPrivate(class string) bool {
	switch strings.ToUpper(strings.TrimSpace(class)) {
	case "", "PUBLIC":
		return false
	}
	return true // RFC 5545 §3.8.1.3: unknown classes are PRIVATE
}

func sequence(value string) int {
	n, err := strconv.Atoi(strings.TrimSpace(value))
	if err != nil || n < 0 || n > math.MaxInt32 {
		return 0
	}
	return n
}

// place is a moment with its zone found.
type place struct {
	moment
	zone *time.Location
}

func (m place) time() time.Time { return m.resolve(m.zone) }

// moment reads a date property. base is the zone of values without one.
func (o *object) moment(p property, value string, base *time.Location) (place, error) {
	tzid := ""
	if p.params != "" {
		tzid = unescape(p.param("TZID"))
	}
	m, ok := parseMoment(value)
	if i := strings.LastIndexByte(value, ':'); !ok && tzid != "" && i >= 0 {
		// An unquoted colon in TZID=(UTC+01:00) Amsterdam, Berlin:20260101T...
		tzid += ":" + value[:i]
		m, ok = parseMoment(value[i+1:])
	}
	if !ok {
		return place{}, o.parser.fail(p.line, ReasonBadDate, p.name+":"+value)
	}
	if !m.dateOnly && strings.EqualFold(p.param("VALUE"), "DATE") {
		day, _ := m.wall.day()
		m = moment{wall: wallTime(day) * daySeconds, dateOnly: true}
	}
	if m.dateOnly || m.utc || m.offset != nil || tzid == "" {
		return place{m, base}, nil
	}
	answer, err := o.zones.find(strings.Trim(tzid, `"`))
	if err != nil {
		return place{}, o.parser.fail(p.line, ReasonTooManyZones, tzid)
	}
	if answer.warn != "" {
		o.parser.warn(p.line, answer.warn, tzid)
	}
	return place{m, answer.loc}, nil
}

// times sets Start, End and AllDay.
func (o *object) times(raw *rawEvent, e *Event) error {
	prop, ok := raw.has["DTSTART"]
	if !ok {
		// A cancellation need not repeat when the event would have been.
		if e.Status == Cancelled && e.UID != "" {
			return nil
		}
		return o.parser.fail(raw.line, ReasonMissingStart, e.Summary)
	}
	start, err := o.moment(prop, prop.value, o.zones.fallback)
	if err != nil {
		return err
	}
	if start.dateOnly {
		start.zone = o.parser.limits.Zone
	}
	e.AllDay, e.Start = start.dateOnly, start.time()
	switch {
	case raw.has["DTEND"].name != "":
		err = o.endDate(raw.has["DTEND"], e)
	case raw.has["DURATION"].name != "":
		d, ok := parseSpan(raw.has["DURATION"].value)
		if !ok {
			return o.parser.fail(raw.has["DURATION"].line, ReasonBadDuration, raw.has["DURATION"].value)
		}
		e.End = d.after(e.Start)
	default:
		e.End = e.Start
	}
	if err != nil {
		return err
	}
	o.outlookDay(raw, e)
	if e.AllDay {
		wholeDays(e)
	}
	return nil
}

func (o *object) endDate(prop property, e *Event) error {
	end, err := o.moment(prop, prop.value, e.Start.Location())
	if err != nil {
		return err
	}
	e.End = end.time()
	if e.AllDay && !end.dateOnly {
		e.End = e.End.In(e.Start.Location())
	}
	if e.End.Before(e.Start) {
		o.parser.warn(prop.line, WarnEndBeforeStart, prop.value)
		e.End = e.Start
	}
	return nil
}

// outlookDay recognises whole days that Exchange writes with times.
func (o *object) outlookDay(raw *rawEvent, e *Event) {
	flag := raw.has["X-MICROSOFT-CDO-ALLDAYEVENT"].value
	if e.AllDay || !strings.EqualFold(strings.TrimSpace(flag), "TRUE") {
		return
	}
	zone := e.Start.Location()
	if zone == time.UTC {
		zone = o.parser.limits.Zone
	}
	start, end := wallOf(e.Start.In(zone)), wallOf(e.End.In(zone))
	if start%daySeconds != 0 || end%daySeconds != 0 {
		return
	}
	e.AllDay = true
	e.Start, e.End = start.in(o.parser.limits.Zone), end.in(o.parser.limits.Zone)
}

// wholeDays makes the end of an all-day event an exclusive midnight at least
// one day after the start. Programs that write the last day itself into DTEND
// are read as one day only where both are equal.
func wholeDays(e *Event) {
	zone := e.Start.Location()
	first, _ := wallOf(e.Start).day()
	last, second := wallOf(e.End.In(zone)).day()
	last = max(last+btoi(second > 0), first+1)
	e.End = (wallTime(last) * daySeconds).in(zone)
}

func (o *object) stamps(raw *rawEvent, e *Event) {
	stamp := func(name string) time.Time {
		p, ok := raw.has[name]
		if !ok {
			return time.Time{}
		}
		m, valid := parseMoment(p.value)
		if !valid {
			return time.Time{} // not worth losing the event
		}
		return m.resolve(o.zones.fallback).UTC()
	}
	e.Created = stamp("CREATED")
	e.LastModified = stamp("LAST-MODIFIED")
}

func (o *object) places(raw *rawEvent, e *Event) {
	if p, ok := raw.has["URL"]; ok {
		if e.URL = webAddress(p.text()); e.URL == "" {
			o.parser.warn(p.line, WarnBadURL, p.value)
		}
	}
	if p, ok := raw.has["GEO"]; ok {
		if e.Geo = parseGeo(p.text()); e.Geo == nil {
			o.parser.warn(p.line, WarnBadGeo, p.value)
		}
	}
	for _, p := range raw.multi {
		if p.name != "CATEGORIES" {
			continue
		}
		for _, c := range p.list() {
			if len(e.Categories) == maxCategories {
				return
			}
			if !slices.Contains(e.Categories, c) {
				e.Categories = append(e.Categories, c)
			}
		}
	}
}

// maxCategories is far more than a person gives to one event.
const maxCategories = 100

// webAddress returns s if it is an absolute http or https address without
// spaces, else "": a calendar must not smuggle javascript: into a page.
func webAddress(s string) string {
	if len(s) > 4000 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '"' || r == '<' || r == '>' || isControl(r) }) {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return s
}

// parseGeo reads "latitude;longitude"; some producers write a comma. 0;0 is
// how programs write that they do not know.
func parseGeo(s string) *Geo {
	lat, lon, ok := strings.Cut(s, ";")
	if !ok {
		lat, lon, ok = strings.Cut(s, ",")
	}
	if !ok {
		return nil
	}
	a, errA := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	b, errB := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	inside := a >= -90 && a <= 90 && b >= -180 && b <= 180 // false for NaN
	if errA != nil || errB != nil || !inside || a == 0 && b == 0 {
		return nil
	}
	return &Geo{Lat: a, Lon: b}
}

// recurrence sets the rule, the exceptions and the identity of overrides.
func (o *object) recurrence(raw *rawEvent, e *readEvent) error {
	if p, ok := raw.has["RECURRENCE-ID"]; ok {
		m, err := o.moment(p, p.value, baseZone(&e.Event, o.zones.fallback))
		if err != nil {
			return err
		}
		e.override, e.dateID, e.RecurrenceID = true, m.dateOnly, m.time()
		if m.dateOnly {
			e.RecurrenceID = onDay(m, o.parser.limits.Zone)
		}
		e.ThisAndFuture = strings.EqualFold(p.param("RANGE"), "THISANDFUTURE")
	}
	if e.Start.IsZero() {
		return nil
	}
	for _, p := range raw.multi {
		var err error
		switch p.name {
		case "RRULE":
			err = o.rule(p, e)
		case "EXDATE":
			err = o.dates(p, e, &e.ExDates)
		case "RDATE":
			err = o.dates(p, e, &e.RDates)
		case "EXRULE":
			o.parser.warn(p.line, WarnExRule, p.value)
		}
		if err != nil {
			return err
		}
	}
	if e.override {
		e.Rule, e.RDates, e.ExDates, e.Overrides = nil, nil, nil, nil
	}
	return nil
}

// baseZone is where a floating exception of e is.
func baseZone(e *Event, fallback *time.Location) *time.Location {
	if e.Start.IsZero() || e.AllDay {
		return fallback
	}
	return e.Start.Location()
}

// onDay is midnight of the day of m in zone.
func onDay(m place, zone *time.Location) time.Time {
	wall := m.wall
	if m.utc || m.offset != nil {
		wall = wallOf(m.time().In(zone))
	}
	day, _ := wall.day()
	return (wallTime(day) * daySeconds).in(zone)
}

func (o *object) rule(p property, e *readEvent) error {
	if e.override {
		return nil // RFC 5545 §3.8.4.4 knows no rule here
	}
	if e.Rule != nil {
		return o.parser.fail(p.line, ReasonSeveralRules, p.value)
	}
	rule, err := ParseRule(p.value)
	if err != nil {
		return o.parser.fail(p.line, Reason(err), p.value)
	}
	e.Rule = rule
	return nil
}

// dates reads EXDATE or RDATE in the form of the series: whole days for a
// whole-day series, and a date in a timed series means its time on that day.
func (o *object) dates(p property, e *readEvent, list *[]time.Time) error {
	zone := e.Start.Location()
	for value := range strings.SplitSeq(p.value, ",") {
		if strings.TrimSpace(value) == "" {
			continue
		}
		if len(*list) >= o.parser.limits.Dates {
			return o.parser.fail(p.line, ReasonTooManyDates, p.name)
		}
		value, end, period := strings.Cut(value, "/")
		m, err := o.moment(p, value, zone)
		if err != nil {
			return err
		}
		t := m.time().In(zone)
		switch {
		case e.AllDay:
			t = onDay(m, zone)
		case m.dateOnly:
			_, second := wallOf(e.Start).day()
			t = (m.wall + wallTime(second)).in(zone)
		}
		*list = append(*list, t)
		if period && p.name == "RDATE" {
			if err := o.period(p, e, t, end); err != nil {
				return err
			}
		}
	}
	return nil
}

// period keeps the length of an RDATE;VALUE=PERIOD as an override.
func (o *object) period(p property, e *readEvent, start time.Time, end string) error {
	one := e.Event
	one.Rule, one.RDates, one.ExDates, one.Overrides = nil, nil, nil, nil
	one.Start, one.RecurrenceID = start, start
	if d, ok := parseSpan(end); ok {
		one.End = d.after(start)
	} else {
		m, err := o.moment(p, end, start.Location())
		if err != nil {
			return err
		}
		one.End = m.time()
	}
	if one.End.Before(one.Start) {
		o.parser.warn(p.line, WarnEndBeforeStart, end)
		one.End = one.Start
	}
	e.Overrides = append(e.Overrides, one)
	return nil
}

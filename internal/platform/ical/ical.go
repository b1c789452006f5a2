// Package ical reads and writes iCalendar streams (RFC 5545, RFC 7986) and
// expands recurring events.
//
// Reading is lenient towards what real programs write (folding inside a UTF-8
// sequence, wrong line ends, Windows zone names, Latin-1) and strict about
// size: every loop has a limit, because calendars come from strangers. A file
// that cannot be understood yields an *Error and no result.
//
// Writing is strict and byte-stable: the same Calendar always gives the same
// bytes, so that an outlet can be cached by its hash.
package ical

import (
	"errors"
	"fmt"
	"time"
	// A machine without zoneinfo must still know when summer time begins.
	_ "time/tzdata"
)

// DefaultZone is the IANA name of the zone in which floating times and
// all-day events are understood when Limits.Zone is nil.
const DefaultZone = "Europe/Berlin"

// Reasons an Error can carry. They are stable: callers translate them.
const (
	ReasonEmpty         = "empty"              // no content at all
	ReasonRead          = "read_failed"        // the reader failed
	ReasonTooLarge      = "too_large"          // more bytes than Limits.Bytes
	ReasonNotCalendar   = "not_a_calendar"     // first line is not BEGIN:VCALENDAR
	ReasonBadLine       = "bad_line"           // not a content line (RFC 5545 §3.1)
	ReasonLineTooLong   = "line_too_long"      // unfolded line over Limits.LineBytes
	ReasonWrongEnd      = "wrong_end"          // END does not close the open component
	ReasonMissingEnd    = "missing_end"        // file ends inside a component
	ReasonTooDeep       = "too_deep"           // nesting over Limits.Nesting
	ReasonTooManyEvents = "too_many_events"    // more than Limits.Events
	ReasonTooManyProps  = "too_many_lines"     // more than Limits.Properties in one component
	ReasonTooManyDates  = "too_many_dates"     // more than Limits.Dates exceptions or extra dates
	ReasonTooManyZones  = "too_many_zones"     // more than Limits.Zones zone names
	ReasonMissingStart  = "missing_start"      // VEVENT without DTSTART
	ReasonBadDate       = "bad_date"           // unreadable date or date-time
	ReasonBadDuration   = "bad_duration"       // unreadable DURATION
	ReasonRuleInvalid   = "rrule_invalid"      // RRULE that does not follow RFC 5545 §3.3.10
	ReasonRuleFrequent  = "rrule_too_frequent" // more often than MaxPerDay times a day
	ReasonRuleNever     = "rrule_never"        // no such day exists, e.g. 30 February
	ReasonSeveralRules  = "several_rrules"     // more than one RRULE in one event
)

// Reasons that only appear in Calendar.Warnings: the file was understood, but
// something in it was repaired or left out.
const (
	WarnUnknownZone    = "unknown_zone"      // TZID without meaning, default zone used
	WarnBadZone        = "bad_zone"          // VTIMEZONE unreadable, default zone used
	WarnEndBeforeStart = "end_before_start"  // DTEND before DTSTART, end ignored
	WarnMissingUID     = "missing_uid"       // UID made from the content
	WarnDuplicateUID   = "duplicate_uid"     // several events under one UID, told apart by content
	WarnBadURL         = "bad_url"           // URL that is not http or https, left out
	WarnBadGeo         = "bad_geo"           // GEO out of range, left out
	WarnLooseText      = "loose_text"        // line break without folding inside a text
	WarnOutside        = "outside_calendar"  // text after END:VCALENDAR, ignored
	WarnExRule         = "exrule_ignored"    // EXRULE, removed by RFC 5545
	WarnOldOverride    = "override_replaced" // two overrides of one occurrence, newer one kept
)

// Error says in which line of the file what was wrong. Line counts from 1;
// it is 0 where there is no file (rules typed into an editor).
type Error struct {
	Line   int
	Reason string // one of the Reason or Warn constants
	Detail string // the offending text, shortened; for people who mend files
}

// Error implements error in English, for logs.
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("ical: %s: %s", e.Reason, e.Detail)
	}
	return fmt.Sprintf("ical: line %d: %s: %s", e.Line, e.Reason, e.Detail)
}

// Reason returns the reason code of err, or "" if err holds no *Error.
func Reason(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return ""
}

// Limits bound what Parse accepts. The zero value of each field means its
// default, so Limits{} is a safe choice for files from strangers.
type Limits struct {
	Bytes      int64 // whole file, default 20 MiB
	Events     int   // VEVENT components including overrides, default 50,000
	LineBytes  int   // one unfolded line of a property that is kept, default 1 MiB
	Properties int   // lines in one component, default 20,000
	Dates      int   // EXDATE and RDATE values of one event, default 10,000
	Nesting    int   // components inside components, default 8
	Zones      int   // different TZIDs in one calendar, default 500

	// Zone is where floating times and whole days are. nil means DefaultZone.
	Zone *time.Location
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 20 << 20
	}
	defaults := []struct {
		field *int
		value int
	}{
		{&l.Events, 50_000}, {&l.LineBytes, 1 << 20}, {&l.Properties, 20_000},
		{&l.Dates, 10_000}, {&l.Nesting, 8}, {&l.Zones, 500},
	}
	for _, d := range defaults {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if l.Zone == nil {
		l.Zone = defaultLocation()
	}
	return l
}

// defaultLocation cannot fail with the embedded zone data; UTC is the answer
// of last resort so that no caller has to handle an impossible error.
func defaultLocation() *time.Location {
	loc, err := time.LoadLocation(DefaultZone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Calendar is what one file holds; several VCALENDAR objects are joined.
type Calendar struct {
	Name        string        // NAME (RFC 7986 §5.1) or X-WR-CALNAME
	Description string        // DESCRIPTION or X-WR-CALDESC
	ProdID      string        // PRODID, the producing program
	URL         string        // URL (RFC 7986 §5.5), http or https only
	Method      string        // METHOD, upper case; "" for a plain file
	Refresh     time.Duration // REFRESH-INTERVAL (RFC 7986 §5.7), 0 if none
	Stamp       time.Time     // DTSTAMP of every event when writing; required by Write
	Events      []Event       // masters with their overrides, in file order
	Warnings    []Error       // what Parse repaired or left out, at most 200
}

// Status of an event (RFC 5545 §3.8.1.11).
type Status string

// The statuses of a VEVENT. The empty status means that none was given.
const (
	Confirmed Status = "CONFIRMED"
	Tentative Status = "TENTATIVE"
	Cancelled Status = "CANCELLED"
)

// Geo is a place in WGS 84 degrees (RFC 5545 §3.8.1.6).
type Geo struct {
	Lat, Lon float64
}

// Event is a single event or a whole series with its exceptions.
type Event struct {
	UID         string
	Summary     string // plain text, may be empty
	Description string // plain text as the producer wrote it; never trust it as HTML
	Location    string
	URL         string // absolute http or https address, or ""
	Categories  []string
	Geo         *Geo

	// Start and End carry their zone. End is exclusive and never before
	// Start; they are equal for a moment without length. An all-day event
	// starts and ends at midnight in the zone of Start.
	Start, End time.Time
	AllDay     bool

	Status       Status
	Private      bool // CLASS PRIVATE or CONFIDENTIAL: not meant for the public
	Sequence     int
	Created      time.Time
	LastModified time.Time

	Rule    *Rule       // RRULE, nil for a single event
	RDates  []time.Time // extra starts
	ExDates []time.Time // starts that do not happen

	// Overrides replace single occurrences, or with ThisAndFuture all
	// occurrences from RecurrenceID on. Only masters have them.
	Overrides     []Event
	RecurrenceID  time.Time // original start of the replaced occurrence
	ThisAndFuture bool      // RANGE=THISANDFUTURE (RFC 5545 §3.2.13)

	Line int // line of BEGIN:VEVENT, 0 for events that were not read from a file
}

// Recurring reports whether the event has more than its own start.
func (e Event) Recurring() bool {
	return e.Rule != nil || len(e.RDates) > 0
}

// shorten keeps error details readable and small.
func shorten(s string) string {
	const most = 80
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

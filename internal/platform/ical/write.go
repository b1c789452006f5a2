package ical

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// lineOctets is the longest line without its end (RFC 5545 §3.1).
const lineOctets = 75

// prodID names this program in files without a ProdID of their own.
const prodID = "-//Dorflinde//Dorflinde//DE"

// Write writes c as one VCALENDAR. The same input gives the same bytes. Texts
// can hold anything: line breaks are escaped and control characters dropped,
// so that no text can add a property. Values that iCalendar cannot say (a UID
// that is empty, a year over 9999, a rule that does not validate, a zero
// Stamp) are errors, returned before anything is written.
func Write(w io.Writer, c Calendar) error {
	if c.Stamp.IsZero() {
		return errors.New("ical: write: Stamp is not set")
	}
	b := &builder{
		out:   make([]byte, 0, 1024+500*len(c.Events)),
		zones: map[string]*zoneUse{},
	}
	for i := range c.Events {
		if err := b.check(&c.Events[i], true); err != nil {
			return err
		}
	}
	b.calendar(&c)
	if _, err := w.Write(b.out); err != nil {
		return fmt.Errorf("ical: write: %w", err)
	}
	return nil
}

// builder appends content lines to out.
type builder struct {
	out   []byte
	zones map[string]*zoneUse
	line  []byte // the unfolded line being built
	utc   string // DTSTAMP
}

// zoneUse is a zone that some event needs and from which year on.
type zoneUse struct {
	loc   *time.Location
	first time.Time
	last  time.Time
}

// check refuses what cannot be written and collects the zones.
func (b *builder) check(e *Event, master bool) error {
	bad := func(what string) error {
		return fmt.Errorf("ical: write: event %q: %s", shorten(e.UID), what)
	}
	if cleanText(e.UID) == "" {
		return bad("no UID")
	}
	for _, t := range []time.Time{e.Start, e.End} {
		if t.UTC().Year() < 1 || t.UTC().Year() >= maxYear || t.IsZero() {
			return bad("time cannot be written")
		}
	}
	if e.Rule != nil {
		if err := e.Rule.Validate(); err != nil {
			return fmt.Errorf("ical: write: event %q: %w", shorten(e.UID), err)
		}
	}
	if !e.AllDay {
		b.use(e.Start)
		b.use(e.End)
	}
	if !master {
		return nil
	}
	for i := range e.Overrides {
		o := e.Overrides[i]
		o.UID = e.UID
		if o.RecurrenceID.IsZero() {
			return bad("override without RecurrenceID")
		}
		if err := b.check(&o, false); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) use(t time.Time) {
	name := tzid(t.Location())
	if name == "" {
		return
	}
	z, ok := b.zones[name]
	if !ok {
		b.zones[name] = &zoneUse{loc: t.Location(), first: t, last: t}
		return
	}
	if t.Before(z.first) {
		z.first = t
	}
	if t.After(z.last) {
		z.last = t
	}
}

// tzid is the name to write for a zone, or "" if its times are written in
// UTC: UTC itself, and zones whose name means nothing to others.
func tzid(loc *time.Location) string {
	if loc == time.UTC {
		return ""
	}
	name := loc.String()
	if name == "" || name == "UTC" || name == "Local" || name != paramText(name) {
		return ""
	}
	return name
}

// parameterless drops what a quoted parameter cannot hold or readers resolve.
var parameterless = strings.NewReplacer("\n", "", "\"", "", "\\", "", "^", "")

// paramText is s as far as a parameter can hold it unchanged.
func paramText(s string) string {
	return strings.TrimSpace(parameterless.Replace(cleanText(s)))
}

func (b *builder) calendar(c *Calendar) {
	b.utc = c.Stamp.UTC().Format("20060102T150405Z")
	b.raw("BEGIN:VCALENDAR")
	b.raw("VERSION:2.0")
	id := c.ProdID
	if id == "" {
		id = prodID
	}
	b.text("PRODID", id)
	b.raw("CALSCALE:GREGORIAN")
	if validName(c.Method) {
		b.raw("METHOD:" + strings.ToUpper(c.Method))
	}
	if c.Name != "" {
		b.text("NAME", c.Name)
		b.text("X-WR-CALNAME", c.Name)
	}
	if c.Description != "" {
		b.text("DESCRIPTION", c.Description)
		b.text("X-WR-CALDESC", c.Description)
	}
	if u := webAddress(c.URL); u != "" {
		b.raw("URL:" + u)
	}
	if minutes := int64(c.Refresh / time.Minute); minutes > 0 {
		// RFC 7986 §5.7, and the name that Outlook reads.
		b.raw("REFRESH-INTERVAL;VALUE=DURATION:PT" + strconv.FormatInt(minutes, 10) + "M")
		b.raw("X-PUBLISHED-TTL:PT" + strconv.FormatInt(minutes, 10) + "M")
	}
	names := make([]string, 0, len(b.zones))
	for name := range b.zones {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.timezone(name, b.zones[name])
	}
	for i := range c.Events {
		e := &c.Events[i]
		b.event(e, e)
		for j := range e.Overrides {
			o := e.Overrides[j]
			o.UID = e.UID
			b.event(&o, e)
		}
	}
	b.raw("END:VCALENDAR")
}

// event writes one VEVENT; series is the event whose form RECURRENCE-ID has.
func (b *builder) event(e, series *Event) {
	b.raw("BEGIN:VEVENT")
	b.text("UID", e.UID)
	b.raw("DTSTAMP:" + b.utc)
	b.times(e)
	if !e.RecurrenceID.IsZero() {
		name := "RECURRENCE-ID"
		if e.ThisAndFuture {
			name += ";RANGE=THISANDFUTURE"
		}
		b.inSeries(name, e.RecurrenceID, series)
	}
	b.recurrence(e)
	b.text("SUMMARY", e.Summary)
	b.optional("DESCRIPTION", e.Description)
	b.optional("LOCATION", e.Location)
	if u := webAddress(e.URL); u != "" {
		b.raw("URL:" + u)
	}
	if g := e.Geo; g != nil && g.Lat >= -90 && g.Lat <= 90 && g.Lon >= -180 && g.Lon <= 180 {
		b.raw("GEO:" + strconv.FormatFloat(g.Lat, 'f', 6, 64) + ";" + strconv.FormatFloat(g.Lon, 'f', 6, 64))
	}
	b.categories(e.Categories)
	if e.Status == Confirmed || e.Status == Tentative || e.Status == Cancelled {
		b.raw("STATUS:" + string(e.Status))
	}
	if e.Private {
		b.raw("CLASS:PRIVATE")
	}
	if e.Sequence > 0 {
		b.raw("SEQUENCE:" + strconv.Itoa(e.Sequence))
	}
	b.stamp("CREATED", e.Created)
	b.stamp("LAST-MODIFIED", e.LastModified)
	b.raw("END:VEVENT")
}

func (b *builder) times(e *Event) {
	if e.AllDay {
		first, _ := wallOf(e.Start).day()
		last, second := wallOf(e.End.In(e.Start.Location())).day()
		last = max(last+btoi(second > 0), first+1)
		b.date("DTSTART", first)
		b.date("DTEND", last)
		return
	}
	b.moment("DTSTART", e.Start, e.Recurring())
	if e.End.After(e.Start) {
		b.moment("DTEND", e.End, false)
	}
}

func (b *builder) recurrence(e *Event) {
	if !e.RecurrenceID.IsZero() {
		return
	}
	if e.Rule != nil {
		b.raw("RRULE:" + e.Rule.inForm(e).String())
	}
	for _, t := range e.RDates {
		b.inSeries("RDATE", t, e)
	}
	for _, t := range e.ExDates {
		b.inSeries("EXDATE", t, e)
	}
}

// inForm gives UNTIL the form that the start demands (RFC 5545 §3.3.10): a
// date for whole days, UTC for everything else.
func (r *Rule) inForm(e *Event) *Rule {
	if r.UntilForm == UntilNone {
		return r
	}
	out := *r
	zone := e.Start.Location()
	switch {
	case e.AllDay:
		day, _ := wallOf(r.Until.UTC()).day()
		if r.UntilForm == UntilUTC {
			local, _ := wallOf(r.Until.In(zone)).day()
			day = max(day, local)
		}
		out.Until, out.UntilForm = (wallTime(day) * daySeconds).in(time.UTC), UntilDate
	case r.UntilForm == UntilDate:
		out.Until, out.UntilForm = (wallOf(r.Until.UTC()) + daySeconds - 1).in(zone).UTC(), UntilUTC
	case r.UntilForm == UntilLocal:
		out.Until, out.UntilForm = wallOf(r.Until.UTC()).in(zone).UTC(), UntilUTC
	}
	return &out
}

// inSeries writes a planned start in the same form as DTSTART of series.
func (b *builder) inSeries(name string, t time.Time, series *Event) {
	t = t.In(series.Start.Location())
	if series.AllDay {
		day, _ := wallOf(t).day()
		b.date(name, day)
		return
	}
	b.moment(name, t, false)
}

func (b *builder) date(name string, day int) {
	b.line = append(b.line[:0], name...)
	b.line = append(b.line, ";VALUE=DATE:"...)
	b.line = appendDate(b.line, day)
	b.fold()
}

// moment writes a DATE-TIME with its zone. A time that the wall clock shows
// twice is written in UTC if it is the second one, except for the start of a
// series, which must keep its zone.
func (b *builder) moment(name string, t time.Time, keepZone bool) {
	zone := tzid(t.Location())
	wall := wallOf(t)
	if zone != "" && !keepZone && !wall.in(t.Location()).Equal(t.Truncate(time.Second)) {
		zone = ""
	}
	b.line = append(b.line[:0], name...)
	if zone == "" {
		wall = wallOf(t.UTC())
	} else {
		b.line = append(b.line, ";TZID="...)
		b.line = appendParam(b.line, zone)
	}
	day, second := wall.day()
	b.line = append(b.line, ':')
	b.line = appendDate(b.line, day)
	b.line = append(b.line, 'T')
	b.line = appendTwo(b.line, second/3600)
	b.line = appendTwo(b.line, second/60%60)
	b.line = appendTwo(b.line, second%60)
	if zone == "" {
		b.line = append(b.line, 'Z')
	}
	b.fold()
}

func (b *builder) stamp(name string, t time.Time) {
	if t.IsZero() || t.UTC().Year() < 1 || t.UTC().Year() > maxYear {
		return
	}
	b.moment(name, t.UTC(), false)
}

func appendParam(out []byte, s string) []byte {
	if strings.ContainsAny(s, ":;,") {
		return append(append(append(out, '"'), s...), '"')
	}
	return append(out, s...)
}

func appendDate(out []byte, day int) []byte {
	year, month, dom := civil(day)
	out = appendTwo(appendTwo(out, year/100), year%100)
	return appendTwo(appendTwo(out, month), dom)
}

func appendTwo(out []byte, n int) []byte {
	return append(out, byte('0'+n/10), byte('0'+n%10))
}

func (b *builder) categories(list []string) {
	b.line = append(b.line[:0], "CATEGORIES:"...)
	empty := len(b.line)
	for _, c := range list {
		if c = strings.TrimSpace(c); c == "" {
			continue
		}
		if len(b.line) > empty {
			b.line = append(b.line, ',')
		}
		b.line = appendText(b.line, c)
	}
	if len(b.line) > empty {
		b.fold()
	}
}

func (b *builder) optional(name, value string) {
	if value != "" {
		b.text(name, value)
	}
}

func (b *builder) text(name, value string) {
	b.line = append(b.line[:0], name...)
	b.line = append(b.line, ':')
	b.line = appendText(b.line, value)
	b.fold()
}

// appendText escapes a TEXT value (RFC 5545 §3.3.11).
func appendText(out []byte, s string) []byte {
	s = cleanText(s)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\n':
			out = append(out, '\\', 'n')
		case '\\', ';', ',':
			out = append(out, '\\', c)
		default:
			out = append(out, c)
		}
	}
	return out
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// cleanText makes s valid UTF-8 with LF as the only control character beside
// the tab.
func cleanText(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		clean = s[i] >= 0x20 && s[i] < 0x7f || s[i] == '\n' || s[i] == '\t'
	}
	if clean {
		return s
	}
	s = lineEnds.Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if r != '\n' && isControl(r) {
			return -1
		}
		return r
	}, s)
}

// raw writes a line that the package has composed itself.
func (b *builder) raw(line string) {
	b.line = append(b.line[:0], line...)
	b.fold()
}

// fold moves the line to out in pieces of at most 75 octets, never cutting a
// UTF-8 sequence.
func (b *builder) fold() {
	rest := b.line
	room := lineOctets
	for len(rest) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(rest[cut]) {
			cut--
		}
		b.out = append(b.out, rest[:cut]...)
		b.out = append(b.out, "\r\n "...)
		rest = rest[cut:]
		room = lineOctets - 1 // the space that marks the continuation
	}
	b.out = append(b.out, rest...)
	b.out = append(b.out, "\r\n"...)
}

package ical

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"
)

// zones finds a *time.Location for the TZIDs of one VCALENDAR.
type zones struct {
	fallback *time.Location          // for floating times
	defined  map[string][]observance // VTIMEZONE components by TZID
	alias    map[string]string       // X-LIC-LOCATION by TZID
	cache    map[string]zoneAnswer
	work     *zoneWork
}

// zoneWork is shared by all calendars of a file, so that its limits hold for
// the whole of it.
type zoneWork struct {
	named map[string]*time.Location // nil for names that mean nothing
	limit int                       // most names
	steps int                       // days that rules of VTIMEZONEs may still look at
}

// maxZoneSteps allows for some hundred yearly rules from 1900 to 2100.
const maxZoneSteps = 4_000_000

type zoneAnswer struct {
	loc  *time.Location
	warn string // "" or one of the Warn constants
}

// observance is a STANDARD or DAYLIGHT part of a VTIMEZONE (RFC 5545 §3.6.5).
type observance struct {
	start    wallTime
	from, to int // seconds east of UTC
	name     string
	daylight bool
	rule     *Rule
	extra    []wallTime
	broken   bool
}

var errTooManyZones = errors.New("too many zones")

// find answers for tzid. It prefers IANA names over the file's own rules,
// because those are often shortened to the years around the export.
func (z *zones) find(tzid string) (zoneAnswer, error) {
	if tzid == "" {
		return zoneAnswer{loc: z.fallback}, nil
	}
	if a, ok := z.cache[tzid]; ok {
		return a, nil
	}
	a, err := z.resolve(tzid)
	if err != nil {
		return zoneAnswer{}, err
	}
	if z.cache == nil {
		z.cache = map[string]zoneAnswer{}
	}
	z.cache[tzid] = zoneAnswer{loc: a.loc} // one warning per name is enough
	return a, nil
}

func (z *zones) resolve(tzid string) (zoneAnswer, error) {
	for _, name := range []string{tzid, z.alias[tzid]} {
		loc, err := z.work.lookup(name)
		if err != nil {
			return zoneAnswer{}, err
		}
		if loc != nil {
			return zoneAnswer{loc: loc}, nil
		}
	}
	parts, ok := z.defined[tzid]
	if !ok {
		return zoneAnswer{loc: z.fallback, warn: WarnUnknownZone}, nil
	}
	loc, err := z.work.build(tzid, parts)
	if err != nil {
		return zoneAnswer{loc: z.fallback, warn: WarnBadZone}, nil
	}
	if sameClock(loc, z.fallback) {
		return zoneAnswer{loc: z.fallback}, nil
	}
	return zoneAnswer{loc: loc}, nil
}

// lookup is namedZone with a memory: opening zone files is slow, and the
// number of names is up to the stranger who wrote the file.
func (k *zoneWork) lookup(name string) (*time.Location, error) {
	if name == "" {
		return nil, nil
	}
	if loc, ok := k.named[name]; ok {
		return loc, nil
	}
	if len(k.named) >= k.limit {
		return nil, errTooManyZones
	}
	if k.named == nil {
		k.named = map[string]*time.Location{}
	}
	loc := namedZone(name)
	k.named[name] = loc
	return loc, nil
}

// namedZone knows IANA names, also behind a prefix such as
// /mozilla.org/20050126_1/Europe/Berlin, and the names of Windows.
func namedZone(name string) *time.Location {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 200 {
		return nil
	}
	if iana, ok := windowsZones[name]; ok {
		name = iana
	}
	switch strings.ToUpper(name) {
	case "UTC", "GMT", "Z", "ETC/UTC", "ETC/GMT":
		return time.UTC
	case "LOCAL":
		return nil // would be the zone of this machine
	}
	if loc := loadZone(name); loc != nil {
		return loc
	}
	parts := strings.Split(strings.Trim(name, "/"), "/")
	for n := 3; n >= 2; n-- {
		if len(parts) > n {
			if loc := loadZone(strings.Join(parts[len(parts)-n:], "/")); loc != nil {
				return loc
			}
		}
	}
	return nil
}

func loadZone(name string) *time.Location {
	for i := 0; i < len(name); i++ {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("/_-+", rune(c)) {
			return nil
		}
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return loc
}

// sameClock reports whether both zones show the same time throughout the
// years that events are usually in. Outlook's "Customized Time Zone" then
// becomes the zone it was customized from.
func sameClock(a, b *time.Location) bool {
	end := time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC)
	for t := time.Date(2020, 1, 1, 0, 30, 0, 0, time.UTC); t.Before(end); {
		inA, inB := t.In(a), t.In(b)
		if wallOf(inA) != wallOf(inB) {
			return false
		}
		nextA, nextB := nextChange(inA), nextChange(inB)
		switch {
		case nextA.IsZero() && nextB.IsZero():
			return true
		case nextB.IsZero() || !nextA.IsZero() && nextA.Before(nextB):
			t = nextA
		default:
			t = nextB
		}
	}
	return true
}

// nextChange returns when the zone of t next changes its offset or name, or
// the zero time. ZoneBounds alone is not enough: on 31 December of leap years
// after the last listed change, Go 1.26 gives an end that lies not after t.
func nextChange(t time.Time) time.Time {
	name, offset := t.Zone()
	loc := t.Location()
	const most = 100 // a leap day takes 24 steps
	for range most {
		_, next := t.ZoneBounds()
		if next.IsZero() {
			return time.Time{}
		}
		if !next.After(t) {
			next = t.Add(time.Hour)
		}
		t = next.In(loc)
		if n, o := t.Zone(); n != name || o != offset {
			return t
		}
	}
	return time.Time{}
}

// change is one moment at which a zone gets another offset.
type change struct {
	at       int64
	offset   int
	name     string
	daylight bool
}

// lastZoneYear ends the list of changes of a zone with rules of its own.
const lastZoneYear = 2100

// build turns VTIMEZONE rules into a location. Go builds locations from
// the TZif format only (RFC 8536), so this writes one.
func (k *zoneWork) build(name string, parts []observance) (*time.Location, error) {
	bad := errors.New("unusable zone rules")
	const cost = 2000 // of building any zone, in steps
	k.steps -= cost
	if len(parts) == 0 || len(parts) > 200 || k.steps < 0 {
		return nil, bad
	}
	var changes []change
	for _, p := range parts {
		if p.broken {
			return nil, bad
		}
		onsets, ok := p.onsets(&k.steps)
		if !ok || len(changes)+len(onsets) > 4000 {
			return nil, bad
		}
		for _, w := range onsets {
			changes = append(changes, change{int64(w) - int64(p.from), p.to, p.name, p.daylight})
		}
	}
	slices.SortStableFunc(changes, func(a, b change) int { return int(min(1, max(-1, a.at-b.at))) })
	changes = slices.CompactFunc(changes, func(a, b change) bool { return a.at == b.at })
	first := parts[0]
	for _, p := range parts {
		if p.start < first.start {
			first = p
		}
	}
	return time.LoadLocationFromTZData(name, tzif(first.from, changes))
}

// onsets lists when the observance begins, year by year. It takes what it
// costs from steps and reports false if that is used up.
func (p observance) onsets(steps *int) ([]wallTime, bool) {
	list := append([]wallTime{}, p.extra...)
	if p.rule == nil {
		return append(list, p.start), true
	}
	if p.rule.Freq != Yearly {
		return nil, false
	}
	until, last := wallTime(1<<62), wallFromDate(lastZoneYear, time.January, 1)
	if p.rule.UntilForm != UntilNone {
		until = wallOf(p.rule.Until.UTC())
		if p.rule.UntilForm == UntilUTC {
			until += wallTime(p.from)
		}
		if p.rule.UntilForm == UntilDate {
			until += daySeconds - 1
		}
	}
	// Windows dates its rules from 1601; clocks did not change before 1900.
	from := wallFromDate(1900, time.January, 1)
	x := p.rule.compile(p.start, false)
	x.last, x.limit = last, min(x.limit, *steps)
	ok := x.walk(from, func(w wallTime) bool {
		if w > until || w > last || len(list) > 2000 {
			return false
		}
		list = append(list, w)
		return true
	})
	*steps -= x.steps
	return list, ok && len(list) <= 2000
}

// tzif encodes the changes as version 2 data (RFC 8536 §3). initial is the
// offset before the first change.
func tzif(initial int, changes []change) []byte {
	type kind struct {
		offset   int
		daylight bool
		name     string
	}
	kinds := []kind{{offset: initial, name: "LMT"}}
	index := make([]byte, len(changes))
	for i, c := range changes {
		k := kind{c.offset, c.daylight, c.name}
		n := slices.Index(kinds, k)
		if n < 0 && len(kinds) < 255 {
			n = len(kinds)
			kinds = append(kinds, k)
		}
		index[i] = byte(max(n, 0))
	}
	var names []byte
	var types []byte
	for _, k := range kinds {
		types = binary.BigEndian.AppendUint32(types, uint32(int32(k.offset)))
		types = append(types, byte(btoi(k.daylight)), byte(min(len(names), 255)))
		if len(names) < 200 {
			names = append(append(names, k.name...), 0)
		}
	}
	header := func(out []byte, times, kinds, chars int) []byte {
		out = append(out, "TZif2"...)
		out = append(out, make([]byte, 15)...)
		for _, n := range []int{0, 0, 0, times, kinds, chars} {
			out = binary.BigEndian.AppendUint32(out, uint32(n))
		}
		return out
	}
	out := header(nil, 0, 0, 0)
	out = header(out, len(changes), len(kinds), len(names))
	for _, c := range changes {
		out = binary.BigEndian.AppendUint64(out, uint64(c.at))
	}
	out = append(out, index...)
	out = append(out, types...)
	out = append(out, names...)
	return append(out, "\n\n"...)
}

// zoneName makes TZNAME safe and short for TZif.
func zoneName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x21 || r > 0x7e {
			return -1
		}
		return r
	}, s)
	return s[:min(len(s), 10)]
}

package ical

import (
	"strings"
	"time"
)

// listedYears is how far changes of a zone outside the European rule are
// written beyond the last event.
const listedYears = 20

// timezone writes a VTIMEZONE (RFC 5545 §3.6.5). Zones that follow the
// European summer time rule get that rule; others get their changes one by
// one from the first event on.
func (b *builder) timezone(name string, use *zoneUse) {
	b.raw("BEGIN:VTIMEZONE")
	b.text("TZID", name)
	if namedZone(name) != nil && !strings.ContainsRune(name, ' ') {
		b.raw("X-LIC-LOCATION:" + name)
	}
	if european(use.loc) && use.first.Year() >= 1997 {
		b.europeanRule(use.loc)
	} else {
		b.listChanges(use)
	}
	b.raw("END:VTIMEZONE")
}

// summerBegins is the last Sunday in March at 1:00 UTC, summerEnds the last
// Sunday in October (Directive 2000/84/EC, Art. 2 and 3).
func summerBegins(year int) time.Time { return lastSunday(year, time.March) }
func summerEnds(year int) time.Time   { return lastSunday(year, time.October) }

func lastSunday(year int, month time.Month) time.Time {
	t := time.Date(year, month, 31, 1, 0, 0, 0, time.UTC)
	return t.AddDate(0, 0, -int(t.Weekday()))
}

// european reports whether loc has followed the common rule since 1997 and
// goes on following it.
func european(loc *time.Location) bool {
	for year := 1997; year < 2037; year++ {
		start, end := summerBegins(year).In(loc), summerEnds(year).In(loc)
		changeA, _ := start.ZoneBounds()
		changeB, _ := end.ZoneBounds()
		if !changeA.Equal(start) || !changeB.Equal(end) || !start.IsDST() || end.IsDST() {
			return false
		}
	}
	return true
}

func (b *builder) europeanRule(loc *time.Location) {
	const year = 1996 // the first year with the common end in October
	summer, winter := summerBegins(year+1).In(loc), summerEnds(year+1).In(loc)
	summerName, summerOffset := summer.Zone()
	winterName, winterOffset := winter.Zone()
	b.observance("DAYLIGHT", wallOf(summerBegins(year))+wallTime(winterOffset), winterOffset, summerOffset, summerName,
		"FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")
	b.observance("STANDARD", wallOf(summerEnds(year))+wallTime(summerOffset), summerOffset, winterOffset, winterName,
		"FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU")
}

func (b *builder) listChanges(use *zoneUse) {
	t := use.first.AddDate(-1, 0, 0).In(use.loc)
	name, offset := t.Zone()
	b.observance("STANDARD", wallOf(t), offset, offset, name, "")
	end := use.last.AddDate(listedYears, 0, 0)
	const most = 500
	for range most {
		next := nextChange(t)
		if next.IsZero() || next.After(end) {
			return
		}
		t = next
		to, kind := 0, "STANDARD"
		if t.IsDST() {
			kind = "DAYLIGHT"
		}
		name, to = t.Zone()
		b.observance(kind, wallOf(next.UTC())+wallTime(offset), offset, to, name, "")
		offset = to
	}
}

func (b *builder) observance(kind string, start wallTime, from, to int, name, rule string) {
	b.raw("BEGIN:" + kind)
	day, second := start.day()
	line := append([]byte("DTSTART:"), appendDate(nil, day)...)
	line = appendTwo(append(line, 'T'), second/3600)
	line = appendTwo(appendTwo(line, second/60%60), second%60)
	b.raw(string(line))
	b.raw("TZOFFSETFROM:" + offsetText(from))
	b.raw("TZOFFSETTO:" + offsetText(to))
	if name = zoneName(name); name != "" {
		b.text("TZNAME", name)
	}
	if rule != "" {
		b.raw("RRULE:" + rule)
	}
	b.raw("END:" + kind)
}

func offsetText(seconds int) string {
	sign := byte('+')
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	out := appendTwo([]byte{sign}, seconds/3600)
	out = appendTwo(out, seconds/60%60)
	if seconds%60 != 0 {
		out = appendTwo(out, seconds%60)
	}
	return string(out)
}

package ical

import (
	"strconv"
	"strings"
	"time"
)

// moment is a DATE or DATE-TIME value (RFC 5545 §3.3.4, §3.3.5) before its
// zone is known.
type moment struct {
	wall     wallTime
	dateOnly bool
	utc      bool
	offset   *int // seconds east of UTC, for the forbidden but seen +0100 form
}

// wallTime counts seconds since 1970-01-01T00:00:00 on a clock that knows no
// zone: every day has 86,400 of them.
type wallTime int64

const daySeconds = 86_400

func wallOf(t time.Time) wallTime {
	_, offset := t.Zone()
	return wallTime(t.Unix() + int64(offset))
}

func wallFromDate(year int, month time.Month, day int) wallTime {
	return wallTime(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix())
}

// day returns the days since 1970-01-01 and the second within that day.
func (w wallTime) day() (day int, second int) {
	d := int64(w) / daySeconds
	s := int64(w) % daySeconds
	if s < 0 {
		d, s = d-1, s+daySeconds
	}
	return int(d), int(s)
}

// in returns the instant at which clocks in loc show w. A time that happens
// twice is its first occurrence, a time that is skipped is read with the
// offset before the gap (RFC 5545 §3.3.5).
func (w wallTime) in(loc *time.Location) time.Time {
	if loc == time.UTC {
		return time.Unix(int64(w), 0).UTC()
	}
	// A day earlier the clocks have surely not yet made the change that
	// matters here; the offset then in force decides both special cases.
	_, before := time.Unix(int64(w)-daySeconds, 0).In(loc).Zone()
	t := time.Unix(int64(w)-int64(before), 0).In(loc)
	if wallOf(t) == w {
		return t
	}
	_, after := t.Zone()
	later := time.Unix(int64(w)-int64(after), 0).In(loc)
	if wallOf(later) == w {
		return later
	}
	return t
}

// resolve gives the moment its place in time; zone is used where the value
// itself names none.
func (m moment) resolve(zone *time.Location) time.Time {
	switch {
	case m.utc && !m.dateOnly:
		return m.wall.in(time.UTC)
	case m.offset != nil && !m.dateOnly:
		return time.Unix(int64(m.wall)-int64(*m.offset), 0).In(zone)
	}
	return m.wall.in(zone)
}

// parseMoment reads 20260524, 20260524T193000, the same with Z, and the ISO
// 8601 spellings with dashes, colons and offset that some programs write.
func parseMoment(s string) (moment, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 40 {
		return moment{}, false
	}
	date, clock, timed := strings.Cut(strings.ToUpper(s), "T")
	if strings.Count(date, "-") == 2 {
		date = strings.ReplaceAll(date, "-", "")
	}
	if len(date) != 8 || !allDigits(date) {
		return moment{}, false
	}
	year, month, day := atoi(date[:4]), atoi(date[4:6]), atoi(date[6:])
	if year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, time.Month(month)) {
		return moment{}, false
	}
	m := moment{wall: wallFromDate(year, time.Month(month), day), dateOnly: !timed}
	if !timed {
		return m, true
	}
	return m.withClock(clock)
}

func (m moment) withClock(clock string) (moment, bool) {
	if rest, ok := strings.CutSuffix(clock, "Z"); ok {
		clock, m.utc = rest, true
	} else if i := strings.IndexAny(clock, "+-"); i > 0 {
		offset, ok := parseOffset(strings.ReplaceAll(clock[i:], ":", ""))
		if !ok {
			return moment{}, false
		}
		clock, m.offset = clock[:i], &offset
	}
	clock, _, _ = strings.Cut(clock, ".")
	clock = strings.ReplaceAll(clock, ":", "")
	if len(clock) == 4 {
		clock += "00"
	}
	if len(clock) != 6 || !allDigits(clock) {
		return moment{}, false
	}
	hour, minute, second := atoi(clock[:2]), atoi(clock[2:4]), atoi(clock[4:])
	if hour > 23 || minute > 59 || second > 60 {
		return moment{}, false
	}
	second = min(second, 59) // a leap second, which Go clocks do not have
	m.wall += wallTime(hour*3600 + minute*60 + second)
	return m, true
}

// parseOffset reads a UTC-OFFSET (RFC 5545 §3.3.14) in seconds.
func parseOffset(s string) (int, bool) {
	if len(s) != 3 && len(s) != 5 && len(s) != 7 || s[0] != '+' && s[0] != '-' || !allDigits(s[1:]) {
		return 0, false
	}
	s += "0000"[:7-len(s)]
	seconds := atoi(s[1:3])*3600 + atoi(s[3:5])*60 + atoi(s[5:7])
	if seconds >= daySeconds {
		return 0, false
	}
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// span is a DURATION: days are nominal, seconds exact (RFC 5545 §3.3.6).
type span struct {
	days    int
	seconds int64
}

// after returns the end of a span that begins at t.
func (d span) after(t time.Time) time.Time {
	if d.days != 0 {
		t = (wallOf(t) + wallTime(d.days)*daySeconds).in(t.Location())
	}
	return t.Add(time.Duration(d.seconds) * time.Second)
}

// parseSpan reads a duration such as P1D, PT1H30M or P2W. Negative ones are
// refused: nothing ends before it begins. The longest is 100 years.
func parseSpan(s string) (span, bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	s = strings.TrimPrefix(s, "+")
	rest, ok := strings.CutPrefix(s, "P")
	if !ok || rest == "" || len(rest) > 40 {
		return span{}, false
	}
	var d span
	timed := false
	for rest != "" {
		if rest[0] == 'T' {
			timed, rest = true, rest[1:]
			continue
		}
		i := 0
		for i < len(rest) && rest[i] >= '0' && rest[i] <= '9' {
			i++
		}
		if i == 0 || i > 10 || i == len(rest) {
			return span{}, false
		}
		n, err := strconv.ParseInt(rest[:i], 10, 64)
		if err != nil || !d.add(n, rest[i], timed) {
			return span{}, false
		}
		rest = rest[i+1:]
	}
	const years100 = 36_525
	return d, d.days <= years100 && d.seconds <= years100*daySeconds
}

func (d *span) add(n int64, unit byte, timed bool) bool {
	const most = 4_000_000_000 // keeps every product far from overflow
	if n > most {
		return false
	}
	switch {
	case unit == 'W' && !timed:
		d.days += int(n) * 7
	case unit == 'D' && !timed:
		d.days += int(n)
	case unit == 'H' && timed:
		d.seconds += n * 3600
	case unit == 'M' && timed:
		d.seconds += n * 60
	case unit == 'S' && timed:
		d.seconds += n
	default:
		return false
	}
	return true
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// atoi reads a short string that allDigits has approved.
func atoi(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func isLeap(year int) bool {
	return year%4 == 0 && (year%100 != 0 || year%400 == 0)
}

func daysIn(year int, month time.Month) int {
	switch month {
	case time.February:
		if isLeap(year) {
			return 29
		}
		return 28
	case time.April, time.June, time.September, time.November:
		return 30
	}
	return 31
}

package ical

import (
	"slices"
	"time"
)

// maxSteps bounds the days that one expansion looks at: more than a whole
// Gregorian cycle of 400 years (146,097 days), a few milliseconds at most.
const maxSteps = 400_000

// maxYear is the last year that iCalendar can write.
const maxYear = 9999

// expansion is a rule compiled for quick questions about single days. It
// lives on a clock without zones (wallTime); the caller adds the zone.
type expansion struct {
	rule  *Rule
	start wallTime

	months    uint16    // bit 1 to 12; 0 means every month
	monthDays [2]uint32 // bit n for n and, in [1], for -n
	yearDays  [2][6]uint64
	weekNos   [2]uint64
	anyDay    uint8        // weekdays without ordinal
	nthDay    [2][7]uint64 // per weekday, ordinals from the front and the back
	setPos    [2][6]uint64
	times     []int // seconds of the day, ascending

	byMonthDay, byYearDay, byWeekNo, byDay bool
	nthInYear                              bool

	last         wallTime // no period that begins later is looked at
	steps, limit int
}

// setBit marks n, or -n in the second half, in a bit set of 64-bit words.
func setBit(set *[2][6]uint64, n int) {
	half := btoi(n < 0)
	if n < 0 {
		n = -n
	}
	set[half][n/64] |= 1 << (n % 64)
}

func hasBit(set *[2][6]uint64, front, back int) bool {
	return set[0][front/64]>>(front%64)&1 == 1 || set[1][back/64]>>(back%64)&1 == 1
}

// compile prepares the valid rule r for a series that begins at start.
func (r *Rule) compile(start wallTime, allDay bool) *expansion {
	x := &expansion{rule: r, start: start, last: 1 << 62, limit: maxSteps}
	startDay, startSecond := start.day()
	_, month, dom := civil(startDay)

	for _, m := range r.ByMonth {
		x.months |= 1 << m
	}
	monthDays, days := r.ByMonthDay, r.ByDay
	// What the rule leaves open comes from the start (RFC 5545 §3.3.10).
	if len(monthDays)+len(days)+len(r.ByYearDay) == 0 {
		switch {
		case r.Freq == Weekly || r.Freq == Yearly && len(r.ByWeekNo) > 0:
			days = []Weekday{{Day: weekdayOf(startDay)}}
		case r.Freq == Yearly && x.months == 0:
			x.months = 1 << month
			monthDays = []int{dom}
		case r.Freq == Monthly || r.Freq == Yearly:
			monthDays = []int{dom}
		}
	}
	x.setDays(monthDays, days)
	x.setTimes(startSecond, allDay)
	return x
}

func (x *expansion) setDays(monthDays []int, days []Weekday) {
	r := x.rule
	x.byMonthDay, x.byDay = len(monthDays) > 0, len(days) > 0
	x.byYearDay, x.byWeekNo = len(r.ByYearDay) > 0, len(r.ByWeekNo) > 0
	for _, d := range monthDays {
		half := btoi(d < 0)
		x.monthDays[half] |= 1 << max(d, -d)
	}
	for _, d := range r.ByYearDay {
		setBit(&x.yearDays, d)
	}
	for _, w := range r.ByWeekNo {
		half := btoi(w < 0)
		x.weekNos[half] |= 1 << max(w, -w)
	}
	for _, p := range r.BySetPos {
		setBit(&x.setPos, p)
	}
	// Ordinals mean something in months and years only; elsewhere, and beside
	// week numbers, they are forbidden and read as the plain weekday.
	ordinals := r.Freq == Monthly || r.Freq == Yearly && !x.byWeekNo
	x.nthInYear = r.Freq == Yearly && len(r.ByMonth) == 0
	for _, d := range days {
		if d.N == 0 || !ordinals {
			x.anyDay |= 1 << d.Day
			continue
		}
		half := btoi(d.N < 0)
		x.nthDay[half][d.Day] |= 1 << max(d.N, -d.N)
	}
}

func (x *expansion) setTimes(startSecond int, allDay bool) {
	if allDay {
		x.times = []int{0}
		return
	}
	orStart := func(list []int, value int) []int {
		if len(list) == 0 {
			return []int{value}
		}
		return list
	}
	r := x.rule
	for _, h := range orStart(r.ByHour, startSecond/3600) {
		for _, m := range orStart(r.ByMinute, startSecond/60%60) {
			for _, s := range orStart(r.BySecond, startSecond%60) {
				x.times = append(x.times, h*3600+m*60+min(s, 59))
			}
		}
	}
	slices.Sort(x.times)
	x.times = slices.Compact(x.times)
}

// walk calls visit with the start and then every later occurrence in order,
// until visit returns false, COUNT is used up or the year 9999 is over. It
// may leave out occurrences before from and after x.last. It reports false if it gave up at
// the step limit. UNTIL is the business of visit, which knows the zone.
func (x *expansion) walk(from wallTime, visit func(wallTime) bool) bool {
	if !visit(x.start) {
		return true
	}
	left := x.rule.Count - 1
	if x.rule.Count > 0 && left == 0 {
		return true
	}
	var found []wallTime
	for period := x.firstPeriod(from); ; period += x.rule.Interval {
		var first int
		found, first = x.period(period, found[:0])
		if first > lastDay || wallTime(first)*daySeconds > x.last {
			return true
		}
		for _, w := range found {
			if w <= x.start {
				continue
			}
			if !visit(w) {
				return true
			}
			if left--; left == 0 {
				return true
			}
		}
		if x.steps++; x.steps > x.limit {
			return false
		}
	}
}

// firstPeriod returns the number of the period, counted from the one with the
// start, at which to begin. Only a rule without COUNT can skip.
func (x *expansion) firstPeriod(from wallTime) int {
	if x.rule.Count > 0 || from <= x.start {
		return 0
	}
	startDay, _ := x.start.day()
	day, _ := from.day()
	y0, m0, _ := civil(startDay)
	y, m, _ := civil(day)
	var n int
	switch x.rule.Freq {
	case Daily:
		n = day - startDay
	case Weekly:
		n = (day - startDay) / 7
	case Monthly:
		n = (y-y0)*12 + m - m0
	default:
		n = y - y0
	}
	// One period early: weeks may begin inside the difference.
	n = max(n-1, 0)
	return n - n%x.rule.Interval
}

// lastDay is 9999-12-31.
const lastDay = 2_932_896

// period appends the occurrences of the n-th period to found and returns the
// first day of that period.
func (x *expansion) period(n int, found []wallTime) ([]wallTime, int) {
	startDay, _ := x.start.day()
	year, month, _ := civil(startDay)
	first := startDay
	switch x.rule.Freq {
	case Daily:
		first = startDay + n
		found = x.days(first, first+1, found)
	case Weekly:
		first = startDay - (int(weekdayOf(startDay))-int(x.rule.WeekStart)+7)%7 + 7*n
		found = x.days(first, first+7, found)
	case Monthly:
		months := month - 1 + n
		year, month = year+months/12, months%12+1
		first = dayNumber(year, month, 1)
		found = x.month(year, month, found)
	default:
		year += n
		first = dayNumber(year, 1, 1)
		for m := 1; m <= 12 && year <= maxYear; m++ {
			found = x.month(year, m, found)
		}
	}
	if len(x.rule.BySetPos) > 0 {
		found = x.pick(found)
	}
	return found, first
}

func (x *expansion) month(year, month int, found []wallTime) []wallTime {
	if x.months != 0 && x.months>>month&1 == 0 {
		x.steps++
		return found
	}
	first := dayNumber(year, month, 1)
	return x.days(first, first+daysIn(year, time.Month(month)), found)
}

func (x *expansion) days(first, end int, found []wallTime) []wallTime {
	for day := first; day < end; day++ {
		x.steps++
		if !x.matches(day) {
			continue
		}
		for _, s := range x.times {
			found = append(found, wallTime(day)*daySeconds+wallTime(s))
		}
	}
	return found
}

// pick applies BYSETPOS to the occurrences of one period.
func (x *expansion) pick(found []wallTime) []wallTime {
	kept, size := found[:0], len(found)
	for i, w := range found {
		front, back := i+1, size-i
		if front <= 366 && hasBit(&x.setPos, front, 0) || back <= 366 && hasBit(&x.setPos, 0, back) {
			kept = append(kept, w)
		}
	}
	return kept
}

// matches asks all day filters about one day.
func (x *expansion) matches(day int) bool {
	year, month, dom := civil(day)
	if x.months != 0 && x.months>>month&1 == 0 {
		return false
	}
	inMonth := daysIn(year, time.Month(month))
	if x.byMonthDay && x.monthDays[0]>>dom&1 == 0 && x.monthDays[1]>>(inMonth-dom+1)&1 == 0 {
		return false
	}
	if x.byYearDay || x.nthInYear {
		yday := day - dayNumber(year, 1, 1) + 1
		inYear := 365 + btoi(isLeap(year))
		if x.byYearDay && !hasBit(&x.yearDays, yday, inYear-yday+1) {
			return false
		}
		dom, inMonth = yday, inYear
	}
	if x.byWeekNo && !x.weekMatches(day) {
		return false
	}
	if !x.byDay {
		return true
	}
	wd := weekdayOf(day)
	if x.anyDay>>wd&1 == 1 {
		return true
	}
	if !x.nthInYear && x.byYearDay {
		_, _, dom = civil(day)
		inMonth = daysIn(year, time.Month(month))
	}
	front, back := (dom-1)/7+1, (inMonth-dom)/7+1
	return x.nthDay[0][wd]>>front&1 == 1 || x.nthDay[1][wd]>>back&1 == 1
}

// weekMatches numbers weeks as ISO 8601 does, but from WKST: the first week
// has at least four days in its year.
func (x *expansion) weekMatches(day int) bool {
	middle := x.weekMiddle(day)
	year, _, _ := civil(middle)
	week := (middle-dayNumber(year, 1, 1))/7 + 1
	// 28 December always lies in the last week of its year.
	last := (x.weekMiddle(dayNumber(year, 12, 28))-dayNumber(year, 1, 1))/7 + 1
	return x.weekNos[0]>>week&1 == 1 || x.weekNos[1]>>(last-week+1)&1 == 1
}

// weekMiddle returns the fourth day of the week that contains day.
func (x *expansion) weekMiddle(day int) int {
	return day - (int(weekdayOf(day))-int(x.rule.WeekStart)+7)%7 + 3
}

// weekdayOf returns the weekday of a day number; 1970-01-01 was a Thursday.
func weekdayOf(day int) time.Weekday {
	return time.Weekday(((day+4)%7 + 7) % 7)
}

// dayNumber counts days since 1970-01-01 in the proleptic Gregorian calendar.
// Years run from March, so that the leap day is the last one.
func dayNumber(year, month, dom int) int {
	if month <= 2 {
		year--
		month += 12
	}
	const from0000 = 719_468 // days from 0000-03-01 to 1970-01-01
	return 365*year + floorDiv(year, 4) - floorDiv(year, 100) + floorDiv(year, 400) +
		(153*(month-3)+2)/5 + dom - 1 - from0000
}

// civil is the inverse of dayNumber.
func civil(day int) (year, month, dom int) {
	const from0000, cycle = 719_468, 146_097 // a cycle is 400 years
	day += from0000
	era := floorDiv(day, cycle)
	inEra := day - era*cycle
	yearOfEra := (inEra - inEra/1460 + inEra/36_524 - inEra/146_096) / 365
	yday := inEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	m := (5*yday + 2) / 153
	dom = yday - (153*m+2)/5 + 1
	year, month = yearOfEra+era*400, m+3
	if month > 12 {
		year, month = year+1, month-12
	}
	return year, month, dom
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

package ical

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxPerDay is how often a rule may happen on one day. More is no public
// event but a mistake or an attack.
const MaxPerDay = 24

// maxInterval keeps date arithmetic far from overflow.
const maxInterval = 10_000

// Freq is the period of a rule. Rules that repeat within a day (HOURLY,
// MINUTELY, SECONDLY) are refused.
type Freq string

// The frequencies that are understood.
const (
	Daily   Freq = "DAILY"
	Weekly  Freq = "WEEKLY"
	Monthly Freq = "MONTHLY"
	Yearly  Freq = "YEARLY"
)

// UntilForm says how UNTIL was written (RFC 5545 §3.3.10).
type UntilForm int

// The forms of UNTIL.
const (
	UntilNone  UntilForm = iota
	UntilDate            // a day, which is included; Rule.Until is its midnight in UTC
	UntilUTC             // an instant
	UntilLocal           // wall time in the zone of the series, kept in UTC fields
)

// Weekday is one entry of BYDAY: N is 0 for every such day, 1 for the first,
// -1 for the last one in the month or year.
type Weekday struct {
	N   int
	Day time.Weekday
}

// Rule is a recurrence rule. It is plain data, so that another package can
// put it in words; lists are sorted and free of duplicates after ParseRule.
type Rule struct {
	Freq      Freq
	Interval  int // at least 1
	Count     int // 0 means unlimited; the first occurrence counts
	Until     time.Time
	UntilForm UntilForm

	ByMonth    []int // 1 to 12
	ByWeekNo   []int // ISO weeks, negative from the end of the year
	ByYearDay  []int
	ByMonthDay []int // 1 to 31, negative from the end of the month
	ByDay      []Weekday
	ByHour     []int
	ByMinute   []int
	BySecond   []int
	BySetPos   []int
	WeekStart  time.Weekday // WKST, Monday if not given
}

var weekdayCodes = [...]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// ValidateRule reports why text is no acceptable rule, as an *Error with one
// of the ReasonRule constants and line 0, or nil.
func ValidateRule(text string) error {
	_, err := ParseRule(text)
	return err
}

// ParseRule reads the value of an RRULE property (RFC 5545 §3.3.10), with or
// without the leading "RRULE:". The error is an *Error with line 0.
func ParseRule(text string) (*Rule, error) {
	text = strings.TrimSpace(text)
	if len(text) > 4096 {
		return nil, ruleError(ReasonRuleInvalid, text)
	}
	upper := strings.TrimPrefix(strings.ToUpper(text), "RRULE:")
	r := &Rule{Interval: 1, WeekStart: time.Monday}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(upper, ";") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		key, value, ok := strings.Cut(part, "=")
		if !ok || value == "" || seen[key] {
			return nil, ruleError(ReasonRuleInvalid, part)
		}
		seen[key] = true
		if err := r.set(key, value); err != nil {
			return nil, err
		}
	}
	if err := r.Validate(); err != nil {
		return nil, err
	}
	return r, nil
}

func ruleError(reason, detail string) error {
	return &Error{Reason: reason, Detail: shorten(stripControls(detail))}
}

func (r *Rule) set(key, value string) error {
	ok := true
	switch key {
	case "FREQ":
		r.Freq = Freq(value)
	case "INTERVAL":
		r.Interval, ok = positive(value, maxInterval)
	case "COUNT":
		r.Count, ok = positive(value, 1<<40)
	case "UNTIL":
		ok = r.setUntil(value)
	case "WKST":
		r.WeekStart, ok = weekday(value)
	case "BYDAY":
		r.ByDay, ok = weekdays(value)
	case "BYMONTH":
		r.ByMonth, ok = numbers(value, 1, 12, false)
	case "BYWEEKNO":
		r.ByWeekNo, ok = numbers(value, 1, 53, true)
	case "BYYEARDAY":
		r.ByYearDay, ok = numbers(value, 1, 366, true)
	case "BYMONTHDAY":
		r.ByMonthDay, ok = numbers(value, 1, 31, true)
	case "BYSETPOS":
		r.BySetPos, ok = numbers(value, 1, 366, true)
	case "BYHOUR":
		r.ByHour, ok = numbers(value, 0, 23, false)
	case "BYMINUTE":
		r.ByMinute, ok = numbers(value, 0, 59, false)
	case "BYSECOND":
		r.BySecond, ok = numbers(value, 0, 60, false)
	case "RSCALE": // RFC 7529 §4.1
		ok = value == "GREGORIAN"
	case "SKIP":
		ok = value == "OMIT"
	default:
		ok = strings.HasPrefix(key, "X-")
	}
	if !ok {
		return ruleError(ReasonRuleInvalid, key+"="+value)
	}
	return nil
}

func (r *Rule) setUntil(value string) bool {
	m, ok := parseMoment(value)
	if !ok {
		return false
	}
	r.Until = m.resolve(time.UTC).UTC()
	switch {
	case m.dateOnly:
		r.UntilForm = UntilDate
	case m.utc || m.offset != nil:
		r.UntilForm = UntilUTC
	default:
		r.UntilForm = UntilLocal
	}
	return true
}

func positive(s string, most int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 1 && n <= most
}

func weekday(s string) (time.Weekday, bool) {
	i := slices.Index(weekdayCodes[:], s)
	return time.Weekday(max(i, 0)), i >= 0
}

func weekdays(s string) ([]Weekday, bool) {
	var out []Weekday
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if len(part) < 2 {
			return nil, false
		}
		split := len(part) - 2
		day, ok := weekday(part[split:])
		n := 0
		if ok && split > 0 {
			var err error
			n, err = strconv.Atoi(part[:split])
			ok = err == nil && n != 0 && n >= -53 && n <= 53
		}
		if !ok {
			return nil, false
		}
		out = append(out, Weekday{N: n, Day: day})
	}
	slices.SortFunc(out, func(a, b Weekday) int {
		if a.N != b.N {
			return a.N - b.N
		}
		return mondayFirst(a.Day) - mondayFirst(b.Day)
	})
	return slices.Compact(out), true
}

// mondayFirst numbers the days of a week as people here read them.
func mondayFirst(d time.Weekday) int { return (int(d) + 6) % 7 }

func numbers(s string, low, high int, signed bool) ([]int, bool) {
	var out []int
	for part := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		size := n
		if signed && n < 0 {
			size = -n
		}
		if err != nil || size < low || size > high {
			return nil, false
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Compact(out), true
}

// Validate checks a rule that was built in code; ParseRule calls it. Errors
// are *Error with ReasonRuleInvalid, ReasonRuleFrequent or ReasonRuleNever.
func (r *Rule) Validate() error {
	switch r.Freq {
	case Daily, Weekly, Monthly, Yearly:
	case "HOURLY", "MINUTELY", "SECONDLY":
		return ruleError(ReasonRuleFrequent, "FREQ="+string(r.Freq))
	default:
		return ruleError(ReasonRuleInvalid, "FREQ="+string(r.Freq))
	}
	if r.Interval < 1 || r.Interval > maxInterval || r.Count < 0 || (r.UntilForm == UntilNone) != r.Until.IsZero() {
		return ruleError(ReasonRuleInvalid, r.String())
	}
	if !r.listsInRange() {
		return ruleError(ReasonRuleInvalid, r.String())
	}
	perDay := max(1, len(r.ByHour)) * max(1, len(r.ByMinute)) * max(1, len(r.BySecond))
	if perDay > MaxPerDay {
		return ruleError(ReasonRuleFrequent, r.String())
	}
	if r.impossible() {
		return ruleError(ReasonRuleNever, r.String())
	}
	return nil
}

func (r *Rule) listsInRange() bool {
	lists := []struct {
		values    []int
		low, high int
		signed    bool
	}{
		{r.ByMonth, 1, 12, false}, {r.ByWeekNo, 1, 53, true}, {r.ByYearDay, 1, 366, true},
		{r.ByMonthDay, 1, 31, true}, {r.BySetPos, 1, 366, true}, {r.ByHour, 0, 23, false},
		{r.ByMinute, 0, 59, false}, {r.BySecond, 0, 60, false},
	}
	for _, l := range lists {
		for _, n := range l.values {
			if l.signed && n < 0 {
				n = -n
			}
			if n < l.low || n > l.high {
				return false
			}
		}
	}
	for _, d := range r.ByDay {
		if d.N < -53 || d.N > 53 || d.Day < time.Sunday || d.Day > time.Saturday {
			return false
		}
	}
	return r.WeekStart >= time.Sunday && r.WeekStart <= time.Saturday
}

// impossible finds the rules that can be seen to name no day at all, such as
// the 30th of February. Subtler ones end by the step limit of the expansion.
func (r *Rule) impossible() bool {
	if len(r.ByMonth) == 0 || len(r.ByMonthDay) == 0 {
		return false
	}
	const leapYear = 2000
	for _, month := range r.ByMonth {
		days := daysIn(leapYear, time.Month(month))
		for _, d := range r.ByMonthDay {
			if d <= days && -d <= days {
				return false
			}
		}
	}
	return true
}

// String returns the rule as the value of an RRULE property. The same rule
// always gives the same text.
func (r *Rule) String() string {
	var b strings.Builder
	b.WriteString("FREQ=" + string(r.Freq))
	number := func(key string, n int) { b.WriteString(";" + key + "=" + strconv.Itoa(n)) }
	if r.UntilForm != UntilNone {
		b.WriteString(";UNTIL=" + r.untilString())
	}
	if r.Count > 0 {
		number("COUNT", r.Count)
	}
	if r.Interval != 1 {
		number("INTERVAL", r.Interval)
	}
	list := func(key string, values []int) {
		for i, n := range values {
			if i == 0 {
				number(key, n)
				continue
			}
			b.WriteString("," + strconv.Itoa(n))
		}
	}
	list("BYMONTH", r.ByMonth)
	list("BYWEEKNO", r.ByWeekNo)
	list("BYYEARDAY", r.ByYearDay)
	list("BYMONTHDAY", r.ByMonthDay)
	for i, d := range r.ByDay {
		b.WriteString([]string{",", ";BYDAY="}[btoi(i == 0)])
		if d.N != 0 {
			b.WriteString(strconv.Itoa(d.N))
		}
		b.WriteString(weekdayCode(d.Day))
	}
	list("BYHOUR", r.ByHour)
	list("BYMINUTE", r.ByMinute)
	list("BYSECOND", r.BySecond)
	list("BYSETPOS", r.BySetPos)
	if r.WeekStart != time.Monday {
		b.WriteString(";WKST=" + weekdayCode(r.WeekStart))
	}
	return b.String()
}

func (r *Rule) untilString() string {
	switch r.UntilForm {
	case UntilDate:
		return r.Until.UTC().Format("20060102")
	case UntilLocal:
		return r.Until.UTC().Format("20060102T150405")
	}
	return r.Until.UTC().Format("20060102T150405Z")
}

// weekdayCode is total, so that String can show even an invalid rule.
func weekdayCode(d time.Weekday) string {
	if d < time.Sunday || d > time.Saturday {
		return "??"
	}
	return weekdayCodes[d]
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

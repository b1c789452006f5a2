package hours

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

var (
	osmDays   = []string{"Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"}
	osmMonths = []string{"", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
)

// String writes the hours in the syntax of OpenStreetMap; Parse reads them back.
func (h Hours) String() string {
	var b strings.Builder
	for i := range h.Rules {
		r := &h.Rules[i]
		if i > 0 {
			b.WriteString(map[bool]string{true: ", ", false: "; "}[r.Add])
		}
		b.WriteString(r.osm())
	}
	return b.String()
}

func (r *Rule) osm() string {
	if one := (Hours{Rules: []Rule{*r}}); one.Always() {
		return strings.TrimSpace("24/7 " + quoted(r.Note))
	}
	var parts []string
	if len(r.Dates) > 0 {
		dates := make([]string, len(r.Dates))
		for i, d := range r.Dates {
			dates[i] = d.osm()
		}
		parts = append(parts, strings.Join(dates, ","))
	}
	if days := r.osmDays(); days != "" {
		parts = append(parts, days)
	} else if r.Add && len(r.Dates) == 0 {
		parts = append(parts, "Mo-Su") // times alone would belong to the rule before
	}
	if len(r.Spans) > 0 {
		parts = append(parts, joinSpans(r.Spans, ",", "-"))
	}
	if r.Off {
		parts = append(parts, "off")
	}
	if r.Note != "" {
		parts = append(parts, quoted(r.Note))
	}
	return strings.Join(parts, " ")
}

func quoted(note string) string {
	if note == "" {
		return ""
	}
	return `"` + strings.ReplaceAll(note, `"`, "'") + `"`
}

func (d Dates) osm() string {
	year := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n) + " "
	}
	from := year(d.From.Year) + osmMonths[d.From.Month]
	if d.wholeMonths() {
		if d.From.Month == d.To.Month && d.From.Year == d.To.Year {
			return from
		}
		return from + "-" + year(d.To.Year) + osmMonths[d.To.Month]
	}
	from += fmt.Sprintf(" %02d", d.From.Day)
	if d.single() {
		return from
	}
	return from + "-" + year(d.To.Year) + fmt.Sprintf("%s %02d", osmMonths[d.To.Month], d.To.Day)
}

func (d Dates) wholeMonths() bool {
	return d.From.Day == 1 && d.To.Day == lastDay(d.To.Year, d.To.Month)
}

func (r *Rule) osmDays() string {
	var parts []string
	for _, run := range r.Days.runs() {
		part := osmDays[run[0]]
		if run[1] != run[0] {
			part += "-" + osmDays[run[1]]
		}
		if len(r.Nth) > 0 {
			marks := make([]string, len(r.Nth))
			for i, n := range r.Nth {
				marks[i] = strconv.Itoa(n)
			}
			part += "[" + strings.Join(marks, ",") + "]"
		}
		parts = append(parts, part)
	}
	if r.Holidays {
		parts = append(parts, "PH")
	}
	return strings.Join(parts, ",")
}

// week is the order in which people name days.
var week = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

// runs are the stretches of neighbouring days, from Monday.
func (w Weekdays) runs() [][2]time.Weekday {
	var out [][2]time.Weekday
	for i := 0; i < len(week); i++ {
		if !w.Has(week[i]) {
			continue
		}
		from := week[i]
		for i+1 < len(week) && w.Has(week[i+1]) {
			i++
		}
		if to := week[i]; to != from && (to+6)%7 == from { // two days are no stretch
			out = append(out, [2]time.Weekday{from, from}, [2]time.Weekday{to, to})
		} else {
			out = append(out, [2]time.Weekday{from, to})
		}
	}
	return out
}

// Clock writes a minute of the day: "8:00", "13:30"; beyond midnight it begins
// anew.
func Clock(minute int) string {
	if minute == dayMinutes {
		return "24:00"
	}
	return fmt.Sprintf("%d:%02d", minute/60%24, minute%60)
}

func joinSpans(spans []Span, between, dash string) string {
	parts := make([]string, len(spans))
	for i, s := range spans {
		if parts[i] = fmt.Sprintf("%02d:%02d", s.From/60, s.From%60); s.To == s.From {
			continue
		}
		to := s.To
		if to > dayMinutes && to-dayMinutes <= s.From {
			to -= dayMinutes // "22:00-02:00"; a longer one keeps its "26:00"
		}
		parts[i] += dash + fmt.Sprintf("%02d:%02d", to/60, to%60)
	}
	return strings.Join(parts, between)
}

// Words are what Text is written with.
type Words struct {
	Weekday          func(time.Weekday) string
	Month            func(time.Month) string
	Closed, Holidays string
	Always           string // "24/7" in the words of the language; may be empty
	Ordinal          func(n int) string
	Times            func(spans string) string // "{spans} Uhr"
}

// Text writes the hours one rule a line in people's words; ParseText reads the
// German and the English ones back.
func (h Hours) Text(w Words) string {
	var b strings.Builder
	for i := range h.Rules {
		r := &h.Rules[i]
		switch {
		case i == 0:
		case addsTo(&h.Rules[i-1], r) == r.Add:
			b.WriteString("\n")
		case r.Add:
			b.WriteString(", ")
		default:
			b.WriteString("; ")
		}
		b.WriteString(r.text(w))
	}
	return b.String()
}

func (r *Rule) text(w Words) string {
	if one := (Hours{Rules: []Rule{*r}}); one.Always() {
		return strings.TrimSpace("24/7 " + quoted(r.Note))
	}
	var parts []string
	for i, d := range r.Dates {
		text := d.text(w)
		if i < len(r.Dates)-1 {
			text += ","
		}
		parts = append(parts, text)
	}
	var days []string
	for _, run := range r.Days.runs() {
		day := w.Weekday(run[0])
		if run[1] != run[0] {
			day += "–" + w.Weekday(run[1])
		}
		days = append(days, day)
	}
	if r.Holidays {
		days = append(days, w.Holidays)
	}
	if len(days) > 0 {
		text := strings.Join(days, ", ")
		if len(r.Nth) > 0 {
			names := make([]string, len(r.Nth))
			for i, n := range r.Nth {
				names[i] = w.Ordinal(n)
			}
			text = strings.Join(names, ", ") + " " + text
		}
		parts = append(parts, text)
	}
	switch {
	case len(r.Spans) > 0:
		parts = append(parts, w.Times(Spans(r.Spans)))
	case r.Off && r.Note == "" || r.Off && r.Holidays:
		parts = append(parts, w.Closed)
	case r.Off:
	}
	if r.Note != "" {
		parts = append(parts, quoted(r.Note))
	}
	return strings.Join(parts, " ")
}

func (d Dates) text(w Words) string {
	day := func(d Day) string {
		if d.Year == 0 {
			return fmt.Sprintf("%d.%d.", d.Day, d.Month)
		}
		return fmt.Sprintf("%d.%d.%d", d.Day, d.Month, d.Year)
	}
	switch {
	case d.single():
		return day(d.From)
	case d.wholeMonths() && d.From.Year == 0 && d.From.Month == d.To.Month:
		return w.Month(d.From.Month)
	case d.wholeMonths() && d.From.Year == 0:
		return w.Month(d.From.Month) + "–" + w.Month(d.To.Month)
	}
	return day(d.From) + "–" + day(d.To)
}

// Spans writes times the way tables show them: "8:00–12:00, 13:30–18:00".
func Spans(spans []Span) string {
	parts := make([]string, len(spans))
	for i, s := range spans {
		if parts[i] = Clock(s.From); s.To != s.From {
			parts[i] += "–" + Clock(s.To)
		}
	}
	return strings.Join(parts, ", ")
}

// DayHours are the times of one day.
type DayHours struct {
	Date    time.Time // noon UTC; year, month and day count
	Spans   []Span
	Note    string
	Holiday string // message key of the public holiday, empty for none
}

// Week are the seven days from the Monday of the week of t, which the calendar's
// clock shows.
func (h Hours) Week(t time.Time, c *Calendar) []DayHours {
	monday := date(t.In(c.zone))
	for monday.Weekday() != time.Monday {
		monday = monday.AddDate(0, 0, -1)
	}
	out := make([]DayHours, 7)
	for i := range out {
		out[i] = h.Day(monday.AddDate(0, 0, i), c)
	}
	return out
}

// Day are the times of the date of t.
func (h Hours) Day(t time.Time, c *Calendar) DayHours {
	d := DayHours{Date: date(t), Holiday: c.Holiday(t)}
	d.Spans, d.Note = h.On(d.Date, c)
	return d
}

// Exceptions are the days from t on, at most days ahead, on which the hours are
// not those of the ordinary week in that season.
func (h Hours) Exceptions(t time.Time, days int, c *Calendar) []DayHours {
	var out []DayHours
	ordinary := Hours{}
	for _, r := range h.Rules {
		if !r.dated() && !(r.Holidays && r.Days == 0) {
			ordinary.Rules = append(ordinary.Rules, r)
		}
	}
	plain := &Calendar{zone: c.zone, years: map[int]map[int]string{}} // knows no holidays
	for year := t.Year() - 1; year <= t.Year()+2; year++ {
		plain.years[year] = map[int]string{}
	}
	day := date(t.In(c.zone))
	for i := range days {
		d := h.Day(day.AddDate(0, 0, i), c)
		usual, _ := ordinary.On(d.Date, plain)
		if Spans(usual) != Spans(d.Spans) {
			out = append(out, d)
		}
	}
	return out
}

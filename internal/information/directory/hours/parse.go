package hours

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Codes of an Error.
const (
	CodeWord     = "word"     // something that is no day, date or time; Detail: the word
	CodeTime     = "time"     // a time that no clock shows, or an end before its beginning
	CodeDate     = "date"     // a date that no calendar has
	CodeEmpty    = "empty"    // a line without times and without "closed"
	CodeLong     = "long"     // too much text or too many rules
	CodeOpenEnd  = "open_end" // "17:00+"
	CodeUnknown  = "unknown"  // an element of the OSM syntax that is not read here: sunrise, weeks …
	maxText      = 4000       // bytes
	maxRules     = 60
	maxNote      = 120 // characters
	maxSpansRule = 12
)

// Codes lists every code, for tests of catalogues.
var Codes = []string{CodeWord, CodeTime, CodeDate, CodeEmpty, CodeLong, CodeOpenEnd, CodeUnknown}

// Error says what could not be read, and where.
type Error struct {
	Line   int // from 1
	Code   string
	Detail string
}

// Error is for logs.
func (e *Error) Error() string {
	return fmt.Sprintf("opening hours, line %d: %s %q", e.Line, e.Code, e.Detail)
}

// Parse reads opening_hours as OpenStreetMap defines them: rules apart by ";"
// replace, rules apart by "," add.
func Parse(text string) (Hours, error) { return parse(text, false) }

// ParseText reads what people write on their doors, one rule a line, in German
// or English: "Mo–Fr 8–12 Uhr", "1. Samstag 9:00 bis 11:30", "April–Oktober Mi
// 16–18 Uhr", "24.12. geschlossen", "Feiertage geschlossen". It understands
// Parse's syntax too. Lines of the same season add up, and whatever never
// closes apart, a holiday is closed unless a line says otherwise.
func ParseText(text string) (Hours, error) {
	h, err := parse(text, true)
	if err != nil || !h.Known() {
		return h, err
	}
	if !h.namesHolidays() && !h.Always() {
		h.Rules = append(h.Rules, Rule{Holidays: true, Off: true})
	}
	// What is said of single days outdoes what is said of holidays, and that
	// what is said of weeks, in whatever order it was written.
	slices.SortStableFunc(h.Rules, func(a, b Rule) int { return class(&a) - class(&b) })
	return h, nil
}

func class(r *Rule) int {
	switch {
	case r.dated():
		return 2
	case r.Holidays && r.Days == 0:
		return 1
	}
	return 0
}

func parse(text string, lines bool) (Hours, error) {
	if len(text) > maxText || !utf8.ValidString(text) {
		return Hours{}, &Error{Line: 1, Code: CodeLong}
	}
	var h Hours
	for n, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		s := scanner{tokens: scan(line), line: n + 1, lines: lines}
		before := "\n" // what stands before the rule
		for !s.done() {
			if s.take(";") {
				before = ";"
				continue
			}
			r, err := s.rule()
			if err != nil {
				return Hours{}, err
			}
			if before == "\n" && lines && len(h.Rules) > 0 {
				r.Add = addsTo(&h.Rules[len(h.Rules)-1], &r)
			}
			r.Add = (r.Add || before == ",") && !r.Off // closing cannot be added
			if h.Rules = append(h.Rules, r); len(h.Rules) > maxRules {
				return Hours{}, &Error{Line: n + 1, Code: CodeLong}
			}
			before = s.peek(0)
			if !s.takeAny(";", ",") && !s.done() {
				return Hours{}, s.wrong(CodeWord)
			}
		}
	}
	return h, nil
}

// addsTo reports whether a rule on a line of its own adds to the one before:
// two lines about the same season do.
func addsTo(before, r *Rule) bool {
	return !r.Off && !before.Off && !r.dated() && class(r) == 0 && slices.Equal(r.Dates, before.Dates)
}

// scanner goes through the tokens of one line.
type scanner struct {
	tokens []string
	at     int
	line   int
	lines  bool // people's words, not only OSM's
}

// scan cuts a line into words, numbers, quoted notes and signs.
func scan(line string) []string {
	line = strings.NewReplacer("–", "-", "—", "-", "−", "-", "\u00a0", " ", "&", ",", "„", `"`, "“", `"`, "”", `"`).Replace(line)
	var out []string
	runes := []rune(line)
	for i := 0; i < len(runes); {
		from := i
		switch r := runes[i]; {
		case unicode.IsSpace(r):
			i++
			continue
		case r == '"':
			for i++; i < len(runes) && runes[i] != '"'; i++ {
			}
			out = append(out, `"`+strings.TrimSpace(string(runes[from+1:i])))
			i++
			continue
		case unicode.IsLetter(r):
			for i < len(runes) && unicode.IsLetter(runes[i]) {
				i++
			}
		case unicode.IsDigit(r):
			for i < len(runes) && unicode.IsDigit(runes[i]) {
				i++
			}
		default:
			i++
		}
		out = append(out, strings.ToLower(string(runes[from:i])))
	}
	return out
}

func (s *scanner) done() bool { return s.at >= len(s.tokens) }

// peek is the token n places ahead, "" behind the end.
func (s *scanner) peek(n int) string {
	if s.at+n < len(s.tokens) {
		return s.tokens[s.at+n]
	}
	return ""
}

func (s *scanner) take(token string) bool {
	if s.peek(0) == token {
		s.at++
		return true
	}
	return false
}

func (s *scanner) takeAny(tokens ...string) bool {
	if slices.Contains(tokens, s.peek(0)) && !s.done() {
		s.at++
		return true
	}
	return false
}

func (s *scanner) wrong(code string) error {
	detail := s.peek(0)
	if runes := []rune(detail); len(runes) > 30 {
		detail = string(runes[:30]) + "…"
	}
	return &Error{Line: s.line, Code: code, Detail: strings.TrimPrefix(detail, `"`)}
}

var (
	weekdayWords = words[time.Weekday](map[time.Weekday]string{
		time.Monday: "mo montag montags mon monday mondays", time.Tuesday: "di tu dienstag dienstags tue tuesday tuesdays",
		time.Wednesday: "mi we mittwoch mittwochs wed wednesday wednesdays", time.Thursday: "do th donnerstag donnerstags thu thursday thursdays",
		time.Friday: "fr freitag freitags fri friday fridays", time.Saturday: "sa samstag samstags sonnabend sonnabends sat saturday saturdays",
		time.Sunday: "so su sonntag sonntags sun sunday sundays",
	})
	monthWords = words[time.Month](map[time.Month]string{
		time.January: "jan januar january jänner", time.February: "feb februar february", time.March: "mar märz mrz mär march",
		time.April: "apr april", time.May: "may mai", time.June: "jun juni june", time.July: "jul juli july", time.August: "aug august",
		time.September: "sep sept september", time.October: "oct okt oktober october", time.November: "nov november",
		time.December: "dec dez dezember december",
	})
	holidayWords = []string{"ph", "feiertag", "feiertage", "feiertags", "feiertagen", "holiday", "holidays"}
	offWords     = []string{"off", "closed", "geschlossen", "zu", "ruhetag"}
	// fillers carry no meaning between the words that do.
	fillers = []string{"uhr", "von", "am", "an", "jeden", "jeder", "jedes", "im", "monat", "des", "monats", "täglich", "daily", "from", "on", "at", "every", "o", "clock", "of", "the", "month", "immer"}
	osmOnly = []string{"sunrise", "sunset", "dawn", "dusk", "week", "easter", "sh", "unknown"}
)

func words[T comparable](lists map[T]string) map[string]T {
	out := map[string]T{}
	for value, list := range lists {
		for _, word := range strings.Fields(list) {
			out[word] = value
		}
	}
	return out
}

// skip passes over words without meaning.
func (s *scanner) skip() {
	for s.lines && slices.Contains(fillers, s.peek(0)) && !s.done() {
		s.at++
	}
}

// rule reads one rule: dates, days, times, note, in that order.
func (s *scanner) rule() (Rule, error) {
	var r Rule
	s.skip()
	if s.peek(0) == "24" && s.peek(1) == "/" && s.peek(2) == "7" {
		s.at += 3
		return Rule{Spans: []Span{{0, dayMinutes}}, Note: s.note()}, nil
	}
	for _, read := range []func(*Rule) error{s.dates, s.days, s.datesBehind, s.times} {
		if err := read(&r); err != nil {
			return r, err
		}
		s.skip()
	}
	if slices.Contains(osmOnly, s.peek(0)) {
		return r, s.wrong(CodeUnknown)
	}
	if s.takeAny(offWords...) {
		r.Off = true
	} else if s.peek(0) == "open" {
		s.at++
	}
	r.Note = s.note()
	switch {
	case r.Off && len(r.Spans) > 0:
		return r, s.wrong(CodeWord)
	case r.Off || len(r.Spans) > 0:
		return r, nil
	case r.Note != "":
		r.Off = true // "Sa nach Vereinbarung" opens at no known time
		return r, nil
	case !s.done() && s.peek(0) != ";" && s.peek(0) != ",":
		return r, s.wrong(CodeWord)
	}
	return r, s.wrong(CodeEmpty)
}

// datesBehind reads the date of "Do, 24.12. geschlossen", where the weekday
// only repeats what the date says.
func (s *scanner) datesBehind(r *Rule) error {
	if !s.lines || len(r.Dates) > 0 || r.Days == 0 {
		return nil
	}
	mark := s.at
	s.take(",")
	err := s.dates(r)
	switch {
	case len(r.Dates) == 0:
		s.at = mark
	case r.dated():
		r.Days, r.Nth = 0, nil
	}
	return err
}

// note reads a quoted remark, or "nach Vereinbarung".
func (s *scanner) note() string {
	if text, ok := strings.CutPrefix(s.peek(0), `"`); ok {
		s.at++
		if runes := []rune(text); len(runes) > maxNote {
			text = string(runes[:maxNote])
		}
		return strings.Join(strings.Fields(text), " ")
	}
	for _, phrase := range [][2]string{{"nach", "vereinbarung"}, {"by", "appointment"}} {
		if s.lines && s.peek(0) == phrase[0] && s.peek(1) == phrase[1] {
			s.at += 2
			return map[string]string{"nach": "nach Vereinbarung", "by": "by appointment"}[phrase[0]]
		}
	}
	return ""
}

func (s *scanner) number() (int, bool) {
	if token := s.peek(0); token != "" && token[0] >= '0' && token[0] <= '9' && len(token) <= 4 {
		n, err := strconv.Atoi(token)
		if err == nil {
			s.at++
			return n, true
		}
	}
	return 0, false
}

// days reads weekdays, their place in the month, and holidays.
func (s *scanner) days(r *Rule) error {
	for {
		s.skip()
		switch n, ordinal := s.ordinal(); {
		case ordinal:
			r.Nth = append(r.Nth, n)
			if s.takeAny(",", "und", "and") {
				continue
			}
			s.skip()
			fallthrough
		case isWeekday(s.peek(0)):
			if err := s.weekdays(r); err != nil {
				return err
			}
		case slices.Contains(holidayWords, s.peek(0)) && !s.done():
			s.at++
			r.Holidays = true
		default:
			s.take(":")
			return nil
		}
		if next := s.peek(1); (s.peek(0) == "," || s.peek(0) == "und" || s.peek(0) == "and") && (isWeekday(next) || slices.Contains(holidayWords, next)) {
			s.at++
			continue
		}
		s.skip()
		s.take(":")
		return nil
	}
}

// ordinal reads "1." before a weekday, as in "1. und 3. Samstag".
func (s *scanner) ordinal() (int, bool) {
	if !s.lines {
		return 0, false
	}
	if s.takeAny("letzter", "letzten", "last") {
		return -1, true
	}
	for n, names := range []string{"", "erster ersten first", "zweiter zweiten second", "dritter dritten third", "vierter vierten fourth"} {
		if slices.Contains(strings.Fields(names), s.peek(0)) {
			s.at++
			return n, true
		}
	}
	if n := s.peek(0); len(n) == 1 && n >= "1" && n <= "5" && s.peek(1) == "." && (isWeekday(s.peek(2)) || slices.Contains([]string{"und", "and", ","}, s.peek(2))) {
		s.at += 2
		return int(n[0] - '0'), true
	}
	return 0, false
}

func isWeekday(token string) bool { _, ok := weekdayWords[token]; return ok }

func (s *scanner) weekdays(r *Rule) error {
	from, ok := weekdayWords[s.peek(0)]
	if !ok {
		return s.wrong(CodeWord)
	}
	s.at++
	s.take(".") // "Mo."
	to := from
	if (s.peek(0) == "-" || s.peek(0) == "bis" || s.peek(0) == "to") && isWeekday(s.peek(1)) {
		to = weekdayWords[s.peek(1)]
		s.at += 2
		s.take(".")
	}
	for d := from; ; d = (d + 1) % 7 {
		r.Days |= 1 << d
		if d == to {
			break
		}
	}
	if !s.take("[") {
		return nil
	}
	for {
		sign := 1
		if s.take("-") {
			sign = -1
		}
		n, ok := s.number()
		if !ok || n < 1 || n > 5 {
			return s.wrong(CodeWord)
		}
		r.Nth = append(r.Nth, sign*n)
		if s.take(",") {
			continue
		}
		if !s.take("]") {
			return s.wrong(CodeWord)
		}
		return nil
	}
}

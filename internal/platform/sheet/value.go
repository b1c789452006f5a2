package sheet

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrValue is the cause of every error of Date and Number.
var ErrValue = errors.New("value not understood")

// When is a date, a time of day, or both, as a cell says it.
type When struct {
	Year              int
	Month             time.Month
	Day               int
	Hour, Minute, Sec int
	EndHour, EndMin   int // of "19:30 - 22 Uhr"
	HasDate           bool
	HasTime           bool
	HasEnd            bool
	Zone              *time.Location // nil unless the cell names an offset
	WeekdayDiffers    bool           // the cell names a weekday that the date is not: often last year's list
}

// In returns the moment in loc; without a time its midnight, without a date the
// zero time. A zone in the cell wins over loc.
func (w When) In(loc *time.Location) time.Time {
	if !w.HasDate {
		return time.Time{}
	}
	if w.Zone != nil {
		loc = w.Zone
	}
	return time.Date(w.Year, w.Month, w.Day, w.Hour, w.Minute, w.Sec, 0, loc)
}

// months are the German and English names and short forms.
var months = map[string]time.Month{
	"januar": 1, "jänner": 1, "jan": 1, "january": 1, "februar": 2, "feber": 2, "feb": 2, "february": 2,
	"märz": 3, "maerz": 3, "mär": 3, "mrz": 3, "mar": 3, "march": 3, "april": 4, "apr": 4, "mai": 5, "may": 5,
	"juni": 6, "jun": 6, "june": 6, "juli": 7, "jul": 7, "july": 7, "august": 8, "aug": 8,
	"september": 9, "sept": 9, "sep": 9, "oktober": 10, "okt": 10, "october": 10, "oct": 10,
	"november": 11, "nov": 11, "dezember": 12, "dez": 12, "december": 12, "dec": 12,
}

var weekdays = map[string]time.Weekday{
	"so": 0, "sonntag": 0, "sun": 0, "sunday": 0, "mo": 1, "montag": 1, "mon": 1, "monday": 1,
	"di": 2, "dienstag": 2, "tue": 2, "tuesday": 2, "mi": 3, "mittwoch": 3, "wed": 3, "wednesday": 3,
	"do": 4, "donnerstag": 4, "thu": 4, "thursday": 4, "fr": 5, "freitag": 5, "fri": 5, "friday": 5,
	"sa": 6, "samstag": 6, "sonnabend": 6, "sat": 6, "saturday": 6,
}

var (
	weekdayRE = regexp.MustCompile(`^(\pL+)\.?,?\s+(.*)$`)
	isoRE     = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ]\s*(.*)|$)`)
	germanRE  = regexp.MustCompile(`^(\d{1,2})\s?[./]\s?(\d{1,2})\s?[./]\s?(\d{4}|\d{2})(?:$|[\s,]+(.*)$)`)
	wordRE    = regexp.MustCompile(`^(\d{1,2})\.?\s*(\pL+)\.?\s+(\d{4}|\d{2})(?:$|[\s,]+(.*)$)`)
	clockRE   = regexp.MustCompile(`^(?:um|ab|von)?\s*(\d{1,2})(?:[:.h](\d{2}))?(?:[:.](\d{2})(?:[.,]\d{1,9})?)?\s*(uhr|h)?\s*(.*)$`)
	endRE     = regexp.MustCompile(`^(?:-|–|—|bis)\s*(\d{1,2})(?:[:.](\d{2}))?\s*(?:uhr|h)?$`)
	offsetRE  = regexp.MustCompile(`^([+-])(\d{2}):?(\d{2})$`)
)

// Date reads a date and a time as people write them in Germany:
//
//	3.12.2026 · 03.12.26 · 3. Dezember 2026 · Do, 03.12.2026 19:30 Uhr
//	2026-12-03 · 2026-12-03T19:30:00+01:00 · 19.30 Uhr · 19:30–22 Uhr
//
// Slashes are read day first. Years of two digits are 1970 to 2069. The result
// has a date, a time, or both. The error wraps ErrValue.
func Date(s string) (When, error) {
	fail := fmt.Errorf("date %.60q: %w", s, ErrValue)
	s = strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(s, "\u00a0", " ")), " "))
	if s == "" || len(s) > 100 {
		return When{}, fail
	}
	var w When
	weekday, named := time.Weekday(0), false
	if m := weekdayRE.FindStringSubmatch(s); m != nil {
		if weekday, named = weekdays[m[1]]; named {
			s = m[2]
			if rest, ok := strings.CutPrefix(s, "den "); ok {
				s = rest
			}
		}
	}
	rest, ok := w.date(s)
	if !ok {
		return When{}, fail
	}
	if w.HasDate && named {
		w.WeekdayDiffers = time.Date(w.Year, w.Month, w.Day, 0, 0, 0, 0, time.UTC).Weekday() != weekday
	}
	if rest != "" && !w.clock(rest) || !w.HasDate && !w.HasTime {
		return When{}, fail
	}
	return w, nil
}

// date reads a date at the start of s and returns what follows. It is not ok if
// there is a date that does not exist.
func (w *When) date(s string) (rest string, ok bool) {
	var y, m, d string
	switch {
	case isoRE.MatchString(s):
		p := isoRE.FindStringSubmatch(s)
		y, m, d, rest = p[1], p[2], p[3], p[4]
	case germanRE.MatchString(s):
		p := germanRE.FindStringSubmatch(s)
		d, m, y, rest = p[1], p[2], p[3], p[4]
	case wordRE.MatchString(s):
		p := wordRE.FindStringSubmatch(s)
		month, known := months[p[2]]
		if !known {
			return s, true
		}
		d, m, y, rest = p[1], strconv.Itoa(int(month)), p[3], p[4]
	default:
		return s, true
	}
	w.Year, w.Month, w.Day = digits(y), time.Month(digits(m)), digits(d)
	if len(y) == 2 {
		w.Year += 1900
		if w.Year < 1970 {
			w.Year += 100
		}
	}
	t := time.Date(w.Year, w.Month, w.Day, 0, 0, 0, 0, time.UTC)
	w.HasDate = true
	return strings.TrimSpace(rest), t.Month() == w.Month && t.Day() == w.Day && w.Year > 0
}

// clock reads a time of day, its end and its offset.
func (w *When) clock(s string) bool {
	m := clockRE.FindStringSubmatch(strings.TrimPrefix(s, "- "))
	if m == nil {
		return false
	}
	// "19" alone could be anything; beside a date or with "Uhr" it is an hour.
	tail := strings.TrimSpace(m[5])
	if m[2] == "" && m[4] == "" && !strings.HasSuffix(tail, "uhr") && !strings.HasSuffix(tail, "h") {
		return false
	}
	w.Hour, w.Minute, w.Sec = digits(m[1]), digits(m[2]), digits(m[3])
	w.HasTime = true
	switch e, o := endRE.FindStringSubmatch(tail), offsetRE.FindStringSubmatch(tail); {
	case tail == "":
	case tail == "z", tail == "utc", tail == "gmt":
		w.Zone = time.UTC
	case o != nil:
		seconds := digits(o[2])*3600 + digits(o[3])*60
		if digits(o[2]) > 14 || digits(o[3]) > 59 {
			return false
		}
		if o[1] == "-" {
			seconds = -seconds
		}
		w.Zone = time.FixedZone("", seconds)
	case e != nil:
		w.EndHour, w.EndMin, w.HasEnd = digits(e[1]), digits(e[2]), true
	default:
		return false
	}
	valid := func(h, m int) bool { return m < 60 && (h < 24 || h == 24 && m == 0) }
	return valid(w.Hour, w.Minute) && w.Sec < 60 && valid(w.EndHour, w.EndMin)
}

// digits reads a short run of digits; an empty one is 0.
func digits(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

var (
	germanNumber  = regexp.MustCompile(`^[+-]?(?:\d{1,3}(?:[.\s']\d{3})+|\d+)(?:,\d+)?$`)
	englishNumber = regexp.MustCompile(`^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$`)
)

// Number reads a number with a decimal comma ("1.234,50 €") or, where it cannot
// be meant otherwise, a decimal point ("12.5", "1,234.50"). "1.234" is German:
// one thousand and so on. The error wraps ErrValue.
func Number(s string) (float64, error) {
	fail := fmt.Errorf("number %.60q: %w", s, ErrValue)
	n := strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(s, "\u00a0", " "), "\u202f", " "))
	n = strings.ReplaceAll(n, "−", "-")
	for _, unit := range []string{"€", "EUR", "Euro"} {
		n = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(n, unit), unit))
	}
	n = strings.TrimSuffix(n, ",-")
	if len(n) > 40 {
		return 0, fail
	}
	switch {
	case germanNumber.MatchString(n):
		n = strings.NewReplacer(".", "", " ", "", "'", "", ",", ".").Replace(n)
	case englishNumber.MatchString(n):
		n = strings.ReplaceAll(n, ",", "")
	default:
		return 0, fail
	}
	f, err := strconv.ParseFloat(n, 64)
	if err != nil {
		return 0, fail
	}
	return f, nil
}

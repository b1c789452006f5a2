package i18n

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Style is how much of a moment is written.
type Style int

// The styles, with their German look.
const (
	DateLong     Style = iota // Sonntag, 6. Dezember 2026
	DateShort                 // So, 6. Dezember; with the year when it is not the present one
	DateNumeric               // 06.12.2026
	TimeOnly                  // 17 Uhr, 19:30 Uhr
	DateTime                  // So, 6. Dezember, 17 Uhr
	DateTimeLong              // Sonntag, 6. Dezember 2026, 17 Uhr
	MonthYear                 // Dezember 2026
	Weekday                   // Sonntag
)

var (
	weekdays = map[Lang][]string{
		German:  {"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
		English: {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	}
	months = map[Lang][]string{
		German:  {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		English: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	}
)

// Date writes t in the localizer's zone and language.
func (l *Localizer) Date(t time.Time, style Style) string {
	t = t.In(l.Zone)
	switch style {
	case DateShort:
		return l.weekdayShort(t) + ", " + l.dayMonth(t) + l.otherYear(t)
	case DateNumeric:
		if l.Lang == English {
			return t.Format("2006-01-02")
		}
		return t.Format("02.01.2006")
	case TimeOnly:
		return l.clock(t)
	case DateTime:
		return l.weekdayShort(t) + ", " + l.dayMonth(t) + l.otherYear(t) + ", " + l.clock(t)
	case DateTimeLong:
		return l.Date(t, DateLong) + ", " + l.clock(t)
	case MonthYear:
		return l.Month(t.Month()) + " " + strconv.Itoa(t.Year())
	case Weekday:
		return l.WeekdayName(t.Weekday())
	default:
		return l.WeekdayName(t.Weekday()) + ", " + l.dayMonth(t) + " " + strconv.Itoa(t.Year())
	}
}

// Span writes a start and an end without saying anything twice:
// "So, 6. Dezember, 17 bis 19 Uhr", "Fr, 4. Dezember bis So, 6. Dezember".
// For all-day spans end is the last day itself.
func (l *Localizer) Span(start, end time.Time, allDay bool) string {
	start, end = start.In(l.Zone), end.In(l.Zone)
	sameDay := start.YearDay() == end.YearDay() && start.Year() == end.Year()
	to := l.T("i18n.to")
	switch {
	case allDay && sameDay:
		return l.Date(start, DateShort)
	case allDay:
		return l.Date(start, DateShort) + " " + to + " " + l.Date(end, DateShort)
	case !end.After(start):
		return l.Date(start, DateTime)
	case sameDay && l.Lang == German:
		return l.Date(start, DateShort) + ", " + strings.TrimSuffix(l.clock(start), " Uhr") + " " + to + " " + l.clock(end)
	case sameDay:
		return l.Date(start, DateTime) + " " + to + " " + l.clock(end)
	default:
		return l.Date(start, DateTime) + " " + to + " " + l.Date(end, DateTime)
	}
}

// WeekdayName is the full name of the day of the week.
func (l *Localizer) WeekdayName(d time.Weekday) string { return weekdays[l.Lang][d] }

// Month is the full name of the month.
func (l *Localizer) Month(m time.Month) string { return months[l.Lang][m-1] }

func (l *Localizer) weekdayShort(t time.Time) string {
	n := 2
	if l.Lang == English {
		n = 3
	}
	return weekdays[l.Lang][t.Weekday()][:n]
}

func (l *Localizer) dayMonth(t time.Time) string {
	day := strconv.Itoa(t.Day())
	if l.Lang == English {
		return day + " " + l.Month(t.Month())
	}
	return day + ". " + l.Month(t.Month())
}

// otherYear is the year of t with a space before it, when nobody would guess
// it: when it is not the year the reader is in.
func (l *Localizer) otherYear(t time.Time) string {
	if l.Now == nil || l.Now().In(l.Zone).Year() == t.Year() {
		return ""
	}
	return " " + strconv.Itoa(t.Year())
}

func (l *Localizer) clock(t time.Time) string {
	if l.Lang == English {
		return t.Format("15:04")
	}
	if t.Minute() == 0 {
		return strconv.Itoa(t.Hour()) + " Uhr"
	}
	return strconv.Itoa(t.Hour()) + t.Format(":04") + " Uhr"
}

// Date is From(ctx).Date, for templates.
func Date(ctx context.Context, t time.Time, style Style) string { return From(ctx).Date(t, style) }

// Span is From(ctx).Span, for templates.
func Span(ctx context.Context, start, end time.Time, allDay bool) string {
	return From(ctx).Span(start, end, allDay)
}

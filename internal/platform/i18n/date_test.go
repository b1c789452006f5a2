package i18n

import (
	"testing"
	"time"
)

func TestShortDatesNameAnotherYear(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	at := func(year, month, day, hour, minute int) time.Time {
		return time.Date(year, time.Month(month), day, hour, minute, 0, 0, zone)
	}
	to := map[string]string{"i18n.to": "bis"}
	now := at(2026, 11, 22, 12, 0)
	for _, c := range []struct {
		name       string
		now        func() time.Time
		start, end time.Time
		allDay     bool
		want       string
	}{
		{"this year", func() time.Time { return now }, at(2026, 12, 6, 17, 0), at(2026, 12, 6, 19, 0), false, "So, 6. Dezember, 17 bis 19 Uhr"},
		{"early hours have one digit", func() time.Time { return now }, at(2026, 11, 24, 8, 0), at(2026, 11, 24, 9, 30), false, "Di, 24. November, 8 bis 9:30 Uhr"},
		{"next year", func() time.Time { return now }, at(2027, 5, 1, 10, 0), at(2027, 5, 1, 20, 0), false, "Sa, 1. Mai 2027, 10 bis 20 Uhr"},
		{"over the turn of the year", func() time.Time { return now }, at(2026, 12, 31, 0, 0), at(2027, 1, 1, 0, 0), true, "Do, 31. Dezember bis Fr, 1. Januar 2027"},
		{"the year of the reader's zone", func() time.Time { return time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC) }, at(2027, 1, 1, 17, 0), at(2027, 1, 1, 17, 0), false, "Fr, 1. Januar, 17 Uhr"},
		{"no present", nil, at(2027, 5, 1, 10, 0), at(2027, 5, 1, 10, 0), false, "Sa, 1. Mai, 10 Uhr"},
	} {
		l := &Localizer{Lang: German, Zone: zone, Now: c.now, main: to}
		if got := l.Span(c.start, c.end, c.allDay); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

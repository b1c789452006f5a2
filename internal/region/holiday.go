package region

import (
	"slices"
	"strings"
	"time"
)

// Holiday is a public holiday or a quiet day. Key is a message of this
// package's catalogue ("region.holiday.easter_monday").
type Holiday struct {
	Date time.Time // midnight UTC; only year, month and day count
	Key  string
}

// Calendar computes the holidays of one place. The zero value knows only those
// of all Germany.
type Calendar struct {
	Land          string // ISO 3166-2, "DE-BY"
	AssumptionDay bool   // 15 August, see Municipality; ignored outside Bavaria and the Saarland
}

type rule struct {
	key   string
	month time.Month // fixed date; 0: days after Easter Sunday
	day   int
	lands string // ISO codes without "DE-"; empty: all of Germany
}

// rules follow the holiday acts of the Länder; for Bavaria Art. 1 FTG
// (Gesetz über den Schutz der Sonn- und Feiertage), 3 October by Art. 2 Abs. 2
// of the Unification Treaty. Assumption Day and the Day of Repentance are
// computed apart. Days that hold only in parts of a Land (Corpus Christi in
// Saxony and Thuringia) are not there: who lives there enters them.
var rules = []rule{
	{key: "new_year", month: time.January, day: 1},
	{key: "epiphany", month: time.January, day: 6, lands: "BW BY ST"},
	{key: "womens_day", month: time.March, day: 8, lands: "BE MV"},
	{key: "good_friday", day: -2},
	{key: "easter_sunday", day: 0, lands: "BB"},
	{key: "easter_monday", day: 1},
	{key: "labour_day", month: time.May, day: 1},
	{key: "ascension", day: 39},
	{key: "whit_sunday", day: 49, lands: "BB"},
	{key: "whit_monday", day: 50},
	{key: "corpus_christi", day: 60, lands: "BW BY HE NW RP SL"},
	{key: "childrens_day", month: time.September, day: 20, lands: "TH"},
	{key: "unity_day", month: time.October, day: 3},
	{key: "reformation_day", month: time.October, day: 31, lands: "BB HB HH MV NI SN ST SH TH"},
	{key: "all_saints", month: time.November, day: 1, lands: "BW BY NW RP SL"},
	{key: "christmas_day", month: time.December, day: 25},
	{key: "boxing_day", month: time.December, day: 26},
}

// Holidays of a year in order. Sundays are not listed unless the law names them.
func (c Calendar) Holidays(year int) []Holiday {
	land := strings.TrimPrefix(c.Land, "DE-")
	easter := Easter(year)
	var out []Holiday
	add := func(key string, day time.Time) { out = append(out, Holiday{Date: day, Key: "region.holiday." + key}) }
	for _, r := range rules {
		if r.lands != "" && !slices.Contains(strings.Fields(r.lands), land) {
			continue
		}
		if r.month == 0 {
			add(r.key, easter.AddDate(0, 0, r.day))
		} else {
			add(r.key, date(year, r.month, r.day))
		}
	}
	if land == "SL" || land == "BY" && c.AssumptionDay {
		add("assumption", date(year, time.August, 15))
	}
	if land == "SN" {
		add("repentance", repentance(year))
	}
	sortByDate(out)
	return out
}

// QuietDays are the Stille Tage of Bavaria (Art. 3 Abs. 1 FTG), on which public
// entertainment must keep the serious character of the day; empty elsewhere.
// Christmas Eve is quiet from 14:00.
func (c Calendar) QuietDays(year int) []Holiday {
	if c.Land != "DE-BY" {
		return nil
	}
	easter, repentance := Easter(year), repentance(year)
	days := map[string]time.Time{
		"ash_wednesday":   easter.AddDate(0, 0, -46),
		"maundy_thursday": easter.AddDate(0, 0, -3),
		"good_friday":     easter.AddDate(0, 0, -2),
		"holy_saturday":   easter.AddDate(0, 0, -1),
		"all_saints":      date(year, time.November, 1),
		"mourning_day":    repentance.AddDate(0, 0, -3),
		"repentance":      repentance,
		"dead_sunday":     repentance.AddDate(0, 0, 4),
		"christmas_eve":   date(year, time.December, 24),
	}
	out := make([]Holiday, 0, len(days))
	for key, day := range days {
		out = append(out, Holiday{Date: day, Key: "region.holiday." + key})
	}
	sortByDate(out)
	return out
}

// Holiday tells whether the day of t, as t's own time zone names it, is a
// public holiday, and which.
func (c Calendar) Holiday(t time.Time) (Holiday, bool) { return find(c.Holidays(t.Year()), t) }

// QuietDay tells whether the day of t is a quiet day, and which.
func (c Calendar) QuietDay(t time.Time) (Holiday, bool) { return find(c.QuietDays(t.Year()), t) }

// Workday tells whether the day of t is neither Saturday, Sunday nor a holiday.
func (c Calendar) Workday(t time.Time) bool {
	if w := t.Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	_, holiday := c.Holiday(t)
	return !holiday
}

// NextWorkday moves a deadline that ends on a Saturday, Sunday or holiday to
// the next working day (§ 31 Abs. 3 VwVfG, § 193 BGB); the time of day stays.
func (c Calendar) NextWorkday(t time.Time) time.Time {
	for !c.Workday(t) {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

// AddWorkdays is the n-th working day after t; the day of t does not count.
func (c Calendar) AddWorkdays(t time.Time, n int) time.Time {
	for ; n > 0; n-- {
		t = c.NextWorkday(t.AddDate(0, 0, 1))
	}
	return t
}

// Easter is Easter Sunday of the Gregorian calendar, midnight UTC. The method is
// the one of the Nautical Almanac (1876), valid for every year.
func Easter(year int) time.Time {
	golden := year % 19
	century, rest := year/100, year%100
	leaps := century - century/4 - (8*century+13)/25
	epact := (leaps + 19*golden + 15) % 30
	// Two corrections keep the full moon from falling a day late (epact 29 and 28).
	if epact == 29 || epact == 28 && golden > 10 {
		epact--
	}
	sunday := (2*(century%4) + 2*(rest/4) - rest%4 - epact + 32) % 7
	sunday = (sunday + 7) % 7
	return date(year, time.March, 22).AddDate(0, 0, epact+sunday)
}

// repentance is the Wednesday before 23 November (Buß- und Bettag).
func repentance(year int) time.Time {
	day := date(year, time.November, 22)
	for day.Weekday() != time.Wednesday {
		day = day.AddDate(0, 0, -1)
	}
	return day
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func find(days []Holiday, t time.Time) (Holiday, bool) {
	year, month, day := t.Date()
	want := date(year, month, day)
	for _, h := range days {
		if h.Date.Equal(want) {
			return h, true
		}
	}
	return Holiday{}, false
}

func sortByDate(days []Holiday) {
	slices.SortFunc(days, func(a, b Holiday) int { return a.Date.Compare(b.Date) })
}

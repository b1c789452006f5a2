// Package waste is the Abfallkalender: which bin is emptied on which day in
// which street, as a page, a sheet for the fridge, a calendar to subscribe to
// and a reminder on the evening before.
package waste

import (
	"embed"
	"slices"
	"strings"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/privacy"
	"dorflinde/internal/region"
)

// Messages are this capability's texts.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// Kind is the kind of its entries.
const Kind = "waste"

// Day is a calendar day as yyyy-mm-dd, so that days compare as text.
type Day string

// DayOf is the day of a moment as its own time zone names it.
func DayOf(t time.Time) Day { return Day(t.Format(time.DateOnly)) }

// ParseDay reads yyyy-mm-dd; ok is false for anything else.
func ParseDay(text string) (d Day, ok bool) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 2000 || t.Year() > 2100 {
		return "", false
	}
	return DayOf(t), true
}

// In is the midnight at which the day begins; the zero time for an empty day.
func (d Day) In(loc *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), loc)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Add is the day n days later.
func (d Day) Add(n int) Day { return DayOf(d.In(time.UTC).AddDate(0, 0, n)) }

// District is what is collected together.
type District struct {
	ID             string
	MunicipalityID string
	Publisher      string // organisation that looks after it
	Name           string
	Slug           string
	Sample         bool // invented, for the demo
	UpdatedAt      time.Time
	Areas          []Area
}

// maxName is the longest name of a district in characters.
const maxName = 80

// Check tells what keeps a district from being stored.
func (d *District) Check() error {
	var faults fault.List
	d.Name = strings.Join(strings.Fields(d.Name), " ")
	switch n := len([]rune(d.Name)); {
	case n == 0:
		faults.Add(fault.Invalid("name", "waste.name_missing"))
	case n > maxName:
		faults.Add(fault.Invalid("name", "waste.name_long", "max", maxName))
	}
	if d.MunicipalityID == "" {
		faults.Add(fault.Invalid("municipality", "waste.municipality_missing"))
	}
	return faults.Err()
}

// Collection is one fraction on one day in one district.
type Collection struct {
	District  string // id
	Fraction  Fraction
	Label     string // what its producer calls it; empty for the fraction's own name
	Day       Day
	MovedFrom Day    // the day it would have been without the holiday; empty if it was not moved
	Source    string // the import it comes from; empty if it was entered here
}

// sort puts collections in the order in which people read them.
func sort(list []Collection) {
	slices.SortFunc(list, func(a, b Collection) int {
		return strings.Compare(
			string(a.Day)+rank(a.Fraction)+a.Label+a.District,
			string(b.Day)+rank(b.Fraction)+b.Label+b.District)
	})
}

func rank(f Fraction) string {
	if i := slices.Index(Fractions, f); i >= 0 {
		return string(rune('a' + i))
	}
	return "z"
}

// Shift moves a collection day in a week with holidays the way waste companies
// do: from the holiday on, every collection of that week comes a day later, and
// none on a Sunday. The day itself comes back where nothing moves it.
func Shift(c region.Calendar, d Day) Day {
	planned := d.In(time.UTC)
	monday := planned.AddDate(0, 0, -(int(planned.Weekday())+6)%7)
	late := 0
	for day := monday; !day.After(planned.AddDate(0, 0, late)); day = day.AddDate(0, 0, 1) {
		if _, holiday := c.Holiday(day); holiday && day.Weekday() != time.Sunday {
			late++
		}
	}
	moved := planned.AddDate(0, 0, late)
	for moved.Weekday() == time.Sunday || late > 0 && isHoliday(c, moved) {
		moved = moved.AddDate(0, 0, 1)
	}
	return DayOf(moved)
}

func isHoliday(c region.Calendar, t time.Time) bool {
	_, ok := c.Holiday(t)
	return ok
}

// Rhythm describes collections that come again.
type Rhythm struct {
	Fraction Fraction
	Label    string
	First    Day
	Weeks    int // between two collections; 0 for a single one
	Until    Day
	Shifted  bool // moved in weeks with holidays
}

// maxDates bounds what one rhythm makes.
const maxDates = 400

// Check tells what is wrong with a rhythm.
func (r *Rhythm) Check() error {
	var faults fault.List
	if !r.Fraction.Known() && (r.Fraction != Other || r.Label == "") {
		faults.Add(fault.Invalid("fraction", "waste.fraction_missing"))
	}
	if r.First == "" {
		faults.Add(fault.Invalid("first", "waste.day_missing"))
	}
	if r.Weeks < 0 || r.Weeks > 52 {
		faults.Add(fault.Invalid("weeks", "waste.weeks_wrong"))
	}
	if r.Weeks > 0 && (r.Until < r.First || r.First != "" && r.Until > r.First.Add(3*366)) {
		faults.Add(fault.Invalid("until", "waste.until_wrong"))
	}
	return faults.Err()
}

// Dates are the collections of a rhythm. It must have been checked.
func (r *Rhythm) Dates(district string, c region.Calendar) []Collection {
	var out []Collection
	for d := r.First; len(out) < maxDates && (d <= r.Until || len(out) == 0); d = d.Add(7 * r.Weeks) {
		one := Collection{District: district, Fraction: r.Fraction, Label: r.Label, Day: d}
		if r.Shifted {
			if moved := Shift(c, d); moved != d {
				one.Day, one.MovedFrom = moved, d
			}
		}
		out = append(out, one)
		if r.Weeks == 0 {
			break
		}
	}
	return out
}

// service is the capability at work.
type service struct {
	bulletin.Tools
}

// New makes the capability.
func New(t bulletin.Tools) capability.Capability {
	s := &service{Tools: t}
	t.Bulletin.Register(bulletin.Kind{Name: Kind, Tone: "leaf", Icon: "bin", Listed: true, Schema: "Event"})
	t.Bulletin.AddTile(bulletin.Tile{Icon: "bin", MessageKey: "waste.title", URL: path})
	t.Bulletin.AddToday(s.today)
	t.Bulletin.AddWriter(bulletin.Writer{Kind: Kind, MessageKey: "waste.manage", Icon: "bin", URL: managePath, Role: people.Editor, Official: true})
	return capability.Capability{
		Name: "waste", Migrations: Files, Messages: Messages, Routes: s.routes(), API: s.api, Sample: s.sample,
		Jobs:  map[string]jobs.Handler{remindJob: s.remind},
		Every: []jobs.Periodic{{Kind: remindJob, Every: remindEvery}},
		Tables: []privacy.Table{
			{Name: "waste_district"}, {Name: "waste_area"}, {Name: "waste_date"}, {Name: "waste_entry"},
			{
				Name: "waste_reminder", Personal: []string{"email", "place", "house_number", "hour"}, Person: "account_id",
				Erase: privacy.DeleteRow, Purpose: "to remind somebody of the bins on the evening before",
				Keep: "until the person cancels it, which erases it at once; two days if it is never confirmed",
			},
			{Name: "waste_link"},
		},
	}
}

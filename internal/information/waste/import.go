package waste

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/intake"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/ical"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/sheet"
	"dorflinde/internal/region"
)

var districtByName = db.SQL("SELECT " + districtColumns + " FROM waste_district WHERE publisher_id = $1 AND name = $2 ORDER BY id LIMIT 1")

// Target takes waste calendars in: an ICS file of a street or district as the
// waste companies offer them, or a table with date, fraction and district.
type Target struct{ s *service }

// NewTarget makes the target for the import engine.
func NewTarget(t bulletin.Tools) *Target { return &Target{s: &service{Tools: t}} }

// Info describes the target.
func (t *Target) Info() intake.Info {
	return intake.Info{
		Kind: Kind, Label: "waste.title", Formats: []intake.Format{intake.ICS, intake.CSV}, URL: path,
		Columns: []intake.Column{
			{Name: "date", Headers: []string{"Datum", "Tag", "Termin", "Abfuhrtag", "Date"}, Required: true},
			{Name: "fraction", Headers: []string{"Fraktion", "Abfallart", "Tonne", "Art", "Fraction"}, Required: true},
			{Name: "district", Headers: []string{"Bezirk", "Abfuhrbezirk", "Tour", "Straße", "Ort", "District"}},
		},
	}
}

// imported is what the engine keeps of one collection between reading and writing.
type imported struct {
	District string   `json:"district"` // name
	Fraction Fraction `json:"fraction"`
	Label    string   `json:"label"`
	Day      Day      `json:"day"`
	Moved    Day      `json:"moved,omitempty"`
}

// Suits tells a waste calendar from a club's: most of its events are fractions.
func (t *Target) Suits(d *intake.Document) int {
	switch {
	case d.Calendar != nil && len(d.Calendar.Events) > 0:
		known := 0
		for i := range d.Calendar.Events {
			if f, _ := FractionOf(d.Calendar.Events[i].Summary); f != Other && d.Calendar.Events[i].AllDay {
				known++
			}
		}
		return 100 * known / len(d.Calendar.Events)
	case d.Table != nil:
		return 40
	}
	return 0
}

// Convert reads a calendar or table.
func (t *Target) Convert(_ context.Context, c *intake.Conversion) error {
	if c.Calendar != nil {
		t.events(c)
		return nil
	}
	for _, row := range c.Table.Rows() {
		when, err := sheet.Date(row.Get("date"))
		title := strings.TrimSpace(row.Get("fraction"))
		day, ok := ParseDay(DayOf(when.In(c.Zone)).text())
		if err != nil || !when.HasDate || !ok {
			c.Skip(row.Line, title, fault.Invalid("", "waste.import_date", "text", richtext.Head(row.Get("date"), maxLabel)))
			continue
		}
		if title == "" {
			c.Skip(row.Line, row.Get("date"), fault.Invalid("", "waste.fraction_missing"))
			continue
		}
		name := strings.Join(strings.Fields(row.Get("district")), " ")
		if name == "" {
			name = t.districtName(c)
		}
		t.add(c, row.Line, title, imported{District: richtext.Head(name, maxName), Day: day})
	}
	return nil
}

func (d Day) text() string { return string(d) }

// importYears is how far ahead recurring dates are written out.
const importYears = 2

func (t *Target) events(c *intake.Conversion) {
	from, to := c.Now.AddDate(-importYears, 0, 0), c.Now.AddDate(importYears, 0, 0)
	name := t.districtName(c)
	for i := range c.Calendar.Events {
		e := &c.Calendar.Events[i]
		if !e.Recurring() {
			if e.Status != ical.Cancelled {
				t.add(c, e.Line, e.Summary, imported{District: name, Day: DayOf(e.Start.In(c.Zone))})
			}
			continue
		}
		found, _, err := e.Occurrences(from, to, maxDates)
		if err != nil {
			c.Skip(e.Line, e.Summary, fault.Invalid("", "waste.import_series"))
			continue
		}
		for _, o := range found {
			if !o.Cancelled {
				t.add(c, e.Line, o.Event.Summary, imported{District: name, Day: DayOf(o.Start.In(c.Zone))})
			}
		}
	}
}

// add names an item by what it is and not by its UID: waste companies make new
// ones with every download, and the same bin on the same day is the same thing.
func (t *Target) add(c *intake.Conversion, line int, summary string, i imported) {
	if strings.TrimSpace(summary) == "" {
		c.Skip(line, string(i.Day), fault.Invalid("", "waste.fraction_missing"))
		return
	}
	i.Fraction, i.Label = FractionOf(summary)
	start := i.Day.In(c.Zone)
	c.Add(intake.Item{
		ExternalID: strings.Join([]string{i.District, string(i.Fraction), i.Label, string(i.Day)}, "|"),
		Title:      summary + ", " + start.Format("02.01.2006"), Line: line,
		Start: start, End: start.AddDate(0, 0, 1), Data: i,
	})
}

// districtName is what the district of a calendar is called: after the place
// that the editor chose for the import, else as the calendar calls itself.
func (t *Target) districtName(c *intake.Conversion) string {
	places, scope := t.s.Places(), c.Scope()
	if len(scope.Streets) > 0 {
		if street, ok := places.Street(scope.Streets[0]); ok {
			return richtext.Head(spotOf(places, street).Name(), maxName)
		}
	}
	if v, ok := places.Village(scope.VillageID); ok {
		return v.Name
	}
	if c.Document.Name != "" {
		return richtext.Head(strings.Join(strings.Fields(c.Document.Name), " "), maxName)
	}
	return richtext.Head(c.Source.Name, maxName)
}

// record names a collection: district, fraction, day and label.
func record(c Collection) string {
	return strings.Join([]string{c.District, string(c.Fraction), string(c.Day), c.Label}, "|")
}

func parseRecord(text string) (Collection, error) {
	parts := strings.SplitN(text, "|", 4)
	if len(parts) != 4 {
		return Collection{}, fmt.Errorf("waste: not a record: %q", text)
	}
	return Collection{District: parts[0], Fraction: Fraction(parts[1]), Day: Day(parts[2]), Label: parts[3]}, nil
}

// Create writes one collection; its district is made when it is not there.
func (t *Target) Create(tx *db.Tx, source intake.Source, i intake.Item) (string, error) {
	in, ok := i.Data.(imported)
	if !ok {
		return "", fmt.Errorf("waste: unknown data %T", i.Data)
	}
	d, err := t.district(tx, source, in.District)
	if err != nil {
		return "", err
	}
	c := Collection{District: d.ID, Fraction: in.Fraction, Label: in.Label, Day: in.Day, Source: source.ID}
	if err := putDate(tx, c); err != nil {
		return "", err
	}
	return record(c), t.s.announceStream(tx, &d, stream{fraction: c.Fraction, label: c.Label})
}

// Update writes the collection again: all that identifies it is in its name,
// so it only comes when it was withdrawn before or its source changed.
func (t *Target) Update(tx *db.Tx, source intake.Source, recordID string, i intake.Item) error {
	_, err := t.Create(tx, source, i)
	return err
}

// Withdraw removes a collection that its source no longer has.
func (t *Target) Withdraw(tx *db.Tx, _ intake.Source, recordID string) error {
	c, err := parseRecord(recordID)
	if err != nil {
		return err
	}
	there, err := deleteDate(tx, c)
	if err != nil || !there {
		return err
	}
	d, err := findDistrict(tx, c.District)
	if err != nil {
		return err
	}
	return t.s.announceStream(tx, &d, stream{fraction: c.Fraction, label: c.Label})
}

// district finds the publisher's district of a name or makes it.
func (t *Target) district(tx *db.Tx, source intake.Source, name string) (District, error) {
	d, err := db.One(tx, districtByName, scanDistrict, source.Organisation, name)
	if err == nil {
		return findDistrict(tx, d.ID)
	}
	if !errors.Is(err, db.ErrNotFound) {
		return d, fmt.Errorf("waste district: %w", err)
	}
	scope := source.Options.Scope
	d = District{ID: t.s.IDs.New(), MunicipalityID: scope.MunicipalityID, Publisher: source.Organisation, Name: name}
	if d.MunicipalityID == "" {
		if d.MunicipalityID, err = t.home(tx.Context(), source.Organisation); err != nil {
			return d, err
		}
	}
	d.Areas = scopeAreas(t.s.Places(), scope, name)
	return d, t.s.putDistrict(tx, &d)
}

// home is the municipality of an organisation.
func (t *Target) home(ctx context.Context, org string) (string, error) {
	orgs, err := t.s.People.Organisations(ctx)
	if err != nil {
		return "", err
	}
	o, ok := orgs.Find(org)
	if !ok || o.Home() == "" {
		return "", fault.Invalid("", "waste.municipality_missing")
	}
	return o.Home(), nil
}

// scopeAreas is where a new district holds: what the import names, else the
// village that bears its name.
func scopeAreas(places *region.Directory, scope bulletin.Scope, name string) []Area {
	var out []Area
	for _, id := range scope.Streets {
		if street, ok := places.Street(id); ok {
			out = append(out, Area{Village: street.VillageID, Street: id})
		}
	}
	if len(out) > 0 {
		return out
	}
	if v, ok := places.Village(scope.VillageID); ok {
		return []Area{{Village: v.ID}}
	}
	if v, ok := places.VillageByName(name); ok {
		return []Area{{Village: v.ID}}
	}
	return nil
}

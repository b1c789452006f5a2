package waste

import (
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/region"
)

// Files holds the migrations of this package.
//
//go:embed migrations/*.sql
var Files embed.FS

const (
	districtColumns = "id, municipality_id, publisher_id, name, slug, sample, updated_at"
	dateColumns     = "district_id, fraction, label, day, moved_from, source_id"
)

var (
	upsertDistrict = db.SQL(`INSERT INTO waste_district (id, municipality_id, publisher_id, name, slug, sample, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET municipality_id = excluded.municipality_id,
		publisher_id = excluded.publisher_id, name = excluded.name, updated_at = excluded.updated_at`)
	selectDistricts = db.SQL("SELECT " + districtColumns + " FROM waste_district ORDER BY name, id")
	selectDistrict  = db.SQL("SELECT " + districtColumns + " FROM waste_district WHERE id = $1 OR slug = $1")
	slugTaken       = db.SQL("SELECT COUNT(*) FROM waste_district WHERE slug = $1")
	dropDistrict    = db.SQL("DELETE FROM waste_district WHERE id = $1")

	insertArea  = db.SQL("INSERT INTO waste_area (district_id, village_id, street_id, from_number, to_number, parity) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (district_id, village_id, street_id, from_number, parity) DO NOTHING")
	dropAreas   = db.SQL("DELETE FROM waste_area WHERE district_id = $1")
	selectAreas = db.SQL("SELECT district_id, village_id, street_id, from_number, to_number, parity FROM waste_area ORDER BY district_id, village_id, street_id, from_number, parity")

	insertDate = db.SQL(`INSERT INTO waste_date (district_id, fraction, label, day, moved_from, source_id) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (district_id, fraction, label, day) DO UPDATE SET moved_from = excluded.moved_from, source_id = excluded.source_id`)
	dropDate      = db.SQL("DELETE FROM waste_date WHERE district_id = $1 AND fraction = $2 AND label = $3 AND day = $4")
	dropFraction  = db.SQL("DELETE FROM waste_date WHERE district_id = $1 AND fraction = $2 AND label = $3 AND day >= $4 AND day < $5")
	selectDay     = db.SQL("SELECT " + dateColumns + " FROM waste_date WHERE day = $1 ORDER BY district_id, fraction, label")
	selectDates   = db.SQL("SELECT " + dateColumns + " FROM waste_date WHERE district_id = $1 AND day >= $2 AND day < $3 ORDER BY day, fraction, label")
	selectStreams = db.SQL("SELECT fraction, label FROM waste_date WHERE district_id = $1 UNION SELECT fraction, label FROM waste_entry WHERE district_id = $1")

	insertEntry   = db.SQL("INSERT INTO waste_entry (id, district_id, fraction, label) VALUES ($1, $2, $3, $4)")
	selectEntries = db.SQL("SELECT id FROM waste_entry WHERE district_id = $1")
	selectEntry   = db.SQL("SELECT id FROM waste_entry WHERE district_id = $1 AND fraction = $2 AND label = $3")
	dropEntry     = db.SQL("DELETE FROM waste_entry WHERE id = $1")
)

func scanDistrict(row db.Scanner) (d District, err error) {
	var updated int64
	err = row.Scan(&d.ID, &d.MunicipalityID, &d.Publisher, &d.Name, &d.Slug, &d.Sample, &updated)
	d.UpdatedAt = db.Time(updated)
	return d, err
}

func scanArea(row db.Scanner) (a Area, err error) {
	err = row.Scan(&a.District, &a.Village, &a.Street, &a.From, &a.To, &a.Parity)
	return a, err
}

func scanDate(row db.Scanner) (c Collection, err error) {
	err = row.Scan(&c.District, &c.Fraction, &c.Label, &c.Day, &c.MovedFrom, &c.Source)
	return c, err
}

// districts reads all districts with their areas.
func districts(tx *db.Tx) ([]District, error) {
	found, err := db.All(tx, selectDistricts, scanDistrict)
	if err != nil {
		return nil, fmt.Errorf("waste districts: %w", err)
	}
	areas, err := db.All(tx, selectAreas, scanArea)
	if err != nil {
		return nil, fmt.Errorf("waste areas: %w", err)
	}
	at := map[string]int{}
	for i := range found {
		at[found[i].ID] = i
	}
	for _, a := range areas {
		if i, ok := at[a.District]; ok {
			found[i].Areas = append(found[i].Areas, a)
		}
	}
	return found, nil
}

// findDistrict reads one by id or slug; NotFound otherwise.
func findDistrict(tx *db.Tx, key string) (District, error) {
	d, err := db.One(tx, selectDistrict, scanDistrict, key)
	if errors.Is(err, db.ErrNotFound) {
		return d, fault.NotFound()
	}
	if err != nil {
		return d, fmt.Errorf("waste district: %w", err)
	}
	areas, err := db.All(tx, selectAreas, scanArea)
	for _, a := range areas {
		if a.District == d.ID {
			d.Areas = append(d.Areas, a)
		}
	}
	return d, err
}

// putDistrict stores a district with its areas; a new one gets a slug.
func (s *service) putDistrict(tx *db.Tx, d *District) error {
	if err := d.Check(); err != nil {
		return err
	}
	if d.Slug == "" {
		d.Slug = region.Slug(d.Name)
		var taken int
		if err := tx.QueryRow(slugTaken, d.Slug).Scan(&taken); err != nil {
			return fmt.Errorf("waste district: %w", err)
		}
		if taken > 0 || d.Slug == "" {
			d.Slug = strings.TrimPrefix(d.Slug+"-"+d.ID[len(d.ID)-6:], "-")
		}
	}
	d.UpdatedAt = s.Clock.Now()
	if _, err := tx.Exec(upsertDistrict, d.ID, d.MunicipalityID, d.Publisher, d.Name, d.Slug, d.Sample, db.Micros(d.UpdatedAt)); err != nil {
		return fmt.Errorf("waste district: %w", err)
	}
	if _, err := tx.Exec(dropAreas, d.ID); err != nil {
		return fmt.Errorf("waste areas: %w", err)
	}
	for _, a := range d.Areas {
		if _, err := tx.Exec(insertArea, d.ID, a.Village, a.Street, a.From, a.To, a.Parity); err != nil {
			return fmt.Errorf("waste areas: %w", err)
		}
	}
	return nil
}

func putDate(tx *db.Tx, c Collection) error {
	if _, err := tx.Exec(insertDate, c.District, string(c.Fraction), c.Label, string(c.Day), string(c.MovedFrom), c.Source); err != nil {
		return fmt.Errorf("waste date: %w", err)
	}
	return nil
}

// deleteDate reports whether it was there.
func deleteDate(tx *db.Tx, c Collection) (bool, error) {
	n, err := tx.Exec(dropDate, c.District, string(c.Fraction), c.Label, string(c.Day))
	if err != nil {
		return false, fmt.Errorf("waste date: %w", err)
	}
	return n > 0, nil
}

// datesOf reads the collections of some districts in [from, to).
func datesOf(tx *db.Tx, ids []string, from, to Day) ([]Collection, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	marks, args := make([]string, len(ids)), []any{string(from), string(to)}
	for i, one := range ids {
		marks[i] = "$" + strconv.Itoa(i+3)
		args = append(args, one)
	}
	found, err := db.AllText(tx, "SELECT "+dateColumns+" FROM waste_date WHERE day >= $1 AND day < $2 AND district_id IN ("+
		strings.Join(marks, ", ")+") ORDER BY day, fraction, label", scanDate, args...)
	if err != nil {
		return nil, fmt.Errorf("waste dates: %w", err)
	}
	return found, nil
}

// schedule reads what is collected at a spot in [from, to). parts are the areas
// among which a house number must decide.
func schedule(tx *db.Tx, spot Spot, from, to Day) (dates []Collection, parts []Area, err error) {
	areas, err := db.All(tx, selectAreas, scanArea)
	if err != nil {
		return nil, nil, fmt.Errorf("waste areas: %w", err)
	}
	found, parts := matches(areas, spot)
	var ids []string
	for _, m := range found {
		ids = append(ids, m.district)
	}
	dates, err = datesOf(tx, ids, from, to)
	return pick(found, dates), parts, err
}

// stream is one fraction of a district.
type stream struct {
	id       string // of its entry
	fraction Fraction
	label    string
}

// keepPast is how long past collections stay in the bulletin.
const keepPast = 31 * 24 * time.Hour

// announceStream brings the entry of one fraction of a district in line.
func (s *service) announceStream(tx *db.Tx, d *District, n stream) error {
	there, err := db.All(tx, selectEntry, scanID, d.ID, string(n.fraction), n.label)
	if err != nil {
		return fmt.Errorf("waste entry: %w", err)
	}
	dates, err := db.All(tx, selectDates, scanDate, d.ID, string(DayOf(s.Clock.Now().Add(-keepPast))), string(DayOf(s.Bulletin.Horizon())))
	if err != nil {
		return fmt.Errorf("waste entry: %w", err)
	}
	if len(there) > 0 {
		n.id = there[0]
	} else {
		n.id = s.IDs.New()
	}
	e := s.entry(d, n, dates)
	if e == nil {
		if len(there) > 0 {
			return s.withdraw(tx, n.id)
		}
		return nil
	}
	if len(there) == 0 {
		if _, err := tx.Exec(insertEntry, n.id, d.ID, string(n.fraction), n.label); err != nil {
			return fmt.Errorf("waste entry: %w", err)
		}
	}
	return s.Bulletin.Put(tx, e)
}

func scanID(row db.Scanner) (one string, err error) {
	err = row.Scan(&one)
	return one, err
}

// announce brings all entries of a district in line with its dates.
func (s *service) announce(tx *db.Tx, d *District) error {
	scan := func(row db.Scanner) (e stream, err error) {
		err = row.Scan(&e.fraction, &e.label)
		return e, err
	}
	needed, err := db.All(tx, selectStreams, scan, d.ID)
	if err != nil {
		return fmt.Errorf("waste entries: %w", err)
	}
	for _, n := range needed {
		if err := s.announceStream(tx, d, n); err != nil {
			return err
		}
	}
	return nil
}

// withdraw takes back the entry of a stream that has no dates any more.
func (s *service) withdraw(tx *db.Tx, entry string) error {
	if err := s.Bulletin.Withdraw(tx, entry, ""); err != nil && fault.KindOf(err) != fault.KindNotFound {
		return err
	}
	if _, err := tx.Exec(dropEntry, entry); err != nil {
		return fmt.Errorf("waste entries: %w", err)
	}
	return nil
}

// entry is how the bulletin carries one stream; nil without a date.
func (s *service) entry(d *District, n stream, dates []Collection) *bulletin.Entry {
	places := s.Places()
	l, loc := german(places), places.Location()
	name := nameOf(l, n.fraction, n.label)
	e := &bulletin.Entry{
		ID: n.id, Kind: Kind, Publisher: d.Publisher, Scope: bulletin.Scope{MunicipalityID: d.MunicipalityID},
		Title: l.T("waste.entry_title", "fraction", name, "district", d.Name), Link: districtPath(d), AllDay: true,
		Text: l.T("waste.entry_text") + "\n" + FormatAreas(d.Areas, places), Topics: []string{l.T("waste.topic")}, Sample: d.Sample,
	}
	if village, ok := onlyVillage(d.Areas); ok {
		e.Scope.VillageID = village
	}
	var next []string
	for _, c := range dates {
		if c.Fraction != n.fraction || c.Label != n.label {
			continue
		}
		start := c.Day.In(loc)
		status := bulletin.Active
		if c.MovedFrom != "" {
			status = bulletin.Moved
		}
		e.Times = append(e.Times, bulletin.Occurrence{Start: start, End: start.AddDate(0, 0, 1), AllDay: true, Status: status})
		if len(next) < 3 && start.After(s.Clock.Now().Add(-24*time.Hour)) {
			next = append(next, l.Date(start, i18n.DateShort))
		}
	}
	if len(e.Times) == 0 {
		return nil
	}
	first, last := e.Times[0], e.Times[len(e.Times)-1]
	e.Start, e.End = first.Start, first.End
	e.PublishedAt, e.ExpiresAt = d.UpdatedAt, last.End
	if !e.ExpiresAt.After(e.PublishedAt) {
		e.PublishedAt = e.ExpiresAt.Add(-time.Hour)
	}
	if len(next) > 0 {
		e.Summary = l.T("waste.entry_next", "dates", strings.Join(next, "; "))
	}
	return e
}

// onlyVillage is the village in which all areas lie.
func onlyVillage(areas []Area) (string, bool) {
	for _, a := range areas {
		if a.Village == "" || a.Village != areas[0].Village {
			return "", false
		}
	}
	return first(areas).Village, len(areas) > 0
}

func first(areas []Area) Area {
	if len(areas) == 0 {
		return Area{}
	}
	return areas[0]
}

// removeDistrict deletes a district with its dates and takes its entries back.
func (s *service) removeDistrict(tx *db.Tx, d *District) error {
	entries, err := db.All(tx, selectEntries, scanID, d.ID)
	if err != nil {
		return fmt.Errorf("waste entries: %w", err)
	}
	for _, e := range entries {
		if err := s.withdraw(tx, e); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(dropDistrict, d.ID); err != nil {
		return fmt.Errorf("waste district: %w", err)
	}
	return nil
}

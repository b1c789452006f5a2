package directory

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/region"
)

// Files holds the migrations of this package.
//
//go:embed migrations/*.sql
var Files embed.FS

const columns = `d.id, d.publisher_id, d.main, d.auto, d.state, d.title, d.common, d.facts, d.version, d.author_id,
	d.created_at, d.updated_at, d.source_id, d.external_id, d.sample`

var (
	insertListing = db.SQL(`INSERT INTO directory (id, publisher_id, main, auto, state, category, title, sort_key, letter,
		municipality_id, village_id, common, facts, version, author_id, created_at, updated_at, source_id, external_id, sample)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14, $15, $16, $17, $18, $19)`)
	updateListing = db.SQL(`UPDATE directory SET publisher_id = $2, main = $3, auto = $4, state = $5, category = $6, title = $7,
		sort_key = $8, letter = $9, municipality_id = $10, village_id = $11, common = $12, facts = $13, version = version + 1,
		updated_at = $14 WHERE id = $1 AND version = $15`)
	selectListing  = db.SQL("SELECT " + columns + " FROM directory d WHERE d.id = $1")
	mainListing    = db.SQL("SELECT " + columns + " FROM directory d WHERE d.publisher_id = $1 AND d.main = TRUE")
	mainListings   = db.SQL("SELECT " + columns + " FROM directory d WHERE d.main = TRUE")
	ownListings    = db.SQL("SELECT " + columns + " FROM directory d WHERE d.publisher_id = $1 AND d.main = FALSE AND d.state = 'published' ORDER BY d.sort_key, d.id LIMIT 50")
	officeListings = db.SQL("SELECT " + columns + " FROM directory d WHERE d.category = 'amt' AND d.state = 'published' ORDER BY d.sort_key, d.id LIMIT 50")
	stopListings   = db.SQL(`SELECT ` + columns + ` FROM directory d WHERE d.state = 'published' AND d.id IN (SELECT directory_id FROM directory_stop
		WHERE municipality_id = $1 AND ($2 = '' OR village_id = $2)) ORDER BY d.sort_key, d.id LIMIT 50`)
	deleteStops = db.SQL("DELETE FROM directory_stop WHERE directory_id = $1")
	insertStop  = db.SQL("INSERT INTO directory_stop (directory_id, municipality_id, village_id) VALUES ($1, $2, $3) ON CONFLICT (directory_id, village_id) DO NOTHING")
)

// sortKey is what names are ordered by: umlauts as their base letters would be
// read (DIN 5007-2), case and punctuation aside.
func sortKey(title string) (key, letter string) {
	key = region.Slug(title)
	if key == "" || key[0] < 'a' || key[0] > 'z' {
		return key, "#"
	}
	return key, strings.ToUpper(key[:1])
}

// row are the values that insert and update share.
func (l *Listing) row() ([]any, error) {
	common, err := l.Encode()
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	facts, err := json.Marshal(l.Facts)
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	key, letter := sortKey(l.Title)
	return []any{
		l.ID, l.Publisher, l.Main, l.Auto, string(l.State), l.Category, l.Title, key, letter,
		l.Scope.MunicipalityID, l.Scope.VillageID, common, string(facts),
	}, nil
}

// create writes a new listing with its entry.
func (s *service) create(tx *db.Tx, l *Listing) error {
	row, err := l.row()
	if err != nil {
		return err
	}
	l.Version = 1
	row = append(row, l.Author, db.Micros(l.CreatedAt), db.Micros(l.UpdatedAt), l.SourceID, l.ExternalID, l.Sample)
	if _, err := tx.Exec(insertListing, row...); err != nil {
		return fmt.Errorf("new directory entry: %w", err)
	}
	return s.announce(tx, l)
}

// save replaces a listing that still has the version l was read with; else
// somebody was faster and the fault says so.
func (s *service) save(tx *db.Tx, l *Listing) error {
	row, err := l.row()
	if err != nil {
		return err
	}
	touched, err := tx.Exec(updateListing, append(row, db.Micros(l.UpdatedAt), l.Version)...)
	if err != nil {
		return fmt.Errorf("save directory entry %s: %w", l.ID, err)
	}
	if touched == 0 {
		return compose.ErrOvertaken()
	}
	l.Version++
	return s.announce(tx, l)
}

// announce brings stops and bulletin entry in line with the listing.
func (s *service) announce(tx *db.Tx, l *Listing) error {
	if l.Version > 1 {
		if _, err := tx.Exec(deleteStops, l.ID); err != nil {
			return fmt.Errorf("stops of %s: %w", l.ID, err)
		}
	}
	if l.State == compose.Withdrawn {
		return s.Bulletin.Withdraw(tx, l.ID, l.Note)
	}
	for _, stop := range l.Stops {
		v, ok := s.Places().Village(stop.VillageID)
		if !ok {
			continue
		}
		if _, err := tx.Exec(insertStop, l.ID, v.MunicipalityID, v.ID); err != nil {
			return fmt.Errorf("stops of %s: %w", l.ID, err)
		}
	}
	e, err := s.entry(tx.Context(), l)
	if err != nil {
		return err
	}
	return s.Bulletin.Put(tx, e)
}

// find reads one listing; NotFound otherwise.
func find(tx *db.Tx, listingID string) (Listing, error) {
	if !id.Valid(listingID) {
		return Listing{}, fault.NotFound()
	}
	l, err := db.One(tx, selectListing, scanListing, listingID)
	if errors.Is(err, db.ErrNotFound) {
		return l, fault.NotFound()
	}
	return l, err
}

func (s *service) load(ctx context.Context, listingID string) (l Listing, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error { l, err = find(tx, listingID); return err })
	return l, err
}

// mainOf is the page of an organisation; ok is false while there is none.
func mainOf(tx *db.Tx, org string) (l Listing, ok bool, err error) {
	l, err = db.One(tx, mainListing, scanListing, org)
	if errors.Is(err, db.ErrNotFound) {
		return l, false, nil
	}
	return l, err == nil, err
}

// query says which listings are wanted.
type query struct {
	category, letter      string
	municipality, village string
	ids                   []string // of a search, nil without one
	after                 string   // id of the last one of the page before, in the order of ids (API)
	limit                 int
}

type conditions struct {
	text []string
	args []any
}

func (c *conditions) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

func (q query) where(withLetter bool) *conditions {
	c := &conditions{text: []string{"d.state = 'published'"}}
	if q.category != "" {
		c.text = append(c.text, "d.category = "+c.arg(q.category))
	}
	switch {
	case q.village != "":
		v := c.arg(q.village)
		c.text = append(c.text, "((d.municipality_id = "+c.arg(q.municipality)+" AND d.village_id IN ('', "+v+
			")) OR d.id IN (SELECT directory_id FROM directory_stop WHERE village_id = "+v+"))")
	case q.municipality != "":
		m := c.arg(q.municipality)
		c.text = append(c.text, "(d.municipality_id = "+m+" OR d.id IN (SELECT directory_id FROM directory_stop WHERE municipality_id = "+m+"))")
	}
	if withLetter && q.letter != "" {
		c.text = append(c.text, "d.letter = "+c.arg(q.letter))
	}
	if q.ids != nil {
		marks := []string{"''"}
		for _, one := range q.ids {
			marks = append(marks, c.arg(one))
		}
		c.text = append(c.text, "d.id IN ("+strings.Join(marks, ", ")+")")
	}
	return c
}

// list reads listings in the order of their names.
func list(tx *db.Tx, q query) ([]Listing, error) {
	c := q.where(true)
	if q.after != "" {
		c.text = append(c.text, "(d.sort_key, d.id) > (SELECT a.sort_key, a.id FROM directory a WHERE a.id = "+c.arg(q.after)+")")
	}
	found, err := db.AllText(tx, "SELECT "+columns+" FROM directory d WHERE "+strings.Join(c.text, " AND ")+
		" ORDER BY d.sort_key, d.id LIMIT "+c.arg(q.limit), scanListing, c.args...)
	if err != nil {
		return nil, fmt.Errorf("list the directory: %w", err)
	}
	return found, nil
}

// letters counts the listings of a query by first letter.
func letters(tx *db.Tx, q query) (counts map[string]int, total int, err error) {
	c := q.where(false)
	type count struct {
		letter string
		n      int
	}
	found, err := db.AllText(tx, "SELECT d.letter, COUNT(*) FROM directory d WHERE "+strings.Join(c.text, " AND ")+" GROUP BY d.letter",
		func(row db.Scanner) (one count, err error) { return one, row.Scan(&one.letter, &one.n) }, c.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("count the directory: %w", err)
	}
	counts = map[string]int{}
	for _, one := range found {
		counts[one.letter] = one.n
		total += one.n
	}
	return counts, total, nil
}

func scanListing(row db.Scanner) (Listing, error) {
	var l Listing
	var publisher, title, common, facts string
	var created, updated int64
	if err := row.Scan(&l.ID, &publisher, &l.Main, &l.Auto, &l.State, &title, &common, &facts, &l.Version, &l.Author,
		&created, &updated, &l.SourceID, &l.ExternalID, &l.Sample); err != nil {
		return l, err
	}
	l.CreatedAt, l.UpdatedAt = db.Time(created), db.Time(updated)
	if err := l.Decode(publisher, title, common); err != nil {
		return l, fmt.Errorf("directory %s: %w", l.ID, err)
	}
	if err := json.Unmarshal([]byte(facts), &l.Facts); err != nil {
		return l, fmt.Errorf("directory %s: %w", l.ID, err)
	}
	return l, nil
}

package bulletin

import (
	"embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/search"
)

// Migrations of the backbone's tables.
//
//go:embed migrations
var Migrations embed.FS

const columns = `e.id, e.kind, e.publisher_id, e.audience, e.group_id, e.municipality_id, e.village_id, e.streets,
	e.title, e.summary, e.variants, e.topics, e.severity, e.place, e.geometry, e.start_at, e.end_at, e.all_day,
	e.rrule, e.link, e.image, e.status, e.in_feed, e.published_at, e.updated_at, e.expires_at, e.corrected_at,
	e.correction, e.source_name, e.source_url, e.sample, e.revision`

var (
	// A new entry is by far the most frequent case and needs no answer.
	insertEntry = db.SQL(`INSERT INTO entry (id, kind, publisher_id, audience, group_id, municipality_id, village_id,
		streets, title, summary, variants, topics, severity, place, geometry, lon, lat, cell, start_at, end_at, all_day,
		rrule, link, image, status, in_feed, published_at, updated_at, expires_at, corrected_at, correction,
		source_name, source_url, sample, revision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
		$24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, 1) ON CONFLICT (id) DO NOTHING`)
	replaceEntry = db.SQL(`UPDATE entry SET kind = $2, publisher_id = $3, audience = $4, group_id = $5,
		municipality_id = $6, village_id = $7, streets = $8, title = $9, summary = $10, variants = $11, topics = $12,
		severity = $13, place = $14, geometry = $15, lon = $16, lat = $17, cell = $18, start_at = $19, end_at = $20,
		all_day = $21, rrule = $22, link = $23, image = $24, status = $25, in_feed = $26, published_at = $27,
		updated_at = $28, expires_at = $29, corrected_at = $30, correction = $31, source_name = $32, source_url = $33,
		sample = $34, revision = revision + 1 WHERE id = $1 RETURNING revision`)
	selectEntry = db.SQL("SELECT " + columns + " FROM entry e WHERE e.id = $1")
	withdrawOne = db.SQL(`UPDATE entry SET status = 'withdrawn', summary = '', correction = $1, updated_at = $2, image = '',
		variants = '[]', place = '', geometry = '', lon = 0, lat = 0, cell = 0, revision = revision + 1 WHERE id = $3`)
	deleteTimes  = db.SQL("DELETE FROM entry_time WHERE entry_id = $1")
	insertTime   = db.SQL("INSERT INTO entry_time (entry_id, start_at, end_at, all_day, status) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (entry_id, start_at) DO NOTHING")
	deleteTopics = db.SQL("DELETE FROM entry_topic WHERE entry_id = $1")
	insertTopic  = db.SQL("INSERT INTO entry_topic (topic, entry_id) VALUES ($1, $2) ON CONFLICT (topic, entry_id) DO NOTHING")
	selectTimes  = db.SQL("SELECT start_at, end_at, all_day, status FROM entry_time WHERE entry_id = $1 ORDER BY start_at")
	countAll     = db.SQL("SELECT COUNT(*) FROM entry")
)

// Put writes the entry in the capability's transaction: it is new or replaces
// the one with the same id. Every outlet follows.
func (b *Bulletin) Put(tx *db.Tx, e *Entry) error {
	if err := e.Check(); err != nil {
		return err
	}
	b.complete(e)
	row, err := encode(e)
	if err != nil {
		return fmt.Errorf("entry %s: %w", e.ID, err)
	}
	fresh, err := tx.Exec(insertEntry, row...)
	if e.Revision = 1; err == nil && fresh == 0 {
		err = tx.QueryRow(replaceEntry, row...).Scan(&e.Revision)
	}
	if err != nil {
		return fmt.Errorf("write entry %s: %w", e.ID, err)
	}
	if err := putTimes(tx, e); err != nil {
		return fmt.Errorf("times of entry %s: %w", e.ID, err)
	}
	if err := putTopics(tx, e); err != nil {
		return fmt.Errorf("topics of entry %s: %w", e.ID, err)
	}
	return b.index.Put(tx, search.Doc{ID: e.ID, Title: e.Title, Body: e.searchText(), Time: db.Micros(e.PublishedAt)})
}

// complete fills what follows from the rest.
func (b *Bulletin) complete(e *Entry) {
	now := b.clock.Now()
	e.UpdatedAt = now
	if e.PublishedAt.IsZero() {
		e.PublishedAt = now
	}
	if e.Audience == "" {
		e.Audience = ForPublic
	}
	if e.Status == "" {
		e.Status = Active
	}
	if v, ok := b.Places().Village(e.Scope.VillageID); ok {
		e.Scope.MunicipalityID = v.MunicipalityID
	}
	if len(e.Times) == 0 && !e.Start.IsZero() {
		e.Times = []Occurrence{{Start: e.Start, End: e.End, AllDay: e.AllDay, Status: occurrenceStatus(e.Status)}}
	}
}

func occurrenceStatus(s Status) Status {
	if s == Withdrawn {
		return Cancelled
	}
	return s
}

func (e *Entry) searchText() string {
	parts := []string{e.Summary, e.Place, e.Text, strings.Join(e.Topics, " ")}
	for _, v := range e.Variants {
		parts = append(parts, v.Title, v.Summary)
	}
	return strings.Join(parts, "\n")
}

func putTimes(tx *db.Tx, e *Entry) error {
	if e.Revision > 1 {
		if _, err := tx.Exec(deleteTimes, e.ID); err != nil {
			return err
		}
	}
	for _, o := range e.Times {
		status := o.Status
		if status == "" {
			status = Active
		}
		end := o.End
		if end.Before(o.Start) {
			end = o.Start
		}
		if _, err := tx.Exec(insertTime, e.ID, db.Micros(o.Start), db.Micros(end), o.AllDay, string(status)); err != nil {
			return err
		}
	}
	return nil
}

func putTopics(tx *db.Tx, e *Entry) error {
	if e.Revision > 1 {
		if _, err := tx.Exec(deleteTopics, e.ID); err != nil {
			return err
		}
	}
	for _, t := range e.Topics {
		if _, err := tx.Exec(insertTopic, t, e.ID); err != nil {
			return err
		}
	}
	return nil
}

// Withdraw takes an entry back: it leaves pages, search and map at once, and
// feeds and calendars tell their readers. Only title, kind, publisher, topics
// and times stay, which those outlets need to say what is gone.
func (b *Bulletin) Withdraw(tx *db.Tx, id, reason string) error {
	n, err := tx.Exec(withdrawOne, reason, db.Micros(b.clock.Now()), id)
	if err != nil {
		return fmt.Errorf("withdraw entry %s: %w", id, err)
	}
	if n == 0 {
		return fault.NotFound()
	}
	return b.index.Remove(tx, id)
}

// Get reads one entry that the reader may see. A withdrawn one is KindGone.
func (b *Bulletin) Get(tx *db.Tx, id string, r Reader) (Entry, error) {
	e, err := db.One(tx, selectEntry, scanEntry, id)
	if errors.Is(err, db.ErrNotFound) {
		return e, fault.NotFound()
	}
	if err != nil {
		return e, err
	}
	if !r.MayRead(&e) || e.PublishedAt.After(b.clock.Now()) {
		return Entry{}, fault.NotFound()
	}
	if e.Status == Withdrawn || !e.Visible(b.clock.Now()) {
		return e, fault.New(fault.KindGone, "bulletin.gone", "title", e.Title)
	}
	e.Times, err = db.All(tx, selectTimes, scanOccurrence, id)
	return e, err
}

// Times reads the occurrences of an entry.
func (b *Bulletin) Times(tx *db.Tx, id string) ([]Occurrence, error) {
	return db.All(tx, selectTimes, scanOccurrence, id)
}

// Count is how many entries there are, of any state.
func (b *Bulletin) Count(tx *db.Tx) (int, error) {
	var n int
	err := tx.QueryRow(countAll).Scan(&n)
	return n, err
}

// horizonYears is how far ahead occurrences of series are kept: two years, so
// that a collision with next year's festival is found.
const horizonYears = 2

// Horizon is the moment up to which a capability fills Entry.Times.
func (b *Bulletin) Horizon() time.Time { return b.clock.Now().AddDate(horizonYears, 0, 0) }

package bulletin

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/geo"
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
	upsertEntry = db.SQL(`INSERT INTO entry (id, kind, publisher_id, audience, group_id, municipality_id, village_id,
		streets, title, summary, variants, topics, severity, place, geometry, lon, lat, cell, start_at, end_at, all_day,
		rrule, link, image, status, in_feed, published_at, updated_at, expires_at, corrected_at, correction,
		source_name, source_url, sample, revision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
		$24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, 1)
		ON CONFLICT (id) DO UPDATE SET publisher_id = excluded.publisher_id, audience = excluded.audience,
		group_id = excluded.group_id, municipality_id = excluded.municipality_id, village_id = excluded.village_id,
		streets = excluded.streets, title = excluded.title, summary = excluded.summary, variants = excluded.variants,
		topics = excluded.topics, severity = excluded.severity, place = excluded.place, geometry = excluded.geometry,
		lon = excluded.lon, lat = excluded.lat, cell = excluded.cell, start_at = excluded.start_at,
		end_at = excluded.end_at, all_day = excluded.all_day, rrule = excluded.rrule, link = excluded.link,
		image = excluded.image, status = excluded.status, in_feed = excluded.in_feed,
		published_at = excluded.published_at, updated_at = excluded.updated_at, expires_at = excluded.expires_at,
		corrected_at = excluded.corrected_at, correction = excluded.correction, source_name = excluded.source_name,
		source_url = excluded.source_url, sample = excluded.sample, revision = entry.revision + 1
		RETURNING revision`)
	selectEntry  = db.SQL("SELECT " + columns + " FROM entry e WHERE e.id = $1")
	withdrawOne  = db.SQL("UPDATE entry SET status = 'withdrawn', title = title, summary = '', correction = $1, updated_at = $2, image = '', variants = '[]', revision = revision + 1 WHERE id = $3")
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
	if err := tx.QueryRow(upsertEntry, row...).Scan(&e.Revision); err != nil {
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

func encode(e *Entry) ([]any, error) {
	streets, err := json.Marshal(append([]string{}, e.Scope.Streets...))
	if err != nil {
		return nil, err
	}
	variants, err := json.Marshal(append([]Variant{}, e.Variants...))
	if err != nil {
		return nil, err
	}
	topics, err := json.Marshal(append([]string{}, e.Topics...))
	if err != nil {
		return nil, err
	}
	image := ""
	if e.Image != nil {
		raw, err := json.Marshal(e.Image)
		if err != nil {
			return nil, err
		}
		image = string(raw)
	}
	geometry, centre, cell := encodePlace(e.Geometry)
	return []any{
		e.ID, e.Kind, e.Publisher, string(e.Audience), e.GroupID, e.Scope.MunicipalityID, e.Scope.VillageID,
		string(streets), e.Title, e.Summary, string(variants), string(topics), int(e.Severity), e.Place, geometry,
		centre[0], centre[1], cell, db.Micros(e.Start), db.Micros(e.End), e.AllDay, e.RRule, e.Link, image,
		string(e.Status), e.InFeed, db.Micros(e.PublishedAt), db.Micros(e.UpdatedAt), db.Micros(e.ExpiresAt),
		db.Micros(e.CorrectedAt), e.Correction, e.SourceName, e.SourceURL, e.Sample,
	}, nil
}

func encodePlace(g orb.Geometry) (text string, centre orb.Point, cell int64) {
	if g == nil {
		return "", orb.Point{}, 0
	}
	centre, ok := geo.Centre(g)
	if !ok {
		return "", orb.Point{}, 0
	}
	return string(geo.Format(g)), centre, geo.Cell(centre[0], centre[1])
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
		if end.IsZero() {
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
// feeds and calendars tell their readers. Only title, kind and publisher stay.
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

// Page is a slice of a list.
type Page struct {
	After string // where the page before ended, empty for the first
	Limit int    // 1 to MaxLimit; 0 means 20
}

// MaxLimit is the longest page.
const MaxLimit = 500

// Result is one page of a list, newest first (or best first for a search).
type Result struct {
	Entries   []Entry
	Next      string // After of the next page, empty at the end
	Corrected string // what was searched for instead, after a typing error
}

// List finds entries, newest first. With words to search for, the best come
// first and there is one page.
func (b *Bulletin) List(tx *db.Tx, f Filter, r Reader, p Page) (Result, error) {
	limit := min(max(p.Limit, 0), MaxLimit)
	if limit == 0 {
		limit = 20
	}
	if f.Query != "" {
		return b.search(tx, f, r, limit)
	}
	w := &where{}
	if p.After != "" {
		c, err := parseCursor(p.After)
		if err != nil {
			return Result{}, err
		}
		w.add("(e.published_at, e.id) < (" + w.arg(c.at) + ", " + w.arg(c.id) + ")")
	}
	w.filter(f, r, b.clock.Now())
	if !f.From.IsZero() {
		w.add("e.published_at >= " + w.arg(db.Micros(f.From)))
	}
	if !f.To.IsZero() {
		w.add("e.published_at < " + w.arg(db.Micros(f.To)))
	}
	query := "SELECT " + columns + " FROM entry e WHERE " + w.sql() +
		" ORDER BY e.published_at DESC, e.id DESC LIMIT " + w.arg(limit+1)
	found, err := db.AllText(tx, query, scanEntry, w.args...)
	if err != nil {
		return Result{}, fmt.Errorf("list entries: %w", err)
	}
	return cut(found, limit), nil
}

func cut(found []Entry, limit int) Result {
	if len(found) <= limit {
		return Result{Entries: found}
	}
	last := found[limit-1]
	return Result{Entries: found[:limit], Next: cursor{at: db.Micros(last.PublishedAt), id: last.ID}.String()}
}

// maxHits bounds how many hits of the index are looked at.
const maxHits = 400

func (b *Bulletin) search(tx *db.Tx, f Filter, r Reader, limit int) (Result, error) {
	hits, err := b.index.Search(tx, f.Query, maxHits)
	if err != nil || len(hits.IDs) == 0 {
		return Result{Corrected: hits.Corrected}, err
	}
	w := &where{}
	w.filter(f, r, b.clock.Now())
	w.list("e.id", hits.IDs)
	found, err := db.AllText(tx, "SELECT "+columns+" FROM entry e WHERE "+w.sql(), scanEntry, w.args...)
	if err != nil {
		return Result{}, fmt.Errorf("read hits: %w", err)
	}
	rank := make(map[string]int, len(hits.IDs))
	for i, id := range hits.IDs {
		rank[id] = i
	}
	slices.SortFunc(found, func(a, b Entry) int { return rank[a.ID] - rank[b.ID] })
	return Result{Entries: found[:min(limit, len(found))], Corrected: hits.Corrected}, nil
}

// Timed is an entry at one of its times.
type Timed struct {
	Entry
	Occurrence Occurrence
}

// Calendar finds what takes place between from and to, in order of time. An
// occurrence counts when it touches the span.
func (b *Bulletin) Calendar(tx *db.Tx, f Filter, r Reader, limit int) ([]Timed, error) {
	w := &where{}
	// A span may have begun earlier; nothing lasts longer than a year, which
	// keeps the scan of the index short.
	if !f.From.IsZero() {
		w.add("t.end_at >= " + w.arg(db.Micros(f.From)))
		w.add("t.start_at > " + w.arg(db.Micros(f.From.AddDate(-1, 0, 0))))
	}
	if !f.To.IsZero() {
		w.add("t.start_at < " + w.arg(db.Micros(f.To)))
	}
	w.filter(f, r, b.clock.Now())
	if f.Query != "" {
		hits, err := b.index.Search(tx, f.Query, maxHits)
		if err != nil || len(hits.IDs) == 0 {
			return nil, err
		}
		w.list("e.id", hits.IDs)
	}
	query := "SELECT t.start_at, t.end_at, t.all_day, t.status, " + columns +
		" FROM entry_time t JOIN entry e ON e.id = t.entry_id WHERE " + w.sql() +
		" ORDER BY t.start_at, t.entry_id LIMIT " + w.arg(limit)
	found, err := db.AllText(tx, query, scanTimed, w.args...)
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	return found, nil
}

// Located finds entries with a place, newest first, for maps.
func (b *Bulletin) Located(tx *db.Tx, f Filter, r Reader, limit int) ([]Entry, error) {
	w := &where{}
	w.filter(f, r, b.clock.Now())
	w.add("e.cell > 0")
	if f.Query != "" {
		hits, err := b.index.Search(tx, f.Query, maxHits)
		if err != nil || len(hits.IDs) == 0 {
			return nil, err
		}
		w.list("e.id", hits.IDs)
	}
	query := "SELECT " + columns + " FROM entry e WHERE " + w.sql() + " ORDER BY e.published_at DESC, e.id DESC LIMIT " + w.arg(limit)
	return db.AllText(tx, query, scanEntry, w.args...)
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

func scanEntry(s db.Scanner) (Entry, error) {
	var raw rawEntry
	if err := s.Scan(raw.targets()...); err != nil {
		return Entry{}, err
	}
	return raw.decode()
}

func scanOccurrence(s db.Scanner) (Occurrence, error) {
	var start, end int64
	var o Occurrence
	err := s.Scan(&start, &end, &o.AllDay, &o.Status)
	o.Start, o.End = db.Time(start), db.Time(end)
	return o, err
}

func scanTimed(s db.Scanner) (Timed, error) {
	var start, end int64
	var o Occurrence
	var raw rawEntry
	if err := s.Scan(append([]any{&start, &end, &o.AllDay, &o.Status}, raw.targets()...)...); err != nil {
		return Timed{}, err
	}
	o.Start, o.End = db.Time(start), db.Time(end)
	e, err := raw.decode()
	return Timed{Entry: e, Occurrence: o}, err
}

// rawEntry is a row before its JSON columns are read.
type rawEntry struct {
	Entry
	streets, variants, topics, geometry, image                  string
	start, end, published, updated, expires, corrected, severity int64
}

func (r *rawEntry) targets() []any {
	return []any{
		&r.ID, &r.Kind, &r.Publisher, &r.Audience, &r.GroupID, &r.Scope.MunicipalityID, &r.Scope.VillageID, &r.streets,
		&r.Title, &r.Summary, &r.variants, &r.topics, &r.severity, &r.Place, &r.geometry, &r.start, &r.end, &r.AllDay,
		&r.RRule, &r.Link, &r.image, &r.Status, &r.InFeed, &r.published, &r.updated, &r.expires, &r.corrected,
		&r.Correction, &r.SourceName, &r.SourceURL, &r.Sample, &r.Revision,
	}
}

func (r *rawEntry) decode() (Entry, error) {
	e := r.Entry
	e.Severity = Severity(r.severity)
	e.Start, e.End = db.Time(r.start), db.Time(r.end)
	e.PublishedAt, e.UpdatedAt = db.Time(r.published), db.Time(r.updated)
	e.ExpiresAt, e.CorrectedAt = db.Time(r.expires), db.Time(r.corrected)
	for _, part := range []struct {
		text string
		into any
	}{{r.streets, &e.Scope.Streets}, {r.variants, &e.Variants}, {r.topics, &e.Topics}} {
		if part.text == "[]" {
			continue
		}
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return e, fmt.Errorf("entry %s: %w", e.ID, err)
		}
	}
	if r.image != "" {
		e.Image = &Image{}
		if err := json.Unmarshal([]byte(r.image), e.Image); err != nil {
			return e, fmt.Errorf("image of entry %s: %w", e.ID, err)
		}
	}
	if r.geometry != "" {
		g, err := geo.Parse([]byte(r.geometry))
		if err != nil {
			return e, fmt.Errorf("place of entry %s: %w", e.ID, err)
		}
		e.Geometry = g
	}
	return e, nil
}

// horizonEnd is how far ahead occurrences of series are kept: two years, so
// that a collision with next year's festival is found.
const horizonYears = 2

// Horizon is the moment up to which a capability fills Entry.Times.
func (b *Bulletin) Horizon() time.Time { return b.clock.Now().AddDate(horizonYears, 0, 0) }

package bulletin

import (
	"fmt"
	"slices"
	"time"

	"dorflinde/internal/platform/db"
)

// Page is a slice of a list.
type Page struct {
	After string // where the page before ended, empty for the first
	Limit int    // 1 to MaxLimit; 0 means DefaultLimit
}

// The length of a page.
const (
	MaxLimit     = 500
	DefaultLimit = 20
)

func (p Page) limit() int {
	if p.Limit <= 0 {
		return DefaultLimit
	}
	return min(p.Limit, MaxLimit)
}

// Result is one page of a list, newest first (or best first for a search).
type Result struct {
	Entries   []Entry
	Next      string // After of the next page, empty at the end
	Corrected string // what was searched for instead, after a typing error
}

// ref is what a list needs to know of an entry whose card is kept.
type ref struct {
	id        string
	revision  int64
	published int64
}

func scanRef(s db.Scanner) (r ref, err error) {
	return r, s.Scan(&r.id, &r.revision, &r.published)
}

// List finds entries, newest first. With words to search for, the best come
// first and there is one page. From and To bound the time of publication.
func (b *Bulletin) List(tx *db.Tx, f Filter, r Reader, p Page) (Result, error) {
	refs, rest, err := b.refs(tx, f, r, p)
	if err != nil || len(refs) == 0 {
		return rest, err
	}
	ids := make([]string, len(refs))
	for i := range refs {
		ids[i] = refs[i].id
	}
	rest.Entries, err = b.read(tx, ids)
	return rest, err
}

// refs finds the entries of one page; it is the query behind every list. The
// Result it returns has no entries yet.
func (b *Bulletin) refs(tx *db.Tx, f Filter, r Reader, p Page) ([]ref, Result, error) {
	f = b.resolve(f)
	w := &where{}
	if f.Query != "" {
		return b.hits(tx, f, r, p.limit())
	}
	if p.After != "" {
		c, err := parseCursor(p.After)
		if err != nil {
			return nil, Result{}, err
		}
		w.add("(e.published_at, e.id) < (" + w.arg(c.at) + ", " + w.arg(c.id) + ")")
	}
	w.filter(f, r, b.clock.Now())
	w.published(f)
	limit := p.limit()
	found, err := db.AllText(tx, "SELECT e.id, e.revision, e.published_at FROM entry e WHERE "+w.sql()+
		" ORDER BY e.published_at DESC, e.id DESC LIMIT "+w.arg(limit+1), scanRef, w.args...)
	if err != nil {
		return nil, Result{}, fmt.Errorf("list entries: %w", err)
	}
	if len(found) <= limit {
		return found, Result{}, nil
	}
	last := found[limit-1]
	return found[:limit], Result{Next: cursor{at: last.published, id: last.id}.String()}, nil
}

// maxHits bounds how many hits of the index are looked at.
const maxHits = 200

// hits finds entries by words, best first.
func (b *Bulletin) hits(tx *db.Tx, f Filter, r Reader, limit int) ([]ref, Result, error) {
	hits, err := b.index.Search(tx, f.Query, maxHits)
	if err != nil || len(hits.IDs) == 0 {
		return nil, Result{}, err
	}
	w := &where{}
	w.filter(f, r, b.clock.Now())
	w.published(f)
	w.ids(hits.IDs)
	found, err := db.AllText(tx, "SELECT e.id, e.revision, e.published_at FROM entry e WHERE "+w.sql(), scanRef, w.args...)
	if err != nil {
		return nil, Result{}, fmt.Errorf("read hits: %w", err)
	}
	if len(found) == 0 {
		// A correction is made of words in the index. Where the reader may see
		// none of the hits it would tell what stands in hidden ones.
		return nil, Result{}, nil
	}
	rank := ranks(hits.IDs)
	slices.SortFunc(found, func(a, b ref) int { return rank[a.id] - rank[b.id] })
	return found[:min(limit, len(found))], Result{Corrected: hits.Corrected}, nil
}

func ranks(ids []string) map[string]int {
	rank := make(map[string]int, len(ids))
	for i, id := range ids {
		rank[id] = i
	}
	return rank
}

// read reads whole entries in the order of ids. It checks nothing: the ids come
// from a query that did, in the same transaction.
func (b *Bulletin) read(tx *db.Tx, ids []string) ([]Entry, error) {
	found := make([]Entry, 0, len(ids))
	for chunk := range slices.Chunk(ids, 128) {
		w := &where{}
		w.ids(chunk)
		part, err := db.AllText(tx, "SELECT "+columns+" FROM entry e WHERE "+w.sql(), scanEntry, w.args...)
		if err != nil {
			return nil, fmt.Errorf("read entries: %w", err)
		}
		found = append(found, part...)
	}
	rank := ranks(ids)
	slices.SortFunc(found, func(a, b Entry) int { return rank[a.ID] - rank[b.ID] })
	return found, nil
}

// resolve turns the slug of a publisher into its id.
func (b *Bulletin) resolve(f Filter) Filter {
	if f.Publisher != "" {
		if p, ok := b.Publisher(f.Publisher); ok {
			f.Publisher = p.ID
		}
	}
	return f
}

// words narrows a query to what the index finds; found is false when that is
// nothing at all.
func (b *Bulletin) words(tx *db.Tx, w *where, query string) (found bool, err error) {
	if query == "" {
		return true, nil
	}
	hits, err := b.index.Search(tx, query, maxHits)
	if err != nil || len(hits.IDs) == 0 {
		return false, err
	}
	w.ids(hits.IDs)
	return true, nil
}

// Timed is an entry at one of its times.
type Timed struct {
	Entry
	Occurrence Occurrence
}

// longest is the span beyond which an occurrence is looked for separately, so
// that the scan of the index by start stays short.
const longest = 366 * 24 * time.Hour

// Calendar finds what takes place between from and to, in order of time. An
// occurrence counts when it touches the span; one that ends at its first
// moment does not.
func (b *Bulletin) Calendar(tx *db.Tx, f Filter, r Reader, limit int) ([]Timed, error) {
	f = b.resolve(f)
	found, err := b.calendar(tx, f, r, limit, false)
	if err != nil || f.From.IsZero() {
		return found, err
	}
	long, err := b.calendar(tx, f, r, limit, true)
	if err != nil || len(long) == 0 {
		return found, err
	}
	found = append(long, found...)
	slices.SortStableFunc(found, func(a, b Timed) int { return a.Occurrence.Start.Compare(b.Occurrence.Start) })
	return found[:min(limit, len(found))], nil
}

func (b *Bulletin) calendar(tx *db.Tx, f Filter, r Reader, limit int, long bool) ([]Timed, error) {
	w := &where{}
	early := db.Micros(f.From.Add(-longest))
	switch {
	case f.From.IsZero():
	case long:
		// The condition of the partial index entry_time_long, word by word.
		w.add("t.end_at - t.start_at > 31622400000000")
		w.add("t.end_at > " + w.arg(db.Micros(f.From)))
		w.add("t.start_at <= " + w.arg(early))
	default:
		from := w.arg(db.Micros(f.From))
		w.add("(t.end_at > " + from + " OR t.start_at >= " + from + ")")
		w.add("t.start_at > " + w.arg(early))
	}
	if !f.To.IsZero() {
		w.add("t.start_at < " + w.arg(db.Micros(f.To)))
	}
	w.filter(f, r, b.clock.Now())
	if found, err := b.words(tx, w, f.Query); err != nil || !found {
		return nil, err
	}
	w.add("e.id = t.entry_id")
	// SQLite keeps the order of a CROSS JOIN: by time, and each entry by its
	// key. Left to itself it begins with all entries of a kind or publisher.
	from := " FROM entry_time t CROSS JOIN entry e WHERE "
	if f.Query != "" {
		from = " FROM entry e, entry_time t WHERE "
	}
	query := "SELECT t.start_at, t.end_at, t.all_day, t.status, " + columns + from + w.sql() +
		" ORDER BY t.start_at, t.entry_id LIMIT " + w.arg(limit)
	found, err := db.AllText(tx, query, scanTimed, w.args...)
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	return found, nil
}

// Limits of a collision check.
const (
	maxSpans      = 120
	maxCollisions = 50
)

// Collisions finds what else takes place in the whole region during any of the
// spans, of whatever kind and publisher, so that an editor can warn before a
// date is kept. What is cancelled or not announced (the collections of waste)
// does not count, nor does the entry except, which is the one being edited. Each other entry is named once, at its first
// collision; of a long series the first 120 times are looked at.
func (b *Bulletin) Collisions(tx *db.Tx, spans []Occurrence, except string, r Reader) ([]Timed, error) {
	var out []Timed
	seen := map[string]bool{except: true}
	for _, span := range spans[:min(len(spans), maxSpans)] {
		end := span.End
		if !end.After(span.Start) {
			end = span.Start.Add(time.Minute)
		}
		found, err := b.Calendar(tx, Filter{From: span.Start, To: end, FeedOnly: true}, r, maxCollisions)
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			if seen[t.ID] || t.Status == Cancelled || t.Occurrence.Status == Cancelled {
				continue
			}
			seen[t.ID] = true
			if out = append(out, t); len(out) == maxCollisions {
				return out, nil
			}
		}
	}
	return out, nil
}

// Located finds entries with a place, newest first, for maps.
func (b *Bulletin) Located(tx *db.Tx, f Filter, r Reader, limit int) ([]Entry, error) {
	f = b.resolve(f)
	w := &where{}
	w.filter(f, r, b.clock.Now())
	w.published(f)
	w.add("e.cell > 0")
	if found, err := b.words(tx, w, f.Query); err != nil || !found {
		return nil, err
	}
	query := "SELECT " + columns + " FROM entry e WHERE " + w.sql() + " ORDER BY e.published_at DESC, e.id DESC LIMIT " + w.arg(limit)
	found, err := db.AllText(tx, query, scanEntry, w.args...)
	if err != nil {
		return nil, fmt.Errorf("read places: %w", err)
	}
	return found, nil
}

// Changes finds what was withdrawn or corrected since, for outlets that must
// tell copies elsewhere, latest change first.
func (b *Bulletin) Changes(tx *db.Tx, f Filter, r Reader, since time.Time, limit int) ([]Entry, error) {
	f = b.resolve(f)
	f.IncludeWithdrawn, f.UpdatedSince, f.Query = true, time.Time{}, ""
	w := &where{}
	at := w.arg(db.Micros(since))
	// The subquery reads the partial index entry_changed and nothing else.
	w.add("e.id IN (SELECT id FROM entry WHERE (status = 'withdrawn' OR corrected_at > 0) AND updated_at >= " + at +
		" ORDER BY updated_at DESC LIMIT 500)")
	w.add("(e.status = 'withdrawn' OR e.corrected_at >= " + at + ")")
	w.filter(f, r, b.clock.Now())
	query := "SELECT " + columns + " FROM entry e WHERE " + w.sql() + " ORDER BY e.updated_at DESC, e.id DESC LIMIT " + w.arg(limit)
	found, err := db.AllText(tx, query, scanEntry, w.args...)
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	return found, nil
}

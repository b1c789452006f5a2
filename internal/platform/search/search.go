// Package search finds documents by their words, with the same answer on both
// engines. Analysis (case, folding, German stemming) is done here in Go; the
// engine only keeps the inverted index: FTS5 on SQLite, a GIN index over
// tsvector on PostgreSQL.
//
// Put and Remove only append to a table, in the transaction of the record they
// belong to. An indexer (Run, or Flush at once) does the work afterwards.
package search

import (
	"embed"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/privacy"
)

// Migrations of the search tables.
//
//go:embed migrations
var Migrations embed.FS

// Tables declares what is stored. The index holds words of documents that
// belong to others: whoever erases a document also calls Remove.
var Tables = []privacy.Table{
	{Name: "search_pending"}, {Name: "search_document"}, {Name: "search_term"}, {Name: "search_state"},
}

// Doc is one document to be found.
type Doc struct {
	ID    string // the caller's name for it; a second Put with it replaces the first
	Title string
	Body  string
	// Weight lifts (positive) or lowers a document among equals: 10 is worth
	// as much as one word found in the title. Limited to -20…20.
	Weight int64
	// Time in UTC microseconds; newer documents come first among equals.
	Time int64
}

// Options of an index. The zero value is good.
type Options struct {
	// Hold is how long one batch may keep the writer of an embedded database;
	// 0 means 8 ms.
	Hold time.Duration
	// Gather is how long Run waits after a change for more of them before it
	// writes; 0 means 100 ms.
	Gather time.Duration
}

// Index is the searchable set of documents of one database. It is safe for
// concurrent use; several processes may each have one on the same database.
type Index struct {
	db   *db.DB
	log  *slog.Logger
	opts Options
	wake chan struct{}
	dict dictionary
}

// New makes an index. Without Run or Flush nothing that was put is found.
func New(d *db.DB, log *slog.Logger, o Options) *Index {
	if o.Hold <= 0 {
		o.Hold = 8 * time.Millisecond
	}
	if o.Gather <= 0 {
		o.Gather = 100 * time.Millisecond
	}
	if log == nil {
		log = slog.Default()
	}
	return &Index{db: d, log: log, opts: o, wake: make(chan struct{}, 1)}
}

// Bytes of a document that are indexed; the rest is left out.
const (
	maxTitle = 1 << 10
	maxBody  = 64 << 10
)

var insertPending = db.SQL(`INSERT INTO search_pending (id, title, body, weight, time, removed)
	VALUES ($1, $2, $3, $4, $5, $6)`)

// Put adds or replaces a document. It is found soon after tx is committed.
func (x *Index) Put(tx *db.Tx, doc Doc) error {
	title, body := clean(shorten(doc.Title, maxTitle)), clean(shorten(doc.Body, maxBody))
	if _, err := tx.Exec(insertPending, doc.ID, title, body, doc.Weight, doc.Time, false); err != nil {
		return fmt.Errorf("search: put %s: %w", doc.ID, err)
	}
	tx.AfterCommit(x.nudge)
	return nil
}

// Remove takes a document out; one that is not there is no error.
func (x *Index) Remove(tx *db.Tx, id string) error {
	if _, err := tx.Exec(insertPending, id, "", "", int64(0), int64(0), true); err != nil {
		return fmt.Errorf("search: remove %s: %w", id, err)
	}
	tx.AfterCommit(x.nudge)
	return nil
}

// clean takes out what PostgreSQL cannot store in a text.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, " "), "\x00", " ")
}

func (x *Index) nudge() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

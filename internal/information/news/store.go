package news

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/id"
)

// Files holds the migrations of this package.
//
//go:embed migrations/*.sql
var Files embed.FS

const columns = `id, publisher_id, state, title, common, version, note, author_id, created_at, updated_at,
	corrected_at, correction, source_id, external_id, source_name, source_url, sample`

var (
	insertNews = db.SQL(`INSERT INTO news (id, publisher_id, state, title, common, version, note, author_id, created_at,
		updated_at, corrected_at, correction, still_open, source_id, external_id, source_name, source_url, sample)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`)
	updateNews = db.SQL(`UPDATE news SET publisher_id = $2, state = $3, title = $4, common = $5, version = $6, note = $7,
		updated_at = $8, corrected_at = $9, correction = $10, still_open = $11, source_id = $12, source_name = $13, source_url = $14
		WHERE id = $1 AND version = $15`)
	selectNews  = db.SQL("SELECT " + columns + " FROM news WHERE id = $1")
	openNews    = db.SQL("SELECT " + columns + " FROM news WHERE publisher_id = $1 AND still_open = TRUE ORDER BY updated_at DESC LIMIT 200")
	discardNews = db.SQL("DELETE FROM news WHERE id = $1 AND version = $2")
)

// prepared is a record made ready to be written. Reading a text for its
// summary and its words takes longer than writing it, and all writers of an
// embedded database share one transaction, so it is done before.
type prepared struct {
	*News
	common string
	entry  *bulletin.Entry // nil for what is not published
}

func prepare(n *News) (prepared, error) {
	p := prepared{News: n}
	var err error
	if p.common, err = n.Encode(); err != nil {
		return p, fmt.Errorf("news: %w", err)
	}
	if n.State == compose.Published {
		p.entry = n.entry()
	}
	return p, nil
}

// create writes a new record, and its entry when it is published.
func (s *service) create(tx *db.Tx, n *News) error {
	p, err := prepare(n)
	if err != nil {
		return err
	}
	return s.insert(tx, p)
}

// insert is create for what was prepared.
func (s *service) insert(tx *db.Tx, n prepared) error {
	n.Version = 1
	if _, err := tx.Exec(insertNews, n.ID, n.Publisher, string(n.State), n.Title, n.common, n.Version, n.Note, n.Author,
		db.Micros(n.CreatedAt), db.Micros(n.UpdatedAt), db.Micros(n.CorrectedAt), n.Correction, n.Open(&n.Common, n.UpdatedAt),
		n.Source.ID, n.Source.ExternalID, n.Source.Name, n.Source.URL, n.Sample); err != nil {
		return fmt.Errorf("new news: %w", err)
	}
	return s.announce(tx, n)
}

// save replaces a record that still has the version n was read with; else
// somebody was faster and the fault says so. n gets the next version.
func (s *service) save(tx *db.Tx, n *News) error {
	p, err := prepare(n)
	if err != nil {
		return err
	}
	touched, err := tx.Exec(updateNews, n.ID, n.Publisher, string(n.State), n.Title, p.common, n.Version+1, n.Note,
		db.Micros(n.UpdatedAt), db.Micros(n.CorrectedAt), n.Correction, n.Open(&n.Common, n.UpdatedAt),
		n.Source.ID, n.Source.Name, n.Source.URL, n.Version)
	if err != nil {
		return fmt.Errorf("save news %s: %w", n.ID, err)
	}
	if touched == 0 {
		return compose.ErrOvertaken()
	}
	n.Version++
	return s.announce(tx, p)
}

// announce brings the entry in line with the record.
func (s *service) announce(tx *db.Tx, n prepared) error {
	switch n.State {
	case compose.Published:
		return s.Bulletin.Put(tx, n.entry)
	case compose.Withdrawn:
		reason := n.Note
		if reason == goneThere {
			reason = ""
		}
		return s.Bulletin.Withdraw(tx, n.ID, reason)
	}
	return nil
}

func discard(tx *db.Tx, n *News) error {
	touched, err := tx.Exec(discardNews, n.ID, n.Version)
	if err != nil {
		return fmt.Errorf("discard news %s: %w", n.ID, err)
	}
	if touched == 0 {
		return compose.ErrOvertaken()
	}
	return nil
}

// find reads one record; NotFound otherwise.
func find(tx *db.Tx, newsID string) (News, error) {
	if !id.Valid(newsID) {
		return News{}, fault.NotFound()
	}
	n, err := db.One(tx, selectNews, scanNews, newsID)
	if errors.Is(err, db.ErrNotFound) {
		return n, fault.NotFound()
	}
	return n, err
}

func (s *service) load(ctx context.Context, newsID string) (n News, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error { n, err = find(tx, newsID); return err })
	return n, err
}

// several reads records by id, in no order.
func several(tx *db.Tx, ids []string) (map[string]News, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	marks, args := make([]string, len(ids)), make([]any, len(ids))
	for i, one := range ids {
		marks[i], args[i] = "$"+strconv.Itoa(i+1), one
	}
	found, err := db.AllText(tx, "SELECT "+columns+" FROM news WHERE id IN ("+strings.Join(marks, ", ")+")", scanNews, args...)
	if err != nil {
		return nil, fmt.Errorf("read news: %w", err)
	}
	out := make(map[string]News, len(found))
	for _, n := range found {
		out[n.ID] = n
	}
	return out, nil
}

func scanNews(row db.Scanner) (News, error) {
	var n News
	var publisher, title, common string
	var created, updated, corrected int64
	if err := row.Scan(&n.ID, &publisher, &n.State, &title, &common, &n.Version, &n.Note, &n.Author, &created, &updated,
		&corrected, &n.Correction, &n.Source.ID, &n.Source.ExternalID, &n.Source.Name, &n.Source.URL, &n.Sample); err != nil {
		return n, err
	}
	n.CreatedAt, n.UpdatedAt, n.CorrectedAt = db.Time(created), db.Time(updated), db.Time(corrected)
	if err := n.Decode(publisher, title, common); err != nil {
		return n, fmt.Errorf("news %s: %w", n.ID, err)
	}
	return n, nil
}

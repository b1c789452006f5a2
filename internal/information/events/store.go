package events

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/id"
)

// Files holds the migrations of this package.
//
//go:embed migrations/*.sql
var Files embed.FS

const columns = `id, publisher_id, state, title, common, details, start_at, end_at, all_day, rrule, version, note,
	author_id, created_at, updated_at, corrected_at, correction, source_id, external_id, source_name, source_url, sample`

var (
	insertEvent = db.SQL(`INSERT INTO event (id, publisher_id, state, title, common, details, start_at, end_at, all_day, rrule,
		filled_to, version, note, author_id, created_at, updated_at, corrected_at, correction, still_open,
		source_id, external_id, source_name, source_url, sample)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`)
	updateEvent = db.SQL(`UPDATE event SET publisher_id = $2, state = $3, title = $4, common = $5, details = $6, start_at = $7,
		end_at = $8, all_day = $9, rrule = $10, filled_to = $11, version = $12, note = $13, updated_at = $14, corrected_at = $15,
		correction = $16, still_open = $17, source_name = $18, source_url = $19
		WHERE id = $1 AND version = $20`)
	selectEvent  = db.SQL("SELECT " + columns + " FROM event WHERE id = $1")
	openEvents   = db.SQL("SELECT " + columns + " FROM event WHERE publisher_id = $1 AND still_open = TRUE ORDER BY updated_at DESC LIMIT 200")
	dueSeries    = db.SQL("SELECT " + columns + " FROM event WHERE filled_to > 0 AND filled_to < $1 AND id > $2 ORDER BY id LIMIT 100")
	setFilled    = db.SQL("UPDATE event SET filled_to = $2 WHERE id = $1")
	discardEvent = db.SQL("DELETE FROM event WHERE id = $1 AND version = $2")
)

// create writes a new record, and its entry when it is published.
func (s *service) create(tx *db.Tx, e *Event) error {
	e.Version = 1
	return s.write(e, func(common, details string, filled int64) error {
		_, err := tx.Exec(insertEvent, e.ID, e.Publisher, string(e.State), e.Title, common, details, db.Micros(e.Start), db.Micros(e.End),
			e.AllDay, e.Rule, filled, e.Version, e.Note, e.Author, db.Micros(e.CreatedAt), db.Micros(e.UpdatedAt),
			db.Micros(e.CorrectedAt), e.Correction, e.Open(&e.Common, e.UpdatedAt),
			e.Source.ID, e.Source.ExternalID, e.Source.Name, e.Source.URL, e.Sample)
		return err
	}, tx)
}

// save replaces a record that still has the version e was read with; else
// somebody was faster and the fault says so. e gets the next version.
func (s *service) save(tx *db.Tx, e *Event) error {
	return s.write(e, func(common, details string, filled int64) error {
		touched, err := tx.Exec(updateEvent, e.ID, e.Publisher, string(e.State), e.Title, common, details, db.Micros(e.Start),
			db.Micros(e.End), e.AllDay, e.Rule, filled, e.Version+1, e.Note, db.Micros(e.UpdatedAt), db.Micros(e.CorrectedAt),
			e.Correction, e.Open(&e.Common, e.UpdatedAt), e.Source.Name, e.Source.URL, e.Version)
		if err == nil && touched == 0 {
			return compose.ErrOvertaken()
		}
		if err == nil {
			e.Version++
		}
		return err
	}, tx)
}

// write expands the series, writes the row and brings the entry in line with it.
func (s *service) write(e *Event, row func(common, details string, filled int64) error, tx *db.Tx) error {
	common, err := e.Encode()
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	details, err := json.Marshal(e.Details)
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	times, filled, err := e.times(s.Places().Location(), s.Clock.Now(), s.Bulletin.Horizon())
	if err != nil {
		return err
	}
	if e.State != compose.Published {
		filled = time.Time{} // there is no entry to keep filled
	}
	if err := row(common, string(details), db.Micros(filled)); err != nil {
		return fmt.Errorf("write event %s: %w", e.ID, err)
	}
	switch e.State {
	case compose.Published:
		return s.Bulletin.Put(tx, e.entry(times))
	case compose.Withdrawn:
		return s.Bulletin.Withdraw(tx, e.ID, e.Note)
	}
	return nil
}

func discard(tx *db.Tx, e *Event) error {
	touched, err := tx.Exec(discardEvent, e.ID, e.Version)
	if err != nil {
		return fmt.Errorf("discard event %s: %w", e.ID, err)
	}
	if touched == 0 {
		return compose.ErrOvertaken()
	}
	return nil
}

// find reads one record; NotFound otherwise.
func find(tx *db.Tx, eventID string) (Event, error) {
	if !id.Valid(eventID) {
		return Event{}, fault.NotFound()
	}
	e, err := db.One(tx, selectEvent, scanEvent, eventID)
	if errors.Is(err, db.ErrNotFound) {
		return e, fault.NotFound()
	}
	return e, err
}

func (s *service) load(ctx context.Context, eventID string) (e Event, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error { e, err = find(tx, eventID); return err })
	return e, err
}

// several reads records by id, in no order.
func several(tx *db.Tx, ids []string) (map[string]Event, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	marks, args := make([]string, len(ids)), make([]any, len(ids))
	for i, one := range ids {
		marks[i], args[i] = "$"+strconv.Itoa(i+1), one
	}
	found, err := db.AllText(tx, "SELECT "+columns+" FROM event WHERE id IN ("+strings.Join(marks, ", ")+")", scanEvent, args...)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	out := make(map[string]Event, len(found))
	for _, e := range found {
		out[e.ID] = e
	}
	return out, nil
}

func scanEvent(row db.Scanner) (Event, error) {
	var e Event
	var publisher, title, common, details string
	var start, end, created, updated, corrected int64
	var allDay bool
	var rule string
	if err := row.Scan(&e.ID, &publisher, &e.State, &title, &common, &details, &start, &end, &allDay, &rule, &e.Version, &e.Note,
		&e.Author, &created, &updated, &corrected, &e.Correction, &e.Source.ID, &e.Source.ExternalID, &e.Source.Name,
		&e.Source.URL, &e.Sample); err != nil {
		return e, err
	}
	if err := json.Unmarshal([]byte(details), &e.Details); err != nil {
		return e, fmt.Errorf("details of event %s: %w", e.ID, err)
	}
	e.Start, e.End, e.AllDay, e.Rule = db.Time(start), db.Time(end), allDay, rule
	e.CreatedAt, e.UpdatedAt, e.CorrectedAt = db.Time(created), db.Time(updated), db.Time(corrected)
	if err := e.Decode(publisher, title, common); err != nil {
		return e, fmt.Errorf("event %s: %w", e.ID, err)
	}
	return e, nil
}

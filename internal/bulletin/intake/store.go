package intake

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/id"
)

// Files holds the migrations of this package.
//
//go:embed migrations/*.sql
var Files embed.FS

const sourceColumns = `id, organisation_id, kind, format, name, address, file, options, every_seconds, state, error,
	failing_since, failures, last_run, next_run, etag, last_modified, body_hash, busy_until, created_at`

var (
	insertSource = db.SQL(`INSERT INTO intake_source (id, organisation_id, kind, format, name, address, file, options,
		every_seconds, state, error, failing_since, failures, last_run, next_run, etag, last_modified, body_hash,
		busy_until, created_at, origin, busy_run)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
		ON CONFLICT (organisation_id, kind, origin) DO NOTHING`)
	updateSource = db.SQL(`UPDATE intake_source SET name = $2, address = $3, options = $4, every_seconds = $5, state = $6,
		error = $7, failing_since = $8, failures = $9, last_run = $10, next_run = $11, etag = $12, last_modified = $13,
		body_hash = $14 WHERE id = $1`)
	removeSource  = db.SQL("UPDATE intake_source SET state = 'removed', origin = $2, next_run = 0 WHERE id = $1")
	selectSource  = db.SQL("SELECT " + sourceColumns + " FROM intake_source WHERE id = $1")
	sourcesOf     = db.SQL("SELECT " + sourceColumns + " FROM intake_source WHERE organisation_id = $1 AND state <> 'removed' ORDER BY name, id")
	addressSource = db.SQL("SELECT " + sourceColumns + " FROM intake_source WHERE organisation_id = $1 AND kind = $2 AND address = $3 AND state <> 'removed'")
	dueSources    = db.SQL(`SELECT id FROM intake_source WHERE next_run > 0 AND next_run <= $1
		AND state IN ('waiting', 'good', 'failing') ORDER BY next_run LIMIT 200`)
	claimSource   = db.SQL("UPDATE intake_source SET busy_until = $2, busy_run = $3 WHERE id = $1 AND busy_until < $4 AND state <> 'removed'")
	renewSource   = db.SQL("UPDATE intake_source SET busy_until = $2 WHERE id = $1 AND busy_run = $3")
	releaseSource = db.SQL("UPDATE intake_source SET busy_until = 0, busy_run = '' WHERE id = $1 AND busy_run = $2")
	takenOrigin   = db.SQL("SELECT COUNT(*) FROM intake_source WHERE organisation_id = $1 AND kind = $2 AND origin = $3")

	selectKnown = db.SQL(`SELECT i.external_id, i.source_id, s.name, s.state, i.record_id, i.title, i.hash, i.gone, i.start_at, i.end_at
		FROM intake_source s JOIN intake_item i ON i.source_id = s.id WHERE s.organisation_id = $1 AND s.kind = $2`)
	fileItems = db.SQL(`SELECT s.id, s.file, s.busy_until, i.external_id FROM intake_source s LEFT JOIN intake_item i ON i.source_id = s.id
		WHERE s.organisation_id = $1 AND s.kind = $2 AND s.format = $3 AND s.address = '' AND s.state <> 'removed' ORDER BY s.created_at, s.id`)
	putItem = db.SQL(`INSERT INTO intake_item (source_id, external_id, record_id, title, hash, gone, start_at, end_at, seen_run)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (source_id, external_id) DO UPDATE SET
		record_id = excluded.record_id, title = excluded.title, hash = excluded.hash, gone = excluded.gone,
		start_at = excluded.start_at, end_at = excluded.end_at, seen_run = excluded.seen_run`)
	dropItem   = db.SQL("DELETE FROM intake_item WHERE source_id = $1 AND external_id = $2")
	itemsOf    = db.SQL("SELECT external_id, record_id, title FROM intake_item WHERE source_id = $1 AND gone = FALSE ORDER BY external_id")
	countItems = db.SQL("SELECT COUNT(*) FROM intake_item WHERE source_id = $1 AND gone = FALSE")

	insertRun = db.SQL(`INSERT INTO intake_run (id, source_id, organisation_id, state, by_account, started_at, ended_at, total, done, report)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET source_id = excluded.source_id,
		state = excluded.state, ended_at = excluded.ended_at, total = excluded.total, done = excluded.done, report = excluded.report`)
	progressRun = db.SQL("UPDATE intake_run SET done = $2 WHERE id = $1")
	selectRun   = db.SQL("SELECT id, source_id, organisation_id, state, by_account, started_at, ended_at, total, done, report FROM intake_run WHERE id = $1")
	runsOf      = db.SQL(`SELECT id, source_id, organisation_id, state, by_account, started_at, ended_at, total, done, report
		FROM intake_run WHERE source_id = $1 ORDER BY started_at DESC, id DESC LIMIT 30`)
	oldRuns = db.SQL("DELETE FROM intake_run WHERE started_at < $1")

	insertDraft = db.SQL(`INSERT INTO intake_draft (id, organisation_id, by_account, source, body, etag, last_modified, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	updateDraft = db.SQL("UPDATE intake_draft SET source = $2 WHERE id = $1")
	selectDraft = db.SQL("SELECT id, organisation_id, by_account, source, body, etag, last_modified FROM intake_draft WHERE id = $1")
	dropDraft   = db.SQL("DELETE FROM intake_draft WHERE id = $1")
	oldDrafts   = db.SQL("DELETE FROM intake_draft WHERE created_at < $1")
)

// addSource writes a new source that is busy with a run.
func addSource(tx *db.Tx, s *Source, origin, run string) (added bool, err error) {
	options, err := json.Marshal(s.Options)
	if err != nil {
		return false, err
	}
	why, err := s.whyJSON()
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(insertSource, s.ID, s.Organisation, s.Kind, string(s.Format), s.Name, s.Address, s.File, string(options),
		int64(s.Every/time.Second), string(s.State), why, db.Micros(s.FailingSince), s.failures, db.Micros(s.LastRun),
		db.Micros(s.NextRun), s.ETag, s.LastModified, s.bodyHash, db.Micros(s.busyUntil), db.Micros(s.CreatedAt), origin, run)
	return n > 0, err
}

// saveSource writes everything of a source that can change.
func saveSource(tx *db.Tx, s *Source) error {
	options, err := json.Marshal(s.Options)
	if err != nil {
		return err
	}
	why, err := s.whyJSON()
	if err != nil {
		return err
	}
	_, err = tx.Exec(updateSource, s.ID, s.Name, s.Address, string(options), int64(s.Every/time.Second), string(s.State),
		why, db.Micros(s.FailingSince), s.failures, db.Micros(s.LastRun), db.Micros(s.NextRun), s.ETag, s.LastModified, s.bodyHash)
	return err
}

func scanSource(row db.Scanner) (Source, error) {
	var s Source
	var options, why string
	var every, failing, failures, last, next, busy, created int64
	if err := row.Scan(&s.ID, &s.Organisation, &s.Kind, &s.Format, &s.Name, &s.Address, &s.File, &options, &every, &s.State,
		&why, &failing, &failures, &last, &next, &s.ETag, &s.LastModified, &s.bodyHash, &busy, &created); err != nil {
		return s, err
	}
	s.Every, s.failures = time.Duration(every)*time.Second, int(failures)
	s.FailingSince, s.LastRun, s.NextRun = db.Time(failing), db.Time(last), db.Time(next)
	s.busyUntil, s.CreatedAt = db.Time(busy), db.Time(created)
	if err := json.Unmarshal([]byte(options), &s.Options); err != nil {
		return s, fmt.Errorf("source %s: %w", s.ID, err)
	}
	if why != "" {
		if err := json.Unmarshal([]byte(why), &s.Why); err != nil {
			return s, fmt.Errorf("source %s: %w", s.ID, err)
		}
	}
	return s, nil
}

func (s *Source) whyJSON() (string, error) {
	if s.Why == nil {
		return "", nil
	}
	raw, err := json.Marshal(s.Why)
	return string(raw), err
}

// findSource reads a source of an organisation; an empty one means any.
func findSource(tx *db.Tx, sourceID, org string) (Source, error) {
	if !id.Valid(sourceID) {
		return Source{}, fault.NotFound()
	}
	s, err := db.One(tx, selectSource, scanSource, sourceID)
	if errors.Is(err, db.ErrNotFound) || err == nil && (s.State == Removed || org != "" && s.Organisation != org) {
		return Source{}, fault.NotFound()
	}
	return s, err
}

func putRun(tx *db.Tx, r *Run) error {
	report, err := json.Marshal(r.Report)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertRun, r.ID, r.Source, r.Organisation, string(r.State), r.By, db.Micros(r.Started), db.Micros(r.Ended),
		r.Total, r.Done, string(report))
	return err
}

func scanRun(row db.Scanner) (Run, error) {
	var r Run
	var report string
	var started, ended int64
	if err := row.Scan(&r.ID, &r.Source, &r.Organisation, &r.State, &r.By, &started, &ended, &r.Total, &r.Done, &report); err != nil {
		return r, err
	}
	r.Started, r.Ended = db.Time(started), db.Time(ended)
	if err := json.Unmarshal([]byte(report), &r.Report); err != nil {
		return r, fmt.Errorf("run %s: %w", r.ID, err)
	}
	return r, nil
}

// findRun reads a run of an organisation; an empty one means any.
func findRun(tx *db.Tx, runID, org string) (Run, error) {
	if !id.Valid(runID) {
		return Run{}, fault.NotFound()
	}
	r, err := db.One(tx, selectRun, scanRun, runID)
	if errors.Is(err, db.ErrNotFound) || err == nil && org != "" && r.Organisation != org {
		return Run{}, fault.NotFound()
	}
	return r, err
}

// keepItem remembers an item as it was written.
func keepItem(tx *db.Tx, source, run string, s step, gone bool) error {
	_, err := tx.Exec(putItem, source, s.item.ExternalID, s.record, cut(s.item.Title, 200), s.hash, gone,
		db.Micros(s.item.Start), db.Micros(s.item.End), run)
	return err
}

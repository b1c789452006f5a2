// Package jobs does later what a request must not wait for. A job is queued in
// the same transaction as the record that causes it, so either both are there
// or neither is. It runs at least once: a handler must bear being repeated.
package jobs

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/id"
)

// Migrations of the job table.
//
//go:embed migrations
var Migrations embed.FS

// Handler works on one job. An error brings it back later, up to MaxAttempts.
type Handler func(ctx context.Context, payload []byte) error

// Periodic is a job that comes again.
type Periodic struct {
	Kind  string
	Every time.Duration
}

// MaxAttempts is how often a job is tried before it is set aside as failed.
const MaxAttempts = 8

// claimFor is how long a worker may hold a job; after a crash another worker
// takes it when this has passed.
const claimFor = 10 * time.Minute

// Options say when and how a job runs; the zero value is at once.
type Options struct {
	At time.Time
	// Unique makes a second job with the same key replace the time of the
	// first instead of adding one.
	Unique string
}

var (
	insertJob = db.SQL(`INSERT INTO job (id, kind, unique_key, payload, run_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (kind, unique_key) DO UPDATE SET payload = excluded.payload, run_at = excluded.run_at,
		attempts = 0, failed = FALSE, error = ''`)
	claimJob = db.SQL(`UPDATE job SET claimed_until = $1, attempts = attempts + 1 WHERE id =
		(SELECT id FROM job WHERE failed = FALSE AND run_at <= $2 AND claimed_until < $2 ORDER BY run_at LIMIT 1)
		RETURNING id, kind, payload, attempts, run_at`)
	finishJob = db.SQL("DELETE FROM job WHERE id = $1 AND run_at = $2")
	unclaim   = db.SQL("UPDATE job SET claimed_until = 0 WHERE id = $1")
	retryJob  = db.SQL("UPDATE job SET claimed_until = 0, run_at = $1, error = $2, failed = $3 WHERE id = $4")
	countJobs = db.SQL("SELECT COUNT(*) FROM job WHERE failed = $1")
	nextRun   = db.SQL("SELECT MIN(run_at) FROM job WHERE failed = FALSE")
	hasJob    = db.SQL("SELECT COUNT(*) FROM job WHERE kind = $1 AND unique_key = $2")
)

// Queue puts jobs into the database and works on them.
type Queue struct {
	db       *db.DB
	clock    clock.Clock
	ids      id.Source
	log      *slog.Logger
	handlers map[string]Handler
	periodic []Periodic
	wake     chan struct{}
}

// New makes a queue. Handle and Every must be called before Run.
func New(d *db.DB, c clock.Clock, ids id.Source, log *slog.Logger) *Queue {
	return &Queue{db: d, clock: c, ids: ids, log: log, handlers: map[string]Handler{}, wake: make(chan struct{}, 1)}
}

// Handle names who works on a kind of job.
func (q *Queue) Handle(kind string, h Handler) { q.handlers[kind] = h }

// Every lets a job come again by itself.
func (q *Queue) Every(p Periodic) { q.periodic = append(q.periodic, p) }

// Add queues a job within tx. The payload is stored as JSON.
func (q *Queue) Add(tx *db.Tx, kind string, payload any, o Options) error {
	data, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("job %s: %w", kind, err)
	}
	at := o.At
	if at.IsZero() {
		at = q.clock.Now()
	}
	key := o.Unique
	newID := q.ids.New()
	if key == "" {
		key = newID
	}
	if _, err := tx.Exec(insertJob, newID, kind, key, string(data), db.Micros(at)); err != nil {
		return fmt.Errorf("queue job %s: %w", kind, err)
	}
	tx.AfterCommit(q.nudge)
	return nil
}

func (q *Queue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Run works on jobs with the given number of workers until ctx ends; then it
// finishes what it has begun.
func (q *Queue) Run(ctx context.Context, workers int) error {
	if err := q.schedule(ctx); err != nil {
		return err
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { q.work(ctx) })
	}
	wg.Wait()
	return nil
}

// schedule makes sure that each periodic job is waiting.
func (q *Queue) schedule(ctx context.Context) error {
	return q.db.Update(ctx, func(tx *db.Tx) error {
		for _, p := range q.periodic {
			var n int
			if err := tx.QueryRow(hasJob, p.Kind, "periodic").Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				continue
			}
			if err := q.Add(tx, p.Kind, nil, Options{Unique: "periodic"}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (q *Queue) work(ctx context.Context) {
	for ctx.Err() == nil {
		worked, err := q.Step(ctx)
		if err != nil && ctx.Err() == nil {
			q.log.Error("jobs", "error", err)
		}
		if worked && err == nil {
			continue
		}
		timer := time.NewTimer(q.idle(ctx))
		select {
		case <-ctx.Done():
		case <-q.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// idle is how long nothing is due: at most five seconds, since another node
// may queue a job without waking this one.
func (q *Queue) idle(ctx context.Context) time.Duration {
	const longest = 5 * time.Second
	var next *int64
	err := q.db.View(ctx, func(tx *db.Tx) error { return tx.QueryRow(nextRun).Scan(&next) })
	if err != nil || next == nil {
		return longest
	}
	return max(50*time.Millisecond, min(longest, db.Time(*next).Sub(q.clock.Now())))
}

type claimed struct {
	id, kind, payload string
	attempts          int
	runAt             int64
}

// Step works on one due job and reports whether there was one.
func (q *Queue) Step(ctx context.Context) (bool, error) {
	job, err := q.claim(ctx)
	if err != nil || job == nil {
		return false, err
	}
	handler, known := q.handlers[job.kind]
	if !known {
		return true, q.retry(ctx, job, errors.New("nobody works on this kind of job"))
	}
	if err := q.call(ctx, handler, job); err != nil {
		if ctx.Err() != nil {
			return true, q.db.Update(context.WithoutCancel(ctx), func(tx *db.Tx) error {
				_, err := tx.Exec(unclaim, job.id)
				return err
			})
		}
		q.log.Warn("job failed", "kind", job.kind, "attempt", job.attempts, "error", err)
		return true, q.retry(ctx, job, err)
	}
	return true, q.finish(ctx, job)
}

func (q *Queue) call(ctx context.Context, h Handler, job *claimed) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return h(ctx, []byte(job.payload))
}

func (q *Queue) claim(ctx context.Context) (*claimed, error) {
	now := q.clock.Now()
	var due *int64
	if err := q.db.View(ctx, func(tx *db.Tx) error { return tx.QueryRow(nextRun).Scan(&due) }); err != nil {
		return nil, err
	}
	if due == nil || *due > db.Micros(now) {
		return nil, nil
	}
	var job *claimed
	err := q.db.Update(ctx, func(tx *db.Tx) error {
		job = nil
		var c claimed
		err := tx.QueryRow(claimJob, db.Micros(now.Add(claimFor)), db.Micros(now)).
			Scan(&c.id, &c.kind, &c.payload, &c.attempts, &c.runAt)
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		job = &c
		return err
	})
	return job, err
}

func (q *Queue) finish(ctx context.Context, job *claimed) error {
	return q.db.Update(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		n, err := tx.Exec(finishJob, job.id, job.runAt)
		if err != nil {
			return err
		}
		if n == 0 { // queued anew while it ran
			_, err = tx.Exec(unclaim, job.id)
			return err
		}
		for _, p := range q.periodic {
			if p.Kind == job.kind {
				return q.Add(tx, p.Kind, nil, Options{Unique: "periodic", At: q.clock.Now().Add(p.Every)})
			}
		}
		return nil
	})
}

// retry waits twice as long each time, from 15 seconds on, with some chance so
// that many failed jobs do not come back at once.
func (q *Queue) retry(ctx context.Context, job *claimed, cause error) error {
	wait := 15 * time.Second << min(job.attempts-1, 10)
	wait += rand.N(wait / 4)
	failed := job.attempts >= MaxAttempts
	for _, p := range q.periodic {
		if p.Kind == job.kind {
			failed = false // it will be needed again in any case
		}
	}
	return q.db.Update(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		_, err := tx.Exec(retryJob, db.Micros(q.clock.Now().Add(wait)), cause.Error(), failed, job.id)
		return err
	})
}

// Drain works on everything that is due now; for tests and for commands that
// must not leave work behind.
func (q *Queue) Drain(ctx context.Context) error {
	for {
		worked, err := q.Step(ctx)
		if err != nil || !worked {
			return err
		}
	}
}

// Depth counts waiting and failed jobs, for readiness and metrics.
func (q *Queue) Depth(ctx context.Context) (waiting, failed int, err error) {
	err = q.db.View(ctx, func(tx *db.Tx) error {
		if err := tx.QueryRow(countJobs, false).Scan(&waiting); err != nil {
			return err
		}
		return tx.QueryRow(countJobs, true).Scan(&failed)
	})
	return waiting, failed, err
}

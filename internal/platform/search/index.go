package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"dorflinde/internal/platform/db"
)

const (
	firstBudget = 3000  // terms of the first batch
	leastBudget = 300   // never fewer, or the commit costs more than the work
	mostBudget  = 40000 // never more, whatever the machine
	mostDocs    = 2000  // rows read at once
	idlePoll    = 2 * time.Second
	busyPoll    = 20 * time.Millisecond
	// rest is how much longer than a batch Run leaves the writer to others.
	rest = 3
)

// errBusy says that another process is indexing right now.
var errBusy = errors.New("search: another process is indexing")

// Run indexes what was put, until ctx ends. Several processes may run it on
// one database: each document is taken by one of them.
func (x *Index) Run(ctx context.Context) error {
	ix := newIndexer(x, x.opts.Hold)
	wait := time.Duration(0)
	for ctx.Err() == nil {
		if !pause(ctx, wait) {
			break
		}
		if !x.letPass(ctx) {
			break
		}
		n, took, err := ix.step(ctx)
		switch {
		case err != nil && !errors.Is(err, errBusy):
			if ctx.Err() == nil {
				x.log.Error("search: indexing", "error", err)
			}
			wait = idlePoll
		case err != nil:
			wait = busyPoll
		case n > 0:
			ix.untidy = true
			wait = rest * took
		case ix.untidy:
			if took, err = ix.tidy(ctx); err != nil && ctx.Err() == nil {
				x.log.Error("search: tidy up", "error", err)
			}
			wait = rest * took
		default:
			if x.await(ctx, idlePoll) {
				wait = x.opts.Gather
			} else {
				wait = 0 // look for documents put by another process
			}
		}
	}
	return nil
}

// longestDelay is how long a crowd of writers may keep new documents out of
// the index; passPoll is how often it is looked for.
const (
	longestDelay = 15 * time.Second
	passPoll     = 25 * time.Millisecond
)

// letPass waits while many write, because a document that is found some
// seconds later harms nobody and a write that waits does. False: ctx ended.
func (x *Index) letPass(ctx context.Context) bool {
	for end := time.Now().Add(longestDelay); x.db.Crowded() && time.Now().Before(end); {
		if !pause(ctx, passPoll) {
			return false
		}
	}
	return true
}

// flushHold is how many times longer than Run a batch of Flush may hold the
// writer: larger batches cost less in all.
const flushHold = 8

// Flush indexes everything that was put before it was called, at once. It is
// for imports and tests.
func (x *Index) Flush(ctx context.Context) error {
	ix := newIndexer(x, flushHold*x.opts.Hold)
	for {
		n, _, err := ix.step(ctx)
		if errors.Is(err, errBusy) {
			if !pause(ctx, busyPoll) {
				return ctx.Err()
			}
			continue
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return ix.tidyAll(ctx)
		}
		ix.untidy = true
	}
}

// await returns true when something was put, false after the time or the end.
func (x *Index) await(ctx context.Context, longest time.Duration) bool {
	timer := time.NewTimer(longest)
	defer timer.Stop()
	select {
	case <-x.wake:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// indexer is what one loop keeps between its batches.
type indexer struct {
	x      *Index
	words  *analyzer
	hold   time.Duration
	budget int  // terms of the next batch
	read   int  // rows to read for it
	untidy bool // something was written since the index was last in order
}

func newIndexer(x *Index, hold time.Duration) *indexer {
	return &indexer{x: x, words: newAnalyzer(), hold: hold, budget: firstBudget, read: 200}
}

// step moves one batch into the index and returns how many rows were taken
// from the queue and how long the writer was held. Reading and analysing
// happen before the writer is taken.
func (ix *indexer) step(ctx context.Context) (n int, took time.Duration, err error) {
	var waiting []pending
	err = ix.x.db.View(ctx, func(tx *db.Tx) error {
		waiting, err = db.All(tx, selectPending, scanPending, ix.read)
		return err
	})
	if err != nil || len(waiting) == 0 {
		return 0, 0, err
	}
	spelling := map[string]string{}
	terms := 0
	for i := range waiting {
		terms += ix.words.analyze(&waiting[i], spelling)
		if terms >= ix.budget {
			waiting = waiting[:i+1]
			break
		}
	}
	err = ix.x.db.Update(ctx, func(tx *db.Tx) error {
		start := time.Now()
		defer func() { took = time.Since(start) }()
		return write(tx, waiting, spelling)
	})
	if err != nil {
		return 0, took, err
	}
	ix.adapt(terms, len(waiting), took)
	return len(waiting), took, nil
}

func scanPending(s db.Scanner) (p pending, err error) {
	err = s.Scan(&p.seq, &p.id, &p.title, &p.body, &p.weight, &p.time, &p.removed)
	return p, err
}

// adapt sizes the next batch so that it holds the writer as long as it may.
func (ix *indexer) adapt(terms, docs int, took time.Duration) {
	if terms < ix.budget/2 {
		return // too small to tell
	}
	want := float64(ix.budget) * float64(ix.hold) / float64(max(took, 100*time.Microsecond))
	ix.budget = min(max(int(want), ix.budget/2, leastBudget), 2*ix.budget, mostBudget)
	ix.read = min(max(2*docs*ix.budget/max(terms, 1), 50), mostDocs)
}

// write puts a batch into the index. It writes nothing when the rows are no
// longer what they were when they were read: somebody else indexed them, or
// an earlier row came to light, and the next step reads again.
func write(tx *db.Tx, waiting []pending, spelling map[string]string) error {
	if err := lock(tx); err != nil {
		return err
	}
	upTo := waiting[len(waiting)-1].seq
	seqs, err := db.All(tx, selectSeqs, func(s db.Scanner) (n int64, err error) { err = s.Scan(&n); return n, err }, upTo)
	if err != nil {
		return fmt.Errorf("search: read the queue: %w", err)
	}
	same := slices.EqualFunc(seqs, waiting, func(n int64, p pending) bool { return n == p.seq })
	if !same {
		return nil
	}
	b := &batch{tx: tx, days: map[int64]int64{}, counts: map[string]int64{}, docs: latest(waiting)}
	if err := b.apply(spelling); err != nil {
		return fmt.Errorf("search: index: %w", err)
	}
	if _, err := tx.Exec(deleteSeqs, upTo); err != nil {
		return fmt.Errorf("search: shorten the queue: %w", err)
	}
	return nil
}

// latest keeps the last state of each document, in the place of its first.
func latest(waiting []pending) []*pending {
	place := make(map[string]int, len(waiting))
	var out []*pending
	for i := range waiting {
		p := &waiting[i]
		if at, again := place[p.id]; again {
			out[at] = p
			continue
		}
		place[p.id] = len(out)
		out = append(out, p)
	}
	return out
}

// lock lets one process index at a time where several can write. On SQLite the
// transaction itself does it.
func lock(tx *db.Tx) error {
	if tx.Engine() != db.Postgres {
		return nil
	}
	rows, err := tx.QueryText("SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.search'))")
	if err != nil {
		return fmt.Errorf("search: lock: %w", err)
	}
	defer rows.Close()
	free := false
	for rows.Next() {
		if err := rows.Scan(&free); err != nil {
			return fmt.Errorf("search: lock: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("search: lock: %w", err)
	}
	if !free {
		return errBusy
	}
	return nil
}

// insert writes the rows in the order of their keys, as the index likes it.
func (b *batch) insert(docs []document) error {
	slices.SortFunc(docs, func(x, y document) int { return cmp.Compare(x.key, y.key) })
	args := make([]any, 0, len(docs)*insertDoc.columns)
	for _, d := range docs {
		args = append(args, d.key, d.time, d.weight, d.id, d.title, d.body)
	}
	if err := insertDoc.exec(b.tx, args); err != nil {
		return fmt.Errorf("write documents: %w", err)
	}
	return nil
}

// count brings the dictionary up to date.
func (b *batch) count(spelling map[string]string) error {
	slices.Sort(b.order)
	var next, purged int64
	if err := b.tx.QueryRow(selectState).Scan(&next, &purged); err != nil {
		return fmt.Errorf("state of the dictionary: %w", err)
	}
	args := make([]any, 0, len(b.order)*countTerm.columns)
	var fewer []string
	for i, term := range b.order {
		n := b.counts[term]
		if n < 0 {
			fewer = append(fewer, term)
		}
		if n != 0 {
			args = append(args, term, n, next+int64(i), spelling[term])
		}
	}
	if err := countTerm.exec(b.tx, args); err != nil {
		return fmt.Errorf("count terms: %w", err)
	}
	gone := int64(0)
	for _, term := range fewer {
		n, err := b.tx.Exec(deleteTerm, term)
		if err != nil {
			return fmt.Errorf("drop term: %w", err)
		}
		gone += n
	}
	if _, err := b.tx.Exec(updateState, int64(len(b.order)), gone); err != nil {
		return fmt.Errorf("state of the dictionary: %w", err)
	}
	return nil
}

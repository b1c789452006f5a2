package intake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/fetch"
)

// How many items are written in one transaction: enough to be fast, few enough
// that nobody who writes meanwhile waits for long.
const (
	batchSize = 200
	// slowBatch is used where pictures are fetched before each transaction.
	slowBatch = 10
)

// errLost says that another run took over, since this one was silent for too long.
var errLost = errors.New("intake: the source was taken over by another run")

// badItem is a step that a target refused.
type badItem struct {
	index int
	why   error
}

func (b *badItem) Error() string { return fmt.Sprintf("item %d: %v", b.index, b.why) }

func (b *badItem) Unwrap() error { return b.why }

// apply writes the plan, batch by batch. What was written stays when a later
// batch fails; the next run goes on from there.
func (w *work) apply(ctx context.Context, p *plan) error {
	size := batchSize
	preparer, slow := w.target.(Preparer)
	if slow {
		size = slowBatch
	}
	if err := w.announce(ctx); err != nil {
		return err
	}
	for begin := 0; begin < len(p.steps); begin += size {
		batch := p.steps[begin:min(begin+size, len(p.steps))]
		if slow {
			var err error
			if batch, err = w.prepare(ctx, preparer, batch); err != nil {
				return err
			}
		}
		if err := w.write(ctx, batch); err != nil {
			return err
		}
		if w.progress != nil {
			w.progress(w.run.Done, w.run.Total)
		}
	}
	return nil
}

// announce stores how much there is to do, for those who watch.
func (w *work) announce(ctx context.Context) error {
	return w.DB.Update(ctx, func(tx *db.Tx) error { return putRun(tx, &w.run) })
}

// prepare lets the target do what is slow; refused items are skipped.
func (w *work) prepare(ctx context.Context, t Preparer, batch []step) ([]step, error) {
	ready := make([]step, 0, len(batch))
	for _, s := range batch {
		if s.action == Create || s.action == Update {
			if err := t.Prepare(ctx, w.source, &s.item); err != nil {
				if ctx.Err() != nil || len(fault.All(err)) == 0 {
					return nil, err
				}
				w.refuse(s, err)
				continue
			}
		}
		ready = append(ready, s)
	}
	return ready, nil
}

// refuse moves a step from what is done to what is skipped.
func (w *work) refuse(s step, why error) {
	r := &w.run.Report
	switch s.action {
	case Create:
		r.Created--
	case Update:
		r.Updated--
	case Withdraw:
		r.Withdrawn--
	case Keep:
		r.Unchanged--
	}
	w.run.Total = r.changes()
	all := fault.All(why)
	r.skip(Skip{Line: s.item.Line, Title: s.item.Title, Why: all[0]})
}

// write writes one batch, without the items that the target refuses.
func (w *work) write(ctx context.Context, batch []step) error {
	for len(batch) > 0 {
		left, done := 0, 0
		err := w.DB.Update(ctx, func(tx *db.Tx) error {
			left, done = 0, 0
			return w.writeAll(tx, batch, &left, &done)
		})
		bad, refused := errors.AsType[*badItem](err)
		if refused && len(fault.All(bad.why)) > 0 {
			w.refuse(batch[bad.index], bad.why)
			batch = append(append([]step(nil), batch[:bad.index]...), batch[bad.index+1:]...)
			continue
		}
		if err != nil {
			return err
		}
		w.run.Done += done
		w.run.Report.Updated -= left
		w.run.Report.Unchanged += left
		return nil
	}
	return nil
}

func (w *work) writeAll(tx *db.Tx, batch []step, left, done *int) error {
	mine, err := tx.Exec(renewSource, w.source.ID, db.Micros(w.Clock.Now().Add(busyFor)), w.run.ID)
	if err != nil {
		return err
	}
	if mine == 0 {
		return errLost
	}
	for i, s := range batch {
		err := w.writeOne(tx, s)
		switch {
		case errors.Is(err, ErrLeft):
			*left++
		case err != nil:
			return &badItem{index: i, why: err}
		}
		if s.action != Keep {
			*done++
		}
	}
	_, err = tx.Exec(progressRun, w.run.ID, w.run.Done+*done)
	return err
}

// writeOne writes a record and remembers the item.
func (w *work) writeOne(tx *db.Tx, s step) (err error) {
	var left error
	switch s.action {
	case Create:
		s.record, err = w.target.Create(tx, w.source, s.item)
	case Update:
		if err = w.target.Update(tx, w.source, s.record, s.item); errors.Is(err, ErrLeft) {
			left, err = err, nil
		}
	case Withdraw:
		err = w.target.Withdraw(tx, w.source, s.record)
	}
	if err != nil {
		return err
	}
	if s.from != "" {
		if _, err := tx.Exec(dropItem, s.from, s.item.ExternalID); err != nil {
			return err
		}
	}
	if err := keepItem(tx, w.source.ID, w.run.ID, s, s.action == Withdraw); err != nil {
		return err
	}
	return left
}

// finish ends a run that did all of it.
func (w *work) finish(ctx context.Context) (*Run, error) {
	w.run.State = Done
	return w.end(ctx, func(s *Source, now time.Time) {
		s.State, s.Why, s.FailingSince, s.failures, s.NextRun = Good, nil, time.Time{}, 0, s.next(now)
	})
}

// same ends a run that found its source unchanged.
func (w *work) same(ctx context.Context) (*Run, error) {
	err := w.DB.View(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(countItems, w.source.ID).Scan(&w.run.Report.Unchanged)
	})
	if err != nil {
		return w.fail(ctx, err)
	}
	w.run.Report.Found = w.run.Report.Unchanged
	w.run.Report.Format, w.run.Report.Kind, w.run.Report.Name = w.source.Format, w.source.Kind, w.source.Name
	return w.finish(ctx)
}

// stop ends a run before its first write and asks the editors.
func (w *work) stop(ctx context.Context, why *fault.Fault) (*Run, error) {
	w.run.State, w.run.Total, w.run.Report.Why = Stopped, 0, reasonOf(why)
	if w.source.Address == "" {
		return w.end(ctx, nil) // whoever handed the file in reads the answer
	}
	return w.end(ctx, func(s *Source, now time.Time) {
		s.State, s.Why, s.NextRun = Asking, reasonOf(why), time.Time{}
		s.ETag, s.LastModified, s.bodyHash = "", "", ""
	})
}

// fail ends a run that could not be done, and says when to try again.
func (w *work) fail(ctx context.Context, cause error) (*Run, error) {
	if ctx.Err() != nil || errors.Is(cause, errLost) {
		return nil, errors.Join(cause, w.letGo(ctx))
	}
	w.run.State, w.run.Report.Why = Failed, reasonOf(cause)
	run, err := w.end(ctx, func(s *Source, now time.Time) {
		s.failures++
		s.State, s.Why, s.NextRun = Failing, w.run.Report.Why, now.Add(backoff(*s, cause))
		s.ETag, s.LastModified, s.bodyHash = "", "", ""
		if s.FailingSince.IsZero() {
			s.FailingSince = now
		}
		if s.Every == 0 {
			s.NextRun = time.Time{}
		} else if now.Sub(s.FailingSince) >= PauseAfter {
			s.State, s.NextRun = Paused, time.Time{}
		} else if last := s.FailingSince.Add(PauseAfter); s.NextRun.After(last) {
			s.NextRun = last
		}
	})
	if err == nil && len(fault.All(cause)) == 0 {
		err = cause // not the source's fault: the log must hear of it
	}
	return run, err
}

// letGo gives a source back without a word, for a run that was cut off.
func (w *work) letGo(ctx context.Context) error {
	w.run.State, w.run.Ended, w.run.Report.Why = Failed, w.Clock.Now(), &Reason{Key: "intake.cut_off"}
	return w.DB.Update(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		if _, err := tx.Exec(releaseSource, w.source.ID, w.run.ID); err != nil {
			return err
		}
		return putRun(tx, &w.run)
	})
}

// end stores the outcome and gives the source back.
func (w *work) end(ctx context.Context, change func(*Source, time.Time)) (*Run, error) {
	now := w.Clock.Now()
	w.run.Ended = now
	before := w.source.State
	w.source.LastRun = now
	if change != nil {
		change(&w.source, now)
	}
	err := w.DB.Update(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		mine, err := tx.Exec(releaseSource, w.source.ID, w.run.ID)
		if err != nil {
			return err
		}
		if mine == 0 {
			return errLost
		}
		if err := saveSource(tx, &w.source); err != nil {
			return err
		}
		if w.source.State == Paused && before != Paused || w.source.State == Asking && before != Asking {
			if err := w.tellEditors(ctx, tx, w.source); err != nil {
				return err
			}
		}
		return putRun(tx, &w.run)
	})
	if err != nil {
		return nil, fmt.Errorf("end of run %s: %w", w.run.ID, err)
	}
	return &w.run, nil
}

// next is when a source is due again; never for one without a schedule.
func (s *Source) next(now time.Time) time.Time {
	if s.Every == 0 || s.Address == "" {
		return time.Time{}
	}
	return now.Add(max(MinEvery, min(MaxEvery, s.Every)))
}

// backoff is how long a failing source is left in peace: twice as long each
// time, from a quarter of an hour to a day; longer if its server asks for it.
func backoff(s Source, cause error) time.Duration {
	wait := 15 * time.Minute << min(s.failures-1, 7)
	e, fetched := errors.AsType[*fetch.Error](cause)
	if !fetched || !e.Temporary() {
		wait = max(wait, s.Every) // somebody has to mend it first
	}
	wait = min(wait, 24*time.Hour)
	if fetched && e.RetryAfter != "" {
		if asked, err := time.ParseDuration(e.RetryAfter + "s"); err == nil {
			wait = max(wait, min(asked, MaxEvery))
		}
	}
	return wait
}

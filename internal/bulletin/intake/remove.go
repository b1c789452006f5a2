package intake

import (
	"context"
	"errors"
	"fmt"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

// Remove ends a source. What came from it stays, or is withdrawn. What stays
// is remembered: if the same source is added again, its items are found and
// not written twice.
func (e *Engine) Remove(ctx context.Context, org, sourceID string, withdraw bool) error {
	var s Source
	err := e.DB.View(ctx, func(tx *db.Tx) (err error) { s, err = findSource(tx, sourceID, org); return err })
	if err != nil {
		return err
	}
	w := &work{Engine: e, source: s}
	w.run = Run{ID: e.IDs.New(), Organisation: org, State: Running, Started: e.Clock.Now()}
	w.target, _ = e.target(s.Kind)
	if withdraw && w.target == nil {
		return fault.Conflict("intake.nobody", "format", string(s.Format))
	}
	if err := w.begin(ctx); err != nil {
		return err
	}
	if withdraw {
		if err := w.withdrawAll(ctx); err != nil {
			return errors.Join(err, w.letGo(ctx))
		}
	}
	w.run.State, w.run.Ended = Done, e.Clock.Now()
	return e.DB.Update(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(releaseSource, s.ID, w.run.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(removeSource, s.ID, "removed:"+s.ID); err != nil {
			return fmt.Errorf("remove source: %w", err)
		}
		return putRun(tx, &w.run)
	})
}

// withdrawAll takes back everything that came from the source, in batches.
func (w *work) withdrawAll(ctx context.Context) error {
	var steps []step
	err := w.DB.View(ctx, func(tx *db.Tx) (err error) {
		steps, err = db.All(tx, itemsOf, func(row db.Scanner) (step, error) {
			s := step{action: Withdraw}
			err := row.Scan(&s.item.ExternalID, &s.record, &s.item.Title)
			return s, err
		}, w.source.ID)
		return err
	})
	if err != nil {
		return err
	}
	w.run.Report.Withdrawn, w.run.Total = len(steps), len(steps)
	w.run.Report.Kind, w.run.Report.Format, w.run.Report.Name = w.source.Kind, w.source.Format, w.source.Name
	return w.apply(ctx, &plan{steps: steps, report: w.run.Report})
}

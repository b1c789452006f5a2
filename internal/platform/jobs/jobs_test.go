package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/jobs"
)

var migrations = db.Migrations{Name: "jobs", Files: jobs.Migrations}

func newQueue(d *db.DB) (*jobs.Queue, *clock.Manual) {
	c := clock.At(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))
	return jobs.New(d, c, id.NewV7(c.Now), slog.New(slog.NewTextHandler(io.Discard, nil))), c
}

func add(t *testing.T, d *db.DB, q *jobs.Queue, payload any, o jobs.Options) {
	t.Helper()
	if err := d.Update(context.Background(), func(tx *db.Tx) error { return q.Add(tx, "ring", payload, o) }); err != nil {
		t.Fatal(err)
	}
}

func TestEachJobIsClaimedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, _ := newQueue(d)
		const total = 60
		var mu sync.Mutex
		seen := map[string]int{}
		var left atomic.Int64
		left.Store(total)
		ctx, done := context.WithTimeout(context.Background(), 30*time.Second)
		defer done()
		q.Handle("ring", func(_ context.Context, payload []byte) error {
			mu.Lock()
			seen[string(payload)]++
			mu.Unlock()
			if left.Add(-1) == 0 {
				done()
			}
			return nil
		})
		for i := range total {
			add(t, d, q, i, jobs.Options{})
		}
		if err := q.Run(ctx, 6); err != nil {
			t.Fatal(err)
		}
		for i := range total {
			if n := seen[fmt.Sprint(i)]; n != 1 {
				t.Errorf("job %d ran %d times", i, n)
			}
		}
	}, migrations)
}

func TestJobGoesWithItsTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, _ := newQueue(d)
		failed := errors.New("no")
		err := d.Update(context.Background(), func(tx *db.Tx) error {
			if err := q.Add(tx, "ring", 1, jobs.Options{}); err != nil {
				return err
			}
			return failed
		})
		if !errors.Is(err, failed) {
			t.Fatal(err)
		}
		if waiting, _, err := q.Depth(context.Background()); err != nil || waiting != 0 {
			t.Errorf("%d jobs, %v", waiting, err)
		}
	}, migrations)
}

func TestFailureComesBackLaterAndIsSetAsideInTheEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, c := newQueue(d)
		runs := 0
		q.Handle("ring", func(context.Context, []byte) error {
			runs++
			if runs == 2 {
				panic("even this")
			}
			return errors.New("the bell is stuck")
		})
		add(t, d, q, nil, jobs.Options{})
		ctx := context.Background()
		for range jobs.MaxAttempts + 2 {
			if err := q.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			c.Advance(24 * time.Hour)
		}
		if runs != jobs.MaxAttempts {
			t.Errorf("ran %d times", runs)
		}
		if waiting, failed, err := q.Depth(ctx); err != nil || waiting != 0 || failed != 1 {
			t.Errorf("waiting %d, failed %d, %v", waiting, failed, err)
		}
	}, migrations)
}

func TestJobOfCrashedWorkerIsTakenAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, c := newQueue(d)
		ctx, crash := context.WithCancel(context.Background())
		inside := make(chan struct{})
		block := make(chan struct{})
		q.Handle("ring", func(context.Context, []byte) error { close(inside); <-block; return nil })
		add(t, d, q, nil, jobs.Options{})
		var first sync.WaitGroup
		first.Go(func() {
			if _, err := q.Step(ctx); err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		<-inside // the first worker holds the job and never comes back
		other := jobs.New(d, c, id.NewV7(c.Now), slog.New(slog.NewTextHandler(io.Discard, nil)))
		ran := false
		other.Handle("ring", func(context.Context, []byte) error { ran = true; return nil })
		if worked, err := other.Step(context.Background()); err != nil || worked {
			t.Fatalf("a held job was taken: %v %v", worked, err)
		}
		c.Advance(time.Hour)
		if worked, err := other.Step(context.Background()); err != nil || !worked || !ran {
			t.Fatalf("after the time-out: %v %v %v", worked, ran, err)
		}
		crash()
		close(block)
		first.Wait()
	}, migrations)
}

func TestUniqueAndPeriodic(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, c := newQueue(d)
		ctx := context.Background()
		runs := 0
		q.Handle("ring", func(context.Context, []byte) error { runs++; return nil })
		add(t, d, q, 1, jobs.Options{Unique: "noon"})
		add(t, d, q, 2, jobs.Options{Unique: "noon"})
		if err := q.Drain(ctx); err != nil || runs != 1 {
			t.Fatalf("ran %d times, %v", runs, err)
		}
		q.Every(jobs.Periodic{Kind: "ring", Every: time.Hour})
		add(t, d, q, nil, jobs.Options{Unique: "periodic"})
		for range 3 {
			if err := q.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			c.Advance(time.Hour + time.Second)
		}
		if runs != 4 {
			t.Errorf("ran %d times, want 4", runs)
		}
	}, migrations)
}

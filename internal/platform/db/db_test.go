package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
)

var (
	insertTree = db.SQL("INSERT INTO tree (id, name, height, protected) VALUES ($1, $2, $3, $4)")
	selectTree = db.SQL("SELECT name, height, protected FROM tree WHERE id = $1")
	countTrees = db.SQL("SELECT COUNT(*) FROM tree")
	growTree   = db.SQL("UPDATE tree SET height = height + $1 WHERE id = $2")
)

var trees = db.Migrations{Name: "tree", Files: fstest.MapFS{
	"migrations/0001_tree.sql": {Data: []byte(`
CREATE TABLE tree (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  height BIGINT NOT NULL,
  protected BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX tree_name ON tree (name);
`)},
}}

func TestRoundTrip(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		before := d.Version()
		woken := false
		err := d.Update(ctx, func(tx *db.Tx) error {
			tx.AfterCommit(func() { woken = true })
			_, err := tx.Exec(insertTree, "1", "Linde", 12, true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if d.Version() == before || !woken {
			t.Error("a write must change the version and wake who waits")
		}
		err = d.View(ctx, func(tx *db.Tx) error {
			var name string
			var height int64
			var protected bool
			if err := tx.QueryRow(selectTree, "1").Scan(&name, &height, &protected); err != nil {
				return err
			}
			if name != "Linde" || height != 12 || !protected {
				t.Errorf("got %q %d %v", name, height, protected)
			}
			if err := tx.QueryRow(selectTree, "2").Scan(&name, &height, &protected); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("missing row: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Prepared(ctx); err != nil {
			t.Error(err)
		}
	}, trees)
}

func TestFailingWriteTakesOnlyItselfBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		const writers = 64
		var wg sync.WaitGroup
		errs := make([]error, writers)
		for i := range writers {
			wg.Go(func() {
				errs[i] = d.Update(ctx, func(tx *db.Tx) error {
					if _, err := tx.Exec(insertTree, fmt.Sprint(i), "Linde", i, false); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return errors.New("changed my mind")
					case 2:
						if i%2 == 0 {
							panic("a rule went wrong")
						}
					}
					return nil
				})
			})
		}
		wg.Wait()
		want := 0
		for i, err := range errs {
			fails := i%3 == 1 || i%3 == 2 && i%2 == 0
			if fails != (err != nil) {
				t.Errorf("write %d: %v", i, err)
			}
			if !fails {
				want++
			}
		}
		var got int
		if err := d.View(ctx, func(tx *db.Tx) error { return tx.QueryRow(countTrees).Scan(&got) }); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%d rows, want %d", got, want)
		}
	}, trees)
}

func TestConcurrentIncrementsAreAllKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := d.Update(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(insertTree, "1", "Linde", 0, false)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		const workers, times = 8, 10
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for range times {
					if err := d.Update(ctx, func(tx *db.Tx) error {
						_, err := tx.Exec(growTree, 1, "1")
						return err
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		var name string
		var height int64
		var protected bool
		if err := d.View(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(selectTree, "1").Scan(&name, &height, &protected)
		}); err != nil {
			t.Fatal(err)
		}
		if height != workers*times {
			t.Errorf("height %d, want %d", height, workers*times)
		}
	}, trees)
}

func TestWrongTypesAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Update(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(insertTree, "1", "Linde", "twelve", false)
			return err
		})
		if err == nil {
			t.Error("a text in a number column was accepted")
		}
	}, trees)
}

func TestMigrationsRunOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ran, err := d.Migrate(context.Background(), trees)
		if err != nil || len(ran) != 0 {
			t.Errorf("second run: %v, %v", ran, err)
		}
	}, trees)
}

func TestUniqueViolationIsRecognised(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		insert := func(tx *db.Tx) error {
			_, err := tx.Exec(insertTree, "1", "Linde", 1, false)
			return err
		}
		ctx := context.Background()
		if err := d.Update(ctx, insert); err != nil {
			t.Fatal(err)
		}
		if err := d.Update(ctx, insert); !db.IsUnique(err) {
			t.Errorf("got %v", err)
		}
	}, trees)
}

func TestChangesByAnotherProcessAreSeen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shared.db")
	ctx := context.Background()
	open := func() *db.DB {
		d, err := db.Open(ctx, db.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
		return d
	}
	here, there := open(), open()
	if _, err := here.Migrate(ctx, trees); err != nil {
		t.Fatal(err)
	}
	quiet := settled(here)
	if err := there.Update(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(insertTree, "1", "Linde", 3, false)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); here.Version() == quiet; {
		if time.Now().After(deadline) {
			t.Fatal("a write by another process was not noticed")
		}
		time.Sleep(20 * time.Millisecond)
	}
	if changed := settled(here); changed != quiet+1 {
		t.Errorf("one foreign write changed the version %d times", changed-quiet)
	}
}

// settled waits until the version has stood still for longer than it is looked at.
func settled(d *db.DB) uint64 {
	for {
		before := d.Version()
		time.Sleep(1200 * time.Millisecond)
		if d.Version() == before {
			return before
		}
	}
}

func TestClosedEmbeddedDatabaseIsOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tree.db")
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Migrate(ctx, trees); err != nil {
		t.Fatal(err)
	}
	for range 3 { // several readers, each with statements of its own
		err := d.View(ctx, func(tx *db.Tx) error {
			return d.View(ctx, func(inner *db.Tx) error {
				var n int
				return errors.Join(tx.QueryRow(countTrees).Scan(&n), inner.QueryRow(countTrees).Scan(&n))
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(path + "*")
	if err != nil || len(left) != 1 {
		t.Errorf("files after closing: %v %v", left, err)
	}
}

func TestCopyWhileOthersWrite(t *testing.T) {
	d := dbtest.SQLite(t, trees)
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			if err := d.Update(context.Background(), func(tx *db.Tx) error {
				_, err := tx.Exec(insertTree, fmt.Sprint(i), "Linde", i, false)
				return err
			}); err != nil {
				t.Error(err)
			}
		}
	})
	path := filepath.Join(t.TempDir(), "copy.db")
	err := d.CopyTo(context.Background(), path)
	again := d.CopyTo(context.Background(), path)
	stop()
	wg.Wait()
	if err != nil || again == nil {
		t.Fatalf("copy: %v; over an existing file: %v", err, again)
	}
	// The reader that copied must refuse writes again.
	for range 20 {
		if err := d.View(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(growTree, 1, "0")
			return err
		}); err == nil {
			t.Fatal("a reader wrote")
		}
	}
	copied, err := db.Open(context.Background(), db.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	var n int
	if err := copied.View(context.Background(), func(tx *db.Tx) error { return tx.QueryRow(countTrees).Scan(&n) }); err != nil {
		t.Error(err)
	}
}

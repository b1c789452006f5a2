package app_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/app"
	"dorflinde/internal/app/sample"
	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
)

// now is a Sunday evening in November, four weeks before Christmas.
var now = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

// open builds the whole house on a fresh embedded database.
func open(t testing.TB) *app.App {
	t.Helper()
	return openWith(t, app.Config{Data: t.TempDir()})
}

func openWith(t testing.TB, config app.Config) *app.App {
	t.Helper()
	a, err := app.New(context.Background(), config, app.Options{Clock: clock.At(now), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// village is a house with the small sample region.
func village(t testing.TB, config app.Config) *app.App {
	t.Helper()
	config.Demo = true
	if config.Data == "" {
		config.Data = t.TempDir()
	}
	a := openWith(t, config)
	if err := sample.Fill(context.Background(), a, sample.Options{Seed: 1}); err != nil {
		t.Fatal(err)
	}
	return a
}

// eachEngine runs a test on the sample region on both engines.
func eachEngine(t *testing.T, run func(t *testing.T, a *app.App)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, village(t, app.Config{})) })
	t.Run("postgres", func(t *testing.T) { run(t, village(t, app.Config{Database: dbtest.Schema(t)})) })
}

func TestEveryStatementCanBePrepared(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *app.App) {
		if err := a.DB.Prepared(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func TestSampleRegionIsNotEmptyAndFillsOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *app.App) {
		count := func() (n int) {
			err := a.DB.View(context.Background(), func(tx *db.Tx) (err error) { n, err = a.Bulletin.Count(tx); return err })
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count()
		if before < 50 {
			t.Errorf("only %d entries", before)
		}
		if err := sample.Fill(context.Background(), a, sample.Options{Seed: 1}); err != nil {
			t.Fatal(err)
		}
		if after := count(); after != before {
			t.Errorf("filling again made %d of %d entries", after, before)
		}
	})
}

// tablesOf asks the engine itself.
var tablesOf = map[db.Engine]string{
	db.SQLite:   "SELECT name FROM sqlite_master WHERE type = 'table'",
	db.Postgres: "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()",
}

func TestEveryTableIsDeclared(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *app.App) {
		var declared []string
		for _, table := range a.Tables() {
			if err := table.Check(); err != nil {
				t.Error(err)
			}
			if slices.Contains(declared, table.Name) {
				t.Errorf("table %s is declared twice", table.Name)
			}
			declared = append(declared, table.Name)
		}
		var there []string
		err := a.DB.View(context.Background(), func(tx *db.Tx) (err error) {
			there, err = db.AllText(tx, tablesOf[a.DB.Engine()], func(s db.Scanner) (name string, err error) {
				err = s.Scan(&name)
				return name, err
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range there {
			internal := strings.HasPrefix(name, "sqlite_") || strings.Contains(name, "_fts_") || strings.HasSuffix(name, "_fts")
			if !internal && !slices.Contains(declared, name) {
				t.Errorf("table %s is declared by nobody: which personal data does it hold, and for how long?", name)
			}
		}
		for _, name := range declared {
			if !slices.Contains(there, name) && !strings.Contains(name, "_fts") {
				t.Errorf("declared table %s does not exist", name)
			}
		}
	})
}

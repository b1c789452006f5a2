// Package dbtest gives each test its own empty database on both engines.
package dbtest

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/id"

	"time"
)

// EnvPostgres names the variable with the address of a PostgreSQL server on
// which tests may create and drop schemas.
const EnvPostgres = "DORFLINDE_TEST_POSTGRES"

// Each runs the test on SQLite and, where a server is given, on PostgreSQL.
func Each(t *testing.T, run func(t *testing.T, d *db.DB), migrations ...db.Migrations) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, SQLite(t, migrations...)) })
	t.Run("postgres", func(t *testing.T) { run(t, Postgres(t, migrations...)) })
}

// SQLite opens a fresh embedded database that goes away with the test.
func SQLite(t testing.TB, migrations ...db.Migrations) *db.DB {
	t.Helper()
	return open(t, db.Options{Path: filepath.Join(t.TempDir(), "test.db")}, migrations)
}

// Postgres opens a fresh schema that goes away with the test.
func Postgres(t testing.TB, migrations ...db.Migrations) *db.DB {
	t.Helper()
	return open(t, db.Options{DSN: Schema(t)}, migrations)
}

// Schema makes an empty PostgreSQL schema and returns the address that uses it.
func Schema(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv(EnvPostgres)
	if dsn == "" {
		t.Skip("no PostgreSQL: " + EnvPostgres + " is not set (make test starts a server where one is installed)")
	}
	name := "t" + strings.ReplaceAll(id.NewV7(time.Now).New(), "-", "")
	admin(t, dsn, "CREATE SCHEMA "+name)
	t.Cleanup(func() { admin(t, dsn, "DROP SCHEMA "+name+" CASCADE") })
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatalf("%s: %v", EnvPostgres, err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func open(t testing.TB, o db.Options, migrations []db.Migrations) *db.DB {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if _, err := d.Migrate(ctx, migrations...); err != nil {
		t.Fatal(err)
	}
	return d
}

func admin(t testing.TB, dsn, statement string) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("reach PostgreSQL: %v", err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

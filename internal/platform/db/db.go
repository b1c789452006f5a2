// Package db is the house's one door to its database: an embedded SQLite file
// or PostgreSQL, behind the same two functions, View and Update.
//
// Stores write plain SQL in the subset both engines share, with $n
// placeholders, times as UTC microseconds and identifiers as text.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Engine is the kind of database behind a DB.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// ErrNotFound says that a query for one row found none.
var ErrNotFound = errors.New("db: no such row")

// Options say where the database is. Exactly one of Path and DSN is used; DSN
// wins. The zero value is refused by Open.
type Options struct {
	Path    string // file of the embedded database
	DSN     string // postgres://… of a server
	Readers int    // read connections; 0 means a sensible number
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine  Engine
	pool    *sql.DB // readers (SQLite) or all connections (PostgreSQL)
	writeDB *sql.DB // SQLite only: the one writer
	readers chan *conn
	writes  chan *write
	crowd   int          // how many wrote together lately; the write loop's own
	crowded atomic.Int64 // when many last wrote together, Unix milliseconds
	version atomic.Uint64
	stop    context.CancelFunc
	done    sync.WaitGroup
	closing sync.Once
}

// Open opens the database, creating the file of an embedded one.
func Open(ctx context.Context, o Options) (*DB, error) {
	switch {
	case o.DSN != "":
		return openPostgres(ctx, o)
	case o.Path != "":
		return openSQLite(ctx, o)
	}
	return nil, errors.New("db: neither a path nor an address of a database was given")
}

// Engine tells which engine answers.
func (d *DB) Engine() Engine { return d.engine }

// Version changes whenever the data may have changed: at once for writes of
// this process, within half a second for those of another. Equal versions mean
// that whatever was computed from the data still holds.
func (d *DB) Version() uint64 { return d.version.Load() }

// View runs fn on one consistent snapshot. fn must not write.
func (d *DB) View(ctx context.Context, fn func(*Tx) error) error {
	c, err := d.take(ctx)
	if err != nil {
		return err
	}
	defer func() { d.readers <- c }()
	begin := "BEGIN"
	if d.engine == Postgres {
		begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	}
	tx := &Tx{ctx: d.queryContext(ctx), conn: c, engine: d.engine}
	if err := c.exec(tx.ctx, begin); err != nil {
		c.close()
		return fmt.Errorf("db: begin: %w", err)
	}
	err = guarded(tx, fn)
	if end := c.exec(context.WithoutCancel(ctx), "COMMIT"); end != nil {
		c.close()
		return errors.Join(err, end)
	}
	return err
}

// Update runs fn in one transaction and returns when it is on disk. fn may run
// more than once (a lost race, or a neighbour in the same commit that failed), so it must do nothing
// that a rollback does not undo; what must happen later is a job.
func (d *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	if d.engine == Postgres {
		return d.updatePostgres(ctx, fn)
	}
	return d.updateSQLite(ctx, fn)
}

// Close ends all connections after the writes under way. An embedded database
// is one whole file afterwards: the last connection merges the log into it.
func (d *DB) Close() error {
	var err error
	d.closing.Do(func() {
		d.stop()
		d.done.Wait()
		err = errors.Join(d.releaseReaders(), d.pool.Close())
		if d.writeDB != nil {
			err = errors.Join(err, d.writeDB.Close())
		}
	})
	return err
}

// releaseReaders gives the idle connections back to the pool, which closes
// only those it holds. One still in use is closed by whoever returns it.
func (d *DB) releaseReaders() error {
	var err error
	for {
		select {
		case c := <-d.readers:
			err = errors.Join(err, c.release())
		default:
			return err
		}
	}
}

// take waits for a free connection.
func (d *DB) take(ctx context.Context) (*conn, error) {
	select {
	case c := <-d.readers:
		if err := c.open(ctx, d.pool); err != nil {
			d.readers <- c
			return nil, err
		}
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// queryContext drops cancellation for the embedded engine: its queries take
// microseconds, and watching for cancellation costs more than they do.
func (d *DB) queryContext(ctx context.Context) context.Context {
	if d.engine == SQLite {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// watchEvery is how often changes by other processes are looked for.
const watchEvery = 500 * time.Millisecond

// guarded turns a panic of fn into an error, so that a connection is never
// given back in the middle of a transaction.
func guarded(tx *Tx, fn func(*Tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("db: panic in transaction: %v", r)
		}
	}()
	return fn(tx)
}

// Micros is a moment as it is stored: UTC microseconds, 0 for the zero time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the moment behind a stored value, the zero time for 0.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// IsUnique reports whether err says that a row with that key already exists.
func IsUnique(err error) bool {
	if err == nil {
		return false
	}
	text := err.Error()
	return strings.Contains(text, "UNIQUE constraint failed") ||
		strings.Contains(text, "SQLSTATE 23505")
}

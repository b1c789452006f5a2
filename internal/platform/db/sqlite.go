package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	_ "modernc.org/sqlite" // the embedded engine, pure Go
)

// maxBatch is how many waiting writes share one commit. Measured: beyond 128
// the commit is no longer what costs.
const maxBatch = 128

// quietFor is how long nothing must have been written before the write-ahead
// log is emptied. Until then it still holds what was erased from the file.
const quietFor = 2 * time.Second

// write is one transaction waiting for its turn.
type write struct {
	ctx   context.Context
	fn    func(*Tx) error
	after []func()
	err   error
	done  chan struct{}
}

func openSQLite(ctx context.Context, o Options) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(o.Path), 0o750); err != nil {
		return nil, fmt.Errorf("db: create folder: %w", err)
	}
	readers := o.Readers
	if readers == 0 {
		readers = 2 * runtime.GOMAXPROCS(0)
	}
	writer, err := sql.Open("sqlite", sqliteDSN(o.Path, false))
	if err != nil {
		return nil, fmt.Errorf("db: open %s: %w", o.Path, err)
	}
	pool, err := sql.Open("sqlite", sqliteDSN(o.Path, true))
	if err != nil {
		return nil, fmt.Errorf("db: open %s: %w", o.Path, err)
	}
	writer.SetMaxOpenConns(1)
	pool.SetMaxOpenConns(readers)
	d := &DB{engine: SQLite, pool: pool, writeDB: writer, writes: make(chan *write, 4*maxBatch)}
	c := &conn{}
	if err := c.open(ctx, writer); err != nil {
		return nil, errors.Join(fmt.Errorf("db: open %s: %w", o.Path, err), pool.Close(), writer.Close())
	}
	d.start(readers, func(ctx context.Context) { d.writeLoop(ctx, c) })
	return d, nil
}

// sqliteDSN sets what durability and integrity need: WAL, synchronous=FULL
// (a power cut loses nothing acknowledged), foreign keys, and secure_delete so
// that erased personal data is gone from the file.
func sqliteDSN(path string, readOnly bool) string {
	q := url.Values{"_pragma": {
		"busy_timeout(15000)", "journal_mode(WAL)", "synchronous(FULL)",
		"foreign_keys(1)", "temp_store(2)", "wal_autocheckpoint(16000)",
	}}
	if readOnly {
		q["_pragma"] = append(q["_pragma"], "query_only(1)", "cache_size(-4000)")
	} else {
		q["_pragma"] = append(q["_pragma"], "secure_delete(1)", "cache_size(-16000)")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// start fills the pool and runs the background loops until Close.
func (d *DB) start(readers int, loops ...func(context.Context)) {
	d.readers = make(chan *conn, readers)
	for range readers {
		d.readers <- &conn{}
	}
	ctx, stop := context.WithCancel(context.Background())
	d.stop = stop
	d.version.Store(1)
	for _, loop := range loops {
		d.done.Add(1)
		go func() { defer d.done.Done(); loop(ctx) }()
	}
}

func (d *DB) updateSQLite(ctx context.Context, fn func(*Tx) error) error {
	w := &write{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case d.writes <- w:
	case <-ctx.Done():
		return ctx.Err()
	}
	<-w.done
	if w.err == nil {
		for _, after := range w.after {
			after()
		}
	}
	return w.err
}

// writeLoop is the only writer: it takes what waits, up to maxBatch, and
// commits it together. In between it looks for changes by other processes: to
// the writing connection, PRAGMA data_version shows exactly these.
func (d *DB) writeLoop(ctx context.Context, c *conn) {
	look := time.NewTicker(watchEvery)
	defer look.Stop()
	last := dataVersion(ctx, c)
	var written time.Time // zero when the log is empty
	for {
		select {
		case <-ctx.Done():
			d.refuse()
			if err := c.release(); err != nil {
				slog.Warn("close the writer", "error", err)
			}
			return
		case <-look.C:
			if now := dataVersion(ctx, c); now != last && now != 0 {
				last = now
				d.version.Add(1)
			}
			if !written.IsZero() && time.Since(written) >= quietFor && c.emptyLog(ctx) {
				written = time.Time{}
			}
		case first := <-d.writes:
			d.commit(c, d.gather(first))
			written = time.Now()
		}
	}
}

// emptyLog brings everything into the file and cuts the write-ahead log to
// nothing. It does not wait for readers; false means to try again later.
func (c *conn) emptyLog(ctx context.Context) bool {
	if c.raw == nil {
		return false
	}
	if _, err := c.raw.ExecContext(ctx, "PRAGMA busy_timeout(0)"); err != nil {
		return false
	}
	var busy, pages, moved int
	err := c.raw.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	if _, failed := c.raw.ExecContext(ctx, "PRAGMA busy_timeout(15000)"); failed != nil {
		c.close() // the next write starts on a connection that waits
		return false
	}
	return err == nil && busy == 0
}

// dataVersion is 0 when it cannot be asked right now.
func dataVersion(ctx context.Context, c *conn) (version int64) {
	if c.raw == nil || c.raw.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version) != nil {
		return 0
	}
	return version
}

// gatherFor is how long a commit waits for its neighbours while many write: a
// commit costs about as much as ten writes, so a fuller one is sooner done.
const gatherFor = 400 * time.Microsecond

// gather takes what waits, up to maxBatch. While writers come in crowds it
// waits a moment for as many as last time.
func (d *DB) gather(first *write) []*write {
	batch := []*write{first}
	expected := min(d.crowd, maxBatch)
	var late <-chan time.Time
	for len(batch) < maxBatch {
		select {
		case w := <-d.writes:
			batch = append(batch, w)
			continue
		default:
		}
		if len(batch) >= expected {
			break
		}
		if late == nil {
			timer := time.NewTimer(gatherFor)
			defer timer.Stop()
			late = timer.C
		}
		select {
		case w := <-d.writes:
			batch = append(batch, w)
		case <-late:
			expected = 0
		}
	}
	// A lone writer is never kept waiting; a crowd is expected to shrink slowly.
	if d.crowd = max(len(batch), d.crowd*7/8); d.crowd < 4 {
		d.crowd = 0
	}
	if d.crowd > 0 {
		d.crowded.Store(time.Now().UnixMilli())
	}
	return batch
}

// Crowded reports whether many are writing just now, so that work which can
// wait lets them go first.
func (d *DB) Crowded() bool { return time.Now().UnixMilli()-d.crowded.Load() < 60 }

// refuse answers what still waits when the database closes.
func (d *DB) refuse() {
	for {
		select {
		case w := <-d.writes:
			w.err = errors.New("db: closed")
			close(w.done)
		default:
			return
		}
	}
}

// commit runs a batch in one transaction. It first hopes that all writes
// succeed and spares them a savepoint each; when one fails, the batch is taken
// back and run again with savepoints, so that a failing write takes only
// itself back.
func (d *DB) commit(c *conn, batch []*write) {
	retry, err := d.attempt(c, batch, len(batch) > 1)
	if retry {
		_, err = d.attempt(c, batch, false)
	}
	d.version.Add(1)
	for _, w := range batch {
		if err != nil && w.err == nil {
			w.err = fmt.Errorf("db: commit: %w", err)
		}
		close(w.done)
	}
}

// attempt runs the batch once. With hope it gives up at the first failing
// write and asks for a retry; an error means that the whole batch is lost.
func (d *DB) attempt(c *conn, batch []*write, hope bool) (retry bool, err error) {
	ctx := context.Background()
	defer func() {
		if err != nil {
			c.close() // rolls back; the next batch starts on a clean connection
		}
	}()
	if err := c.open(ctx, d.writeDB); err != nil {
		return false, err
	}
	if err := c.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return false, err
	}
	for _, w := range batch {
		if hope {
			if d.runPlain(c, w); w.err != nil {
				return true, c.exec(ctx, "ROLLBACK")
			}
			continue
		}
		if err := d.runSaved(ctx, c, w); err != nil {
			return false, err
		}
	}
	return false, c.exec(ctx, "COMMIT")
}

// runPlain runs one write without a net.
func (d *DB) runPlain(c *conn, w *write) {
	if w.err = w.ctx.Err(); w.err != nil {
		return
	}
	tx := &Tx{ctx: context.WithoutCancel(w.ctx), conn: c, engine: SQLite}
	w.err = guarded(tx, w.fn)
	w.after = tx.after
}

// runSaved runs one write in a savepoint; an error means that the whole batch
// is lost.
func (d *DB) runSaved(ctx context.Context, c *conn, w *write) error {
	if err := c.exec(ctx, "SAVEPOINT w"); err != nil {
		return err
	}
	if d.runPlain(c, w); w.err != nil {
		if err := c.exec(ctx, "ROLLBACK TO w"); err != nil {
			return err
		}
	}
	return c.exec(ctx, "RELEASE w")
}

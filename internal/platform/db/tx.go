package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// Stmt is one registered statement. Keeping them all lets a single test
// prepare each on both engines and find a wrong column without running it.
type Stmt struct {
	text   string // with $n, for PostgreSQL
	sqlite string // with ?n
	where  string // file:line of the declaration
}

var registry struct {
	sync.Mutex
	all []*Stmt
}

// SQL registers a statement; call it for package variables only.
func SQL(text string) *Stmt {
	s := &Stmt{text: text, sqlite: placeholders(text)}
	if _, file, line, ok := runtime.Caller(1); ok {
		s.where = file + ":" + strconv.Itoa(line)
	}
	registry.Lock()
	defer registry.Unlock()
	registry.all = append(registry.all, s)
	return s
}

// placeholders writes $n as ?n; SQLite would take $1 for a name. Where every
// number stands once and in order, as in most statements, a plain ? says the
// same and spares the driver looking up a name for each value.
func placeholders(text string) string {
	marks := mark.FindAllStringIndex(text, -1)
	inOrder := true
	for i, m := range marks {
		inOrder = inOrder && text[m[0]+1:m[1]] == strconv.Itoa(i+1)
	}
	var b strings.Builder
	b.Grow(len(text))
	last := 0
	for _, m := range marks {
		b.WriteString(text[last:m[0]])
		b.WriteByte('?')
		if last = m[0] + 1; inOrder {
			last = m[1]
		}
	}
	b.WriteString(text[last:])
	return b.String()
}

var mark = regexp.MustCompile(`\$[0-9]+`)

// Tx is one transaction, valid only inside the function it was given to.
type Tx struct {
	ctx    context.Context
	conn   *conn
	engine Engine
	after  []func()
}

// Context is the caller's context.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Engine tells which engine answers, for the few statements that differ.
func (tx *Tx) Engine() Engine { return tx.engine }

// AfterCommit runs fn once the transaction is on disk, and never if it is
// rolled back. It is for waking somebody who looks at the stored state, not
// for work that must not be lost.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// Exec runs a statement and returns how many rows it touched.
func (tx *Tx) Exec(s *Stmt, args ...any) (int64, error) {
	var res sql.Result
	var err error
	if tx.engine == SQLite {
		var ps *sql.Stmt
		if ps, err = tx.conn.prepared(tx.ctx, s); err == nil {
			res, err = ps.ExecContext(tx.ctx, args...)
		}
	} else {
		res, err = tx.conn.raw.ExecContext(tx.ctx, s.text, args...)
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.where, err)
	}
	return res.RowsAffected()
}

// Query runs a statement that returns rows. The caller closes them; All and
// One do that for you.
func (tx *Tx) Query(s *Stmt, args ...any) (*sql.Rows, error) {
	if tx.engine == SQLite {
		ps, err := tx.conn.prepared(tx.ctx, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.where, err)
		}
		return ps.QueryContext(tx.ctx, args...)
	}
	return tx.conn.raw.QueryContext(tx.ctx, s.text, args...)
}

// QueryText runs SQL put together at run time from constant pieces and $n
// placeholders. Values never belong into the text.
func (tx *Tx) QueryText(text string, args ...any) (*sql.Rows, error) {
	if tx.engine == SQLite {
		ps, err := tx.conn.preparedText(tx.ctx, text)
		if err != nil {
			return nil, fmt.Errorf("%w in %q", err, text)
		}
		return ps.QueryContext(tx.ctx, args...)
	}
	return tx.conn.raw.QueryContext(tx.ctx, text, args...)
}

// ExecText runs SQL put together at run time; see QueryText.
func (tx *Tx) ExecText(text string, args ...any) error {
	if tx.engine == SQLite {
		text = placeholders(text)
	}
	_, err := tx.conn.raw.ExecContext(tx.ctx, text, args...)
	return err
}

// Row is the answer to a query for one row.
type Row struct {
	rows *sql.Rows
	err  error
}

// QueryRow runs a statement of which one row is wanted.
func (tx *Tx) QueryRow(s *Stmt, args ...any) *Row {
	rows, err := tx.Query(s, args...)
	return &Row{rows: rows, err: err}
}

// Scan reads the row; ErrNotFound when there is none.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return ErrNotFound
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.Close()
}

// Scanner is a row that can be read.
type Scanner interface{ Scan(dest ...any) error }

// All reads every row of a statement.
func All[T any](tx *Tx, s *Stmt, scan func(Scanner) (T, error), args ...any) ([]T, error) {
	rows, err := tx.Query(s, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, scan)
}

// AllText is All for SQL put together at run time.
func AllText[T any](tx *Tx, text string, scan func(Scanner) (T, error), args ...any) ([]T, error) {
	rows, err := tx.QueryText(text, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, scan)
}

func collect[T any](rows *sql.Rows, scan func(Scanner) (T, error)) ([]T, error) {
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// One reads the first row; ErrNotFound when there is none.
func One[T any](tx *Tx, s *Stmt, scan func(Scanner) (T, error), args ...any) (T, error) {
	all, err := All(tx, s, scan, args...)
	if err != nil || len(all) == 0 {
		var zero T
		if err == nil {
			err = ErrNotFound
		}
		return zero, err
	}
	return all[0], nil
}

// conn is one connection with its prepared statements. It belongs to one
// goroutine at a time.
type conn struct {
	raw   *sql.Conn
	stmts map[*Stmt]*sql.Stmt
	texts map[string]*sql.Stmt
}

// maxTexts bounds the cache of run-time statements per connection; filters
// combine into a few dozen shapes, so reaching it means something is wrong
// with the shapes, not with the bound.
const maxTexts = 256

func (c *conn) open(ctx context.Context, pool *sql.DB) error {
	if c.raw != nil {
		return nil
	}
	raw, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("db: connect: %w", err)
	}
	c.raw, c.stmts, c.texts = raw, map[*Stmt]*sql.Stmt{}, map[string]*sql.Stmt{}
	return nil
}

// close drops a connection whose state is unknown; the next user opens anew.
func (c *conn) close() {
	if c.raw == nil {
		return
	}
	if err := c.finalize(); err != nil {
		slog.Debug("close the statements of a lost connection", "error", err)
	}
	// Both errors only say that the connection is gone, which is what we want.
	bad := c.raw.Raw(func(any) error { return driver.ErrBadConn })
	if err := c.raw.Close(); err != nil && !errors.Is(bad, driver.ErrBadConn) {
		slog.Debug("close a lost connection", "error", err)
	}
	c.raw, c.stmts, c.texts = nil, nil, nil
}

// release gives the connection back to its pool.
func (c *conn) release() error {
	if c.raw == nil {
		return nil
	}
	err := errors.Join(c.finalize(), c.raw.Close())
	c.raw, c.stmts, c.texts = nil, nil, nil
	return err
}

// finalize closes all statements. database/sql does not do it for those that
// were prepared on one connection, and SQLite keeps a connection with open
// statements, its locks and its log until the last of them is gone.
func (c *conn) finalize() error {
	var err error
	for _, ps := range c.stmts {
		err = errors.Join(err, ps.Close())
	}
	for _, ps := range c.texts {
		err = errors.Join(err, ps.Close())
	}
	return err
}

var control = map[string]*Stmt{}

func init() {
	for _, text := range []string{
		"BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK",
		"SAVEPOINT w", "RELEASE w", "ROLLBACK TO w",
	} {
		control[text] = &Stmt{text: text, sqlite: text, where: text}
	}
}

func (c *conn) exec(ctx context.Context, text string) error {
	s, known := control[text]
	if !known || c.stmts == nil {
		_, err := c.raw.ExecContext(ctx, text)
		return err
	}
	ps, err := c.prepared(ctx, s)
	if err != nil {
		return err
	}
	_, err = ps.ExecContext(ctx)
	return err
}

func (c *conn) prepared(ctx context.Context, s *Stmt) (*sql.Stmt, error) {
	if ps, ok := c.stmts[s]; ok {
		return ps, nil
	}
	ps, err := c.raw.PrepareContext(ctx, s.sqlite)
	if err != nil {
		return nil, err
	}
	c.stmts[s] = ps
	return ps, nil
}

func (c *conn) preparedText(ctx context.Context, text string) (*sql.Stmt, error) {
	if ps, ok := c.texts[text]; ok {
		return ps, nil
	}
	if len(c.texts) >= maxTexts {
		for key, ps := range c.texts {
			if err := ps.Close(); err != nil {
				return nil, err
			}
			delete(c.texts, key)
		}
	}
	ps, err := c.raw.PrepareContext(ctx, placeholders(text))
	if err != nil {
		return nil, err
	}
	c.texts[text] = ps
	return ps, nil
}

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// maxRetries bounds how often a transaction that lost a serialization race is
// tried again before the caller hears of it.
const maxRetries = 20

func openPostgres(ctx context.Context, o Options) (*DB, error) {
	size := o.Readers
	if size == 0 {
		size = 16
	}
	pool, err := sql.Open("pgx", o.DSN)
	if err != nil {
		return nil, fmt.Errorf("db: open: %w", err)
	}
	pool.SetMaxOpenConns(size)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("db: reach the server: %w", err), pool.Close())
	}
	d := &DB{engine: Postgres, pool: pool}
	d.start(size, d.watchPostgres)
	return d, nil
}

// watchPostgres looks for changes by any process at the place where the write
// ahead log ends; own writes count again, which costs a cache and no more.
func (d *DB) watchPostgres(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	last := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if now := d.logEnd(ctx); now != last && now != "" {
				last = now
				d.version.Add(1)
			}
		}
	}
}

// logEnd is empty when it cannot be asked right now.
func (d *DB) logEnd(ctx context.Context) (now string) {
	c, err := d.take(ctx)
	if err != nil {
		return ""
	}
	defer func() { d.readers <- c }()
	if c.raw.QueryRowContext(ctx, "SELECT pg_current_wal_lsn()::text").Scan(&now) != nil {
		return ""
	}
	return now
}

func (d *DB) updatePostgres(ctx context.Context, fn func(*Tx) error) error {
	for attempt := 0; ; attempt++ {
		after, err := d.tryPostgres(ctx, fn)
		if err == nil {
			d.version.Add(1)
			for _, fn := range after {
				fn()
			}
			return nil
		}
		if !serialization(err) || attempt == maxRetries {
			return err
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

func (d *DB) tryPostgres(ctx context.Context, fn func(*Tx) error) ([]func(), error) {
	c, err := d.take(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { d.readers <- c }()
	tx := &Tx{ctx: ctx, conn: c, engine: Postgres}
	if err := c.exec(ctx, "BEGIN ISOLATION LEVEL SERIALIZABLE"); err != nil {
		c.close()
		return nil, fmt.Errorf("db: begin: %w", err)
	}
	end := "COMMIT"
	err = guarded(tx, fn)
	if err != nil {
		end = "ROLLBACK"
	}
	if ended := c.exec(context.WithoutCancel(ctx), end); ended != nil {
		if !serialization(ended) {
			c.close()
		}
		return nil, errors.Join(err, ended)
	}
	return tx.after, err
}

// serialization reports whether err is a lost race (40001) or a deadlock
// (40P01), both of which PostgreSQL asks to try again.
func serialization(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

func pause(ctx context.Context, attempt int) error {
	wait := time.Duration(1<<min(attempt, 7)) * time.Millisecond
	timer := time.NewTimer(wait/2 + rand.N(wait))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

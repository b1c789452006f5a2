package db

import (
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"sort"
	"strings"
)

// Migrations are the steps of one capability: files named 0001_what.sql, or
// 0001_what.sqlite.sql and 0001_what.postgres.sql where the engines differ.
// Steps are only ever added, never changed.
type Migrations struct {
	Name  string // the capability
	Files fs.FS  // with the folder "migrations"
}

// Migrate brings the database up to date; every step runs once, in one
// transaction each. It returns the names of the steps that ran.
func (d *DB) Migrate(ctx context.Context, all ...Migrations) ([]string, error) {
	if err := d.Update(ctx, createLedger); err != nil {
		return nil, fmt.Errorf("prepare migrations: %w", err)
	}
	var ran []string
	for _, m := range all {
		steps, err := m.steps(d.engine)
		if err != nil {
			return ran, err
		}
		for _, s := range steps {
			fresh, err := d.apply(ctx, s)
			if err != nil {
				return ran, fmt.Errorf("migration %s: %w", s.name, err)
			}
			if fresh {
				ran = append(ran, s.name)
			}
		}
	}
	return ran, nil
}

func createLedger(tx *Tx) error {
	return tx.ExecText("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)")
}

type step struct{ name, sql string }

func (m Migrations) steps(engine Engine) ([]step, error) {
	names, err := fs.Glob(m.Files, "migrations/*.sql")
	if err != nil {
		return nil, fmt.Errorf("%s: list migrations: %w", m.Name, err)
	}
	sort.Strings(names)
	var out []step
	for _, name := range names {
		base := strings.TrimSuffix(strings.TrimPrefix(name, "migrations/"), ".sql")
		if plain, variant, two := strings.Cut(base, "."); two {
			if variant != string(engine) {
				continue
			}
			base = plain
		}
		text, err := fs.ReadFile(m.Files, name)
		if err != nil {
			return nil, fmt.Errorf("%s: read %s: %w", m.Name, name, err)
		}
		out = append(out, step{name: m.Name + "/" + base, sql: string(text)})
	}
	return out, nil
}

func (d *DB) apply(ctx context.Context, s step) (fresh bool, err error) {
	err = d.Update(ctx, func(tx *Tx) error {
		fresh = false
		rows, err := tx.QueryText("SELECT name FROM migration WHERE name = $1", s.name)
		if err != nil {
			return err
		}
		there := rows.Next()
		if err := rows.Close(); err != nil || there {
			return err
		}
		fresh = true
		for _, statement := range split(s.sql) {
			if tx.engine == SQLite {
				statement = strict(statement)
			}
			if _, err := tx.conn.raw.ExecContext(tx.ctx, statement); err != nil {
				return fmt.Errorf("%w in:\n%s", err, statement)
			}
		}
		return tx.ExecText("INSERT INTO migration (name) VALUES ($1)", s.name)
	})
	return fresh, err
}

// split cuts a file into statements. A statement ends with a semicolon at the
// end of a line; triggers wrap their inner ones in BEGIN … END;.
func split(text string) []string {
	var out []string
	var b strings.Builder
	inTrigger := false
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "--") {
			continue
		}
		upper := strings.ToUpper(trimmed)
		inTrigger = inTrigger || strings.HasPrefix(upper, "CREATE TRIGGER") || strings.HasPrefix(upper, "CREATE FUNCTION")
		b.WriteString(line)
		if strings.HasSuffix(trimmed, ";") && (!inTrigger || upper == "END;" || strings.HasPrefix(upper, "$$")) {
			out = append(out, b.String())
			b.Reset()
			inTrigger = false
		}
	}
	if rest := strings.TrimSpace(b.String()); rest != "" {
		out = append(out, rest)
	}
	return out
}

var (
	createTable = regexp.MustCompile(`(?i)^\s*CREATE TABLE `)
	columnTypes = regexp.MustCompile(`\b(BIGINT|BOOLEAN|DOUBLE PRECISION)\b`)
	tableEnd    = regexp.MustCompile(`\)\s*;\s*$`)
)

// strict makes a table of SQLite refuse what PostgreSQL would refuse: a text
// in a number, a number in a text. Migrations are written with the types of
// PostgreSQL and translated here.
func strict(statement string) string {
	if !createTable.MatchString(statement) {
		return columnTypes.ReplaceAllStringFunc(statement, sqliteType)
	}
	statement = columnTypes.ReplaceAllStringFunc(statement, sqliteType)
	return tableEnd.ReplaceAllString(statement, ") STRICT;")
}

func sqliteType(t string) string {
	if t == "DOUBLE PRECISION" {
		return "REAL"
	}
	return "INTEGER"
}

// Prepared checks that every registered statement can be prepared, which finds
// wrong tables and columns without running anything.
func (d *DB) Prepared(ctx context.Context) error {
	c, err := d.take(ctx)
	if err != nil {
		return err
	}
	defer func() { d.readers <- c }()
	registry.Lock()
	defer registry.Unlock()
	for _, s := range registry.all {
		text := s.text
		if d.engine == SQLite {
			text = s.sqlite
		}
		ps, err := c.raw.PrepareContext(ctx, text)
		if err != nil {
			return fmt.Errorf("%s: %w", s.where, err)
		}
		if err := ps.Close(); err != nil {
			return fmt.Errorf("%s: %w", s.where, err)
		}
	}
	return nil
}

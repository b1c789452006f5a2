// Package transfer takes a region out of the house and in again: an export for
// people and other programs, a backup while the server writes, and its way
// back, also from one engine to the other.
package transfer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/privacy"
)

// kind is what a column holds, in words of both engines.
type kind int

const (
	text kind = iota
	whole
	real
	boolean
)

type column struct {
	name string
	kind kind
	// given by the engine when a row is written (identity), so it is read to
	// keep the order but never written
	given bool
}

type table struct {
	name    string
	columns []column
}

// describe asks the engine for the columns, because the declared tables name
// only those with personal data.
var describe = map[db.Engine]string{
	db.SQLite: `SELECT name, lower(type), 'NO' FROM pragma_table_info($1) ORDER BY cid`,
	db.Postgres: `SELECT column_name, data_type, is_identity FROM information_schema.columns WHERE table_schema = current_schema()
		AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position`,
}

// tables are all tables in the order of their declaration, those that others
// refer to first. The full-text index of SQLite is left out: triggers fill it.
func tables(tx *db.Tx, declared []privacy.Table) ([]table, error) {
	var out []table
	for _, d := range declared {
		if strings.Contains(d.Name, "_fts") {
			continue
		}
		columns, err := db.AllText(tx, describe[tx.Engine()], scanColumn, d.Name)
		if err != nil {
			return nil, fmt.Errorf("columns of %s: %w", d.Name, err)
		}
		if len(columns) > 0 {
			out = append(out, table{name: d.Name, columns: columns})
		}
	}
	return out, nil
}

func scanColumn(row db.Scanner) (column, error) {
	var c column
	var declared, given string
	if err := row.Scan(&c.name, &declared, &given); err != nil {
		return c, err
	}
	c.given = given == "YES"
	switch declared {
	case "boolean":
		c.kind = boolean
	case "integer", "bigint":
		c.kind = whole
	case "real", "double precision":
		c.kind = real
	}
	return c, nil
}

// without leaves columns out.
func (t table) without(drop func(string) bool) table {
	out := table{name: t.name}
	for _, c := range t.columns {
		if !drop(c.name) {
			out.columns = append(out.columns, c)
		}
	}
	return out
}

func (t table) list(which []column) string {
	names := make([]string, len(which))
	for i, c := range which {
		names[i] = `"` + c.name + `"`
	}
	return strings.Join(names, ", ")
}

// each visits all rows in the order of the first column, one at a time.
func (t table) each(ctx context.Context, tx *db.Tx, visit func([]any) error) (err error) {
	rows, err := tx.QueryText("SELECT " + t.list(t.columns) + ` FROM "` + t.name + `" ORDER BY 1`)
	if err != nil {
		return fmt.Errorf("read %s: %w", t.name, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	values := make([]any, len(t.columns))
	targets := make([]any, len(t.columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("read %s: %w", t.name, err)
		}
		if err := visit(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// dump writes the rows as JSON Lines, members in the order of the columns, and
// returns how many there are.
func (t table) dump(ctx context.Context, tx *db.Tx, w io.Writer) (rows int, err error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	err = t.each(ctx, tx, func(values []any) error {
		line.Reset()
		for i, v := range values {
			separator := byte(',')
			if i == 0 {
				separator = '{'
			}
			line.WriteByte(separator)
			line.WriteString(strconv.Quote(t.columns[i].name) + ":")
			if raw, ok := v.([]byte); ok {
				v = string(raw)
			}
			if err := encoder.Encode(v); err != nil {
				return fmt.Errorf("%s.%s: %w", t.name, t.columns[i].name, err)
			}
			line.Truncate(line.Len() - 1) // the encoder's line end
		}
		line.WriteString("}\n")
		rows++
		_, err := w.Write(line.Bytes())
		return err
	})
	return rows, err
}

// cast gives a value the type that the column of another engine wants.
func (c column) cast(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch c.kind {
	case boolean:
		return castBool(v)
	case whole:
		return castWhole(v)
	case real:
		switch v := v.(type) {
		case float64:
			return v, nil
		case int64:
			return float64(v), nil
		case json.Number:
			return v.Float64()
		}
	case text:
		switch v := v.(type) {
		case string:
			return v, nil
		case []byte:
			return string(v), nil
		}
	}
	return nil, fmt.Errorf("column %s cannot hold %v", c.name, v)
}

func castBool(v any) (any, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case int64:
		return v != 0, nil
	case json.Number:
		return v.String() != "0", nil
	}
	return nil, fmt.Errorf("%v is neither true nor false", v)
}

func castWhole(v any) (any, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case json.Number:
		return v.Int64()
	}
	return nil, fmt.Errorf("%v is not a whole number", v)
}

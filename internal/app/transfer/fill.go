package transfer

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dorflinde/internal/platform/db"
)

// maxValues is how many values one INSERT carries; SQLite takes 32,766.
const maxValues = 4000

// writer puts rows into one table, many with one statement.
type writer struct {
	tx      *db.Tx
	table   table
	columns []column
	index   []int // where each column stands in the incoming row
	values  []any
	rows    int
}

// newWriter wants every column of the table among those that come, and no other.
func newWriter(tx *db.Tx, t table, incoming []string) (*writer, error) {
	w := &writer{tx: tx, table: t}
	for _, name := range incoming {
		if !slices.ContainsFunc(t.columns, func(c column) bool { return c.name == name }) {
			return nil, fmt.Errorf("table %s has no column %q", t.name, name)
		}
	}
	for _, c := range t.columns {
		at := slices.Index(incoming, c.name)
		if c.given {
			continue
		}
		if at < 0 {
			return nil, fmt.Errorf("table %s: column %q is missing", t.name, c.name)
		}
		w.columns, w.index = append(w.columns, c), append(w.index, at)
	}
	return w, nil
}

func (w *writer) add(row []any) error {
	for i, c := range w.columns {
		v, err := c.cast(row[w.index[i]])
		if err != nil {
			return fmt.Errorf("table %s, row %d: %w", w.table.name, w.rows+1, err)
		}
		w.values = append(w.values, v)
	}
	w.rows++
	if len(w.values)+len(w.columns) > maxValues {
		return w.flush()
	}
	return nil
}

func (w *writer) flush() error {
	if len(w.values) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString(`INSERT INTO "` + w.table.name + `" (` + w.table.list(w.columns) + ") VALUES ")
	for i := range w.values {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%len(w.columns) == 0:
			b.WriteString("), (")
		default:
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	b.WriteByte(')')
	if err := w.tx.ExecText(b.String(), w.values...); err != nil {
		return fmt.Errorf("table %s, up to row %d: %w", w.table.name, w.rows, err)
	}
	w.values = w.values[:0]
	return nil
}

// empty removes what a new database brings along, such as version counters.
func empty(tx *db.Tx, all []table) error {
	for _, t := range slices.Backward(all) {
		if err := tx.ExecText(`DELETE FROM "` + t.name + `"`); err != nil {
			return fmt.Errorf("empty %s: %w", t.name, err)
		}
	}
	return nil
}

// copyRows fills an empty database from another one.
func copyRows(ctx context.Context, from, to *db.Tx, source, target []table) error {
	if err := empty(to, target); err != nil {
		return err
	}
	for _, t := range target {
		i := slices.IndexFunc(source, func(s table) bool { return s.name == t.name })
		if i < 0 {
			return fmt.Errorf("table %s is not in the backup", t.name)
		}
		names := make([]string, len(source[i].columns))
		for j, c := range source[i].columns {
			names[j] = c.name
		}
		w, err := newWriter(to, t, names)
		if err != nil {
			return err
		}
		if err := errors.Join(source[i].each(ctx, from, w.add), w.flush()); err != nil {
			return err
		}
	}
	return nil
}

// fillFrom fills an empty database from a folder of JSON Lines.
func fillFrom(ctx context.Context, tx *db.Tx, all []table, dir string) error {
	if err := empty(tx, all); err != nil {
		return err
	}
	for _, t := range all {
		if err := fillTable(ctx, tx, t, filepath.Join(dir, t.name+".jsonl")); err != nil {
			return err
		}
	}
	return nil
}

func fillTable(ctx context.Context, tx *db.Tx, t table, path string) (err error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("table %s is not in the backup", t.name)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	w, err := newWriter(tx, t, names)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bufio.NewReaderSize(file, 1<<16))
	decoder.UseNumber()
	for {
		var members map[string]any
		if err := decoder.Decode(&members); errors.Is(err, io.EOF) {
			return w.flush()
		} else if err != nil {
			return fmt.Errorf("table %s, row %d: %w", t.name, w.rows+1, err)
		}
		row, err := arrange(t, members)
		if err != nil {
			return fmt.Errorf("table %s, row %d: %w", t.name, w.rows+1, err)
		}
		if err := errors.Join(ctx.Err(), w.add(row)); err != nil {
			return err
		}
	}
}

// arrange brings the members of one line into the order of the columns.
func arrange(t table, members map[string]any) ([]any, error) {
	row := make([]any, len(t.columns))
	for i, c := range t.columns {
		v, ok := members[c.name]
		if !ok && !c.given {
			return nil, fmt.Errorf("member %q is missing", c.name)
		}
		row[i] = v
		delete(members, c.name)
	}
	for name := range members {
		return nil, fmt.Errorf("there is no column %q", name)
	}
	return row, nil
}

package db

import (
	"context"
	"errors"
	"fmt"
)

// CopyTo writes a consistent copy of an embedded database into a new file,
// while everybody goes on reading and writing. The file must not exist yet. It
// is an error on PostgreSQL, whose own tools copy a server.
func (d *DB) CopyTo(ctx context.Context, path string) error {
	if d.engine != SQLite {
		return errors.New("db: only an embedded database is copied as a file")
	}
	c, err := d.take(ctx)
	if err != nil {
		return err
	}
	defer func() { d.readers <- c }()
	// A reader refuses to write, and the copy counts as writing.
	for _, step := range []struct {
		text string
		args []any
	}{{"PRAGMA query_only = 0", nil}, {"VACUUM INTO ?1", []any{path}}, {"PRAGMA query_only = 1", nil}} {
		if _, err := c.raw.ExecContext(ctx, step.text, step.args...); err != nil {
			c.close()
			return fmt.Errorf("db: copy to %s: %w", path, err)
		}
	}
	return nil
}

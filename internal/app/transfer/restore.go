package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dorflinde/internal/app"
	"dorflinde/internal/platform/db"
)

// ErrNotEmpty says that there is a region already where one should be restored.
var ErrNotEmpty = errors.New("there is a region already; restore into an empty place")

// Restore brings a backup back into an empty place. Everything is unpacked and
// checked beside the place first; the database appears last, so a restore that
// fails leaves no region behind. A backup of one engine can be restored into
// the other.
func Restore(ctx context.Context, config app.Config, o app.Options, r io.Reader) (Head, error) {
	data, err := emptyPlace(ctx, config, o)
	if err != nil {
		return Head{}, err
	}
	dir, err := os.MkdirTemp(data, ".restore-")
	if err != nil {
		return Head{}, err
	}
	h, err := unpack(r, dir)
	if err == nil {
		err = install(ctx, config, o, h, dir, data)
	}
	return h, errors.Join(err, os.RemoveAll(dir))
}

// emptyPlace refuses a place where somebody lives and returns its folder.
func emptyPlace(ctx context.Context, config app.Config, o app.Options) (string, error) {
	data := config.Folder()
	uploads, err := os.ReadDir(filepath.Join(data, "media"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if len(uploads) > 0 || config.Database == "" && config.Exists() {
		return "", fmt.Errorf("%s: %w", data, ErrNotEmpty)
	}
	if err := os.MkdirAll(data, 0o750); err != nil {
		return "", err
	}
	if config.Database == "" {
		return data, nil
	}
	a, err := app.New(ctx, config, o)
	if err != nil {
		return "", err
	}
	if a.Region.Current().Region.ID != "" {
		err = ErrNotEmpty
	}
	return data, errors.Join(err, a.Close())
}

func install(ctx context.Context, config app.Config, o app.Options, h Head, dir, data string) error {
	var err error
	switch {
	case config.Database == "" && h.Engine == string(db.SQLite):
		err = prove(ctx, dir, o)
	case config.Database == "":
		err = fillPlace(ctx, app.Config{Data: dir}, o, h, dir)
	default:
		err = fillPlace(ctx, config, o, h, dir)
	}
	if err != nil {
		return err
	}
	if err := moveInto(filepath.Join(dir, "media"), filepath.Join(data, "media")); err != nil {
		return err
	}
	if config.Database != "" {
		return nil
	}
	return os.Rename(filepath.Join(dir, dbName), filepath.Join(data, dbName))
}

// moveInto moves a folder; where the target is there already it is empty.
func moveInto(from, to string) error {
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(from, to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// prove opens an unpacked embedded database, brings it up to date and lets the
// engine look at every page.
func prove(ctx context.Context, dir string, o app.Options) error {
	a, err := app.New(ctx, app.Config{Data: dir}, o)
	if err != nil {
		return fmt.Errorf("the database of the backup: %w", err)
	}
	err = a.DB.View(ctx, func(tx *db.Tx) error {
		found, err := db.AllText(tx, "PRAGMA integrity_check", func(row db.Scanner) (line string, err error) { return line, row.Scan(&line) })
		if err == nil && !slices.Equal(found, []string{"ok"}) {
			err = fmt.Errorf("the database of the backup is damaged: %s", strings.Join(found, "; "))
		}
		return err
	})
	return errors.Join(err, a.Close())
}

// fillPlace copies rows into a new database at target.
func fillPlace(ctx context.Context, target app.Config, o app.Options, h Head, dir string) error {
	a, err := app.New(ctx, target, o)
	if err != nil {
		return err
	}
	if h.Engine == string(db.SQLite) {
		err = fillFromSQLite(ctx, a, o, dir)
	} else {
		err = a.DB.Update(ctx, func(tx *db.Tx) error {
			if err := sameSteps(tx, h); err != nil {
				return err
			}
			all, err := tables(tx, a.Tables())
			if err != nil {
				return err
			}
			return fillFrom(ctx, tx, all, filepath.Join(dir, "tables"))
		})
	}
	return errors.Join(err, a.Close())
}

// sameSteps refuses rows of another shape. A backup of an embedded database
// needs no such check: it is brought up to date before it is read.
func sameSteps(tx *db.Tx, h Head) error {
	steps, err := Steps(tx)
	if err != nil {
		return err
	}
	if !slices.Equal(steps, h.Steps) {
		return fmt.Errorf("the backup was made by version %s, whose tables differ from those of version %s; restore it with that version, then update", h.Version, app.Version)
	}
	return nil
}

func fillFromSQLite(ctx context.Context, a *app.App, o app.Options, dir string) error {
	if err := prove(ctx, dir, o); err != nil {
		return err
	}
	source, err := db.Open(ctx, db.Options{Path: filepath.Join(dir, dbName), Readers: 1})
	if err != nil {
		return err
	}
	err = source.View(ctx, func(from *db.Tx) error {
		have, err := tables(from, a.Tables())
		if err != nil {
			return err
		}
		return a.DB.Update(ctx, func(to *db.Tx) error {
			want, err := tables(to, a.Tables())
			if err != nil {
				return err
			}
			return copyRows(ctx, from, to, have, want)
		})
	})
	return errors.Join(err, source.Close())
}

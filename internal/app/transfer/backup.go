package transfer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"dorflinde/internal/app"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/media"
)

// Backed says what a backup holds.
type Backed struct {
	Head    Head     `json:"head"`
	Files   int      `json:"files"`   // uploads, with their small variants
	Bytes   int64    `json:"bytes"`   // of the whole
	Missing []string `json:"missing"` // uploads the database knows and the disk has not
}

// Backup writes database and uploads as one stream while the server goes on.
// The database is one moment; uploads are written once and never changed, so
// those that the moment knows belong to it.
func Backup(ctx context.Context, a *app.App, w io.Writer) (Backed, error) {
	dir, err := os.MkdirTemp(a.Config.Data, ".backup-")
	if err != nil {
		return Backed{}, fmt.Errorf("backup: %w", err)
	}
	out, err := backup(ctx, a, w, dir)
	return out, errors.Join(err, os.RemoveAll(dir))
}

func backup(ctx context.Context, a *app.App, w io.Writer, dir string) (Backed, error) {
	out := Backed{Missing: []string{}}
	snap, err := snapshot(ctx, a, dir)
	if err != nil {
		return out, err
	}
	count := &counter{w: w}
	out.Head = Head{Format: formatName, Version: app.Version, Engine: string(a.DB.Engine()),
		Region: a.Region.Current().Region.Name, Created: a.Clock.Now().UTC(), Steps: snap.steps}
	p := newPacker(count, out.Head.Created)
	if err := p.head(out.Head); err != nil {
		return out, err
	}
	for _, name := range snap.files {
		if err := p.addFile(name, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return out, err
		}
	}
	for _, id := range snap.media {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		if err := out.addUpload(ctx, a, p, id); err != nil {
			return out, err
		}
	}
	err = p.close()
	out.Bytes = count.n
	return out, err
}

// addUpload adds one upload. One that was removed since the moment of the
// database is left out; one that should be there is noted as missing.
func (b *Backed) addUpload(ctx context.Context, a *app.App, p *packer, id string) error {
	for _, small := range []bool{false, true} {
		name := "media/" + id[len(id)-2:] + "/" + id
		if small {
			name += ".small"
		}
		file, err := a.Media.Open(id, small)
		if errors.Is(err, fs.ErrNotExist) {
			f, gone := a.Media.Get(ctx, id)
			if gone == nil && (!small || f.Picture()) {
				b.Missing = append(b.Missing, name)
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		if err := errors.Join(p.addOpen(name, file), file.Close()); err != nil {
			return err
		}
		b.Files++
	}
	return nil
}

// moment is what a database held at one moment.
type moment struct {
	files []string // written into the folder
	media []string
	steps []string
}

func snapshot(ctx context.Context, a *app.App, dir string) (moment, error) {
	if a.DB.Engine() == db.SQLite {
		return snapshotSQLite(ctx, a, dir)
	}
	var m moment
	err := a.DB.View(ctx, func(tx *db.Tx) error {
		all, err := tables(tx, a.Tables())
		if err != nil {
			return err
		}
		if err := os.Mkdir(filepath.Join(dir, "tables"), 0o700); err != nil {
			return err
		}
		for _, t := range all {
			name := "tables/" + t.name + ".jsonl"
			if err := dumpFile(ctx, tx, t, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
				return err
			}
			m.files = append(m.files, name)
		}
		return m.read(tx)
	})
	return m, err
}

// snapshotSQLite copies the file and reads the rest from the copy.
func snapshotSQLite(ctx context.Context, a *app.App, dir string) (moment, error) {
	m := moment{files: []string{dbName}}
	path := filepath.Join(dir, dbName)
	if err := a.DB.CopyTo(ctx, path); err != nil {
		return m, err
	}
	// Opening switches the copy to WAL, as every embedded database is; closing
	// leaves one whole file again.
	copied, err := db.Open(ctx, db.Options{Path: path, Readers: 1})
	if err != nil {
		return m, err
	}
	err = errors.Join(copied.View(ctx, m.read), copied.Close())
	return m, err
}

func (m *moment) read(tx *db.Tx) (err error) {
	if m.media, err = media.IDs(tx); err != nil {
		return err
	}
	m.steps, err = Steps(tx)
	return err
}

var selectSteps = db.SQL("SELECT name FROM migration")

// Steps are the migrations that have run, by name.
func Steps(tx *db.Tx) ([]string, error) {
	names, err := db.All(tx, selectSteps, func(row db.Scanner) (name string, err error) { return name, row.Scan(&name) })
	slices.Sort(names)
	return names, err
}

func dumpFile(ctx context.Context, tx *db.Tx, t table, path string) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	buffered := bufio.NewWriterSize(file, 1<<16)
	if _, err := t.dump(ctx, tx, buffered); err != nil {
		return err
	}
	return buffered.Flush()
}

// counter counts bytes on their way.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

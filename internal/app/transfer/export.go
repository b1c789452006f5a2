package transfer

import (
	"archive/zip"
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"dorflinde/internal/app"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/media"
)

//go:embed README.txt
var exportReadme string

// Exported says what an export holds.
type Exported struct {
	Region  string         `json:"region"`
	Tables  map[string]int `json:"tables"`  // rows of each
	Entries int            `json:"entries"` // public ones, in the feed
	Events  int            `json:"events"`  // entries in the calendar
	Files   int            `json:"files"`
	Missing []string       `json:"missing"` // uploads the disk has not
}

// fleeting tables hold nothing that another program could use: sign-ins under
// way and letters with such links, counters against guessing, work waiting for
// this program, the index.
var fleeting = map[string]bool{
	"session": true, "login_link": true, "ceremony": true, "attempt": true, "job": true, "migration": true, "mail_kept": true,
	"search_pending": true, "search_document": true, "search_term": true, "search_state": true,
}

// secret columns stay in the house: whoever holds an export must not be able
// to try passwords or use tokens.
func secret(column string) bool {
	return column == "password" || column == "hash" || strings.HasSuffix(column, "_hash") || strings.HasSuffix(column, "_secret")
}

// exporter writes one ZIP; everything passes through it, nothing is collected.
type exporter struct {
	app *app.App
	ctx context.Context // with the region's language, for calendars
	zip *zip.Writer
	out Exported
}

// Export writes everything of the region as one ZIP of open formats, from one
// moment of the database.
func Export(ctx context.Context, a *app.App, w io.Writer) (Exported, error) {
	x := &exporter{app: a, ctx: i18n.With(ctx, a.Localizer(i18n.German)), zip: zip.NewWriter(w),
		out: Exported{Region: a.Region.Current().Region.Name, Tables: map[string]int{}, Missing: []string{}}}
	err := x.file("README.txt", func(w io.Writer) error { _, err := io.WriteString(w, exportReadme); return err })
	if err != nil {
		return x.out, err
	}
	err = a.DB.View(ctx, func(tx *db.Tx) error {
		if err := x.tables(tx); err != nil {
			return err
		}
		if err := x.file("boundaries.geojson", x.boundaries); err != nil {
			return err
		}
		if err := x.entries(tx); err != nil {
			return err
		}
		return x.calendars(tx)
	})
	if err != nil {
		return x.out, fmt.Errorf("export: %w", err)
	}
	if err := a.Media.Each(ctx, x.upload); err != nil {
		return x.out, fmt.Errorf("export: %w", err)
	}
	if err := x.file("manifest.json", x.manifest); err != nil {
		return x.out, err
	}
	return x.out, x.zip.Close()
}

func (x *exporter) file(name string, write func(io.Writer) error) error {
	w, err := x.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: x.app.Clock.Now().UTC()})
	if err != nil {
		return fmt.Errorf("export: %s: %w", name, err)
	}
	buffered := bufio.NewWriterSize(w, 1<<16)
	if err := errors.Join(write(buffered), buffered.Flush()); err != nil {
		return fmt.Errorf("export: %s: %w", name, err)
	}
	return nil
}

func (x *exporter) tables(tx *db.Tx) error {
	all, err := tables(tx, x.app.Tables())
	if err != nil {
		return err
	}
	for _, t := range all {
		if fleeting[t.name] {
			continue
		}
		t := t.without(secret)
		err := x.file("tables/"+t.name+".jsonl", func(w io.Writer) (err error) {
			x.out.Tables[t.name], err = t.dump(x.ctx, tx, w)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// upload adds one upload under its own name.
func (x *exporter) upload(f media.File) error {
	file, err := x.app.Media.Open(f.ID, false)
	if errors.Is(err, fs.ErrNotExist) {
		x.out.Missing = append(x.out.Missing, f.ID)
		return nil
	}
	if err != nil {
		return err
	}
	err = x.file("media/"+f.ID+"/"+f.Name, func(w io.Writer) error { _, err := io.Copy(w, file); return err })
	x.out.Files++
	return errors.Join(err, file.Close(), x.ctx.Err())
}

func (x *exporter) manifest(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{
		"format": "dorflinde-export/1", "version": app.Version, "created": x.app.Clock.Now().UTC(), "contents": x.out,
	})
}

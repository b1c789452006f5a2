// Package media keeps pictures and files that people upload. A picture is
// decoded and written anew, so that neither hidden data (where it was taken)
// nor hidden code survives; anything else is only ever handed out as a
// download.
package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/privacy"
	"dorflinde/internal/platform/web"
)

// Migrations of the media table.
//
//go:embed migrations
var Migrations embed.FS

// Messages are what people read when an upload is refused.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// Limits of uploads, in bytes and pixels.
const (
	MaxPicture    = 15 << 20
	MaxAttachment = 20 << 20
	maxPixels     = 40_000_000
	largeSide     = 1600
	smallSide     = 640
)

// File is one kept picture or attachment.
type File struct {
	ID            string
	OwnerID       string // organisation or account
	Name          string // as the person called it, without folders
	Type          string // media type
	Width, Height int    // pixels, 0 for attachments
	Size          int64  // bytes
	SHA256        string
	CreatedAt     time.Time
}

// Picture reports whether the file is shown, not downloaded.
func (f File) Picture() bool { return f.Width > 0 }

// URL is where the file is found; small asks for the small variant of a picture.
func (f File) URL(small bool) string {
	if small && f.Picture() {
		return "/medien/" + f.ID + "/klein"
	}
	return "/medien/" + f.ID
}

var (
	insertMedia = db.SQL("INSERT INTO media (id, owner_id, name, type, width, height, size, sha256, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
	selectMedia = db.SQL("SELECT id, owner_id, name, type, width, height, size, sha256, created_at FROM media WHERE id = $1")
	deleteMedia = db.SQL("DELETE FROM media WHERE id = $1")
)

// Store keeps files in a folder and their facts in the database.
type Store struct {
	db    *db.DB
	dir   string
	clock clock.Clock
	ids   id.Source
	// drawing lets one picture at a time be unpacked: one of 40 million pixels
	// takes up to 320 MB, and several at once would end the process.
	drawing chan struct{}
}

// New makes a store over a folder, which it creates when needed.
func New(d *db.DB, dir string, c clock.Clock, ids id.Source) (*Store, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	return &Store{db: d, dir: dir, clock: c, ids: ids, drawing: make(chan struct{}, 1)}, nil
}

// AddPicture keeps a JPEG, PNG, GIF or WebP picture, re-encoded in two sizes.
func (s *Store) AddPicture(ctx context.Context, owner, name string, r io.Reader) (File, error) {
	data, err := readLimited(r, MaxPicture)
	if err != nil {
		return File{}, err
	}
	large, small, err := s.redraw(ctx, data)
	if err != nil {
		return File{}, err
	}
	f := s.file(owner, name, large.kind, large.data)
	f.Width, f.Height = large.width, large.height
	return f, s.keep(ctx, f, map[string][]byte{"": large.data, ".small": small.data})
}

// redraw waits for its turn.
func (s *Store) redraw(ctx context.Context, data []byte) (large, small drawn, err error) {
	select {
	case s.drawing <- struct{}{}:
	case <-ctx.Done():
		return large, small, ctx.Err()
	}
	defer func() { <-s.drawing }()
	return redraw(data)
}

// attachmentTypes are what people may attach, by ending, with the first bytes
// a file of that kind has.
var attachmentTypes = map[string]struct{ kind, magic string }{
	".pdf":  {"application/pdf", "%PDF-"},
	".odt":  {"application/vnd.oasis.opendocument.text", "PK\x03\x04"},
	".ods":  {"application/vnd.oasis.opendocument.spreadsheet", "PK\x03\x04"},
	".docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\x03\x04"},
	".xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK\x03\x04"},
	".ics":  {"text/calendar", "BEGIN:VCALENDAR"},
	".gpx":  {"application/gpx+xml", "<?xml"},
}

// AddAttachment keeps a document as it is; it is only ever downloaded.
func (s *Store) AddAttachment(ctx context.Context, owner, name string, r io.Reader) (File, error) {
	data, err := readLimited(r, MaxAttachment)
	if err != nil {
		return File{}, err
	}
	known, ok := attachmentTypes[strings.ToLower(path.Ext(name))]
	if !ok || !bytes.HasPrefix(bytes.TrimLeft(data, "\ufeff \r\n"), []byte(known.magic)) {
		return File{}, fault.Invalid("attachment", "media.type", "name", cleanName(name))
	}
	f := s.file(owner, name, known.kind, data)
	return f, s.keep(ctx, f, map[string][]byte{"": data})
}

func (s *Store) file(owner, name, kind string, data []byte) File {
	sum := sha256.Sum256(data)
	return File{
		ID: s.ids.New(), OwnerID: owner, Name: cleanName(name), Type: kind, Size: int64(len(data)),
		SHA256: hex.EncodeToString(sum[:]), CreatedAt: s.clock.Now(),
	}
}

// keep writes the bytes first and the row last: a crash in between leaves an
// unused file, never a row without one.
func (s *Store) keep(ctx context.Context, f File, variants map[string][]byte) error {
	for suffix, data := range variants {
		if err := writeFile(s.path(f.ID)+suffix, data); err != nil {
			return fmt.Errorf("media: keep %s: %w", f.ID, err)
		}
	}
	return s.db.Update(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(insertMedia, f.ID, f.OwnerID, f.Name, f.Type, f.Width, f.Height, f.Size, f.SHA256, db.Micros(f.CreatedAt))
		return err
	})
}

func writeFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// path spreads files over 256 folders by the random end of the id.
func (s *Store) path(fileID string) string {
	return filepath.Join(s.dir, fileID[len(fileID)-2:], fileID)
}

// Get reads the facts of a file.
func (s *Store) Get(ctx context.Context, fileID string) (File, error) {
	var f File
	if !id.Valid(fileID) {
		return f, fault.NotFound()
	}
	err := s.db.View(ctx, func(tx *db.Tx) error {
		var created int64
		err := tx.QueryRow(selectMedia, fileID).Scan(&f.ID, &f.OwnerID, &f.Name, &f.Type, &f.Width, &f.Height, &f.Size, &f.SHA256, &created)
		f.CreatedAt = db.Time(created)
		return err
	})
	if errors.Is(err, db.ErrNotFound) {
		return f, fault.NotFound()
	}
	return f, err
}

// Remove forgets a file and erases its bytes.
func (s *Store) Remove(ctx context.Context, fileID string) error {
	if !id.Valid(fileID) {
		return fault.NotFound()
	}
	err := s.db.Update(ctx, func(tx *db.Tx) error { _, err := tx.Exec(deleteMedia, fileID); return err })
	for _, suffix := range []string{"", ".small"} {
		if gone := os.Remove(s.path(fileID) + suffix); gone != nil && !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

// Routes serve the files. An id is random and unguessable, and what is kept
// here was published; files of cases have a store of their own.
func (s *Store) Routes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/medien/{id}", Access: web.Everyone, Handle: s.serve("")},
		{Method: "GET", Path: "/medien/{id}/klein", Access: web.Everyone, Handle: s.serve(".small")},
	}
}

func (s *Store) serve(suffix string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := s.Get(r.Context(), r.PathValue("id"))
		if err != nil {
			return err
		}
		file, err := os.Open(s.path(f.ID) + suffix)
		if err != nil {
			return fault.NotFound().Because(err)
		}
		defer file.Close()
		h := w.Header()
		h.Set("Content-Type", f.Type)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		// Feed readers and other servers show these pictures on their own pages.
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Etag", `"`+f.SHA256[:32]+suffix+`"`)
		if !f.Picture() {
			h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
			h.Set("Content-Disposition", `attachment; filename="`+asciiName(f.Name)+`"; filename*=UTF-8''`+escapeName(f.Name))
		}
		http.ServeContent(w, r, "", f.CreatedAt, file)
		return nil
	}
}

func readLimited(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fault.New(fault.KindTooLarge, "media.large", "max", limit>>20)
	}
	if len(data) == 0 {
		return nil, fault.Invalid("file", "media.empty")
	}
	return data, nil
}

// Tables declares what the store keeps.
func Tables() []privacy.Table { return []privacy.Table{{Name: "media"}} }

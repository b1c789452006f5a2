package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"dorflinde/internal/platform/db"
)

var (
	mediaAfter = db.SQL("SELECT id, owner_id, name, type, width, height, size, sha256, created_at FROM media WHERE id > $1 ORDER BY id LIMIT 500")
	mediaIDs   = db.SQL("SELECT id FROM media ORDER BY id")
)

// IDs lists the files that tx sees.
func IDs(tx *db.Tx) ([]string, error) {
	return db.All(tx, mediaIDs, func(s db.Scanner) (id string, err error) { return id, s.Scan(&id) })
}

// Each visits the facts of all files in the order of their ids.
func (s *Store) Each(ctx context.Context, visit func(File) error) error {
	for after := ""; ; {
		var page []File
		err := s.db.View(ctx, func(tx *db.Tx) (err error) {
			page, err = db.All(tx, mediaAfter, scanFile, after)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, f := range page {
			if err := visit(f); err != nil {
				return err
			}
		}
		after = page[len(page)-1].ID
	}
}

func scanFile(row db.Scanner) (f File, err error) {
	var created int64
	err = row.Scan(&f.ID, &f.OwnerID, &f.Name, &f.Type, &f.Width, &f.Height, &f.Size, &f.SHA256, &created)
	f.CreatedAt = db.Time(created)
	return f, err
}

// Open opens a file's bytes; small asks for the small variant of a picture.
// The caller closes it.
func (s *Store) Open(fileID string, small bool) (*os.File, error) {
	name := s.path(fileID)
	if small {
		name += ".small"
	}
	return os.Open(name)
}

// Verify reads a file and tells whether its bytes are those that were kept. A
// missing file is os.ErrNotExist.
func (s *Store) Verify(f File) (err error) {
	file, err := s.Open(f.ID, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("media: %s: %w", f.ID, ErrAltered)
	}
	if f.Picture() {
		if _, err := os.Stat(s.path(f.ID) + ".small"); err != nil {
			return err
		}
	}
	return nil
}

// ErrAltered says that a file's bytes are not those that were kept.
var ErrAltered = errors.New("the bytes are not those that were uploaded")

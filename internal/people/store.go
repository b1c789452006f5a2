package people

import (
	"embed"
	"errors"
	"fmt"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

// Files holds the migrations of this package, in the folder "migrations".
//
//go:embed migrations/*.sql
var Files embed.FS

// Migrations are this package's steps.
var Migrations = db.Migrations{Name: "people", Files: Files}

var (
	bumpVersion = db.SQL(`UPDATE people_version SET n = n + 1 WHERE one = 1`)
	readVersion = db.SQL(`SELECT n FROM people_version WHERE one = 1`)
)

// changed tells every node that what it remembers about people is old. Every
// write that changes an organisation, a role, a session or a token ends here.
func changed(tx *db.Tx) error {
	if _, err := tx.Exec(bumpVersion); err != nil {
		return fmt.Errorf("people: version: %w", err)
	}
	return nil
}

func version(tx *db.Tx) (int64, error) {
	var n int64
	if err := tx.QueryRow(readVersion).Scan(&n); err != nil {
		return 0, fmt.Errorf("people: version: %w", err)
	}
	return n, nil
}

// notFound turns an absent row into the fault that people read.
func notFound(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return fault.NotFound()
	}
	return err
}

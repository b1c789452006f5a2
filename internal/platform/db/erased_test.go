package db_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dorflinde/internal/platform/db"
)

// TestErasedIsGoneWhileOpen: what is deleted must leave the file and the
// write-ahead log soon, not only when the program ends.
func TestErasedIsGoneWhileOpen(t *testing.T) {
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "a.db")
	d, err := db.Open(ctx, db.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	const secret = "kanarienvogel-0815"
	for _, text := range []string{"CREATE TABLE note (text TEXT)", "INSERT INTO note (text) VALUES ('" + secret + "')", "DELETE FROM note"} {
		if err := d.Update(ctx, func(tx *db.Tx) error { return tx.ExecText(text) }); err != nil {
			t.Fatal(err)
		}
	}
	holds := func() bool {
		for _, name := range []string{path, path + "-wal"} {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(content, []byte(secret)) {
				return true
			}
		}
		return false
	}
	if !holds() {
		t.Fatal("the log does not hold what was written: nothing is proved")
	}
	for deadline := time.Now().Add(20 * time.Second); holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("what was erased is still there")
		}
	}
	if err := d.Update(ctx, func(tx *db.Tx) error { return tx.ExecText("INSERT INTO note (text) VALUES ('later')") }); err != nil {
		t.Errorf("writing after the log was emptied: %v", err)
	}
}

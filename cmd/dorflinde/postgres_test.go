package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"dorflinde/internal/platform/db/dbtest"
)

// onPostgres writes a configuration for an empty schema.
func onPostgres(t *testing.T) string {
	t.Helper()
	return file(t, "dorflinde.toml", fmt.Sprintf("database = %q\ndata = %q\n", dbtest.Schema(t), t.TempDir()))
}

// The same commands on PostgreSQL, and a region that moves between the engines.
func TestRegionOnPostgres(t *testing.T) {
	config := onPostgres(t)
	if code, _, wrong := call(t, "init", "--config", config, "--name", "R", "--land", "DE-BY", "--municipality", "Au;1;10.8;47.9"); code != 1 {
		t.Fatalf("a wrong key was taken: %s", wrong)
	}
	must(t, "init", "--config", config, "--name", "R", "--land", "DE-BY", "--municipality", "Au;09181124;10.8;47.9", "--operator-email", "a@example.org")
	if code, _, wrong := call(t, "init", "--config", config, "--name", "S", "--land", "DE-BY", "--municipality", "Au;09181124;10.8;47.9"); code != 1 || !strings.Contains(wrong, "a region already") {
		t.Errorf("second init: %d %s", code, wrong)
	}
	must(t, "migrate", "--config", config)
	must(t, "check", "--config", config)
	must(t, "token", "--as", "gemeinde-au", "--config", config)
	must(t, "export", filepath.Join(t.TempDir(), "r.zip"), "--config", config)
	backup := filepath.Join(t.TempDir(), "r.tar")
	must(t, "backup", backup, "--config", config)
	if code, _, wrong := call(t, "restore", backup, "--config", config); code != 1 || !strings.Contains(wrong, "a region already") {
		t.Errorf("restored over a region: %d %s", code, wrong)
	}
	embedded, other := filepath.Join(t.TempDir(), "data"), onPostgres(t)
	must(t, "restore", backup, "--data", embedded)
	must(t, "check", "--data", embedded)
	again := filepath.Join(t.TempDir(), "again.tar")
	must(t, "backup", again, "--data", embedded)
	must(t, "restore", again, "--config", other)
	must(t, "check", "--config", other)
	if out := must(t, "user", "list", "--config", other); !strings.Contains(out, "a@example.org") {
		t.Errorf("after two moves: %s", out)
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// call runs one command line in this process, with an environment of its own.
func call(t testing.TB, args ...string) (code int, out, wrong string) {
	t.Helper()
	return callIn(t, nil, args...)
}

func callIn(t testing.TB, env []string, args ...string) (code int, out, wrong string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(console{ctx: context.Background(), out: &o, err: &e, env: env}, args)
	return code, o.String(), e.String()
}

// must runs a command that has to succeed.
func must(t testing.TB, args ...string) string {
	t.Helper()
	code, out, wrong := call(t, args...)
	if code != 0 {
		t.Fatalf("dorflinde %s: exit status %d\n%s%s", strings.Join(args, " "), code, out, wrong)
	}
	return out
}

// mustJSON runs a command and reads its answer.
func mustJSON(t testing.TB, into any, args ...string) {
	t.Helper()
	out := must(t, append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), into); err != nil {
		t.Fatalf("dorflinde %s: %v in %s", strings.Join(args, " "), err, out)
	}
}

func file(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// newRegion makes a small region with an operator who has a password.
func newRegion(t testing.TB) (data string) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "data")
	must(t, "init", "--data", data, "--name", "Region Lechrain", "--land", "DE-BY",
		"--municipality", "Fuchstal;09181124;10.83;47.93", "--municipality", "Apfeldorf;09181112;10.95;47.89",
		"--operator-email", "betrieb@example.org", "--operator-password-file", file(t, "word", "unter der Linde 7\n"))
	return data
}

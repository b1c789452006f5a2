// Package browsertest drives the demo in a real browser: the pages as people
// see them, and the tasks as people do them. The scripts lie in web/e2e.
package browsertest

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/app"
	"dorflinde/internal/app/sample"
	"dorflinde/web"
)

// house is the demo, served on a loopback address.
type house struct {
	app  *app.App
	base string
}

// scripts is where the browser's scripts lie, with their npm packages.
const scripts = "../../../web"

func serve(t *testing.T) *house {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	config := app.Config{Data: t.TempDir(), Addr: l.Addr().String(), Demo: true}
	ctx, stop := context.WithCancel(context.Background())
	a, err := app.New(ctx, config, app.Options{Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		t.Fatal(err)
	}
	if err := sample.Fill(ctx, a, sample.Options{Seed: 1}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return &house{app: a, base: "http://" + l.Addr().String()}
}

// chromium finds the browser; without one the test is skipped in one line.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			if _, err := os.Stat(filepath.Join(scripts, "node_modules", "playwright-core")); err != nil {
				t.Skip("no browser tests: npm packages are not installed (make assets)")
			}
			if err := web.Check(); err != nil {
				t.Skip("no browser tests: " + err.Error())
			}
			return path
		}
	}
	t.Skip("no browser tests: Chromium is not installed")
	return ""
}

// run runs a script and makes each of its findings an error of the test.
func (h *house) run(t *testing.T, script string, env ...string) {
	t.Helper()
	browser := chromium(t)
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join("e2e", script))
	cmd.Dir = scripts
	cmd.Env = append(os.Environ(), append(env, "DORFLINDE_BASE="+h.base, "DORFLINDE_PASSWORD="+sample.Password, "DORFLINDE_CHROMIUM="+browser)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	found := false
	for line := range strings.Lines(out.String()) {
		if finding, ok := strings.CutPrefix(line, "FINDING "); ok {
			t.Error(strings.TrimSpace(finding))
			found = true
		} else {
			t.Log(strings.TrimSpace(line))
		}
	}
	if err != nil && !found {
		t.Fatalf("%s: %v\n%s", script, err, out.String())
	}
}

type role struct {
	Name  string   `json:"name"`
	Email string   `json:"email,omitempty"`
	Start []string `json:"start,omitempty"`
	Only  []string `json:"only,omitempty"` // kinds of pages this role adds
}

// internal are the pages that signed-out people never see.
var internal = []string{"/schreiben", "/konto", "/organisationen/{slug}/", "/verwaltung", "/karten", "/gemeinde", "/aktuelles/neu", "/aktuelles/{id}/", "/termine/neu", "/termine/{id}/", "/verzeichnis/neu", "/verzeichnis/{id}/", "/seiten/", "/abfall/verwalten", "/warnungen/"}

func roles() []role {
	all := []role{{Name: "gast"}}
	for _, s := range sample.SignIns() {
		name, _, _ := strings.Cut(s.Email, "@")
		all = append(all, role{Name: name, Email: s.Email, Only: internal, Start: []string{"/schreiben", "/konto"}})
	}
	for i := range all {
		switch all[i].Name {
		case "betrieb":
			all[i].Start = append(all[i].Start, "/verwaltung/organisationen", "/verwaltung/warnungen")
		case "rathaus":
			all[i].Start = append(all[i].Start, "/gemeinde/fuchstal/aussehen", "/karten", "/organisationen/gemeinde-fuchstal/verwalten", "/organisationen/gemeinde-fuchstal/quellen")
		case "verein":
			all[i].Start = append(all[i].Start, "/organisationen/musikverein-leeder/verwalten", "/organisationen/musikverein-leeder/quellen")
		case "buerger":
			all[i].Start = []string{"/konto"}
		case "lesen":
			all[i].Start = []string{"/konto"}
		}
	}
	return all
}

func (h *house) pages() []string {
	var out []string
	for _, r := range h.app.Routes() {
		if r.Method == http.MethodGet && !r.API && !slices.Contains(out, r.Path) {
			out = append(out, r.Path)
		}
	}
	return out
}

// TestPages audits every kind of page as every role; see web/e2e/audit.mjs.
// The kept pages go through html-validate and the Nu checker.
func TestPages(t *testing.T) {
	chromium(t)
	h := serve(t)
	out := t.TempDir()
	config, err := json.Marshal(map[string]any{
		"patterns": h.pages(), "roles": roles(), "samples": 2,
		"start": []string{"/", "/?ort=leeder", "/neues", "/kalender", "/kalender?ansicht=liste", "/karte", "/suche?q=feuerwehr", "/suche?q=xyzzy", "/anmelden", "/styleguide", "/demo/post"},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.run(t, "audit.mjs", "DORFLINDE_AUDIT="+string(config), "DORFLINDE_OUT="+out)
	t.Run("html-validate", func(t *testing.T) { h.run(t, "validate.mjs", "DORFLINDE_OUT="+out) })
	t.Run("nu", func(t *testing.T) { nu(t, out) })
}

// nu runs the Nu HTML checker of the W3C.
func nu(t *testing.T, dir string) {
	t.Helper()
	java, err := exec.LookPath("java")
	if err != nil {
		t.Skip("no Nu checker: Java is not installed")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no pages to check: %v", err)
	}
	jar := filepath.Join(scripts, "node_modules/vnu-jar/build/dist/vnu.jar")
	cmd := exec.CommandContext(t.Context(), java, append([]string{"-Xss4m", "-jar", jar, "--errors-only", "--format", "gnu"}, files...)...)
	out, err := cmd.CombinedOutput()
	for line := range strings.Lines(string(out)) {
		t.Error(strings.TrimPrefix(strings.TrimSpace(line), `"file:`+dir))
	}
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	t.Logf("the Nu checker read %d pages", len(files))
}

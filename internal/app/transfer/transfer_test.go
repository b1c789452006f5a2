package transfer_test

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dorflinde/internal/app"
	"dorflinde/internal/app/sample"
	"dorflinde/internal/app/transfer"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/feed"
	"dorflinde/internal/platform/ical"
)

var now = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

var options = app.Options{Clock: clock.At(now), Log: slog.New(slog.DiscardHandler)}

func open(t testing.TB, config app.Config) *app.App {
	t.Helper()
	a, err := app.New(t.Context(), config, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// village is the small sample region with one piece of news, one event and one
// uploaded picture of our own.
func village(t testing.TB, config app.Config) *app.App {
	t.Helper()
	a := open(t, config)
	if err := sample.Fill(t.Context(), a, sample.Options{Seed: 1}); err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Media.AddPicture(t.Context(), "somebody", "linde.png", &picture); err != nil {
		t.Fatal(err)
	}
	secret := token(t, a)
	for path, body := range map[string]string{
		"/api/v1/news":   `{"title":"Die Linde blüht","text":"Die alte Linde am Dorfplatz blüht wieder."}`,
		"/api/v1/events": `{"title":"Fest unter der Linde","text":"Mit Musik.","start":"2026-12-05T18:00:00Z","end":"2026-12-05T22:00:00Z"}`,
	} {
		if err := post(a, secret, path, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

func token(t testing.TB, a *app.App) string {
	t.Helper()
	secret, err := a.People.IssueToken(t.Context(), "musikverein-leeder", people.ScopeWrite, "test")
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func post(a *app.App, secret, path, body string) error {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusCreated {
		return fmt.Errorf("%s: %d %s", path, w.Code, w.Body)
	}
	return nil
}

// place is an empty place on an engine.
func place(t testing.TB, engine db.Engine) app.Config {
	c := app.Config{Data: t.TempDir()}
	if engine == db.Postgres {
		c.Database = dbtest.Schema(t)
	}
	return c
}

// rows are all rows of all tables in a form that both engines share: booleans
// as numbers, without what an engine numbers by itself, sorted.
func rows(t testing.TB, a *app.App) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	err := transfer.Dump(t.Context(), a, func(table string) io.Writer {
		return lines(func(line string) { out[table] = append(out[table], line) })
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, all := range out {
		slices.Sort(all)
	}
	return out
}

type lines func(string)

func (l lines) Write(p []byte) (int, error) {
	text := strings.NewReplacer(":true", ":1", ":false", ":0").Replace(strings.TrimSpace(string(p)))
	if i := strings.Index(text, `"seq":`); i >= 0 {
		text = text[:i] + text[i+strings.IndexByte(text[i:], ','):]
	}
	l(text)
	return len(p), nil
}

func compare(t *testing.T, want, got map[string][]string) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%d tables with rows, want %d", len(got), len(want))
	}
	for table, w := range want {
		g := got[table]
		if len(w) != len(g) {
			t.Errorf("%s: %d rows, want %d", table, len(g), len(w))
			continue
		}
		for i := range w {
			if w[i] != g[i] {
				t.Errorf("%s, row %d:\n got %s\nwant %s", table, i+1, g[i], w[i])
				break
			}
		}
	}
}

func TestBackupRestoresTheSameRows(t *testing.T) {
	for _, way := range []struct{ from, to db.Engine }{
		{db.SQLite, db.SQLite}, {db.Postgres, db.Postgres}, {db.SQLite, db.Postgres}, {db.Postgres, db.SQLite},
	} {
		t.Run(fmt.Sprintf("%s to %s", way.from, way.to), func(t *testing.T) {
			a := village(t, place(t, way.from))
			var tarball bytes.Buffer
			out, err := transfer.Backup(t.Context(), a, &tarball)
			if err != nil || len(out.Missing) > 0 || out.Files != 2 || out.Bytes != int64(tarball.Len()) {
				t.Fatalf("%+v %v", out, err)
			}
			target := place(t, way.to)
			if _, err := transfer.Restore(t.Context(), target, options, bytes.NewReader(tarball.Bytes())); err != nil {
				t.Fatal(err)
			}
			b := open(t, target)
			compare(t, rows(t, a), rows(t, b))
			if err := b.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			for path, holds := range map[string]string{"/": "<article", "/suche?q=linde": "<article"} {
				w := httptest.NewRecorder()
				b.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
				if w.Code != 200 || !strings.Contains(w.Body.String(), holds) {
					t.Errorf("%s: %d without %q", path, w.Code, holds)
				}
			}
			if _, err := transfer.Restore(t.Context(), target, options, bytes.NewReader(tarball.Bytes())); !errors.Is(err, transfer.ErrNotEmpty) {
				t.Errorf("second restore: %v", err)
			}
		})
	}
}

// The promise: a backup of a server that is written to all the time is one
// moment. Whatever was acknowledged before it began is in it, every entry has
// its record, and every row is as the server had it.
func TestBackupUnderSteadyWrites(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			a := village(t, place(t, engine))
			secret := token(t, a)
			var written atomic.Int64
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan error, 4)
			for range 4 {
				go func() { done <- keepWriting(ctx, a, secret, &written) }()
			}
			for written.Load() < 20 {
				time.Sleep(time.Millisecond)
			}
			before := written.Load()
			var tarball bytes.Buffer
			_, err := transfer.Backup(t.Context(), a, &tarball)
			after := written.Load()
			stop()
			for range 4 {
				if wrote := <-done; wrote != nil {
					t.Error(wrote)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			if after == before {
				t.Error("nothing was written while the backup ran")
			}
			target := place(t, engine)
			if _, err := transfer.Restore(t.Context(), target, options, &tarball); err != nil {
				t.Fatal(err)
			}
			b := open(t, target)
			n := count(t, b, "SELECT COUNT(*) FROM news WHERE title LIKE 'Steady %'")
			if n < before {
				t.Errorf("%d of at least %d acknowledged news", n, before)
			}
			if m := count(t, b, "SELECT COUNT(*) FROM entry WHERE title LIKE 'Steady %'"); m != n {
				t.Errorf("%d entries for %d records", m, n)
			}
			live := map[string]bool{}
			for _, line := range rows(t, a)["news"] {
				live[line] = true
			}
			for _, line := range rows(t, b)["news"] {
				if !live[line] {
					t.Fatalf("the server never had this row: %s", line)
				}
			}
		})
	}
}

func keepWriting(ctx context.Context, a *app.App, secret string, written *atomic.Int64) error {
	for ctx.Err() == nil {
		body := fmt.Sprintf(`{"title":"Steady %d","text":"Die Probe am Freitag beginnt später."}`, written.Load())
		if err := post(a, secret, "/api/v1/news", body); err != nil {
			return err
		}
		written.Add(1)
	}
	return nil
}

func count(t *testing.T, a *app.App, query string) (n int64) {
	t.Helper()
	err := a.DB.View(t.Context(), func(tx *db.Tx) error {
		all, err := db.AllText(tx, query, func(row db.Scanner) (n int64, err error) { return n, row.Scan(&n) })
		if err == nil {
			n = all[0]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDamagedBackupsAreRefusedAndLeaveNothing(t *testing.T) {
	a := village(t, place(t, db.SQLite))
	var tarball bytes.Buffer
	if _, err := transfer.Backup(t.Context(), a, &tarball); err != nil {
		t.Fatal(err)
	}
	whole := tarball.Bytes()
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, damaged := range map[string][]byte{
		"empty": nil, "text": []byte("hello"), "half": whole[:len(whole)/2], "one bit": flipped,
		"escape":   pack(t, "../../etc/passwd", "x"),
		"stranger": pack(t, "media/zz/x", "x"),
		"no sums":  pack(t, "backup.json", `{"format":"dorflinde-backup/1"}`),
		"format":   pack(t, "backup.json", `{"format":"other/9"}`, "SHA256SUMS", "1c17b1b2ab2fd1ae1bd3ea1fd0a7df2cc1ad1c21b4b6a0aeaaa0e5b3e8b2b9b0  backup.json\n"),
	} {
		t.Run(name, func(t *testing.T) {
			config := app.Config{Data: filepath.Join(t.TempDir(), "new")}
			if _, err := transfer.Restore(t.Context(), config, options, bytes.NewReader(damaged)); err == nil {
				t.Fatal("restored")
			}
			left, err := os.ReadDir(config.Data)
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}

// pack makes a tar of names and contents.
func pack(t *testing.T, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: pairs[i], Size: int64(len(pairs[i+1])), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBackupNamesMissingUploads(t *testing.T) {
	config := place(t, db.SQLite)
	a := village(t, config)
	found, err := filepath.Glob(filepath.Join(config.Data, "media", "*", "*.small"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	if err := os.Remove(found[0]); err != nil {
		t.Fatal(err)
	}
	out, err := transfer.Backup(t.Context(), a, io.Discard)
	if err != nil || len(out.Missing) != 1 || !strings.HasSuffix(out.Missing[0], ".small") {
		t.Errorf("%+v %v", out, err)
	}
}

func TestExportCanBeReadAgain(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			a := village(t, place(t, engine))
			var zipped bytes.Buffer
			out, err := transfer.Export(t.Context(), a, &zipped)
			if err != nil {
				t.Fatal(err)
			}
			files := unzip(t, zipped.Bytes())
			for table, n := range out.Tables {
				if got := countLines(t, files["tables/"+table+".jsonl"]); got != n {
					t.Errorf("%s: %d lines, said %d", table, got, n)
				}
			}
			for _, want := range []string{"news", "event", "entry", "entry_time", "organisation", "account", "municipality", "media"} {
				if out.Tables[want] == 0 {
					t.Errorf("table %s is empty", want)
				}
			}
			for _, name := range []string{"tables/session.jsonl", "tables/login_link.jsonl", "tables/job.jsonl"} {
				if _, there := files[name]; there {
					t.Errorf("the export holds %s", name)
				}
			}
			for name, content := range files {
				if bytes.Contains(content, []byte("$argon2id$")) || bytes.Contains(content, []byte(`"hash":`)) {
					t.Errorf("%s holds secrets", name)
				}
			}
			readFeed(t, files["entries.json"], out.Entries)
			readCalendar(t, files["calendar.ics"], out.Events)
			var places struct{ Features []json.RawMessage }
			if err := json.Unmarshal(files["boundaries.geojson"], &places); err != nil || len(places.Features) < 10 {
				t.Errorf("%d places, %v", len(places.Features), err)
			}
			if out.Files != 1 || len(out.Missing) > 0 {
				t.Errorf("%d files, missing %v", out.Files, out.Missing)
			}
		})
	}
}

// A table that was renamed must not slip into the export with its secrets.
func TestWhatExportsLeaveOutExists(t *testing.T) {
	declared := map[string]bool{}
	for _, table := range open(t, place(t, db.SQLite)).Tables() {
		declared[table.Name] = true
	}
	for name := range transfer.Fleeting() {
		if !declared[name] {
			t.Errorf("there is no table %s", name)
		}
	}
}

func unzip(t *testing.T, raw []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func countLines(t *testing.T, raw []byte) (n int) {
	t.Helper()
	scanner := bufio.NewScanner(bytes.NewReader(raw))
	scanner.Buffer(nil, 8<<20)
	for scanner.Scan() {
		var row map[string]any
		if err := json.Unmarshal(scanner.Bytes(), &row); err != nil {
			t.Fatalf("line %d: %v", n+1, err)
		}
		n++
	}
	return n
}

func readFeed(t *testing.T, raw []byte, want int) {
	t.Helper()
	f, err := feed.Read(raw, "https://example.org/")
	if err != nil || len(f.Items) != want || want == 0 {
		t.Errorf("the feed has %d items, said %d: %v", len(f.Items), want, err)
	}
}

func readCalendar(t *testing.T, raw []byte, want int) {
	t.Helper()
	c, err := ical.Parse(bytes.NewReader(raw), ical.Limits{})
	if err != nil || len(c.Events) < want {
		t.Errorf("the calendar has %d events, said %d: %v", len(c.Events), want, err)
	}
}

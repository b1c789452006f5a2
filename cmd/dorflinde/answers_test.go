package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"filippo.io/age"

	"dorflinde/internal/app"
	"dorflinde/internal/platform/db"
)

var update = flag.Bool("update", false, "write the golden answers anew")

// What changes from run to run: identifiers, moments, secrets, places.
var varying = []struct {
	is  *regexp.Regexp
	now string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`), "ID"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)`), "MOMENT"},
	{regexp.MustCompile(`dft_[A-Za-z0-9_-]{43}`), "TOKEN"},
	{regexp.MustCompile(`/link/[A-Za-z0-9_-]{43}`), "/link/SECRET"},
	{regexp.MustCompile(`"bytes": \d+`), `"bytes": 1`},
	{regexp.MustCompile(`"version": "[^"]*"`), `"version": "VERSION"`},
	{regexp.MustCompile(`"steps": \[[^]]*\]`), `"steps": []`},
	{regexp.MustCompile(`"steps": \d+`), `"steps": 1`},
	{regexp.MustCompile(`"tables": \{[^}]*\}`), `"tables": {}`},
	{regexp.MustCompile(`"(/[^"]*/)([^"/]*)"`), `"PLACE/$2"`},
}

// Scripts outside rely on these answers: a member may be added, none may go.
func TestAnswersInJSON(t *testing.T) {
	data := newRegion(t)
	backup := filepath.Join(t.TempDir(), "backup.tar")
	word := file(t, "word", "unter der Linde 8\n")
	for _, k := range []struct {
		name string
		args []string
	}{
		{"init", []string{"init", "--data", filepath.Join(t.TempDir(), "data"), "--name", "R", "--land", "DE-BY", "--municipality", "Au;09181124;10.8;47.9", "--operator-email", "a@example.org"}},
		{"migrate", []string{"migrate", "--data", data}},
		{"check", []string{"check", "--data", data}},
		{"token", []string{"token", "--as", "gemeinde-fuchstal", "--data", data}},
		{"user-add", []string{"user", "add", "vroni@example.org", "--name", "Vroni", "--password-file", word, "--data", data}},
		{"user-link", []string{"user", "link", "vroni@example.org", "--data", data}},
		{"user-block", []string{"user", "block", "vroni@example.org", "--data", data}},
		{"user-list", []string{"user", "list", "--data", data}},
		{"backup", []string{"backup", backup, "--data", data}},
		{"restore", []string{"restore", backup, "--data", filepath.Join(t.TempDir(), "new")}},
		{"export", []string{"export", filepath.Join(t.TempDir(), "region.zip"), "--data", data}},
	} {
		t.Run(k.name, func(t *testing.T) {
			got := must(t, append(k.args, "--json")...)
			if !json.Valid([]byte(got)) {
				t.Fatalf("not JSON: %s", got)
			}
			for _, v := range varying {
				got = v.is.ReplaceAllString(got, v.now)
			}
			golden := filepath.Join("testdata", k.name+".json")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || string(want) != got {
				t.Errorf("%v; got %s\nwant %s", err, got, want)
			}
		})
	}
}

func TestEncryptedBackupRestoresWithItsKeyOnly(t *testing.T) {
	data := newRegion(t)
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	sealed := filepath.Join(t.TempDir(), "b.tar.age")
	must(t, "backup", sealed, "--data", data, "--age-recipient", key.Recipient().String())
	raw, err := os.ReadFile(sealed)
	if err != nil || bytes.Contains(raw, []byte("betrieb@example.org")) || bytes.Contains(raw, []byte("SQLite")) {
		t.Errorf("the backup can be read without a key: %v", err)
	}
	if info, err := os.Stat(sealed); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the backup: %v %v", info.Mode(), err)
	}
	target := filepath.Join(t.TempDir(), "new")
	for _, args := range [][]string{{}, {"--age-identity", file(t, "k", other.String())}, {"--age-identity", file(t, "k", "nothing")}} {
		if code, _, wrong := call(t, append([]string{"restore", sealed, "--data", target}, args...)...); code != 1 || wrong == "" {
			t.Errorf("%v: %d %s", args, code, wrong)
		}
	}
	must(t, "restore", sealed, "--data", target, "--age-identity", file(t, "k", key.String()))
	if out := must(t, "user", "list", "--data", target); !strings.Contains(out, "betrieb@example.org") {
		t.Errorf("accounts: %s", out)
	}
	must(t, "check", "--data", target)
}

// break spoils an open region; check has to find it and name the remedy.
func TestCheckFindsWhatIsBroken(t *testing.T) {
	for _, k := range []struct {
		name, says string
		spoil      func(*testing.T, *app.App)
		env        []string
		more       bool // other findings follow from it
	}{
		{name: "stranger's table", says: "table stranger", spoil: sql("CREATE TABLE stranger (id TEXT)")},
		{name: "missing table", says: "table media: the table is missing", spoil: sql("DROP TABLE media"), more: true},
		{name: "failed job", says: "connection refused", spoil: sql("INSERT INTO job (id, kind, unique_key, payload, run_at, failed, error) VALUES ('1', 'mail', '1', '{}', 1, TRUE, 'connection refused')")},
		{name: "publisher gone", says: "its publisher is gone", spoil: func(t *testing.T, a *app.App) { addNews(t, a); sql("UPDATE entry SET publisher_id = 'nobody'")(t, a) }},
		{name: "record gone", says: "its record is gone", spoil: func(t *testing.T, a *app.App) { addNews(t, a); sql("DELETE FROM news")(t, a) }},
		{name: "upload gone", says: "the file is missing", spoil: sql("INSERT INTO media (id, owner_id, name, type, width, height, size, sha256, created_at) VALUES ('018f0000-0000-7000-8000-000000000000', '', 'plan.pdf', '', 0, 0, 1, '', 0)")},
		{name: "no operator", says: "nobody runs the region", spoil: sql("UPDATE account SET operator = FALSE")},
		{name: "no mail", says: "set smtp_host", env: []string{"DORFLINDE_BASE_URL=https://dorf.example"}},
		{name: "no TLS", says: "without TLS", env: []string{"DORFLINDE_BASE_URL=http://dorf.example", "DORFLINDE_SMTP_HOST=m", "DORFLINDE_MAIL_FROM=a@dorf.example"}},
		{name: "links to this machine", says: "base_url: links", env: []string{"DORFLINDE_ADDR=0.0.0.0:8080", "DORFLINDE_BASE_URL=http://127.0.0.1:8080"}},
	} {
		t.Run(k.name, func(t *testing.T) {
			data := newRegion(t)
			if k.spoil != nil {
				spoil(t, data, k.spoil)
			}
			code, out, wrong := callIn(t, k.env, "check", "--data", data, "--json")
			var answer checked
			if err := json.Unmarshal([]byte(out), &answer); err != nil {
				t.Fatalf("%v in %s %s", err, out, wrong)
			}
			says := false
			for _, f := range answer.Findings {
				says = says || strings.Contains(f.String(), k.says) && f.Mend != ""
			}
			if code != 1 || !says || len(answer.Findings) != 1 && !k.more {
				t.Errorf("status %d, %+v", code, answer.Findings)
			}
		})
	}
}

func spoil(t *testing.T, data string, work func(*testing.T, *app.App)) {
	t.Helper()
	err := (place{Data: data}).with(&console{ctx: t.Context(), out: io.Discard, err: io.Discard}, func(a *app.App) error {
		work(t, a)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func sql(statements ...string) func(*testing.T, *app.App) {
	return func(t *testing.T, a *app.App) {
		t.Helper()
		err := a.DB.Update(t.Context(), func(tx *db.Tx) error {
			for _, s := range statements {
				if err := tx.ExecText(s); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func addNews(t *testing.T, a *app.App) {
	t.Helper()
	secret, err := a.People.IssueToken(t.Context(), "gemeinde-fuchstal", "write", "test")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/api/v1/news", strings.NewReader(`{"title":"Die Linde blüht","text":"Am Dorfplatz."}`))
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	if w.Code != 201 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

func TestDamagedDatabaseIsFound(t *testing.T) {
	data := newRegion(t)
	path := filepath.Join(data, "region.db")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The address stands in the table and in its index; changed in one of them
	// only, the two no longer fit.
	at := bytes.LastIndex(raw, []byte("gemeinde-fuchstal"))
	if at < 0 {
		t.Fatal("the row is not where it should be")
	}
	raw[at] = 'G'
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, wrong := call(t, "check", "--data", data)
	if code != 1 || !strings.Contains(out, "MEND  database") {
		t.Errorf("%d %s %s", code, out, wrong)
	}
}

func TestMigrateTellsWhatRan(t *testing.T) {
	data := newRegion(t)
	var before, after migrated
	mustJSON(t, &before, "migrate", "--data", data)
	if len(before.Ran) > 0 || before.Steps < 5 {
		t.Errorf("a new region lacks %v", before.Ran)
	}
	// As if it came from a version that did not know uploads yet.
	spoil(t, data, sql("DROP TABLE media", "DELETE FROM migration WHERE name LIKE 'media/%'"))
	mustJSON(t, &after, "migrate", "--data", data)
	if len(after.Ran) == 0 || !strings.HasPrefix(after.Ran[0], "media/") || after.Steps != before.Steps {
		t.Errorf("got %+v", after)
	}
}

func TestUserCommands(t *testing.T) {
	data := newRegion(t)
	must(t, "user", "add", "Vroni@Example.org", "--name", "Vroni", "--data", data)
	must(t, "user", "operator", "vroni@example.org", "--data", data)
	must(t, "user", "operator", "betrieb@example.org", "--undo", "--data", data)
	must(t, "user", "password", "vroni@example.org", "--password-file", file(t, "p", "unter der Linde 9\n"), "--data", data)
	must(t, "user", "block", "betrieb@example.org", "--data", data)
	if code, _, wrong := call(t, "user", "link", "betrieb@example.org", "--data", data); code != 1 || !strings.Contains(wrong, "blocked") {
		t.Errorf("a link for somebody blocked: %d %s", code, wrong)
	}
	must(t, "user", "block", "betrieb@example.org", "--undo", "--data", data)
	var all struct{ Items []account }
	mustJSON(t, &all, "user", "list", "--data", data)
	if len(all.Items) != 2 || all.Items[0].Operator || all.Items[0].Blocked || !all.Items[1].Operator || all.Items[1].Name != "Vroni" {
		t.Errorf("got %+v", all.Items)
	}
}

func TestSelftest(t *testing.T) {
	var out struct {
		Steps  []step
		Failed int
	}
	code, text, wrong := call(t, "selftest", "--json")
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	for _, s := range out.Steps {
		if !s.OK {
			t.Errorf("%s: %s", s.Name, s.Error)
		}
	}
	if code != 0 || len(out.Steps) < 20 {
		t.Errorf("%d, %d steps %s", code, len(out.Steps), wrong)
	}
}

package people

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

var allMigrations = []db.Migrations{
	{Name: "jobs", Files: jobs.Migrations}, {Name: "mail", Files: mail.Files}, {Name: "region", Files: region.Files}, Migrations,
}

var start = time.Date(2026, 12, 6, 17, 0, 0, 0, time.UTC)

// rig is a whole house around the package: database, queue, mail kept in a
// table, and the real web server.
type rig struct {
	t      testing.TB
	db     *db.DB
	clock  *clock.Manual
	queue  *jobs.Queue
	mailer *mail.Mailer
	svc    *Service
	server *httptest.Server
}

// each runs a test on every engine.
func each(t *testing.T, run func(t *testing.T, h *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { run(t, newRig(t, d, nil)) }, allMigrations...)
}

func newRig(t testing.TB, d *db.DB, adjust func(*Deps)) *rig {
	t.Helper()
	h := &rig{t: t, db: d, clock: clock.At(start)}
	ids := id.NewV7(h.clock.Now)
	log := slog.New(slog.DiscardHandler)
	h.queue = jobs.New(d, h.clock, ids, log)
	var err error
	if h.mailer, err = mail.New(mail.Config{}, mail.Deps{DB: d, Clock: h.clock, IDs: ids, Queue: h.queue, Logger: log}); err != nil {
		t.Fatal(err)
	}
	for kind, work := range h.mailer.Capability().Jobs {
		h.queue.Handle(kind, work)
	}
	places := region.NewDirectory(region.Region{ID: "r"},
		[]region.Municipality{{ID: "fuchstal", Slug: "fuchstal", Name: "Fuchstal"}, {ID: "apfeldorf", Slug: "apfeldorf", Name: "Apfeldorf"}},
		[]region.Village{{ID: "leeder", MunicipalityID: "fuchstal", Slug: "leeder", Name: "Leeder"}},
		[]region.Street{{ID: "dorfstrasse", MunicipalityID: "fuchstal", VillageID: "leeder", Name: "Dorfstraße"}})
	deps := Deps{DB: d, Clock: h.clock, IDs: ids, Queue: h.queue, Mailer: h.mailer, Region: func() *region.Directory { return places }, Logger: log}
	if adjust != nil {
		adjust(&deps)
	}
	h.svc = New(deps)
	h.serve()
	return h
}

func (h *rig) serve() {
	catalogue := h.must2(i18n.Load(i18n.Messages, ui.Messages, fs.FS(Messages)))
	german := catalogue.In(i18n.German, time.UTC)
	server, err := web.NewServer(web.Options{
		Routes: h.svc.Capability().Routes,
		Prepare: func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
			a, err := h.svc.Prepare(r)
			return r.WithContext(i18n.With(WithActor(r.Context(), a), german)), err
		},
		Authorize: h.svc.Authorize,
		Validator: func(*http.Request) string { return "" },
		Failure: func(w http.ResponseWriter, _ *http.Request, status int, err error) {
			if status == http.StatusInternalServerError {
				h.t.Errorf("failed: %v", err)
			}
			http.Error(w, err.Error(), status)
		},
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.server = httptest.NewServer(server)
	h.t.Cleanup(h.server.Close)
}

func (h *rig) must2(c *i18n.Catalogue, err error) *i18n.Catalogue {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// browser is one visitor with cookies, who follows no redirect by itself.
type browser struct {
	h      *rig
	client *http.Client
}

func (h *rig) browser() *browser {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

type answer struct {
	status int
	to     string // Location
	body   string
	header http.Header
}

func (b *browser) do(req *http.Request, err error) answer {
	b.h.t.Helper()
	if err != nil {
		b.h.t.Fatal(err)
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Location"), string(body), res.Header}
}

func (b *browser) get(path string) answer {
	b.h.t.Helper()
	return b.do(http.NewRequest(http.MethodGet, b.h.url(path), nil))
}

func (b *browser) post(path string, pairs ...string) answer {
	b.h.t.Helper()
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	req, err := http.NewRequest(http.MethodPost, b.h.url(path), strings.NewReader(values.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		req.Header.Set("User-Agent", "Mozilla/5.0 (Android 14) Firefox/140.0")
	}
	return b.do(req, err)
}

func (b *browser) postJSON(path string, v any) answer {
	b.h.t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return b.do(http.NewRequest(http.MethodPost, b.h.url(path), strings.NewReader(string(data))))
}

func (h *rig) url(path string) string {
	if strings.HasPrefix(path, "http") {
		return path
	}
	return h.server.URL + path
}

func (a answer) want(t testing.TB, status int, pieces ...string) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d; to %q\n%s", a.status, status, a.to, richtext.Head(a.body, 1500))
	}
	for _, p := range pieces {
		if !strings.Contains(a.body, p) {
			t.Errorf("no %q in\n%s", p, richtext.Head(a.body, 3000))
		}
	}
	return a
}

func (a answer) goes(t testing.TB, to string) answer {
	t.Helper()
	if a.status != http.StatusSeeOther || a.to != to {
		t.Fatalf("status %d to %q, want 303 to %q\n%s", a.status, a.to, to, richtext.Head(a.body, 1500))
	}
	return a
}

var linkPattern = regexp.MustCompile(`https?://\S+`)

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// letter is the newest letter, once the queue is done, and the first link in it.
func (h *rig) letter() (mail.Message, string) {
	h.t.Helper()
	if err := h.queue.Drain(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	kept, err := h.mailer.Kept(context.Background())
	if err != nil || len(kept) == 0 {
		h.t.Fatalf("no letter: %v", err)
	}
	return kept[0], linkPattern.FindString(kept[0].Text)
}

func (h *rig) letters() int {
	h.t.Helper()
	if err := h.queue.Drain(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	kept, err := h.mailer.Kept(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	return len(kept)
}

const goodPassword = "lindenblatt regnet leise"

// person adds an account and signs it in by password.
func (h *rig) person(name string, operator bool) (string, *browser) {
	h.t.Helper()
	email := region.Slug(name) + "@example.org"
	key, err := h.svc.AddAccount(context.Background(), NewAccount{Name: name, Email: email, Password: goodPassword, Operator: operator})
	if err != nil {
		h.t.Fatal(err)
	}
	b := h.browser()
	b.post("/anmelden/passwort", "email", email, "password", goodPassword).goes(h.t, "/")
	return key, b
}

func (h *rig) org(n NewOrganisation) string {
	h.t.Helper()
	key, err := h.svc.AddOrganisation(context.Background(), n)
	if err != nil {
		h.t.Fatal(err)
	}
	return key
}

func (h *rig) role(org, account string, role Role) {
	h.t.Helper()
	if err := h.svc.SetRole(context.Background(), org, account, role); err != nil {
		h.t.Fatal(err)
	}
}

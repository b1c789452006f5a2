package waste

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/media"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/search"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// present is the moment at which tests begin, a Sunday morning.
var present = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// rig is the capability over a fresh database with the places of the sample.
type rig struct {
	*service
	t      testing.TB
	clock  *clock.Manual
	index  *search.Index
	server *web.Server
	places *region.Directory
	words  *i18n.Catalogue
	orgs   map[string]string // id by slug
	actors map[string]people.Actor
}

var migrations = []db.Migrations{
	{Name: "jobs", Files: jobs.Migrations}, {Name: "search", Files: search.Migrations}, {Name: "media", Files: media.Migrations},
	{Name: "mail", Files: mail.Files}, {Name: "region", Files: region.Files}, {Name: "people", Files: people.Files},
	{Name: "bulletin", Files: bulletin.Migrations}, {Name: "waste", Files: Files},
}

// each runs a test on both engines.
func each(t *testing.T, run func(t *testing.T, r *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { run(t, newRig(t, d)) }, migrations...)
}

func newRig(t testing.TB, d *db.DB) *rig {
	t.Helper()
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	r := &rig{t: t, clock: clock.At(present), orgs: map[string]string{}}
	ids := id.NewV7(r.clock.Now)
	sample, err := region.NewSample(ids)
	must(t, err)
	r.places = sample.Directory()
	must(t, d.Update(ctx, sample.Install))
	files, err := media.New(d, filepath.Join(t.TempDir(), "media"), r.clock, ids)
	must(t, err)
	r.index = search.New(d, log, search.Options{})
	queue := jobs.New(d, r.clock, ids, log)
	folk := people.New(people.Deps{DB: d, Clock: r.clock, IDs: ids, Queue: queue})
	town, ok := r.places.MunicipalityBySlug("fuchstal")
	if !ok {
		t.Fatal("the sample has no Fuchstal")
	}
	other, ok := r.places.MunicipalityBySlug("unterdiessen")
	if !ok {
		t.Fatal("the sample has no Unterdießen")
	}
	for _, o := range []people.NewOrganisation{
		{Kind: people.Municipality, Name: "Gemeinde Fuchstal", Slug: "gemeinde-fuchstal", MunicipalityIDs: []string{town.ID}},
		{Kind: people.Municipality, Name: "Gemeinde Unterdießen", Slug: "gemeinde-unterdiessen", MunicipalityIDs: []string{other.ID}},
		{Kind: people.Club, Name: "Musikverein Leeder", Slug: "musikverein-leeder", MunicipalityIDs: []string{town.ID}},
	} {
		r.orgs[o.Slug], err = folk.AddOrganisation(ctx, o)
		must(t, err)
	}
	town1, club := r.orgs["gemeinde-fuchstal"], r.orgs["musikverein-leeder"]
	role := func(account string, role people.Role, org string) people.Actor {
		return people.Actor{AccountID: account, Name: account, Email: account + "@example.org", Roles: map[string]people.Role{org: role}}
	}
	r.actors = map[string]people.Actor{
		"": {}, "resident": {AccountID: "resident", Email: "resident@example.org"}, "author": role("author", people.Author, town1),
		"editor": role("editor", people.Editor, town1), "other": role("other", people.Editor, r.orgs["gemeinde-unterdiessen"]),
		"club": role("club", people.Admin, club), "operator": {AccountID: "operator", Operator: true},
	}
	base := func(string) string { return "https://region.example" }
	board := bulletin.New(bulletin.Deps{
		DB: d, Clock: r.clock, IDs: ids, Index: r.index, Logger: log, BaseURL: base, Dress: func() uint64 { return 1 },
		Places: func() *region.Directory { return r.places },
		Publisher: func(key string) (bulletin.Publisher, bool) {
			orgs, err := folk.Organisations(ctx)
			if err != nil {
				return bulletin.Publisher{}, false
			}
			o, ok := orgs.Find(key)
			if !ok {
				return bulletin.Publisher{}, false
			}
			return bulletin.Publisher{ID: o.ID, Slug: o.Slug, Name: o.Name, Kind: string(o.Kind), URL: "/organisationen/" + o.Slug}, true
		},
	})
	mailer, err := mail.New(mail.Config{}, mail.Deps{DB: d, Clock: r.clock, IDs: ids, Queue: queue, Logger: log})
	must(t, err)
	for kind, handler := range mailer.Capability().Jobs {
		queue.Handle(kind, handler)
	}
	tools := bulletin.Tools{
		DB: d, Clock: r.clock, IDs: ids, Queue: queue, Mailer: mailer, Media: files, People: folk, Bulletin: board,
		Places: func() *region.Directory { return r.places }, BaseURL: base,
	}
	part := New(tools)
	r.service = &service{Tools: tools}
	for kind, handler := range part.Jobs {
		queue.Handle(kind, handler)
	}
	r.serve(part.Routes, part.API)
	return r
}

// serve puts routes and operations behind a real server; the header X-Actor
// says who asks.
func (r *rig) serve(routes []web.Route, api func(huma.API)) {
	r.t.Helper()
	words, err := i18n.Load(i18n.Messages, ui.Messages, media.Messages, richtext.Messages, region.Messages, people.Messages, bulletin.Messages, Messages)
	must(r.t, err)
	r.words = words
	mux := http.NewServeMux()
	config := huma.DefaultConfig("test", "1")
	config.CreateHooks = nil
	config.Transformers = append(config.Transformers, func(_ huma.Context, _ string, v any) (any, error) {
		if err, ok := v.(error); ok && len(fault.All(err)) > 0 {
			f := fault.All(err)[0]
			return map[string]any{"status": int(f.Kind), "field": f.Field, "key": f.Key}, nil
		}
		return v, nil
	})
	operations := humago.New(mux, config)
	api(operations)
	for path, item := range operations.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if op != nil {
				routes = append(routes, web.Route{
					Method: op.Method, Path: path, Access: op.Metadata["access"].(web.Access), API: true,
					Handle: func(w http.ResponseWriter, r *http.Request) error { mux.ServeHTTP(w, r); return nil },
				})
			}
		}
	}
	r.server, err = web.NewServer(web.Options{
		Routes: routes, Authorize: r.People.Authorize, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Validator: func(*http.Request) string { return "" },
		Prepare: func(_ http.ResponseWriter, q *http.Request) (*http.Request, error) {
			lang := i18n.German
			if q.Header.Get("Accept-Language") == "en" {
				lang = i18n.English
			}
			ctx := people.WithActor(q.Context(), r.actors[q.Header.Get("X-Actor")])
			return q.WithContext(i18n.With(ctx, words.In(lang, r.places.Location()))), nil
		},
		Failure: func(w http.ResponseWriter, q *http.Request, status int, err error) {
			w.WriteHeader(status)
			for _, f := range fault.All(err) {
				fmt.Fprintln(w, i18n.T(q.Context(), f.Key, f.Args...))
			}
			if status >= 500 {
				r.t.Errorf("%s %s: %v", q.Method, q.URL, err)
			}
		},
	})
	must(r.t, err)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer is what came back.
type answer struct {
	status   int
	body     string
	location string
	header   http.Header
}

func (r *rig) do(actor, method, path, contentType string, body io.Reader) answer {
	r.t.Helper()
	q := httptest.NewRequest(method, path, body)
	q.Header.Set("X-Actor", actor)
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	if contentType != "" {
		q.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	r.server.ServeHTTP(w, q)
	return answer{status: w.Code, body: w.Body.String(), location: w.Header().Get("Location"), header: w.Header()}
}

func (r *rig) get(actor, path string) answer { return r.do(actor, "GET", path, "", nil) }

func (r *rig) post(actor, path string, form url.Values) answer {
	return r.do(actor, "POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// api sends and reads JSON.
func (r *rig) api(actor, method, path, body string) (answer, map[string]any) {
	r.t.Helper()
	a := r.do(actor, method, path, "application/json", strings.NewReader(body))
	out := map[string]any{}
	if a.body != "" && strings.Contains(a.header.Get("Content-Type"), "json") {
		must(r.t, json.Unmarshal([]byte(a.body), &out))
	}
	return a, out
}

// speak is a context in which texts are German, as jobs have it.
func (r *rig) speak() context.Context {
	return i18n.With(context.Background(), r.words.In(i18n.German, r.places.Location()))
}

// letters runs all jobs and gives what was mailed, newest last.
func (r *rig) letters() []mail.Message {
	r.t.Helper()
	must(r.t, r.Queue.Drain(r.speak()))
	kept, err := r.Mailer.Kept(context.Background())
	must(r.t, err)
	slices.Reverse(kept)
	return kept
}

func dbSQLite(t testing.TB) *db.DB {
	t.Helper()
	return dbtest.SQLite(t, migrations...)
}

// problems is the error summary of a page, for failing tests.
func problems(page string) string {
	_, rest, found := strings.Cut(page, `class="error-summary"`)
	if !found {
		return page[:min(len(page), 300)]
	}
	summary, _, _ := strings.Cut(rest, "</div>")
	return summary
}

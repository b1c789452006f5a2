package news

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/media"
	"dorflinde/internal/platform/privacy"
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
	orgs   map[string]string // id by slug
	actors map[string]people.Actor
}

var migrations = []db.Migrations{
	{Name: "jobs", Files: jobs.Migrations}, {Name: "search", Files: search.Migrations}, {Name: "media", Files: media.Migrations},
	{Name: "region", Files: region.Files}, {Name: "people", Files: people.Files},
	{Name: "bulletin", Files: bulletin.Migrations}, {Name: "news", Files: Files},
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
	for _, o := range []people.NewOrganisation{
		{Kind: people.Municipality, Name: "Gemeinde Fuchstal", Slug: "gemeinde-fuchstal", MunicipalityIDs: []string{town.ID}},
		{Kind: people.Club, Name: "Musikverein Leeder", Slug: "musikverein-leeder", MunicipalityIDs: []string{town.ID}},
	} {
		r.orgs[o.Slug], err = folk.AddOrganisation(ctx, o)
		must(t, err)
	}
	club := r.orgs["musikverein-leeder"]
	role := func(account string, role people.Role, orgs ...string) people.Actor {
		a := people.Actor{AccountID: account, Name: account, Roles: map[string]people.Role{}}
		for _, o := range orgs {
			a.Roles[o] = role
		}
		return a
	}
	r.actors = map[string]people.Actor{
		"": {}, "resident": {AccountID: "resident"},
		"reader": role("reader", people.Reader, club), "author": role("author", people.Author, club),
		"editor": role("editor", people.Editor, club), "outsider": role("outsider", people.Admin, r.orgs["gemeinde-fuchstal"]),
		"both":     role("both", people.Editor, club, r.orgs["gemeinde-fuchstal"]),
		"operator": {AccountID: "operator", Operator: true},
		"token":    {Token: true, TokenID: "t", Organisation: club, Roles: map[string]people.Role{club: people.Editor}},
		"reading":  {Token: true, TokenID: "t2", Organisation: club, Roles: map[string]people.Role{club: people.Reader}},
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
	tools := bulletin.Tools{
		DB: d, Clock: r.clock, IDs: ids, Queue: queue, Media: files, People: folk, Bulletin: board,
		Places: func() *region.Directory { return r.places }, BaseURL: base,
	}
	part := New(tools)
	r.service = newService(tools)
	r.serve(part.Routes, part.API)
	return r
}

// serve puts routes and operations behind a real server; the header X-Actor
// says who asks.
func (r *rig) serve(routes []web.Route, api func(huma.API)) {
	r.t.Helper()
	words, err := i18n.Load(i18n.Messages, ui.Messages, media.Messages, richtext.Messages, region.Messages, people.Messages, bulletin.Messages, compose.Messages, Messages)
	must(r.t, err)
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

// form is a complete form of the club; pairs change it.
func (r *rig) form(action string, pairs ...string) url.Values {
	v := url.Values{
		"publisher": {r.orgs["musikverein-leeder"]}, "action": {action}, "title": {"Probe fällt aus"},
		"text": {"Am Freitag ist keine Probe.\n\nWir sehen uns am Sonntag."}, "version": {"0"},
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// written posts a new form and gives the id of what was stored.
func (r *rig) written(actor, action string, pairs ...string) string {
	r.t.Helper()
	a := r.post(actor, writePath, r.form(action, pairs...))
	if a.status != http.StatusSeeOther {
		r.t.Fatalf("%s %s: %d %s", actor, action, a.status, problems(a.body))
	}
	return strings.Split(strings.TrimPrefix(a.location, "/aktuelles/"), "/")[0]
}

// problems is the error summary of a page, for failing tests.
func problems(page string) string {
	_, rest, found := strings.Cut(page, `class="error-summary"`)
	if !found {
		return page[:min(len(page), 300)]
	}
	summary, _, _ := strings.Cut(rest, "</div>")
	return html.UnescapeString(summary)
}

func (r *rig) stored(newsID string) News {
	r.t.Helper()
	n, err := r.load(context.Background(), newsID)
	must(r.t, err)
	return n
}

// multipart makes a form with files: pairs of field and name, with the bytes.
func multi(t testing.TB, form url.Values, files map[string]struct {
	name string
	data []byte
}) (string, io.Reader) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range form {
		for _, value := range values {
			must(t, w.WriteField(name, value))
		}
	}
	for field, file := range files {
		part, err := w.CreateFormFile(field, file.name)
		must(t, err)
		_, err = part.Write(file.data)
		must(t, err)
	}
	must(t, w.Close())
	return w.FormDataContentType(), &b
}

func picture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))))
	return b.Bytes()
}

func dbSQLite(t testing.TB) *db.DB {
	t.Helper()
	return dbtest.SQLite(t, migrations...)
}

func eraseAccount(tx *db.Tx, tables []privacy.Table, account string) error {
	return privacy.EraseAccount(tx, tables, account)
}

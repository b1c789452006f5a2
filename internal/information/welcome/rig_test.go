package welcome

import (
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/jobs"
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
	t      *testing.T
	tools  bulletin.Tools
	part   capability.Capability
	clock  *clock.Manual
	server *web.Server
	places *region.Directory
	words  *i18n.Catalogue
	orgs   map[string]string // id by slug
	actors map[string]people.Actor
}

func each(t *testing.T, run func(t *testing.T, r *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { run(t, newRig(t, d)) },
		db.Migrations{Name: "jobs", Files: jobs.Migrations}, db.Migrations{Name: "search", Files: search.Migrations},
		db.Migrations{Name: "media", Files: media.Migrations}, db.Migrations{Name: "region", Files: region.Files},
		db.Migrations{Name: "people", Files: people.Files}, db.Migrations{Name: "bulletin", Files: bulletin.Migrations})
}

func newRig(t *testing.T, d *db.DB) *rig {
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
	queue := jobs.New(d, r.clock, ids, log)
	folk := people.New(people.Deps{DB: d, Clock: r.clock, IDs: ids, Queue: queue})
	r.addOrganisations(folk)
	r.addActors()
	base := func(string) string { return "https://region.example" }
	places := func() *region.Directory { return r.places }
	board := bulletin.New(bulletin.Deps{
		DB: d, Clock: r.clock, IDs: ids, Index: search.New(d, log, search.Options{}), Logger: log, BaseURL: base,
		Dress: func() uint64 { return 1 }, Places: places,
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
	r.tools = bulletin.Tools{DB: d, Clock: r.clock, IDs: ids, Queue: queue, Media: files, People: folk, Bulletin: board, Places: places, BaseURL: base}
	r.part = New(r.tools)
	r.serve(r.part.Routes)
	return r
}

func (r *rig) addOrganisations(folk *people.Service) {
	for _, m := range r.places.Municipalities() {
		slug := "gemeinde-" + m.Slug
		added, err := folk.AddOrganisation(context.Background(), people.NewOrganisation{
			Kind: people.Municipality, Name: "Gemeinde " + m.Name, Slug: slug, MunicipalityIDs: []string{m.ID}, Description: "Das Rathaus von " + m.Name,
		})
		must(r.t, err)
		r.orgs[slug] = added
	}
	v, _ := r.places.VillageBySlug("leeder")
	club, err := folk.AddOrganisation(context.Background(), people.NewOrganisation{
		Kind: people.Club, Name: "Musikverein Leeder", Slug: "musikverein-leeder", MunicipalityIDs: []string{v.MunicipalityID}, VillageID: v.ID,
		Description: "Blasmusik <b>seit</b> 1900", Phone: "08243 123", Mail: "musik@verein.example", Web: "https://musik.example",
	})
	must(r.t, err)
	r.orgs["musikverein-leeder"] = club
}

// addActors gives each role once in the club and in Gemeinde Fuchstal.
func (r *rig) addActors() {
	r.actors = map[string]people.Actor{
		"": {}, "resident": {AccountID: "resident"}, "operator": {AccountID: "operator", Operator: true},
		"token": {Token: true, TokenID: "t", Organisation: r.orgs["musikverein-leeder"], Roles: map[string]people.Role{r.orgs["musikverein-leeder"]: people.Editor}},
	}
	for name, org := range map[string]string{"club": "musikverein-leeder", "town": "gemeinde-fuchstal"} {
		for _, role := range people.Roles {
			who := name + "-" + string(role)
			r.actors[who] = people.Actor{AccountID: who, Name: who, Roles: map[string]people.Role{r.orgs[org]: role}}
		}
	}
}

// serve puts routes behind a real server; the header X-Actor says who asks.
func (r *rig) serve(routes []web.Route) {
	r.t.Helper()
	var err error
	r.words, err = i18n.Load(i18n.Messages, ui.Messages, media.Messages, richtext.Messages, region.Messages, people.Messages, bulletin.Messages, compose.Messages, Messages)
	must(r.t, err)
	r.server, err = web.NewServer(web.Options{
		Routes: routes, Authorize: r.tools.People.Authorize, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Validator: func(*http.Request) string { return "" },
		Prepare: func(_ http.ResponseWriter, q *http.Request) (*http.Request, error) {
			ctx := people.WithActor(q.Context(), r.actors[q.Header.Get("X-Actor")])
			return q.WithContext(r.speaking(ctx, i18n.German)), nil
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

func (r *rig) speaking(ctx context.Context, lang i18n.Lang) context.Context {
	return i18n.With(ctx, r.words.In(lang, r.places.Location()))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

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

// problems is the error summary of a page, for failing tests.
func problems(page string) string {
	_, rest, found := strings.Cut(page, `class="error-summary"`)
	if !found {
		return page[:min(len(page), 300)]
	}
	summary, _, _ := strings.Cut(rest, "</div>")
	return html.UnescapeString(summary)
}

func has(t testing.TB, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			t.Errorf("%q is missing in %.6000s", part, page)
		}
	}
}

func hasNot(t testing.TB, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(page, part) {
			t.Errorf("%q should not be there", part)
		}
	}
}

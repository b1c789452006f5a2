package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"sync"
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
	"dorflinde/internal/platform/feed"
	"dorflinde/internal/platform/fetch"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/search"
	"dorflinde/internal/platform/sheet"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// present is the moment at which tests begin, a Sunday morning.
var present = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// things is a real target over a table of its own.
type things struct {
	e     *Engine
	board *bulletin.Bulletin
}

var (
	insertThing = db.SQL("INSERT INTO thing (id, source_id, title, body, state, version) VALUES ($1, $2, $3, $4, 'there', 1)")
	updateThing = db.SQL("UPDATE thing SET title = $2, body = $3, state = 'there', version = version + 1 WHERE id = $1 AND state <> 'taken'")
	goneThing   = db.SQL("UPDATE thing SET state = 'gone' WHERE id = $1")
	takeThing   = db.SQL("UPDATE thing SET state = 'taken' WHERE title = $1")
	listThings  = db.SQL("SELECT title, body, state, version FROM thing ORDER BY title, id")
)

type body struct {
	Text  string    `json:"text"`
	Start time.Time `json:"start"`
}

func (t *things) Info() Info {
	return Info{
		Kind: "things", Label: "intake.items", Formats: Formats, URL: "/kalender",
		Columns: []Column{
			{Name: "title", Headers: []string{"Titel", "Bezeichnung", "Name"}, Required: true},
			{Name: "date", Headers: []string{"Datum", "Beginn"}, Required: true},
			{Name: "text", Headers: []string{"Beschreibung"}},
		},
	}
}

func (t *things) Convert(_ context.Context, c *Conversion) error {
	if c.Calendar != nil {
		for _, e := range c.Calendar.Events {
			if e.Summary == "" {
				c.Skip(e.Line, "", fault.Invalid("title", "bulletin.title_missing"))
				continue
			}
			c.Add(Item{ExternalID: e.UID, Title: e.Summary, Line: e.Line, Start: e.Start, End: e.End, Data: body{e.Description, e.Start.UTC()}})
		}
	}
	if c.Feed != nil {
		for _, i := range c.Feed.Items {
			c.Add(Item{ExternalID: i.ID, Title: i.Title, Start: i.Published, Data: body{i.Summary, i.Published.UTC()}})
		}
	}
	if c.Table != nil {
		for _, r := range c.Table.Rows() {
			w, err := sheet.Date(r.Get("date"))
			if err != nil {
				c.Skip(r.Line, r.Get("title"), fault.Invalid("date", "intake.skip_unknown"))
				continue
			}
			start := w.In(c.Zone)
			c.Add(Item{ExternalID: r.Get("title") + "|" + r.Get("date"), Title: r.Get("title"), Line: r.Line, Start: start, End: start, Data: body{r.Get("text"), start.UTC()}})
		}
	}
	return nil
}

func (t *things) Create(tx *db.Tx, s Source, i Item) (string, error) {
	if i.Title == "refused" {
		return "", fault.Invalid("title", "bulletin.title_long", "max", 3)
	}
	raw, err := json.Marshal(i.Data)
	if err != nil {
		return "", err
	}
	thing := t.e.IDs.New()
	if _, err := tx.Exec(insertThing, thing, s.ID, i.Title, string(raw)); err != nil {
		return "", err
	}
	return thing, t.put(tx, s, thing, i)
}

func (t *things) put(tx *db.Tx, s Source, thing string, i Item) error {
	return t.board.Put(tx, &bulletin.Entry{
		ID: thing, Kind: "event", Publisher: s.Organisation, Title: i.Title, Summary: i.Data.(body).Text, Start: i.Start, End: i.End,
		Scope: s.Options.Scope, Topics: s.Options.Topics, Link: "/e/" + thing, SourceName: s.Name,
	})
}

func (t *things) Update(tx *db.Tx, s Source, record string, i Item) error {
	raw, err := json.Marshal(i.Data)
	if err != nil {
		return err
	}
	n, err := tx.Exec(updateThing, record, i.Title, string(raw))
	if err == nil && n == 0 {
		return ErrLeft
	}
	if err != nil {
		return err
	}
	return t.put(tx, s, record, i)
}

func (t *things) Withdraw(tx *db.Tx, _ Source, record string) error {
	if _, err := tx.Exec(goneThing, record); err != nil {
		return err
	}
	return t.board.Withdraw(tx, record, "")
}

// rig is the engine over a fresh database with the places of the sample.
type rig struct {
	*Engine
	t      testing.TB
	clock  *clock.Manual
	things *things
	server *web.Server
	words  *i18n.Catalogue
	org    string
	actors map[string]people.Actor
	site   *site
}

var migrations = []db.Migrations{
	{Name: "jobs", Files: jobs.Migrations}, {Name: "search", Files: search.Migrations}, {Name: "region", Files: region.Files},
	{Name: "people", Files: people.Files}, {Name: "mail", Files: mail.Files}, {Name: "bulletin", Files: bulletin.Migrations},
	{Name: "intake", Files: Files}, {Name: "thing", Files: os.DirFS("testdata")},
}

func each(t *testing.T, run func(t *testing.T, r *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { run(t, newRig(t, d)) }, migrations...)
}

const club = "musikverein-leeder"

func newRig(t testing.TB, d *db.DB) *rig {
	t.Helper()
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	r := &rig{t: t, clock: clock.At(present), site: newSite(t)}
	ids := id.NewV7(r.clock.Now)
	sample, err := region.NewSample(ids)
	must(t, err)
	places := sample.Directory()
	must(t, d.Update(ctx, sample.Install))
	queue := jobs.New(d, r.clock, ids, log)
	post, err := mail.New(mail.Config{From: "dorf@region.example"}, mail.Deps{DB: d, Clock: r.clock, IDs: ids, Queue: queue})
	must(t, err)
	folk := people.New(people.Deps{DB: d, Clock: r.clock, IDs: ids, Queue: queue, Mailer: post})
	town, ok := places.MunicipalityBySlug("fuchstal")
	if !ok {
		t.Fatal("the sample has no Fuchstal")
	}
	r.org, err = folk.AddOrganisation(ctx, people.NewOrganisation{Kind: people.Club, Name: "Musikverein Leeder", Slug: club, MunicipalityIDs: []string{town.ID}})
	must(t, err)
	_, err = folk.AddOrganisation(ctx, people.NewOrganisation{Kind: people.Club, Name: "Sportverein", Slug: "sportverein", MunicipalityIDs: []string{town.ID}})
	must(t, err)
	vroni, err := folk.AddAccount(ctx, people.NewAccount{Name: "Vroni", Email: "vroni@beispiel.example", Locale: "de"})
	must(t, err)
	must(t, folk.SetRole(ctx, r.org, vroni, people.Editor))
	role := func(role people.Role) people.Actor {
		return people.Actor{AccountID: vroni, Name: "Vroni", Roles: map[string]people.Role{r.org: role}}
	}
	r.actors = map[string]people.Actor{
		"": {}, "author": role(people.Author), "editor": role(people.Editor),
		"token":   {Token: true, TokenID: "t", Organisation: r.org, Roles: map[string]people.Role{r.org: people.Editor}},
		"reading": {Token: true, TokenID: "t2", Organisation: r.org, Roles: map[string]people.Role{r.org: people.Reader}},
	}
	base := func(string) string { return "https://region.example" }
	dir := func() *region.Directory { return places }
	board := bulletin.New(bulletin.Deps{
		DB: d, Clock: r.clock, IDs: ids, Index: search.New(d, log, search.Options{}), Logger: log, BaseURL: base, Places: dir,
		Dress: func() uint64 { return 1 }, Publisher: func(string) (bulletin.Publisher, bool) { return bulletin.Publisher{}, false },
	})
	allowed := netip.MustParseAddrPort(r.site.Listener.Addr().String())
	r.Engine = New(bulletin.Tools{
		DB: d, Clock: r.clock, IDs: ids, Queue: queue, Mailer: post, People: folk, Bulletin: board, Places: dir, BaseURL: base,
		Fetch: fetch.New(fetch.Options{Allow: []netip.AddrPort{allowed}, Timeout: 5 * time.Second}),
	})
	r.things = &things{e: r.Engine, board: board}
	r.Register(r.things)
	part := r.Capability()
	for kind, handler := range part.Jobs {
		queue.Handle(kind, handler)
	}
	for kind, handler := range post.Capability().Jobs {
		queue.Handle(kind, handler)
	}
	r.serve(part.Routes, part.API)
	return r
}

// serve puts routes and operations behind a real server; the header X-Actor
// says who asks.
func (r *rig) serve(routes []web.Route, api func(huma.API)) {
	var err error
	r.words, err = i18n.Load(i18n.Messages, ui.Messages, people.Messages, bulletin.Messages, fetch.Messages, feed.Messages, sheet.Messages, Messages)
	must(r.t, err)
	mux := http.NewServeMux()
	operations := humago.New(mux, huma.DefaultConfig("test", "1"))
	api(operations)
	for path, item := range operations.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op != nil {
				routes = append(routes, web.Route{
					Method: op.Method, Path: path, Access: op.Metadata["access"].(web.Access), API: true, MaxBody: op.MaxBodyBytes,
					Handle: func(w http.ResponseWriter, r *http.Request) error { mux.ServeHTTP(w, r); return nil },
				})
			}
		}
	}
	r.server, err = web.NewServer(web.Options{
		Routes: routes, Authorize: r.People.Authorize, Logger: slog.New(slog.DiscardHandler),
		Validator: func(*http.Request) string { return "" },
		Prepare: func(_ http.ResponseWriter, q *http.Request) (*http.Request, error) {
			ctx := people.WithActor(q.Context(), r.actors[q.Header.Get("X-Actor")])
			return q.WithContext(i18n.With(ctx, r.german())), nil
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

func (r *rig) german() *i18n.Localizer { return r.words.In(i18n.German, r.Places().Location()) }

func (r *rig) ctx() context.Context { return i18n.With(context.Background(), r.german()) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// do sends a request; the location of a redirect is in the header.
func (r *rig) do(actor, method, path, contentType string, body io.Reader) *httptest.ResponseRecorder {
	r.t.Helper()
	q := httptest.NewRequest(method, path, body)
	q.Header.Set("X-Actor", actor)
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	if contentType != "" {
		q.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	r.server.ServeHTTP(w, q)
	return w
}

// state is every thing as "title state".
func (r *rig) state() []string {
	r.t.Helper()
	var out []string
	must(r.t, r.DB.View(context.Background(), func(tx *db.Tx) (err error) {
		out, err = db.All(tx, listThings, func(row db.Scanner) (string, error) {
			var title, text, state string
			var version int
			err := row.Scan(&title, &text, &state, &version)
			return fmt.Sprintf("%s %s %d", title, state, version), err
		})
		return err
	}))
	return out
}

// file imports a file as the club.
func (r *rig) file(name, text string, change ...func(*Request)) *Run {
	r.t.Helper()
	in := Request{Organisation: r.org, File: name, Body: []byte(text)}
	for _, c := range change {
		c(&in)
	}
	run, err := r.Import(r.ctx(), in)
	if err != nil {
		r.t.Fatalf("import %s: %v", name, err)
	}
	return run
}

// counts is a report in one line.
func counted(run *Run) string {
	p := run.Report
	return fmt.Sprintf("%s +%d ~%d =%d -%d ?%d", run.State, p.Created, p.Updated, p.Unchanged, p.Withdrawn, p.Skipped)
}

// site is somebody else's web site.
type site struct {
	*httptest.Server
	mu     sync.Mutex
	text   string
	etag   string
	status int
	asked  []int // the statuses answered
}

func newSite(t testing.TB) *site {
	s := &site{status: 200}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := s.status
	if s.etag != "" {
		w.Header().Set("ETag", s.etag)
		if r.Header.Get("If-None-Match") == s.etag {
			status = 304
		}
	}
	s.asked = append(s.asked, status)
	w.WriteHeader(status)
	if status == 200 {
		fmt.Fprint(w, s.text)
	}
}

func (s *site) set(status int, etag, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.etag, s.text = status, etag, text
}

package bulletin_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/search"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// present is the moment of all tests: a Sunday morning in the region.
var present = time.Date(2026, time.November, 22, 8, 0, 0, 0, time.UTC)

// rig is a bulletin over an empty database, with the places of the sample.
type rig struct {
	*bulletin.Bulletin
	t      testing.TB
	db     *db.DB
	clock  *clock.Manual
	index  *search.Index
	places *region.Directory
	words  *i18n.Catalogue
	dress  uint64
}

var publishers = []bulletin.Publisher{
	{ID: "org-town", Slug: "gemeinde-fuchstal", Name: "Gemeinde Fuchstal", Kind: "municipality", URL: "/organisationen/gemeinde-fuchstal"},
	{ID: "org-band", Slug: "musikverein-leeder", Name: "Musikverein Leeder", Kind: "club"},
}

var migrations = []db.Migrations{
	{Name: "search", Files: search.Migrations},
	{Name: "bulletin", Files: bulletin.Migrations},
}

// each runs a test on both engines.
func each(t *testing.T, run func(t *testing.T, r *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { run(t, newRig(t, d)) }, migrations...)
}

func newRig(t testing.TB, d *db.DB) *rig {
	t.Helper()
	r := &rig{t: t, db: d, clock: clock.At(present), dress: 1}
	sample, err := region.NewSample(id.NewV7(r.clock.Now))
	if err != nil {
		t.Fatal(err)
	}
	r.places = sample.Directory()
	r.words, err = i18n.Load(i18n.Messages, ui.Messages, bulletin.Messages, region.Messages)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	r.index = search.New(d, log, search.Options{})
	r.Bulletin = bulletin.New(bulletin.Deps{
		DB: d, Clock: r.clock, IDs: id.NewV7(r.clock.Now), Index: r.index, Logger: log,
		Places: func() *region.Directory { return r.places },
		Publisher: func(key string) (bulletin.Publisher, bool) {
			for _, p := range publishers {
				if p.ID == key || p.Slug == key {
					return p, true
				}
			}
			return bulletin.Publisher{}, false
		},
		Publishers: func() []bulletin.Publisher { return publishers },
		Dress:      func() uint64 { return r.dress },
		BaseURL: func(host string) string {
			if host == "" {
				host = "region.example"
			}
			return "https://" + host
		},
	})
	r.Register(
		bulletin.Kind{Name: "news", Tone: "leaf", Icon: "message", Listed: true},
		bulletin.Kind{Name: "event", Tone: "honey", Icon: "calendar", Listed: true},
	)
	return r
}

func (r *rig) municipality(slug string) string {
	m, ok := r.places.MunicipalityBySlug(slug)
	if !ok {
		r.t.Fatalf("no municipality %s", slug)
	}
	return m.ID
}

func (r *rig) village(slug string) string {
	v, ok := r.places.VillageBySlug(slug)
	if !ok {
		r.t.Fatalf("no village %s", slug)
	}
	return v.ID
}

var leeder = orb.Point{10.833, 47.944}

// news is a plain entry; change may alter it.
func news(key string, change ...func(*bulletin.Entry)) *bulletin.Entry {
	e := &bulletin.Entry{
		ID: key, Kind: "news", Publisher: "org-town", Title: "Nachricht " + key, Summary: "Worum es geht.",
		Link: "/aktuelles/" + key, InFeed: true, PublishedAt: present.Add(-time.Hour),
	}
	for _, c := range change {
		c(e)
	}
	return e
}

// event takes place from start for some hours.
func event(key string, start time.Time, hours int, change ...func(*bulletin.Entry)) *bulletin.Entry {
	return news(key, append([]func(*bulletin.Entry){func(e *bulletin.Entry) {
		e.Kind, e.Publisher, e.Title, e.Link = "event", "org-band", "Termin "+key, "/veranstaltungen/"+key
		e.Start, e.End = start, start.Add(time.Duration(hours)*time.Hour)
	}}, change...)...)
}

func (r *rig) put(entries ...*bulletin.Entry) {
	r.t.Helper()
	err := r.db.Update(context.Background(), func(tx *db.Tx) error {
		for _, e := range entries {
			if err := r.Put(tx, e); err != nil {
				return fmt.Errorf("%s: %w", e.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) flush() {
	r.t.Helper()
	if err := r.index.Flush(context.Background()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) view(fn func(tx *db.Tx) error) {
	r.t.Helper()
	if err := r.db.View(context.Background(), fn); err != nil {
		r.t.Fatal(err)
	}
}

// ids lists what a reader finds.
func (r *rig) ids(f bulletin.Filter, who bulletin.Reader) []string {
	r.t.Helper()
	var out []string
	r.view(func(tx *db.Tx) error {
		found, err := r.List(tx, f, who, bulletin.Page{Limit: 500})
		for _, e := range found.Entries {
			out = append(out, e.ID)
		}
		return err
	})
	return out
}

func (r *rig) times(f bulletin.Filter) []string {
	r.t.Helper()
	var out []string
	r.view(func(tx *db.Tx) error {
		found, err := r.Calendar(tx, f, bulletin.Reader{}, 500)
		for _, e := range found {
			out = append(out, e.ID)
		}
		return err
	})
	return out
}

// server answers requests like the house does; actor is who asks.
func (r *rig) server(actor people.Actor) http.Handler {
	r.t.Helper()
	s, err := web.NewServer(web.Options{
		Routes: r.Routes(),
		Prepare: func(_ http.ResponseWriter, req *http.Request) (*http.Request, error) {
			ctx := i18n.With(req.Context(), r.words.In(i18n.German, r.places.Location()))
			ctx = ui.WithShell(ctx, ui.Shell{Lang: "de", Brand: ui.Brand{Name: "Region AUF"}, Path: req.URL.RequestURI()})
			return req.WithContext(people.WithActor(ctx, actor)), nil
		},
		Authorize: func(_ *http.Request, a web.Access) error {
			if a.Level == web.Member && !actor.CanSomewhere(people.Role(a.Role)) {
				return fault.Forbidden()
			}
			return nil
		},
		Validator: func(req *http.Request) string {
			if actor.SignedIn() {
				return ""
			}
			return `"` + strconv.FormatUint(r.db.Version(), 36) + "-" + strconv.FormatInt(r.clock.Now().Unix()/60, 36) + `"`
		},
		Failure: func(w http.ResponseWriter, _ *http.Request, status int, err error) {
			http.Error(w, err.Error(), status)
		},
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// get asks for an address; headers are pairs of name and value.
func (r *rig) get(actor people.Actor, address string, headers ...string) *httptest.ResponseRecorder {
	r.t.Helper()
	req := httptest.NewRequest(http.MethodGet, address, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.server(actor).ServeHTTP(w, req)
	return w
}

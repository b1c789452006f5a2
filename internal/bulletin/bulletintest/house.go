// Package bulletintest is the house around one capability under test: the
// places of the sample, a bulletin, organisations, actors and a real server
// over a fresh database. Nothing in it is a mock.
package bulletintest

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/media"
	"dorflinde/internal/platform/search"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// Present is the moment at which tests begin, a Sunday morning in the region.
var Present = time.Date(2026, time.November, 22, 8, 0, 0, 0, time.UTC)

// Origin is the address under which the house answers.
const Origin = "https://region.example"

// House is what a capability finds around it.
type House struct {
	Kit    bulletin.Tools // what a capability is made with
	Clock  *clock.Manual
	Index  *search.Index
	Places *region.Directory
	Words  *i18n.Catalogue   // once Open was called
	Orgs   map[string]string // id by slug
	Actors map[string]people.Actor
	Server *web.Server // once Open was called
	t      testing.TB
}

// Migrations are those of the floors below, and then the capability's own.
func Migrations(own ...db.Migrations) []db.Migrations {
	return append([]db.Migrations{
		{Name: "jobs", Files: jobs.Migrations}, {Name: "search", Files: search.Migrations}, {Name: "media", Files: media.Migrations},
		{Name: "mail", Files: mail.Files}, {Name: "region", Files: region.Files}, {Name: "people", Files: people.Files},
		{Name: "bulletin", Files: bulletin.Migrations},
	}, own...)
}

// New builds a house over a database that has the Migrations.
func New(t testing.TB, d *db.DB) *House {
	t.Helper()
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	h := &House{t: t, Clock: clock.At(Present), Orgs: map[string]string{}, Actors: map[string]people.Actor{}}
	ids := id.NewV7(h.Clock.Now)
	sample, err := region.NewSample(ids)
	h.must(err)
	h.Places = sample.Directory()
	h.must(d.Update(ctx, sample.Install))
	files, err := media.New(d, filepath.Join(t.TempDir(), "media"), h.Clock, ids)
	h.must(err)
	h.Index = search.New(d, log, search.Options{})
	queue := jobs.New(d, h.Clock, ids, log)
	mailer, err := mail.New(mail.Config{}, mail.Deps{DB: d, Clock: h.Clock, IDs: ids, Queue: queue, Logger: log})
	h.must(err)
	for kind, handler := range mailer.Capability().Jobs {
		queue.Handle(kind, handler)
	}
	folk := people.New(people.Deps{DB: d, Clock: h.Clock, IDs: ids, Queue: queue})
	places := func() *region.Directory { return h.Places }
	base := func(string) string { return Origin }
	h.Kit = bulletin.Tools{
		DB: d, Clock: h.Clock, IDs: ids, Queue: queue, Mailer: mailer, Media: files, People: folk, Places: places, BaseURL: base,
	}
	h.Kit.Bulletin = bulletin.New(bulletin.Deps{
		DB: d, Clock: h.Clock, IDs: ids, Index: h.Index, Logger: log, BaseURL: base, Places: places,
		Dress: func() uint64 { return 1 }, Publisher: h.publisher,
	})
	return h
}

func (h *House) publisher(key string) (bulletin.Publisher, bool) {
	orgs, err := h.Kit.People.Organisations(context.Background())
	if err != nil {
		h.t.Errorf("organisations: %v", err)
		return bulletin.Publisher{}, false
	}
	o, ok := orgs.Find(key)
	if !ok {
		return bulletin.Publisher{}, false
	}
	return bulletin.Publisher{ID: o.ID, Slug: o.Slug, Name: o.Name, Kind: string(o.Kind), URL: "/organisationen/" + o.Slug}, true
}

// Add registers organisations; their ids are in Orgs from then on.
func (h *House) Add(orgs ...people.NewOrganisation) {
	h.t.Helper()
	for _, o := range orgs {
		added, err := h.Kit.People.AddOrganisation(context.Background(), o)
		h.must(err)
		h.Orgs[o.Slug] = added
	}
}

// Municipality is the id behind a slug of the sample.
func (h *House) Municipality(slug string) string {
	h.t.Helper()
	m, ok := h.Places.MunicipalityBySlug(slug)
	if !ok {
		h.t.Fatalf("the sample has no %s", slug)
	}
	return m.ID
}

// AddTown registers each municipality as an organisation and a club in Leeder,
// and gives each role once in the club and once in Gemeinde Fuchstal: the
// actors are club-author, town-editor and so on, beside a resident, the
// operator and a token of the club.
func (h *House) AddTown() {
	h.t.Helper()
	for _, m := range h.Places.Municipalities() {
		h.Add(people.NewOrganisation{
			Kind: people.Municipality, Name: "Gemeinde " + m.Name, Slug: "gemeinde-" + m.Slug, MunicipalityIDs: []string{m.ID},
			Description: "Das Rathaus von " + m.Name,
		})
	}
	v, ok := h.Places.VillageBySlug("leeder")
	if !ok {
		h.t.Fatal("the sample has no Leeder")
	}
	h.Add(people.NewOrganisation{
		Kind: people.Club, Name: "Musikverein Leeder", Slug: "musikverein-leeder", MunicipalityIDs: []string{v.MunicipalityID}, VillageID: v.ID,
		Description: "Blasmusik <b>seit</b> 1900", Phone: "08243 123", Mail: "musik@verein.example", Web: "https://musik.example",
	})
	club := h.Orgs["musikverein-leeder"]
	h.Actors = map[string]people.Actor{
		"": {}, "resident": {AccountID: "resident"}, "operator": {AccountID: "operator", Operator: true},
		"token": {Token: true, TokenID: "t", Organisation: club, Roles: map[string]people.Role{club: people.Editor}},
	}
	for name, org := range map[string]string{"club": "musikverein-leeder", "town": "gemeinde-fuchstal"} {
		for _, role := range people.Roles {
			h.Actors[name+"-"+string(role)] = Holder(name+"-"+string(role), role, h.Orgs[org])
		}
	}
}

// AddClub registers Gemeinde Fuchstal and a club, with one actor for each role
// in the club, one from outside, one of both, and two tokens of the club.
func (h *House) AddClub() {
	h.t.Helper()
	fuchstal := []string{h.Municipality("fuchstal")}
	h.Add(
		people.NewOrganisation{Kind: people.Municipality, Name: "Gemeinde Fuchstal", Slug: "gemeinde-fuchstal", MunicipalityIDs: fuchstal},
		people.NewOrganisation{Kind: people.Club, Name: "Musikverein Leeder", Slug: "musikverein-leeder", MunicipalityIDs: fuchstal},
	)
	town, club := h.Orgs["gemeinde-fuchstal"], h.Orgs["musikverein-leeder"]
	h.Actors = map[string]people.Actor{
		"": {}, "resident": {AccountID: "resident"}, "operator": {AccountID: "operator", Operator: true},
		"reader":   Holder("reader", people.Reader, club),
		"author":   Holder("author", people.Author, club),
		"editor":   Holder("editor", people.Editor, club),
		"outsider": Holder("outsider", people.Admin, town),
		"both":     Holder("both", people.Editor, club, town),
		"token":    {Token: true, TokenID: "t", Organisation: club, Roles: map[string]people.Role{club: people.Editor}},
		"reading":  {Token: true, TokenID: "t2", Organisation: club, Roles: map[string]people.Role{club: people.Reader}},
	}
}

// Holder is somebody with an account and one role in some organisations.
func Holder(account string, role people.Role, orgs ...string) people.Actor {
	a := people.Actor{AccountID: account, Name: account, Email: account + "@example.org", Roles: map[string]people.Role{}}
	for _, o := range orgs {
		a.Roles[o] = role
	}
	return a
}

// Speak is ctx with the words of a language, as the house gives it to jobs.
func (h *House) Speak(ctx context.Context, lang i18n.Lang) context.Context {
	return i18n.With(ctx, h.Words.In(lang, h.Places.Location()))
}

// Letters runs all jobs and gives what was mailed, oldest first.
func (h *House) Letters() []mail.Message {
	h.t.Helper()
	ctx := h.Speak(context.Background(), i18n.German)
	h.must(h.Kit.Queue.Drain(ctx))
	kept, err := h.Kit.Mailer.Kept(ctx)
	h.must(err)
	slices.Reverse(kept)
	return kept
}

func (h *House) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

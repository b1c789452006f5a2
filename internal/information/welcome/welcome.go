// Package welcome greets newcomers: one page per village that fills itself from
// what the bulletin has about the place. It keeps nothing of its own.
package welcome

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strings"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// Messages are this capability's texts.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// The kinds and topics it asks the bulletin for. They are names in the
// bulletin, not packages: a house without one of them shows a shorter page.
const (
	kindDirectory = "directory"
	kindWaste     = "waste"
	kindEvent     = "event"
	kindPage      = "page"
	pageSlug      = "/seiten/neu-hier"
)

// sections of the directory in the order in which newcomers need them.
var sections = []section{
	{Topic: "amt", Icon: "house"}, {Topic: "arzt", Icon: "heart"}, {Topic: "apotheke", Icon: "plus"}, {Topic: "laden", Icon: "tag"},
	{Topic: "lieferung", Icon: "car"}, {Topic: "bildung", Icon: "edit"}, {Topic: "verein", Icon: "people"}, {Topic: "feuerwehr", Icon: "danger"},
	{Topic: "kirche", Icon: "bell"}, {Topic: "wertstoff", Icon: "bin"},
}

// section is one part of the page made of directory entries.
type section struct {
	Topic, Icon string
	entries     []place
	more        string // address of the whole list, empty when all are shown
}

type place struct{ title, summary, url string }

// How much is shown.
const (
	mostPlaces = 8
	mostEvents = 6
	wasteDays  = 14
	holidays   = 3
)

// path is the address of a village's page; without one, of the choice.
func path(slug string) string {
	if slug == "" {
		return "/willkommen"
	}
	return "/willkommen/" + slug
}

type service struct{ bulletin.Tools }

// New makes the capability.
func New(t bulletin.Tools) capability.Capability {
	s := &service{t}
	t.Bulletin.AddTile(bulletin.Tile{Icon: "leaf", MessageKey: "welcome.tile", URL: path("")})
	return capability.Capability{
		Name: "welcome", Messages: Messages,
		Routes: []web.Route{
			{Method: "GET", Path: "/willkommen", Access: web.Everyone, Handle: s.choose, Versioned: true},
			{Method: "GET", Path: "/willkommen/{village}", Access: web.Everyone, Handle: s.page, Versioned: true},
		},
	}
}

// town is a municipality with its villages, to choose from.
type town struct {
	name, id string
	villages []ui.Link
}

func (s *service) choose(w http.ResponseWriter, r *http.Request) error {
	places, words := s.Places(), i18n.From(r.Context())
	var towns []town
	here, own := places.MunicipalityByHost(r.Host)
	for _, m := range places.Municipalities() {
		one := town{name: m.Name, id: "gemeinde-" + m.Slug}
		for _, v := range places.Villages(m.ID) {
			one.villages = append(one.villages, ui.Link{Label: v.Name, URL: path(v.Slug), Icon: "pin"})
		}
		if own && here.ID == m.ID {
			towns = slices.Insert(towns, 0, one)
		} else {
			towns = append(towns, one)
		}
	}
	page := ui.Page{Title: words.T("welcome.title"), Description: words.T("welcome.lead"), Canonical: s.BaseURL(r.Host) + path(""), Active: "start"}
	return ui.Render(w, r, http.StatusOK, page, choosePage(towns))
}

// view is the page of one village.
type view struct {
	village  *region.Village
	town     *region.Municipality
	facts    []ui.Fact
	welcome  string // the municipality's own greeting
	steps    *place // the municipality's page for newcomers
	waste    []ui.BoxItem
	events   []ui.CardView
	sections []section
	feeds    []ui.FeedLink
}

func (s *service) page(w http.ResponseWriter, r *http.Request) error {
	ctx, words, places := r.Context(), i18n.From(r.Context()), s.Places()
	v, ok := places.VillageBySlug(r.PathValue("village"))
	if !ok {
		return fault.NotFound()
	}
	m, ok := places.Municipality(v.MunicipalityID)
	if !ok {
		return fault.NotFound()
	}
	p := view{village: v, town: m, welcome: m.Texts.In(region.TextWelcome, string(words.Lang)), feeds: feeds(words, v.Slug)}
	p.facts = s.facts(words, places, m, v)
	err := s.DB.View(ctx, func(tx *db.Tx) error { return s.fill(ctx, tx, &p) })
	if err != nil {
		return err
	}
	page := ui.Page{
		Title: words.T("welcome.in", "place", v.Name), Description: words.T("welcome.in_lead", "place", v.Name),
		Canonical: s.BaseURL(r.Host) + path(v.Slug), Feeds: p.feeds, Active: "start",
	}
	return ui.Render(w, r, http.StatusOK, page, villagePage(p))
}

// facts say where one has moved to.
func (s *service) facts(words *i18n.Localizer, places *region.Directory, m *region.Municipality, v *region.Village) []ui.Fact {
	facts := []ui.Fact{{Term: words.T("welcome.municipality"), Text: m.Name}}
	if v.Population > 0 {
		facts = append(facts, ui.Fact{Term: words.T("welcome.population"), Text: words.T("welcome.people", "n", v.Population)})
	} else if m.Population > 0 {
		facts = append(facts, ui.Fact{Term: words.T("welcome.population"), Text: words.T("welcome.people_all", "n", m.Population)})
	}
	now := s.Clock.Now().In(places.Location())
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	calendar := places.Calendar(m.ID)
	found := 0
	for _, h := range append(calendar.Holidays(now.Year()), calendar.Holidays(now.Year()+1)...) {
		if !h.Date.Before(today) && found < holidays {
			found++
			day := time.Date(h.Date.Year(), h.Date.Month(), h.Date.Day(), 12, 0, 0, 0, places.Location())
			facts = append(facts, ui.Fact{Term: words.T(h.Key), Text: words.Date(day, i18n.DateShort)})
		}
	}
	return facts
}

// fill reads what the bulletin has about the village.
func (s *service) fill(ctx context.Context, tx *db.Tx, p *view) error {
	reader, places := bulletin.ReaderOf(ctx), s.Places()
	here := bulletin.Filter{Municipality: p.town.ID, Village: p.village.ID}
	timed := func(kind string, days, limit int) ([]bulletin.Timed, error) {
		f := here
		f.Kinds, f.From = []string{kind}, s.midnight(places)
		f.To = f.From.AddDate(0, 0, days)
		return s.Bulletin.Calendar(tx, f, reader, limit)
	}
	waste, err := timed(kindWaste, wasteDays, 12)
	if err != nil {
		return err
	}
	for i := range waste {
		card := s.Bulletin.TimedView(ctx, &waste[i], 3)
		p.waste = append(p.waste, ui.BoxItem{ISO: card.WhenISO, When: card.WhenText, Label: card.Title, URL: card.URL})
	}
	events, err := timed(kindEvent, 60, mostEvents)
	if err != nil {
		return err
	}
	for i := range events {
		card := s.Bulletin.TimedView(ctx, &events[i], 3)
		card.ID += "-" + events[i].Occurrence.Start.Format("20060102T1504") // a series comes more than once
		p.events = append(p.events, card)
	}
	for _, one := range sections {
		if err := s.section(ctx, tx, p, one); err != nil {
			return err
		}
	}
	return s.steps(ctx, tx, p)
}

func (s *service) midnight(places *region.Directory) time.Time {
	y, m, d := s.Clock.Now().In(places.Location()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, places.Location())
}

// section asks for directory entries of one topic: those of the village first,
// then the rest of the municipality.
func (s *service) section(ctx context.Context, tx *db.Tx, p *view, one section) error {
	f := bulletin.Filter{Municipality: p.town.ID, Kinds: []string{kindDirectory}, Topic: one.Topic}
	found, err := s.Bulletin.List(tx, f, bulletin.ReaderOf(ctx), bulletin.Page{Limit: 200})
	if err != nil {
		return err
	}
	near := func(e bulletin.Entry) int {
		switch {
		case e.Scope.VillageID == p.village.ID:
			return 0
		case e.Scope.VillageID == "":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(found.Entries, func(a, b bulletin.Entry) int {
		if d := near(a) - near(b); d != 0 {
			return d
		}
		return strings.Compare(region.Slug(a.Title), region.Slug(b.Title))
	})
	if len(found.Entries) > mostPlaces {
		one.more = "/verzeichnis?kategorie=" + one.Topic + "&ort=" + p.village.Slug
		found.Entries = found.Entries[:mostPlaces]
	}
	if one.Topic == "lieferung" {
		one.more = "" // deliveries are a topic of several categories
	}
	for i := range found.Entries {
		one.entries = append(one.entries, shown(ctx, &found.Entries[i]))
	}
	if len(one.entries) > 0 {
		p.sections = append(p.sections, one)
	}
	return nil
}

func shown(ctx context.Context, e *bulletin.Entry) place {
	title, summary, _ := e.In(string(i18n.From(ctx).Lang))
	return place{title: title, summary: summary, url: e.Link}
}

// steps finds the page that the municipality wrote for newcomers: its own
// (neu-hier-<municipality>), else the one for all.
func (s *service) steps(ctx context.Context, tx *db.Tx, p *view) error {
	f := bulletin.Filter{Municipality: p.town.ID, Kinds: []string{kindPage}}
	found, err := s.Bulletin.List(tx, f, bulletin.ReaderOf(ctx), bulletin.Page{Limit: bulletin.MaxLimit})
	if err != nil {
		return err
	}
	for _, want := range []string{pageSlug + "-" + p.town.Slug, pageSlug} {
		for i := range found.Entries {
			if found.Entries[i].Link == want {
				one := shown(ctx, &found.Entries[i])
				p.steps = &one
				return nil
			}
		}
	}
	return nil
}

// feeds are the ways to stay informed without coming back.
func feeds(words *i18n.Localizer, slug string) []ui.FeedLink {
	return []ui.FeedLink{
		{Type: "application/rss+xml", Title: words.T("welcome.feed_rss"), URL: "/feeds/rss?ort=" + slug},
		{Type: "text/calendar", Title: words.T("welcome.feed_events"), URL: "/calendar.ics?art=event&ort=" + slug},
		{Type: "text/calendar", Title: words.T("welcome.feed_waste"), URL: "/calendar.ics?art=waste&ort=" + slug},
	}
}

// signedIn reports whether the reader has an account to keep the village in.
func signedIn(ctx context.Context) bool { return people.ActorFrom(ctx).SignedIn() }

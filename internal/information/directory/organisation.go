package directory

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/ui"
)

// How much the page of an organisation shows of each kind.
const (
	orgNews   = 5
	orgEvents = 6
)

// organisation is the page that every organisation has: what it says of itself,
// how to reach it, what it has published.
func (s *service) organisation(w http.ResponseWriter, r *http.Request) error {
	ctx, words := r.Context(), i18n.From(r.Context())
	orgs, err := s.People.Organisations(ctx)
	if err != nil {
		return err
	}
	o, ok := orgs.BySlug(r.PathValue("slug"))
	if !ok || o.Blocked {
		return fault.NotFound()
	}
	var v pageView
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		l, there, err := mainOf(tx, o.ID)
		if err != nil {
			return err
		}
		if !there || l.State != compose.Published {
			l = s.fromOrganisation(o, Listing{})
		}
		v = s.view(r, l)
		v.org, v.address = o, s.BaseURL(r.Host)+orgPath(o.Slug)
		return s.published(ctx, tx, &v)
	})
	if err != nil {
		return err
	}
	v.canEdit = v.canEdit && v.ID != ""
	v.canAdmin = people.ActorFrom(ctx).Can(people.Admin, o.ID)
	v.feeds = []ui.FeedLink{
		{Type: "application/rss+xml", Title: words.T("directory.feed_rss"), URL: "/feeds/rss?von=" + o.Slug},
		{Type: "text/calendar", Title: words.T("directory.feed_calendar"), URL: "/calendar.ics?von=" + o.Slug},
	}
	page := ui.Page{Title: v.title, Description: richtext.Summary(v.text, 200), Canonical: v.address, Active: "verzeichnis", Feeds: v.feeds}
	if page.JSONLD, err = s.linkedData(r, &v); err != nil {
		return err
	}
	return ui.Render(w, r, http.StatusOK, page, listingPage(v))
}

// published is what the organisation has in the bulletin and in the directory.
func (s *service) published(ctx context.Context, tx *db.Tx, v *pageView) error {
	reader := bulletin.ReaderOf(ctx)
	events, err := s.Bulletin.Calendar(tx, bulletin.Filter{Publisher: v.org.ID, From: s.Clock.Now()}, reader, orgEvents)
	if err != nil {
		return err
	}
	for i := range events {
		card := s.Bulletin.TimedView(ctx, &events[i], 3)
		card.ID += fmt.Sprintf("-%d", i) // a series comes more than once
		v.events = append(v.events, card)
	}
	news, err := s.Bulletin.List(tx, bulletin.Filter{Publisher: v.org.ID, FeedOnly: true}, reader, bulletin.Page{Limit: orgNews + orgEvents})
	if err != nil {
		return err
	}
	for i := range news.Entries {
		if e := &news.Entries[i]; e.Start.IsZero() && len(v.news) < orgNews {
			v.news = append(v.news, s.Bulletin.CardView(ctx, e, 3))
		}
	}
	others, err := db.All(tx, ownListings, scanListing, v.org.ID)
	if err != nil {
		return fmt.Errorf("entries of an organisation: %w", err)
	}
	words, c := i18n.From(ctx), s.clocks()
	for i := range others {
		v.others = append(v.others, s.card(words, c, &others[i]))
	}
	return nil
}

// fromOrganisation is the listing that follows from what an organisation says
// of itself; what l has beyond that stays.
func (s *service) fromOrganisation(o *people.Organisation, l Listing) Listing {
	l.Publisher, l.Title, l.Text, l.Audience = o.ID, o.Name, o.Description, bulletin.ForPublic
	l.Main, l.Auto = true, true
	if l.State = compose.Published; o.Blocked {
		l.State = compose.Withdrawn
	}
	l.Phone, l.Mail, l.Web, l.Address = o.Phone, o.Mail, o.Web, o.Address
	if l.Category == "" {
		l.Category = categoryOf[o.Kind]
	}
	l.Scope = bulletin.Scope{MunicipalityID: o.Home(), VillageID: o.VillageID}
	places := s.Places()
	if l.Point == nil {
		if v, ok := places.Village(o.VillageID); ok {
			l.Point = &orb.Point{v.Centre[0], v.Centre[1]}
		}
	}
	if l.PublishAt.IsZero() {
		l.PublishAt = o.Since
	}
	if l.UpdatedAt.IsZero() {
		l.UpdatedAt = o.Since
	}
	if l.Check(places) != nil {
		// An organisation may say more than fits here, or have a contact that
		// cannot be dialled: its page shows the rest.
		l.Phone, l.Web, l.Mail = "", "", ""
		l.Text = richtext.Cut(l.Text, bulletin.MaxSummary)
	}
	return l
}

// followOrganisations gives every organisation its entry, follows changes of
// those that nobody has edited, and takes back those of blocked ones.
func (s *service) followOrganisations(ctx context.Context, _ []byte) error {
	orgs, err := s.People.Organisations(ctx)
	if err != nil {
		return err
	}
	have := map[string]Listing{}
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		clear(have)
		all, err := db.All(tx, mainListings, scanListing)
		for _, l := range all {
			have[l.Publisher] = l
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("pages of organisations: %w", err)
	}
	var failed []error
	for _, o := range orgs.All() {
		l, there := have[o.ID]
		if err := s.follow(ctx, o, l, there); err != nil && fault.KindOf(err) != fault.KindConflict {
			failed = append(failed, fmt.Errorf("page of %s: %w", o.Slug, err))
		}
	}
	return errors.Join(failed...)
}

func (s *service) follow(ctx context.Context, o *people.Organisation, l Listing, there bool) error {
	now := s.Clock.Now()
	next := l
	switch {
	case !there && o.Blocked:
		return nil
	case !there, l.Auto:
		next = s.fromOrganisation(o, l)
	case o.Blocked != (l.State == compose.Withdrawn):
		if next.State = compose.Published; o.Blocked {
			next.State = compose.Withdrawn
		}
	}
	if there && same(&l, &next) {
		return nil
	}
	next.UpdatedAt = now
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		stored := next
		if there {
			return s.save(tx, &stored)
		}
		stored.ID, stored.CreatedAt = s.IDs.New(), now
		return s.create(tx, &stored)
	})
}

// same reports whether two listings would be stored alike.
func same(a, b *Listing) bool {
	x, errX := a.row()
	y, errY := b.row()
	return errX == nil && errY == nil && slices.Equal(x, y)
}

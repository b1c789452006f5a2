package bulletin

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/region"
)

// asked is what an address asks for.
type asked struct {
	ctx    context.Context
	query  url.Values
	filter Filter
	places *region.Directory
	words  *i18n.Localizer
	base   string // scheme and host of this request
	place  Place
}

// ask reads an address with filters.
func (b *Bulletin) ask(r *http.Request) (asked, error) {
	a := asked{
		ctx: r.Context(), query: r.URL.Query(), places: b.Places(), words: i18n.From(r.Context()), base: b.BaseURL(r.Host),
	}
	var err error
	if a.filter, err = ParseFilter(a.query, a.places); err != nil {
		return a, err
	}
	if err := b.checkPublisher(a.filter.Publisher); err != nil {
		return a, err
	}
	a.place = placeOf(a.places, a.filter)
	return a, nil
}

func (b *Bulletin) checkPublisher(name string) error {
	if name == "" {
		return nil
	}
	if _, ok := b.Publisher(name); !ok {
		return fault.Invalid(paramPublisher, "bulletin.publisher_not_found", "publisher", name)
	}
	return nil
}

func placeOf(places *region.Directory, f Filter) Place {
	var p Place
	if m, ok := places.Municipality(f.Municipality); ok {
		p.Municipality = m
	}
	if v, ok := places.Village(f.Village); ok {
		p.Village = v
	}
	return p
}

// settle chooses the place of a page whose address names none: the person's
// own village, else the municipality whose address this is, else the region.
func (a *asked) settle(r *http.Request) {
	if a.query.Get(paramPlace) != "" {
		return
	}
	if v, ok := a.places.Village(people.ActorFrom(a.ctx).HomeVillage); ok {
		a.filter.Municipality, a.filter.Village = v.MunicipalityID, v.ID
	} else if m, ok := a.places.MunicipalityByHost(r.Host); ok {
		a.filter.Municipality = m.ID
	}
	a.place = placeOf(a.places, a.filter)
}

// voice names the language and variant in which texts are chosen.
func (a *asked) voice() string { return string(a.words.Lang) + "/" + wantedLang(a.ctx) }

// placeName is the place as a headline names it.
func (a *asked) placeName() string {
	if name := a.place.Name(); name != "" {
		return name
	}
	return a.places.Region.Name
}

// address is a path with the filters of this page, and others set on top: pairs
// of name and value, an empty value removes.
func (a *asked) address(path string, pairs ...string) string {
	return a.with(path, a.filter, pairs...)
}

func (a *asked) with(path string, f Filter, pairs ...string) string {
	q := f.Values(a.places)
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Del(pairs[i])
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	// A comma needs no escape in a query (RFC 3986, section 3.4).
	return path + "?" + strings.ReplaceAll(q.Encode(), "%2C", ",")
}

// feeds are the other forms of a list with the same filters.
func (a *asked) feeds() []ui.FeedLink {
	f := a.filter
	f.From, f.To = time.Time{}, time.Time{}
	return []ui.FeedLink{
		{Type: "application/rss+xml", Title: a.words.T("bulletin.feed_rss"), URL: a.with("/feeds/rss", f)},
		{Type: "application/atom+xml", Title: a.words.T("bulletin.feed_atom"), URL: a.with("/feeds/atom", f)},
		{Type: "application/feed+json", Title: a.words.T("bulletin.feed_json"), URL: a.with("/feeds/json", f)},
		{Type: "text/calendar", Title: a.words.T("bulletin.feed_calendar"), URL: a.with("/calendar.ics", f)},
	}
}

// midnight is the beginning of today in the region.
func (b *Bulletin) midnight(places *region.Directory) time.Time {
	y, m, d := b.clock.Now().In(places.Location()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, places.Location())
}

package bulletin

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

// How much the home page shows.
const (
	homeTiles  = 6
	homeEvents = 5
	homePoints = 40
)

// homeView is the home page.
type homeView struct {
	*asked
	greeting string
	towns    []ui.Link
	town     string
	villages []ui.Link
	village  string
	tiles    []ui.Link
	horizons []ui.Link
	cards    shownCards
	older    string
	aside    []byte
}

// home is what happens here: newest first, no ranking by anybody's interest.
func (b *Bulletin) home(w http.ResponseWriter, r *http.Request) error {
	a, err := b.ask(r)
	if err != nil {
		return err
	}
	a.settle(r)
	v := homeView{asked: &a, tiles: b.tileLinks(&a)}
	v.greeting = a.words.T(greetingKey(b.clock.Now().In(a.places.Location()).Hour()), "place", a.placeName())
	v.placeLinks()
	stamp := b.now()
	err = b.db.View(r.Context(), func(tx *db.Tx) error {
		if err := b.homeFeed(tx, &v); err != nil {
			return err
		}
		var err error
		v.aside, err = b.homeAside(tx, &a, stamp)
		return err
	})
	if err != nil {
		return err
	}
	page := ui.Page{
		Description: a.words.T("bulletin.home_description", "place", a.placeName()),
		Canonical:   a.base + a.address("/"), Feeds: a.feeds(), Active: "start",
	}
	return ui.Render(w, r, http.StatusOK, page, homePage(v))
}

func (b *Bulletin) homeFeed(tx *db.Tx, v *homeView) error {
	f := v.filter
	f.FeedOnly = true
	cards, rest, err := b.showList(v.ctx, tx, f, Page{Limit: DefaultLimit}, 3)
	v.cards = cards
	if rest.Next != "" {
		v.older = v.address("/neues", "weiter", rest.Next)
	}
	return err
}

func greetingKey(hour int) string {
	switch {
	case hour >= 4 && hour < 10:
		return "bulletin.good_morning"
	case hour >= 10 && hour < 18:
		return "bulletin.good_day"
	}
	return "bulletin.good_evening"
}

// placeLinks are the municipalities, the villages of the chosen one, and the
// horizons of the feed.
func (v *homeView) placeLinks() {
	to := func(id, label string, f Filter) ui.Link {
		slug := f.PlaceSlug(v.places)
		if slug == "" {
			slug = string(HorizonRegion)
		}
		return ui.Link{ID: id, Label: label, URL: "/?ort=" + slug}
	}
	for _, m := range v.places.Municipalities() {
		v.towns = append(v.towns, to(m.ID, m.Name, Filter{Municipality: m.ID}))
	}
	region := to("region", v.words.T("bulletin.horizon_region"), Filter{})
	if v.place.Municipality == nil {
		v.town = "region"
		v.towns = append(v.towns, region)
		return
	}
	m := v.place.Municipality
	v.town = m.ID
	if villages := v.places.Villages(m.ID); len(villages) > 1 {
		v.village = m.ID
		v.villages = append(v.villages, to(m.ID, v.words.T("bulletin.all_villages"), Filter{Municipality: m.ID}))
		for _, village := range villages {
			v.villages = append(v.villages, to(village.ID, village.Name, Filter{Municipality: m.ID, Village: village.ID}))
		}
	}
	if v.place.Village != nil {
		v.village = v.place.Village.ID
		v.horizons = append(v.horizons, to(v.village, v.place.Village.Name, v.filter))
	}
	v.horizons = append(v.horizons, to(m.ID, m.Name, Filter{Municipality: m.ID}), region)
}

// horizon is the ID of the horizon in force.
func (v *homeView) horizon() string {
	if v.place.Village != nil {
		return v.place.Village.ID
	}
	return v.town
}

func (b *Bulletin) tileLinks(a *asked) []ui.Link {
	links := make([]ui.Link, 0, homeTiles)
	for _, t := range b.tiles[:min(len(b.tiles), homeTiles)] {
		links = append(links, ui.Link{Icon: t.Icon, Label: a.words.T(t.MessageKey), URL: t.URL})
	}
	return links
}

// asideView is the side of the home page. It shows public things only, so it
// is kept and shared.
type asideView struct {
	*asked
	facts  []ui.Fact
	next   []ui.BoxItem
	sketch sketch
}

func (b *Bulletin) homeAside(tx *db.Tx, a *asked, s stamp) ([]byte, error) {
	key := "aside|" + string(a.words.Lang) + "|" + a.filter.Municipality + "|" + a.filter.Village
	if html, ok := b.keep.get(s, key); ok {
		return html, nil
	}
	v := asideView{asked: a}
	var err error
	if v.facts, err = b.todayFacts(tx, a); err != nil {
		return nil, err
	}
	if v.next, err = b.nextEvents(tx, a); err != nil {
		return nil, err
	}
	f := a.filter
	f.FeedOnly = true
	points, err := b.Located(tx, f, Reader{}, homePoints)
	if err != nil {
		return nil, err
	}
	v.sketch = b.drawSketch(a, points)
	html, err := b.fragment(a.ctx, homeSide(v))
	if err == nil {
		b.keep.put(s, key, html)
	}
	return html, err
}

func (b *Bulletin) fragment(ctx context.Context, c templ.Component) ([]byte, error) {
	var buf bytes.Buffer
	if err := c.Render(ctx, &buf); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func (b *Bulletin) todayFacts(tx *db.Tx, a *asked) ([]ui.Fact, error) {
	today := b.midnight(a.places)
	var facts []ui.Fact
	for i, key := range []string{"bulletin.today", "bulletin.tomorrow"} {
		for _, contribute := range b.today {
			found, err := contribute(a.ctx, tx, a.place, today.AddDate(0, 0, i))
			if err != nil {
				return nil, err
			}
			for _, f := range found {
				if f.Term == "" {
					f.Term = a.words.T(key)
				}
				facts = append(facts, f)
			}
		}
	}
	return facts, nil
}

// nextEvents are what begins next in the place; what already runs for days
// would fill the box for weeks.
func (b *Bulletin) nextEvents(tx *db.Tx, a *asked) ([]ui.BoxItem, error) {
	now := b.clock.Now()
	f := a.filter
	f.From = now
	found, err := b.Calendar(tx, f, Reader{}, 4*homeEvents)
	if err != nil {
		return nil, err
	}
	var items []ui.BoxItem
	for i := range found {
		t := &found[i]
		begun := t.Occurrence.Start.Before(now.Add(-12 * time.Hour))
		if begun || t.Status == Cancelled || t.Occurrence.Status == Cancelled || len(items) == homeEvents {
			continue
		}
		items = append(items, a.boxItem(t))
	}
	return items, nil
}

func (a *asked) boxItem(t *Timed) ui.BoxItem {
	title, _, _ := t.In(wantedLang(a.ctx))
	style := i18n.DateTime
	if t.Occurrence.AllDay {
		style = i18n.DateShort
	}
	return ui.BoxItem{
		ISO: isoTime(a.words, t.Occurrence.Start, t.Occurrence.AllDay), When: a.words.Date(t.Occurrence.Start, style),
		Label: title, URL: t.Link,
	}
}

package bulletin

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/region"
)

// How much the home page shows.
const (
	homeTiles  = 6
	homeEvents = 5
	homePoints = 40
)

// homeView is the part of the home page that is the same for all who look at
// the same place in the same language. It shows public things only.
type homeView struct {
	*asked
	greeting string
	welcome  string // the municipality's own words
	towns    []ui.Link
	town     string
	villages []ui.Link
	village  string
	tiles    []ui.Link
	horizons []ui.Link
	facts    []ui.Fact
	next     []ui.BoxItem
	sketch   sketch
}

// homeFrame is what stands around the feed, finished.
type homeFrame struct {
	page     ui.Page
	top, bar []byte
	feeds    []byte
	aside    []byte
}

// homeFeed is what the feed holds, and where it goes on.
type homeFeed struct {
	refs []ref
	next string
}

// home is what happens here: newest first, no ranking by anybody's interest.
// On unchanged data it is put together from finished pieces without a query.
func (b *Bulletin) home(w http.ResponseWriter, r *http.Request) error {
	a, err := b.ask(r)
	if err != nil {
		return err
	}
	a.settle(r)
	s, public := b.now(), ReaderOf(a.ctx).public()
	place := "|" + a.voice() + "|" + a.filter.Municipality + "|" + a.filter.Village
	frameKey, feedKey := "home|"+a.base+place, "feed"+place
	frame, framed := kept[homeFrame](&b.keep, s, frameKey)
	feed, fed := kept[homeFeed](&b.keep, s, feedKey)
	fed = fed && public
	var cards shownCards
	var missing []string
	if fed {
		cards, missing = b.keptCards(a.ctx, feed.refs, 3)
	}
	if !framed || !fed || len(missing) > 0 {
		err = b.db.View(a.ctx, func(tx *db.Tx) error {
			if feed, err = b.homeFeed(tx, &a); err != nil {
				return err
			}
			cards, missing = b.keptCards(a.ctx, feed.refs, 3)
			if err := b.fillCards(a.ctx, tx, cards, missing, 3); err != nil || framed {
				return err
			}
			frame, err = b.homeFrame(tx, &a)
			return err
		})
		if err != nil {
			return err
		}
		b.keep.put(s, frameKey, frame, len(frame.top)+len(frame.aside)+2048)
		if public {
			b.keep.put(s, feedKey, feed, 64*len(feed.refs))
		}
	}
	older := ""
	if feed.next != "" {
		older = a.address("/neues", "weiter", feed.next)
	}
	return ui.Render(w, r, http.StatusOK, frame.page, homePage(frame, cards, older))
}

func (b *Bulletin) homeFeed(tx *db.Tx, a *asked) (homeFeed, error) {
	f := a.filter
	f.FeedOnly = true
	refs, rest, err := b.refs(tx, f, ReaderOf(a.ctx), Page{Limit: DefaultLimit})
	return homeFeed{refs: refs, next: rest.Next}, err
}

// homeFrame reads and renders what stands around the feed.
func (b *Bulletin) homeFrame(tx *db.Tx, a *asked) (homeFrame, error) {
	f := homeFrame{page: ui.Page{
		Description: a.words.T("bulletin.home_description", "place", a.placeName()),
		Canonical:   a.base + a.address("/"), Feeds: a.feeds(), Active: "start",
	}}
	v := homeView{asked: a, tiles: b.tileLinks(a)}
	v.greeting = a.words.T(greetingKey(b.clock.Now().In(a.places.Location()).Hour()), "place", a.placeName())
	if m := a.place.Municipality; m != nil {
		v.welcome = strings.TrimSpace(m.Texts.In(region.TextWelcome, string(a.words.Lang)))
	}
	v.placeLinks()
	var err error
	if v.facts, err = b.todayFacts(tx, a); err != nil {
		return f, err
	}
	if v.next, err = b.nextEvents(tx, a); err != nil {
		return f, err
	}
	filter := a.filter
	filter.FeedOnly = true
	points, err := b.Located(tx, filter, Reader{}, homePoints)
	if err != nil {
		return f, err
	}
	v.sketch = b.drawSketch(a, points)
	for _, part := range []struct {
		into *[]byte
		from templ.Component
	}{{&f.top, homeTop(v)}, {&f.bar, homeBar(v)}, {&f.aside, homeSide(v)}, {&f.feeds, ui.Feeds(f.page.Feeds)}} {
		if *part.into, err = fragment(a.ctx, part.from); err != nil {
			return f, err
		}
	}
	return f, nil
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

// finished is a component that was rendered before.
type finished []byte

// Render writes it.
func (f finished) Render(_ context.Context, w io.Writer) error {
	_, err := w.Write(f)
	return err
}

func fragment(ctx context.Context, c templ.Component) ([]byte, error) {
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
	f := a.filter.announced()
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

package bulletin

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// mapMost bounds what one map shows.
const mapMost = 2000

// mapListed is how many of them stand in the list beside it.
const mapListed = 60

const geoJSON = "application/geo+json; charset=utf-8"

type mapView struct {
	asked
	filters  filterView
	view     ui.MapView
	entries  []Entry
	bulletin *Bulletin
	more     string // address of the whole list
}

// mapPage shows what has a place, as a map and as a list.
func (b *Bulletin) mapPage(w http.ResponseWriter, r *http.Request) error {
	a, err := b.ask(r)
	if err != nil {
		return err
	}
	v := mapView{asked: a, bulletin: b, filters: b.filters(a, "/karte", "orte")}
	err = b.db.View(r.Context(), func(tx *db.Tx) error {
		var err error
		v.entries, err = b.Located(tx, a.filter, ReaderOf(r.Context()), mapListed+1)
		return err
	})
	if err != nil {
		return err
	}
	if len(v.entries) > mapListed {
		v.entries, v.more = v.entries[:mapListed], a.address("/neues")
	}
	v.view = ui.MapView{
		ID: "karte", Label: a.words.T("bulletin.map_label", "place", a.placeName()), Locate: true, Credit: b.credit(),
		GeoJSONURL: a.address("/karte/daten.geojson"), BaseURL: "/karte/grundlage.geojson", Bounds: a.bounds(),
		ListURL: "#orte", ListLabel: a.words.T("bulletin.map_as_list"),
	}
	page := b.listPage(a, "bulletin.map_title", "/karte")
	page.Scripts, page.Wide = []string{"map.js"}, true
	return ui.Render(w, r, http.StatusOK, page, mapBody(v))
}

func (b *Bulletin) credit() string {
	if b.MapCredit != "" {
		return b.MapCredit
	}
	return region.Attribution
}

// bounds frames the place of the page; empty lets the map fit its content.
func (a *asked) bounds() string {
	box, ok := a.places.Box()
	switch {
	case a.filter.Box != nil:
		box, ok = *a.filter.Box, true
	case a.place.Village != nil:
		box, ok = geo.Around(a.place.Village.Centre, 1500), true
	case a.place.Municipality != nil:
		box, ok = geo.Bound(a.place.Municipality.Boundary)
	}
	if !ok {
		return ""
	}
	return fmt.Sprintf("%.5f,%.5f,%.5f,%.5f", box.Min[0], box.Min[1], box.Max[0], box.Max[1])
}

// feature is one object of a FeatureCollection (RFC 7946, section 3.2).
type feature struct {
	Type       string            `json:"type"`
	ID         string            `json:"id,omitempty"`
	Geometry   json.RawMessage   `json:"geometry"`
	Properties map[string]string `json:"properties"`
}

type featureCollection struct {
	Type     string    `json:"type"`
	Features []feature `json:"features"`
}

func (c *featureCollection) add(id string, g orb.Geometry, properties map[string]string) {
	if g != nil {
		c.Features = append(c.Features, feature{Type: "Feature", ID: id, Geometry: geo.Format(g), Properties: properties})
	}
}

func newCollection() featureCollection {
	return featureCollection{Type: "FeatureCollection", Features: []feature{}}
}

// mapData answers with the entries of the map.
func (b *Bulletin) mapData(w http.ResponseWriter, r *http.Request) error {
	a, err := b.ask(r)
	if err != nil {
		return err
	}
	reader, s := ReaderOf(r.Context()), b.now()
	key := "map|" + a.voice() + a.address("/")
	if body, ok := kept[[]byte](&b.keep, s, key); ok && reader.public() {
		return web.WriteBody(w, r, http.StatusOK, geoJSON, body)
	}
	var found []Entry
	err = b.db.View(r.Context(), func(tx *db.Tx) error {
		var err error
		found, err = b.Located(tx, a.filter, reader, mapMost)
		return err
	})
	if err != nil {
		return err
	}
	c := newCollection()
	for _, group := range together(found) {
		b.addPlace(&c, &a, group)
	}
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if reader.public() {
		b.keep.put(s, key, body, len(body))
	}
	return web.WriteBody(w, r, http.StatusOK, geoJSON, body)
}

// together groups the entries of one place, newest first: pins that lie upon
// each other could not be reached, neither by finger nor by keyboard.
func together(found []Entry) [][]*Entry {
	var groups [][]*Entry
	index := map[orb.Point]int{}
	for i := range found {
		p, ok := found[i].Geometry.(orb.Point)
		if !ok {
			groups = append(groups, []*Entry{&found[i]})
			continue
		}
		// About 25 metres, less than a church with its yard.
		near := orb.Point{math.Round(p[0] * 3000), math.Round(p[1] * 4400)}
		at, known := index[near]
		if !known {
			at = len(groups)
			index[near] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], &found[i])
	}
	return groups
}

func (b *Bulletin) addPlace(c *featureCollection, a *asked, group []*Entry) {
	e := group[0]
	card := b.CardView(a.ctx, e, 3)
	properties := map[string]string{
		"title": card.Title, "url": card.URL, "text": card.PublisherName, "when": card.WhenText, "tone": card.KindTone, "kind": e.Kind,
	}
	if e.Place != "" {
		properties["text"] = e.Place + " · " + card.PublisherName
	}
	if len(group) > 1 {
		box := geo.Around(e.Geometry.Bound().Center(), 5)
		for _, other := range group[1:] {
			box = box.Union(geo.Around(other.Geometry.Bound().Center(), 5))
		}
		f := a.filter
		f.Box = &box
		properties["title"] = a.words.N("bulletin.entries_here", len(group))
		properties["text"] = strings.Join([]string{group[0].Title, group[1].Title}, " · ")
		properties["when"], properties["url"] = "", a.with("/neues", f)
	}
	c.add(e.ID, e.Geometry, properties)
}

// mapBase answers with the ground: boundaries, villages and streets.
func (b *Bulletin) mapBase(w http.ResponseWriter, r *http.Request) error {
	places := b.Places()
	c := newCollection()
	for _, m := range places.Municipalities() {
		c.add(m.ID, m.Boundary, map[string]string{"kind": "municipality", "name": m.Name})
	}
	for _, v := range places.Villages("") {
		g := v.Boundary
		if g == nil {
			g = v.Centre
		}
		c.add(v.ID, g, map[string]string{"kind": "village", "name": v.Name})
	}
	for _, s := range places.Streets("") {
		if s.Centre != (orb.Point{}) {
			c.add(s.ID, s.Centre, map[string]string{"kind": "street", "name": s.Name})
		}
	}
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return web.WriteBody(w, r, http.StatusOK, geoJSON, body)
}

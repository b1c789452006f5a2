package transfer

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/i18n"
)

// calendarSize is how many entries one calendar file holds, which bounds the
// memory: a calendar is sorted before it is written.
const calendarSize = 2000

type feature struct {
	Type       string          `json:"type"`
	Properties map[string]any  `json:"properties"`
	Geometry   json.RawMessage `json:"geometry"`
}

// boundaries writes all places as one FeatureCollection (RFC 7946, 3.3).
func (x *exporter) boundaries(w io.Writer) error {
	places := x.app.Region.Current()
	list := newList(w, `{"type":"FeatureCollection","features":[`, "]}\n")
	for _, m := range places.Municipalities() {
		list.add(feature{"Feature", map[string]any{"kind": "municipality", "id": m.ID, "name": m.Name, "ags": m.AGS, "ars": m.ARS,
			"population": m.Population, "hosts": m.Hosts}, shape(m.Boundary, m.Centre)})
	}
	for _, v := range places.Villages("") {
		list.add(feature{"Feature", map[string]any{"kind": "village", "id": v.ID, "name": v.Name, "municipality": v.MunicipalityID},
			shape(v.Boundary, v.Centre)})
	}
	for _, s := range places.Streets("") {
		list.add(feature{"Feature", map[string]any{"kind": "street", "id": s.ID, "name": s.Name, "municipality": s.MunicipalityID,
			"village": s.VillageID}, shape(nil, s.Centre)})
	}
	return list.close()
}

func shape(boundary orb.Geometry, centre orb.Point) json.RawMessage {
	if boundary == nil {
		return geo.Format(centre)
	}
	return geo.Format(boundary)
}

type author struct {
	Name string `json:"name"`
}

type span struct {
	Start time.Time  `json:"start"`
	End   *time.Time `json:"end,omitempty"`
}

// item is one entry as JSON Feed 1.1 has it, with the event of feed.WriteJSON.
type item struct {
	ID        string          `json:"id"`
	URL       string          `json:"url"`
	Title     string          `json:"title"`
	Text      string          `json:"content_text"`
	Image     string          `json:"image,omitempty"`
	Published time.Time       `json:"date_published"`
	Modified  time.Time       `json:"date_modified"`
	Authors   []author        `json:"authors"`
	Tags      []string        `json:"tags"`
	Event     *span           `json:"_event,omitempty"`
	Geometry  json.RawMessage `json:"_geometry,omitempty"`
}

// entries writes all public entries as one JSON Feed.
func (x *exporter) entries(tx *db.Tx) error {
	head, err := json.Marshal(map[string]any{
		"version": "https://jsonfeed.org/version/1.1", "title": x.out.Region, "home_page_url": x.app.Config.BaseURL, "language": "de",
	})
	if err != nil {
		return err
	}
	return x.file("entries.json", func(w io.Writer) error {
		list := newList(w, string(head[:len(head)-1])+`,"items":[`, "]}\n")
		err := x.public(tx, func(e *bulletin.Entry) error {
			x.out.Entries++
			list.add(x.item(e))
			return list.err
		})
		if err != nil {
			return err
		}
		return list.close()
	})
}

// public visits all entries that everybody may read, newest first.
func (x *exporter) public(tx *db.Tx, visit func(*bulletin.Entry) error) error {
	page := bulletin.Page{Limit: bulletin.MaxLimit}
	for {
		found, err := x.app.Bulletin.List(tx, bulletin.Filter{}, bulletin.Reader{}, page)
		if err != nil {
			return err
		}
		for i := range found.Entries {
			if err := visit(&found.Entries[i]); err != nil {
				return err
			}
		}
		if page.After = found.Next; page.After == "" {
			return x.ctx.Err()
		}
	}
}

func (x *exporter) item(e *bulletin.Entry) item {
	base := x.app.Config.BaseURL
	it := item{ID: "urn:uuid:" + e.ID, URL: base + e.Link, Title: e.Title, Text: e.Summary, Published: e.PublishedAt,
		Modified: e.UpdatedAt, Tags: append([]string{e.Kind}, e.Topics...), Authors: []author{}}
	if p, ok := x.app.Bulletin.Publisher(e.Publisher); ok {
		it.Authors = []author{{p.Name}}
	}
	if e.Image != nil {
		it.Image = base + e.Image.URL
	}
	if !e.Start.IsZero() {
		it.Event = &span{Start: e.Start}
		if !e.End.IsZero() {
			it.Event.End = &e.End
		}
	}
	if e.Geometry != nil {
		it.Geometry = geo.Format(e.Geometry)
	}
	return it
}

// calendars writes all public entries with a time, in files of calendarSize.
func (x *exporter) calendars(tx *db.Tx) error {
	var waiting []bulletin.Entry
	files := 0
	flush := func() error {
		files++
		name := "calendar.ics"
		if files > 1 {
			name = fmt.Sprintf("calendar-%d.ics", files)
		}
		title := i18n.T(x.ctx, "bulletin.ics_name", "place", x.out.Region)
		body, err := x.app.Bulletin.ICS(x.ctx, "", waiting, title)
		if err != nil {
			return err
		}
		x.out.Events += len(waiting)
		waiting = waiting[:0]
		return x.file(name, func(w io.Writer) error { _, err := w.Write(body); return err })
	}
	err := x.public(tx, func(e *bulletin.Entry) (err error) {
		if e.Start.IsZero() {
			return nil
		}
		if e.Times, err = x.app.Bulletin.Times(tx, e.ID); err != nil {
			return err
		}
		if waiting = append(waiting, *e); len(waiting) == calendarSize {
			return flush()
		}
		return nil
	})
	if err != nil || len(waiting) == 0 && files > 0 {
		return err
	}
	return flush()
}

// list writes a JSON array piece by piece.
type list struct {
	w   io.Writer
	end string
	n   int
	err error
}

func newList(w io.Writer, begin, end string) *list {
	_, err := io.WriteString(w, begin)
	return &list{w: w, end: end, err: err}
}

func (l *list) add(v any) {
	if l.err != nil {
		return
	}
	raw, err := json.Marshal(v)
	if err == nil {
		separator := "\n"
		if l.n > 0 {
			separator = ",\n"
		}
		_, err = io.WriteString(l.w, separator+string(raw))
	}
	l.n++
	l.err = err
}

func (l *list) close() error {
	if l.err != nil {
		return l.err
	}
	_, err := io.WriteString(l.w, "\n"+l.end)
	return err
}

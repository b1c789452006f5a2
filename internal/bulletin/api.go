package bulletin

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/web"
)

// TimeJSON is one time at which a thing takes place.
type TimeJSON struct {
	Start  time.Time  `json:"start"`
	End    *time.Time `json:"end,omitempty"`
	AllDay bool       `json:"all_day,omitempty" doc:"end is then the midnight after the last day"`
	Status Status     `json:"status,omitempty"`
}

// EntryJSON is an entry as the JSON API shows it.
type EntryJSON struct {
	ID           string          `json:"id"`
	Kind         string          `json:"kind"`
	Status       Status          `json:"status" enum:"active,cancelled,moved,withdrawn"`
	Title        string          `json:"title"`
	Summary      string          `json:"summary,omitempty"`
	URL          string          `json:"url" doc:"the page for people"`
	Publisher    PublisherJSON   `json:"publisher"`
	Audience     Audience        `json:"audience" enum:"public,residents,group"`
	Municipality string          `json:"municipality,omitempty" doc:"slug; empty for the whole region"`
	Village      string          `json:"village,omitempty" doc:"slug; empty for the whole municipality"`
	Topics       []string        `json:"topics,omitempty"`
	Severity     int             `json:"severity,omitempty" doc:"0 none to 4 extreme (CAP 1.2, 3.2.2)"`
	Place        string          `json:"place,omitempty"`
	Geometry     json.RawMessage `json:"geometry,omitempty" doc:"GeoJSON geometry, WGS 84"`
	Start        *time.Time      `json:"start,omitempty"`
	End          *time.Time      `json:"end,omitempty"`
	AllDay       bool            `json:"all_day,omitempty"`
	RRule        string          `json:"rrule,omitempty" doc:"RFC 5545"`
	Times        []TimeJSON      `json:"times,omitempty" doc:"of a single entry only"`
	Image        *Image          `json:"image,omitempty"`
	Variants     []Variant       `json:"variants,omitempty"`
	PublishedAt  time.Time       `json:"published_at"`
	UpdatedAt    time.Time       `json:"updated_at"`
	ExpiresAt    *time.Time      `json:"expires_at,omitempty"`
	CorrectedAt  *time.Time      `json:"corrected_at,omitempty"`
	Correction   string          `json:"correction,omitempty"`
	SourceName   string          `json:"source_name,omitempty"`
	SourceURL    string          `json:"source_url,omitempty"`
	Sample       bool            `json:"sample,omitempty" doc:"invented, for the demo"`
	Revision     int64           `json:"revision"`
}

// PublisherJSON is who speaks.
type PublisherJSON struct {
	ID   string `json:"id"`
	Slug string `json:"slug,omitempty"`
	Name string `json:"name,omitempty"`
	Kind string `json:"kind,omitempty"`
}

// JSON puts an entry into the form of the API. base is the address of the site.
func (b *Bulletin) JSON(base string, e *Entry) EntryJSON {
	j := EntryJSON{
		ID: e.ID, Kind: e.Kind, Status: e.Status, Title: e.Title, Summary: e.Summary, URL: base + e.Link,
		Publisher: PublisherJSON{ID: e.Publisher}, Audience: e.Audience, Topics: e.Topics, Severity: int(e.Severity),
		Place: e.Place, Start: moment(e.Start), End: moment(e.End), AllDay: e.AllDay, RRule: e.RRule, Image: e.Image,
		Variants: e.Variants, PublishedAt: e.PublishedAt, UpdatedAt: e.UpdatedAt, ExpiresAt: moment(e.ExpiresAt),
		CorrectedAt: moment(e.CorrectedAt), Correction: e.Correction, SourceName: e.SourceName, SourceURL: e.SourceURL,
		Sample: e.Sample, Revision: e.Revision,
	}
	if p, ok := b.Publisher(e.Publisher); ok {
		j.Publisher = PublisherJSON{ID: p.ID, Slug: p.Slug, Name: p.Name, Kind: p.Kind}
	}
	places := b.Places()
	if m, ok := places.Municipality(e.Scope.MunicipalityID); ok {
		j.Municipality = m.Slug
	}
	if v, ok := places.Village(e.Scope.VillageID); ok {
		j.Village = v.Slug
	}
	if e.Geometry != nil {
		j.Geometry = json.RawMessage(geo.Format(e.Geometry))
	}
	for _, o := range e.Times {
		j.Times = append(j.Times, TimeJSON{Start: o.Start, End: moment(o.End), AllDay: o.AllDay, Status: o.Status})
	}
	return j
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// EntryFilter are the filters of the API. They are those of the pages, under
// English names.
type EntryFilter struct {
	Kind         []string `query:"kind" doc:"news, event, notice …; several with commas"`
	Publisher    string   `query:"publisher" doc:"id or slug of an organisation"`
	Place        string   `query:"place" doc:"slug of a village or municipality; what concerns more than it is included"`
	Topic        string   `query:"topic"`
	Query        string   `query:"q" maxLength:"200" doc:"words to search for; best first, one page"`
	From         string   `query:"from" doc:"published from: date or RFC 3339"`
	To           string   `query:"to" doc:"published until: date (included) or RFC 3339 (excluded)"`
	UpdatedSince string   `query:"updated_since" doc:"changed since; withdrawn entries are then included"`
	Box          string   `query:"bbox" doc:"west,south,east,north in degrees (WGS 84)"`
	Limit        int      `query:"limit" minimum:"1" maximum:"500" default:"20"`
	After        string   `query:"after" doc:"next of the page before"`
}

// Filter reads the filters; faults are those of the pages.
func (q EntryFilter) Filter(b *Bulletin) (Filter, Page, error) {
	values := url.Values{}
	for name, value := range map[string]string{
		"kind": strings.Join(q.Kind, ","), "publisher": q.Publisher, "place": q.Place, "topic": q.Topic, "q": q.Query,
		"from": q.From, "to": q.To, "updated_since": q.UpdatedSince, "bbox": q.Box,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	f, err := ParseFilter(values, b.Places())
	if err == nil {
		err = b.checkPublisher(f.Publisher)
	}
	f.IncludeWithdrawn = !f.UpdatedSince.IsZero()
	return f, Page{After: q.After, Limit: q.Limit}, err
}

// ListJSON is one page of a collection.
type ListJSON[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"value of after for the next page; missing at the end"`
}

type listInput struct{ EntryFilter }

type listOutput struct{ Body ListJSON[EntryJSON] }

type oneInput struct {
	ID string `path:"id" maxLength:"64"`
}

type oneOutput struct {
	LastModified time.Time `header:"Last-Modified"`
	ETag         string    `header:"ETag"`
	Body         EntryJSON
}

// API registers the collection of all entries.
func (b *Bulletin) API(api huma.API) {
	open := map[string]any{"access": web.Everyone}
	huma.Register(api, huma.Operation{
		OperationID: "list-entries", Method: http.MethodGet, Path: "/api/v1/entries", Tags: []string{"entries"}, Metadata: open,
		Summary: "List everything published", Description: "Newest first, of every kind, for anybody. With a session or token also what it may see.",
	}, func(ctx context.Context, in *listInput) (*listOutput, error) {
		f, page, err := in.Filter(b)
		if err != nil {
			return nil, err
		}
		out := &listOutput{}
		out.Body, err = b.ListJSON(ctx, f, page)
		return out, err
	})
	huma.Register(api, huma.Operation{
		OperationID: "get-entry", Method: http.MethodGet, Path: "/api/v1/entries/{id}", Tags: []string{"entries"}, Metadata: open,
		Summary: "Read one entry",
	}, func(ctx context.Context, in *oneInput) (*oneOutput, error) {
		var e Entry
		err := b.db.View(ctx, func(tx *db.Tx) error {
			var err error
			e, err = b.Get(tx, in.ID, ReaderOf(ctx))
			return err
		})
		if err != nil {
			return nil, err
		}
		tag := `W/"` + e.ID + "-" + strconv.FormatInt(e.Revision, 10) + `"`
		return &oneOutput{LastModified: e.UpdatedAt, ETag: tag, Body: b.JSON(b.BaseURL(""), &e)}, nil
	})
}

// ListJSON reads one page of entries for whoever ctx belongs to.
func (b *Bulletin) ListJSON(ctx context.Context, f Filter, p Page) (ListJSON[EntryJSON], error) {
	out := ListJSON[EntryJSON]{Items: []EntryJSON{}}
	err := b.db.View(ctx, func(tx *db.Tx) error {
		found, err := b.List(tx, f, ReaderOf(ctx), p)
		if err != nil {
			return err
		}
		out.Next, out.Items = found.Next, slices.Grow(out.Items, len(found.Entries))
		base := b.BaseURL("")
		for i := range found.Entries {
			out.Items = append(out.Items, b.JSON(base, &found.Entries[i]))
		}
		return nil
	})
	return out, err
}

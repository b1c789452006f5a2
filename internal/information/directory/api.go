package directory

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// apiPath is the collection's address.
const apiPath = "/api/v1/directory"

// apiListing is what a program sends.
type apiListing struct {
	Publisher     string       `json:"publisher,omitempty" doc:"Id or slug of the organisation that keeps the entry; that of the token if empty"`
	Title         string       `json:"title" doc:"Name, at most 200 characters"`
	Category      string       `json:"category" enum:"amt,verein,arzt,apotheke,laden,gasthaus,betrieb,bildung,kirche,feuerwehr,wertstoff,einrichtung,defi,haltestelle"`
	Text          string       `json:"text,omitempty" doc:"Plain text; '## ' headings, '- ' points, **bold** and [text](address) links have a meaning, HTML has none"`
	Place         string       `json:"place,omitempty" doc:"Slug of the village or municipality"`
	Address       string       `json:"address,omitempty" doc:"Street, postcode and town on one line"`
	Point         []float64    `json:"point,omitempty" minItems:"2" maxItems:"2" doc:"Longitude and latitude in degrees (WGS 84)"`
	Phone         string       `json:"phone,omitempty"`
	Mail          string       `json:"mail,omitempty"`
	Web           string       `json:"web,omitempty"`
	Person        string       `json:"person,omitempty" doc:"Whom to talk to"`
	OpeningHours  string       `json:"opening_hours,omitempty" doc:"Syntax of OpenStreetMap (Key:opening_hours), the part with weekdays, dates, months, public holidays and times"`
	HoursNote     string       `json:"hours_note,omitempty"`
	Stops         []apiStop    `json:"stops,omitempty" doc:"Where a mobile shop or service comes to"`
	Accessibility []string     `json:"accessibility,omitempty" doc:"step_free, partly, toilet, parking, lift, hearing_loop, tactile, guide_dog, simple_language"`
	AccessNote    string       `json:"accessibility_note,omitempty"`
	Languages     []string     `json:"languages,omitempty"`
	Variants      []apiVariant `json:"variants,omitempty" doc:"The same in another language or in Leichte Sprache"`
	Version       int64        `json:"version,omitempty" doc:"The version that is replaced; 409 if there is a newer one. 0 replaces any"`
}

type apiStop struct {
	Village      string `json:"village" doc:"Slug"`
	Place        string `json:"place,omitempty"`
	OpeningHours string `json:"opening_hours" doc:"Like opening_hours; a moment is enough: 'Tu 09:15'"`
}

type apiVariant struct {
	Lang  string `json:"lang" enum:"de-simple,en" doc:"de-simple is Leichte Sprache"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// apiItem is what a program gets.
type apiItem struct {
	ID  string `json:"id"`
	URL string `json:"url" doc:"Address of its page"`
	apiListing
	PublisherID  string     `json:"publisher_id"`
	Organisation bool       `json:"organisation,omitempty" doc:"This is the page of the publisher itself"`
	Open         *bool      `json:"open,omitempty" doc:"Whether it is open now"`
	NextChange   *time.Time `json:"next_change,omitempty" doc:"When it opens or closes next"`
	CreatedAt    time.Time  `json:"created_at"`
	UpdatedAt    time.Time  `json:"updated_at"`
	Sample       bool       `json:"sample,omitempty" doc:"Invented, for a demonstration"`
}

type apiOne struct {
	Location string `header:"Location"`
	Body     apiItem
}

type apiList struct {
	Body struct {
		Items []apiItem `json:"items"`
		Next  string    `json:"next,omitempty" doc:"Value of after for the next page, empty at the end"`
	}
}

type apiID struct {
	ID string `path:"id"`
}

type apiQuery struct {
	Category string `query:"category"`
	Place    string `query:"place" doc:"Slug of a village or municipality"`
	Q        string `query:"q" doc:"Words to search for"`
	Open     bool   `query:"open" doc:"Only what is open now"`
	Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	After    string `query:"after"`
}

// api registers the collection.
func (s *service) api(a huma.API) {
	editors := web.Needs(string(people.Editor), nil)
	huma.Register(a, capability.Operation("directory", "list-directory", http.MethodGet, apiPath, "List the directory by name", web.Everyone, http.StatusOK), s.apiList)
	huma.Register(a, capability.Operation("directory", "create-directory-entry", http.MethodPost, apiPath, "Add an entry", editors, http.StatusCreated), s.apiCreate)
	huma.Register(a, capability.Operation("directory", "get-directory-entry", http.MethodGet, apiPath+"/{id}", "Read an entry", web.Everyone, http.StatusOK), s.apiGet)
	huma.Register(a, capability.Operation("directory", "replace-directory-entry", http.MethodPut, apiPath+"/{id}", "Replace an entry", editors, http.StatusOK), s.apiReplace)
	huma.Register(a, capability.Operation("directory", "withdraw-directory-entry", http.MethodDelete, apiPath+"/{id}", "Take an entry back", editors, http.StatusNoContent), s.apiWithdraw)
}

// fill puts what a program sent into a listing and checks it.
func (s *service) fill(ctx context.Context, l *Listing, in *apiListing) error {
	name := in.Publisher
	if name == "" {
		if name = l.Publisher; name == "" {
			name = people.ActorFrom(ctx).Organisation
		}
	}
	p, ok := s.Bulletin.Publisher(name)
	if !ok || name == "" || !people.ActorFrom(ctx).Can(people.Editor, p.ID) {
		return fault.Invalid("publisher", "compose.publisher_foreign")
	}
	places := s.Places()
	pictures := l.Pictures
	l.Common = compose.Common{Publisher: p.ID, Title: in.Title, Text: in.Text, Pictures: pictures}
	if in.Place != "" {
		f, err := bulletin.ParseFilter(url.Values{"place": {in.Place}}, places)
		if err != nil {
			return err
		}
		l.Scope = bulletin.Scope{MunicipalityID: f.Municipality, VillageID: f.Village}
	}
	if len(in.Point) == 2 {
		l.Point = &orb.Point{in.Point[0], in.Point[1]}
	}
	for _, v := range in.Variants {
		l.Variants = append(l.Variants, compose.Variant(v))
	}
	l.Facts = Facts{
		Category: in.Category, Address: in.Address, Phone: in.Phone, Mail: in.Mail, Web: in.Web, Person: in.Person,
		HoursNote: in.HoursNote, Access: in.Accessibility, AccessNote: in.AccessNote, Languages: in.Languages,
	}
	l.Facts.Hours = in.OpeningHours
	for _, stop := range in.Stops {
		v, ok := places.VillageBySlug(stop.Village)
		if !ok {
			return fault.Invalid("stops", "directory.stop_village", "line", len(l.Stops)+1, "village", compose.Line(stop.Village))
		}
		l.Stops = append(l.Stops, Stop{VillageID: v.ID, Place: compose.Line(stop.Place), Hours: stop.OpeningHours})
	}
	if err := l.Check(places); err != nil {
		return err
	}
	if h, err := l.OpeningHours(); err == nil {
		l.Facts.Hours = h.String()
	}
	return nil
}

func (s *service) apiCreate(ctx context.Context, in *struct{ Body apiListing }) (*apiOne, error) {
	var l Listing
	if err := s.fill(ctx, &l, &in.Body); err != nil {
		return nil, err
	}
	if err := s.publish(ctx, &l, Listing{}, 0); err != nil {
		return nil, err
	}
	l.CreatedAt = l.UpdatedAt
	return &apiOne{Location: apiPath + "/" + l.ID, Body: s.item(&l, s.clocks())}, nil
}

func (s *service) mine(ctx context.Context, listingID string) (Listing, error) {
	l, err := s.load(ctx, listingID)
	if err == nil && !people.ActorFrom(ctx).Can(people.Editor, l.Publisher) {
		err = fault.NotFound()
	}
	return l, err
}

func (s *service) apiReplace(ctx context.Context, in *struct {
	ID   string `path:"id"`
	Body apiListing
}) (*apiOne, error) {
	before, err := s.mine(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	l := before
	if err := s.fill(ctx, &l, &in.Body); err != nil {
		return nil, err
	}
	seen := before.Version
	if in.Body.Version != 0 {
		seen = in.Body.Version
	}
	if err := s.publish(ctx, &l, before, seen); err != nil {
		return nil, err
	}
	return &apiOne{Body: s.item(&l, s.clocks())}, nil
}

func (s *service) apiWithdraw(ctx context.Context, in *struct {
	ID     string `path:"id"`
	Reason string `query:"reason" doc:"One sentence for readers"`
}) (*struct{}, error) {
	l, err := s.mine(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.takeBack(ctx, l, compose.Line(in.Reason), l.Version)
}

func (s *service) apiGet(ctx context.Context, in *apiID) (*apiOne, error) {
	l, err := s.read(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &apiOne{Body: s.item(&l, s.clocks())}, nil
}

func (s *service) apiList(ctx context.Context, in *apiQuery) (*apiList, error) {
	f, err := bulletin.ParseFilter(url.Values{"place": {in.Place}}, s.Places())
	if err != nil {
		return nil, err
	}
	q := query{category: in.Category, municipality: f.Municipality, village: f.Village, after: in.After, limit: in.Limit + 1}
	out := &apiList{}
	out.Body.Items = []apiItem{}
	return out, s.DB.View(ctx, func(tx *db.Tx) error {
		if in.Q != "" {
			hits, err := s.Bulletin.List(tx, bulletin.Filter{Kinds: []string{Kind}, Query: in.Q}, bulletin.ReaderOf(ctx), bulletin.Page{Limit: mostHits})
			if err != nil {
				return err
			}
			q.ids = []string{}
			for i := range hits.Entries {
				q.ids = append(q.ids, hits.Entries[i].ID)
			}
		}
		found, err := list(tx, q)
		if err != nil {
			return err
		}
		if len(found) > in.Limit {
			found = found[:in.Limit]
			out.Body.Next = found[in.Limit-1].ID
		}
		c := s.clocks()
		for i := range found {
			item := s.item(&found[i], c)
			if !in.Open || item.Open != nil && *item.Open {
				out.Body.Items = append(out.Body.Items, item)
			}
		}
		return nil
	})
}

// item is a listing as programs see it.
func (s *service) item(l *Listing, c *clocks) apiItem {
	out := apiItem{
		ID: l.ID, URL: s.BaseURL("") + l.path(), PublisherID: l.Publisher, Organisation: l.Main,
		apiListing: apiListing{
			Title: l.Title, Category: l.Category, Text: l.Text, Address: l.Address, Phone: l.Phone, Mail: l.Mail, Web: l.Web, Person: l.Person,
			OpeningHours: l.Facts.Hours, HoursNote: l.HoursNote, Accessibility: l.Access, AccessNote: l.AccessNote, Languages: l.Languages, Version: l.Version,
			Place: bulletin.Filter{Municipality: l.Scope.MunicipalityID, Village: l.Scope.VillageID}.PlaceSlug(c.places),
		},
		CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt, Sample: l.Sample,
	}
	if p, ok := s.Bulletin.Publisher(l.Publisher); ok {
		out.Publisher = p.Slug
		if l.Main {
			out.URL = s.BaseURL("") + p.URL
		}
	}
	if l.Point != nil {
		out.Point = l.Point[:]
	}
	for _, v := range l.Variants {
		out.Variants = append(out.Variants, apiVariant(v))
	}
	out.Stops = apiStops(l.Stops, c.places)
	if state, known := c.state(l); known {
		out.Open = &state.Open
		if !state.Change.IsZero() {
			out.NextChange = &state.Change
		}
	}
	return out
}

func apiStops(stops []Stop, places *region.Directory) []apiStop {
	var out []apiStop
	for _, stop := range stops {
		if v, ok := places.Village(stop.VillageID); ok {
			out = append(out, apiStop{Village: v.Slug, Place: stop.Place, OpeningHours: stop.Hours})
		}
	}
	return out
}

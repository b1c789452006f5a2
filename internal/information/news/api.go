package news

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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
const apiPath = "/api/v1/news"

// NewsInput is what a program sends.
type NewsInput struct {
	Publisher  string           `json:"publisher,omitempty" doc:"Id or slug of the organisation; that of the token if empty"`
	Title      string           `json:"title" doc:"One line, at most 200 characters"`
	Text       string           `json:"text,omitempty" doc:"Plain text; '## ' headings, '- ' points, **bold** and [text](address) links have a meaning, HTML has none"`
	Audience   string           `json:"audience,omitempty" enum:"public,residents" doc:"Who may read it; public if empty"`
	Place      string           `json:"place,omitempty" doc:"Slug of the village or municipality it concerns; the whole region if empty"`
	Streets    []string         `json:"streets,omitempty" doc:"Names of streets of that place; all if empty"`
	PlaceName  string           `json:"place_name,omitempty" doc:"Where it is, as people call it"`
	Point      []float64        `json:"point,omitempty" minItems:"2" maxItems:"2" doc:"Longitude and latitude in degrees (WGS 84)"`
	Topics     []string         `json:"topics,omitempty"`
	Severity   string           `json:"severity,omitempty" enum:"none,minor,moderate,severe,extreme" doc:"As in CAP 1.2"`
	PublishAt  *time.Time       `json:"publish_at,omitempty" doc:"When it appears; at once if empty"`
	ExpiresAt  *time.Time       `json:"expires_at,omitempty" doc:"When it disappears; never if empty"`
	Variants   []NewsVariant    `json:"variants,omitempty" doc:"The same in another language or in Leichte Sprache"`
	Pictures   []NewsPicture    `json:"pictures,omitempty" doc:"Pictures uploaded before; the first one leads"`
	Attached   []NewsAttachment `json:"attachments,omitempty"`
	State      string           `json:"state,omitempty" enum:"draft,waiting,published" doc:"What to do with it; published if empty"`
	Correction string           `json:"correction,omitempty" doc:"When published news is replaced: what was corrected, one sentence"`
	Version    int64            `json:"version,omitempty" doc:"The version that is replaced; 409 if there is a newer one. 0 replaces any"`
}

// NewsVariant is the same in another language.
type NewsVariant struct {
	Lang  string `json:"lang" enum:"de-simple,en" doc:"de-simple is Leichte Sprache"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// NewsPicture is a picture kept in media.
type NewsPicture struct {
	ID     string `json:"id"`
	URL    string `json:"url,omitempty" readOnly:"true"`
	Alt    string `json:"alt" doc:"What is to be seen; needed to publish"`
	Credit string `json:"credit,omitempty"`
}

// NewsAttachment is a file to download.
type NewsAttachment struct {
	ID    string `json:"id"`
	URL   string `json:"url,omitempty" readOnly:"true"`
	Title string `json:"title"`
	Type  string `json:"type,omitempty" readOnly:"true"`
	Size  int64  `json:"size,omitempty" readOnly:"true" doc:"bytes"`
}

// NewsItem is what a program gets.
type NewsItem struct {
	ID  string `json:"id"`
	URL string `json:"url" doc:"Address of its page"`
	NewsInput
	PublisherID string     `json:"publisher_id"`
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
	CorrectedAt *time.Time `json:"corrected_at,omitempty"`
	Note        string     `json:"note,omitempty" doc:"Why it was sent back"`
	SourceName  string     `json:"source_name,omitempty"`
	SourceURL   string     `json:"source_url,omitempty"`
	Sample      bool       `json:"sample,omitempty" doc:"Invented, for a demonstration"`
}

type apiOne struct {
	Location string `header:"Location"`
	Body     NewsItem
}

type apiList struct{ Body bulletin.ListJSON[NewsItem] }

type apiID struct {
	ID string `path:"id" maxLength:"64"`
}

type apiQuery struct {
	bulletin.EntryFilter
	State string `query:"state" enum:"published,open" doc:"open: drafts, what waits for approval and what is scheduled, for organisations in which you write"`
}

// api registers the collection.
func (s *service) api(a huma.API) {
	writers := web.Needs(string(people.Author), nil)
	huma.Register(a, capability.Operation("news", "list-news", http.MethodGet, apiPath, "List news, newest first", web.Everyone, http.StatusOK), s.apiList)
	huma.Register(a, capability.Operation("news", "create-news", http.MethodPost, apiPath, "Publish news or keep a draft", writers, http.StatusCreated), s.apiCreate)
	huma.Register(a, capability.Operation("news", "get-news", http.MethodGet, apiPath+"/{id}", "Read one piece of news", web.Everyone, http.StatusOK), s.apiGet)
	huma.Register(a, capability.Operation("news", "replace-news", http.MethodPut, apiPath+"/{id}", "Replace or correct news", writers, http.StatusOK), s.apiReplace)
	huma.Register(a, capability.Operation("news", "withdraw-news", http.MethodDelete, apiPath+"/{id}", "Withdraw news, or delete a draft", writers, http.StatusNoContent), s.apiWithdraw)
}

// common turns what a program sent into what is kept. It reads nothing from
// the database unless files are named.
func (s *service) common(ctx context.Context, in *NewsInput) (compose.Common, error) {
	c := compose.Common{
		Title: in.Title, Text: in.Text, Audience: bulletin.Audience(in.Audience), Place: in.PlaceName, Topics: slices.Clone(in.Topics),
	}
	var faults fault.List
	name := in.Publisher
	if name == "" {
		name = people.ActorFrom(ctx).Organisation
	}
	if p, ok := s.Bulletin.Publisher(name); ok && name != "" && people.ActorFrom(ctx).Can(people.Author, p.ID) {
		c.Publisher = p.ID
	} else {
		return c, fault.Invalid("publisher", "news.publisher_unknown", "publisher", compose.Line(name))
	}
	faults.Add(s.scope(in, &c))
	if len(in.Point) == 2 {
		c.Point = &orb.Point{in.Point[0], in.Point[1]}
	}
	if in.Severity != "" {
		c.Severity = bulletin.Severity(slices.Index(severityNames, in.Severity))
	}
	if in.PublishAt != nil {
		c.PublishAt = in.PublishAt.UTC()
	}
	if in.ExpiresAt != nil {
		c.ExpiresAt = in.ExpiresAt.UTC()
	}
	for _, v := range in.Variants {
		c.Variants = append(c.Variants, compose.Variant(v))
	}
	for _, p := range in.Pictures {
		c.Pictures = append(c.Pictures, compose.Picture{ID: p.ID, Alt: p.Alt, Credit: p.Credit})
	}
	for _, f := range in.Attached {
		c.Attachments = append(c.Attachments, compose.Attachment{ID: f.ID, Title: f.Title})
	}
	if len(c.Pictures)+len(c.Attachments) > 0 {
		if err := s.desk.Files(ctx, &c); err != nil {
			if fault.KindOf(err) == 0 {
				return c, err
			}
			faults = append(faults, fault.All(err)...)
		}
	}
	faults = append(faults, fault.All(c.Check())...)
	return c, faults.Err()
}

var severityNames = []string{"none", "minor", "moderate", "severe", "extreme"}

func (s *service) scope(in *NewsInput, c *compose.Common) *fault.Fault {
	if in.Place == "" && len(in.Streets) == 0 {
		return nil
	}
	places := s.Places()
	f, err := bulletin.ParseFilter(url.Values{"place": {in.Place}}, places)
	if err != nil {
		return fault.Invalid("place", "news.place_unknown", "place", compose.Line(in.Place))
	}
	c.Scope.MunicipalityID, c.Scope.VillageID = f.Municipality, f.Village
	within := f.Municipality
	if f.Village != "" {
		within = f.Village
	}
	for _, name := range in.Streets {
		street, ok := places.StreetByName(within, name)
		if !ok {
			return fault.Invalid("streets", "compose.street_unknown", "street", compose.Line(name))
		}
		c.Scope.Streets, c.Scope.MunicipalityID = append(c.Scope.Streets, street.ID), street.MunicipalityID
	}
	return nil
}

var apiActions = map[string]compose.Action{"": compose.Publish, "published": compose.Publish, "draft": compose.Save, "waiting": compose.Submit}

// step applies what the program wants to the record.
func (s *service) step(ctx context.Context, n *News, in *NewsInput, role people.Role) error {
	action, ok := apiActions[in.State]
	if !ok {
		return fault.Invalid("state", "news.state_unknown")
	}
	if action == compose.Publish {
		if err := blocked(&n.Common); err != nil {
			return err
		}
	}
	return n.apply(change{action: action, correction: in.Correction, now: s.Clock.Now()}, role)
}

// blocked is compose.Blocked without the advice, which nobody would read here.
func blocked(c *compose.Common) error {
	var faults fault.List
	if c.Title == "" {
		faults.Add(fault.Invalid("title", "compose.title_missing"))
	}
	if c.Text == "" {
		faults.Add(fault.Invalid("text", "compose.text_missing"))
	}
	for i, p := range c.Pictures {
		if p.Alt == "" {
			faults.Add(fault.Invalid("pictures["+strconv.Itoa(i)+"].alt", "compose.alt_missing", "n", i+1))
		}
	}
	for i, v := range c.Variants {
		if !v.Complete() {
			faults.Add(fault.Invalid("variants["+strconv.Itoa(i)+"].text", "compose.text_missing"))
		}
	}
	return faults.Err()
}

func (s *service) apiCreate(ctx context.Context, in *struct{ Body NewsInput }) (*apiOne, error) {
	c, err := s.common(ctx, &in.Body)
	if err != nil {
		return nil, err
	}
	actor := people.ActorFrom(ctx)
	n := News{ID: s.IDs.New(), Common: c}
	if err := s.step(ctx, &n, &in.Body, actor.Role(c.Publisher)); err != nil {
		return nil, err
	}
	n.CreatedAt, n.Author = n.UpdatedAt, actor.AccountID
	ready, err := prepare(&n)
	if err != nil {
		return nil, err
	}
	if err := s.DB.Update(ctx, func(tx *db.Tx) error { return s.insert(tx, ready) }); err != nil {
		return nil, err
	}
	return &apiOne{Location: apiPath + "/" + n.ID, Body: s.item(&n, s.Places())}, nil
}

func (s *service) apiReplace(ctx context.Context, in *struct {
	ID   string `path:"id" maxLength:"64"`
	Body NewsInput
}) (*apiOne, error) {
	actor := people.ActorFrom(ctx)
	n, err := s.load(ctx, in.ID)
	if err == nil && !actor.Can(people.Author, n.Publisher) {
		err = fault.NotFound()
	}
	if err != nil {
		return nil, err
	}
	if in.Body.Publisher == "" {
		in.Body.Publisher = n.Publisher
	}
	c, err := s.common(ctx, &in.Body)
	if err != nil {
		return nil, err
	}
	role := compose.RoleIn(actor, n.Publisher, c.Publisher)
	n.Common, n.Source.ID = keepTimes(&n, c), "" // the import leaves it alone from now on
	if err := s.step(ctx, &n, &in.Body, role); err != nil {
		return nil, err
	}
	if in.Body.Version != 0 {
		n.Version = in.Body.Version
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		stored := n
		err := s.save(tx, &stored)
		n.Version = max(n.Version, stored.Version)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &apiOne{Body: s.item(&n, s.Places())}, nil
}

func (s *service) apiWithdraw(ctx context.Context, in *struct {
	ID     string `path:"id" maxLength:"64"`
	Reason string `query:"reason" doc:"One sentence for readers; needed for what is published"`
}) (*struct{}, error) {
	actor := people.ActorFrom(ctx)
	n, err := s.load(ctx, in.ID)
	if err == nil && !actor.Can(people.Author, n.Publisher) {
		err = fault.NotFound()
	}
	if err != nil {
		return nil, err
	}
	action := compose.Withdraw
	if n.State == compose.Draft || n.State == compose.Waiting {
		action = compose.Discard
	}
	if err := n.apply(change{action: action, reason: in.Reason, now: s.Clock.Now()}, actor.Role(n.Publisher)); err != nil {
		return nil, err
	}
	return nil, s.DB.Update(ctx, func(tx *db.Tx) error {
		stored := n
		if stored.State == compose.Gone {
			return discard(tx, &stored)
		}
		return s.save(tx, &stored)
	})
}

func (s *service) apiGet(ctx context.Context, in *apiID) (*apiOne, error) {
	n, _, err := s.read(ctx, in.ID)
	if fault.KindOf(err) == fault.KindNotFound && n.ID != "" && people.ActorFrom(ctx).Can(people.Author, n.Publisher) {
		err = nil // a draft of one's own
	}
	if err != nil {
		return nil, err
	}
	return &apiOne{Body: s.item(&n, s.Places())}, nil
}

func (s *service) apiList(ctx context.Context, in *apiQuery) (*apiList, error) {
	out := &apiList{}
	out.Body.Items = []NewsItem{}
	if in.State == "open" {
		return out, s.listOpen(ctx, out)
	}
	f, page, err := in.Filter(s.Bulletin)
	if err != nil {
		return nil, err
	}
	f.IncludeWithdrawn = false // their text is gone; /api/v1/entries tells of them
	f.Kinds = []string{Kind}
	return out, s.DB.View(ctx, func(tx *db.Tx) error {
		found, err := s.Bulletin.List(tx, f, bulletin.ReaderOf(ctx), page)
		if err != nil {
			return err
		}
		ids := make([]string, len(found.Entries))
		for i := range found.Entries {
			ids[i] = found.Entries[i].ID
		}
		records, err := several(tx, ids)
		if err != nil {
			return err
		}
		out.Body.Next, out.Body.Items = found.Next, []NewsItem{}
		for _, one := range ids {
			if n, ok := records[one]; ok {
				out.Body.Items = append(out.Body.Items, s.item(&n, s.Places()))
			}
		}
		return nil
	})
}

func (s *service) listOpen(ctx context.Context, out *apiList) error {
	speakers, err := s.desk.Speakers(ctx)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	return s.DB.View(ctx, func(tx *db.Tx) error {
		for _, speaker := range speakers {
			found, err := db.All(tx, openNews, scanNews, speaker.ID)
			if err != nil {
				return err
			}
			for i := range found {
				if found[i].Open(&found[i].Common, now) {
					out.Body.Items = append(out.Body.Items, s.item(&found[i], s.Places()))
				}
			}
		}
		return nil
	})
}

// item is a record as programs see it.
func (s *service) item(n *News, places *region.Directory) NewsItem {
	out := NewsItem{
		ID: n.ID, URL: s.BaseURL("") + n.path(), PublisherID: n.Publisher,
		NewsInput: NewsInput{
			Title: n.Title, Text: n.Text, Audience: string(n.Audience), PlaceName: n.Place, Topics: n.Topics,
			Severity: severityNames[n.Severity], Correction: n.Correction, State: string(n.Shown(&n.Common, s.Clock.Now())), Version: n.Version,
			Place: bulletin.Filter{Municipality: n.Scope.MunicipalityID, Village: n.Scope.VillageID}.PlaceSlug(places),
		},
		CreatedAt: n.CreatedAt, UpdatedAt: n.UpdatedAt, Note: n.Note, SourceName: n.Source.Name, SourceURL: n.Source.URL, Sample: n.Sample,
	}
	if p, ok := s.Bulletin.Publisher(n.Publisher); ok {
		out.Publisher = p.Slug
	}
	for _, one := range n.Scope.Streets {
		if street, ok := places.Street(one); ok {
			out.Streets = append(out.Streets, street.Name)
		}
	}
	if n.Point != nil {
		out.Point = n.Point[:]
	}
	out.PublishAt, out.ExpiresAt, out.CorrectedAt = moment(n.PublishAt), moment(n.ExpiresAt), moment(n.CorrectedAt)
	for _, v := range n.Variants {
		out.Variants = append(out.Variants, NewsVariant(v))
	}
	for _, p := range n.Pictures {
		out.Pictures = append(out.Pictures, NewsPicture{ID: p.ID, URL: p.URL(false), Alt: p.Alt, Credit: p.Credit})
	}
	for _, a := range n.Attachments {
		out.Attached = append(out.Attached, NewsAttachment{ID: a.ID, URL: a.URL(), Title: a.Title, Type: a.Type, Size: a.Size})
	}
	return out
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

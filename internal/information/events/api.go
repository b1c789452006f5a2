package events

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
)

// apiPath is the collection's address.
const apiPath = "/api/v1/events"

// eventInput is what a program sends.
type eventInput struct {
	Publisher    string             `json:"publisher,omitempty" doc:"Id or slug of the organisation; that of the token if empty"`
	Title        string             `json:"title" doc:"One line, at most 200 characters"`
	Text         string             `json:"text,omitempty" doc:"Plain text; '## ' headings, '- ' points, **bold** and [text](address) links have a meaning, HTML has none"`
	Start        time.Time          `json:"start"`
	End          *time.Time         `json:"end,omitempty" doc:"Excluded; of whole days the midnight after the last one"`
	AllDay       bool               `json:"all_day,omitempty" doc:"Start and end are then midnights in the region's time zone"`
	RRule        string             `json:"rrule,omitempty" doc:"RFC 5545; times of day are kept over daylight saving"`
	ExDates      []time.Time        `json:"exdates,omitempty" doc:"Starts of the rule that do not happen"`
	Audience     string             `json:"audience,omitempty" enum:"public,residents" doc:"Who may read it; public if empty"`
	Place        string             `json:"place,omitempty" doc:"Slug of the village or municipality it concerns; the whole region if empty"`
	PlaceName    string             `json:"place_name,omitempty" doc:"Where it is, as people call it"`
	Address      string             `json:"address,omitempty"`
	Point        []float64          `json:"point,omitempty" minItems:"2" maxItems:"2" doc:"Longitude and latitude in degrees (WGS 84)"`
	Topics       []string           `json:"topics,omitempty"`
	Costs        string             `json:"costs,omitempty"`
	ContactName  string             `json:"contact_name,omitempty"`
	ContactPhone string             `json:"contact_phone,omitempty"`
	ContactMail  string             `json:"contact_mail,omitempty"`
	Link         string             `json:"link,omitempty"`
	Access       []string           `json:"accessibility,omitempty" doc:"step_free, accessible_toilet, wheelchair_space, disabled_parking, induction_loop, sign_language, captions, easy_language, companion_free, guide_dog, quiet_room"`
	Cancelled    bool               `json:"cancelled,omitempty"`
	Reason       string             `json:"reason,omitempty" doc:"Why it is cancelled or moved"`
	Plan         *eventRegistration `json:"registration,omitempty"`
	Variants     []eventVariant     `json:"variants,omitempty" doc:"The same in another language or in Leichte Sprache"`
	Pictures     []eventPicture     `json:"pictures,omitempty" doc:"Pictures uploaded before; the first one leads"`
	PublishAt    *time.Time         `json:"publish_at,omitempty" doc:"When it appears; at once if empty"`
	ExpiresAt    *time.Time         `json:"expires_at,omitempty" doc:"When it disappears; never if empty"`
	State        string             `json:"state,omitempty" enum:"draft,waiting,published" doc:"What to do with it; published if empty"`
	Correction   string             `json:"correction,omitempty" doc:"When a published event is replaced: what was corrected, one sentence"`
	Version      int64              `json:"version,omitempty" doc:"The version that is replaced; 409 if there is a newer one. 0 replaces any"`
}

type eventRegistration struct {
	Capacity  int        `json:"capacity,omitempty" minimum:"0" doc:"Seats; 0 is without limit"`
	MaxGuests int        `json:"max_guests,omitempty" minimum:"0" doc:"People on one registration"`
	Deadline  *time.Time `json:"deadline,omitempty"`
	NoWaiting bool       `json:"no_waiting_list,omitempty"`
	EachDate  bool       `json:"each_date,omitempty" doc:"Of a series: for each date on its own"`
}

type eventVariant struct {
	Lang  string `json:"lang" enum:"de-simple,en" doc:"de-simple is Leichte Sprache"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

type eventPicture struct {
	ID     string `json:"id"`
	URL    string `json:"url,omitempty" readOnly:"true"`
	Alt    string `json:"alt" doc:"What is to be seen; needed to publish"`
	Credit string `json:"credit,omitempty"`
}

// eventItem is what a program gets.
type eventItem struct {
	ID  string `json:"id"`
	URL string `json:"url" doc:"Address of its page"`
	eventInput
	PublisherID string              `json:"publisher_id"`
	Status      bulletin.Status     `json:"status" enum:"active,cancelled,moved"`
	MovedFrom   *time.Time          `json:"moved_from,omitempty"`
	Times       []bulletin.TimeJSON `json:"times,omitempty" doc:"Dates from now on, of a single event only"`
	CreatedAt   time.Time           `json:"created_at"`
	UpdatedAt   time.Time           `json:"updated_at"`
	CorrectedAt *time.Time          `json:"corrected_at,omitempty"`
	Note        string              `json:"note,omitempty" doc:"Why it was sent back"`
	SourceName  string              `json:"source_name,omitempty"`
	SourceURL   string              `json:"source_url,omitempty"`
	Sample      bool                `json:"sample,omitempty" doc:"Invented, for a demonstration"`
}

type apiOne struct {
	Location string `header:"Location"`
	Body     eventItem
}

type apiList struct {
	Body bulletin.ListJSON[eventItem]
}

type apiID struct {
	ID string `path:"id" maxLength:"64"`
}

type apiChange struct {
	ID   string `path:"id" maxLength:"64"`
	Body eventInput
}

type apiEnd struct {
	ID     string `path:"id" maxLength:"64"`
	Reason string `query:"reason" doc:"One sentence for readers; needed for what is published"`
}

type apiQuery struct {
	bulletin.EntryFilter
}

// api registers the collection.
func (s *service) api(a huma.API) {
	writers := web.Needs(string(people.Author), nil)
	huma.Register(a, capability.Operation("events", "list-events", http.MethodGet, apiPath, "List events, newest first", web.Everyone, http.StatusOK), s.apiList)
	huma.Register(a, capability.Operation("events", "create-event", http.MethodPost, apiPath, "Publish an event or keep a draft", writers, http.StatusCreated), s.apiCreate)
	huma.Register(a, capability.Operation("events", "get-event", http.MethodGet, apiPath+"/{id}", "Read one event", web.Everyone, http.StatusOK), s.apiGet)
	huma.Register(a, capability.Operation("events", "replace-event", http.MethodPut, apiPath+"/{id}", "Replace, move, cancel or correct an event", writers, http.StatusOK), s.apiReplace)
	huma.Register(a, capability.Operation("events", "withdraw-event", http.MethodDelete, apiPath+"/{id}", "Withdraw an event, or delete a draft", writers, http.StatusNoContent), s.apiWithdraw)
}

// takeAPI turns what a program sent into e. It reads nothing from the database
// unless files are named.
func (s *service) takeAPI(ctx context.Context, in *eventInput, e *Event) error {
	actor := people.ActorFrom(ctx)
	name := in.Publisher
	if name == "" {
		name = e.Publisher
	}
	if name == "" {
		name = actor.Organisation
	}
	p, ok := s.Bulletin.Publisher(name)
	if !ok || name == "" || !actor.Can(people.Author, p.ID) {
		return fault.Invalid("publisher", "events.publisher_unknown", "publisher", compose.Line(name))
	}
	c := compose.Common{
		Publisher: p.ID, Title: in.Title, Text: in.Text, Audience: bulletin.Audience(in.Audience), Place: in.PlaceName,
		Topics: slices.Clone(in.Topics), PublishAt: moved(in.PublishAt), ExpiresAt: moved(in.ExpiresAt),
	}
	if c.PublishAt.IsZero() {
		c.PublishAt = e.PublishAt
	}
	var faults fault.List
	if in.Place != "" {
		f, err := bulletin.ParseFilter(url.Values{"place": {in.Place}}, s.Places())
		faults = append(faults, fault.All(err)...)
		c.Scope.MunicipalityID, c.Scope.VillageID = f.Municipality, f.Village
	}
	c.Point = s.pointOf(in, c.Scope)
	for _, v := range in.Variants {
		c.Variants = append(c.Variants, compose.Variant(v))
	}
	for _, i := range in.Pictures {
		c.Pictures = append(c.Pictures, compose.Picture{ID: i.ID, Alt: i.Alt, Credit: i.Credit})
	}
	if len(c.Pictures) > 0 {
		if err := s.desk.Files(ctx, &c); err != nil {
			if fault.KindOf(err) == 0 {
				return err
			}
			faults = append(faults, fault.All(err)...)
		}
	}
	e.Common = c
	s.takeTimes(in, e)
	e.Address, e.Costs, e.Link, e.Access = in.Address, in.Costs, in.Link, slices.Clone(in.Access)
	e.ContactName, e.ContactPhone, e.ContactMail, e.Reason = in.ContactName, in.ContactPhone, in.ContactMail, in.Reason
	switch {
	case in.Cancelled:
		e.Status = bulletin.Cancelled
	case e.Status == bulletin.Cancelled:
		e.Status = bulletin.Active
	}
	e.Plan = nil
	if in.Plan != nil {
		e.Plan = &Plan{
			Capacity: in.Plan.Capacity, MaxGuests: in.Plan.MaxGuests, Deadline: moved(in.Plan.Deadline),
			NoWaiting: in.Plan.NoWaiting, EachDate: in.Plan.EachDate,
		}
	}
	faults = append(faults, fault.All(e.check())...)
	return faults.Err()
}

// pointOf is the place on the map: given, or that of the village.
func (s *service) pointOf(in *eventInput, scope bulletin.Scope) *orb.Point {
	if len(in.Point) == 2 {
		return &orb.Point{in.Point[0], in.Point[1]}
	}
	if v, ok := s.Places().Village(scope.VillageID); ok && in.PlaceName != "" {
		return &orb.Point{v.Centre[0], v.Centre[1]}
	}
	return nil
}

// takeTimes keeps exceptions that a program does not know of as long as the
// series begins when it did.
func (s *service) takeTimes(in *eventInput, e *Event) {
	same := e.Start.Equal(in.Start) && in.RRule != "" && e.Rule != ""
	e.Start, e.AllDay, e.Rule = in.Start.UTC(), in.AllDay, in.RRule
	e.End = moved(in.End)
	if e.End.IsZero() && in.AllDay {
		e.End = in.Start.In(s.Places().Location()).AddDate(0, 0, 1).UTC()
	}
	if !same {
		e.Exceptions, e.Extra = nil, nil
	}
	kept := make([]Exception, 0, len(e.Exceptions)+len(in.ExDates))
	for _, x := range e.Exceptions {
		if !x.Removed {
			kept = append(kept, x)
		}
	}
	for _, t := range in.ExDates[:min(len(in.ExDates), maxExceptions+1)] {
		kept = append(kept, Exception{Planned: t.UTC(), Removed: true})
	}
	if len(kept) > 0 || len(e.Exceptions) > 0 {
		e.Exceptions = kept
	}
}

func moved(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

var apiActions = map[string]compose.Action{"": compose.Publish, "published": compose.Publish, "draft": compose.Save, "waiting": compose.Submit}

// step applies what the program wants to the record.
func (s *service) step(e *Event, in *eventInput, role people.Role) error {
	action, ok := apiActions[in.State]
	if !ok {
		return fault.Invalid("state", "events.state_unknown")
	}
	if action == compose.Publish {
		if err := blocked(&e.Common); err != nil {
			return err
		}
	}
	return e.apply(change{action: action, correction: in.Correction, now: s.Clock.Now()}, role)
}

// blocked is compose.Blocked without the advice, which nobody would read here.
func blocked(c *compose.Common) error {
	var faults fault.List
	if c.Title == "" {
		faults.Add(fault.Invalid("title", "compose.title_missing"))
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

func (s *service) apiCreate(ctx context.Context, in *struct{ Body eventInput }) (*apiOne, error) {
	var e Event
	if err := s.takeAPI(ctx, &in.Body, &e); err != nil {
		return nil, err
	}
	actor := people.ActorFrom(ctx)
	e.ID = s.IDs.New()
	if err := s.step(&e, &in.Body, actor.Role(e.Publisher)); err != nil {
		return nil, err
	}
	e.CreatedAt, e.Author = e.UpdatedAt, actor.AccountID
	if err := s.DB.Update(ctx, func(tx *db.Tx) error { return s.create(tx, &e) }); err != nil {
		return nil, err
	}
	return &apiOne{Location: apiPath + "/" + e.ID, Body: s.item(&e)}, nil
}

// ownAPI reads an event for which the program may write.
func (s *service) ownAPI(ctx context.Context, eventID string) (Event, error) {
	e, err := s.load(ctx, eventID)
	if err == nil && !people.ActorFrom(ctx).Can(people.Author, e.Publisher) {
		err = fault.NotFound()
	}
	return e, err
}

func (s *service) apiReplace(ctx context.Context, in *apiChange) (*apiOne, error) {
	old, err := s.ownAPI(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	e := old
	if err := s.takeAPI(ctx, &in.Body, &e); err != nil {
		return nil, err
	}
	if err := s.step(&e, &in.Body, compose.RoleIn(people.ActorFrom(ctx), old.Publisher, e.Publisher)); err != nil {
		return nil, err
	}
	if in.Body.Version != 0 {
		e.Version = in.Body.Version
	}
	changed := e.reschedule(&old)
	var stored Event
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		stored = e
		return s.saveAndTell(tx, &stored, &old, changed)
	})
	if err != nil {
		return nil, err
	}
	return &apiOne{Body: s.item(&stored)}, nil
}

func (s *service) apiWithdraw(ctx context.Context, in *apiEnd) (*struct{}, error) {
	e, err := s.ownAPI(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	action := compose.Withdraw
	if e.State == compose.Draft || e.State == compose.Waiting {
		action = compose.Discard
	}
	if err := e.apply(change{action: action, reason: in.Reason, now: s.Clock.Now()}, people.ActorFrom(ctx).Role(e.Publisher)); err != nil {
		return nil, err
	}
	return nil, s.DB.Update(ctx, func(tx *db.Tx) error {
		stored := e
		if stored.State == compose.Gone {
			return discard(tx, &stored)
		}
		if err := s.save(tx, &stored); err != nil {
			return err
		}
		return s.announceChange(tx, &stored, time.Time{}, tellCancelled, stored.Start)
	})
}

func (s *service) apiGet(ctx context.Context, in *apiID) (*apiOne, error) {
	e, _, err := s.read(ctx, in.ID)
	if fault.KindOf(err) == fault.KindNotFound && e.ID != "" && people.ActorFrom(ctx).Can(people.Author, e.Publisher) {
		err = nil // a draft of one's own
	}
	if err != nil {
		return nil, err
	}
	item := s.item(&e)
	dates, _, err := e.Dates(s.Places().Location(), s.Clock.Now(), s.Bulletin.Horizon(), 100)
	if err != nil {
		return nil, err
	}
	for i := range dates {
		d := &dates[i]
		item.Times = append(item.Times, bulletin.TimeJSON{Start: d.Start, End: optional(d.End), AllDay: d.AllDay, Status: d.Status})
	}
	return &apiOne{Body: item}, nil
}

func (s *service) apiList(ctx context.Context, in *apiQuery) (*apiList, error) {
	f, page, err := in.Filter(s.Bulletin)
	if err != nil {
		return nil, err
	}
	f.Kinds, f.IncludeWithdrawn = []string{Kind}, false
	out := &apiList{}
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
		out.Body.Next, out.Body.Items = found.Next, make([]eventItem, 0, len(ids))
		for _, one := range ids {
			if e, ok := records[one]; ok {
				out.Body.Items = append(out.Body.Items, s.item(&e))
			}
		}
		return nil
	})
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// item is a record as programs see it.
func (s *service) item(e *Event) eventItem {
	out := eventItem{
		ID: e.ID, URL: s.BaseURL("") + e.path(), PublisherID: e.Publisher, Status: e.Status, MovedFrom: optional(e.MovedFrom),
		eventInput: eventInput{
			Title: e.Title, Text: e.Text, Start: e.Start, End: optional(e.End), AllDay: e.AllDay, RRule: e.Rule,
			Audience: string(e.Audience), PlaceName: e.Place, Address: e.Address, Topics: e.Topics, Costs: e.Costs,
			ContactName: e.ContactName, ContactPhone: e.ContactPhone, ContactMail: e.ContactMail, Link: e.Link, Access: e.Access,
			Cancelled: e.Status == bulletin.Cancelled, Reason: e.Reason, PublishAt: optional(e.PublishAt), ExpiresAt: optional(e.ExpiresAt),
			State: string(e.Shown(&e.Common, s.Clock.Now())), Correction: e.Correction, Version: e.Version,
			Place: bulletin.Filter{Municipality: e.Scope.MunicipalityID, Village: e.Scope.VillageID}.PlaceSlug(s.Places()),
		},
		CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt, CorrectedAt: optional(e.CorrectedAt), Note: e.Note,
		SourceName: e.Source.Name, SourceURL: e.Source.URL, Sample: e.Sample,
	}
	if out.Status == "" {
		out.Status = bulletin.Active
	}
	if p, ok := s.Bulletin.Publisher(e.Publisher); ok {
		out.Publisher = p.Slug
	}
	if e.Common.Point != nil {
		out.Point = []float64{e.Common.Point[0], e.Common.Point[1]}
	}
	for _, x := range e.Exceptions {
		if x.Removed {
			out.ExDates = append(out.ExDates, x.Planned)
		}
	}
	for _, v := range e.Variants {
		out.Variants = append(out.Variants, eventVariant(v))
	}
	for _, p := range e.Pictures {
		out.Pictures = append(out.Pictures, eventPicture{ID: p.ID, URL: s.BaseURL("") + p.URL(false), Alt: p.Alt, Credit: p.Credit})
	}
	if p := e.Plan; p != nil {
		out.Plan = &eventRegistration{Capacity: p.Capacity, MaxGuests: p.MaxGuests, Deadline: optional(p.Deadline), NoWaiting: p.NoWaiting, EachDate: p.EachDate}
	}
	return out
}

package events

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

// writePath is where one begins to write, livePath checks while one writes.
const (
	writePath = "/termine/schreiben"
	livePath  = "/termine/pruefen"
	freePath  = "/termine/freie-abende"
)

func (s *service) routes() []web.Route {
	author := web.Needs(string(people.Author), nil) // the publisher is checked by the rules
	get := func(path string, a web.Access, h web.Handler) web.Route {
		return web.Route{Method: "GET", Path: path, Access: a, Handle: h}
	}
	open := func(path string, h web.Handler) web.Route {
		return web.Route{Method: "GET", Path: path, Access: web.Everyone, Handle: h, Versioned: true}
	}
	post := func(path string, a web.Access, h web.Handler, body int64) web.Route {
		return web.Route{Method: "POST", Path: path, Access: a, Handle: h, MaxBody: body}
	}
	return []web.Route{
		get("/termine", web.Everyone, s.list),
		open(freePath, s.freeEvenings),
		open("/termine/{id}", s.page),
		get(writePath, author, s.blank),
		post(writePath, author, s.begin, compose.MaxBody),
		post(livePath, author, s.live, 0),
		get("/termine/{id}/bearbeiten", author, s.edit),
		post("/termine/{id}/bearbeiten", author, s.rewrite, compose.MaxBody),
		get("/termine/{id}/datum", author, s.editDate),
		post("/termine/{id}/datum", author, s.changeDate, 0),
		post("/termine/{id}/anmelden", web.Everyone, s.takeRegistration, maxRegistrationBody),
		get("/termine/{id}/anmeldungen", author, s.attendance),
		get("/termine/{id}/anmeldungen.csv", author, s.attendanceSheet),
		post("/termine/{id}/anmeldungen", author, s.dropRegistration, maxRegistrationBody),
		get("/anmeldung/{token}", web.Everyone, s.personal),
		post("/anmeldung/{token}", web.Everyone, s.changePersonal, maxRegistrationBody),
	}
}

// list leads to the bulletin's list of dates with the kind fixed and all other
// filters of the address kept.
func (s *service) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	q.Set("art", Kind)
	q.Set("ansicht", "liste")
	http.Redirect(w, r, "/kalender?"+q.Encode(), http.StatusFound)
	return nil
}

// read finds a published event for a reader. What is withdrawn or expired is
// Gone with its reason, what the reader may not see NotFound.
func (s *service) read(ctx context.Context, eventID string) (e Event, entry bulletin.Entry, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		if e, err = find(tx, eventID); err != nil {
			return err
		}
		entry, err = s.Bulletin.Get(tx, eventID, bulletin.ReaderOf(ctx))
		return err
	})
	if fault.KindOf(err) == fault.KindGone && e.State == compose.Withdrawn {
		switch e.Note {
		case "":
		case goneThere:
			err = fault.New(fault.KindGone, "events.gone_there", "title", e.Title)
		default:
			err = fault.New(fault.KindGone, "events.withdrawn", "title", e.Title, "reason", e.Note)
		}
	}
	return e, entry, err
}

// pageView is the page of an event, at one of its dates.
type pageView struct {
	Event
	publisher         bulletin.Publisher
	title, text, lang string // of the variant shown
	langs             []ui.Link
	date              Date
	whenText, iso     string
	place             string
	status            bulletin.Status
	reason            string
	movedFrom         string
	facts             []ui.Fact
	repeats           string // the series in words
	others            []dateLink
	signUp            *signUp
	canEdit           bool
	canRead           bool   // the list of registrations
	address           string // absolute
}

// dateLink is one further date of a series.
type dateLink struct {
	ISO, Text, URL string
	Status         bulletin.Status
	Here           bool
}

func (s *service) page(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	e, entry, err := s.read(ctx, r.PathValue("id"))
	actor := people.ActorFrom(ctx)
	if fault.KindOf(err) == fault.KindNotFound && e.ID != "" && actor.Can(people.Author, e.Publisher) {
		return web.SeeOther(w, r, e.path()+"/bearbeiten") // a draft of one's own
	}
	if err != nil {
		return err
	}
	if done, err := s.Bulletin.Negotiate(w, r, &entry); done || err != nil {
		return err
	}
	return s.showPage(w, r, http.StatusOK, e, &entry, nil)
}

// showPage renders the page; form is a registration that was typed with faults.
func (s *service) showPage(w http.ResponseWriter, r *http.Request, status int, e Event, entry *bulletin.Entry, form *registrationForm) error {
	page, err := s.Bulletin.Page(r, entry)
	if err != nil {
		return err
	}
	am := r.URL.Query().Get("am")
	if form != nil {
		am = form.am
	}
	v, err := s.view(r, e, entry, am)
	if err != nil {
		return err
	}
	if v.signUp, err = s.signUpView(r, &e, v.date, form); err != nil {
		return err
	}
	page.Title, page.Description, page.Active = v.title, v.whenText+". "+richtext.Summary(v.text, 160), "kalender"
	if form != nil && len(form.faults) > 0 {
		page.Title = i18n.T(r.Context(), "events.error_title") + " " + page.Title
	}
	if am != "" {
		page.NoIndex = true // every date of a series is the same page
	}
	return ui.Render(w, r, status, page, eventPage(v))
}

func (s *service) view(r *http.Request, e Event, entry *bulletin.Entry, am string) (pageView, error) {
	ctx := r.Context()
	l, zone, now := i18n.From(ctx), s.Places().Location(), s.Clock.Now()
	v := pageView{Event: e, address: s.BaseURL(r.Host) + e.path(), status: e.Status, reason: e.Reason, place: e.Place}
	v.publisher, _ = s.Bulletin.Publisher(e.Publisher)
	actor := people.ActorFrom(ctx)
	v.canEdit, v.canRead = actor.Can(people.Author, e.Publisher), e.Plan != nil && actor.Can(people.Author, e.Publisher)
	s.chooseLang(r, &v, entry)
	var err error
	if v.date, err = s.chooseDate(&e, am, zone, now); err != nil {
		return v, err
	}
	v.applyDate(l)
	v.whenText = bulletin.When(l, v.date.Start, v.date.End, v.date.AllDay)
	v.iso = isoOf(v.date.Occurrence, zone)
	v.repeats = e.words(l, zone)
	v.facts = s.facts(ctx, &v)
	v.others, err = s.furtherDates(l, &e, v.date, zone, now)
	return v, err
}

// chooseLang takes what the address asks for, else what the reader prefers,
// which is what the card shows.
func (s *service) chooseLang(r *http.Request, v *pageView, entry *bulletin.Entry) {
	l := i18n.From(r.Context())
	asked := r.URL.Query().Get("sprache")
	if !validLang(asked) {
		if asked = s.Bulletin.CardView(r.Context(), entry, 2).Lang; asked == "" {
			asked = string(l.Lang)
		}
	}
	v.title, v.text, v.lang = v.In(asked)
	for _, lang := range append([]string{"de"}, compose.VariantLangs...) {
		if _, _, found := v.In(lang); found == lang && (lang != "de" || len(v.Variants) > 0) {
			v.langs = append(v.langs, ui.Link{ID: lang, Label: l.T("events.read_" + lang), URL: v.path() + "?sprache=" + lang})
		}
	}
	if len(v.langs) < 2 {
		v.langs = nil
	}
}

func validLang(lang string) bool {
	return lang == "de" || lang == bulletin.LeichteSprache || lang == "en"
}

// chooseDate is the date asked for, else the next one, else the last one. A day
// on which the series does not take place is NotFound.
func (s *service) chooseDate(e *Event, am string, zone *time.Location, now time.Time) (Date, error) {
	if am != "" {
		d, ok := e.On(am, zone)
		if !ok {
			return d, fault.NotFound()
		}
		return d, nil
	}
	next, _, err := e.Dates(zone, now, s.Bulletin.Horizon(), 20)
	if err != nil {
		return Date{}, err
	}
	for _, d := range next {
		if d.Status != bulletin.Cancelled || e.Rule == "" {
			return d, nil
		}
	}
	if e.Rule != "" || len(e.Extra) > 0 {
		past, _, err := e.Dates(zone, e.Start, now, maxTimes)
		if err != nil {
			return Date{}, err
		}
		if len(past) > 0 {
			return past[len(past)-1], nil
		}
	}
	return Date{Occurrence: e.occurrence(e.Start, e.End, e.AllDay), Planned: e.Start}, nil
}

// applyDate takes over what is different on the date shown.
func (v *pageView) applyDate(l *i18n.Localizer) {
	if !v.MovedFrom.IsZero() {
		v.movedFrom = l.Date(v.MovedFrom, i18n.DateTime)
	}
	x := v.date.Exception
	if v.status != bulletin.Cancelled && (v.date.Status == bulletin.Cancelled || v.date.Status == bulletin.Moved) {
		v.status = v.date.Status
	}
	if x == nil {
		return
	}
	if x.Title != "" && v.lang == "de" {
		v.title = x.Title
	}
	if x.Place != "" {
		v.place = x.Place
	}
	if x.Reason != "" {
		v.reason = x.Reason
	}
	if x.moved() {
		v.movedFrom = l.Date(x.Planned, i18n.DateTime)
	}
}

// facts are when, where, what it costs and whom to ask.
func (s *service) facts(ctx context.Context, v *pageView) []ui.Fact {
	l := i18n.From(ctx)
	out := []ui.Fact{{Term: l.T("events.when"), Content: whenFact(v.iso, v.whenText, v.repeats)}}
	if v.place != "" || v.Address != "" {
		where := v.place
		if where != "" && v.Address != "" {
			where += ", "
		}
		out = append(out, ui.Fact{Term: l.T("events.where"), Content: whereFact(where+v.Address, mapURL(v.Common.Point))})
	}
	if v.Costs != "" {
		out = append(out, ui.Fact{Term: l.T("events.costs"), Text: v.Costs})
	}
	if v.ContactName != "" || v.ContactPhone != "" || v.ContactMail != "" {
		out = append(out, ui.Fact{Term: l.T("events.contact"), Content: contactFact(v.Details)})
	}
	if v.Link != "" {
		out = append(out, ui.Fact{Term: l.T("events.more"), Text: hostOf(v.Link), URL: v.Link})
	}
	return out
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// mapURL shows the surroundings of a place, 600 metres each way.
func mapURL(p *orb.Point) string {
	if p == nil {
		return ""
	}
	box := geo.Around(*p, 600)
	n := func(f float64) string { return strconv.FormatFloat(f, 'f', 5, 64) }
	return "/karte?bbox=" + n(box.Min[0]) + "," + n(box.Min[1]) + "," + n(box.Max[0]) + "," + n(box.Max[1])
}

func isoOf(o bulletin.Occurrence, zone *time.Location) string {
	if o.AllDay {
		return o.Start.In(zone).Format(time.DateOnly)
	}
	return o.Start.In(zone).Format(time.RFC3339)
}

// amOf is how a date is named in addresses.
func amOf(d Date, zone *time.Location) string { return d.Planned.In(zone).Format(time.DateOnly) }

const mostOthers = 60

func (s *service) furtherDates(l *i18n.Localizer, e *Event, here Date, zone *time.Location, now time.Time) ([]dateLink, error) {
	if e.Rule == "" && len(e.Extra) == 0 {
		return nil, nil
	}
	dates, _, err := e.Dates(zone, dayOf(now.In(zone)), s.Bulletin.Horizon(), mostOthers)
	if err != nil {
		return nil, err
	}
	out := make([]dateLink, 0, len(dates))
	for _, d := range dates {
		out = append(out, dateLink{
			ISO: isoOf(d.Occurrence, zone), Text: bulletin.When(l, d.Start, d.End, d.AllDay), Status: d.Status,
			URL: e.path() + "?am=" + amOf(d, zone), Here: d.Planned.Equal(here.Planned),
		})
	}
	return out, nil
}

// words puts the series into words: "jeden Freitag", "jeden ersten Sonntag im
// Monat". A rule that the form cannot say is only called a series.
func (e *Event) words(l *i18n.Localizer, zone *time.Location) string {
	start := e.Start.In(zone)
	p := repeatOf(e.Rule, start)
	if p.Every == Once {
		return ""
	}
	key := "events.series_" + p.Every
	if p.Step > 1 {
		key += "_n"
	}
	days := l.WeekdayName(start.Weekday())
	for i, d := range p.Days {
		if i == 0 {
			days = l.WeekdayName(d)
		} else {
			days += ", " + l.WeekdayName(d)
		}
	}
	text := l.T(key, "n", p.Step, "days", days, "day", start.Day(), "weekday", l.WeekdayName(start.Weekday()),
		"ordinal", l.T("events.ordinal_"+ordinal(start)), "date", l.Date(start, i18n.DateShort))
	if !p.Until.IsZero() {
		text += " " + l.T("events.series_until", "date", l.Date(p.Until, i18n.DateNumeric))
	}
	return text
}

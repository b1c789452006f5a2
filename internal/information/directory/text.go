package directory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/information/directory/hours"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/region"
)

// wordsOf are what opening hours are written with in a language.
func wordsOf(l *i18n.Localizer) hours.Words {
	return hours.Words{
		Weekday: func(d time.Weekday) string { return l.T("directory.day_" + strconv.Itoa(int(d))) },
		Month:   l.Month, Closed: l.T("directory.closed"), Holidays: l.T("directory.holidays"),
		Ordinal: func(n int) string {
			if n < 0 {
				return l.T("directory.last")
			}
			return l.T("directory.nth", "n", n)
		},
		Times: func(spans string) string { return l.T("directory.times", "times", spans) },
	}
}

// short are the hours of the ordinary weeks on one line.
func short(l *i18n.Localizer, h hours.Hours) string {
	if h.Always() {
		return l.T("directory.always")
	}
	var kept hours.Hours
	for _, r := range h.Rules {
		if len(r.Spans) > 0 && !(r.Holidays && r.Days == 0) {
			kept.Rules = append(kept.Rules, r)
		}
	}
	return strings.ReplaceAll(kept.Text(wordsOf(l)), "\n", ", ")
}

// stopText is one stop: "Di 9:15 Uhr Seestall (Dorfplatz)".
func stopText(l *i18n.Localizer, places *region.Directory, s Stop) string {
	h, err := hours.Parse(s.Hours)
	if err != nil {
		return ""
	}
	where := s.Place
	if v, ok := places.Village(s.VillageID); ok {
		if where = v.Name; s.Place != "" {
			where = l.T("directory.stop_where", "village", v.Name, "place", s.Place)
		}
	}
	return l.T("directory.stop", "when", short(l, h), "where", where)
}

// summary is what a card says in a language: a beginning of the text, then
// what people look an entry up for.
func (l *Listing) summary(w *i18n.Localizer, places *region.Directory, text string) string {
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	add(richtext.Summary(text, 180))
	add(short(w, l.open()))
	for _, s := range l.Stops {
		add(stopText(w, places, s))
	}
	add(l.Address)
	if l.Phone != "" {
		add(w.T("directory.call", "phone", l.Phone))
	}
	return richtext.Cut(strings.Join(parts, " · "), bulletin.MaxSummary-20)
}

// entry is how the bulletin carries it.
func (s *service) entry(ctx context.Context, l *Listing) (*bulletin.Entry, error) {
	places := s.Places()
	e := &bulletin.Entry{ID: l.ID, Kind: Kind, Link: l.path(), Status: bulletin.Active, Sample: l.Sample}
	l.Entry(e)
	e.Scope = l.scope(places)
	if l.Main {
		orgs, err := s.People.Organisations(ctx)
		if err != nil {
			return nil, err
		}
		if o, ok := orgs.ByID(l.Publisher); ok {
			e.Link = orgPath(o.Slug)
		}
	}
	german, english := s.in(i18n.German), s.in(i18n.English)
	e.Summary = l.summary(german, places, l.Text)
	if e.Place = l.Address; e.Place == "" {
		e.Place = l.Place
	}
	e.Topics = []string{l.Category}
	if len(l.Stops) > 0 {
		e.Topics = append(e.Topics, Delivery)
	}
	if l.Publisher != "" && !slices.ContainsFunc(e.Variants, func(v bulletin.Variant) bool { return v.Lang == "en" }) {
		e.Variants = append(e.Variants, bulletin.Variant{Lang: "en", Title: l.Title, Summary: l.summary(english, places, "")})
	}
	words := []string{german.T("directory.category_" + l.Category), l.Person, strings.Join(l.Languages, " ")}
	for _, code := range l.Access {
		words = append(words, german.T("directory.access_"+code))
	}
	e.Text += "\n\n" + strings.Join(words, "\n")
	return e, nil
}

// clocks evaluates opening hours at one moment; it is made for one request.
type clocks struct {
	places    *region.Directory
	now       time.Time
	calendars map[string]*hours.Calendar
}

func (s *service) clocks() *clocks {
	return &clocks{places: s.Places(), now: s.Clock.Now(), calendars: map[string]*hours.Calendar{}}
}

func (c *clocks) calendar(municipality string) *hours.Calendar {
	known, ok := c.calendars[municipality]
	if !ok {
		known = hours.NewCalendar(c.places, municipality)
		c.calendars[municipality] = known
	}
	return known
}

func (c *clocks) of(l *Listing) *hours.Calendar { return c.calendar(l.Scope.MunicipalityID) }

// state says whether a listing is open now; known is false when it has no hours.
func (c *clocks) state(l *Listing) (state hours.State, known bool) {
	h := l.open()
	if !h.Known() {
		return hours.State{}, false
	}
	return h.At(c.now, c.of(l)), true
}

// stateText says it the way one would over the fence.
func (c *clocks) stateText(w *i18n.Localizer, l *Listing) string {
	s, known := c.state(l)
	if !known {
		return ""
	}
	switch {
	case s.Open && s.Change.IsZero():
		return w.T("directory.always")
	case s.Open && s.Change.Sub(c.now) < 20*time.Hour:
		return w.T("directory.open_until", "time", w.Date(s.Change, i18n.TimeOnly))
	case s.Open:
		return w.T("directory.open_until", "time", w.Date(s.Change, i18n.DateTime))
	case s.Change.IsZero():
		if s.Note != "" {
			return s.Note
		}
		return w.T("directory.closed_now")
	}
	today, day := midnight(c.now.In(w.Zone)), midnight(s.Change.In(w.Zone))
	at := w.Date(s.Change, i18n.TimeOnly)
	switch days := int(day.Sub(today).Hours()+12) / 24; {
	case days == 0:
		return w.T("directory.opens_today", "time", at)
	case days == 1:
		return w.T("directory.opens_tomorrow", "time", at)
	case days < 7:
		return w.T("directory.opens_day", "day", w.WeekdayName(s.Change.In(w.Zone).Weekday()), "time", at)
	}
	return w.T("directory.opens_day", "day", w.Date(s.Change, i18n.DateShort), "time", at)
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// today contributes to "Heute und morgen": which office is open, and where the
// mobile shop stops.
func (s *service) today(ctx context.Context, tx *db.Tx, place bulletin.Place, day time.Time) ([]ui.Fact, error) {
	if place.Municipality == nil {
		return nil, nil // the whole region has too many offices for one box
	}
	m, village := place.Municipality.ID, ""
	if place.Village != nil {
		village = place.Village.ID
	}
	offices, err := s.offices(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	w, c := i18n.From(ctx), s.clocks()
	isToday := midnight(c.now.In(w.Zone)).Equal(day)
	var facts []ui.Fact
	for i := range offices {
		l := &offices[i]
		d := l.open().Day(day.In(c.places.Location()), c.calendar(m))
		if len(d.Spans) == 0 {
			continue
		}
		text := w.T("directory.today_office", "name", l.Title, "times", w.T("directory.times", "times", hours.Spans(d.Spans)))
		if state, _ := c.state(l); isToday && state.Open {
			text = w.T("directory.today_open", "name", l.Title, "time", w.Date(state.Change, i18n.TimeOnly))
		}
		facts = append(facts, ui.Fact{Text: text, URL: l.path()})
	}
	stopping, err := db.All(tx, stopListings, scanListing, m, village)
	if err != nil {
		return nil, fmt.Errorf("stops of the day: %w", err)
	}
	for i := range stopping {
		for _, stop := range s.stopsOn(&stopping[i], day, c, m, village) {
			facts = append(facts, ui.Fact{Text: w.T("directory.today_stop", "name", stopping[i].Title, "times", stop.times(w), "where", stop.where), URL: stopping[i].path()})
		}
	}
	return facts, nil
}

type dayStop struct {
	spans []hours.Span
	where string
}

func (d dayStop) times(w *i18n.Localizer) string {
	return w.T("directory.times", "times", hours.Spans(d.spans))
}

// stopsOn are the stops of a day in a municipality or one of its villages.
func (s *service) stopsOn(l *Listing, day time.Time, c *clocks, municipality, village string) []dayStop {
	var out []dayStop
	for _, stop := range l.Stops {
		v, ok := c.places.Village(stop.VillageID)
		if !ok || v.MunicipalityID != municipality || village != "" && v.ID != village {
			continue
		}
		h, err := hours.Parse(stop.Hours)
		if err != nil {
			continue // stored by a program that knows more syntax
		}
		spans, _ := h.On(day.In(c.places.Location()), c.calendar(municipality))
		if len(spans) == 0 {
			continue
		}
		where := v.Name
		if stop.Place != "" {
			where += ", " + stop.Place
		}
		out = append(out, dayStop{spans, where})
	}
	return out
}

// offices that serve a municipality, wherever they stand.
func (s *service) offices(ctx context.Context, tx *db.Tx, municipality string) ([]Listing, error) {
	found, err := db.All(tx, officeListings, scanListing)
	if err != nil {
		return nil, fmt.Errorf("offices: %w", err)
	}
	orgs, err := s.People.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(l Listing) bool {
		o, ok := orgs.ByID(l.Publisher)
		return l.Scope.MunicipalityID != municipality && !(ok && l.Main && o.Serves(municipality)) || !l.open().Known()
	}), nil
}

// stopLines writes stops the way the form takes them: "Seestall, Dorfplatz: Di 9:15 Uhr".
func (s *service) stopLines(w *i18n.Localizer, stops []Stop) string {
	var lines []string
	for _, stop := range stops {
		v, ok := s.Places().Village(stop.VillageID)
		h, err := hours.Parse(stop.Hours)
		if !ok || err != nil {
			continue
		}
		where := v.Name
		if stop.Place != "" {
			where += ", " + stop.Place
		}
		lines = append(lines, where+": "+strings.ReplaceAll(withoutHolidays(h).Text(wordsOf(w)), "\n", ", "))
	}
	return strings.Join(lines, "\n")
}

// withoutHolidays leaves out "Feiertage geschlossen", which goes without saying.
func withoutHolidays(h hours.Hours) hours.Hours {
	h.Rules = slices.DeleteFunc(slices.Clone(h.Rules), func(r hours.Rule) bool {
		return r.Off && r.Holidays && r.Days == 0 && len(r.Dates) == 0 && r.Note == ""
	})
	return h
}

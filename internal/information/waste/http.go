package waste

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ical"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// The addresses of this capability.
const (
	path         = "/abfall"
	managePath   = path + "/verwalten"
	reminderPath = path + "/erinnerung/"
)

func districtPath(d *District) string { return path + "/bezirk/" + d.Slug }

func (s *service) routes() []web.Route {
	editor := web.Needs(string(people.Editor), nil) // which organisation is checked by the rules
	return []web.Route{
		{Method: "GET", Path: path, Access: web.Everyone, Handle: s.choose, Versioned: true},
		{Method: "GET", Path: path + "/{street}", Access: web.Everyone, Handle: s.show, Versioned: true},
		{Method: "POST", Path: path + "/{street}", Access: web.Everyone, Handle: s.subscribe},
		{Method: "GET", Path: path + "/bezirk/{district}", Access: web.Everyone, Handle: s.showDistrict, Versioned: true},
		{Method: "GET", Path: reminderPath + "{token}", Access: web.Everyone, Handle: s.reminderPage},
		{Method: "POST", Path: reminderPath + "{token}", Access: web.Everyone, Handle: s.changeReminder},
		{Method: "GET", Path: managePath, Access: editor, Handle: s.manage},
		{Method: "POST", Path: managePath, Access: editor, Handle: s.addDistrict},
		{Method: "GET", Path: managePath + "/{district}", Access: editor, Handle: s.editDistrict},
		{Method: "POST", Path: managePath + "/{district}", Access: editor, Handle: s.changeDistrict},
	}
}

// maxFound is how many streets a search shows.
const maxFound = 30

// chooseView is the page on which one finds one's street.
type chooseView struct {
	text   string
	asked  bool
	found  []ui.BoxItem
	places []ui.Link
}

// choose finds the street. A signed-in person is led to the own one, unless the
// address carries the search field, empty or not.
func (s *service) choose(w http.ResponseWriter, r *http.Request) error {
	places, q := s.Places(), r.URL.Query()
	actor := people.ActorFrom(r.Context())
	v := chooseView{text: richtext.Head(strings.TrimSpace(q.Get("strasse")), maxLabel), asked: q.Has("strasse")}
	if !v.asked {
		for _, home := range []string{actor.HomeStreet, actor.HomeVillage} {
			if spot, ok := FindSpot(places, home); ok && home != "" {
				return web.SeeOther(w, r, path+"/"+spot.Slug())
			}
		}
	}
	within := ""
	if m, ok := places.MunicipalityByHost(r.Host); ok {
		within = m.ID
	}
	name, no := splitNumber(v.text)
	spots := findSpots(places, within, name)
	if len(spots) == 1 {
		return web.SeeOther(w, r, spotURL(spots[0], no))
	}
	for _, spot := range spots[:min(len(spots), maxFound)] {
		v.found = append(v.found, ui.BoxItem{Label: spot.Name(), URL: spotURL(spot, no)})
	}
	for _, village := range places.Villages(within) {
		v.places = append(v.places, ui.Link{Label: village.Name, URL: path + "/" + village.Slug})
	}
	page := ui.Page{
		Title: i18n.T(r.Context(), "waste.title"), Description: i18n.T(r.Context(), "waste.lead"),
		Canonical: s.BaseURL(r.Host) + path, NoIndex: v.asked,
	}
	return ui.Render(w, r, http.StatusOK, page, choosePage(v))
}

func spotURL(spot Spot, no int) string {
	u := path + "/" + spot.Slug()
	if no > 0 && spot.Street != nil {
		u += "?nr=" + strconv.Itoa(no)
	}
	return u
}

// splitNumber parts "Hauptstraße 12a" into the street and the number.
func splitNumber(text string) (string, int) {
	i := strings.LastIndexByte(text, ' ')
	if i < 0 {
		return text, 0
	}
	if n := number(text[i+1:]); n > 0 {
		return strings.TrimSpace(text[:i]), n
	}
	return text, 0
}

// findSpots finds streets by name, and villages of that name before them.
func findSpots(places *region.Directory, within, text string) []Spot {
	if text == "" {
		return nil
	}
	var out []Spot
	if v, ok := places.VillageByName(text); ok {
		out = append(out, Spot{Village: v})
	}
	found := places.FindStreets(within, text, maxFound)
	exact := func(street *region.Street) bool { return street.Norm == region.NormStreet(text) }
	if slices.ContainsFunc(found, exact) { // who types a whole name means it
		found = slices.DeleteFunc(found, func(street *region.Street) bool { return !exact(street) })
	}
	for _, street := range found {
		out = append(out, spotOf(places, street))
	}
	if len(out) == 0 && within != "" {
		return findSpots(places, "", text)
	}
	return out
}

// itemView is one bin on a day.
type itemView struct {
	name, icon, tone, moved string
}

// dayView is a day with its bins.
type dayView struct {
	iso, text, relative string
	day                 Day
	items               []itemView
}

// monthView is a month of the list.
type monthView struct {
	title string
	facts []ui.Fact
}

// scheduleView is the page of a street or district.
type scheduleView struct {
	title, slug string
	next        []dayView
	months      []monthView
	parts       []string // house numbers to choose from
	no          string
	calendars   []ui.FeedLink
	manage      string
	signedIn    bool
	remindable  bool
	email, hour string
	errors      []ui.FieldError
	sample      bool
	empty       bool
	district    bool
}

// How much a page shows.
const (
	nextDays    = 3
	monthsShown = 13
)

// spot finds what an address names.
func (s *service) spot(r *http.Request) (Spot, error) {
	spot, ok := FindSpot(s.Places(), strings.TrimSuffix(r.PathValue("street"), ".ics"))
	if !ok {
		return spot, fault.New(fault.KindNotFound, "waste.street_unknown")
	}
	if spot.Street != nil {
		spot.Number = number(r.URL.Query().Get("nr"))
	}
	return spot, nil
}

func (s *service) today0() Day { return DayOf(s.Clock.Now().In(s.Places().Location())) }

// show answers with the dates of a street, as a page or, with .ics behind the
// name, as a calendar.
func (s *service) show(w http.ResponseWriter, r *http.Request) error {
	spot, err := s.spot(r)
	if err != nil {
		return err
	}
	if strings.HasSuffix(r.PathValue("street"), ".ics") {
		return s.calendar(w, r, spot)
	}
	v, err := s.scheduleView(r, spot)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, spot, v)
}

func (s *service) render(w http.ResponseWriter, r *http.Request, status int, spot Spot, v scheduleView) error {
	title := i18n.T(r.Context(), "waste.title_of", "place", spot.Name())
	if len(v.errors) > 0 {
		title = i18n.T(r.Context(), "waste.error_title") + " " + title
	}
	page := ui.Page{Title: title, Canonical: s.BaseURL(r.Host) + path + "/" + spot.Slug(), Feeds: v.calendars[:1], NoIndex: len(v.errors) > 0}
	return ui.Render(w, r, status, page, schedulePage(v))
}

func (s *service) scheduleView(r *http.Request, spot Spot) (scheduleView, error) {
	ctx, today := r.Context(), s.today0()
	v := scheduleView{title: spot.Name(), slug: spot.Slug(), signedIn: people.ActorFrom(ctx).SignedIn(), remindable: true, hour: "18"}
	query := ""
	if spot.Number > 0 {
		v.no = strconv.Itoa(spot.Number)
		query = "nr=" + v.no
	}
	var dates []Collection
	var parts []Area
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		dates, parts, err = schedule(tx, spot, today, today.Add(31*monthsShown))
		if err != nil {
			return err
		}
		v.sample, err = anySample(tx, dates)
		return err
	})
	if err != nil {
		return v, err
	}
	for _, a := range parts {
		v.parts = append(v.parts, strings.TrimSpace(a.numbers()))
	}
	slices.Sort(v.parts)
	v.parts = slices.Compact(v.parts)
	v.fill(i18n.From(ctx), dates, today)
	v.calendars = s.calendars(r, v.slug, query)
	v.manage = s.manageURL(ctx)
	return v, nil
}

// calendars are the addresses to subscribe to, without and with an alarm.
func (s *service) calendars(r *http.Request, slug, query string) []ui.FeedLink {
	l := i18n.From(r.Context())
	address := func(more string) string {
		u, q := path+"/"+slug+".ics", strings.Trim(query+"&"+more, "&")
		if q != "" {
			u += "?" + q
		}
		return u
	}
	return []ui.FeedLink{
		{Type: "text/calendar", Title: l.T("waste.calendar"), URL: address("")},
		{Type: "text/calendar", Title: l.T("waste.calendar_alarm"), URL: address("erinnerung=18")},
	}
}

func (s *service) manageURL(ctx context.Context) string {
	if len(s.Offices(ctx)) == 0 {
		return ""
	}
	return managePath
}

var countSample = db.SQL("SELECT COUNT(*) FROM waste_district WHERE id = $1 AND sample = TRUE")

func anySample(tx *db.Tx, dates []Collection) (bool, error) {
	if len(dates) == 0 {
		return false, nil
	}
	var n int
	err := tx.QueryRow(countSample, dates[0].District).Scan(&n)
	return n > 0, err
}

// fill groups dates by day and month.
func (v *scheduleView) fill(l *i18n.Localizer, dates []Collection, today Day) {
	v.empty = len(dates) == 0
	plain := *l
	plain.Now = nil // the months name the year
	l = &plain
	var days []dayView
	for _, c := range dates {
		if len(days) == 0 || days[len(days)-1].day != c.Day {
			at := c.Day.In(l.Zone)
			days = append(days, dayView{day: c.Day, iso: string(c.Day), text: l.Date(at, i18n.DateShort), relative: relative(l, today, c.Day)})
		}
		last := &days[len(days)-1]
		last.items = append(last.items, viewOf(l, c))
	}
	v.next = days[:min(len(days), nextDays)]
	for _, d := range days {
		title := l.Date(d.day.In(l.Zone), i18n.MonthYear)
		if len(v.months) == 0 || v.months[len(v.months)-1].title != title {
			v.months = append(v.months, monthView{title: title})
		}
		month := &v.months[len(v.months)-1]
		month.facts = append(month.facts, ui.Fact{Term: d.text, Content: bins(d.items, false)})
	}
}

func viewOf(l *i18n.Localizer, c Collection) itemView {
	i := itemView{name: nameOf(l, c.Fraction, c.Label), icon: c.Fraction.Icon(), tone: c.Fraction.Tone()}
	if c.MovedFrom != "" {
		i.moved = l.T("waste.moved", "from", l.Date(c.MovedFrom.In(l.Zone), i18n.DateShort))
	}
	return i
}

func relative(l *i18n.Localizer, today, day Day) string {
	n := int(day.In(time.UTC).Sub(today.In(time.UTC)).Hours() / 24)
	switch n {
	case 0:
		return l.T("waste.today")
	case 1:
		return l.T("waste.tomorrow")
	}
	return l.N("waste.in_days", n)
}

// showDistrict is where the bulletin's entries lead.
func (s *service) showDistrict(w http.ResponseWriter, r *http.Request) error {
	ctx, today := r.Context(), s.today0()
	var d District
	var dates []Collection
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		if d, err = findDistrict(tx, r.PathValue("district")); err != nil {
			return err
		}
		dates, err = datesOf(tx, []string{d.ID}, today, today.Add(31*monthsShown))
		return err
	})
	if err != nil {
		return err
	}
	sort(dates)
	v := scheduleView{title: d.Name, sample: d.Sample, district: true}
	v.fill(i18n.From(ctx), dates, today)
	for _, line := range strings.Split(FormatAreas(d.Areas, s.Places()), "\n") {
		if line != "" {
			v.parts = append(v.parts, line)
		}
	}
	if people.ActorFrom(ctx).Can(people.Editor, d.Publisher) {
		v.manage = managePath + "/" + d.ID
	}
	page := ui.Page{Title: i18n.T(ctx, "waste.title_of", "place", d.Name), Canonical: s.BaseURL(r.Host) + districtPath(&d)}
	return ui.Render(w, r, http.StatusOK, page, schedulePage(v))
}

// calendar writes the dates of a spot as iCalendar (RFC 5545).
func (s *service) calendar(w http.ResponseWriter, r *http.Request, spot Spot) error {
	ctx, today := r.Context(), s.today0()
	var dates []Collection
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		dates, _, err = schedule(tx, spot, today.Add(-60), today.Add(2*366))
		return err
	})
	if err != nil {
		return err
	}
	body, err := s.write(i18n.From(ctx), spot, dates)
	if err != nil {
		return err
	}
	if hour, err := strconv.Atoi(r.URL.Query().Get("erinnerung")); err == nil && hour >= 0 && hour < 24 {
		body = withAlarms(body, hour, i18n.T(ctx, "waste.alarm"))
	}
	w.Header().Set("Cache-Control", "public, max-age=3600")
	w.Header().Set("Content-Disposition", `inline; filename="abfall-`+spot.Slug()+`.ics"`)
	return web.WriteBody(w, r, http.StatusOK, "text/calendar; charset=utf-8", body)
}

func (s *service) write(l *i18n.Localizer, spot Spot, dates []Collection) ([]byte, error) {
	c := ical.Calendar{Name: l.T("waste.title_of", "place", spot.Name()), Stamp: s.Clock.Now().Truncate(time.Hour), Refresh: 24 * time.Hour}
	for _, d := range dates {
		planned, start := d.Day, d.Day.In(l.Zone)
		e := ical.Event{Summary: nameOf(l, d.Fraction, d.Label), Location: spot.Name(), Start: start, End: start.AddDate(0, 0, 1), AllDay: true}
		if d.MovedFrom != "" {
			planned = d.MovedFrom
			e.Description = l.T("waste.moved", "from", l.Date(planned.In(l.Zone), i18n.DateShort))
		}
		// The planned day names the event, so that a moved one moves in calendars, too.
		e.UID = string(planned) + "-" + string(d.Fraction) + "-" + region.Slug(d.Label) + "-" + d.District + "@dorflinde"
		c.Events = append(c.Events, e)
	}
	var buf bytes.Buffer
	err := ical.Write(&buf, c)
	return buf.Bytes(), err
}

// withAlarms adds an alarm on the evening before to every event (RFC 5545,
// 3.6.6). A text can never hold the line that is searched for: line breaks in
// values are escaped.
func withAlarms(calendar []byte, hour int, text string) []byte {
	alarm := "\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:" + text + "\r\nTRIGGER:-PT" + strconv.Itoa(24-hour) + "H\r\nEND:VALARM"
	return bytes.ReplaceAll(calendar, []byte("\r\nEND:VEVENT\r\n"), []byte(alarm+"\r\nEND:VEVENT\r\n"))
}

// today tells which bins are collected in a place on a day: by name where all
// streets of the place agree, else that it depends on the street.
func (s *service) today(ctx context.Context, tx *db.Tx, place bulletin.Place, day time.Time) ([]ui.Fact, error) {
	collected, err := db.All(tx, selectDay, scanDate, string(DayOf(day)))
	if err != nil || len(collected) == 0 {
		return nil, err
	}
	areas, err := db.All(tx, selectAreas, scanArea)
	if err != nil {
		return nil, err
	}
	names, agree := agreed(collected, areas, s.villages(place))
	if len(names) == 0 {
		return nil, nil
	}
	l, url := i18n.From(ctx), path
	if place.Village != nil {
		url += "/" + place.Village.Slug
	}
	var words []string
	for _, c := range names {
		words = append(words, nameOf(l, c.Fraction, c.Label))
	}
	text := strings.Join(slices.Compact(words), ", ")
	if !agree {
		text = l.T("waste.today_differs", "fractions", text)
		url = path + "?strasse="
	}
	return []ui.Fact{{Text: text, URL: url}}, nil
}

// villages are those of a place.
func (s *service) villages(place bulletin.Place) []*region.Village {
	switch {
	case place.Village != nil:
		return []*region.Village{place.Village}
	case place.Municipality != nil:
		return s.Places().Villages(place.Municipality.ID)
	}
	return s.Places().Villages("")
}

// agreed collects what is emptied in some villages. agree is true when every
// district that holds anywhere in them empties the same.
func agreed(collected []Collection, areas []Area, villages []*region.Village) (list []Collection, agree bool) {
	here := map[string]bool{}
	whole := map[string]bool{} // villages that a district of today covers altogether
	for _, a := range areas {
		if slices.ContainsFunc(villages, func(v *region.Village) bool { return v.ID == a.Village }) {
			here[a.District] = true
		}
	}
	by := map[string][]string{}
	seen := map[string]bool{}
	for _, c := range collected {
		if !here[c.District] {
			continue
		}
		key := string(c.Fraction) + "|" + c.Label
		by[c.District] = append(by[c.District], key)
		if !seen[key] {
			seen[key] = true
			list = append(list, Collection{Fraction: c.Fraction, Label: c.Label})
		}
	}
	for _, a := range areas {
		if a.Street == "" && len(by[a.District]) == len(list) {
			whole[a.Village] = true
		}
	}
	sort(list)
	agree = true
	for _, v := range villages {
		agree = agree && whole[v.ID] && !divided(areas, by, len(list), v.ID)
	}
	return list, agree
}

// divided reports whether part of a village has another collection today than
// the rest of it.
func divided(areas []Area, by map[string][]string, all int, village string) bool {
	return slices.ContainsFunc(areas, func(a Area) bool {
		return a.Village == village && len(by[a.District]) != all
	})
}

package directory

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/information/directory/hours"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/sheet"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

// The addresses.
const (
	listPath  = "/verzeichnis"
	csvPath   = "/verzeichnis.csv"
	writePath = "/verzeichnis/schreiben"
)

func orgPath(slug string) string { return "/organisationen/" + slug }

func (s *service) routes() []web.Route {
	editor := web.Needs(string(people.Editor), nil) // the publisher is checked by the rules
	return []web.Route{
		{Method: "GET", Path: listPath, Access: web.Everyone, Handle: s.list, Versioned: true},
		{Method: "GET", Path: csvPath, Access: web.Everyone, Handle: s.export},
		{Method: "GET", Path: listPath + "/{id}", Access: web.Everyone, Handle: s.page, Versioned: true},
		{Method: "GET", Path: "/organisationen/{slug}", Access: web.Everyone, Handle: s.organisation, Versioned: true},
		{Method: "GET", Path: writePath, Access: editor, Handle: s.blank},
		{Method: "POST", Path: writePath, Access: editor, Handle: s.write, MaxBody: compose.MaxBody},
		{Method: "GET", Path: listPath + "/{id}/bearbeiten", Access: editor, Handle: s.edit},
		{Method: "POST", Path: listPath + "/{id}/bearbeiten", Access: editor, Handle: s.rewrite, MaxBody: compose.MaxBody},
	}
}

// The filters in addresses beside those of the bulletin.
const (
	paramCategory = "kategorie"
	paramOpen     = "offen"
	paramLetter   = "buchstabe"
)

// How much is shown.
const (
	onePage  = 120 // up to here all letters stand on one page
	mostHits = 200
	mostOpen = 2000 // how many are looked at for "open now"
)

// asked is what an address asks for.
type asked struct {
	filter bulletin.Filter
	query
	open bool
}

func (s *service) ask(r *http.Request) (asked, error) {
	q := r.URL.Query()
	f, err := bulletin.ParseFilter(url.Values{"ort": q["ort"], "place": q["place"], "q": q["q"]}, s.Places())
	if err != nil {
		return asked{}, err
	}
	a := asked{filter: f, open: q.Get(paramOpen) == "1"}
	a.municipality, a.village = f.Municipality, f.Village
	if a.category = q.Get(paramCategory); a.category != "" {
		if _, known := category(a.category); !known {
			return a, fault.Invalid(paramCategory, "directory.category_unknown")
		}
	}
	if a.letter = strings.ToUpper(q.Get(paramLetter)); a.letter != "" && (len(a.letter) != 1 || a.letter != "#" && (a.letter < "A" || a.letter > "Z")) {
		return a, fault.Invalid(paramLetter, "directory.letter_wrong")
	}
	return a, nil
}

// address is the list with these filters and others set on top: pairs of name
// and value, an empty value removes.
func (s *service) address(path string, a asked, pairs ...string) string {
	v := a.filter.Values(s.Places())
	if a.category != "" {
		v.Set(paramCategory, a.category)
	}
	if a.open {
		v.Set(paramOpen, "1")
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if v.Del(pairs[i]); pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// found are listings for an address: all, or those of one letter where there
// are too many for a page.
func (s *service) found(ctx context.Context, tx *db.Tx, a *asked) (listings []Listing, counts map[string]int, err error) {
	if a.filter.Query != "" {
		f := a.filter
		f.Kinds = []string{Kind}
		hits, err := s.Bulletin.List(tx, f, bulletin.ReaderOf(ctx), bulletin.Page{Limit: mostHits})
		if err != nil {
			return nil, nil, err
		}
		a.ids = []string{}
		for i := range hits.Entries {
			a.ids = append(a.ids, hits.Entries[i].ID)
		}
	}
	q := a.query
	total := 0
	if counts, total, err = letters(tx, q); err != nil {
		return nil, nil, err
	}
	if a.open || a.ids != nil || total <= onePage {
		q.letter, q.limit, counts = "", mostOpen, nil
	} else {
		if q.letter == "" {
			q.letter = firstLetter(counts)
			a.letter = q.letter
		}
		q.limit = mostOpen
	}
	if listings, err = list(tx, q); err != nil {
		return nil, nil, err
	}
	if a.open {
		c := s.clocks()
		listings = slices.DeleteFunc(listings, func(l Listing) bool { state, _ := c.state(&l); return !state.Open })
	}
	return listings, counts, nil
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ#"

func firstLetter(counts map[string]int) string {
	for _, l := range alphabet {
		if counts[string(l)] > 0 {
			return string(l)
		}
	}
	return ""
}

// listView is the directory from A to Z.
type listView struct {
	asked
	groups     []letterGroup
	letters    []ui.Link
	categories []ui.Link
	places     []ui.Option
	openURL    string // the same with or without "open now"
	mapURL     string
	csvURL     string
	canWrite   bool
}

type letterGroup struct {
	letter string
	cards  []ui.CardView
}

func (s *service) list(w http.ResponseWriter, r *http.Request) error {
	a, err := s.ask(r)
	if err != nil {
		return err
	}
	ctx, words := r.Context(), i18n.From(r.Context())
	v := listView{canWrite: people.ActorFrom(ctx).CanSomewhere(people.Editor), places: s.placeOptions(words, a)}
	var listings []Listing
	var counts map[string]int
	err = s.DB.View(ctx, func(tx *db.Tx) (err error) { listings, counts, err = s.found(ctx, tx, &a); return err })
	if err != nil {
		return err
	}
	v.asked = a
	c := s.clocks()
	for i := range listings {
		_, letter := sortKey(listings[i].Title)
		if len(v.groups) == 0 || v.groups[len(v.groups)-1].letter != letter {
			v.groups = append(v.groups, letterGroup{letter: letter})
		}
		last := &v.groups[len(v.groups)-1]
		last.cards = append(last.cards, s.card(words, c, &listings[i]))
	}
	s.listLinks(words, &v, counts)
	page := ui.Page{
		Title: words.T("directory.title"), Description: words.T("directory.lead"), Active: "verzeichnis",
		Canonical: s.BaseURL(r.Host) + s.address(listPath, a), NoIndex: a.filter.Query != "" || a.open,
	}
	if a.category != "" {
		page.Title = words.T("directory.category_" + a.category)
	}
	return ui.Render(w, r, http.StatusOK, page, listPage(v))
}

// listLinks are the chips and other ways from a list to the next one.
func (s *service) listLinks(words *i18n.Localizer, v *listView, counts map[string]int) {
	v.categories = []ui.Link{{ID: "*", Label: words.T("directory.all"), URL: s.address(listPath, v.asked, paramCategory, "")}}
	for _, c := range Categories {
		v.categories = append(v.categories, ui.Link{ID: c.ID, Icon: c.Icon, Label: words.T("directory.category_" + c.ID), URL: s.address(listPath, v.asked, paramCategory, c.ID)})
	}
	for _, l := range alphabet {
		letter := string(l)
		switch {
		case counts != nil && counts[letter] > 0:
			v.letters = append(v.letters, ui.Link{ID: letter, Label: letter, URL: s.address(listPath, v.asked, paramLetter, letter)})
		case counts == nil && len(v.groups) > 3 && slices.ContainsFunc(v.groups, func(g letterGroup) bool { return g.letter == letter }):
			v.letters = append(v.letters, ui.Link{ID: letter, Label: letter, URL: "#" + letterID(letter)})
		}
	}
	v.openURL = s.address(listPath, v.asked, paramOpen, map[bool]string{true: "", false: "1"}[v.open])
	onMap := v.filter
	onMap.Kinds, onMap.Topic = []string{Kind}, v.category
	v.mapURL = "/karte?" + onMap.Values(s.Places()).Encode()
	v.csvURL = s.address(csvPath, v.asked)
}

func letterID(letter string) string {
	if letter == "#" {
		return "buchstabe-0"
	}
	return "buchstabe-" + strings.ToLower(letter)
}

func (s *service) placeOptions(words *i18n.Localizer, a asked) []ui.Option {
	places := s.Places()
	chosen := a.filter.PlaceSlug(places)
	out := []ui.Option{{Value: "", Label: words.T("directory.place_all")}}
	for _, m := range places.Municipalities() {
		slug := bulletin.Filter{Municipality: m.ID}.PlaceSlug(places)
		out = append(out, ui.Option{Value: slug, Label: words.T("directory.place_municipality", "name", m.Name), Group: m.Name, Chosen: slug == chosen})
		for _, v := range places.Villages(m.ID) {
			out = append(out, ui.Option{Value: v.Slug, Label: v.Name, Group: m.Name, Chosen: v.Slug == chosen})
		}
	}
	return out
}

// card is a listing in a list.
func (s *service) card(words *i18n.Localizer, c *clocks, l *Listing) ui.CardView {
	title, text, lang := l.In(string(words.Lang))
	card := ui.CardView{
		ID: l.ID, URL: l.path(), Title: title, HeadingLevel: 3, KindLabel: words.T("directory.category_" + l.Category), KindTone: "sky",
		WhenText: c.stateText(words, l), PlaceText: l.Address, Summary: richtext.Summary(text, 160), Sample: l.Sample,
		PublishedText: words.Date(l.UpdatedAt, i18n.DateShort), PublishedISO: l.UpdatedAt.Format("2006-01-02"),
	}
	if lang != string(words.Lang) {
		card.Lang = lang
	}
	if p, ok := s.Bulletin.Publisher(l.Publisher); ok {
		card.PublisherName, card.PublisherArms, card.PublisherKind = p.Name, p.ArmsURL, words.T("people.kind_"+p.Kind)
		if l.Main && p.URL != "" {
			card.URL = p.URL
		}
	}
	if len(l.Pictures) > 0 {
		card.ImageURL, card.ImageAlt = l.Pictures[0].URL(true), l.Pictures[0].Alt
	}
	return card
}

// read finds a published listing; what is withdrawn is Gone.
func (s *service) read(ctx context.Context, listingID string) (Listing, error) {
	l, err := s.load(ctx, listingID)
	if err == nil && l.State != compose.Published {
		err = fault.New(fault.KindGone, "directory.gone", "title", l.Title)
	}
	return l, err
}

// pageView is one listing, or the page of an organisation.
type pageView struct {
	Listing
	publisher         bulletin.Publisher
	org               *people.Organisation // of an organisation's page
	title, text, lang string
	state             string
	isOpen            bool
	week              []ui.HoursRow
	exceptions        []ui.HoursRow
	stops             []string
	contact           []ui.Fact
	access            []string
	langs             []ui.Link
	mapURL            string
	address           string // absolute
	updated           string
	canEdit, canAdmin bool
	news, events      []ui.CardView
	others            []ui.CardView
	feeds             []ui.FeedLink
}

func (s *service) page(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, err := s.read(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	v := s.view(r, l)
	if l.Main && v.publisher.URL != "" {
		http.Redirect(w, r, v.publisher.URL, http.StatusFound)
		return nil
	}
	page := ui.Page{Title: v.title, Description: richtext.Cut(l.summary(i18n.From(ctx), s.Places(), v.text), 200), Canonical: v.address, Active: "verzeichnis"}
	if page.JSONLD, err = s.linkedData(r, &v); err != nil {
		return err
	}
	return ui.Render(w, r, http.StatusOK, page, listingPage(v))
}

// view puts a listing into words.
func (s *service) view(r *http.Request, l Listing) pageView {
	ctx, words := r.Context(), i18n.From(r.Context())
	v := pageView{Listing: l, address: s.BaseURL(r.Host) + l.path(), updated: words.Date(l.UpdatedAt, i18n.DateLong)}
	v.publisher, _ = s.Bulletin.Publisher(l.Publisher)
	v.canEdit = people.ActorFrom(ctx).Can(people.Editor, l.Publisher)
	asked := r.URL.Query().Get("sprache")
	if asked != "de" && !slices.Contains(compose.VariantLangs, asked) {
		asked = string(words.Lang)
	}
	v.title, v.text, v.lang = l.In(asked)
	if len(l.Variants) > 0 {
		for _, lang := range append([]string{"de"}, compose.VariantLangs...) {
			if _, _, found := l.In(lang); found == lang {
				v.langs = append(v.langs, ui.Link{ID: lang, Label: words.T("directory.read_" + lang), URL: "?sprache=" + lang})
			}
		}
	}
	s.viewHours(words, &v)
	s.viewContact(words, &v)
	for _, stop := range l.Stops {
		v.stops = append(v.stops, stopText(words, s.Places(), stop))
	}
	for _, code := range l.Access {
		v.access = append(v.access, words.T("directory.access_"+code))
	}
	if l.Point != nil {
		v.mapURL = "/karte?art=" + Kind + "&thema=" + url.QueryEscape(l.Category)
	}
	return v
}

// exceptionDays is how far ahead exceptions are shown, in days.
const exceptionDays = 45

func (s *service) viewHours(words *i18n.Localizer, v *pageView) {
	h := v.open()
	if !h.Known() {
		return
	}
	c := s.clocks()
	state, _ := c.state(&v.Listing)
	v.state, v.isOpen = c.stateText(words, &v.Listing), state.Open
	if h.Always() {
		return
	}
	calendar := c.of(&v.Listing)
	today := c.now.In(words.Zone)
	for _, d := range h.Week(c.now, calendar) {
		row := hoursRow(words, d, words.WeekdayName(d.Date.Weekday()))
		row.Today = d.Date.YearDay() == today.YearDay() && d.Date.Year() == today.Year()
		v.week = append(v.week, row)
	}
	monday := h.Week(c.now, calendar)[6].Date
	for _, d := range h.Exceptions(c.now, exceptionDays, calendar) {
		if d.Date.After(monday) {
			v.exceptions = append(v.exceptions, hoursRow(words, d, words.Date(d.Date, i18n.DateShort)))
		}
	}
}

func hoursRow(words *i18n.Localizer, d hours.DayHours, day string) ui.HoursRow {
	row := ui.HoursRow{Day: day, Times: words.T("directory.closed")}
	if len(d.Spans) > 0 {
		row.Times = words.T("directory.times", "times", hours.Spans(d.Spans))
	}
	if d.Note != "" && len(d.Spans) == 0 {
		row.Times = d.Note
	} else if d.Note != "" {
		row.Times += ", " + d.Note
	}
	if d.Holiday != "" {
		row.Times = words.T("directory.on_holiday", "holiday", words.T(d.Holiday), "times", row.Times)
	}
	return row
}

// unbroken keeps a telephone number on one line.
var unbroken = strings.NewReplacer(" ", "\u00a0", "-", "\u2011")

func (s *service) viewContact(words *i18n.Localizer, v *pageView) {
	add := func(key, text, link string) {
		if text != "" {
			v.contact = append(v.contact, ui.Fact{Term: words.T("directory." + key), Text: text, URL: link})
		}
	}
	add("address", v.Address, "")
	add("person", v.Person, "")
	add("phone", unbroken.Replace(v.Phone), dial(v.Phone))
	if v.Mail != "" {
		v.contact = append(v.contact, ui.Fact{Term: words.T("directory.mail"), Content: mailLink(v.Mail)})
	}
	add("web", strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(v.Web, "https://"), "http://"), "/"), v.Web)
	add("languages", strings.Join(v.Languages, ", "), "")
}

// exportHeader are the columns of the table, as the import reads them.
var exportHeader = []string{"Kennung", "Name", "Kategorie", "Straße und Ort", "Ortsteil", "Telefon", "E-Mail", "Internet", "Öffnungszeiten", "Ansprechpartner", "Beschreibung", "Breite", "Länge"}

// export writes the list as a table for spreadsheets.
func (s *service) export(w http.ResponseWriter, r *http.Request) error {
	a, err := s.ask(r)
	if err != nil {
		return err
	}
	var rows [][]string
	err = s.DB.View(r.Context(), func(tx *db.Tx) error {
		a.open = a.open || a.letter == "" // all letters in one file
		q := a.query
		q.limit = 50_000
		listings, err := list(tx, q)
		for i := range listings {
			rows = append(rows, s.exportRow(&listings[i]))
		}
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="verzeichnis.csv"`)
	return sheet.Write(w, exportHeader, rows)
}

func (s *service) exportRow(l *Listing) []string {
	place, lat, lon := "", "", ""
	if v, ok := s.Places().Village(l.Scope.VillageID); ok {
		place = v.Name
	} else if m, ok := s.Places().Municipality(l.Scope.MunicipalityID); ok {
		place = m.Name
	}
	if l.Point != nil {
		lat, lon = degrees(l.Point[1]), degrees(l.Point[0])
	}
	return []string{l.ID, l.Title, l.Category, l.Address, place, l.Phone, l.Mail, l.Web, l.Hours, l.Person, l.Text, lat, lon}
}

package events

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/bulletin/intake"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/ical"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/sheet"
)

// Target takes in what calendars and tables bring from elsewhere; it is an
// intake.Target. The engine knows what is new, changed or gone.
type Target struct{ s *service }

// NewTarget makes a target.
func NewTarget(t bulletin.Tools) *Target { return &Target{s: newService(t)} }

// The columns of a table.
var columnsOfTable = []intake.Column{
	{Name: "date", Headers: []string{"Datum", "Tag", "Startdatum", "Anfangsdatum", "Date", "Start Date", "Am"}, Required: true},
	{Name: "start", Headers: []string{"Beginn", "Uhrzeit", "Zeit", "Von", "Startzeit", "Anfang", "Start Time", "Start"}},
	{Name: "end_date", Headers: []string{"Enddatum", "Bis Datum", "End Date"}},
	{Name: "end", Headers: []string{"Ende", "Bis", "Endzeit", "End Time", "End"}},
	{Name: "title", Headers: []string{"Titel", "Veranstaltung", "Name", "Bezeichnung", "Was", "Title", "Subject"}, Required: true},
	{Name: "place", Headers: []string{"Ort", "Veranstaltungsort", "Wo", "Location", "Place"}},
	{Name: "address", Headers: []string{"Adresse", "Anschrift", "Straße", "Address"}},
	{Name: "village", Headers: []string{"Ortsteil", "Gemeinde", "Dorf", "Village"}},
	{Name: "text", Headers: []string{"Beschreibung", "Text", "Details", "Info", "Bemerkung", "Description"}},
	{Name: "costs", Headers: []string{"Kosten", "Eintritt", "Preis", "Costs", "Price"}},
	{Name: "contact", Headers: []string{"Ansprechpartner", "Kontakt", "Veranstalter", "Contact"}},
	{Name: "phone", Headers: []string{"Telefon", "Tel", "Phone"}},
	{Name: "mail", Headers: []string{"E-Mail", "Email", "Mail"}},
	{Name: "link", Headers: []string{"Link", "Internet", "Webseite", "Homepage", "URL", "Website"}},
	{Name: "topics", Headers: []string{"Thema", "Kategorie", "Themen", "Kategorien", "Category"}},
	{Name: "uid", Headers: []string{"ID", "UID", "Nummer", "Nr"}},
}

// Info tells the engine what can be taken in.
func (t *Target) Info() intake.Info {
	return intake.Info{
		Kind: "events", Label: "events.imported", Formats: []intake.Format{intake.ICS, intake.CSV}, Columns: columnsOfTable, URL: "/kalender",
	}
}

// Imported is one event of a source in plain data. Its JSON form decides
// whether the event has changed.
type Imported struct {
	Title      string         `json:"title"`
	Text       string         `json:"text,omitempty"`
	Place      string         `json:"place,omitempty"`
	Address    string         `json:"address,omitempty"`
	Point      *orb.Point     `json:"point,omitempty"`
	Scope      bulletin.Scope `json:"scope"`
	Start      time.Time      `json:"start"`
	End        time.Time      `json:"end"`
	AllDay     bool           `json:"all_day,omitempty"`
	Rule       string         `json:"rule,omitempty"`
	Extra      []time.Time    `json:"extra,omitempty"`
	Exceptions []Exception    `json:"exceptions,omitempty"`
	Cancelled  bool           `json:"cancelled,omitempty"`
	Costs      string         `json:"costs,omitempty"`
	Contact    string         `json:"contact,omitempty"`
	Phone      string         `json:"phone,omitempty"`
	Mail       string         `json:"mail,omitempty"`
	Link       string         `json:"link,omitempty"`
	Topics     []string       `json:"topics,omitempty"`
	Audience   string         `json:"audience,omitempty"`
}

// Convert reads a calendar or a table.
func (t *Target) Convert(_ context.Context, c *intake.Conversion) error {
	switch {
	case c.Calendar != nil:
		for i := range c.Calendar.Events {
			t.convertEvent(c, &c.Calendar.Events[i])
		}
	case c.Table != nil:
		for _, row := range c.Table.Rows() {
			t.convertRow(c, row)
		}
	}
	return nil
}

// convertEvent takes one VEVENT with its overrides.
func (t *Target) convertEvent(c *intake.Conversion, v *ical.Event) {
	if v.Private && !c.Source.Options.Private {
		c.Skip(v.Line, "", fault.Invalid("", "events.skip_private"))
		return
	}
	if only := c.Source.Options.Categories; len(only) > 0 && !slices.ContainsFunc(v.Categories, func(name string) bool {
		return slices.ContainsFunc(only, func(o string) bool { return strings.EqualFold(o, name) })
	}) {
		return
	}
	e := Imported{
		Title: title(v.Summary, v.Description), Text: text(v.Description), Place: place(v.Location), Link: webAddress(v.URL),
		Scope: c.Scope(), Start: v.Start.UTC(), End: v.End.UTC(), AllDay: v.AllDay, Cancelled: v.Status == ical.Cancelled,
		Topics: topics(v.Categories, c.Source.Options.Topics),
	}
	if e.Title == "" {
		c.Skip(v.Line, "", fault.Invalid("title", "compose.title_missing"))
		return
	}
	if v.AllDay && !e.End.After(e.Start) {
		e.End = v.Start.AddDate(0, 0, 1).UTC()
	}
	if v.Geo != nil && geo.ValidPoint(v.Geo.Lon, v.Geo.Lat) {
		e.Point = &orb.Point{v.Geo.Lon, v.Geo.Lat}
	}
	t.locate(&e)
	if v.Rule != nil {
		e.Rule = v.Rule.String()
	}
	for _, at := range v.RDates {
		e.Extra = append(e.Extra, at.UTC())
	}
	e.Exceptions = exceptions(v, &e)
	if v.Start.Location() != c.Zone && v.Rule != nil && v.Start.Location().String() != c.Zone.String() {
		plain(&e, v, c) // the wall time of another zone: each date on its own
	}
	id := v.UID
	if !v.RecurrenceID.IsZero() {
		id += "#" + v.RecurrenceID.UTC().Format("20060102T150405Z")
	}
	record := e.event()
	if err := record.check(); err != nil {
		c.Skip(v.Line, e.Title, err)
		return
	}
	c.Add(intake.Item{ExternalID: id, Title: e.Title, Line: v.Line, Start: e.Start, End: lastEnd(&record, c), Data: e})
}

// lastEnd is the very last end of a series, far away for one without end.
func lastEnd(e *Event, c *intake.Conversion) time.Time {
	if e.Rule == "" && len(e.Extra) == 0 {
		return e.End
	}
	if e.goesOn(c.Horizon, c.Zone) {
		return c.Horizon.AddDate(100, 0, 0)
	}
	return e.last(c.Zone, c.Horizon)
}

// exceptions are EXDATE and RECURRENCE-ID as this capability keeps them. What a
// calendar changes from one date on (RANGE=THISANDFUTURE) is expanded to single
// dates up to the bound of exceptions.
func exceptions(v *ical.Event, e *Imported) []Exception {
	var out []Exception
	for _, at := range v.ExDates {
		out = append(out, Exception{Planned: at.UTC(), Removed: true})
	}
	for i := range v.Overrides {
		o := &v.Overrides[i]
		if !o.ThisAndFuture {
			out = append(out, override(o, e))
		}
	}
	if slices.ContainsFunc(v.Overrides, func(o ical.Event) bool { return o.ThisAndFuture }) {
		list, _, err := v.Occurrences(v.Start, v.Start.AddDate(20, 0, 0), maxExceptions/2)
		for _, o := range list {
			if err == nil && o.Event != nil && o.Event.ThisAndFuture {
				x := override(o.Event, e)
				x.Planned, x.Start, x.End, x.AllDay = o.ID.UTC(), o.Start.UTC(), o.End.UTC(), o.AllDay
				out = append(out, x)
			}
		}
	}
	slices.SortFunc(out, func(a, b Exception) int { return a.Planned.Compare(b.Planned) })
	out = slices.CompactFunc(out, func(a, b Exception) bool { return a.Planned.Equal(b.Planned) })
	return out[:min(len(out), maxExceptions)]
}

func override(o *ical.Event, e *Imported) Exception {
	x := Exception{
		Planned: o.RecurrenceID.UTC(), Cancelled: o.Status == ical.Cancelled,
		Start: o.Start.UTC(), End: o.End.UTC(), AllDay: o.AllDay,
	}
	if name := title(o.Summary, ""); name != e.Title {
		x.Title = name
	}
	if where := place(o.Location); where != e.Place {
		x.Place = where
	}
	if note := text(o.Description); note != e.Text {
		x.Note = richtext.Cut(richtext.Summary(note, 600), 600)
	}
	return x
}

// plain turns a series of another time zone into dates of their own, because
// the region's wall time does not repeat the same way.
func plain(e *Imported, v *ical.Event, c *intake.Conversion) {
	list, _, err := v.Occurrences(v.Start, c.Horizon, maxExceptions)
	if err != nil || len(list) == 0 {
		return
	}
	e.Rule, e.Extra, e.Exceptions = "", nil, nil
	e.Start, e.End = list[0].Start.UTC(), list[0].End.UTC()
	for _, o := range list[1:] {
		e.Extra = append(e.Extra, o.Start.UTC())
	}
}

// convertRow takes one row of a table.
func (t *Target) convertRow(c *intake.Conversion, row intake.Row) {
	name := title(row.Get("title"), "")
	start, end, allDay, err := rowTimes(row, c.Zone)
	if err != nil {
		c.Skip(row.Line, name, err)
		return
	}
	e := Imported{
		Title: name, Text: text(row.Get("text")), Place: place(row.Get("place")), Address: line(row.Get("address"), maxLine),
		Scope: c.Scope(), Start: start.UTC(), End: end.UTC(), AllDay: allDay, Costs: line(row.Get("costs"), maxLine),
		Contact: line(row.Get("contact"), maxLine), Phone: line(row.Get("phone"), 40), Mail: strings.TrimSpace(row.Get("mail")),
		Topics: topics(strings.FieldsFunc(row.Get("topics"), func(r rune) bool { return r == ',' || r == ';' }), c.Source.Options.Topics),
	}
	if link := strings.TrimSpace(row.Get("link")); link != "" {
		e.Link = typedAddress(link)
	}
	if v, ok := t.s.Places().VillageByName(row.Get("village")); ok {
		e.Scope = bulletin.Scope{MunicipalityID: v.MunicipalityID, VillageID: v.ID}
	} else if m, ok := t.s.Places().MunicipalityByName(row.Get("village")); ok {
		e.Scope = bulletin.Scope{MunicipalityID: m.ID}
	}
	t.locate(&e)
	record := e.event()
	if name == "" {
		err = fault.Invalid("title", "compose.title_missing")
	} else {
		err = record.check()
	}
	if err != nil {
		c.Skip(row.Line, name, err)
		return
	}
	id := strings.TrimSpace(row.Get("uid"))
	if id == "" { // a list without numbers: the day and the title tell its rows apart
		id = start.Format(time.DateOnly) + " " + strings.ToLower(e.Title) + " " + strings.ToLower(e.Place)
	}
	c.Add(intake.Item{ExternalID: id, Title: e.Title, Line: row.Line, Start: e.Start, End: e.End, Data: e})
}

// rowTimes reads date and times as people write them in lists.
func rowTimes(row intake.Row, zone *time.Location) (start, end time.Time, allDay bool, err error) {
	wrong := func(field, text string) error {
		return fault.Invalid(field, "events.skip_date", "text", line(text, 60))
	}
	date, failed := sheet.Date(row.Get("date"))
	if failed != nil || !date.HasDate {
		return start, end, false, wrong("date", row.Get("date"))
	}
	clock := date
	if text := strings.TrimSpace(row.Get("start")); text != "" {
		if clock, failed = sheet.Date(text); failed != nil || !clock.HasTime {
			return start, end, false, wrong("start", text)
		}
	}
	allDay = !clock.HasTime
	start = time.Date(date.Year, date.Month, date.Day, clock.Hour, clock.Minute, 0, 0, zone)
	last := date
	if text := strings.TrimSpace(row.Get("end_date")); text != "" {
		if last, failed = sheet.Date(text); failed != nil || !last.HasDate {
			return start, end, false, wrong("end_date", text)
		}
	}
	end = time.Date(last.Year, last.Month, last.Day, 0, 0, 0, 0, zone)
	until := strings.TrimSpace(row.Get("end"))
	stop := sheet.When{HasTime: clock.HasEnd, Hour: clock.EndHour, Minute: clock.EndMin}
	if until != "" {
		if stop, failed = sheet.Date(until); failed != nil {
			return start, end, false, wrong("end", until)
		}
		if stop.HasDate {
			end = time.Date(stop.Year, stop.Month, stop.Day, 0, 0, 0, 0, zone)
		}
	}
	switch {
	case allDay:
		end = end.AddDate(0, 0, 1)
	case stop.HasTime:
		end = end.Add(time.Duration(stop.Hour)*time.Hour + time.Duration(stop.Minute)*time.Minute)
		y, m, d := end.Date()
		end = time.Date(y, m, d, stop.Hour, stop.Minute, 0, 0, zone)
		if end.Before(start) && last == date {
			end = end.AddDate(0, 0, 1) // "20 bis 1 Uhr"
		}
	default:
		end = start
	}
	if end.Before(start) {
		return start, end, false, fault.Invalid("end", "bulletin.end_before_start")
	}
	return start, end, allDay, nil
}

// locate finds the village in the name of the place when the source names none.
func (t *Target) locate(e *Imported) {
	places := t.s.Places()
	if e.Point == nil && e.Scope.VillageID != "" && e.Place != "" {
		if v, ok := places.Village(e.Scope.VillageID); ok {
			e.Point = &orb.Point{v.Centre[0], v.Centre[1]}
		}
		return
	}
	if e.Point != nil && e.Scope.VillageID == "" {
		if m, v, ok := places.At(*e.Point); ok && (e.Scope.MunicipalityID == "" || e.Scope.MunicipalityID == m.ID) {
			e.Scope.MunicipalityID = m.ID
			if v != nil {
				e.Scope.VillageID = v.ID
			}
		}
		return
	}
	if e.Point != nil || e.Place == "" {
		return
	}
	words := strings.FieldsFunc(e.Place, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '(' || r == ')' })
	for i := len(words) - 1; i >= 0; i-- { // "Pfarrheim, Kirchstraße 3, 86925 Leeder": the village comes last
		v, ok := places.VillageByName(words[i])
		if ok && (e.Scope.MunicipalityID == "" || e.Scope.MunicipalityID == v.MunicipalityID) {
			e.Scope.MunicipalityID, e.Scope.VillageID = v.MunicipalityID, v.ID
			e.Point = &orb.Point{v.Centre[0], v.Centre[1]}
			return
		}
	}
}

// event is the record that stands for what was imported.
func (i *Imported) event() Event {
	e := Event{
		Common: compose.Common{
			Title: i.Title, Text: i.Text, Place: i.Place, Point: i.Point, Scope: i.Scope, Topics: slices.Clone(i.Topics),
			Audience: bulletin.Audience(i.Audience), Publisher: "import",
		},
		Details: Details{
			Start: i.Start, End: i.End, AllDay: i.AllDay, Rule: i.Rule, Extra: i.Extra, Exceptions: i.Exceptions,
			Address: i.Address, Costs: i.Costs, ContactName: i.Contact, ContactPhone: i.Phone, ContactMail: i.Mail, Link: i.Link,
		},
	}
	if i.Cancelled {
		e.Status = bulletin.Cancelled
	}
	return e
}

// Create writes a new event.
func (t *Target) Create(tx *db.Tx, s intake.Source, i intake.Item) (string, error) {
	e, err := t.record(s, i)
	if err != nil {
		return "", err
	}
	e.ID, e.CreatedAt, e.PublishAt = t.s.IDs.New(), t.s.Clock.Now(), t.s.Clock.Now()
	if s.Options.Drafts {
		e.State = compose.Waiting
	}
	return e.ID, t.s.create(tx, &e)
}

func (t *Target) record(s intake.Source, i intake.Item) (Event, error) {
	data, ok := i.Data.(Imported)
	if !ok {
		return Event{}, fault.Invalid("", "events.skip_unknown")
	}
	e := data.event()
	e.Publisher, e.State, e.UpdatedAt = s.Organisation, compose.Published, t.s.Clock.Now()
	e.Source = Source{ID: s.ID, ExternalID: i.ExternalID, Name: compose.Line(s.Name), URL: sourceURL(s.Address)}
	return e, e.check()
}

// sourceURL is shown beside what came from it, so it must not carry the secret
// that private calendar addresses have in their path or query.
func sourceURL(address string) string {
	u, err := url.Parse(webAddress(address))
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/"
}

// Update brings a record up to date. One that an editor has withdrawn here is
// left alone.
func (t *Target) Update(tx *db.Tx, s intake.Source, recordID string, i intake.Item) error {
	old, err := find(tx, recordID)
	if fault.KindOf(err) == fault.KindNotFound || (err == nil && old.State == compose.Withdrawn && old.Note != goneThere) {
		return intake.ErrLeft
	}
	if err != nil {
		return err
	}
	e, err := t.record(s, i)
	if err != nil {
		return err
	}
	e.ID, e.Version, e.Author, e.CreatedAt, e.PublishAt = old.ID, old.Version, old.Author, old.CreatedAt, old.PublishAt
	e.Plan, e.Access, e.Pictures, e.Variants, e.Sample = old.Plan, old.Access, old.Pictures, old.Variants, old.Sample
	if old.State == compose.Waiting || old.State == compose.Draft {
		e.State = old.State
	}
	if e.Status != bulletin.Cancelled && e.reschedule(&old) {
		if err := t.s.announceChange(tx, &e, time.Time{}, tellMoved, old.Start); err != nil {
			return err
		}
	}
	if e.Status == bulletin.Cancelled && old.Status != bulletin.Cancelled {
		if err := t.s.announceChange(tx, &e, time.Time{}, tellCancelled, old.Start); err != nil {
			return err
		}
	}
	return t.s.save(tx, &e)
}

// Withdraw takes back what its source no longer has.
func (t *Target) Withdraw(tx *db.Tx, _ intake.Source, recordID string) error {
	e, err := find(tx, recordID)
	if fault.KindOf(err) == fault.KindNotFound || (err == nil && e.State == compose.Withdrawn) {
		return nil
	}
	if err != nil {
		return err
	}
	if e.State != compose.Published {
		return discard(tx, &e)
	}
	e.State, e.Note, e.UpdatedAt = compose.Withdrawn, goneThere, t.s.Clock.Now()
	return t.s.save(tx, &e)
}

// What sources write into texts, made fit: they are cut rather than refused.

func line(text string, most int) string { return richtext.Cut(compose.Line(text), most) }

func title(summary, description string) string {
	if name := line(summary, bulletin.MaxTitle); name != "" {
		return name
	}
	return richtext.Summary(description, 80)
}

func place(location string) string { return line(location, 110) }

// text takes the HTML out that Google and Outlook put into descriptions.
func text(description string) string {
	if strings.Contains(description, "<") && strings.Contains(description, ">") {
		description = richtext.FromHTML(description)
	}
	description = compose.Lines(description)
	if runes := []rune(description); len(runes) > compose.MaxText {
		return string(runes[:compose.MaxText-1]) + "…"
	}
	return description
}

func topics(own, given []string) []string {
	var out []string
	for _, name := range slices.Concat(given, own) {
		if name = line(name, 40); name != "" && !slices.Contains(out, name) && len(out) < 12 {
			out = append(out, name)
		}
	}
	return out
}

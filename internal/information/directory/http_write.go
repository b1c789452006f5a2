package directory

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/information/directory/hours"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

// The buttons of the form.
const (
	actSave     = "publish"
	actUpload   = "upload" // keep a picture and go on
	actWithdraw = "withdraw"
)

// answers are what a directory entry asks beyond compose.Fields, as typed.
type answers struct {
	category, address, phone, mail, web, person, hours, hoursNote, stops, accessNote, languages string
	access                                                                                      []string
}

func readAnswers(v url.Values) answers {
	return answers{
		category: v.Get("category"), address: v.Get("address"), phone: v.Get("phone"), mail: v.Get("mail"), web: v.Get("web"),
		person: v.Get("person"), hours: v.Get("hours"), hoursNote: v.Get("hours-note"), stops: v.Get("stops"),
		accessNote: v.Get("access-note"), languages: v.Get("languages"), access: v["access"],
	}
}

// answersOf are the answers that stand for what is kept.
func (s *service) answersOf(words *i18n.Localizer, l *Listing) answers {
	a := answers{
		category: l.Category, address: l.Address, phone: l.Phone, mail: l.Mail, web: l.Web, person: l.Person,
		hoursNote: l.HoursNote, accessNote: l.AccessNote, access: l.Access, languages: strings.Join(l.Languages, ", "),
		hours: l.open().Text(wordsOf(words)), stops: s.stopLines(words, l.Stops),
	}
	if a.hours == "" {
		a.hours = l.Facts.Hours
	}
	return a
}

// facts turns answers into what is kept; faults carry the names of the fields.
func (s *service) facts(a answers) (Facts, error) {
	f := Facts{
		Category: a.category, Address: a.address, Phone: a.phone, Mail: a.mail, Web: a.web, Person: a.person,
		HoursNote: a.hoursNote, AccessNote: a.accessNote, Access: a.access, Languages: strings.Split(a.languages, ","),
	}
	var faults fault.List
	if h, err := hours.ParseText(a.hours); err != nil {
		faults.Add(hoursFault("hours", err))
	} else {
		f.Hours = h.String()
	}
	var wrong *fault.Fault
	f.Stops, wrong = s.parseStops(a.stops)
	faults.Add(wrong)
	return f, faults.Err()
}

// parseStops reads one stop a line: "Seestall, Dorfplatz: Dienstag 9:15 Uhr".
func (s *service) parseStops(text string) ([]Stop, *fault.Fault) {
	var out []Stop
	for i, line := range strings.Split(compose.Lines(text), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if len(out) == maxStops {
			return nil, fault.Invalid("stops", "directory.many", "max", maxStops)
		}
		where, when, found := strings.Cut(line, ":")
		if !found {
			return nil, fault.Invalid("stops", "directory.stop_time", "line", i+1)
		}
		name, place, _ := strings.Cut(where, ",")
		v, ok := s.Places().VillageByName(strings.TrimSpace(name))
		if !ok {
			return nil, fault.Invalid("stops", "directory.stop_village", "line", i+1, "village", compose.Line(name))
		}
		h, err := hours.ParseText(when)
		if err != nil || !h.Known() {
			return nil, fault.Invalid("stops", "directory.stop_time", "line", i+1)
		}
		out = append(out, Stop{VillageID: v.ID, Place: compose.Line(place), Hours: h.String()})
	}
	return out, nil
}

// editView is the page on which an entry is written.
type editView struct {
	compose.Form
	answers
	Listing
	action  string
	reason  string
	preview []ui.HoursRow // the hours as they were understood
	stored  *Listing      // what somebody else saved meanwhile
}

func (v editView) categoryOptions(words *i18n.Localizer) []ui.Option {
	out := []ui.Option{{Value: "", Label: words.T("directory.category_choose")}}
	for _, c := range Categories {
		out = append(out, ui.Option{Value: c.ID, Label: words.T("directory.category_" + c.ID)})
	}
	return out
}

func (v editView) accessOptions(words *i18n.Localizer) []ui.Option {
	var out []ui.Option
	for _, code := range AccessCodes {
		chosen := false
		for _, have := range v.answers.access {
			chosen = chosen || have == code
		}
		out = append(out, ui.Option{Value: code, Label: words.T("directory.access_" + code), Chosen: chosen})
	}
	return out
}

func (s *service) blank(w http.ResponseWriter, r *http.Request) error {
	var l Listing
	if p, ok := s.Bulletin.Publisher(r.URL.Query().Get("von")); ok {
		l.Publisher = p.ID
	}
	return s.show(w, r, http.StatusOK, editView{Listing: l}, s.desk.Fill(&l.Common, 0), nil)
}

// own reads an entry that the person may change; anything else is NotFound.
func (s *service) own(r *http.Request) (Listing, error) {
	l, err := s.load(r.Context(), r.PathValue("id"))
	if err == nil && !people.ActorFrom(r.Context()).Can(people.Editor, l.Publisher) {
		err = fault.NotFound()
	}
	return l, err
}

func (s *service) edit(w http.ResponseWriter, r *http.Request) error {
	l, err := s.own(r)
	if err != nil {
		return err
	}
	v := editView{Listing: l, answers: s.answersOf(i18n.From(r.Context()), &l)}
	return s.show(w, r, http.StatusOK, v, s.desk.Fill(&l.Common, l.Version), nil)
}

func (s *service) write(w http.ResponseWriter, r *http.Request) error {
	return s.take(w, r, Listing{})
}

func (s *service) rewrite(w http.ResponseWriter, r *http.Request) error {
	l, err := s.own(r)
	if err != nil {
		return err
	}
	return s.take(w, r, l)
}

// take reads the form and does what its button says.
func (s *service) take(w http.ResponseWriter, r *http.Request, before Listing) error {
	fields, err := s.desk.Read(r)
	if err != nil && fault.KindOf(err) != fault.KindInvalid {
		return err
	}
	v := editView{Listing: before, answers: readAnswers(r.PostForm), reason: compose.Line(r.PostForm.Get("reason"))}
	action := r.PostForm.Get("action")
	if action == actWithdraw && before.ID != "" {
		return s.withdraw(w, r, v, fields)
	}
	common, parsed := s.desk.Parse(r.Context(), fields)
	if parsed != nil && fault.KindOf(parsed) != fault.KindInvalid {
		return parsed
	}
	facts, wrong := s.facts(v.answers)
	faults := append(append(fault.All(err), fault.All(parsed)...), fault.All(wrong)...)
	next := before
	next.Common, next.Facts = common, facts
	if action == actUpload {
		return s.show(w, r, http.StatusOK, v, fields, faults.Err())
	}
	if len(faults) == 0 {
		faults = append(faults, fault.All(next.Check(s.Places()))...)
	}
	if err := faults.Err(); err != nil {
		return s.show(w, r, http.StatusUnprocessableEntity, v, fields, err)
	}
	if err := s.publish(r.Context(), &next, before, fields.Seen()); err != nil {
		return s.again(w, r, v, fields, err)
	}
	web.SetFlash(w, "directory.saved")
	return web.SeeOther(w, r, next.path())
}

// publish stores an entry in the name of whoever asks. Errors: Forbidden,
// Invalid (see compose.Findings), Conflict when somebody else was faster.
func (s *service) publish(ctx context.Context, l *Listing, before Listing, seen int64) error {
	actor, now := people.ActorFrom(ctx), s.Clock.Now()
	role := compose.RoleIn(actor, l.Publisher)
	if before.ID != "" {
		role = compose.RoleIn(actor, l.Publisher, before.Publisher)
	}
	if !role.AtLeast(people.Editor) {
		return fault.New(fault.KindForbidden, "compose.editor_needed")
	}
	if before.State == compose.Withdrawn {
		return fault.Conflict("compose.state_withdrawn")
	}
	if err := compose.Blocked(compose.Findings(ctx, &l.Common, compose.Rules{TextOptional: true})); err != nil {
		return err
	}
	l.State, l.UpdatedAt, l.Auto, l.Audience = compose.Published, now, false, bulletin.ForPublic
	l.Main = l.Main && l.Publisher == before.Publisher // the page of one organisation does not become another's
	if l.PublishAt = before.PublishAt; l.PublishAt.IsZero() {
		l.PublishAt = now
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		stored := *l
		if before.ID == "" {
			stored.ID, stored.CreatedAt, stored.Author = s.IDs.New(), now, actor.AccountID
			err := s.create(tx, &stored)
			l.ID, l.Version = stored.ID, 1
			return err
		}
		stored.Version = seen
		err := s.save(tx, &stored)
		l.Version = stored.Version
		return err
	})
}

func (s *service) withdraw(w http.ResponseWriter, r *http.Request, v editView, fields compose.Fields) error {
	err := s.takeBack(r.Context(), v.Listing, v.reason, fields.Seen())
	if err != nil {
		return s.again(w, r, v, fields, err)
	}
	web.SetFlash(w, "directory.withdrawn")
	return web.SeeOther(w, r, listPath)
}

// takeBack withdraws an entry. The page of an organisation stays as long as the
// organisation does.
func (s *service) takeBack(ctx context.Context, l Listing, reason string, seen int64) error {
	switch {
	case !people.ActorFrom(ctx).Can(people.Editor, l.Publisher):
		return fault.Forbidden()
	case l.Main:
		return fault.Conflict("directory.main_stays")
	case l.State == compose.Withdrawn:
		return fault.Conflict("compose.state_withdrawn")
	}
	if len(reason) > compose.MaxReason {
		return fault.Invalid("reason", "compose.long", "max", compose.MaxReason, "n", len(reason))
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		stored := l
		stored.State, stored.Note, stored.UpdatedAt, stored.Version = compose.Withdrawn, reason, s.Clock.Now(), seen
		return s.save(tx, &stored)
	})
}

// again shows the form after a fault; when somebody else was faster, beside
// what that person saved.
func (s *service) again(w http.ResponseWriter, r *http.Request, v editView, fields compose.Fields, err error) error {
	all := fault.All(err)
	if len(all) == 0 || all[0].Kind == fault.KindNotFound {
		return err
	}
	if all[0].Key == compose.ErrOvertaken().Key {
		stored, gone := s.load(r.Context(), v.ID)
		if gone != nil {
			return gone
		}
		v.stored = &stored
		fields.Version = strconv.FormatInt(stored.Version, 10)
	}
	return s.show(w, r, web.Status(err), v, fields, err)
}

func (s *service) show(w http.ResponseWriter, r *http.Request, status int, v editView, fields compose.Fields, err error) error {
	ctx, words := r.Context(), i18n.From(r.Context())
	var failed error
	if v.Form, failed = s.desk.Form(ctx, fields, err); failed != nil {
		return failed
	}
	v.Publishers = editing(v.Publishers)
	if len(v.Publishers) == 0 {
		return fault.Forbidden()
	}
	if v.action = writePath; v.ID != "" {
		v.action = v.path() + "/bearbeiten"
	}
	if h, err := hours.ParseText(v.answers.hours); err == nil && h.Known() && !h.Always() {
		c := s.clocks()
		for _, d := range h.Week(c.now, c.of(&v.Listing)) {
			v.preview = append(v.preview, hoursRow(words, d, words.Date(d.Date, i18n.DateShort)))
		}
	}
	title := words.T("directory.write")
	if v.ID != "" {
		title = words.T("directory.edit")
	}
	if err != nil {
		title = words.T("directory.error_title") + " " + title
	}
	return ui.Render(w, r, status, ui.Page{Title: title, NoIndex: true, Wide: true, Active: "verzeichnis"}, editPage(v))
}

// editing keeps those for whom the person publishes.
func editing(speakers []compose.Speaker) []compose.Speaker {
	var out []compose.Speaker
	for _, s := range speakers {
		if s.Publishes {
			out = append(out, s)
		}
	}
	return out
}

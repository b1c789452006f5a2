package events

import (
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/sheet"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

// maxRegistrationBody is how much a registration may bring, in bytes.
const maxRegistrationBody = 32 << 10

// honeypot is a field that people do not see and machines fill in.
const honeypot = "website"

// registrationForm is a registration as it was typed.
type registrationForm struct {
	name, email, phone, guests, message, am string
	faults                                  fault.List
}

func (f *registrationForm) err(l *i18n.Localizer, field string) string {
	for _, one := range f.faults {
		if one.Field == field {
			return l.T(one.Key, one.Args...)
		}
	}
	return ""
}

func (f *registrationForm) summary(l *i18n.Localizer) []ui.FieldError {
	var out []ui.FieldError
	for _, one := range f.faults {
		out = append(out, ui.FieldError{ID: one.Field, Text: l.T(one.Key, one.Args...)})
	}
	return out
}

func typedRegistration(r *http.Request) (*registrationForm, error) {
	if err := r.ParseForm(); err != nil {
		return nil, fault.New(fault.KindInvalid, "compose.form_broken").Because(err)
	}
	f := r.PostForm
	return &registrationForm{
		name: f.Get("name"), email: f.Get("email"), phone: f.Get("phone"), guests: f.Get("guests"), message: f.Get("message"), am: f.Get("am"),
	}, nil
}

func (f *registrationForm) registration() Registration {
	guests := 1
	if text := strings.TrimSpace(f.guests); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			n = 0 // check says so
		}
		guests = n
	}
	return Registration{Name: f.name, Email: f.email, Phone: f.phone, Message: f.message, Guests: guests}
}

// signUp is what the page of an event says about registering.
type signUp struct {
	form    *registrationForm
	open    bool
	closed  string // why one cannot register
	seats   string // how many are free
	waits   bool   // one would come onto the waiting list
	until   string
	most    int
	action  string
	am      string
	percent int // of the seats taken, 0 without limit
}

func (s *service) signUpView(r *http.Request, e *Event, d Date, form *registrationForm) (*signUp, error) {
	if e.Plan == nil {
		return nil, nil
	}
	ctx, l, zone := r.Context(), i18n.From(r.Context()), s.Places().Location()
	v := &signUp{form: form, most: e.Plan.most(), action: e.path() + "/anmelden", until: l.Date(e.Plan.until(e, d), i18n.DateTime)}
	if form == nil {
		v.form = &registrationForm{}
	}
	if e.Rule != "" && e.Plan.EachDate {
		v.am = amOf(d, zone)
	}
	if err := s.admissible(e, d); err != nil {
		v.closed = l.T(fault.All(err)[0].Key, fault.All(err)[0].Args...)
		return v, nil
	}
	var taken int
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		taken, _, err = countedSeats(tx, e.ID, s.occurrenceKey(e, d))
		return err
	})
	if err != nil {
		return nil, err
	}
	free := e.Plan.free(taken)
	switch {
	case free < 0:
		v.open = true
	case free > 0:
		v.open, v.seats = true, l.N("events.seats_free", free, "all", e.Plan.Capacity)
	case e.Plan.NoWaiting:
		v.closed = l.T("events.full")
	default:
		v.open, v.waits, v.seats = true, true, l.T("events.seats_waiting", "all", e.Plan.Capacity)
	}
	if e.Plan.Capacity > 0 {
		v.percent = min(100, 100*taken/e.Plan.Capacity)
	}
	return v, nil
}

// takeRegistration takes what somebody typed. A machine that fills the hidden
// field is told nothing new and nothing is kept.
func (s *service) takeRegistration(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form, err := typedRegistration(r)
	if err != nil {
		return err
	}
	e, entry, err := s.read(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	if r.PostForm.Get(honeypot) != "" {
		return web.SeeOther(w, r, e.path())
	}
	zone := s.Places().Location()
	d, err := s.chooseDate(&e, form.am, zone, s.Clock.Now())
	if err != nil {
		return err
	}
	g := form.registration()
	token := ""
	if g.Email != "" && s.People != nil {
		err = s.People.Letter(r, "registration", strings.ToLower(g.Email))
	}
	if err == nil {
		token, err = s.register(ctx, &e, d, &g, s.bucket(r))
	}
	if all := fault.All(err); len(all) > 0 && fault.KindOf(err) != fault.KindNotFound {
		form.faults = all
		return s.showPage(w, r, web.Status(err), e, &entry, form)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, linkPath(token))
}

// bucket hides the address behind a hash that changes with the day, so that
// the table of attempts is no log of who was where.
func (s *service) bucket(r *http.Request) string {
	address := ""
	if s.People != nil {
		address = s.People.Household(r)
	} else if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		address = host
	}
	sum := sha256.Sum256([]byte("event pace\x00" + s.Clock.Now().Format(time.DateOnly) + "\x00" + address))
	return hex.EncodeToString(sum[:16])
}

// personalView is the page behind a personal link.
type personalView struct {
	Registration
	event    Event
	when     string
	place    string
	link     string
	absolute string
	form     *registrationForm
	most     int
	ahead    int // people waiting in front
	over     bool
	cancels  bool // the event itself is cancelled
	contact  Details
}

func (s *service) personal(w http.ResponseWriter, r *http.Request) error {
	return s.showPersonal(w, r, http.StatusOK, nil)
}

func (s *service) showPersonal(w http.ResponseWriter, r *http.Request, status int, form *registrationForm) error {
	ctx := r.Context()
	token := r.PathValue("token")
	v := personalView{link: linkPath(token), absolute: s.BaseURL(r.Host) + linkPath(token), form: form}
	err := s.DB.View(ctx, func(tx *db.Tx) error {
		var err error
		if v.Registration, err = registrationBy(tx, token); err != nil {
			return err
		}
		if v.event, err = find(tx, v.EventID); err != nil {
			return err
		}
		list, err := db.All(tx, listRegistrations, scanRegistration, v.EventID, db.Micros(v.Occurrence))
		v.ahead = ahead(list, v.ID)
		return err
	})
	if err != nil {
		return err
	}
	l := i18n.From(ctx)
	d := s.dateOf(&v.event, &v.Registration)
	v.when, v.place, v.contact, v.most = bulletin.When(l, d.Start, d.End, d.AllDay), v.event.Place, v.event.Details, 1
	if v.event.Plan != nil {
		v.most = v.event.Plan.most()
	}
	v.over = !s.Clock.Now().Before(d.Start)
	v.cancels = d.Status == bulletin.Cancelled || v.event.State == compose.Withdrawn
	if form == nil {
		v.form = &registrationForm{name: v.Name, phone: v.Phone, guests: strconv.Itoa(v.Guests), message: v.Message}
	}
	w.Header().Set("Cache-Control", "no-store")
	return ui.Render(w, r, status, ui.Page{Title: l.T("events.personal_title", "title", v.event.Title), NoIndex: true}, personalPage(v))
}

func ahead(list []Registration, id string) (n int) {
	for i := range list {
		if list[i].ID == id {
			return n
		}
		if list[i].Standing == Waiting {
			n++
		}
	}
	return n
}

// changePersonal cancels or changes what the link leads to.
func (s *service) changePersonal(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form, err := typedRegistration(r)
	if err != nil {
		return err
	}
	token := r.PathValue("token")
	var g Registration
	if err := s.DB.View(ctx, func(tx *db.Tx) error { g, err = registrationBy(tx, token); return err }); err != nil {
		return err
	}
	if r.PostForm.Get("action") == "cancel" {
		_, err = s.cancelRegistration(ctx, g.EventID, g.ID)
	} else {
		_, err = s.alter(ctx, g.EventID, g.ID, s.changeTo(form))
	}
	if all := fault.All(err); len(all) > 0 && fault.KindOf(err) != fault.KindNotFound {
		form.faults = all
		return s.showPersonal(w, r, web.Status(err), form)
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, "events.registration_saved")
	return web.SeeOther(w, r, linkPath(token))
}

// changeTo takes over what a person may change: not the address, which would
// let a link be handed on.
func (s *service) changeTo(form *registrationForm) func(e *Event, g *Registration) error {
	return func(e *Event, g *Registration) error {
		if g.Standing == Cancelled || e.Plan == nil {
			return fault.Conflict("events.registration_over")
		}
		if !s.Clock.Now().Before(s.dateOf(e, g).Start) {
			return fault.Conflict("events.too_late")
		}
		typed := form.registration()
		g.Name, g.Message, g.Guests = typed.Name, typed.Message, typed.Guests
		if typed.Phone != "" || g.Email != "" {
			g.Phone = typed.Phone
		}
		return g.check(e.Plan)
	}
}

// attendView is the organiser's list.
type attendView struct {
	event          Event
	when           string
	am             string
	dates          []dateLink
	list           []Registration
	taken, waiting int
}

// attendees reads the list for the date of the address.
func (s *service) attendees(r *http.Request) (v attendView, d Date, err error) {
	if v.event, err = s.own(r); err != nil {
		return v, d, err
	}
	zone := s.Places().Location()
	if v.event.State != compose.Published && v.event.State != compose.Withdrawn {
		return v, d, fault.NotFound()
	}
	if d, err = s.chooseDate(&v.event, r.URL.Query().Get("am"), zone, s.Clock.Now()); err != nil {
		return v, d, err
	}
	l := i18n.From(r.Context())
	v.when, v.am = bulletin.When(l, d.Start, d.End, d.AllDay), amOf(d, zone)
	err = s.DB.View(r.Context(), func(tx *db.Tx) error {
		v.list, err = db.All(tx, listRegistrations, scanRegistration, v.event.ID, db.Micros(s.occurrenceKey(&v.event, d)))
		return err
	})
	v.taken, v.waiting = seats(v.list)
	return v, d, err
}

func (s *service) attendance(w http.ResponseWriter, r *http.Request) error {
	v, d, err := s.attendees(r)
	if err != nil {
		return err
	}
	l := i18n.From(r.Context())
	if v.event.Plan != nil && v.event.Plan.EachDate {
		if v.dates, err = s.furtherDates(l, &v.event, d, s.Places().Location(), s.Clock.Now()); err != nil {
			return err
		}
		for i := range v.dates {
			v.dates[i].URL = strings.Replace(v.dates[i].URL, "?am=", "/anmeldungen?am=", 1)
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	return ui.Render(w, r, http.StatusOK, ui.Page{Title: l.T("events.attendance_title", "title", v.event.Title), NoIndex: true, Active: "schreiben"}, attendancePage(v))
}

// attendanceSheet is the list as a table; cells that a spreadsheet would
// evaluate are disarmed by the writer.
func (s *service) attendanceSheet(w http.ResponseWriter, r *http.Request) error {
	v, _, err := s.attendees(r)
	if err != nil {
		return err
	}
	l := i18n.From(r.Context())
	header := []string{l.T("events.name"), l.T("events.email"), l.T("events.phone"), l.T("events.guests"), l.T("events.standing"), l.T("events.message"), l.T("events.registered_at")}
	rows := make([][]string, 0, len(v.list))
	for _, g := range v.list {
		rows = append(rows, []string{
			g.Name, g.Email, g.Phone, strconv.Itoa(g.Guests), l.T("events.standing_" + string(g.Standing)), g.Message,
			g.Created.In(l.Zone).Format("02.01.2006 15:04"),
		})
	}
	var b strings.Builder
	if err := sheet.Write(&b, header, rows); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", `attachment; filename="anmeldungen.csv"`)
	return web.WriteBody(w, r, http.StatusOK, "text/csv; charset=utf-8", []byte(b.String()))
}

// dropRegistration lets the organiser cancel for somebody who called.
func (s *service) dropRegistration(w http.ResponseWriter, r *http.Request) error {
	e, err := s.own(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.KindInvalid, "compose.form_broken").Because(err)
	}
	_, err = s.cancelRegistration(r.Context(), e.ID, r.PostForm.Get("id"))
	if err != nil {
		return err
	}
	web.SetFlash(w, "events.registration_saved")
	target := e.path() + "/anmeldungen"
	if day, err := time.Parse(time.DateOnly, r.PostForm.Get("am")); err == nil {
		target += "?am=" + day.Format(time.DateOnly)
	}
	return web.SeeOther(w, r, target)
}

package events

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

// The buttons of the form that are no action of the rules.
const (
	check  = "check"  // check and preview
	upload = "upload" // keep a picture or file and go on writing
)

// editView is the page on which an event is written.
type editView struct {
	compose.Form
	Event
	fields     fields
	shown      compose.State
	action     string // address of the form
	reason     string
	correction string
	stored     *Event // what somebody else saved meanwhile
	collisions []Collision
	asks       bool // "publish anyway" has to be confirmed
	side       templ.Component
	canPublish bool
}

// blank shows an empty form; "von" chooses the publisher, "am" the day.
func (s *service) blank(w http.ResponseWriter, r *http.Request) error {
	var e Event
	if p, ok := s.Bulletin.Publisher(r.URL.Query().Get("von")); ok {
		e.Publisher = p.ID
	}
	f := s.fields(&e)
	if day, err := time.Parse(time.DateOnly, r.URL.Query().Get("am")); err == nil {
		f.StartDate = day.Format(time.DateOnly)
	}
	return s.show(w, r, http.StatusOK, editView{Event: e}, f, nil)
}

// own reads an event for which the person may write; anything else is NotFound,
// so that drafts cannot be guessed.
func (s *service) own(r *http.Request) (Event, error) {
	e, err := s.load(r.Context(), r.PathValue("id"))
	if err != nil {
		return e, err
	}
	if !people.ActorFrom(r.Context()).Can(people.Author, e.Publisher) {
		return Event{}, fault.NotFound()
	}
	return e, nil
}

func (s *service) edit(w http.ResponseWriter, r *http.Request) error {
	e, err := s.own(r)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, editView{Event: e}, s.fields(&e), nil)
}

func (s *service) begin(w http.ResponseWriter, r *http.Request) error {
	return s.take(w, r, Event{})
}

func (s *service) rewrite(w http.ResponseWriter, r *http.Request) error {
	e, err := s.own(r)
	if err != nil {
		return err
	}
	return s.take(w, r, e)
}

// take reads the form and does what its button says. Whatever goes wrong, the
// form comes back with everything that was typed.
func (s *service) take(w http.ResponseWriter, r *http.Request, old Event) error {
	ctx := r.Context()
	common, err := s.desk.Read(r)
	if err != nil && !aboutFields(err) {
		return err
	}
	f := values(common, r.PostForm)
	v := editView{Event: old, reason: r.PostForm.Get("reason"), correction: r.PostForm.Get("correction")}
	action := compose.Action(r.PostForm.Get("action"))
	if action == compose.Withdraw || action == compose.Return || action == compose.Discard {
		return s.judge(w, r, v, action, f)
	}
	next, parsed := s.parse(ctx, f, &old)
	if parsed != nil && !aboutFields(parsed) {
		return parsed
	}
	if err = fault.Together(err, parsed); err != nil {
		return s.show(w, r, http.StatusUnprocessableEntity, v, f, err)
	}
	v.Event = next
	if action == check || action == upload {
		if v.collisions, err = s.collisions(ctx, &next); err != nil {
			return err
		}
		again := s.fields(&next)
		again.Version = f.Version
		return s.show(w, r, http.StatusOK, v, again, nil)
	}
	asks, err := s.mustAsk(ctx, &v, &old, action, r.PostForm.Get("seen"))
	if err != nil {
		return err
	}
	if asks {
		v.asks = true
		return s.show(w, r, http.StatusOK, v, f, nil)
	}
	if err := s.store(ctx, &v, action, &old, f.Fields.Seen()); err != nil {
		return s.again(w, r, v, f, err)
	}
	return s.done(w, r, &v.Event)
}

// mustAsk reports whether the person has to be told what else is on before the
// step is taken: when something new collides that was not shown yet.
func (s *service) mustAsk(ctx context.Context, v *editView, old *Event, action compose.Action, seen string) (bool, error) {
	if action != compose.Publish && action != compose.Submit {
		return false, nil
	}
	if old.State == compose.Published && v.Start.Equal(old.Start) && v.End.Equal(old.End) && v.Rule == old.Rule {
		return false, nil // it stays where it is
	}
	var err error
	v.collisions, err = s.collisions(ctx, &v.Event)
	return err == nil && len(v.collisions) > 0 && digest(v.collisions) != seen, err
}

// store takes the step and writes the record.
func (s *service) store(ctx context.Context, v *editView, action compose.Action, old *Event, seen int64) error {
	actor, now := people.ActorFrom(ctx), s.Clock.Now()
	role := compose.RoleIn(actor, v.Event.Publisher)
	if old.Publisher != "" {
		role = compose.RoleIn(actor, v.Event.Publisher, old.Publisher)
	}
	next := v.Event
	if err := next.apply(change{action: action, reason: v.reason, correction: v.correction, now: now}, role); err != nil {
		return err
	}
	if next.State == compose.Published {
		if err := compose.Blocked(compose.Findings(ctx, &next.Common, rules)); err != nil {
			return err
		}
	}
	if old.ID == "" {
		next.ID, next.CreatedAt, next.Author = s.IDs.New(), now, actor.AccountID
	}
	moved := next.reschedule(old)
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		stored := next
		if old.ID == "" {
			v.Event = stored
			return s.create(tx, &v.Event)
		}
		stored.Version = seen
		v.Event = stored
		return s.saveAndTell(tx, &v.Event, old, moved)
	})
	if err != nil && old.ID == "" {
		v.ID, v.State, v.Event.Version = "", compose.New, 0 // nothing was stored
	}
	return err
}

// saveAndTell saves a change, lets the waiting list follow a changed plan and
// tells those registered what they must know.
func (s *service) saveAndTell(tx *db.Tx, e, old *Event, moved bool) error {
	if err := s.save(tx, e); err != nil {
		return err
	}
	if err := s.seatsChanged(tx, e); err != nil {
		return err
	}
	switch {
	case e.Status == bulletin.Cancelled && old.Status != bulletin.Cancelled:
		return s.announceChange(tx, e, time.Time{}, tellCancelled, old.Start)
	case moved:
		return s.announceChange(tx, e, time.Time{}, tellMoved, old.Start)
	}
	return nil
}

// judge sends back, withdraws or throws away what is stored, without touching
// its text.
func (s *service) judge(w http.ResponseWriter, r *http.Request, v editView, action compose.Action, f fields) error {
	ctx := r.Context()
	role := compose.RoleIn(people.ActorFrom(ctx), v.Event.Publisher)
	next := v.Event
	err := next.apply(change{action: action, reason: v.reason, now: s.Clock.Now()}, role)
	if err == nil {
		next.Version = f.Fields.Seen()
		err = s.DB.Update(ctx, func(tx *db.Tx) error {
			stored := next
			if stored.State == compose.Gone {
				return discard(tx, &stored)
			}
			if err := s.save(tx, &stored); err != nil {
				return err
			}
			if stored.State == compose.Withdrawn && stored.End.After(s.Clock.Now()) {
				return s.announceChange(tx, &stored, time.Time{}, tellCancelled, stored.Start)
			}
			return nil
		})
	}
	if err != nil {
		return s.again(w, r, v, f, err)
	}
	return s.done(w, r, &next)
}

// again shows the form after a fault; when somebody else was faster, beside
// what that person saved.
func (s *service) again(w http.ResponseWriter, r *http.Request, v editView, f fields, err error) error {
	status := web.Status(err)
	if len(fault.All(err)) == 0 || status == http.StatusNotFound {
		return err
	}
	if fault.All(err)[0].Key == compose.ErrOvertaken().Key {
		stored, gone := s.load(r.Context(), v.ID)
		if gone != nil {
			return gone
		}
		v.stored = &stored
		v.State, v.Note = stored.State, stored.Note
		f.Version = strconv.FormatInt(stored.Version, 10)
	}
	return s.show(w, r, status, v, f, err)
}

func (s *service) done(w http.ResponseWriter, r *http.Request, e *Event) error {
	state := e.Shown(&e.Common, s.Clock.Now())
	web.SetFlash(w, "events.done_"+string(state))
	switch state {
	case compose.Published:
		return web.SeeOther(w, r, e.path())
	case compose.Gone, compose.Withdrawn, compose.Expired:
		return web.SeeOther(w, r, "/schreiben")
	}
	return web.SeeOther(w, r, e.path()+"/bearbeiten")
}

// show renders the form.
func (s *service) show(w http.ResponseWriter, r *http.Request, status int, v editView, f fields, err error) error {
	ctx := r.Context()
	var failed error
	if v.Form, failed = s.desk.Form(ctx, f.Fields, err); failed != nil {
		return failed
	}
	if len(v.Publishers) == 0 {
		return fault.Forbidden()
	}
	v.fields = f
	v.action = writePath
	if v.ID != "" {
		v.action = v.path() + "/bearbeiten"
	}
	v.shown = v.Shown(&v.Common, s.Clock.Now())
	v.canPublish = v.MayPublish()
	typed := v.Event
	if err != nil { // show the checks of what was typed, not of what is stored
		typed, _ = s.parse(ctx, f, &v.Event)
	}
	if typed.Publisher == "" { // the form names one already
		typed.Publisher = v.Form.Publisher
	}
	v.side = s.side(ctx, typed, v.collisions)
	title := editTitle(ctx, v)
	if err != nil {
		title = i18n.T(ctx, "events.error_title") + " " + title
	}
	return ui.Render(w, r, status, ui.Page{Title: title, NoIndex: true, Wide: true, Active: "schreiben"}, editPage(v))
}

// live answers with checks, collisions and preview while somebody writes.
func (s *service) live(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	common, err := s.desk.Read(r)
	if err != nil {
		return err
	}
	e, err := s.parse(ctx, values(common, r.PostForm), &Event{ID: r.URL.Query().Get("id")})
	if err != nil && !aboutFields(err) {
		return err
	}
	var found []Collision
	if err == nil {
		if found, err = s.collisions(ctx, &e); err != nil {
			return err
		}
	}
	b := templ.GetBuffer()
	defer templ.ReleaseBuffer(b)
	if err := s.side(ctx, e, found).Render(ctx, b); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.WriteBody(w, r, http.StatusOK, "text/html; charset=utf-8", b.Bytes())
}

// side is what stands beside the form: checks, what else is on, and how it
// will look.
func (s *service) side(ctx context.Context, e Event, found []Collision) templ.Component {
	if e.ID == "" {
		e.ID = "vorschau"
	}
	if e.PublishAt.IsZero() {
		e.PublishAt = s.Clock.Now()
	}
	findings := compose.Findings(ctx, &e.Common, rules)
	e.Title = compose.Untitled(ctx, e.Title)
	return sideView(findings, found, s.Bulletin.Previews(ctx, e.entry(nil)))
}

// aboutFields reports whether err only says what is wrong in the form.
func aboutFields(err error) bool { return fault.KindOf(err) == fault.KindInvalid }

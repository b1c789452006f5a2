package events

import (
	"context"
	"net/http"
	"strings"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

// How far a change of one date of a series reaches.
const (
	reachThis      = "this"
	reachFollowing = "following"
	reachAll       = "all"
)

// What happens to a date.
const (
	dateCancel  = "cancel"
	dateMove    = "move"
	dateText    = "text"
	dateRestore = "restore"
)

// dateForm is a change of a date as it was typed.
type dateForm struct {
	am, what, reach, reason                string
	startDate, startTime, endDate, endTime string
	title, note, place, version            string
	faults                                 fault.List
}

// dateView is the page on which one date is changed.
type dateView struct {
	event  Event
	date   Date
	when   string
	form   dateForm
	series bool
}

// editDate shows one date of an event with what can be done about it.
func (s *service) editDate(w http.ResponseWriter, r *http.Request) error {
	e, err := s.own(r)
	if err != nil {
		return err
	}
	zone := s.Places().Location()
	d, err := s.chooseDate(&e, r.URL.Query().Get("am"), zone, s.Clock.Now())
	if err != nil {
		return err
	}
	f := dateForm{am: amOf(d, zone), what: dateCancel, reach: reachThis}
	f.startDate, f.startTime = dateAndTime(d.Start, zone)
	if !d.AllDay && d.End.After(d.Start) {
		f.endDate, f.endTime = dateAndTime(d.End, zone)
		if f.endDate == f.startDate {
			f.endDate = ""
		}
	}
	if x := d.Exception; x != nil {
		f.title, f.note, f.place, f.reason = x.Title, x.Note, x.Place, x.Reason
	}
	return s.showDate(w, r, http.StatusOK, e, d, f)
}

func (s *service) showDate(w http.ResponseWriter, r *http.Request, status int, e Event, d Date, f dateForm) error {
	l := i18n.From(r.Context())
	v := dateView{event: e, date: d, form: f, series: e.Rule != "" || len(e.Extra) > 0, when: bulletin.When(l, d.Start, d.End, d.AllDay)}
	title := l.T("events.date_title", "title", e.Title)
	if len(f.faults) > 0 {
		title = l.T("events.error_title") + " " + title
	}
	return ui.Render(w, r, status, ui.Page{Title: title, NoIndex: true, Active: "schreiben"}, datePage(v))
}

// changeDate does what was chosen and tells those registered.
func (s *service) changeDate(w http.ResponseWriter, r *http.Request) error {
	e, err := s.own(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.KindInvalid, "compose.form_broken").Because(err)
	}
	p := r.PostForm
	f := dateForm{
		am: p.Get("am"), what: p.Get("what"), reach: p.Get("reach"), reason: compose.Line(p.Get("reason")),
		startDate: p.Get("start-date"), startTime: p.Get("start-time"), endDate: p.Get("end-date"), endTime: p.Get("end-time"),
		title: compose.Line(p.Get("title")), note: compose.Lines(p.Get("note")), place: compose.Line(p.Get("place")), version: p.Get("version"),
	}
	d, err := s.chooseDate(&e, f.am, s.Places().Location(), s.Clock.Now())
	if err != nil {
		return err
	}
	goal, err := s.applyDate(r.Context(), e, d, f)
	if all := fault.All(err); len(all) > 0 && fault.KindOf(err) != fault.KindNotFound && fault.KindOf(err) != fault.KindForbidden {
		f.faults = all
		return s.showDate(w, r, web.Status(err), e, d, f)
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, "events.date_saved")
	return web.SeeOther(w, r, goal)
}

// applyDate changes this date, this and the following, or all. It returns
// where to go afterwards.
func (s *service) applyDate(ctx context.Context, e Event, d Date, f dateForm) (string, error) {
	old := e
	next, err := compose.Next(e.State, compose.Publish, people.ActorFrom(ctx).Role(e.Publisher))
	if err != nil {
		return "", err
	}
	if e.State != compose.Published || next != compose.Published {
		return "", fault.Conflict("compose.state_" + string(e.State))
	}
	if err := f.check(); err != nil {
		return "", err
	}
	if e.Rule == "" && len(e.Extra) == 0 {
		f.reach = reachAll
	}
	e.Version = compose.Fields{Version: f.version}.Seen()
	e.UpdatedAt = s.Clock.Now()
	zone := s.Places().Location()
	start, end, err := f.times(d, zone)
	if err != nil {
		return "", err
	}
	switch {
	case f.reach == reachAll || (f.reach == reachFollowing && !d.Planned.After(e.Start)):
		return e.path(), s.changeAll(ctx, &e, &old, d, f, start, end)
	case f.reach == reachFollowing:
		return s.changeFollowing(ctx, &e, d, f, start, end)
	}
	x := Exception{Planned: d.Planned, Title: f.title, Note: f.note, Place: f.place, Reason: f.reason}
	if d.Exception != nil { // a second change keeps the first
		x = *d.Exception
		x.Removed = false
	}
	tell := f.change(&x, d, start, end)
	if err := e.except(x); err != nil {
		return "", err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		stored := e
		if err := s.save(tx, &stored); err != nil {
			return err
		}
		if tell == "" {
			return nil
		}
		return s.announceChange(tx, &stored, d.Planned, tell, d.Start)
	})
	return e.path() + "?am=" + amOf(d, zone), err
}

func (f *dateForm) check() error {
	switch f.what {
	case dateCancel, dateMove, dateText, dateRestore:
	default:
		return fault.Invalid("what", "events.what_unknown")
	}
	switch f.reach {
	case reachThis, reachFollowing, reachAll, "":
	default:
		return fault.Invalid("reach", "events.what_unknown")
	}
	var faults fault.List
	for _, line := range []struct {
		field, text string
		most        int
	}{{"reason", f.reason, maxLine}, {"title", f.title, bulletin.MaxTitle}, {"place", f.place, 110}, {"note", f.note, 2000}} {
		if n := len([]rune(line.text)); n > line.most {
			faults.Add(fault.Invalid(line.field, "compose.long", "max", line.most, "n", n))
		}
	}
	return faults.Err()
}

// times are the new start and end of a move; without an end the length stays.
func (f *dateForm) times(d Date, zone *time.Location) (start, end time.Time, err error) {
	if f.what != dateMove {
		return d.Start, d.End, nil
	}
	var faults fault.List
	clock := f.startTime
	if d.AllDay {
		clock = "00:00"
	}
	start, ok := moment(f.startDate, clock, "start-date", zone, &faults)
	if !ok {
		return start, end, faults.Err()
	}
	end = plusWall(start, d.End.Sub(d.Start), d.AllDay)
	if !d.AllDay && strings.TrimSpace(f.endTime) != "" {
		day := f.endDate
		if strings.TrimSpace(day) == "" {
			day = f.startDate
		}
		if end, ok = moment(day, f.endTime, "end-date", zone, &faults); !ok {
			return start, end, faults.Err()
		}
		if end.Before(start) && f.endDate == "" {
			end = end.AddDate(0, 0, 1)
		}
	}
	if end.Before(start) {
		return start, end, fault.Invalid("end-date", "bulletin.end_before_start")
	}
	return start.UTC(), end.UTC(), nil
}

// change writes the wish into an exception and says what people are told.
func (f *dateForm) change(x *Exception, d Date, start, end time.Time) (tell string) {
	x.Reason = f.reason
	switch f.what {
	case dateCancel:
		x.Cancelled = true
		return tellCancelled
	case dateRestore:
		x.Cancelled, x.Start, x.End = false, time.Time{}, time.Time{}
	case dateMove:
		x.Cancelled, x.Start, x.End, x.AllDay = false, start, end, d.AllDay
		return tellMoved
	case dateText:
		x.Title, x.Note, x.Place = f.title, f.note, f.place
	}
	return ""
}

// changeAll changes the whole event.
func (s *service) changeAll(ctx context.Context, e, old *Event, d Date, f dateForm, start, end time.Time) error {
	e.Reason = f.reason
	moved := false
	switch f.what {
	case dateCancel:
		e.Status = bulletin.Cancelled
	case dateRestore:
		e.Status = bulletin.Active
	case dateMove:
		first := start
		if e.Rule != "" && d.Planned.After(e.Start) {
			return fault.Invalid("reach", "events.move_all")
		}
		if err := e.shift(first, end, s.Places().Location()); err != nil {
			return err
		}
		moved = e.reschedule(old)
	case dateText:
		return fault.Invalid("reach", "events.text_all")
	}
	if err := e.check(); err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		stored := *e
		return s.saveAndTell(tx, &stored, old, moved)
	})
}

// changeFollowing ends the series before the date; what follows becomes a
// series of its own, with the registrations for its dates. Cancelled, nothing
// follows.
func (s *service) changeFollowing(ctx context.Context, e *Event, d Date, f dateForm, start, end time.Time) (string, error) {
	zone := s.Places().Location()
	rest, err := e.split(d.Planned, zone)
	if err != nil {
		return "", err
	}
	goal := e.path()
	if f.what != dateCancel {
		rest.ID, rest.CreatedAt, rest.Version = s.IDs.New(), s.Clock.Now(), 0
		goal = rest.path()
	}
	switch f.what {
	case dateRestore:
		return "", fault.Invalid("reach", "events.restore_this")
	case dateMove:
		if err := rest.shift(start, end, zone); err != nil {
			return "", err
		}
	case dateText:
		if f.title != "" {
			rest.Title = f.title
		}
		if f.place != "" {
			rest.Place = f.place
		}
		if f.note != "" {
			rest.Text = f.note
		}
	}
	if err := rest.check(); err != nil {
		return "", err
	}
	return goal, s.DB.Update(ctx, func(tx *db.Tx) error {
		ended, following := *e, rest
		if f.what == dateCancel {
			if err := s.tellRest(tx, &ended, d.Planned); err != nil {
				return err
			}
			return s.save(tx, &ended)
		}
		if err := s.save(tx, &ended); err != nil {
			return err
		}
		if err := s.create(tx, &following); err != nil {
			return err
		}
		if f.what == dateMove {
			return s.tellRest(tx, &ended, d.Planned)
		}
		_, err := tx.Exec(laterDates, ended.ID, following.ID, db.Micros(d.Planned))
		return err
	})
}

// tellRest tells those registered for dates that no longer take place, each
// for the own date, and gives the dates up as cancelled.
func (s *service) tellRest(tx *db.Tx, e *Event, from time.Time) error {
	list, err := db.All(tx, allRegistrations, scanRegistration, e.ID)
	if err != nil {
		return err
	}
	told := map[int64]bool{}
	for i := range list {
		at := list[i].Occurrence
		if at.IsZero() || at.Before(from) || told[at.UnixMicro()] {
			continue
		}
		told[at.UnixMicro()] = true
		if err := s.announceChange(tx, e, at, tellCancelled, at); err != nil {
			return err
		}
	}
	return nil
}

func (f *dateForm) err(l *i18n.Localizer, field string) string {
	for _, one := range f.faults {
		if one.Field == field {
			return l.T(one.Key, one.Args...)
		}
	}
	return ""
}

func (f *dateForm) summary(l *i18n.Localizer) []ui.FieldError {
	var out []ui.FieldError
	for _, one := range f.faults {
		out = append(out, ui.FieldError{ID: one.Field, Text: l.T(one.Key, one.Args...)})
	}
	return out
}

func reachOptions(l *i18n.Localizer) []ui.Option {
	var out []ui.Option
	for _, reach := range []string{reachThis, reachFollowing, reachAll} {
		out = append(out, ui.Option{Value: reach, Label: l.T("events.reach_" + reach)})
	}
	return out
}

func whatOptions(l *i18n.Localizer, series bool) []ui.Option {
	var out []ui.Option
	for _, what := range []string{dateCancel, dateMove, dateText, dateRestore} {
		if what != dateText || series {
			out = append(out, ui.Option{Value: what, Label: l.T("events.date_" + what)})
		}
	}
	return out
}

package news

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

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

// editView is the page on which news is written.
type editView struct {
	compose.Form
	n          News
	shown      compose.State
	action     string // address of the form
	reason     string
	correction string
	stored     *News // what somebody else saved meanwhile
	side       templ.Component
	canPublish bool
}

// blank shows an empty form; "von" chooses the publisher by id or slug.
func (s *service) blank(w http.ResponseWriter, r *http.Request) error {
	var n News
	if p, ok := s.Bulletin.Publisher(r.URL.Query().Get("von")); ok {
		n.Publisher = p.ID
	}
	return s.show(w, r, http.StatusOK, editView{n: n}, s.desk.Fill(&n.Common, 0), nil)
}

// own reads news for which the person may write; anything else is NotFound, so
// that drafts cannot be guessed.
func (s *service) own(r *http.Request) (News, error) {
	n, err := s.load(r.Context(), r.PathValue("id"))
	if err != nil {
		return n, err
	}
	if !people.ActorFrom(r.Context()).Can(people.Author, n.Publisher) {
		return News{}, fault.NotFound()
	}
	return n, nil
}

func (s *service) edit(w http.ResponseWriter, r *http.Request) error {
	n, err := s.own(r)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, editView{n: n}, s.desk.Fill(&n.Common, n.Version), nil)
}

func (s *service) write(w http.ResponseWriter, r *http.Request) error {
	return s.take(w, r, News{})
}

func (s *service) rewrite(w http.ResponseWriter, r *http.Request) error {
	n, err := s.own(r)
	if err != nil {
		return err
	}
	return s.take(w, r, n)
}

// take reads the form and does what its button says. Whatever goes wrong, the
// form comes back with everything that was typed.
func (s *service) take(w http.ResponseWriter, r *http.Request, n News) error {
	fields, err := s.desk.Read(r)
	if err != nil && !aboutFields(err) {
		return err
	}
	v := editView{n: n, reason: r.PostForm.Get("reason"), correction: r.PostForm.Get("correction")}
	action := compose.Action(r.PostForm.Get("action"))
	if action == compose.Withdraw || action == compose.Return || action == compose.Discard {
		return s.judge(w, r, v, action, fields)
	}
	common, parsed := s.desk.Parse(r.Context(), fields)
	if parsed != nil && !aboutFields(parsed) {
		return parsed
	}
	if err = fault.Together(err, parsed); err != nil {
		return s.show(w, r, http.StatusUnprocessableEntity, v, fields, err)
	}
	before := n.Publisher
	v.n.Common = keepTimes(&n, common)
	if action == check || action == upload {
		return s.show(w, r, http.StatusOK, v, s.desk.Fill(&v.n.Common, fields.Seen()), nil)
	}
	if err := s.store(r.Context(), &v, action, before, fields.Seen()); err != nil {
		return s.again(w, r, v, fields, err)
	}
	return s.done(w, r, &v.n)
}

// keepTimes keeps the moment of publication when a change of published news
// names none.
func keepTimes(n *News, c compose.Common) compose.Common {
	if n.State == compose.Published && c.PublishAt.IsZero() {
		c.PublishAt = n.PublishAt
	}
	return c
}

// store takes the step and writes the record.
func (s *service) store(ctx context.Context, v *editView, action compose.Action, before string, seen int64) error {
	actor, now := people.ActorFrom(ctx), s.Clock.Now()
	role := compose.RoleIn(actor, v.n.Publisher)
	if before != "" {
		role = compose.RoleIn(actor, v.n.Publisher, before)
	}
	next := v.n
	next.Source.ID = "" // whoever edits here takes over: the import leaves it alone
	if err := next.apply(change{action: action, reason: v.reason, correction: v.correction, now: now}, role); err != nil {
		return err
	}
	if next.State == compose.Published {
		if err := compose.Blocked(compose.Findings(ctx, &next.Common, rules)); err != nil {
			return err
		}
	}
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		stored := next
		if stored.ID == "" {
			stored.ID, stored.CreatedAt, stored.Author = s.IDs.New(), now, actor.AccountID
			v.n = stored
			return s.create(tx, &v.n)
		}
		stored.Version = seen
		v.n = stored
		return s.save(tx, &v.n)
	})
	if err != nil && before == "" {
		v.n.ID, v.n.State, v.n.Version = "", compose.New, 0 // nothing was stored
	}
	return err
}

// judge sends back, withdraws or throws away what is stored, without touching
// its text.
func (s *service) judge(w http.ResponseWriter, r *http.Request, v editView, action compose.Action, fields compose.Fields) error {
	ctx := r.Context()
	role := compose.RoleIn(people.ActorFrom(ctx), v.n.Publisher)
	next := v.n
	err := next.apply(change{action: action, reason: v.reason, now: s.Clock.Now()}, role)
	if err == nil {
		next.Version = fields.Seen()
		err = s.DB.Update(ctx, func(tx *db.Tx) error {
			stored := next
			if stored.State == compose.Gone {
				return discard(tx, &stored)
			}
			return s.save(tx, &stored)
		})
	}
	if err != nil {
		return s.again(w, r, v, fields, err)
	}
	return s.done(w, r, &next)
}

// again shows the form after a fault; when somebody else was faster, beside
// what that person saved.
func (s *service) again(w http.ResponseWriter, r *http.Request, v editView, fields compose.Fields, err error) error {
	status := web.Status(err)
	if len(fault.All(err)) == 0 || status == http.StatusNotFound {
		return err
	}
	if fault.All(err)[0].Key == compose.ErrOvertaken().Key {
		stored, gone := s.load(r.Context(), v.n.ID)
		if gone != nil {
			return gone
		}
		v.stored = &stored
		v.n.State, v.n.Note = stored.State, stored.Note
		fields.Version = strconv.FormatInt(stored.Version, 10)
	}
	return s.show(w, r, status, v, fields, err)
}

func (s *service) done(w http.ResponseWriter, r *http.Request, n *News) error {
	state := n.Shown(&n.Common, s.Clock.Now())
	web.SetFlash(w, "news.done_"+string(state))
	switch state {
	case compose.Published:
		return web.SeeOther(w, r, n.path())
	case compose.Gone, compose.Withdrawn, compose.Expired:
		return web.SeeOther(w, r, "/schreiben")
	}
	return web.SeeOther(w, r, n.path()+"/bearbeiten")
}

// show renders the form.
func (s *service) show(w http.ResponseWriter, r *http.Request, status int, v editView, fields compose.Fields, err error) error {
	ctx := r.Context()
	var failed error
	if v.Form, failed = s.desk.Form(ctx, fields, err); failed != nil {
		return failed
	}
	if len(v.Publishers) == 0 {
		return fault.Forbidden()
	}
	v.action = writePath
	if v.n.ID != "" {
		v.action = v.n.path() + "/bearbeiten"
	}
	v.shown = v.n.Shown(&v.n.Common, s.Clock.Now())
	v.canPublish = v.MayPublish()
	common := v.n.Common
	if err != nil { // show the checks of what was typed, not of what is stored
		common, _ = s.desk.Parse(ctx, fields)
	}
	if common.Publisher == "" { // the form names one already
		common.Publisher = v.Publisher
	}
	v.side = s.side(ctx, v.n, common)
	title := i18n.T(ctx, "news.write")
	if v.n.ID != "" {
		title = i18n.T(ctx, "news.edit")
	}
	if err != nil {
		title = i18n.T(ctx, "news.error_title") + " " + title
	}
	return ui.Render(w, r, status, ui.Page{Title: title, NoIndex: true, Wide: true, Active: "schreiben"}, editPage(v))
}

// live answers with checks and preview while somebody writes.
func (s *service) live(w http.ResponseWriter, r *http.Request) error {
	fields, err := s.desk.Read(r)
	if err != nil {
		return err
	}
	common, err := s.desk.Parse(r.Context(), fields)
	if err != nil && !aboutFields(err) {
		return err
	}
	b := templ.GetBuffer()
	defer templ.ReleaseBuffer(b)
	if err := s.side(r.Context(), News{}, common).Render(r.Context(), b); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.WriteBody(w, r, http.StatusOK, "text/html; charset=utf-8", b.Bytes())
}

// side is what stands beside the form: checks and how it will look.
func (s *service) side(ctx context.Context, n News, c compose.Common) templ.Component {
	n.Common = c
	findings := compose.Findings(ctx, &n.Common, rules)
	n.Title = compose.Untitled(ctx, n.Title)
	return compose.Side(findings, s.Bulletin.Previews(ctx, n.entry()))
}

// aboutFields reports whether err only says what is wrong in the form.
func aboutFields(err error) bool { return fault.KindOf(err) == fault.KindInvalid }

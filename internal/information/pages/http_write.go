package pages

import (
	"context"
	"net/http"
	"strconv"

	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

// check shows findings and preview without storing anything.
const check = "check"

// answers are what a page asks beyond compose.Fields, as typed.
type answers struct{ slug, parent, menu, reason, correction string }

// editView is the page on which pages are written.
type editView struct {
	compose.Form
	answers
	Page
	shown      compose.State
	action     string
	findings   []compose.Finding
	parents    []ui.Option
	menus      []ui.Option
	stored     *Page // what somebody else saved meanwhile
	canPublish bool
}

func (s *service) blank(w http.ResponseWriter, r *http.Request) error {
	var p Page
	if by, ok := s.Bulletin.Publisher(r.URL.Query().Get("von")); ok {
		p.Publisher = by.ID
	}
	return s.show(w, r, http.StatusOK, editView{Page: p}, s.desk.Fill(&p.Common, 0), nil)
}

// own reads a page for which the person may write; anything else is NotFound,
// so that drafts cannot be guessed.
func (s *service) own(r *http.Request) (Page, error) {
	p, err := s.load(r.Context(), r.PathValue("id"))
	if err == nil && !people.ActorFrom(r.Context()).Can(people.Author, p.Publisher) {
		return Page{}, fault.NotFound()
	}
	return p, err
}

func (s *service) edit(w http.ResponseWriter, r *http.Request) error {
	p, err := s.own(r)
	if err != nil {
		return err
	}
	v := editView{Page: p, answers: answers{slug: p.Slug, parent: p.Parent, menu: string(p.Menu)}}
	return s.show(w, r, http.StatusOK, v, s.desk.Fill(&p.Common, p.Version), nil)
}

func (s *service) write(w http.ResponseWriter, r *http.Request) error { return s.take(w, r, Page{}) }

func (s *service) rewrite(w http.ResponseWriter, r *http.Request) error {
	p, err := s.own(r)
	if err != nil {
		return err
	}
	return s.take(w, r, p)
}

// take reads the form and does what its button says. Whatever goes wrong, the
// form comes back with everything that was typed.
func (s *service) take(w http.ResponseWriter, r *http.Request, before Page) error {
	fields, err := s.desk.Read(r)
	if err != nil && fault.KindOf(err) != fault.KindInvalid {
		return err
	}
	f := r.PostForm
	v := editView{Page: before, answers: answers{slug: f.Get("slug"), parent: f.Get("parent"), menu: f.Get("menu"), reason: f.Get("reason"), correction: f.Get("correction")}}
	action, next := compose.Action(f.Get("action")), before
	if action != compose.Withdraw && action != compose.Return && action != compose.Discard {
		common, parsed := s.desk.Parse(r.Context(), fields)
		if parsed != nil && fault.KindOf(parsed) != fault.KindInvalid {
			return parsed
		}
		if common.PublishAt.IsZero() && before.State == compose.Published {
			common.PublishAt = before.PublishAt
		}
		next.Common, next.Slug, next.Parent, next.Menu = common, v.slug, v.parent, Menu(v.menu)
		faults := append(append(fault.All(err), fault.All(parsed)...), fault.All(next.Check())...)
		if faults.Err() != nil {
			return s.show(w, r, http.StatusUnprocessableEntity, v, fields, unique(faults).Err())
		}
		if f.Get("action") == check {
			v.findings = compose.Findings(r.Context(), &next.Common, rules)
			v.slug = next.Slug
			v.Page.Common = next.Common
			return s.show(w, r, http.StatusOK, v, fields, nil)
		}
	}
	if err := s.store(r.Context(), &next, before, change{action: action, reason: v.reason, correction: v.correction}, fields.Seen()); err != nil {
		return s.again(w, r, v, fields, err)
	}
	web.SetFlash(w, "pages.done_"+string(next.State))
	switch next.State {
	case compose.Published:
		return web.SeeOther(w, r, next.path())
	case compose.Gone, compose.Withdrawn:
		return web.SeeOther(w, r, listPath)
	}
	return web.SeeOther(w, r, editPath+next.ID)
}

// unique leaves out what two checks said about the same field.
func unique(list fault.List) fault.List {
	var out fault.List
	seen := map[string]bool{}
	for _, f := range list {
		if !seen[f.Field+f.Key] {
			seen[f.Field+f.Key] = true
			out.Add(f)
		}
	}
	return out
}

// store takes the step and writes the page.
func (s *service) store(ctx context.Context, p *Page, before Page, c change, seen int64) error {
	actor, now := people.ActorFrom(ctx), s.Clock.Now()
	role := compose.RoleIn(actor, p.Publisher)
	if before.ID != "" {
		role = compose.RoleIn(actor, p.Publisher, before.Publisher)
	}
	if err := p.apply(c, role, s); err != nil {
		return err
	}
	if p.State == compose.Published {
		if err := compose.Blocked(compose.Findings(ctx, &p.Common, rules)); err != nil {
			return err
		}
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		stored := *p
		if before.ID == "" {
			stored.ID, stored.CreatedAt, stored.Author, stored.Position = s.IDs.New(), now, actor.AccountID, lastPosition
			err := s.create(tx, &stored)
			if err == nil {
				*p = stored
			}
			return err
		}
		stored.Version = seen
		if stored.State == compose.Gone {
			return discard(tx, &stored)
		}
		return s.save(tx, &stored)
	})
}

// lastPosition puts a new page behind all others; moving gives real places.
const lastPosition = 10_000

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
		v.State, v.Note = stored.State, stored.Note
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
	if len(v.Publishers) == 0 {
		return fault.Forbidden()
	}
	if v.action = writePath; v.ID != "" {
		v.action = editPath + v.ID
	}
	v.shown, v.canPublish = v.Shown(&v.Common, s.Clock.Now()), v.MayPublish()
	if v.findings == nil && v.ID != "" && err == nil {
		v.findings = compose.Findings(ctx, &v.Common, rules)
	}
	rows, failed := s.mine(ctx)
	if failed != nil {
		return failed
	}
	v.parents = []ui.Option{{Value: "", Label: words.T("pages.parent_none")}}
	for _, one := range rows {
		if one.Parent == "" && one.ID != v.ID {
			v.parents = append(v.parents, ui.Option{Value: one.ID, Label: one.Title})
		}
	}
	if v.menu == "" {
		v.menu = string(NoMenu)
	}
	for _, m := range Menus {
		v.menus = append(v.menus, ui.Option{Value: string(m), Label: words.T("pages.menu_" + string(m))})
	}
	title := words.T("pages.write")
	if v.ID != "" {
		title = words.T("pages.edit")
	}
	if err != nil {
		title = words.T("pages.error_title") + " " + title
	}
	return ui.Render(w, r, status, ui.Page{Title: title, NoIndex: true, Wide: true, Active: "schreiben"}, editPageView(v))
}

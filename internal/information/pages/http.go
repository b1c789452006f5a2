package pages

import (
	"context"
	"net/http"
	"slices"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

// The addresses.
const (
	pagePath  = "/seiten/"
	listPath  = "/seiten"
	writePath = "/seiten/schreiben"
	movePath  = "/seiten/verschieben"
	editPath  = "/seiten/bearbeiten/"
)

func (s *service) routes() []web.Route {
	author := web.Needs(string(people.Author), nil) // the publisher is checked by the rules
	editor := web.Needs(string(people.Editor), nil)
	return []web.Route{
		{Method: "GET", Path: listPath, Access: author, Handle: s.overview},
		{Method: "POST", Path: movePath, Access: editor, Handle: s.move},
		{Method: "GET", Path: pagePath + "{slug}", Access: web.Everyone, Handle: s.page, Versioned: true},
		{Method: "GET", Path: writePath, Access: author, Handle: s.blank},
		{Method: "POST", Path: writePath, Access: author, Handle: s.write, MaxBody: compose.MaxBody},
		{Method: "GET", Path: editPath + "{id}", Access: author, Handle: s.edit},
		{Method: "POST", Path: editPath + "{id}", Access: author, Handle: s.rewrite, MaxBody: compose.MaxBody},
	}
}

// pageView is one page as it is read.
type pageView struct {
	Page
	publisher         bulletin.Publisher
	title, text, lang string
	langs             []ui.Link
	trail             []ui.Link
	children          []ui.Link
	updated, address  string
	canEdit           bool
}

func (s *service) page(w http.ResponseWriter, r *http.Request) error {
	ctx, words := r.Context(), i18n.From(r.Context())
	var p Page
	var e bulletin.Entry
	var moved bool
	v := pageView{}
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		if p, moved, err = findSlug(tx, r.PathValue("slug")); err != nil {
			return err
		}
		if e, err = s.Bulletin.Get(tx, p.ID, bulletin.ReaderOf(ctx)); err != nil {
			return err
		}
		return s.neighbours(tx, words, &p, &v)
	})
	v.canEdit = people.ActorFrom(ctx).Can(people.Author, p.Publisher)
	if fault.KindOf(err) == fault.KindNotFound && p.ID != "" && v.canEdit {
		return web.SeeOther(w, r, editPath+p.ID) // a draft of one's own
	}
	if err != nil {
		return err
	}
	if moved {
		http.Redirect(w, r, p.path(), http.StatusMovedPermanently)
		return nil
	}
	v.Page, v.address, v.updated = p, s.BaseURL(r.Host)+p.path(), words.Date(p.UpdatedAt, i18n.DateLong)
	v.publisher, _ = s.Bulletin.Publisher(p.Publisher)
	s.choose(r, &v)
	page, err := s.Bulletin.Page(r, &e)
	if err != nil {
		return err
	}
	page.Title, page.Active = v.title, p.Slug
	return ui.Render(w, r, http.StatusOK, page, readPage(v))
}

// choose finds the language: what the address asks for, else that of the page.
func (s *service) choose(r *http.Request, v *pageView) {
	words := i18n.From(r.Context())
	asked := r.URL.Query().Get("sprache")
	if asked != "de" && !slices.Contains(compose.VariantLangs, asked) {
		asked = string(words.Lang)
	}
	v.title, v.text, v.lang = v.In(asked)
	for _, lang := range append([]string{"de"}, compose.VariantLangs...) {
		if _, _, found := v.In(lang); found == lang && len(v.Variants) > 0 {
			v.langs = append(v.langs, ui.Link{ID: lang, Label: words.T("pages.read_" + lang), URL: v.path() + "?sprache=" + lang})
		}
	}
	if len(v.langs) < 2 {
		v.langs = nil
	}
}

// neighbours are the page above and the pages below.
func (s *service) neighbours(tx *db.Tx, words *i18n.Localizer, p *Page, v *pageView) error {
	lang, now := string(words.Lang), s.Clock.Now()
	if p.Parent != "" {
		parent, err := find(tx, p.Parent)
		if err != nil && fault.KindOf(err) != fault.KindNotFound {
			return err
		}
		if err == nil && parent.State == compose.Published {
			above, _, _ := parent.In(lang)
			own, _, _ := p.In(lang)
			v.trail = []ui.Link{{Label: above, URL: parent.path()}, {Label: own}}
		}
	}
	below, err := db.All(tx, childPages, scanPage, p.ID)
	if err != nil {
		return err
	}
	for i := range below {
		if below[i].entry().Visible(now) && below[i].Audience == bulletin.ForPublic {
			title, _, _ := below[i].In(lang)
			v.children = append(v.children, ui.Link{Label: title, URL: below[i].path()})
		}
	}
	return nil
}

// row is a page in the editors' list.
type row struct {
	Page
	shown     compose.State
	publisher string
	place     string
	up, down  bool // may be moved there
}

// mine are all pages that the actor writes for, children behind their parents.
func (s *service) mine(ctx context.Context) ([]row, error) {
	actor, now, places := people.ActorFrom(ctx), s.Clock.Now(), s.Places()
	var all []Page
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) { all, err = db.All(tx, allPages, scanPage); return err })
	if err != nil {
		return nil, err
	}
	below := map[string][]Page{}
	for _, p := range all {
		below[p.Parent] = append(below[p.Parent], p)
	}
	var out []row
	var walk func(parent string)
	walk = func(parent string) {
		for i, p := range below[parent] {
			if actor.Can(people.Author, p.Publisher) {
				one := row{Page: p, shown: p.Shown(&p.Common, now), up: i > 0, down: i < len(below[parent])-1}
				one.up, one.down = one.up && actor.Can(people.Editor, p.Publisher), one.down && actor.Can(people.Editor, p.Publisher)
				if by, ok := s.Bulletin.Publisher(p.Publisher); ok {
					one.publisher = by.Name
				}
				if m, ok := places.Municipality(p.Scope.MunicipalityID); ok {
					one.place = m.Name
				}
				out = append(out, one)
			}
			if parent == "" {
				walk(p.ID)
			}
		}
	}
	walk("")
	return out, nil
}

func (s *service) overview(w http.ResponseWriter, r *http.Request) error {
	rows, err := s.mine(r.Context())
	if err != nil {
		return err
	}
	title := i18n.T(r.Context(), "pages.title")
	return ui.Render(w, r, http.StatusOK, ui.Page{Title: title, NoIndex: true, Active: "schreiben"}, overviewPage(rows))
}

// move puts a page one place up or down among its neighbours.
func (s *service) move(w http.ResponseWriter, r *http.Request) error {
	step := map[string]int{"up": -1, "down": 1}[r.PostFormValue("to")]
	if step == 0 {
		return fault.Invalid("to", "pages.move_unknown")
	}
	err := s.DB.Update(r.Context(), func(tx *db.Tx) error {
		p, err := find(tx, r.PostFormValue("id"))
		if err == nil && !people.ActorFrom(r.Context()).Can(people.Editor, p.Publisher) {
			err = fault.NotFound()
		}
		if err != nil {
			return err
		}
		all, err := db.All(tx, allPages, scanPage)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(other Page) bool { return other.Parent != p.Parent })
		at := slices.IndexFunc(all, func(other Page) bool { return other.ID == p.ID })
		to := at + step
		if at < 0 || to < 0 || to >= len(all) {
			return nil // somebody else has moved it meanwhile
		}
		all[at], all[to] = all[to], all[at]
		return place(tx, all)
	})
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, listPath)
}

// deskItems are what an actor still has to look after.
func (s *service) deskItems(ctx context.Context, actor people.Actor) ([]bulletin.DeskItem, error) {
	speakers, err := s.desk.Speakers(people.WithActor(ctx, actor))
	if err != nil {
		return nil, err
	}
	var out []bulletin.DeskItem
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		out = nil
		for _, speaker := range speakers {
			found, err := db.All(tx, openPages, scanPage, speaker.ID)
			if err != nil {
				return err
			}
			for i := range found {
				p := &found[i]
				out = append(out, bulletin.DeskItem{
					State: string(p.State), Kind: Kind, Title: p.Title, URL: editPath + p.ID, Publisher: p.Publisher, At: p.UpdatedAt, Note: p.Note,
				})
			}
		}
		return nil
	})
	return out, err
}

package intake

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

const (
	orgPath    = "/organisationen/{slug}"
	choosePath = "/quellen" // leads to the sources of one's organisation
)

// routes are the pages for the editors of an organisation.
func (e *Engine) routes() []web.Route {
	get, post := http.MethodGet, http.MethodPost
	editors := web.Needs(string(people.Editor), web.OrgFromPath("slug"))
	list, source, steps := orgPath+"/quellen", orgPath+"/quelle/{id}", orgPath+"/quellen/neu/{draft}"
	return []web.Route{
		{Method: get, Path: choosePath, Access: web.Needs(string(people.Editor), nil), Handle: e.showChoice},
		{Method: get, Path: list, Access: editors, Handle: e.showSources},
		{Method: get, Path: list + "/neu", Access: editors, Handle: e.showNew},
		{Method: post, Path: list + "/neu", Access: editors, Handle: e.postNew, MaxBody: MaxBytes + 1<<20},
		{Method: get, Path: steps, Access: editors, Handle: e.showFound},
		{Method: post, Path: steps, Access: editors, Handle: e.postFound},
		{Method: get, Path: steps + "/optionen", Access: editors, Handle: e.showOptions},
		{Method: post, Path: steps + "/optionen", Access: editors, Handle: e.postOptions},
		{Method: get, Path: steps + "/pruefen", Access: editors, Handle: e.showCheck},
		{Method: post, Path: steps + "/pruefen", Access: editors, Handle: e.postCheck},
		{Method: get, Path: orgPath + "/uebernahme/{run}", Access: editors, Handle: e.showRun},
		{Method: get, Path: source, Access: editors, Handle: e.showSource},
		{Method: post, Path: source + "/holen", Access: editors, Handle: e.postFetch(false)},
		{Method: post, Path: source + "/bestaetigen", Access: editors, Handle: e.postFetch(true)},
		{Method: get, Path: source + "/bearbeiten", Access: editors, Handle: e.showEdit},
		{Method: post, Path: source + "/bearbeiten", Access: editors, Handle: e.postEdit},
		{Method: get, Path: source + "/entfernen", Access: editors, Handle: e.showRemove},
		{Method: post, Path: source + "/entfernen", Access: editors, Handle: e.postRemove},
	}
}

func listPath(slug string) string { return "/organisationen/" + slug + "/quellen" }

func sourcePath(slug, sourceID string) string {
	return "/organisationen/" + slug + "/quelle/" + sourceID
}

func runPath(slug, runID string) string { return "/organisationen/" + slug + "/uebernahme/" + runID }

func draftPath(slug, draftID, step string) string {
	return "/organisationen/" + slug + "/quellen/neu/" + draftID + step
}

// form is what was typed and what is wrong with it.
type form struct {
	values url.Values
	faults fault.List
}

// field fills a question with what was typed and what is wrong with it.
func (f form) field(ctx context.Context, q ui.Field) ui.Field {
	if f.values != nil && f.values.Has(q.Name) {
		q.Value = f.values.Get(q.Name)
	}
	for _, x := range f.faults {
		if x.Field == q.Name {
			q.Error = i18n.T(ctx, x.Key, x.Args...)
		}
	}
	return q
}

func (f form) summary(ctx context.Context) []ui.FieldError {
	var out []ui.FieldError
	for _, x := range f.faults {
		out = append(out, ui.FieldError{ID: x.Field, Text: i18n.T(ctx, x.Key, x.Args...)})
	}
	return out
}

// refused puts err into the form if a person can mend it there; else it
// returns err for the error page.
func (f form) refused(err error, field string) (form, int, error) {
	switch kind := fault.KindOf(err); kind {
	case fault.KindInvalid, fault.KindConflict, fault.KindTooLarge:
		for _, x := range fault.All(err) {
			shown := *x
			if field != "" {
				shown.Field = field
			}
			f.faults = append(f.faults, &shown)
		}
		return f, int(kind), nil
	}
	return f, 0, err
}

// here is what every page stands on: the organisation in the address.
type here struct {
	form
	org   *people.Organisation
	flash string
}

func (e *Engine) here(w http.ResponseWriter, r *http.Request) (here, error) {
	orgs, err := e.People.Organisations(r.Context())
	if err != nil {
		return here{}, err
	}
	o, ok := orgs.Find(r.PathValue("slug"))
	if !ok {
		return here{}, fault.NotFound()
	}
	h := here{org: o}
	if r.Method == http.MethodGet {
		if key := web.TakeFlash(w, r); i18n.From(r.Context()).Has(key) {
			h.flash = i18n.T(r.Context(), key)
		}
	}
	return h, nil
}

// posted reads a form.
func (h *here) posted(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		if web.Status(err) == http.StatusRequestEntityTooLarge {
			return err
		}
		return fault.Invalid("", "intake.form_unreadable").Because(err)
	}
	h.values = r.PostForm
	return nil
}

func page(w http.ResponseWriter, r *http.Request, status int, title string, body templ.Component) error {
	w.Header().Set("Cache-Control", "no-store")
	return ui.Render(w, r, status, ui.Page{Title: title, NoIndex: true, Active: "schreiben"}, body)
}

// mostChoices bounds the list of organisations; operators may act in all.
const mostChoices = 200

// showChoice lets an editor of several organisations choose one.
func (e *Engine) showChoice(w http.ResponseWriter, r *http.Request) error {
	orgs, err := e.People.Organisations(r.Context())
	if err != nil {
		return err
	}
	actor := people.ActorFrom(r.Context())
	var links []ui.BoxItem
	for _, o := range orgs.All() {
		if !o.Blocked && actor.Can(people.Editor, o.ID) && len(links) < mostChoices {
			links = append(links, ui.BoxItem{Label: o.Name, URL: listPath(o.Slug)})
		}
	}
	if len(links) == 1 {
		return web.SeeOther(w, r, links[0].URL)
	}
	return page(w, r, http.StatusOK, i18n.T(r.Context(), "intake.title"), choicePage(links))
}

type listView struct {
	here
	sources []Source
}

func (e *Engine) showSources(w http.ResponseWriter, r *http.Request) error {
	h, err := e.here(w, r)
	if err != nil {
		return err
	}
	v := listView{here: h}
	err = e.DB.View(r.Context(), func(tx *db.Tx) (err error) { v.sources, err = db.All(tx, sourcesOf, scanSource, h.org.ID); return err })
	if err != nil {
		return err
	}
	return page(w, r, http.StatusOK, i18n.T(r.Context(), "intake.title"), e.listPage(v))
}

type sourceView struct {
	here
	source Source
	runs   []Run
	items  int
}

func (v sourceView) path(sub string) string { return sourcePath(v.org.Slug, v.source.ID) + sub }

func (v sourceView) busy() bool { return len(v.runs) > 0 && v.runs[0].State == Running }

func (e *Engine) loadSource(w http.ResponseWriter, r *http.Request) (sourceView, error) {
	h, err := e.here(w, r)
	if err != nil {
		return sourceView{}, err
	}
	v := sourceView{here: h}
	err = e.DB.View(r.Context(), func(tx *db.Tx) error {
		if v.source, err = findSource(tx, r.PathValue("id"), h.org.ID); err != nil {
			return err
		}
		if v.runs, err = db.All(tx, runsOf, scanRun, v.source.ID); err != nil {
			return err
		}
		return tx.QueryRow(countItems, v.source.ID).Scan(&v.items)
	})
	return v, err
}

func (e *Engine) showSource(w http.ResponseWriter, r *http.Request) error {
	v, err := e.loadSource(w, r)
	if err != nil {
		return err
	}
	if v.busy() {
		w.Header().Set("Refresh", refreshSeconds)
	}
	return page(w, r, http.StatusOK, v.source.Name, e.sourcePage(v))
}

// refreshSeconds is how often a page that shows progress loads itself again.
const refreshSeconds = "3"

// postFetch fetches now; confirm carries out what was stopped before.
func (e *Engine) postFetch(confirm bool) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := e.loadSource(w, r)
		if err != nil {
			return err
		}
		if v.source.Address == "" {
			return fault.Conflict("intake.file_source")
		}
		job := fetchJob{Source: v.source.ID, By: people.ActorFrom(r.Context()).AccountID, Again: true, Confirm: confirm}
		if err := e.DB.Update(r.Context(), func(tx *db.Tx) error { return e.addFetch(tx, job) }); err != nil {
			return err
		}
		web.SetFlash(w, "intake.fetching")
		return web.SeeOther(w, r, v.path(""))
	}
}

func (e *Engine) showEdit(w http.ResponseWriter, r *http.Request) error {
	v, err := e.loadSource(w, r)
	if err != nil {
		return err
	}
	return e.renderEdit(w, r, http.StatusOK, v)
}

func (e *Engine) renderEdit(w http.ResponseWriter, r *http.Request, status int, v sourceView) error {
	o := optionsView{here: v.here, name: v.source.Name, options: v.source.Options, every: v.source.Every, address: v.source.Address,
		calendar: v.source.Format == ICS, categories: v.source.Options.Categories,
		places: e.placeOptions(r.Context(), v.org), place: e.placeSlug(v.source.Options.Scope)}
	return page(w, r, status, i18n.T(r.Context(), "intake.edit_title", "source", v.source.Name), editPage(v, o))
}

func (e *Engine) postEdit(w http.ResponseWriter, r *http.Request) error {
	v, err := e.loadSource(w, r)
	if err == nil {
		err = v.posted(r)
	}
	if err != nil {
		return err
	}
	name, options, every, err := e.readOptions(v.values, v.source.Address != "")
	if err != nil {
		f, status, err := v.refused(err, "")
		if err != nil {
			return err
		}
		v.form = f
		return e.renderEdit(w, r, status, v)
	}
	err = e.DB.Update(r.Context(), func(tx *db.Tx) error {
		s, err := findSource(tx, v.source.ID, v.org.ID)
		if err != nil {
			return err
		}
		s.Name, s.Options, s.Every = name, options, every
		// What is in it did not change, what becomes of it did.
		s.ETag, s.LastModified, s.bodyHash = "", "", ""
		s.pause(v.values.Get("pause") == "1", e.Clock.Now())
		return saveSource(tx, &s)
	})
	if err != nil {
		return err
	}
	web.SetFlash(w, "intake.saved")
	return web.SeeOther(w, r, v.path(""))
}

func (e *Engine) showRemove(w http.ResponseWriter, r *http.Request) error {
	v, err := e.loadSource(w, r)
	if err != nil {
		return err
	}
	return page(w, r, http.StatusOK, i18n.T(r.Context(), "intake.remove_title", "source", v.source.Name), removePage(v))
}

func (e *Engine) postRemove(w http.ResponseWriter, r *http.Request) error {
	v, err := e.loadSource(w, r)
	if err == nil {
		err = v.posted(r)
	}
	if err != nil {
		return err
	}
	what := v.values.Get("what")
	if what == "keep" || what == "withdraw" {
		err = e.Remove(r.Context(), v.org.ID, v.source.ID, what == "withdraw")
	} else {
		err = fault.Invalid("what", "intake.remove_choose")
	}
	if err != nil {
		f, status, err := v.refused(err, "what")
		if err != nil {
			return err
		}
		v.form = f
		return page(w, r, status, i18n.T(r.Context(), "intake.remove_title", "source", v.source.Name), removePage(v))
	}
	web.SetFlash(w, "intake.removed")
	return web.SeeOther(w, r, listPath(v.org.Slug))
}

// splitTopics splits "Musik, Jugend" into its parts.
func splitTopics(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = cut(part, 40); part != "" {
			out = append(out, part)
		}
	}
	return out
}

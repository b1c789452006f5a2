package intake

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

func (e *Engine) showNew(w http.ResponseWriter, r *http.Request) error {
	h, err := e.here(w, r)
	if err != nil {
		return err
	}
	return page(w, r, http.StatusOK, i18n.T(r.Context(), "intake.new_title"), newPage(h))
}

// postNew takes a file or an address, reads it and keeps it for the next steps.
func (e *Engine) postNew(w http.ResponseWriter, r *http.Request) error {
	h, err := e.here(w, r)
	if err != nil {
		return err
	}
	d := &draft{Organisation: h.org.ID, By: people.ActorFrom(r.Context()).AccountID}
	field, err := h.upload(r, d)
	if err == nil {
		_, err = e.open(r.Context(), d)
	}
	if err != nil {
		f, status, err := h.refused(err, field)
		if err != nil {
			return err
		}
		h.form = f
		return page(w, r, status, i18n.T(r.Context(), "intake.new_title"), newPage(h))
	}
	if err := e.keep(r.Context(), d); err != nil {
		return err
	}
	return web.SeeOther(w, r, draftPath(h.org.Slug, d.ID, ""))
}

// upload reads the first step's form into the draft and tells which field
// answered.
func (h *here) upload(r *http.Request, d *draft) (field string, err error) {
	const inMemory = 2 << 20
	if err := r.ParseMultipartForm(inMemory); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		if web.Status(err) == http.StatusRequestEntityTooLarge {
			return "file", fault.New(fault.KindTooLarge, "intake.too_large", "max", MaxBytes>>20)
		}
		return "", fault.Invalid("", "intake.form_unreadable").Because(err)
	}
	h.values = r.PostForm
	file, head, err := r.FormFile("file")
	switch {
	case err == nil && head.Size > 0:
		defer file.Close()
		d.File = fileName(head.Filename)
		d.Body, err = readAll(file)
		return "file", err
	case h.values.Get("address") == "":
		return "address", fault.Invalid("address", "intake.nothing_given")
	}
	d.Address = Address(h.values.Get("address"))
	return "address", nil
}

// stepView is one step of an import in the browser.
type stepView struct {
	here
	draft *draft
	doc   *Document
	conv  *Conversion
	info  Info
}

func (v stepView) path(step string) string { return draftPath(v.org.Slug, v.draft.ID, step) }

// loadStep reads the draft and converts it as chosen so far.
func (e *Engine) loadStep(w http.ResponseWriter, r *http.Request) (stepView, error) {
	h, err := e.here(w, r)
	if err != nil {
		return stepView{}, err
	}
	v := stepView{here: h}
	if v.draft, err = e.loadDraft(r.Context(), r.PathValue("draft"), h.org.ID); err != nil {
		return v, err
	}
	if r.Method == http.MethodPost {
		if err := v.posted(r); err != nil {
			return v, err
		}
	}
	if v.doc, err = v.draft.read(e.Places().Location()); err != nil {
		return v, err
	}
	t, err := e.choose(v.draft.Kind, v.doc)
	if err != nil {
		return v, err
	}
	v.info = t.Info()
	s := Source{Organisation: h.org.ID, Kind: v.info.Kind, Format: v.doc.Format, Name: v.draft.Name, Address: v.draft.Address, File: v.draft.File, Options: v.draft.Options}
	v.conv, err = e.convert(r.Context(), t, s, v.doc)
	return v, err
}

func (e *Engine) showFound(w http.ResponseWriter, r *http.Request) error {
	v, err := e.loadStep(w, r)
	if len(v.faultsOf(err)) > 0 {
		err = nil // another target may do
	}
	if err != nil {
		return err
	}
	return e.renderFound(w, r, http.StatusOK, v)
}

// faultsOf notes why the chosen target cannot take the document, to be shown
// beside the choice.
func (v *stepView) faultsOf(err error) fault.List {
	if v.doc == nil || v.info.Kind == "" {
		return nil
	}
	v.faults = nil
	for _, x := range fault.All(err) {
		shown := *x
		shown.Field = "kind"
		v.faults = append(v.faults, &shown)
	}
	return v.faults
}

func (e *Engine) renderFound(w http.ResponseWriter, r *http.Request, status int, v stepView) error {
	var kinds []ui.Option
	for _, t := range e.targets {
		info := t.Info()
		if suits(t, v.doc) > 0 {
			kinds = append(kinds, ui.Option{Value: info.Kind, Label: i18n.T(r.Context(), info.Label), Chosen: info.Kind == v.info.Kind})
		}
	}
	return page(w, r, status, i18n.T(r.Context(), "intake.found_title"), foundPage(v, kinds))
}

func (e *Engine) postFound(w http.ResponseWriter, r *http.Request) error {
	v, err := e.loadStep(w, r)
	if err != nil && len(v.faultsOf(err)) == 0 {
		return err
	}
	v.faults = nil
	v.draft.Kind = v.values.Get("kind")
	t, err := e.choose(v.draft.Kind, v.doc)
	if err == nil {
		v.info = t.Info()
		_, err = e.convert(r.Context(), t, Source{Organisation: v.org.ID, Kind: v.info.Kind, Format: v.doc.Format, Options: v.draft.Options}, v.doc)
	}
	if err != nil {
		f, status, err := v.refused(err, "kind")
		if err != nil {
			return err
		}
		v.form = f
		return e.renderFound(w, r, status, v)
	}
	if err := e.save(r.Context(), v.draft); err != nil {
		return err
	}
	return web.SeeOther(w, r, v.path("/optionen"))
}

// optionsView asks what is to become of the items.
type optionsView struct {
	here
	name       string
	options    Options
	every      time.Duration
	address    string
	calendar   bool
	categories []string
	places     []ui.Option
	place      string // slug of the chosen one
}

func (v stepView) optionsView(places []ui.Option) optionsView {
	return optionsView{here: v.here, name: v.draft.Name, options: v.draft.Options, every: v.draft.Every, address: v.draft.Address,
		calendar: v.doc.Format == ICS, categories: v.doc.categories(), places: places}
}

// placeOptions are the places an organisation may choose for its items.
func (e *Engine) placeOptions(ctx context.Context, o *people.Organisation) []ui.Option {
	out := []ui.Option{{Value: "", Label: i18n.T(ctx, "intake.place_region")}}
	places := e.Places()
	for _, m := range places.Municipalities() {
		if len(o.MunicipalityIDs) > 0 && !o.Serves(m.ID) {
			continue
		}
		out = append(out, ui.Option{Value: m.Slug, Label: m.Name})
		for _, v := range places.Villages(m.ID) {
			out = append(out, ui.Option{Value: v.Slug, Label: v.Name, Group: m.Name})
		}
	}
	return out
}

// Place turns the slug of a village or municipality into a scope; empty is the
// whole region.
func (e *Engine) Place(slug string) (bulletin.Scope, error) {
	if slug == "" {
		return bulletin.Scope{}, nil
	}
	if v, ok := e.Places().VillageBySlug(slug); ok {
		return bulletin.Scope{MunicipalityID: v.MunicipalityID, VillageID: v.ID}, nil
	}
	if m, ok := e.Places().MunicipalityBySlug(slug); ok {
		return bulletin.Scope{MunicipalityID: m.ID}, nil
	}
	return bulletin.Scope{}, fault.Invalid("place", "intake.place_unknown", "place", cut(slug, 60))
}

// placeSlug is the other direction.
func (e *Engine) placeSlug(s bulletin.Scope) string {
	if v, ok := e.Places().Village(s.VillageID); ok {
		return v.Slug
	}
	if m, ok := e.Places().Municipality(s.MunicipalityID); ok {
		return m.Slug
	}
	return ""
}

// everyHours are the offered intervals.
var everyHours = []int{1, 3, 6, 12, 24, 48, 168}

// readOptions reads the form of the options.
func (e *Engine) readOptions(f url.Values, address bool) (name string, o Options, every time.Duration, err error) {
	var faults fault.List
	if name = cut(f.Get("name"), 120); name == "" {
		faults.Add(fault.Invalid("name", "intake.name_missing"))
	}
	if o.Scope, err = e.Place(f.Get("place")); err != nil {
		faults = append(faults, fault.All(err)...)
	}
	if o.Topics = splitTopics(f.Get("topics")); len(o.Topics) > 5 {
		faults.Add(fault.Invalid("topics", "intake.topics_many", "max", 5))
	}
	o.Drafts, o.Private = f.Get("publish") == "drafts", f.Get("private") == "1"
	for _, c := range f["categories"] {
		if c = cut(c, 100); c != "" && len(o.Categories) < 30 {
			o.Categories = append(o.Categories, c)
		}
	}
	if address {
		hours, convErr := strconv.Atoi(f.Get("every"))
		if convErr != nil || hours != 0 && !slices.Contains(everyHours, hours) {
			faults.Add(fault.Invalid("every", "intake.every_choose"))
		}
		every = time.Duration(hours) * time.Hour
	}
	return name, o, every, faults.Err()
}

func (e *Engine) showOptions(w http.ResponseWriter, r *http.Request) error {
	v, err := e.loadStep(w, r)
	if err != nil {
		return err
	}
	o := v.optionsView(e.placeOptions(r.Context(), v.org))
	return page(w, r, http.StatusOK, i18n.T(r.Context(), "intake.options_title"), optionsPage(v, o, e.placeSlug(v.draft.Options.Scope)))
}

func (e *Engine) postOptions(w http.ResponseWriter, r *http.Request) error {
	v, err := e.loadStep(w, r)
	if err != nil {
		return err
	}
	name, options, every, err := e.readOptions(v.values, v.draft.Address != "")
	if err != nil {
		f, status, err := v.refused(err, "")
		if err != nil {
			return err
		}
		v.form = f
		o := v.optionsView(e.placeOptions(r.Context(), v.org))
		return page(w, r, status, i18n.T(r.Context(), "intake.options_title"), optionsPage(v, o, v.values.Get("place")))
	}
	v.draft.Name, v.draft.Options, v.draft.Every = name, options, every
	if err := e.save(r.Context(), v.draft); err != nil {
		return err
	}
	return web.SeeOther(w, r, v.path("/pruefen"))
}

// checkView shows what would happen.
type checkView struct {
	stepView
	plan  *Run
	place string
}

func (e *Engine) loadCheck(w http.ResponseWriter, r *http.Request) (checkView, error) {
	v, err := e.loadStep(w, r)
	if err != nil {
		return checkView{}, err
	}
	in := v.draft.request()
	in.DryRun = true
	plan, err := e.Import(r.Context(), in)
	c := checkView{stepView: v, plan: plan, place: i18n.T(r.Context(), "intake.place_region")}
	if p, ok := e.Places().Village(v.draft.Options.Scope.VillageID); ok {
		c.place = p.Name
	} else if m, ok := e.Places().Municipality(v.draft.Options.Scope.MunicipalityID); ok {
		c.place = m.Name
	}
	return c, err
}

func (e *Engine) showCheck(w http.ResponseWriter, r *http.Request) error {
	v, err := e.loadCheck(w, r)
	if err != nil {
		return err
	}
	return page(w, r, http.StatusOK, i18n.T(r.Context(), "intake.check_title"), checkPage(v))
}

// postCheck begins the import: it is work that must not be lost, so a job.
func (e *Engine) postCheck(w http.ResponseWriter, r *http.Request) error {
	v, err := e.loadCheck(w, r)
	if err != nil {
		return err
	}
	confirm := v.values.Get("confirm") == "1"
	if v.plan.State == Stopped && !confirm {
		v.faults.Add(fault.Invalid("confirm", "intake.confirm_missing"))
		return page(w, r, http.StatusUnprocessableEntity, i18n.T(r.Context(), "intake.check_title"), checkPage(v))
	}
	run := Run{ID: e.IDs.New(), Organisation: v.org.ID, State: Running, By: v.draft.By, Started: e.Clock.Now(), Total: v.plan.Total}
	run.Report.Name, run.Report.Kind, run.Report.Format = v.draft.Name, v.info.Kind, v.doc.Format
	job := draftJob{Draft: v.draft.ID, Organisation: v.org.ID, Run: run.ID, Confirm: confirm}
	err = e.DB.Update(r.Context(), func(tx *db.Tx) error {
		if err := putRun(tx, &run); err != nil {
			return err
		}
		return e.Queue.Add(tx, jobDraft, job, jobs.Options{Unique: v.draft.ID})
	})
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, runPath(v.org.Slug, run.ID))
}

type runView struct {
	here
	run    Run
	source Source
	known  bool // the source is still there
	info   Info
}

func (e *Engine) showRun(w http.ResponseWriter, r *http.Request) error {
	h, err := e.here(w, r)
	if err != nil {
		return err
	}
	v := runView{here: h}
	err = e.DB.View(r.Context(), func(tx *db.Tx) error {
		if v.run, err = findRun(tx, r.PathValue("run"), h.org.ID); err != nil {
			return err
		}
		v.source, err = findSource(tx, v.run.Source, h.org.ID)
		v.known = err == nil
		if fault.KindOf(err) == fault.KindNotFound {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	if t, ok := e.target(v.run.Report.Kind); ok {
		v.info = t.Info()
	}
	if v.run.State == Running {
		w.Header().Set("Refresh", refreshSeconds)
	}
	return page(w, r, http.StatusOK, i18n.T(r.Context(), "intake.run_"+string(v.run.State)), runPage(v))
}

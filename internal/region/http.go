package region

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

// Deps is what the page "Aussehen und Texte" needs.
type Deps struct {
	DB    *db.DB
	Live  *Live
	Clock clock.Clock
	// Organisation finds the organisation (by id) whose admins decide how a
	// municipality (by id) looks; organisations are not known here.
	Organisation func(ctx context.Context, municipalityID string) (string, error)
}

// Shields are the drawn arms a municipality can choose from.
var Shields = []string{"leaf", "river", "hill", "field", "fir", "mill", "church", "garden"}

// formTexts are the texts the page edits, in its order.
var formTexts = []string{TextWelcome, TextWelcome + ".en", TextContact, TextContact + ".en", TextImprint, TextPrivacy}

// maxLookForm leaves room for every text at its longest, URL-encoded.
const maxLookForm = 2 << 20

// Routes are the pages of this package.
func Routes(d Deps) []web.Route {
	admins := web.Needs("admin", d.organisation)
	return []web.Route{
		{Method: "GET", Path: "/gemeinde/{slug}/aussehen", Access: admins, Handle: d.editLook},
		{Method: "POST", Path: "/gemeinde/{slug}/aussehen", Access: admins, Handle: d.postLook, MaxBody: maxLookForm},
		{Method: "GET", Path: "/farbe/{file}", Access: web.Everyone, Handle: serveColour},
	}
}

// LookURL is the address of the page for a municipality.
func LookURL(slug string) string { return "/gemeinde/" + slug + "/aussehen" }

func (d Deps) organisation(r *http.Request) (string, error) {
	m, err := d.municipality(r)
	if err != nil {
		return "", err
	}
	return d.Organisation(r.Context(), m.ID)
}

func (d Deps) municipality(r *http.Request) (*Municipality, error) {
	m, ok := d.Live.Current().MunicipalityBySlug(r.PathValue("slug"))
	if !ok {
		return nil, fault.NotFound()
	}
	return m, nil
}

// serveColour answers with the style sheet of any one colour, so that a look can
// be tried before it is kept. It holds nothing but computed colours.
func serveColour(w http.ResponseWriter, r *http.Request) error {
	hex, ok := strings.CutSuffix(r.PathValue("file"), ".css")
	if !ok || !colourPattern.MatchString("#"+hex) {
		return fault.NotFound()
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	return web.WriteBody(w, r, http.StatusOK, "text/css; charset=utf-8", []byte(Stylesheet(Look{Colour: "#" + hex})))
}

// lookForm is the page's form as it was filled in.
type lookForm struct {
	municipality *Municipality
	look         Look
	texts        Texts
	faults       fault.List
}

func (d Deps) editLook(w http.ResponseWriter, r *http.Request) error {
	m, err := d.municipality(r)
	if err != nil {
		return err
	}
	return showForm(w, r, http.StatusOK, lookForm{municipality: m, look: m.Look, texts: m.Texts})
}

// postLook saves, previews or goes back to editing, by the button pressed. The
// unsaved values travel in the form itself: nothing is kept before "save".
func (d Deps) postLook(w http.ResponseWriter, r *http.Request) error {
	m, err := d.municipality(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Invalid("", "region.form_unreadable").Because(err)
	}
	form := readForm(r, m)
	do := r.PostFormValue("do")
	switch {
	case do == "edit":
		return showForm(w, r, http.StatusOK, form)
	case len(form.faults) > 0:
		return showForm(w, r, http.StatusUnprocessableEntity, form)
	case do == "preview":
		return d.preview(w, r, form)
	}
	if err := d.DB.Update(r.Context(), func(tx *db.Tx) error { return SaveLook(tx, m.ID, form.look, form.texts) }); err != nil {
		return err
	}
	if _, err := d.Live.Refresh(r.Context()); err != nil {
		return err
	}
	web.SetFlash(w, "region.look_saved")
	return web.SeeOther(w, r, LookURL(m.Slug))
}

// readForm takes what was typed. Texts that the page does not offer stay.
func readForm(r *http.Request, m *Municipality) lookForm {
	form := lookForm{
		municipality: m, texts: Texts{},
		look: Look{Colour: r.PostForm.Get("colour"), Arms: r.PostForm.Get("arms"), Claim: r.PostForm.Get("claim")}.Normal(),
	}
	maps.Copy(form.texts, m.Texts)
	for _, key := range formTexts {
		delete(form.texts, key)
		if text := strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get(key), "\r\n", "\n")); text != "" {
			form.texts[key] = text
		}
	}
	for _, f := range append(fault.All(form.look.Check()), fault.All(form.texts.Check())...) {
		form.faults.Add(f)
	}
	// Arms that an operator set and that are no drawn shield may stay.
	if a := form.look.Arms; a != "" && a != m.Look.Arms && !slices.Contains(Shields, a) && !form.faulty("arms") {
		form.faults.Add(fault.Invalid("arms", "region.arms"))
	}
	return form
}

func (f lookForm) faulty(field string) bool {
	return slices.ContainsFunc(f.faults, func(x *fault.Fault) bool { return x.Field == field })
}

// message is what is wrong with a field, in the reader's language.
func (f lookForm) message(ctx context.Context, field string) string {
	for _, x := range f.faults {
		if x.Field == field {
			return i18n.T(ctx, x.Key, x.Args...)
		}
	}
	return ""
}

func (f lookForm) errors(ctx context.Context) []ui.FieldError {
	var out []ui.FieldError
	for _, x := range f.faults {
		out = append(out, ui.FieldError{ID: fieldID(x.Field), Text: i18n.T(ctx, x.Key, x.Args...)})
	}
	return out
}

// fieldID avoids the dot of "welcome.en", which CSS and scripts would misread.
func fieldID(name string) string { return strings.ReplaceAll(name, ".", "-") }

// colour is a value the browser's colour field understands.
func (f lookForm) colour() string {
	if c := f.look.Normal().Colour; colourPattern.MatchString(c) {
		return c
	}
	return DefaultColour
}

// arms is the chosen shield; none is the leaf.
func (f lookForm) arms() string {
	if f.look.Arms == "" {
		return Shields[0]
	}
	return f.look.Arms
}

// shields are those on offer, with the present one wherever it came from.
func (f lookForm) shields() []string {
	present := f.municipality.Look.Arms
	if present == "" || slices.Contains(Shields, present) {
		return Shields
	}
	return append([]string{present}, Shields...)
}

// hidden are the form's values for a page that carries them on unseen.
func (f lookForm) hidden() [][2]string {
	out := [][2]string{{"colour", f.look.Colour}, {"arms", f.look.Arms}, {"claim", f.look.Claim}}
	for _, key := range formTexts {
		out = append(out, [2]string{key, f.texts[key]})
	}
	return out
}

func showForm(w http.ResponseWriter, r *http.Request, status int, form lookForm) error {
	ctx := r.Context()
	title := i18n.T(ctx, "region.look_title", "name", form.municipality.Name)
	if len(form.faults) > 0 {
		title = i18n.T(ctx, "region.look_error_title", "title", title)
	}
	w.Header().Set("Cache-Control", "no-store")
	return ui.Render(w, r, status, ui.Page{Title: title, NoIndex: true}, lookPage(form))
}

// preview shows the head of the home page and a card in the new look, inside
// the real layout: the shell of this one answer is dressed anew.
func (d Deps) preview(w http.ResponseWriter, r *http.Request, form lookForm) error {
	ctx := r.Context()
	shell := ui.ShellFrom(ctx)
	shell.Brand = ui.Brand{
		Name: form.municipality.Name, Claim: form.look.Claim, ArmsURL: ui.ArmsAsset(form.arms()), HomeURL: shell.Brand.HomeURL,
	}
	// Always linked, even for the colour of the house, whose sheet is empty: it
	// takes the place of the one under whose host we are.
	shell.Stylesheets = []string{"/farbe/" + strings.TrimPrefix(form.colour(), "#") + ".css"}
	r = r.WithContext(ui.WithShell(ctx, shell))
	w.Header().Set("Cache-Control", "no-store")
	title := i18n.T(ctx, "region.preview_title", "name", form.municipality.Name)
	return ui.Render(w, r, http.StatusOK, ui.Page{Title: title, NoIndex: true}, previewPage(form, previewCard(ctx, d.Clock, form)))
}

func previewCard(ctx context.Context, c clock.Clock, form lookForm) ui.CardView {
	now := c.Now().In(i18n.From(ctx).Zone)
	return ui.CardView{
		ID: "preview", URL: "#inhalt", Title: i18n.T(ctx, "region.preview_card"), HeadingLevel: 2,
		PublisherName: form.municipality.Name, PublisherKind: i18n.T(ctx, "region.municipality"),
		PublisherArms: ui.ArmsAsset(form.arms()), KindLabel: i18n.T(ctx, "region.preview_kind"), KindTone: "leaf",
		PublishedText: i18n.Date(ctx, now, i18n.DateLong), PublishedISO: now.Format("2006-01-02"),
		Summary: i18n.T(ctx, "region.preview_summary"), Sample: true,
	}
}

// paragraphs splits a text at blank lines.
func paragraphs(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

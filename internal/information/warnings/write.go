package warnings

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dorflinde/internal/information/warnings/cap"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/fetch"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

// editView is the page on which a warning is written.
type editView struct {
	Draft
	id         string // of the warning that is changed, empty for a new one
	action     string
	owner      string // organisation/municipality
	owners     []ui.Option
	villages   []ui.Option
	streets    string // one a line, as typed
	day, clock string
	errors     []ui.FieldError
}

func (s *service) blank(w http.ResponseWriter, r *http.Request) error {
	tomorrow := s.Clock.Now().In(s.Places().Location()).Add(24 * time.Hour)
	v := editView{Draft: Draft{Severity: "Moderate"}, day: tomorrow.Format(time.DateOnly), clock: tomorrow.Format("15:00")}
	return s.showEdit(w, r, http.StatusOK, v)
}

func (s *service) showEdit(w http.ResponseWriter, r *http.Request, status int, v editView) error {
	ctx, places := r.Context(), s.Places()
	owners := s.Offices(ctx)
	if len(owners) == 0 {
		return fault.Forbidden()
	}
	offered := map[string]bool{}
	for _, o := range owners {
		for _, id := range o.MunicipalityIDs {
			m, ok := places.Municipality(id)
			if !ok {
				continue
			}
			v.owners = append(v.owners, ui.Option{Value: municipalityOf(o, m), Label: m.Name + " (" + o.Name + ")"})
			for _, village := range places.Villages(id) {
				if !offered[village.ID] {
					offered[village.ID] = true
					v.villages = append(v.villages, ui.Option{Value: village.ID, Label: village.Name, Chosen: contains(v.Scope.Villages, village.ID)})
				}
			}
		}
	}
	v.action = writePath
	title := i18n.T(ctx, "warnings.write")
	if v.id != "" {
		v.action, title = listPath+"/"+v.id+"/bearbeiten", i18n.T(ctx, "warnings.edit")
	}
	if len(v.errors) > 0 {
		title = i18n.T(ctx, "warnings.error_title") + " " + title
	}
	return ui.Render(w, r, status, ui.Page{Title: title, NoIndex: true, Active: "schreiben"}, editPage(v))
}

func contains(list []string, one string) bool {
	for _, v := range list {
		if v == one {
			return true
		}
	}
	return false
}

// read takes the form; what is wrong comes back together with what was typed.
func (s *service) read(r *http.Request) (editView, error) {
	if err := r.ParseForm(); err != nil {
		return editView{}, fault.Invalid("", "warnings.form_wrong").Because(err)
	}
	places := s.Places()
	v := editView{
		Draft: Draft{
			Title: r.PostForm.Get("title"), Text: r.PostForm.Get("text"), Instruction: r.PostForm.Get("instruction"),
			SimpleText: r.PostForm.Get("simple"), Severity: r.PostForm.Get("severity"),
		},
		owner: r.PostForm.Get("owner"), streets: r.PostForm.Get("streets"), day: r.PostForm.Get("until"), clock: r.PostForm.Get("until_time"),
	}
	for _, o := range s.Offices(r.Context()) {
		for _, id := range o.MunicipalityIDs {
			if v.owner == o.ID+"/"+id {
				v.Publisher, v.Scope.Municipality = o.ID, id
			}
		}
	}
	var faults fault.List
	for _, id := range r.PostForm["villages"] {
		if village, ok := places.Village(id); ok && village.MunicipalityID == v.Scope.Municipality {
			v.Scope.Villages = append(v.Scope.Villages, id)
		} else {
			faults.Add(fault.Invalid("villages", "warnings.village_wrong"))
		}
	}
	faults = append(faults, fault.All(s.readStreets(&v))...)
	if t, err := time.ParseInLocation("2006-01-02 15:04", v.day+" "+v.clock, places.Location()); err == nil {
		v.Until = t.UTC()
	}
	faults = append(faults, fault.All(v.Check(s.Clock.Now()))...)
	return v, faults.Err()
}

// maxStreets bounds the streets of one warning.
const maxStreets = 200

func (s *service) readStreets(v *editView) error {
	var faults fault.List
	for line := range strings.SplitSeq(v.streets, "\n") {
		name := strings.Join(strings.Fields(line), " ")
		if name == "" {
			continue
		}
		within := v.Scope.Municipality
		if len(v.Scope.Villages) == 1 {
			within = v.Scope.Villages[0]
		}
		street, ok := s.Places().StreetByName(within, name)
		switch {
		case !ok || within == "":
			faults.Add(fault.Invalid("streets", "warnings.street_wrong", "street", richtext.Head(name, 80)))
		case len(v.Scope.Streets) == maxStreets:
			faults.Add(fault.Invalid("streets", "warnings.streets_many", "max", maxStreets))
			return faults.Err()
		default:
			v.Scope.Streets = append(v.Scope.Streets, street.ID)
		}
	}
	return faults.Err()
}

func (s *service) write(w http.ResponseWriter, r *http.Request) error {
	return s.publish(w, r, Warning{ID: s.IDs.New()}, false)
}

// publish checks the form and warns; w is new or is replaced.
func (s *service) publish(rw http.ResponseWriter, r *http.Request, w Warning, there bool) error {
	v, err := s.read(r)
	if fault.KindOf(err) == fault.KindInvalid {
		v.errors = ui.FieldErrors(r.Context(), err)
		if there {
			v.id = w.ID
		}
		return s.showEdit(rw, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	o, err := s.origin(r.Context(), "")
	if err != nil {
		return err
	}
	o.publisher = v.Publisher
	p, _ := s.Bulletin.Publisher(v.Publisher)
	w.own(&v.Draft, p.Slug, p.Name, s.Clock.Now())
	if err := s.DB.Update(r.Context(), func(tx *db.Tx) error { next := w; return s.put(tx, &next, o) }); err != nil {
		return err
	}
	web.SetFlash(rw, "warnings.published")
	return web.SeeOther(rw, r, w.path())
}

// own fills a warning from what an editor wrote.
func (w *Warning) own(d *Draft, sender, name string, now time.Time) {
	w.Alert = d.alert("dorflinde-"+w.ID, sender, name, now)
	w.Key, w.Own, w.Publisher, w.Scope, w.State = w.Alert.Key(), true, d.Publisher, d.Scope, Active
	w.Severity, w.Sent, w.Until, w.EndedAt = severityOf(w.Alert), now, d.Until, time.Time{}
}

// mine finds a warning that was written here and that the actor may change;
// NotFound for any other.
func (s *service) mine(r *http.Request) (w Warning, err error) {
	err = s.DB.View(r.Context(), func(tx *db.Tx) error { w, err = find(tx, r.PathValue("id")); return err })
	if err == nil && (!w.Own || !people.ActorFrom(r.Context()).Can(people.Editor, w.Publisher)) {
		return Warning{}, fault.NotFound()
	}
	return w, err
}

func (s *service) edit(rw http.ResponseWriter, r *http.Request) error {
	w, err := s.mine(r)
	if err != nil {
		return err
	}
	info, _ := w.Alert.Info("de")
	until := w.Until.In(s.Places().Location())
	v := editView{
		id: w.ID, owner: w.Publisher + "/" + w.Scope.Municipality, day: until.Format(time.DateOnly), clock: until.Format("15:04"),
		Draft: Draft{Publisher: w.Publisher, Scope: w.Scope, Title: info.Headline, Text: info.Description, Instruction: info.Instruction, Severity: info.Severity},
	}
	for _, i := range w.Alert.Infos {
		if i.Language == "de-LS" {
			v.SimpleText = i.Description
		}
	}
	var names []string
	for _, id := range w.Scope.Streets {
		if street, ok := s.Places().Street(id); ok {
			names = append(names, street.Name)
		}
	}
	v.streets = strings.Join(names, "\n")
	return s.showEdit(rw, r, http.StatusOK, v)
}

// change saves the form, or calls the warning off.
func (s *service) change(rw http.ResponseWriter, r *http.Request) error {
	w, err := s.mine(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("action") != "end" {
		return s.publish(rw, r, w, true)
	}
	o, err := s.origin(r.Context(), "")
	if err != nil {
		return err
	}
	if err := s.DB.Update(r.Context(), func(tx *db.Tx) error { next := w; return s.end(tx, &next, o) }); err != nil {
		return err
	}
	web.SetFlash(rw, "warnings.ended_now")
	return web.SeeOther(rw, r, w.path())
}

// upload takes a CAP file or a ZIP of them. A broken file changes nothing.
func (s *service) upload(rw http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	owners := s.Offices(ctx)
	if len(owners) == 0 {
		return fault.Forbidden()
	}
	file, header, err := r.FormFile("file")
	if err != nil {
		return s.refused(rw, r, fault.Invalid("file", "warnings.file_missing"))
	}
	raw, err := io.ReadAll(io.LimitReader(file, maxUpload+1))
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return s.refused(rw, r, fault.Invalid("file", "warnings.file_missing"))
	}
	alerts, err := readFile(richtext.Head(header.Filename, 80), raw)
	var broken *cap.Error
	if errors.As(err, &broken) {
		return s.refused(rw, r, fault.Invalid("file", broken.Key, "file", broken.File, "line", broken.Line, "detail", broken.Detail))
	}
	if err != nil {
		return err
	}
	o, err := s.origin(ctx, "")
	if err != nil {
		return err
	}
	o.publisher = owners[0].ID
	if err := s.DB.Update(ctx, func(tx *db.Tx) error { return s.receive(tx, inOrder(alerts), o, false) }); err != nil {
		return err
	}
	web.SetFlash(rw, "warnings.uploaded")
	return web.SeeOther(rw, r, listPath+"?ort=region")
}

func (s *service) refused(rw http.ResponseWriter, r *http.Request, f *fault.Fault) error {
	v := editView{Draft: Draft{Severity: "Moderate"}, errors: ui.FieldErrors(r.Context(), f)}
	return s.showEdit(rw, r, http.StatusUnprocessableEntity, v)
}

// sourcesView is the operator's page.
type sourcesView struct {
	list    []Source
	highest string
	errors  []ui.FieldError
}

func (v sourcesView) source(id string) Source {
	for _, s := range v.list {
		if s.ID == id {
			return s
		}
	}
	return Source{ID: id}
}

func (s *service) sources(w http.ResponseWriter, r *http.Request) error {
	var v sourcesView
	err := s.DB.View(r.Context(), func(tx *db.Tx) (err error) {
		v.list, err = db.All(tx, selectSources, scanSource)
		return err
	})
	if err != nil {
		return err
	}
	for _, one := range v.list {
		if one.Highest > 0 {
			v.highest = strconv.Itoa(int(one.Highest))
		}
	}
	return s.showSources(w, r, http.StatusOK, v)
}

func (s *service) showSources(w http.ResponseWriter, r *http.Request, status int, v sourcesView) error {
	return ui.Render(w, r, status, ui.Page{Title: i18n.T(r.Context(), "warnings.sources"), NoIndex: true}, sourcesPage(v))
}

// saveSources stores the addresses. What was known about the old address is
// forgotten, and the next turn asks anew.
func (s *service) saveSources(w http.ResponseWriter, r *http.Request) error {
	v := sourcesView{highest: richtext.Head(strings.TrimSpace(r.PostFormValue("highest")), 8)}
	var faults fault.List
	highest := 0
	if v.highest != "" {
		n, err := strconv.Atoi(v.highest)
		if err != nil || n < 0 || n > 5000 {
			faults.Add(fault.Invalid("highest", "warnings.highest_wrong"))
		}
		highest = n
	}
	for _, id := range []string{sourceDWD, sourceNINA} {
		one := Source{ID: id, Address: strings.TrimSpace(r.PostFormValue(id)), Enabled: r.PostFormValue(id+"_on") != "", Highest: float64(highest)}
		var refused *fetch.Error
		if err := fetch.CheckURL(one.Address); (one.Enabled || one.Address != "") && errors.As(err, &refused) {
			faults.Add(fault.Invalid(id, "fetch."+refused.Code, "url", refused.URL, "detail", refused.Detail))
		}
		v.list = append(v.list, one)
	}
	if err := faults.Err(); err != nil {
		v.errors = ui.FieldErrors(r.Context(), err)
		return s.showSources(w, r, http.StatusUnprocessableEntity, v)
	}
	err := s.DB.Update(r.Context(), func(tx *db.Tx) error {
		for _, one := range v.list {
			if err := putSource(tx, one); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	web.SetFlash(w, "warnings.sources_saved")
	return web.SeeOther(w, r, operatorPath)
}

func severityOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, name := range []string{"Minor", "Moderate", "Severe", "Extreme"} {
		key := "warnings.severity_" + strings.ToLower(name)
		out = append(out, ui.Option{Value: name, Label: i18n.T(ctx, key), Hint: i18n.T(ctx, key+"_hint")})
	}
	return out
}

package waste

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// manageView is the list of districts one looks after.
type manageView struct {
	districts []ui.BoxItem
	owners    []ui.Option
	name      string
	owner     string
	errors    []ui.FieldError
}

func (s *service) manage(w http.ResponseWriter, r *http.Request) error {
	return s.showManage(w, r, http.StatusOK, manageView{})
}

func (s *service) showManage(w http.ResponseWriter, r *http.Request, status int, v manageView) error {
	ctx := r.Context()
	owners := s.Offices(ctx)
	if len(owners) == 0 {
		return fault.Forbidden()
	}
	for _, o := range owners {
		for _, id := range o.MunicipalityIDs {
			if m, ok := s.Places().Municipality(id); ok {
				v.owners = append(v.owners, ui.Option{Value: o.ID + "/" + id, Label: m.Name + " (" + o.Name + ")"})
			}
		}
	}
	err := s.DB.View(ctx, func(tx *db.Tx) error {
		found, err := districts(tx)
		for i := range found {
			if people.ActorFrom(ctx).Can(people.Editor, found[i].Publisher) {
				v.districts = append(v.districts, ui.BoxItem{Label: found[i].Name, URL: managePath + "/" + found[i].ID})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return ui.Render(w, r, status, ui.Page{Title: i18n.T(ctx, "waste.manage"), NoIndex: true, Active: "schreiben"}, managePage(v))
}

// addDistrict makes a new district.
func (s *service) addDistrict(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d := District{ID: s.IDs.New(), Name: r.PostFormValue("name")}
	owner := r.PostFormValue("owner")
	for _, o := range s.Offices(ctx) {
		for _, id := range o.MunicipalityIDs {
			if owner == o.ID+"/"+id {
				d.Publisher, d.MunicipalityID = o.ID, id
			}
		}
	}
	err := s.DB.Update(ctx, func(tx *db.Tx) error { fresh := d; return s.putDistrict(tx, &fresh) })
	if fault.KindOf(err) == fault.KindInvalid {
		v := manageView{name: richtext.Head(d.Name, maxLabel*2), owner: owner, errors: ui.FieldErrors(ctx, err)}
		return s.showManage(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, "waste.saved")
	return web.SeeOther(w, r, managePath+"/"+d.ID)
}

// own finds a district that the actor may edit; NotFound for any other.
func (s *service) own(r *http.Request) (d District, err error) {
	err = s.DB.View(r.Context(), func(tx *db.Tx) error {
		d, err = findDistrict(tx, r.PathValue("district"))
		return err
	})
	if err == nil && !people.ActorFrom(r.Context()).Can(people.Editor, d.Publisher) {
		return District{}, fault.NotFound()
	}
	return d, err
}

// districtView is the page on which a district is edited.
type districtView struct {
	District
	areas     string
	streams   []ui.Option
	dates     []dateRow
	errors    []ui.FieldError
	form      map[string]string // what was typed, by field
	fractions []ui.Option
}

// dateRow is one date with what to do about it.
type dateRow struct {
	value, iso, text, name, moved string
}

func (s *service) editDistrict(w http.ResponseWriter, r *http.Request) error {
	d, err := s.own(r)
	if err != nil {
		return err
	}
	return s.showEdit(w, r, http.StatusOK, districtView{District: d, areas: FormatAreas(d.Areas, s.Places())})
}

func (s *service) showEdit(w http.ResponseWriter, r *http.Request, status int, v districtView) error {
	ctx, today := r.Context(), s.today0()
	l := i18n.From(ctx)
	var dates []Collection
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		dates, err = datesOf(tx, []string{v.ID}, today.Add(-31), today.Add(3*366))
		return err
	})
	if err != nil {
		return err
	}
	sort(dates)
	for _, c := range dates {
		view := viewOf(l, c)
		v.dates = append(v.dates, dateRow{value: record(c), iso: string(c.Day), text: l.Date(c.Day.In(l.Zone), i18n.DateLong), name: view.name, moved: view.moved})
		option := ui.Option{Value: string(c.Fraction) + "|" + c.Label, Label: view.name}
		if !slices.Contains(v.streams, option) {
			v.streams = append(v.streams, option)
		}
	}
	for _, f := range Fractions {
		v.fractions = append(v.fractions, ui.Option{Value: string(f), Label: nameOf(l, f, "")})
	}
	title := i18n.T(ctx, "waste.edit_title", "district", v.Name)
	if len(v.errors) > 0 {
		title = i18n.T(ctx, "waste.error_title") + " " + title
	}
	return ui.Render(w, r, status, ui.Page{Title: title, NoIndex: true, Active: "schreiben"}, districtPage(v))
}

// changeDistrict does what the button of the form says.
func (s *service) changeDistrict(w http.ResponseWriter, r *http.Request) error {
	d, err := s.own(r)
	if err != nil {
		return err
	}
	before := d
	change, ok := map[string]func(*http.Request, *District) (func(*db.Tx) error, error){
		"save": s.saveAreas, "rhythm": s.addRhythm, "move": s.moveDate, "delete": s.deleteDates, "clear": s.clearStream, "remove": s.remove,
	}[r.PostFormValue("action")]
	if !ok {
		return fault.Invalid("action", "waste.action_unknown")
	}
	write, err := change(r, &d)
	if err == nil {
		err = s.DB.Update(r.Context(), write)
	}
	if fault.KindOf(err) == fault.KindInvalid {
		v := districtView{District: before, areas: FormatAreas(before.Areas, s.Places()), errors: ui.FieldErrors(r.Context(), err), form: map[string]string{}}
		for _, field := range []string{"label", "first", "weeks", "until", "fraction", "to"} {
			v.form[field] = richtext.Head(r.PostFormValue(field), maxLabel)
		}
		if r.PostFormValue("action") == "save" {
			v.areas, v.Name = richtext.Head(r.PostFormValue("areas"), 50_000), richtext.Head(r.PostFormValue("name"), 2*maxName)
		}
		return s.showEdit(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	web.SetFlash(w, "waste.saved")
	if r.PostFormValue("action") == "remove" {
		return web.SeeOther(w, r, managePath)
	}
	return web.SeeOther(w, r, managePath+"/"+d.ID)
}

func (s *service) saveAreas(r *http.Request, d *District) (func(*db.Tx) error, error) {
	var err error
	d.Name = r.PostFormValue("name")
	if d.Areas, err = ParseAreas(r.PostFormValue("areas"), s.Places(), d.MunicipalityID); err != nil {
		return nil, err
	}
	return func(tx *db.Tx) error {
		fresh := *d
		if err := s.putDistrict(tx, &fresh); err != nil {
			return err
		}
		return s.announce(tx, &fresh)
	}, nil
}

// calendarOf are the holidays of a district's municipality.
func (s *service) calendarOf(municipality string) region.Calendar {
	c := region.Calendar{Land: s.Places().Region.Land}
	if m, ok := s.Places().Municipality(municipality); ok {
		c.AssumptionDay = m.AssumptionDay
	}
	return c
}

func (s *service) addRhythm(r *http.Request, d *District) (func(*db.Tx) error, error) {
	label := strings.Join(strings.Fields(r.PostFormValue("label")), " ")
	rhythm := Rhythm{Fraction: Fraction(r.PostFormValue("fraction")), Label: richtext.Head(label, maxLabel), Shifted: r.PostFormValue("shifted") != ""}
	rhythm.First, _ = ParseDay(r.PostFormValue("first"))
	rhythm.Until, _ = ParseDay(r.PostFormValue("until"))
	if weeks := strings.TrimSpace(r.PostFormValue("weeks")); weeks != "" {
		n, err := strconv.Atoi(weeks)
		if err != nil {
			n = -1
		}
		rhythm.Weeks = n
	}
	if err := rhythm.Check(); err != nil {
		return nil, err
	}
	dates := rhythm.Dates(d.ID, s.calendarOf(d.MunicipalityID))
	return func(tx *db.Tx) error {
		for _, c := range dates {
			if err := putDate(tx, c); err != nil {
				return err
			}
		}
		return s.announce(tx, d)
	}, nil
}

// dateOf reads which date of the district a form means.
func dateOf(r *http.Request, d *District) (Collection, error) {
	c, err := parseRecord(r.PostFormValue("date"))
	if err != nil || c.District != d.ID {
		return c, fault.Invalid("date", "waste.date_missing")
	}
	return c, nil
}

// moveDate moves one collection and remembers from where.
func (s *service) moveDate(r *http.Request, d *District) (func(*db.Tx) error, error) {
	c, err := dateOf(r, d)
	if err != nil {
		return nil, err
	}
	to, ok := ParseDay(r.PostFormValue("to"))
	if !ok {
		return nil, fault.Invalid("to", "waste.day_missing")
	}
	return func(tx *db.Tx) error {
		old, err := db.All(tx, selectDay, scanDate, string(c.Day))
		if err != nil {
			return err
		}
		at := slices.IndexFunc(old, func(o Collection) bool {
			return o.District == c.District && o.Fraction == c.Fraction && o.Label == c.Label
		})
		if at < 0 {
			return fault.Invalid("date", "waste.date_missing")
		}
		moved := old[at]
		if moved.MovedFrom == "" {
			moved.MovedFrom = moved.Day
		}
		if moved.Day = to; moved.MovedFrom == to {
			moved.MovedFrom = "" // back to where it was
		}
		if _, err := deleteDate(tx, c); err != nil {
			return err
		}
		if err := putDate(tx, moved); err != nil {
			return err
		}
		return s.announceStream(tx, d, stream{fraction: c.Fraction, label: c.Label})
	}, nil
}

func (s *service) deleteDates(r *http.Request, d *District) (func(*db.Tx) error, error) {
	c, err := dateOf(r, d)
	if err != nil {
		return nil, err
	}
	return func(tx *db.Tx) error {
		if _, err := deleteDate(tx, c); err != nil {
			return err
		}
		return s.announceStream(tx, d, stream{fraction: c.Fraction, label: c.Label})
	}, nil
}

// clearStream deletes all coming dates of one fraction.
func (s *service) clearStream(r *http.Request, d *District) (func(*db.Tx) error, error) {
	name, label, ok := strings.Cut(r.PostFormValue("stream"), "|")
	if !ok {
		return nil, fault.Invalid("stream", "waste.fraction_missing")
	}
	today := s.today0()
	return func(tx *db.Tx) error {
		if _, err := tx.Exec(dropFraction, d.ID, name, label, string(today), "9999"); err != nil {
			return err
		}
		return s.announceStream(tx, d, stream{fraction: Fraction(name), label: label})
	}, nil
}

func (s *service) remove(_ *http.Request, d *District) (func(*db.Tx) error, error) {
	return func(tx *db.Tx) error { return s.removeDistrict(tx, d) }, nil
}

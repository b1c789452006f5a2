package warnings

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/information/warnings/cap"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// The addresses of this capability.
const (
	listPath     = "/warnungen"
	writePath    = listPath + "/schreiben"
	uploadPath   = listPath + "/hochladen"
	operatorPath = "/verwaltung/warnungen"
)

// maxUpload is how large a CAP file or ZIP may be, in bytes.
const maxUpload = 10 << 20

func (s *service) routes() []web.Route {
	editor := web.Needs(string(people.Editor), nil) // which organisation is checked by the rules
	return []web.Route{
		{Method: "GET", Path: listPath, Access: web.Everyone, Handle: s.list, Versioned: true},
		{Method: "GET", Path: listPath + "/{id}", Access: web.Everyone, Handle: s.page, Versioned: true},
		{Method: "GET", Path: listPath + "/{id}/flaeche.geojson", Access: web.Everyone, Handle: s.area, Versioned: true},
		{Method: "GET", Path: writePath, Access: editor, Handle: s.blank},
		{Method: "POST", Path: writePath, Access: editor, Handle: s.write},
		{Method: "POST", Path: uploadPath, Access: editor, Handle: s.upload, MaxBody: maxUpload + 1<<16},
		{Method: "GET", Path: listPath + "/{id}/bearbeiten", Access: editor, Handle: s.edit},
		{Method: "POST", Path: listPath + "/{id}/bearbeiten", Access: editor, Handle: s.change},
		{Method: "GET", Path: operatorPath, Access: web.Operators, Handle: s.sources},
		{Method: "POST", Path: operatorPath, Access: web.Operators, Handle: s.saveSources},
	}
}

// warningView is a warning as people see it.
type warningView struct {
	id, url, title, lang      string
	severity, tone            string
	sender, web               string
	sentText, sentISO         string
	untilText, untilISO       string
	onsetText                 string
	place                     string
	description, instructions []string
	ended, over, own, sample  bool
	clearText                 string
	edit                      string
	langs                     []ui.Link
	bounds                    string
}

// view chooses the language: that of the address, else that of the page.
func (s *service) view(r *http.Request, w *Warning, asked string) warningView {
	l, now := i18n.From(r.Context()), s.Clock.Now()
	if asked == "" {
		asked = string(l.Lang)
	}
	info, _ := w.Alert.Info(asked)
	v := warningView{
		id: w.ID, url: w.path(), title: info.Headline, severity: l.T("warnings.severity_" + severityName(w.Severity)), tone: severityTone(w.Severity),
		sender: info.SenderName, web: info.Web, own: w.Own, sample: w.Sample, place: s.places(w, info),
		sentText: l.Date(w.Sent, i18n.DateTime), sentISO: w.Sent.In(l.Zone).Format("2006-01-02T15:04:05Z07:00"),
		untilText: l.Date(w.Until, i18n.DateTime), untilISO: w.Until.In(l.Zone).Format("2006-01-02T15:04:05Z07:00"),
		description: paragraphs(info.Description), instructions: paragraphs(info.Instruction),
		ended: w.State == Ended, over: !w.Valid(now),
	}
	if v.sender == "" {
		v.sender = w.Alert.Sender
	}
	if v.lang = htmlLang(info.Language); v.lang == string(l.Lang) {
		v.lang = ""
	}
	if info.Onset.After(now) {
		v.onsetText = l.Date(info.Onset, i18n.DateTime)
	}
	if v.ended {
		v.clearText = l.T("warnings.cleared", "at", l.Date(w.EndedAt, i18n.DateTime))
	}
	if w.Own && people.ActorFrom(r.Context()).Can(people.Editor, w.Publisher) {
		v.edit = w.path() + "/bearbeiten"
	}
	for _, i := range w.Alert.Infos {
		if label := "warnings.read_" + i.Language; len(w.Alert.Infos) > 1 && l.Has(label) {
			v.langs = append(v.langs, ui.Link{ID: i.Language, Label: l.T(label), URL: w.path() + "?sprache=" + i.Language})
		}
	}
	return v
}

// htmlLang is the language tag of a text; CAP calls Leichte Sprache de-LS.
func htmlLang(language string) string {
	switch {
	case strings.EqualFold(language, "de-LS"), language == "":
		return "de"
	}
	tag, _, _ := strings.Cut(language, "-")
	return strings.ToLower(tag)
}

func severityName(severity bulletin.Severity) string {
	return []string{"minor", "minor", "moderate", "severe", "extreme"}[max(0, min(int(severity), 4))]
}

func severityTone(severity bulletin.Severity) string {
	switch bannerTone(severity) {
	case "danger":
		return "red"
	case "warning":
		return "honey"
	}
	return "sky"
}

func paragraphs(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, "\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// places says where a warning holds, in the names of the municipalities.
func (s *service) places(w *Warning, info cap.Info) string {
	if w.Own {
		return w.Scope.words(s.Places())
	}
	var names []string
	for _, id := range w.Municipalities {
		if m, ok := s.Places().Municipality(id); ok {
			names = append(names, m.Name)
		}
	}
	if len(names) == 0 && len(info.Areas) > 0 {
		return info.Areas[0].Desc
	}
	return strings.Join(names, ", ")
}

// listView is the page of all warnings.
type listView struct {
	place                  string
	towns                  []ui.Link
	town                   string
	current, cleared, past []warningView
	write                  string
}

// list shows what holds now, what was called off just now, and the archive.
func (s *service) list(w http.ResponseWriter, r *http.Request) error {
	ctx, now, places := r.Context(), s.Clock.Now(), s.Places()
	f, err := bulletin.ParseFilter(r.URL.Query(), places)
	if err != nil {
		return err
	}
	if m, ok := places.MunicipalityByHost(r.Host); ok && !r.URL.Query().Has("ort") {
		f.Municipality = m.ID
	}
	all, err := s.recentWarnings(ctx)
	if err != nil {
		return err
	}
	v := listView{place: places.Region.Name, town: "region"}
	if m, ok := places.Municipality(f.Municipality); ok {
		v.place, v.town = m.Name, m.ID
	}
	for _, m := range places.Municipalities() {
		v.towns = append(v.towns, ui.Link{ID: m.ID, Label: m.Name, URL: listPath + "?ort=" + bulletin.Filter{Municipality: m.ID}.PlaceSlug(places)})
	}
	v.towns = append(v.towns, ui.Link{ID: "region", Label: places.Region.Name, URL: listPath + "?ort=region"})
	var past []*Warning
	for i := range all {
		one := &all[i]
		switch {
		case !one.touches(f.Municipality):
		case one.Valid(now):
			v.current = append(v.current, s.view(r, one, ""))
		case one.Cleared(now):
			v.cleared = append(v.cleared, s.view(r, one, ""))
		case !one.Over().After(now) && now.Sub(one.Over()) < archive:
			past = append(past, one)
		}
	}
	slices.SortStableFunc(past, func(a, b *Warning) int { return b.Over().Compare(a.Over()) })
	for _, one := range past[:min(len(past), 100)] {
		v.past = append(v.past, s.view(r, one, ""))
	}
	if len(s.Offices(ctx)) > 0 {
		v.write = writePath
	}
	page := ui.Page{
		Title: i18n.T(ctx, "warnings.title"), Description: i18n.T(ctx, "warnings.lead", "place", v.place), Canonical: s.BaseURL(r.Host) + listPath,
		Feeds: []ui.FeedLink{{Type: "application/atom+xml", Title: i18n.T(ctx, "warnings.feed"), URL: "/feeds/atom?art=" + Kind}},
	}
	return ui.Render(w, r, http.StatusOK, page, listPage(v))
}

// load finds a warning that readers may see: the archive stays readable.
func (s *service) load(r *http.Request) (*Warning, error) {
	all, err := s.recentWarnings(r.Context())
	if err != nil {
		return nil, err
	}
	id := r.PathValue("id")
	if i := slices.IndexFunc(all, func(w Warning) bool { return w.ID == id }); i >= 0 && !all[i].Sent.After(s.Clock.Now()) {
		return &all[i], nil
	}
	err = s.DB.View(r.Context(), func(tx *db.Tx) error {
		_, err := find(tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return nil, fault.New(fault.KindGone, "warnings.gone")
}

func (s *service) page(w http.ResponseWriter, r *http.Request) error {
	one, err := s.load(r)
	if err != nil {
		return err
	}
	v := s.view(r, one, r.URL.Query().Get("sprache"))
	if box, ok := geo.Bound(one.shape(s.Places())); ok {
		v.bounds = bounds(box)
	}
	page := ui.Page{Title: v.title, Description: strings.Join(v.description, " "), Canonical: s.BaseURL(r.Host) + v.url, Type: "article"}
	if v.bounds != "" {
		page.Scripts = []string{"map.js"}
	}
	return ui.Render(w, r, http.StatusOK, page, warningPage(v))
}

// bounds frames an area with some space around it.
func bounds(box orb.Bound) string {
	const around = 0.02 // degrees, about two kilometres
	numbers := []float64{box.Min[0] - around, box.Min[1] - around, box.Max[0] + around, box.Max[1] + around}
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = formatDegrees(n)
	}
	return strings.Join(out, ",")
}

// area answers with the outline of a warning (RFC 7946).
func (s *service) area(w http.ResponseWriter, r *http.Request) error {
	one, err := s.load(r)
	if err != nil {
		return err
	}
	v := s.view(r, one, "")
	features := []any{}
	if shape := one.shape(s.Places()); shape != nil {
		features = append(features, map[string]any{
			"type": "Feature", "id": one.ID, "geometry": json.RawMessage(geo.Format(shape)),
			"properties": map[string]string{"title": v.title, "url": v.url, "text": v.place, "when": v.untilText, "tone": v.tone},
		})
	}
	return writeGeoJSON(w, r, features)
}

// municipalityOf names the municipality of an organisation by both ids.
func municipalityOf(o *people.Organisation, m *region.Municipality) string { return o.ID + "/" + m.ID }

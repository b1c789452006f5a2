package directory

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
)

func (r *rig) village(slug string) string {
	v, ok := r.Places.VillageBySlug(slug)
	if !ok {
		r.t.Fatalf("no village %s", slug)
	}
	return v.ID
}

func (r *rig) form(pairs ...string) url.Values {
	v := url.Values{
		"publisher": {r.Orgs["gemeinde-fuchstal"]}, "action": {actSave}, "title": {"Wertstoffhof"}, "category": {"wertstoff"},
		"text": {"Papier und Glas."}, "address": {"Raiffeisenstraße 20, 86925 Fuchstal"}, "hours": {"Mo–Fr 8–12 Uhr\nSa 9–11"},
		"where": {"v:" + r.village("leeder")}, "version": {"0"},
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// written stores an entry and gives its id.
func (r *rig) written(pairs ...string) string {
	r.t.Helper()
	a := r.Post("town-editor", writePath, r.form(pairs...))
	if a.Status != http.StatusSeeOther {
		r.t.Fatalf("write: %d %s", a.Status, bulletintest.Problems(a.Body))
	}
	return strings.TrimPrefix(a.Location, listPath+"/")
}

func (r *rig) entries(f bulletin.Filter) []bulletin.Entry {
	r.t.Helper()
	var found bulletin.Result
	must(r.t, r.tools.DB.View(r.t.Context(), func(tx *db.Tx) (err error) {
		found, err = r.tools.Bulletin.List(tx, f, bulletin.Reader{}, bulletin.Page{Limit: 100})
		return err
	}))
	return found.Entries
}

func TestEntryFromFormToEveryOutlet(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		listing := r.written("phone", "08243 / 960-0", "web", "www.fuchstal.example", "mail", "Info@Fuchstal.example", "languages", "Deutsch, Englisch", "access", "step_free")
		r.Clock.Set(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)) // Monday, 9 o'clock in Leeder
		page := r.Get("", listPath+"/"+listing).Body
		bulletintest.Has(t, page, "Jetzt geöffnet bis 12 Uhr", `href="tel:082439600"`, `href="mailto:info@fuchstal.example"`, `href="https://www.fuchstal.example"`, "Ohne Stufen erreichbar", "Deutsch, Englisch",
			"Eingetragen von Gemeinde Fuchstal", "8:00–12:00", `class="now"`, "openingHoursSpecification", "RecyclingCenter")
		bulletintest.HasNot(t, page, "directory.", "people.kind", "bearbeiten")
		list := r.Get("", listPath).Body
		bulletintest.Has(t, list, "<article", "Wertstoffhof", "Jetzt geöffnet", "Gemeinde Fuchstal", `href="/karte?art=directory`)
		e := r.entries(bulletin.Filter{Kinds: []string{Kind}})
		if len(e) != 1 || e[0].InFeed || e[0].Link != listPath+"/"+listing || !strings.Contains(e[0].Summary, "Mo–Fr 8:00–12:00 Uhr") || e[0].Topics[0] != "wertstoff" {
			t.Errorf("entry: %+v", e)
		}
		// It changes, somebody else was faster, it goes.
		edit := listPath + "/" + listing + "/bearbeiten"
		bulletintest.Has(t, r.Get("town-editor", edit).Body, "Mo–Fr 8:00–12:00 Uhr", "Feiertage geschlossen")
		if a := r.Post("town-editor", edit, r.form("version", "1", "title", "Wertstoffhof neu")); a.Status != http.StatusSeeOther {
			t.Fatalf("change: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		if a := r.Post("town-editor", edit, r.form("version", "1", "title", "Verloren")); a.Status != http.StatusConflict {
			t.Errorf("overtaken: %d", a.Status)
		} else {
			bulletintest.Has(t, a.Body, "Verloren", "Wertstoffhof neu")
		}
		if a := r.Post("town-editor", edit, r.form("version", "2", "action", actWithdraw, "reason", "geschlossen")); a.Status != http.StatusSeeOther {
			t.Fatalf("withdraw: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		if a := r.Get("", listPath+"/"+listing); a.Status != http.StatusGone || len(r.entries(bulletin.Filter{Kinds: []string{Kind}})) != 0 {
			t.Errorf("after withdrawing: %d", a.Status)
		}
	})
}

func TestWrongAnswersComeBack(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		for field, form := range map[string]url.Values{
			"hours":    r.form("hours", "Mo-Fr 8-12\nDi 25-26 Uhr"),
			"category": r.form("category", "raumhafen"),
			"phone":    r.form("phone", "<script>"),
			"mail":     r.form("mail", "nicht so"),
			"web":      r.form("web", "javascript://x.example/%0aalert(1)"),
			"stops":    r.form("stops", "Atlantis: Di 9:15"),
			"title":    r.form("title", ""),
			"access":   r.form("access", "teleport"),
			"lat":      r.form("lat", "999", "lon", "10"),
		} {
			a := r.Post("town-editor", writePath, form)
			if a.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d", field, a.Status)
				continue
			}
			bulletintest.Has(t, a.Body, `href="#`+field, "Papier und Glas.")
			bulletintest.HasNot(t, a.Body, "<script>", "directory.")
		}
		if n := len(r.entries(bulletin.Filter{Kinds: []string{Kind}})); n != 0 {
			t.Errorf("%d entries were stored", n)
		}
	})
}

func TestFiltersAndOpenNow(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.written("title", "Früh auf", "hours", "Mo-So 6-10 Uhr")
		r.written("title", "Spät auf", "hours", "Mo-So 18-23 Uhr", "category", "gasthaus", "where", "v:"+r.village("unterdiessen"))
		r.written("title", "Ärztehaus", "hours", "", "category", "arzt", "where", "v:"+r.village("seestall"))
		must(t, r.Index.Flush(t.Context()))
		for path, want := range map[string]string{
			listPath:                           "Ärztehaus Früh auf Spät auf",
			listPath + "?offen=1":              "Früh auf",
			listPath + "?kategorie=gasthaus":   "Spät auf",
			listPath + "?ort=seestall":         "Ärztehaus",
			listPath + "?ort=fuchstal":         "Ärztehaus Früh auf",
			listPath + "?q=%C3%A4rztehaus":     "Ärztehaus",
			listPath + "?q=gibtesnicht":        "",
			listPath + "?ort=leeder&buchstabe": "Früh auf",
		} {
			body := r.Get("", path).Body
			for _, title := range []string{"Ärztehaus", "Früh auf", "Spät auf"} {
				if strings.Contains(body, ">"+title+"</a>") != strings.Contains(want, title) {
					t.Errorf("%s: want %q, wrong about %s", path, want, title)
				}
			}
		}
		for _, path := range []string{"?kategorie=x", "?ort=atlantis", "?buchstabe=%3Cb%3E", "?buchstabe=AB"} {
			if a := r.Get("", listPath+path); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d", path, a.Status)
			}
		}
		if a := r.Get("", csvPath+"?kategorie=arzt"); a.Status != 200 || !strings.Contains(a.Body, "Ärztehaus") || strings.Contains(a.Body, "Spät auf") {
			t.Errorf("table: %d %s", a.Status, a.Body)
		}
	})
}

func TestOrganisationsHaveTheirPage(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		path := orgPath("musikverein-leeder")
		for range 2 { // without and with an entry of its own
			page := r.Get("", path).Body
			bulletintest.Has(t, page, "Musikverein Leeder", "&lt;b&gt;seit", "tel:08243123", "/feeds/rss?von=musikverein-leeder", "/calendar.ics?von=musikverein-leeder", "Verein")
			bulletintest.HasNot(t, page, "<b>seit", "/verwalten")
			must(t, r.followOrganisations(t.Context(), nil))
		}
		club := r.entries(bulletin.Filter{Kinds: []string{Kind}, Publisher: "musikverein-leeder"})
		if len(club) != 1 || club[0].Link != path || club[0].Topics[0] != "verein" {
			t.Fatalf("entry of the club: %+v", club)
		}
		if a := r.Get("", listPath+"/"+club[0].ID); a.Location != path {
			t.Errorf("the entry leads to %q", a.Location)
		}
		bulletintest.Has(t, r.Get("club-admin", path).Body, path+"/verwalten", "bearbeiten")
		// Edited by its editor, it no longer follows; it cannot be taken away.
		edit := listPath + "/" + club[0].ID + "/bearbeiten"
		form := r.form("publisher", r.Orgs["musikverein-leeder"], "category", "verein", "version", "1", "title", "Musikverein", "hours", "Fr 20–22 Uhr")
		if a := r.Post("club-editor", edit, form); a.Status != http.StatusSeeOther {
			t.Fatalf("edit: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		must(t, r.followOrganisations(t.Context(), nil))
		bulletintest.Has(t, r.Get("", path).Body, "Geschlossen, öffnet Freitag um 20 Uhr")
		form.Set("action", actWithdraw)
		form.Set("version", "2")
		if a := r.Post("club-editor", edit, form); a.Status != http.StatusConflict {
			t.Errorf("the page of an organisation was taken away: %d", a.Status)
		}
		if a := r.Get("", orgPath("gibt-es-nicht")); a.Status != http.StatusNotFound {
			t.Errorf("unknown organisation: %d", a.Status)
		}
	})
}

func TestWhoMayEdit(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		edit := listPath + "/" + r.written() + "/bearbeiten"
		for actor, want := range map[string]int{
			"": 401, "resident": 403, "club-reader": 403, "club-author": 403, "club-editor": 404, "club-admin": 404,
			"town-author": 403, "town-editor": 200, "town-admin": 200, "operator": 200, "token": 404,
		} {
			if got := r.Get(actor, edit); got.Status != want {
				t.Errorf("%q reads the form: %d, want %d", actor, got.Status, want)
			}
		}
		if a := r.Post("club-editor", writePath, r.form()); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("a club writes for the municipality: %d", a.Status)
		}
	})
}

func TestToday(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.written("title", "Rathaus", "category", "amt", "hours", "Mo–Fr 8–12 Uhr")
		r.written("title", "Bäckerwagen", "category", "laden", "hours", "", "stops", "Seestall, Dorfplatz: Mo 9:15\nAsch: Di 10–10:20 Uhr")
		monday := time.Date(2026, 11, 23, 0, 0, 0, 0, r.Places.Location())
		ask := func(village string, day time.Time) string {
			v, _ := r.Places.Village(r.village(village))
			m, _ := r.Places.Municipality(v.MunicipalityID)
			var lines []string
			must(t, r.tools.DB.View(t.Context(), func(tx *db.Tx) error {
				facts, err := r.today(r.Speak(tx.Context(), i18n.German), tx, bulletin.Place{Municipality: m, Village: v}, day)
				for _, f := range facts {
					lines = append(lines, f.Text)
				}
				return err
			}))
			return strings.Join(lines, "; ")
		}
		r.Clock.Set(monday.Add(9 * time.Hour))
		for _, c := range []struct {
			village string
			day     time.Time
			want    string
		}{
			{"seestall", monday, "Rathaus: bis 12 Uhr offen; Bäckerwagen hält 9:15 Uhr in Seestall, Dorfplatz"},
			{"leeder", monday.AddDate(0, 0, 1), "Rathaus: 8:00–12:00 Uhr"},
			{"asch", monday.AddDate(0, 0, 1), "Rathaus: 8:00–12:00 Uhr; Bäckerwagen hält 10:00–10:20 Uhr in Asch"},
			{"asch", monday.AddDate(0, 0, 32), ""}, // Christmas Day
			{"unterdiessen", monday, ""},
		} {
			if got := ask(c.village, c.day); got != c.want {
				t.Errorf("%s on %s: %q, want %q", c.village, c.day.Format(time.DateOnly), got, c.want)
			}
		}
	})
}

func TestAPI(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		body := `{"title":"Proberaum","category":"verein","place":"leeder","opening_hours":"Fr 20:00-22:00","point":[10.833,47.9415],"stops":[{"village":"asch","opening_hours":"Mo 09:15"}]}`
		a, item := r.JSON("token", "POST", apiPath, body)
		if a.Status != http.StatusCreated || item["publisher"] != "musikverein-leeder" || item["open"] != false || item["version"] != 1.0 {
			t.Fatalf("create: %d %s", a.Status, a.Body)
		}
		path := apiPath + "/" + item["id"].(string)
		if _, got := r.JSON("", "GET", path, ""); got["opening_hours"] != "Fr 20:00-22:00" || got["next_change"] == nil {
			t.Errorf("read: %v", got)
		}
		if a, _ = r.JSON("token", "PUT", path, strings.Replace(body, `"title"`, `"version":9,"title"`, 1)); a.Status != http.StatusConflict {
			t.Errorf("a version that is not: %d", a.Status)
		}
		if a, item = r.JSON("token", "PUT", path, strings.Replace(body, "Proberaum", "Saal", 1)); a.Status != 200 || item["title"] != "Saal" || item["version"] != 2.0 {
			t.Errorf("replace: %d %v", a.Status, item)
		}
		for name, wrong := range map[string]string{
			"hours":    strings.Replace(body, "Fr 20:00-22:00", "immer mal", 1),
			"category": strings.Replace(body, `"verein"`, `"mond"`, 1),
			"place":    strings.Replace(body, `"leeder"`, `"atlantis"`, 1),
			"foreign":  strings.Replace(body, `{"title"`, `{"publisher":"gemeinde-fuchstal","title"`, 1),
		} {
			if a, _ := r.JSON("token", "POST", apiPath, wrong); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d %s", name, a.Status, a.Body)
			}
		}
		if a, _ := r.JSON("", "POST", apiPath, body); a.Status != http.StatusUnauthorized {
			t.Errorf("without a token: %d", a.Status)
		}
		for _, title := range []string{"Aal", "Biber", "Chor"} {
			r.JSON("token", "POST", apiPath, strings.Replace(body, "Proberaum", title, 1))
		}
		_, page := r.JSON("", "GET", apiPath+"?limit=3", "")
		_, rest := r.JSON("", "GET", apiPath+"?limit=3&after="+page["next"].(string), "")
		if len(page["items"].([]any)) != 3 || len(rest["items"].([]any)) != 1 || rest["next"] != nil {
			t.Errorf("pages: %v, then %v", page, rest)
		}
		if a, _ := r.JSON("token", "DELETE", path, ""); a.Status != http.StatusNoContent {
			t.Errorf("withdraw: %d %s", a.Status, a.Body)
		}
		if a, _ := r.JSON("", "GET", path, ""); a.Status != http.StatusGone {
			t.Errorf("after withdrawing: %d", a.Status)
		}
	})
}

func TestSampleAndLetters(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		written := 0
		must(t, r.part.Sample(t.Context(), capability.SampleRun{Seed: 1, Bulk: 300, Step: func(n int) { written += n }}))
		if written != 300 {
			t.Errorf("%d generated", written)
		}
		page := r.Get("", listPath).Body
		bulletintest.Has(t, page, "Anfangsbuchstabe", "buchstabe=S")
		if n := strings.Count(page, "<article"); n == 0 || n > 200 {
			t.Errorf("%d entries on one page", n)
		}
		bulletintest.Has(t, r.Get("", listPath+"?kategorie=wertstoff").Body, "Wertstoffhof Fuchstal", "Beispiel")
		bulletintest.Has(t, r.Get("", orgPath("gemeinde-fuchstal")).Body, "Bahnhofstraße 1", "Öffnungszeiten")
	})
}

func TestNumbersAreDialled(t *testing.T) {
	for text, want := range map[string]string{"+49 (0) 8243 960-0": "tel:+4982439600", "08243/9600": "tel:082439600", "112": "tel:112"} {
		if got := dial(text); got != want || !phone(text) {
			t.Errorf("%s is dialled %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"keine", "1", "javascript:1234", strings.Repeat("1", 40)} {
		if phone(text) {
			t.Errorf("%q passes as a number", text)
		}
	}
}

func TestCategoriesAreTold(t *testing.T) {
	s, err := newService(bulletin.Tools{})
	must(t, err)
	for _, lang := range i18n.Langs {
		words := s.words.In(lang, time.UTC)
		for _, c := range Categories {
			if !words.Has("directory.category_" + c.ID) {
				t.Errorf("%s: category %s has no name", lang, c.ID)
			}
		}
		for _, code := range AccessCodes {
			if !words.Has("directory.access_" + code) {
				t.Errorf("%s: %s has no text", lang, code)
			}
		}
	}
	for _, kind := range people.Kinds {
		if _, known := category(categoryOf[kind]); !known {
			t.Errorf("organisations of kind %s have no category", kind)
		}
	}
	for text, want := range map[string]string{"Sportverein": "verein", "Zahnarzt": "arzt", "Bäckerei": "laden", "": "betrieb", "amt": "amt", "Grundschule": "bildung"} {
		if got := categoryByName(text); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

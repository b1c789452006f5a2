package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/i18n"
)

// upload is a multipart form; a name that begins with @ is a file.
func upload(t *testing.T, fields ...string) (contentType string, body *bytes.Buffer) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for i := 0; i+1 < len(fields); i += 2 {
		name, isFile := strings.CutPrefix(fields[i], "@")
		if !isFile {
			must(t, w.WriteField(name, fields[i+1]))
			continue
		}
		part, err := w.CreateFormFile("file", name)
		must(t, err)
		_, err = part.Write([]byte(fields[i+1]))
		must(t, err)
	}
	must(t, w.Close())
	return w.FormDataContentType(), body
}

const listURL = "/organisationen/" + club + "/quellen"

// begin uploads a file and gives the address of the next step.
func (r *rig) begin(t *testing.T, fields ...string) string {
	t.Helper()
	contentType, body := upload(t, fields...)
	w := r.do("editor", "POST", listURL+"/neu", contentType, body)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

func (r *rig) post(path string, pairs ...string) (status int, location, body string) {
	r.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	w := r.do("editor", "POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

func (r *rig) page(path string, want ...string) string {
	r.t.Helper()
	w := r.do("editor", "GET", path, "", nil)
	if w.Code != http.StatusOK {
		r.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	for _, text := range want {
		if !strings.Contains(w.Body.String(), text) {
			r.t.Errorf("%s: no %q", path, text)
		}
	}
	if strings.Contains(w.Body.String(), ">intake.") {
		r.t.Errorf("%s: a text is missing", path)
	}
	return w.Body.String()
}

func TestImportInTheBrowser(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		if w := r.do("editor", "GET", choosePath, "", nil); w.Header().Get("Location") != listURL {
			t.Errorf("the only organisation: %d %s", w.Code, w.Header().Get("Location"))
		}
		r.page(listURL, "Noch keine Quelle")
		r.page(listURL+"/neu", `type="file"`)
		step := r.begin(t, "@termine.csv", "Titel;Datum;Farbe\nProbe <b>;1.12.2026;rot\nKonzert;2.12.2026;blau\nOhne Datum;;\n")
		r.page(step, "Tabelle (CSV), 3 Einträge", "Probe &lt;b&gt;", "Farbe", "Zeile 4: Ohne Datum")
		status, next, _ := r.post(step, "kind", "things")
		if status != http.StatusSeeOther || next != step+"/optionen" {
			t.Fatalf("%d %s", status, next)
		}
		r.page(next, "termine.csv", "Leeder")
		status, _, body := r.post(next, "name", "", "place", "atlantis", "publish", "direct")
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, "Bitte geben Sie der Quelle einen Namen") || !strings.Contains(body, "atlantis") {
			t.Errorf("%d", status)
		}
		status, next, _ = r.post(next, "name", "Vereinsliste", "place", "leeder", "topics", "Musik", "publish", "direct")
		if status != http.StatusSeeOther {
			t.Fatal(status)
		}
		r.page(next, "Vereinsliste", "Leeder", "termine.csv")
		if n := len(r.state()); n != 0 {
			t.Errorf("%d things before the last step", n)
		}
		_, next, _ = r.post(next)
		if w := r.do("editor", "GET", next, "", nil); w.Header().Get("Refresh") == "" || !strings.Contains(w.Body.String(), "Wird gerade übernommen") {
			t.Error("no progress shown")
		}
		must(t, r.Queue.Drain(r.ctx()))
		done := r.page(next, "Fertig übernommen", "Zeile 4: Ohne Datum", "/quelle/")
		if got := r.state(); !slices.Equal(got, []string{"Konzert there 1", "Probe <b> there 1"}) {
			t.Errorf("%v", got)
		}
		source := sourceLink(t, done)
		r.page(source, "Vereinsliste", "2 Einträge", "Verlauf")
		if w := r.do("editor", "GET", step, "", nil); w.Code != http.StatusGone {
			t.Errorf("the draft is still there: %d", w.Code)
		}
		r.page(source+"/bearbeiten", "Vereinsliste", `value="leeder" selected`)
		if status, _, _ := r.post(source+"/bearbeiten", "name", "Liste", "place", "", "publish", "drafts"); status != http.StatusSeeOther {
			t.Error(status)
		}
		r.page(listURL, "Liste")
		r.page(source + "/entfernen")
		if status, _, body := r.post(source + "/entfernen"); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Bitte wählen Sie") {
			t.Error(status)
		}
		if status, _, _ := r.post(source+"/entfernen", "what", "withdraw"); status != http.StatusSeeOther {
			t.Error(status)
		}
		if got := r.state(); !slices.Equal(got, []string{"Konzert gone 1", "Probe <b> gone 1"}) {
			t.Errorf("%v", got)
		}
		r.page(listURL, "Noch keine Quelle")
	})
}

func sourceLink(t *testing.T, page string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, `href="/organisationen/`+club+`/quelle/`)
	if !found {
		t.Fatal("no link to the source")
	}
	id, _, _ := strings.Cut(rest, `"`)
	return "/organisationen/" + club + "/quelle/" + id
}

func TestAddressInTheBrowser(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.site.set(200, `"1"`, calendar(event("a", 1, "Probe"), event("p", 2, "Arzt", "CLASS:PRIVATE")))
		step := r.begin(t, "address", r.site.URL+"/k.ics")
		if page := r.page(step, "Kalender (iCalendar)", "Probe"); strings.Contains(page, "Arzt") {
			t.Error("a private event is shown")
		}
		_, next, _ := r.post(step, "kind", "things")
		r.page(next, "Alle 6 Stunden")
		_, next, _ = r.post(next, "name", "Musik", "place", "", "publish", "direct", "every", "24")
		_, next, _ = r.post(next)
		must(t, r.Queue.Drain(r.ctx()))
		source := sourceLink(t, r.page(next, "Fertig"))
		r.page(source, "Jeden Tag", r.site.URL)
		r.site.set(200, `"2"`, calendar(event("a", 1, "Generalprobe")))
		if status, _, _ := r.post(source + "/holen"); status != http.StatusSeeOther {
			t.Error(status)
		}
		must(t, r.Queue.Drain(r.ctx()))
		if got := r.state(); !slices.Equal(got, []string{"Generalprobe there 2"}) {
			t.Errorf("%v", got)
		}
		if status, _, _ := r.post(source+"/bearbeiten", "name", "Musik", "publish", "direct", "every", "24", "pause", "1"); status != http.StatusSeeOther {
			t.Error(status)
		}
		asked := len(r.site.asked)
		r.clock.Advance(100 * time.Hour)
		r.due()
		if len(r.site.asked) != asked {
			t.Error("a paused source was asked")
		}
		r.page(source, "Pausiert")
	})
}

func TestBadUploadsGetOneSentence(t *testing.T) {
	r := newRig(t, dbtest.SQLite(t, migrations...))
	for name, c := range map[string]struct {
		fields []string
		want   string
		status int
	}{
		"nothing":         {[]string{"address", ""}, "Bitte geben Sie eine Adresse ein", 422},
		"this machine":    {[]string{"address", "http://127.0.0.1/"}, "internes Netz", 422},
		"private network": {[]string{"address", "http://192.168.178.1/kalender.ics"}, "internes Netz", 422},
		"other scheme":    {[]string{"address", "file:///etc/passwd"}, "https://", 422},
		"broken":          {[]string{"@k.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:x\nEND:VEVENT\nEND:VCALENDAR\n"}, "Zeile 3", 422},
		"picture":         {[]string{"@k.png", "\x89PNG\x00\x00"}, "keine Tabelle", 422},
		"too large":       {[]string{"@k.csv", strings.Repeat("x", MaxBytes+10)}, "Erlaubt sind 20 MB", 413},
		"far too large":   {[]string{"@k.csv", strings.Repeat("x", MaxBytes+2<<20)}, "20 MB", 413},
	} {
		contentType, body := upload(t, c.fields...)
		w := r.do("editor", "POST", listURL+"/neu", contentType, body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %d, no %q", name, w.Code, c.want)
		}
	}
	if r.rows("intake_draft") != 0 || len(r.site.asked) != 0 {
		t.Error("something was kept or asked")
	}
}

func TestOnlyEditorsOfTheOrganisation(t *testing.T) {
	r := newRig(t, dbtest.SQLite(t, migrations...))
	run := r.file("k.ics", calendar(event("a", 1, "Probe")))
	step := r.begin(t, "@k.ics", calendar(event("b", 1, "Probe")))
	source := sourcePath(club, run.Source)
	for _, path := range []string{listURL, listURL + "/neu", step, step + "/optionen", step + "/pruefen", source, source + "/bearbeiten", source + "/entfernen", runPath(club, run.ID)} {
		for actor, want := range map[string]int{"": 401, "author": 403, "editor": 200} {
			if w := r.do(actor, "GET", path, "", nil); w.Code != want {
				t.Errorf("%s as %q: %d, want %d", path, actor, w.Code, want)
			}
		}
		if w := r.do("editor", "GET", strings.Replace(path, club, "sportverein", 1), "", nil); w.Code != 403 {
			t.Errorf("%s of another club: %d", path, w.Code)
		}
	}
	// Another club's editor must not reach these by id through the own address.
	other := r.actors["editor"]
	orgs, err := r.People.Organisations(r.ctx())
	must(t, err)
	o, _ := orgs.BySlug("sportverein")
	other.Roles = map[string]people.Role{o.ID: "editor"}
	r.actors["other"] = other
	for _, path := range []string{step, source, source + "/entfernen", runPath(club, run.ID)} {
		if w := r.do("other", "GET", strings.Replace(path, club, "sportverein", 1), "", nil); w.Code != 404 && w.Code != 410 {
			t.Errorf("%s through the other club: %d", path, w.Code)
		}
	}
}

func TestDraftsDoNotStay(t *testing.T) {
	r := newRig(t, dbtest.SQLite(t, migrations...))
	r.begin(t, "@k.ics", calendar(event("b", 1, "Probe")))
	r.clock.Advance(keepDraft + time.Hour)
	r.due()
	if n := r.rows("intake_draft"); n != 0 {
		t.Errorf("%d drafts", n)
	}
}

func (r *rig) call(actor, method, path, contentType, body string) (int, Result, string) {
	r.t.Helper()
	w := r.do(actor, method, path, contentType, strings.NewReader(body))
	var out Result
	if w.Code == 200 {
		must(r.t, json.Unmarshal(w.Body.Bytes(), &out))
	}
	return w.Code, out, w.Body.String()
}

func TestAPI(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		content, err := json.Marshal(calendar(event("a", 1, "Probe"), event("p", 2, "x", "CLASS:PRIVATE")))
		must(t, err)
		body := fmt.Sprintf(`{"format":"ics","content":%s,"dry_run":%%t}`, content)
		status, dry, text := r.call("token", "POST", apiPath, "application/json", fmt.Sprintf(body, true))
		if status != 200 || dry.Created != 1 || !dry.DryRun || dry.ID != "" || len(r.state()) != 0 {
			t.Fatalf("dry: %d %+v %s", status, dry, text)
		}
		status, done, text := r.call("token", "POST", apiPath, "application/json", fmt.Sprintf(body, false))
		if status != 200 || done.Created != 1 || done.Skipped != 1 || len(done.Errors) != 0 || len(done.LeftOut) != 1 {
			t.Fatalf("%d %+v %s", status, done, text)
		}
		if _, again, _ := r.call("reading", "GET", apiPath+"/"+done.ID, "", ""); again.ID != done.ID || again.Created != 1 || again.Source != done.Source {
			t.Errorf("read: %+v", again)
		}
		contentType, form := upload(t, "@k.ics", calendar(event("a", 1, "Generalprobe")), "to", "things", "place", "leeder")
		if status, done, text = r.call("token", "POST", apiPath, contentType, form.String()); status != 200 || done.Updated != 1 {
			t.Errorf("form: %d %s", status, text)
		}
		for name, c := range map[string]struct {
			actor, body string
			status      int
		}{
			"nobody":       {"", fmt.Sprintf(body, false), 401},
			"only reading": {"reading", fmt.Sprintf(body, false), 403},
			"no publisher": {"editor", fmt.Sprintf(body, false), 422},
			"other club":   {"token", `{"content":"x","publisher":"sportverein"}`, 403},
			"both":         {"token", `{"content":"x","url":"https://x.example"}`, 422},
			"neither":      {"token", `{}`, 422},
			"no JSON":      {"token", `{`, 422},
			"mistyped":     {"token", `{"contents":"x"}`, 422},
			"format":       {"token", `{"format":"oparl","content":"x"}`, 422},
			"kind":         {"token", `{"to":"nothing","content":"BEGIN:VCALENDAR\nEND:VCALENDAR"}`, 422},
			"place":        {"token", `{"place":"atlantis","content":"BEGIN:VCALENDAR\nEND:VCALENDAR"}`, 422},
			"this machine": {"token", `{"url":"http://localhost/"}`, 422},
			"broken":       {"token", `{"content":"BEGIN:VCALENDAR\nBEGIN:VEVENT"}`, 422},
		} {
			if status, _, text := r.call(c.actor, "POST", apiPath, "application/json", c.body); status != c.status {
				t.Errorf("%s: %d %s", name, status, text)
			}
		}
		if got := r.state(); !slices.Equal(got, []string{"Generalprobe there 2"}) {
			t.Errorf("%v", got)
		}
	})
}

// The words of every reason a reader can give must be there in both languages.
func TestEveryReasonHasWords(t *testing.T) {
	r := newRig(t, dbtest.SQLite(t, migrations...))
	german, english := r.words.Keys(i18n.German), r.words.Keys(i18n.English)
	if !slices.Equal(german, english) {
		t.Error("the catalogues differ")
	}
	for _, s := range []State{Waiting, Good, Failing, Asking, Paused, Removed} {
		if !slices.Contains(german, "intake.state_"+string(s)) {
			t.Errorf("no word for %s", s)
		}
	}
	for _, h := range append(slices.Clone(everyHours), 0) {
		if !slices.Contains(german, fmt.Sprint("intake.every_", h)) {
			t.Errorf("no word for every %d hours", h)
		}
	}
}

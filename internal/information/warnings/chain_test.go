package warnings

import (
	"archive/zip"
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/information/warnings/cap"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fetch"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

func TestChainsOfMessages(t *testing.T) {
	hour := func(n int) time.Time { return bulletintest.Present.Add(time.Duration(n) * time.Hour) }
	for _, c := range []struct {
		name     string
		messages []cap.Alert
		want     string // titles in the bulletin
	}{
		{"one", []cap.Alert{message("a", "Alert", bulletintest.Present)}, "Glätte a"},
		{"the same twice", []cap.Alert{message("a", "Alert", bulletintest.Present), message("a", "Alert", bulletintest.Present)}, "Glätte a"},
		{"through NINA, too", []cap.Alert{message("a", "Alert", bulletintest.Present), message("dwd.a", "Alert", bulletintest.Present)}, "Glätte a"},
		{"updated", []cap.Alert{message("a", "Alert", hour(-1)), message("b", "Update", bulletintest.Present, "a")}, "Glätte b"},
		{"updated twice", []cap.Alert{message("a", "Alert", hour(-2)), message("b", "Update", hour(-1), "a"), message("c", "Update", bulletintest.Present, "a", "b")}, "Glätte c"},
		{"the old one comes late", []cap.Alert{message("b", "Update", bulletintest.Present, "a"), message("a", "Alert", hour(-1))}, "Glätte b"},
		{"two become one", []cap.Alert{message("a", "Alert", hour(-1)), message("b", "Alert", hour(-1)), message("c", "Update", bulletintest.Present, "a", "b")}, "Glätte c"},
		{"cancelled", []cap.Alert{message("a", "Alert", hour(-1)), message("x", "Cancel", bulletintest.Present, "a")}, "Entwarnung: Glätte a"},
		{"cancelled before it came", []cap.Alert{message("x", "Cancel", bulletintest.Present, "a"), message("a", "Alert", hour(-1))}, ""},
		{"a test", []cap.Alert{func() cap.Alert { a := message("a", "Alert", bulletintest.Present); a.Status = "Test"; return a }()}, ""},
		{"not for the public", []cap.Alert{func() cap.Alert { a := message("a", "Alert", bulletintest.Present); a.Scope = "Restricted"; return a }()}, ""},
		{"an acknowledgement", []cap.Alert{message("a", "Ack", bulletintest.Present)}, ""},
		{"over", []cap.Alert{message("a", "Alert", hour(-7))}, ""},
		{"moved away", []cap.Alert{message("a", "Alert", hour(-1)), func() cap.Alert {
			a := message("b", "Update", bulletintest.Present, "a")
			a.Infos[0].Areas[0].Geocodes[0].Value = "109190000"
			return a
		}()}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, r *rig) {
				o, err := r.origin(context.Background(), sourceDWD)
				must(t, err)
				r.take(o, false, c.messages...)
				if got := r.titles(); got != c.want {
					t.Errorf("%q, want %q", got, c.want)
				}
			})
		})
	}
}

func TestAnUpdateKeepsItsAddress(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	o, err := r.origin(context.Background(), sourceDWD)
	must(t, err)
	r.take(o, false, message("a", "Alert", bulletintest.Present.Add(-time.Hour)))
	before := r.inForce("")[0].path()
	r.take(o, false, message("b", "Update", bulletintest.Present, "a"))
	if after := r.inForce("")[0].path(); after != before {
		t.Errorf("%s became %s", before, after)
	}
}

func TestAllClearIsToldForTwoHours(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		o, err := r.origin(context.Background(), sourceDWD)
		must(t, err)
		r.take(o, true, message("a", "Alert", bulletintest.Present))
		r.take(o, true) // the source no longer has it
		if got := r.titles(); got != "Entwarnung: Glätte a" {
			t.Errorf("%q", got)
		}
		if page := r.Get("", listPath+"?ort=region").Body; !strings.Contains(page, "Aufgehoben am") {
			t.Error("the list does not tell the all clear")
		}
		r.Clock.Advance(allClear + time.Minute)
		if got := r.titles(); got != "" {
			t.Errorf("%q after two hours", got)
		}
		r.take(o, true, message("a", "Alert", bulletintest.Present)) // there again: the gap was a mistake of the source
		if got := r.titles(); got != "Glätte a" {
			t.Errorf("%q", got)
		}
	})
}

func TestOnlyTheNeighbour(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	o, err := r.origin(context.Background(), "")
	must(t, err)
	fuchstal, _ := r.Places.MunicipalityBySlug("fuchstal")
	apfeldorf, _ := r.Places.MunicipalityBySlug("apfeldorf")
	a := message("a", "Alert", bulletintest.Present)
	a.Infos[0].Areas = []cap.Area{square(apfeldorf.Centre, 300)}
	r.take(o, false, a)
	if len(r.inForce(fuchstal.ID)) != 0 || len(r.inForce(apfeldorf.ID)) != 1 {
		t.Errorf("Fuchstal %d, Apfeldorf %d", len(r.inForce(fuchstal.ID)), len(r.inForce(apfeldorf.ID)))
	}
}

func TestBanner(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	o, err := r.origin(context.Background(), "")
	must(t, err)
	town, _ := r.Places.MunicipalityBySlug("fuchstal")
	var shell ui.Shell
	r.banners(r.Speak(context.Background(), i18n.German), town, &shell)
	if len(shell.Banners) != 0 {
		t.Errorf("%+v without a warning", shell.Banners)
	}
	severe := message("severe", "Alert", bulletintest.Present)
	severe.Infos[0].Severity = "Severe"
	r.take(o, false, message("a", "Alert", bulletintest.Present), severe)
	r.banners(r.Speak(context.Background(), i18n.German), town, &shell)
	if len(shell.Banners) != 1 || shell.Banners[0].Severity != "danger" || shell.Banners[0].Title != "Glätte severe" || !strings.Contains(shell.Banners[0].Text, "Und eine weitere Warnung.") {
		t.Errorf("%+v", shell.Banners)
	}
	r.Clock.Advance(7 * time.Hour)
	shell.Banners = nil
	if r.banners(r.Speak(context.Background(), i18n.German), nil, &shell); len(shell.Banners) != 0 {
		t.Errorf("%+v although all is over", shell.Banners)
	}
}

// fetching lets the rig reach a server of the test.
func (r *rig) fetching(h http.Handler) string {
	r.t.Helper()
	server := httptest.NewServer(h)
	r.t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	must(r.t, err)
	r.service.Fetch = fetch.New(fetch.Options{Allow: []netip.AddrPort{netip.MustParseAddrPort(u.Host)}})
	return server.URL
}

func (r *rig) store(s Source) {
	r.t.Helper()
	must(r.t, r.DB.Update(context.Background(), func(tx *db.Tx) error { return putSource(tx, s) }))
}

func zipped(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, text := range files {
		w, err := z.Create(name)
		must(t, err)
		_, err = w.Write([]byte(text))
		must(t, err)
	}
	must(t, z.Close())
	return buf.Bytes()
}

func TestPollDWD(t *testing.T) {
	fixture, err := os.ReadFile("cap/testdata/dwd.xml")
	must(t, err)
	each(t, func(t *testing.T, r *rig) {
		body, asked, down := zipped(t, map[string]string{"a.xml": string(fixture)}), 0, false
		address := r.fetching(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			asked++
			switch {
			case down:
				http.Error(w, "no", http.StatusInternalServerError)
			case q.Header.Get("If-None-Match") == `"1"`:
				w.WriteHeader(http.StatusNotModified)
			default:
				w.Header().Set("ETag", `"1"`)
				_, err := w.Write(body)
				must(t, err)
			}
		}))
		poll := func() { t.Helper(); must(t, r.poll(context.Background(), nil)) }
		r.store(Source{ID: sourceDWD, Address: address})
		if poll(); asked != 0 {
			t.Error("a source that is off was asked")
		}
		r.store(Source{ID: sourceDWD, Address: address, Enabled: true})
		poll()
		if got := r.titles(); got != "Amtliche WARNUNG vor STURMBÖEN" {
			t.Fatalf("%q", got)
		}
		version := r.DB.Version()
		if poll(); asked != 2 || r.DB.Version() != version {
			t.Error("nothing new was written down all the same")
		}
		down = true
		r.Clock.Advance(8 * time.Hour)
		if poll(); r.titles() != "Amtliche WARNUNG vor STURMBÖEN" {
			t.Error("a failing source takes back what it said")
		}
		if page := r.Get("operator", operatorPath).Body; !strings.Contains(page, "gescheitert") {
			t.Error("the operator does not learn that it fails")
		}
	})
}

func TestSilentSourceIsNotBelievedForEver(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	address := r.fetching(http.NotFoundHandler())
	r.store(Source{ID: sourceDWD, Address: address, Enabled: true, OkAt: bulletintest.Present})
	o, err := r.origin(context.Background(), sourceDWD)
	must(t, err)
	long := message("a", "Alert", bulletintest.Present)
	long.Infos[0].Expires = bulletintest.Present.AddDate(0, 0, 5)
	r.take(o, false, long)
	for _, c := range []struct {
		after time.Duration
		n     int
	}{{23 * time.Hour, 1}, {2 * time.Hour, 0}} {
		r.Clock.Advance(c.after)
		must(t, r.poll(context.Background(), nil))
		if got := len(r.inForce("")); got != c.n {
			t.Errorf("%d warnings after %s, want %d", got, c.after, c.n)
		}
	}
}

func TestPollNINA(t *testing.T) {
	read := func(name string) string {
		raw, err := os.ReadFile("cap/testdata/" + name)
		must(t, err)
		return string(raw)
	}
	r := newRig(t, dbSQLite(t))
	r.Clock.Set(time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC))
	var asked []string
	address := r.fetching(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		asked = append(asked, q.URL.Path)
		body := map[string]string{"dashboard": "dashboard.json", "geojson": "nina.geojson", "json": "nina.json"}
		name := body["json"]
		if strings.HasPrefix(q.URL.Path, "/dashboard/") {
			name = body["dashboard"]
		} else if strings.HasSuffix(q.URL.Path, ".geojson") {
			name = body["geojson"]
		}
		_, err := w.Write([]byte(read(name)))
		must(t, err)
	}))
	r.store(Source{ID: sourceNINA, Address: address + "/", Enabled: true})
	must(t, r.poll(context.Background(), nil))
	if len(asked) != 3 || asked[0] != "/dashboard/091810000000.json" {
		t.Errorf("asked for %q", asked)
	}
	if got := r.titles(); !strings.Contains(got, "Rauch") {
		t.Errorf("%q", got)
	}
}

func TestRealFileOfTheDWD(t *testing.T) {
	const reference = "../../../../shared/data/cap/Z_CAP_C_EDZW_LATEST_PVW_STATUS_PREMIUMDWD_COMMUNEUNION_MUL.zip"
	raw, err := os.ReadFile(reference)
	if err != nil {
		t.Skip("no reference data: the DWD's ZIP is not part of the repository")
	}
	alerts, err := readFile("dwd.zip", raw)
	must(t, err)
	r := newRig(t, dbSQLite(t))
	o, err := r.origin(context.Background(), sourceDWD)
	must(t, err)
	r.Clock.Set(inOrder(alerts)[len(alerts)-1].Sent)
	r.take(o, true, alerts...)
	for _, m := range r.Places.Municipalities() {
		want := 0
		for _, a := range alerts {
			if meant(a) && a.MsgType != "Cancel" && Touches(a, placeOf(m), 0) && r.Clock.Now().Before(endOf(a)) {
				want++
			}
		}
		if got := len(r.inForce(m.ID)); got != want {
			t.Errorf("%s: %d of %d warnings", m.Name, got, want)
		}
	}
}

func TestWriteAWarning(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		town, _ := r.Places.MunicipalityBySlug("fuchstal")
		other, _ := r.Places.MunicipalityBySlug("unterdiessen")
		leeder, _ := r.Places.VillageBySlug("leeder")
		form := func(pairs ...string) url.Values {
			v := url.Values{
				"title": {"Wasser <b>abkochen</b>"}, "text": {"Rohrbruch."}, "instruction": {"Drei Minuten kochen."}, "severity": {"Moderate"}, "simple": {"Das Wasser ist schmutzig."},
				"owner": {r.Orgs["gemeinde-fuchstal"] + "/" + town.ID}, "villages": {leeder.ID}, "until": {"2026-11-23"}, "until_time": {"18:00"},
			}
			for i := 0; i+1 < len(pairs); i += 2 {
				v.Set(pairs[i], pairs[i+1])
			}
			return v
		}
		for actor, want := range map[string]int{"": 401, "resident": 403, "author": 403, "club": 403} {
			if a := r.Post(actor, writePath, form()); a.Status != want {
				t.Errorf("%q: %d, want %d", actor, a.Status, want)
			}
		}
		for name, bad := range map[string]url.Values{
			"somebody else's": form("owner", r.Orgs["gemeinde-unterdiessen"]+"/"+other.ID), "no end": form("until", ""), "past": form("until", "2026-11-01"),
			"street": form("streets", "Gibtsnichtgasse"), "village": form("villages", "x"), "title": form("title", strings.Repeat("x", 500)),
		} {
			if a := r.Post("editor", writePath, bad); a.Status != 422 || !strings.Contains(a.Body, "error-summary") {
				t.Errorf("%s: %d", name, a.Status)
			}
		}
		a := r.Post("editor", writePath, form("streets", "Ringstraße\r\n"))
		if a.Status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.Status, bulletintest.Problems(a.Body))
		}
		page := r.Get("", a.Location)
		for _, want := range []string{"Wasser &lt;b&gt;abkochen", "Drei Minuten kochen.", "Ringstraße", "112", "Leichte Sprache"} {
			if !strings.Contains(page.Body, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if outline := r.Get("", a.Location+"/flaeche.geojson"); outline.Status != 200 || !strings.Contains(outline.Body, "MultiPoint") {
			t.Errorf("%d %s", outline.Status, outline.Body)
		}
		if len(r.inForce(town.ID)) != 1 || len(r.inForce(other.ID)) != 0 {
			t.Error("it holds in the wrong place")
		}
		for actor, want := range map[string]int{"": 401, "other": 404, "editor": 200, "operator": 200} {
			if got := r.Get(actor, a.Location+"/bearbeiten"); got.Status != want {
				t.Errorf("edit as %q: %d, want %d", actor, got.Status, want)
			}
		}
		if got := r.Post("editor", a.Location+"/bearbeiten", form("title", "Wasser ist wieder gut")); got.Status != 303 || r.titles() != "Wasser ist wieder gut" {
			t.Errorf("%d %q", got.Status, r.titles())
		}
		if got := r.Post("editor", a.Location+"/bearbeiten", url.Values{"action": {"end"}}); got.Status != 303 || r.titles() != "Entwarnung: Wasser ist wieder gut" {
			t.Errorf("%d %q", got.Status, r.titles())
		}
		_, list := r.JSON("", "GET", "/api/v1/warnings?state=all&place=fuchstal", "")
		if items := list["items"].([]any); len(items) != 1 || items[0].(map[string]any)["state"] != "ended" {
			t.Errorf("%v", list)
		}
		if bad, _ := r.JSON("", "GET", "/api/v1/warnings?place=nirgends", ""); bad.Status != 422 {
			t.Errorf("%d", bad.Status)
		}
	})
}

func TestUpload(t *testing.T) {
	fixture, err := os.ReadFile("cap/testdata/dwd.xml")
	must(t, err)
	r := newRig(t, dbSQLite(t))
	send := func(actor string, body []byte) answer {
		var buf bytes.Buffer
		m := multipart.NewWriter(&buf)
		w, err := m.CreateFormFile("file", "x.xml")
		must(t, err)
		_, err = w.Write(body)
		must(t, err)
		must(t, m.Close())
		return r.Do(actor, "POST", uploadPath, m.FormDataContentType(), &buf)
	}
	for name, body := range map[string][]byte{"empty": nil, "text": []byte("hallo"), "bomb": []byte(`<!DOCTYPE a [<!ENTITY b "c">]><alert>&b;</alert>`), "broken zip": []byte("PK\x03\x04")} {
		if a := send("editor", body); a.Status != 422 || !strings.Contains(a.Body, "error-summary") || r.titles() != "" {
			t.Errorf("%s: %d %q", name, a.Status, r.titles())
		}
	}
	if a := send("author", fixture); a.Status != 403 {
		t.Errorf("an author uploads: %d", a.Status)
	}
	if a := send("editor", fixture); a.Status != 303 || r.titles() == "" {
		t.Errorf("%d %s", a.Status, bulletintest.Problems(a.Body))
	}
	if page := r.Get("", listPath+"?ort=apfeldorf").Body; !strings.Contains(page, "Unverbindliche Weitergabe") {
		t.Error("the list does not say that it is a relay")
	}
}

func TestSources(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	for actor, want := range map[string]int{"": 401, "editor": 403, "operator": 200} {
		if a := r.Get(actor, operatorPath); a.Status != want {
			t.Errorf("%q: %d, want %d", actor, a.Status, want)
		}
	}
	for _, address := range []string{"", "http://127.0.0.1/x", "file:///etc/passwd", "http://169.254.169.254/", "javascript:alert(1)"} {
		if a := r.Post("operator", operatorPath, url.Values{"dwd": {address}, "dwd_on": {"1"}}); a.Status != 422 {
			t.Errorf("%q: %d", address, a.Status)
		}
	}
	if a := r.Post("operator", operatorPath, url.Values{"dwd": {"https://example.org/dwd.zip"}, "dwd_on": {"1"}, "highest": {"750"}}); a.Status != 303 {
		t.Errorf("%d %s", a.Status, bulletintest.Problems(a.Body))
	}
	if page := r.Get("operator", operatorPath).Body; !strings.Contains(page, "https://example.org/dwd.zip") || !strings.Contains(page, `value="750"`) {
		t.Error("what was saved does not show")
	}
}

func TestSample(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		must(t, r.sample(context.Background(), capability.SampleRun{}))
		page := r.Get("", listPath+"?ort=region").Body
		if got := strings.Count(page, "<article"); got != 3 || !strings.Contains(page, "Beispieldaten") {
			t.Errorf("%d warnings on the page", got)
		}
		if len(r.inForce("")) != 2 {
			t.Errorf("%d in force", len(r.inForce("")))
		}
		for _, w := range r.inForce("") {
			if a := r.Get("", w.path()); a.Status != 200 {
				t.Errorf("%s: %d", w.path(), a.Status)
			}
		}
	})
}

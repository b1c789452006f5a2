package region_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// site is the page on a real server and database; only who asks is decided by a
// header, because accounts live above this package.
type site struct {
	t      *testing.T
	server *web.Server
	live   *region.Live
	places region.Sample
}

func newSite(t *testing.T) site {
	t.Helper()
	d := dbtest.SQLite(t, migrations)
	places, _ := install(t, d)
	live, err := region.NewLive(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := i18n.Load(region.Messages, ui.Messages, i18n.Messages)
	if err != nil {
		t.Fatal(err)
	}
	server, err := web.NewServer(web.Options{
		Routes: region.Routes(region.Deps{
			DB: d, Live: live, Clock: clock.At(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)),
			Organisation: func(_ context.Context, municipalityID string) (string, error) { return "org-" + municipalityID, nil },
		}),
		Prepare: func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
			ctx := i18n.With(r.Context(), catalogue.In(i18n.German, live.Current().Location()))
			return r.WithContext(ui.WithShell(ctx, ui.Shell{Lang: "de", Brand: ui.Brand{Name: "Smart Region AUF"}, Origin: "http://localhost"})), nil
		},
		Authorize: func(r *http.Request, a web.Access) error {
			if a.Level == web.Public {
				return nil
			}
			org, err := a.Org(r)
			if err == nil && (a.Role != "admin" || r.Header.Get("Admin-Of") != org) {
				err = fault.Forbidden()
			}
			return err
		},
		Validator: func(*http.Request) string { return "" },
		Failure: func(w http.ResponseWriter, _ *http.Request, status int, err error) {
			http.Error(w, err.Error(), status)
		},
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return site{t: t, server: server, live: live, places: places}
}

func (s site) fuchstal() *region.Municipality {
	m, _ := s.live.Current().MunicipalityBySlug("fuchstal")
	return m
}

func (s site) ask(method, path, as string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Admin-Of", as)
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	return w
}

func filled(do string) url.Values {
	return url.Values{
		"do": {do}, "colour": {"#7A1F5C"}, "arms": {"river"}, "claim": {"Drei Dörfer <b>"},
		"welcome": {"Servus <script>alert(1)</script>\r\n\r\nZweiter Absatz"}, "imprint": {"Gemeinde Fuchstal"},
	}
}

func TestLookIsForAdminsOfTheMunicipality(t *testing.T) {
	s := newSite(t)
	m := s.fuchstal()
	for as, want := range map[string]int{"": 403, "org-" + s.places.Municipalities[0].ID: 403, "org-" + m.ID: 200} {
		if got := s.ask("GET", "/gemeinde/fuchstal/aussehen", as, nil); got.Code != want {
			t.Errorf("as %q: %d, want %d", as, got.Code, want)
		}
	}
	if got := s.ask("POST", "/gemeinde/fuchstal/aussehen", "", filled("save")); got.Code != 403 || s.fuchstal().Look.Arms == "river" {
		t.Errorf("a stranger changed the look: %d", got.Code)
	}
	if got := s.ask("GET", "/gemeinde/nirgends/aussehen", "", nil); got.Code != 404 {
		t.Errorf("unknown municipality: %d", got.Code)
	}
}

func TestLookFormShowsWhatIsThere(t *testing.T) {
	s := newSite(t)
	body := s.ask("GET", "/gemeinde/fuchstal/aussehen", "org-"+s.fuchstal().ID, nil).Body.String()
	for _, want := range []string{
		`value="Drei Dörfer, ein Tal"`, `type="color" value="#2c6840"`, `value="leaf" checked`, "Grüß Gott im Fuchstal!",
		`name="welcome.en"`, `id="welcome-en"`, `lang="en"`, "Vorschau ansehen",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(body, "region.") {
		t.Error("a message key shows")
	}
}

func TestPreviewShowsTheNewLookAndKeepsNothing(t *testing.T) {
	s := newSite(t)
	before := *s.fuchstal()
	got := s.ask("POST", "/gemeinde/fuchstal/aussehen", "org-"+before.ID, filled("preview"))
	body := got.Body.String()
	if got.Code != 200 {
		t.Fatalf("%d: %s", got.Code, body)
	}
	for _, want := range []string{
		`href="/farbe/7a1f5c.css"`, "<small>Drei Dörfer &lt;b&gt;</small>", "Servus &lt;script&gt;", `<p class="lead">Zweiter Absatz</p>`,
		`name="colour" value="#7a1f5c"`, "arms/river", "Guten Morgen, Fuchstal.", "<article",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(body, "<script>alert") || strings.Contains(body, "style=") || strings.Contains(body, "region.") {
		t.Error("foreign script, inline style or a message key on the page")
	}
	if changed, err := s.live.Refresh(t.Context()); err != nil || changed {
		t.Errorf("the preview changed the data: %v, %v", changed, err)
	}
}

func TestBackFromThePreviewLosesNothing(t *testing.T) {
	s := newSite(t)
	body := s.ask("POST", "/gemeinde/fuchstal/aussehen", "org-"+s.fuchstal().ID, filled("edit")).Body.String()
	for _, want := range []string{`value="#7a1f5c"`, `value="river" checked`, "Zweiter Absatz", "Gemeinde Fuchstal"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestSaveLook(t *testing.T) {
	s := newSite(t)
	got := s.ask("POST", "/gemeinde/fuchstal/aussehen", "org-"+s.fuchstal().ID, filled("save"))
	if got.Code != 303 || got.Header().Get("Location") != "/gemeinde/fuchstal/aussehen" {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	m := s.fuchstal()
	if m.Look != (region.Look{Colour: "#7a1f5c", Arms: "river", Claim: "Drei Dörfer <b>"}) {
		t.Errorf("look %+v", m.Look)
	}
	if m.Texts["welcome"] != "Servus <script>alert(1)</script>\n\nZweiter Absatz" || m.Texts["imprint"] != "Gemeinde Fuchstal" {
		t.Errorf("texts %q", m.Texts)
	}
	if _, kept := m.Texts["contact"]; kept {
		t.Error("an emptied text stayed")
	}
	if len(m.Hosts) != 1 || m.Population != 3990 {
		t.Error("something else changed")
	}
}

func TestWrongInputIsExplained(t *testing.T) {
	s := newSite(t)
	before := s.fuchstal().Look
	for field, c := range map[string]struct{ value, want string }{
		"colour":  {"#ffdd00", "Diese Farbe ist zu hell"},
		"arms":    {"crown", "Dieses Wappen gibt es nicht"},
		"claim":   {strings.Repeat("lang ", 30), "Der Leitsatz ist zu lang"},
		"privacy": {strings.Repeat("x", 60_001), "Der Text ist zu lang"},
	} {
		for _, do := range []string{"save", "preview"} {
			form := filled(do)
			form.Set(field, c.value)
			got := s.ask("POST", "/gemeinde/fuchstal/aussehen", "org-"+s.fuchstal().ID, form)
			body := got.Body.String()
			if got.Code != 422 || strings.Count(body, c.want) != 2 || !strings.Contains(body, `href="#`+field+`"`) || !strings.Contains(body, "<title>Fehler – ") {
				t.Errorf("%s, %s: %d, said %d times", field, do, got.Code, strings.Count(body, c.want))
			}
		}
	}
	if s.fuchstal().Look != before {
		t.Error("wrong input was kept")
	}
}

func TestColourSheet(t *testing.T) {
	s := newSite(t)
	got := s.ask("GET", "/farbe/23508c.css", "", nil)
	if got.Code != 200 || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/css") || !strings.Contains(got.Body.String(), "--leaf:#23508c") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	for _, path := range []string{"/farbe/23508c", "/farbe/red.css", "/farbe/23508C.css", "/farbe/%7Dbody.css"} {
		if got := s.ask("GET", path, "", nil); got.Code != 404 {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
}

func TestTablesAreDeclared(t *testing.T) {
	d := dbtest.SQLite(t, migrations)
	declared := map[string]bool{}
	for _, table := range region.Tables() {
		if err := table.Check(); err != nil {
			t.Error(err)
		}
		declared[table.Name] = true
	}
	err := d.View(t.Context(), func(tx *db.Tx) error {
		names, err := db.AllText(tx, `SELECT name FROM sqlite_schema WHERE type = 'table' AND (name LIKE 'region%' OR name LIKE 'm%y%' OR name IN ('village', 'street'))`,
			func(row db.Scanner) (name string, err error) { return name, row.Scan(&name) })
		if err == nil && len(names) != len(declared) {
			t.Errorf("tables %q, declared %v", names, declared)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

func (r *rig) form(action string, pairs ...string) url.Values {
	v := url.Values{
		"publisher": {r.Orgs["gemeinde-fuchstal"]}, "action": {action}, "title": {"Hallen und Räume"}, "menu": {"none"},
		"text": {"Hier können Sie feiern."}, "version": {"0"},
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func (r *rig) stored(slug string) Page {
	r.t.Helper()
	var p Page
	must(r.t, r.tools.DB.View(r.t.Context(), func(tx *db.Tx) (err error) { p, _, err = findSlug(tx, slug); return err }))
	return p
}

func (r *rig) published(pairs ...string) Page {
	r.t.Helper()
	a := r.Post("town-editor", writePath, r.form("publish", pairs...))
	if a.Status != http.StatusSeeOther {
		r.t.Fatalf("publish: %d %s", a.Status, bulletintest.Problems(a.Body))
	}
	return r.stored(strings.TrimPrefix(a.Location, pagePath))
}

func TestPageFromDraftToOldAddress(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		a := r.Post("town-author", writePath, r.form("save"))
		if a.Status != http.StatusSeeOther {
			t.Fatalf("draft: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		p := r.stored("hallen-und-raeume")
		if got := r.Get("", p.path()); got.Status != http.StatusNotFound {
			t.Errorf("a draft is read by everybody: %d", got.Status)
		}
		if a = r.Post("town-author", a.Location, r.form("publish", "version", "1")); a.Status != http.StatusForbidden {
			t.Errorf("an author publishes alone: %d", a.Status)
		}
		if a = r.Post("town-author", editPath+p.ID, r.form("submit", "version", "1")); a.Status != http.StatusSeeOther {
			t.Fatalf("submit: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		if a = r.Post("town-editor", editPath+p.ID, r.form("publish", "version", "2", "menu", "header")); a.Status != http.StatusSeeOther {
			t.Fatalf("publish: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		bulletintest.Has(t, r.Get("", p.path()).Body, "<h1", "Hallen und Räume", "Hier können Sie feiern.", "Gemeinde Fuchstal")

		// The address changes; the old one leads on.
		if a = r.Post("town-editor", editPath+p.ID, r.form("publish", "version", "3", "slug", "feiern")); a.Location != "/seiten/feiern" {
			t.Fatalf("new address: %d %s %s", a.Status, a.Location, bulletintest.Problems(a.Body))
		}
		if a = r.Get("", "/seiten/hallen-und-raeume"); a.Status != http.StatusMovedPermanently || a.Location != "/seiten/feiern" {
			t.Errorf("old address: %d %s", a.Status, a.Location)
		}
		if a = r.Post("town-editor", editPath+p.ID, r.form("withdraw", "version", "4", "reason", "abgebrannt")); a.Status != http.StatusSeeOther {
			t.Fatalf("withdraw: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		if a = r.Get("", "/seiten/feiern"); a.Status != http.StatusGone {
			t.Errorf("a withdrawn page: %d", a.Status)
		}
	})
}

func TestMenuOrderAndLevels(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		fuchstal, _ := r.Places.MunicipalityBySlug("fuchstal")
		other, _ := r.Places.MunicipalityBySlug("apfeldorf")
		first := r.published("title", "Erste", "menu", "header", "where", "m:"+fuchstal.ID)
		second := r.published("title", "Zweite", "menu", "header")
		r.published("title", "Unten", "menu", "footer")
		child := r.published("title", "Kind", "parent", first.ID)
		labels := func(m *ui.Shell) (out []string) {
			for _, l := range m.Nav {
				out = append(out, l.Label)
			}
			return out
		}
		nav, ctx := NewNavigation(r.tools), r.Speak(t.Context(), i18n.German)
		shell := &ui.Shell{Nav: []ui.Link{{Label: "Start"}}}
		nav.Dress(ctx, fuchstal, shell)
		if got := labels(shell); !slices.Equal(got, []string{"Start", "Erste", "Zweite"}) || len(shell.Footer) != 1 {
			t.Errorf("Fuchstal: %v, footer %v", got, shell.Footer)
		}
		shell = &ui.Shell{}
		nav.Dress(ctx, other, shell)
		if got := labels(shell); !slices.Equal(got, []string{"Zweite"}) {
			t.Errorf("Apfeldorf: %v", got)
		}
		if a := r.Post("town-editor", movePath, url.Values{"id": {second.ID}, "to": {"up"}}); a.Status != http.StatusSeeOther {
			t.Fatalf("move: %d %s", a.Status, a.Body)
		}
		shell = &ui.Shell{}
		nav.Dress(ctx, fuchstal, shell)
		if got := labels(shell); !slices.Equal(got, []string{"Zweite", "Erste"}) {
			t.Errorf("after moving up: %v", got)
		}
		if a := r.Post("club-admin", movePath, url.Values{"id": {second.ID}, "to": {"up"}}); a.Status != http.StatusNotFound {
			t.Errorf("a stranger moves a page: %d", a.Status)
		}
		bulletintest.Has(t, r.Get("", child.path()).Body, `class="breadcrumb"`, first.path())
		bulletintest.Has(t, r.Get("", first.path()).Body, "Mehr dazu", child.path())
		for name, form := range map[string]url.Values{
			"third level":           r.form("publish", "title", "Enkel", "parent", child.ID),
			"page that is not":      r.form("publish", "title", "Waise", "parent", r.tools.IDs.New()),
			"address that is taken": r.form("publish", "title", "Erste", "slug", "erste"),
			"address with a slash":  r.form("publish", "slug", "../anmelden"),
			"address of the editor": r.form("publish", "slug", "schreiben"),
			"unknown menu":          r.form("publish", "menu", "oben"),
		} {
			if a := r.Post("town-editor", writePath, form); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d", name, a.Status)
			}
		}
	})
}

func TestWhoMayDoWhat(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		p := r.published()
		for _, c := range []struct {
			actor, method, path string
			want                int
		}{
			{"", "GET", p.path(), 200},
			{"", "GET", listPath, 401},
			{"resident", "GET", listPath, 403},
			{"town-reader", "GET", writePath, 403},
			{"town-author", "GET", listPath, 200},
			{"town-author", "GET", editPath + p.ID, 200},
			{"club-admin", "GET", editPath + p.ID, 404},
			{"operator", "GET", editPath + p.ID, 200},
			{"town-editor", "GET", editPath + "nichts", 404},
			{"", "GET", "/seiten/gibt-es-nicht", 404},
		} {
			if got := r.Do(c.actor, c.method, c.path, "", nil); got.Status != c.want {
				t.Errorf("%s as %q: %d, want %d", c.path, c.actor, got.Status, c.want)
			}
		}
	})
}

func TestWhatIsTypedIsText(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		p := r.published("title", `<script>alert(1)</script>`, "slug", "boese", "text", `<img src=x onerror=alert(2)> [Klick](javascript:alert(3))`)
		for _, path := range []string{p.path(), p.path() + "?sprache=%3Cscript%3E"} {
			body := r.Get("", path).Body
			bulletintest.HasNot(t, body, "<script>alert", "<img src=x", `href="javascript:`)
			bulletintest.Has(t, body, "&lt;script&gt;")
		}
	})
}

func TestSampleHasPagesInLeichteSprache(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		must(t, r.part.Sample(t.Context(), capability.SampleRun{Step: func(int) {}}))
		bulletintest.Has(t, r.Get("", "/seiten/neu-hier").Body, "Willkommen!", "Beispiel")
		bulletintest.Has(t, r.Get("", "/seiten/neu-hier?sprache=de-simple").Body, "Sie sind neu im Ort.", `lang="de-simple"`)
		bulletintest.Has(t, r.Get("town-editor", listPath).Body, "Nach oben", "ueber-fuchstal")
	})
}

package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

func (r *rig) form(action string, pairs ...string) url.Values {
	v := url.Values{
		"publisher": {r.orgs["gemeinde-fuchstal"]}, "action": {action}, "title": {"Hallen und Räume"}, "menu": {"none"},
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
	a := r.post("town-editor", writePath, r.form("publish", pairs...))
	if a.status != http.StatusSeeOther {
		r.t.Fatalf("publish: %d %s", a.status, problems(a.body))
	}
	return r.stored(strings.TrimPrefix(a.location, pagePath))
}

func TestPageFromDraftToOldAddress(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		a := r.post("town-author", writePath, r.form("save"))
		if a.status != http.StatusSeeOther {
			t.Fatalf("draft: %d %s", a.status, problems(a.body))
		}
		p := r.stored("hallen-und-raeume")
		if got := r.get("", p.path()); got.status != http.StatusNotFound {
			t.Errorf("a draft is read by everybody: %d", got.status)
		}
		if a = r.post("town-author", a.location, r.form("publish", "version", "1")); a.status != http.StatusForbidden {
			t.Errorf("an author publishes alone: %d", a.status)
		}
		if a = r.post("town-author", editPath+p.ID, r.form("submit", "version", "1")); a.status != http.StatusSeeOther {
			t.Fatalf("submit: %d %s", a.status, problems(a.body))
		}
		if a = r.post("town-editor", editPath+p.ID, r.form("publish", "version", "2", "menu", "header")); a.status != http.StatusSeeOther {
			t.Fatalf("publish: %d %s", a.status, problems(a.body))
		}
		has(t, r.get("", p.path()).body, "<h1", "Hallen und Räume", "Hier können Sie feiern.", "Gemeinde Fuchstal")

		// The address changes; the old one leads on.
		if a = r.post("town-editor", editPath+p.ID, r.form("publish", "version", "3", "slug", "feiern")); a.location != "/seiten/feiern" {
			t.Fatalf("new address: %d %s %s", a.status, a.location, problems(a.body))
		}
		if a = r.get("", "/seiten/hallen-und-raeume"); a.status != http.StatusMovedPermanently || a.location != "/seiten/feiern" {
			t.Errorf("old address: %d %s", a.status, a.location)
		}
		if a = r.post("town-editor", editPath+p.ID, r.form("withdraw", "version", "4", "reason", "abgebrannt")); a.status != http.StatusSeeOther {
			t.Fatalf("withdraw: %d %s", a.status, problems(a.body))
		}
		if a = r.get("", "/seiten/feiern"); a.status != http.StatusGone {
			t.Errorf("a withdrawn page: %d", a.status)
		}
	})
}

func TestMenuOrderAndLevels(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		fuchstal, _ := r.places.MunicipalityBySlug("fuchstal")
		other, _ := r.places.MunicipalityBySlug("apfeldorf")
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
		nav, ctx := NewNavigation(r.tools), r.speaking(t.Context(), i18n.German)
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
		if a := r.post("town-editor", movePath, url.Values{"id": {second.ID}, "to": {"up"}}); a.status != http.StatusSeeOther {
			t.Fatalf("move: %d %s", a.status, a.body)
		}
		shell = &ui.Shell{}
		nav.Dress(ctx, fuchstal, shell)
		if got := labels(shell); !slices.Equal(got, []string{"Zweite", "Erste"}) {
			t.Errorf("after moving up: %v", got)
		}
		if a := r.post("club-admin", movePath, url.Values{"id": {second.ID}, "to": {"up"}}); a.status != http.StatusNotFound {
			t.Errorf("a stranger moves a page: %d", a.status)
		}
		has(t, r.get("", child.path()).body, `class="breadcrumb"`, first.path())
		has(t, r.get("", first.path()).body, "Mehr dazu", child.path())
		for name, form := range map[string]url.Values{
			"third level":           r.form("publish", "title", "Enkel", "parent", child.ID),
			"page that is not":      r.form("publish", "title", "Waise", "parent", r.tools.IDs.New()),
			"address that is taken": r.form("publish", "title", "Erste", "slug", "erste"),
			"address with a slash":  r.form("publish", "slug", "../anmelden"),
			"address of the editor": r.form("publish", "slug", "schreiben"),
			"unknown menu":          r.form("publish", "menu", "oben"),
		} {
			if a := r.post("town-editor", writePath, form); a.status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d", name, a.status)
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
			if got := r.do(c.actor, c.method, c.path, "", nil); got.status != c.want {
				t.Errorf("%s as %q: %d, want %d", c.path, c.actor, got.status, c.want)
			}
		}
	})
}

func TestWhatIsTypedIsText(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		p := r.published("title", `<script>alert(1)</script>`, "slug", "boese", "text", `<img src=x onerror=alert(2)> [Klick](javascript:alert(3))`)
		for _, path := range []string{p.path(), p.path() + "?sprache=%3Cscript%3E"} {
			body := r.get("", path).body
			hasNot(t, body, "<script>alert", "<img src=x", `href="javascript:`)
			has(t, body, "&lt;script&gt;")
		}
	})
}

func TestSampleHasPagesInLeichteSprache(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		must(t, r.part.Sample(t.Context(), capability.SampleRun{Step: func(int) {}}))
		has(t, r.get("", "/seiten/neu-hier").body, "Willkommen!", "Beispiel")
		has(t, r.get("", "/seiten/neu-hier?sprache=de-simple").body, "Sie sind neu im Ort.", `lang="de-simple"`)
		has(t, r.get("town-editor", listPath).body, "Nach oben", "ueber-fuchstal")
	})
}

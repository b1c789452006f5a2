package people

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/web"
)

func TestRoles(t *testing.T) {
	orgs := NewOrgDirectory([]Organisation{
		{ID: "office", Kind: Administration, Slug: "vg", MunicipalityIDs: []string{"fuchstal", "unterdiessen"}},
		{ID: "town1", Kind: Municipality, Slug: "fuchstal", MunicipalityIDs: []string{"fuchstal"}},
		{ID: "town2", Kind: Municipality, Slug: "unterdiessen", MunicipalityIDs: []string{"unterdiessen"}},
		{ID: "town3", Kind: Municipality, Slug: "apfeldorf", MunicipalityIDs: []string{"apfeldorf"}},
		{ID: "club", Kind: Club, Slug: "mv", MunicipalityIDs: []string{"fuchstal"}},
		{ID: "bad", Kind: Club, Slug: "bad", MunicipalityIDs: []string{"fuchstal"}, Blocked: true},
	})
	for _, c := range []struct {
		name string
		held map[string]Role
		want map[string]Role
	}{
		{"nobody", nil, map[string]Role{}},
		{"club only", map[string]Role{"club": Editor}, map[string]Role{"club": Editor}},
		{"office reaches what it serves", map[string]Role{"office": Author}, map[string]Role{"office": Author, "town1": Author, "town2": Author}},
		{"the higher role counts", map[string]Role{"office": Author, "town1": Admin, "town2": Reader},
			map[string]Role{"office": Author, "town1": Admin, "town2": Author}},
		{"a town gives nothing in the office", map[string]Role{"town1": Admin}, map[string]Role{"town1": Admin}},
		{"blocked and unknown count for nothing", map[string]Role{"bad": Admin, "gone": Admin, "club": "king"}, map[string]Role{}},
	} {
		got := orgs.Roles(c.held)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestActorCan(t *testing.T) {
	a := Actor{AccountID: "x", Roles: map[string]Role{"club": Editor}}
	for _, c := range []struct {
		role Role
		org  string
		want bool
	}{{Reader, "club", true}, {Editor, "club", true}, {Admin, "club", false}, {Reader, "other", false}, {Reader, "", false},
		{"", "club", false}, {"king", "club", false}} {
		if got := a.Can(c.role, c.org); got != c.want {
			t.Errorf("Can(%q, %q) = %v", c.role, c.org, got)
		}
	}
	if (Actor{}).Can(Reader, "club") || (Actor{}).CanSomewhere(Reader) || !a.CanSomewhere(Author) || a.CanSomewhere(Admin) {
		t.Error("wrong somewhere")
	}
	if op := (Actor{AccountID: "o", Operator: true}); !op.Can(Admin, "club") || op.Can(Admin, "") || op.Can("", "club") {
		t.Error("wrong operator")
	}
}

func TestOrganisationCheck(t *testing.T) {
	good := Organisation{Kind: Club, Name: " Musikverein  Leeder ", Web: "mv-leeder.example", Mail: "Post@MV-Leeder.example"}
	if err := good.Check(); err != nil || good.Slug != "musikverein-leeder" || good.Web != "https://mv-leeder.example" || good.Mail != "post@mv-leeder.example" || good.Name != "Musikverein Leeder" {
		t.Errorf("%+v, %v", good, err)
	}
	for field, o := range map[string]Organisation{
		"name":         {Kind: Club},
		"kind":         {Name: "x"},
		"slug":         {Kind: Club, Name: "!!!"},
		"mail":         {Kind: Club, Name: "x", Mail: "x@y"},
		"web":          {Kind: Club, Name: "x", Web: "javascript://a.b/%0aalert(1)"},
		"municipality": {Kind: Municipality, Name: "x"},
		"description":  {Kind: Club, Name: "x", Description: strings.Repeat("ä", maxDescription+1)},
	} {
		all := fault.All(o.Check())
		if len(all) != 1 || all[0].Field != field {
			t.Errorf("%s: %v", field, all)
		}
	}
	two := Organisation{Kind: Municipality, Name: "x", MunicipalityIDs: []string{"a", "b"}}
	if fault.KindOf(two.Check()) != fault.KindInvalid {
		t.Error("a municipality of two municipalities")
	}
	nasty := Organisation{Kind: Club, Name: "a\r\nBcc: x\x00", Description: "b\x00\xff\r\nc"}
	if err := nasty.Check(); err != nil || nasty.Name != "a Bcc: x" || nasty.Description != "b\nc" {
		t.Errorf("%q, %q, %v", nasty.Name, nasty.Description, err)
	}
}

func TestOrganisationsSnapshot(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		ctx := context.Background()
		first := h.org(NewOrganisation{Kind: Club, Name: "Musikverein", MunicipalityIDs: []string{"fuchstal"}})
		second := h.org(NewOrganisation{Kind: Club, Name: "Musikverein"})
		orgs, err := h.svc.Organisations(ctx)
		if err != nil {
			t.Fatal(err)
		}
		a, okA := orgs.BySlug("musikverein")
		b, okB := orgs.Find("musikverein-2")
		if !okA || !okB || a.ID != first || b.ID != second || a.Home() != "fuchstal" || !a.Since.Equal(start) || len(orgs.Of("fuchstal")) != 1 {
			t.Errorf("%+v %+v", a, b)
		}
		_, err = h.svc.AddOrganisation(ctx, NewOrganisation{Kind: Club, Name: "x", Slug: "musikverein"})
		if all := fault.All(err); len(all) != 1 || all[0].Field != "slug" {
			t.Errorf("slug taken: %v", err)
		}
		again, err := h.svc.Organisations(ctx)
		if err != nil || again != orgs {
			t.Error("read again although nothing changed")
		}
		if err := h.db.Update(ctx, func(tx *db.Tx) error { return setBlocked(tx, first, true) }); err != nil {
			t.Fatal(err)
		}
		if again, err = h.svc.Organisations(ctx); err != nil {
			t.Fatal(err)
		}
		if o, _ := again.ByID(first); !o.Blocked {
			t.Error("not read again although it changed")
		}
	})
}

func TestInvitationAndRoles(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		club := h.org(NewOrganisation{Kind: Club, Name: "Musikverein Leeder"})
		annaID, anna := h.person("Anna", false)
		_, ben := h.person("Ben", false)
		h.role(club, annaID, Admin)
		const manage = "/organisationen/musikverein-leeder/verwalten"
		ben.get(manage).want(t, 403)
		anna.get(manage).want(t, 200, "Anna", "Musikverein Leeder")
		anna.post(manage+"/einladen", "email", "kein", "role", "author").want(t, 422, "keine E-Mail-Adresse", "#invite-email")
		anna.post(manage+"/einladen", "email", "ben@example.org", "role", "king").want(t, 422, "wählen Sie eine Rolle")
		anna.post(manage+"/einladen", "email", "Ben@example.org", "role", "author").goes(t, manage)
		letter, link := h.letter()
		if letter.To != "ben@example.org" || !strings.Contains(letter.Text, "Anna") {
			t.Errorf("%+v", letter)
		}
		h.browser().get(link).want(t, 200, "Anmelden und annehmen", "weiter=%2Feinladung%2F")
		ben.get(link).want(t, 200, "Annehmen")
		ben.post(link).goes(t, "/konto")
		ben.get("/konto").want(t, 200, "Musikverein Leeder", "Schreibt")
		ben.post(link).want(t, 410)
		page := anna.get(manage).want(t, 200, "Ben", "keine Rolle").body
		benID := regexp.MustCompile(`id="members-role-([0-9a-f-]{36})"`).FindAllStringSubmatch(page, -1)[1][1]
		anna.post(manage+"/rolle", "id", annaID, "role", "reader").want(t, 409, "letzte Person")
		anna.post(manage+"/rolle", "id", annaID, "role", "").want(t, 409)
		ben.post(manage+"/rolle", "id", benID, "role", "admin").want(t, 403)
		anna.post(manage+"/rolle", "id", benID, "role", "admin").goes(t, manage)
		ben.post(manage+"/rolle", "id", annaID, "role", "").goes(t, manage)
		anna.get(manage).want(t, 403)
		ben.post(manage+"/rolle", "id", annaID, "role", "admin").want(t, 404) // no longer a member: invite
	})
}

func TestHandover(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		club := h.org(NewOrganisation{Kind: Club, Name: "Musikverein"})
		annaID, anna := h.person("Anna", false)
		benID, ben := h.person("Ben", false)
		h.role(club, annaID, Admin)
		h.role(club, benID, Editor)
		const manage = "/organisationen/musikverein/verwalten"
		anna.post(manage+"/uebergabe", "email", "ben@example.org").want(t, 422, "geben Sie einen Namen an")
		anna.post(manage+"/uebergabe", "email", "ben@example.org", "name", "Ben").goes(t, manage)
		_, link := h.letter()
		anna.get(manage).want(t, 200, "Übergabe an Ben") // nothing has changed yet
		anna.post(link).want(t, 409, "nicht an sich selbst")
		ben.post(link).goes(t, "/konto")
		letter, _ := h.letter()
		if letter.To != "anna@example.org" || !strings.Contains(letter.Text, "Ben hat die Verwaltung von Musikverein angenommen") {
			t.Errorf("%+v", letter)
		}
		h.roleIs(club, benID, Admin)
		h.roleIs(club, annaID, Editor)
		anna.get(manage).want(t, 403)

		// An offer of somebody who is no longer admin counts for nothing.
		ben.post(manage+"/uebergabe", "email", "carl@example.org", "name", "Carl").goes(t, manage)
		_, link = h.letter()
		carlID, carl := h.person("Carl", false)
		h.role(club, annaID, Admin)
		h.role(club, benID, Reader)
		carl.post(link).want(t, 410)
		h.roleIs(club, carlID, NoRole)
	})
}

func (h *rig) roleIs(org, account string, want Role) {
	h.t.Helper()
	var got Role
	err := h.db.View(context.Background(), func(tx *db.Tx) (err error) { got, err = roleIn(tx, org, account); return err })
	if err != nil || got != want {
		h.t.Errorf("role %q, want %q, %v", got, want, err)
	}
}

func TestInvitationsExpire(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		club := h.org(NewOrganisation{Kind: Club, Name: "Musikverein"})
		annaID, anna := h.person("Anna", false)
		h.role(club, annaID, Admin)
		anna.post("/organisationen/musikverein/verwalten/einladen", "email", "b@example.org", "role", "reader").want(t, 303)
		_, link := h.letter()
		h.clock.Advance(invitationLives + time.Minute)
		h.browser().get(link).want(t, 410)
		if err := h.svc.cleanup(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTokens(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		office := h.org(NewOrganisation{Kind: Administration, Name: "VG", MunicipalityIDs: []string{"fuchstal"}})
		town := h.org(NewOrganisation{Kind: Municipality, Name: "Fuchstal", MunicipalityIDs: []string{"fuchstal"}})
		annaID, anna := h.person("Anna", false)
		h.role(office, annaID, Admin)
		page := anna.post("/organisationen/vg/verwalten/schluessel", "scope", "write", "label", "Unsere Seite").want(t, 200, "nur dieses eine Mal").body
		token := regexp.MustCompile(`dft_[\w-]{43}`).FindString(page)
		a, err := h.bearer(token)
		if err != nil || !a.Token || a.SignedIn() || !a.Can(Editor, office) || !a.Can(Editor, town) || a.Can(Admin, office) {
			t.Errorf("%+v, %v", a, err)
		}
		page = anna.get("/organisationen/vg/verwalten").want(t, 200, "Unsere Seite", "2026-12-06").body
		if strings.Contains(page, token) {
			t.Error("the secret is shown twice")
		}
		key := regexp.MustCompile(`schluessel-widerrufen"><input type="hidden" name="id" value="([0-9a-f-]{36})`).FindStringSubmatch(page)[1]
		anna.post("/organisationen/vg/verwalten/schluessel-widerrufen", "id", key).want(t, 303)
		for _, bad := range []string{token, "dft_x", "", "Basic x"} {
			if a, err := h.bearer(bad); fault.KindOf(err) != fault.KindUnauthorized || a.Token {
				t.Errorf("%q: %+v, %v", bad, a, err)
			}
		}
		if _, err := h.svc.IssueToken(context.Background(), "vg", "all", "x"); fault.KindOf(err) != fault.KindInvalid {
			t.Error(err)
		}
		if _, err := h.svc.IssueToken(context.Background(), "nobody", ScopeRead, "x"); fault.KindOf(err) != fault.KindNotFound {
			t.Error(err)
		}
		token, err = h.svc.IssueToken(context.Background(), town, ScopeRead, "")
		if a, errBearer := h.bearer(token); err != nil || errBearer != nil || !a.Can(Reader, town) || a.Can(Author, town) || a.Can(Reader, office) {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

func (h *rig) bearer(token string) (Actor, error) {
	h.t.Helper()
	req, err := http.NewRequest(http.MethodPost, h.url("/api/v1/news"), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return h.svc.Prepare(req)
}

// TestEveryRouteAsEveryRole walks all routes with every kind of visitor and
// compares who is let in. A foreign organisation and one that does not exist
// must give the same answer.
func TestEveryRouteAsEveryRole(t *testing.T) {
	h := newRig(t, dbtest.SQLite(t, allMigrations...), nil)
	town := h.org(NewOrganisation{Kind: Municipality, Name: "Fuchstal", MunicipalityIDs: []string{"fuchstal"}})
	h.org(NewOrganisation{Kind: Club, Name: "Fremd"})
	visitors := map[string]Actor{
		"nobody": {}, "person": {AccountID: "p"}, "operator": {AccountID: "o", Operator: true},
		"token": {Token: true, Roles: map[string]Role{town: Editor}},
	}
	for _, role := range Roles {
		visitors[string(role)] = Actor{AccountID: "m", Roles: map[string]Role{town: role}}
	}
	everyone := []string{"nobody", "person", "reader", "author", "editor", "admin", "operator", "token"}
	allowed := func(route web.Route) []string {
		switch {
		case strings.HasPrefix(route.Path, "/organisationen/"):
			return []string{"admin", "operator"}
		case strings.HasPrefix(route.Path, "/karten"):
			return []string{"editor", "admin", "operator", "token"}
		case strings.HasPrefix(route.Path, "/verwaltung/"):
			return []string{"operator"}
		case strings.HasPrefix(route.Path, "/konto"), route.Path == "/einladung/{token}" && route.Method == http.MethodPost:
			return []string{"person", "reader", "author", "editor", "admin", "operator"}
		}
		return everyone
	}
	for _, route := range h.svc.Capability().Routes {
		may := strings.Join(allowed(route), " ")
		for _, who := range everyone {
			got := h.authorize(route, visitors[who], "fuchstal")
			want := fault.Kind(0)
			if !strings.Contains(may, who) {
				want = fault.KindForbidden
				if who == "nobody" {
					want = fault.KindUnauthorized
				}
			}
			if got != want {
				t.Errorf("%s as %s: %d, want %d", route.Pattern(), who, got, want)
			}
			if who == "operator" || !strings.Contains(route.Path, "{slug}") {
				continue
			}
			if foreign, absent := h.authorize(route, visitors[who], "fremd"), h.authorize(route, visitors[who], "gibtsnicht"); foreign != absent || foreign == 0 {
				t.Errorf("%s as %s: foreign %d, absent %d", route.Pattern(), who, foreign, absent)
			}
		}
	}
}

func (h *rig) authorize(route web.Route, a Actor, slug string) fault.Kind {
	h.t.Helper()
	r, err := http.NewRequest(route.Method, h.server.URL, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	r.SetPathValue("slug", slug)
	return fault.KindOf(h.svc.Authorize(r.WithContext(WithActor(r.Context(), a)), route.Access))
}

// TestMessages finds keys that are used and missing, and keys that one
// language lacks.
func TestMessages(t *testing.T) {
	catalogue, err := i18n.Load(Messages)
	if err != nil {
		t.Fatal(err)
	}
	german, english := catalogue.Keys(i18n.German), catalogue.Keys(i18n.English)
	if strings.Join(german, " ") != strings.Join(english, " ") {
		t.Error("the languages have different keys")
	}
	known := strings.Join(german, "\n") + "\n"
	pattern := regexp.MustCompile(`"(people\.[a-z_]+)"`)
	files := sources(t)
	for name, text := range files {
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
			whole := strings.Contains("\n"+known, "\n"+m[1]+"\n")
			stem := strings.HasSuffix(m[1], "_") || strings.HasPrefix(m[1], "people.mail_")
			if m[1] != cleanupKind && !whole && !(stem && strings.Contains(known, m[1])) {
				t.Errorf("%s: %s is in no catalogue", name, m[1])
			}
		}
	}
	if len(files) < 20 {
		t.Errorf("only %d files read", len(files))
	}
}

func sources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, glob := range []string{"*.go", "*.templ"} {
		names, err := fs.Glob(here, glob)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
				continue
			}
			text, err := fs.ReadFile(here, name)
			if err != nil {
				t.Fatal(err)
			}
			out[name] = string(text)
		}
	}
	return out
}

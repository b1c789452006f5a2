package app_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"dorflinde/internal/app"
	"dorflinde/internal/app/sample"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/web"
)

// visitor is one way of coming to the house.
type visitor struct {
	email, cookie, token string
	// what the visitor may do, worked out from the sample and not from the code
	// under test: role in the organisation of the test, role anywhere.
	here, anywhere people.Role
	operator       bool
}

func (v visitor) name() string {
	switch {
	case v.email != "":
		return v.email
	case v.token != "":
		return "token"
	}
	return "signed out"
}

// theOrganisation is where {slug} of the organisations' pages points to.
const theOrganisation = "musikverein-leeder"

func visitors(t *testing.T, a *app.App) []visitor {
	t.Helper()
	all := []visitor{
		{},
		{email: "betrieb@beispiel.example", here: people.Admin, anywhere: people.Admin, operator: true},
		{email: "rathaus@beispiel.example", anywhere: people.Admin},
		{email: "redaktion@beispiel.example", anywhere: people.Editor},
		{email: "verein@beispiel.example", here: people.Admin, anywhere: people.Admin},
		{email: "schreiben@beispiel.example", here: people.Author, anywhere: people.Author},
		{email: "lesen@beispiel.example", here: people.Reader, anywhere: people.Reader},
		{email: "buerger@beispiel.example"},
		{here: people.Editor, anywhere: people.Editor, token: issue(t, a, people.ScopeWrite)},
		{here: people.Reader, anywhere: people.Reader, token: issue(t, a, people.ScopeRead)},
	}
	for i := range all {
		if all[i].email != "" {
			all[i].cookie = signIn(t, a, all[i].email)
		}
	}
	return all
}

func issue(t *testing.T, a *app.App, scope people.Scope) string {
	t.Helper()
	secret, err := a.People.IssueToken(t.Context(), theOrganisation, scope, "test")
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// signIn goes through the sign-in page with the sample's password.
func signIn(t *testing.T, a *app.App, email string) string {
	t.Helper()
	form := url.Values{"email": {email}, "password": {sample.Password}}
	r := httptest.NewRequest(http.MethodPost, "/anmelden/passwort", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if strings.Contains(c.Name, "sitzung") && c.Value != "" {
			return c.Name + "=" + c.Value
		}
	}
	t.Fatalf("%s cannot sign in: %d %s", email, w.Code, w.Header().Get("Location"))
	return ""
}

var wildcard = regexp.MustCompile(`\{([a-z_A-Z]+)(\.\.\.)?\}`)

// address fills a pattern: organisations by the test's, everything else by
// something that does not exist.
func address(pattern string) string {
	path := strings.ReplaceAll(pattern, "{$}", "")
	return wildcard.ReplaceAllStringFunc(path, func(name string) string {
		switch {
		case strings.HasPrefix(path, "/organisationen/") && strings.HasPrefix(name, "{slug"):
			return theOrganisation
		case strings.HasPrefix(path, "/gemeinde/"):
			return "fuchstal"
		}
		return "00000000-0000-7000-8000-000000000000"
	})
}

// may is the table: what a declared access means for a visitor.
func may(v visitor, route web.Route) bool {
	person := v.email != ""
	switch route.Access.Level {
	case web.Public:
		return true
	case web.SignedIn:
		return person
	case web.Operator:
		return v.operator
	case web.Member:
		held := v.anywhere
		switch {
		case v.operator:
			held = people.Admin
		case strings.HasPrefix(route.Path, "/organisationen/") && route.Access.Org != nil:
			held = v.here
		case strings.HasPrefix(route.Path, "/gemeinde/"):
			held = people.NoRole
			if v.email == "rathaus@beispiel.example" {
				held = people.Admin
			} else if v.email == "redaktion@beispiel.example" {
				held = people.Editor
			}
		case route.Access.Org != nil:
			held = people.NoRole // the record does not exist
		}
		return held.AtLeast(people.Role(route.Access.Role))
	}
	return false
}

func TestEveryRouteAsEveryRole(t *testing.T) { eachEngine(t, walkEveryRoute) }

func walkEveryRoute(t *testing.T, a *app.App) {
	all := visitors(t, a)
	if len(a.Routes()) < 100 {
		t.Errorf("only %d routes", len(a.Routes()))
	}
	for _, route := range a.Routes() {
		if route.Path == "/abmelden" || strings.HasPrefix(route.Path, "/konto/sitzungen") || strings.HasSuffix(route.Path, "/ueberall") {
			continue // ends the session; TestSigningOut does it
		}
		for _, v := range all {
			r := httptest.NewRequest(route.Method, address(route.Path), nil)
			if v.cookie != "" {
				r.Header.Set("Cookie", v.cookie)
			}
			if v.token != "" {
				r.Header.Set("Authorization", "Bearer "+v.token)
			}
			w := httptest.NewRecorder()
			a.Handler().ServeHTTP(w, r)
			denied := w.Code == http.StatusUnauthorized || w.Code == http.StatusForbidden ||
				w.Code == http.StatusSeeOther && strings.HasPrefix(w.Header().Get("Location"), "/anmelden?weiter=")
			absent := w.Code == http.StatusNotFound || w.Code == http.StatusGone
			switch {
			case w.Code >= 500:
				t.Errorf("%s as %s: %d", route.Pattern(), v.name(), w.Code)
			case !may(v, route) && !denied && !absent:
				t.Errorf("%s is open to %s: %d", route.Pattern(), v.name(), w.Code)
			case may(v, route) && denied && route.Access.Level != web.Member:
				t.Errorf("%s is closed to %s: %d", route.Pattern(), v.name(), w.Code)
			}
		}
	}
}

func TestSessionsAndUnknownTokens(t *testing.T) {
	a := village(t, app.Config{})
	ask := func(header, value string) int {
		r := httptest.NewRequest(http.MethodGet, "/konto", nil)
		if header != "" {
			r.Header.Set(header, value)
		}
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, r)
		return w.Code
	}
	cookie := signIn(t, a, "buerger@beispiel.example")
	for _, c := range []struct {
		header, value string
		want          int
	}{
		{"", "", http.StatusSeeOther},
		{"Cookie", cookie, http.StatusOK},
		{"Cookie", cookie + "x", http.StatusSeeOther},
		{"Cookie", strings.ToUpper(cookie), http.StatusSeeOther},
		{"Authorization", "Bearer dft_" + strings.Repeat("a", 43), http.StatusUnauthorized},
	} {
		got := ask(c.header, c.value)
		if got == http.StatusSeeOther && c.want == http.StatusUnauthorized {
			got = c.want // a page answers with the way to the sign-in
		}
		if got != c.want {
			t.Errorf("%s %.20s…: %d, want %d", c.header, c.value, got, c.want)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/abmelden", nil)
	r.Header.Set("Cookie", cookie)
	a.Handler().ServeHTTP(httptest.NewRecorder(), r)
	if got := ask("Cookie", cookie); got != http.StatusSeeOther {
		t.Errorf("after signing out: %d", got)
	}
}

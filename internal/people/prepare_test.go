package people

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/web"
)

func (b *browser) request(method string) *http.Request {
	b.h.t.Helper()
	r, err := http.NewRequest(method, b.h.url("/api/v1/news"), nil)
	if err != nil {
		b.h.t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	return r
}

// API routes take requests from other sites, so the cookie must not count there.
func TestCookieDoesNotCountFromOtherSites(t *testing.T) {
	h := newRig(t, dbtest.SQLite(t, allMigrations...), nil)
	_, b := h.person("Anna", false)
	for _, c := range []struct {
		method, header, value string
		want                  bool
	}{
		{"POST", "Sec-Fetch-Site", "cross-site", false},
		{"POST", "Sec-Fetch-Site", "same-site", false},
		{"DELETE", "Origin", "https://evil.example", false},
		{"POST", "Sec-Fetch-Site", "same-origin", true},
		{"GET", "Sec-Fetch-Site", "cross-site", true}, // following a link
		{"POST", "X-Nothing", "", true},               // no browser
	} {
		r := b.request(c.method)
		r.Header.Set(c.header, c.value)
		if a, err := h.svc.Prepare(r); err != nil || a.SignedIn() != c.want {
			t.Errorf("%+v: signed in %v, %v", c, a.SignedIn(), err)
		}
	}
}

func TestUnknownCookiesAreNobody(t *testing.T) {
	h := newRig(t, dbtest.SQLite(t, allMigrations...), nil)
	for _, value := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("\xff", 43), strings.Repeat("A", 5000)} {
		r := h.browser().request("GET")
		r.Header.Set("Cookie", cookieName+"="+value)
		if a, err := h.svc.Prepare(r); err != nil || a.SignedIn() {
			t.Errorf("%.20q: %+v, %v", value, a, err)
		}
	}
	r := h.browser().request("GET")
	r.Header.Set("Cookie", cookieName+"=x")
	if !h.svc.HasCredentials(r) {
		t.Error("a request with our cookie might be somebody's")
	}
	if h.svc.HasCredentials(h.browser().request("GET")) {
		t.Error("nobody has credentials")
	}
}

// Two nodes over one database: what one revokes, the other forgets.
func TestAnotherNodeForgets(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		ctx := context.Background()
		other := New(h.svc.Deps)
		club := h.org(NewOrganisation{Kind: Club, Name: "Musikverein"})
		key, b := h.person("Anna", false)
		r := b.request("GET")
		if a, err := other.Prepare(r); err != nil || a.Name != "Anna" || a.Can(Reader, club) {
			t.Fatal(a, err)
		}
		h.role(club, key, Editor)
		if a, err := other.Prepare(r); err != nil || !a.Can(Editor, club) {
			t.Errorf("role not seen: %+v, %v", a, err)
		}
		if err := h.svc.SetView(ctx, key, "en", "dark"); err != nil {
			t.Fatal(err)
		}
		if a, err := other.Prepare(r); err != nil || a.Locale != "en" || a.Theme != "dark" {
			t.Errorf("view not seen: %+v, %v", a, err)
		}
		b.post("/abmelden").goes(t, "/")
		if a, err := other.Prepare(r); err != nil || a.SignedIn() {
			t.Errorf("still signed in: %+v, %v", a, err)
		}
	})
}

// Guessing side by side gets no more tries than one after the other.
func TestParallelGuessing(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		count := map[int]int{}
		for range 16 {
			wg.Go(func() {
				a := h.browser().post("/anmelden/passwort", "email", "anna@example.org", "password", "x")
				mu.Lock()
				defer mu.Unlock()
				count[a.status]++
			})
		}
		wg.Wait()
		if count[422] != passwordAttempts.account.Max || count[429] != 16-count[422] {
			t.Errorf("%v", count)
		}
	})
}

func TestAuthorizeRefusesUnknownLevels(t *testing.T) {
	h := newRig(t, dbtest.SQLite(t, allMigrations...), nil)
	r := h.browser().request("GET")
	r = r.WithContext(WithActor(r.Context(), Actor{AccountID: "o", Operator: true}))
	for _, level := range []web.Level{web.Undeclared, 99} {
		if err := h.svc.Authorize(r, web.Access{Level: level}); fault.KindOf(err) != fault.KindForbidden {
			t.Errorf("level %d: %v", level, err)
		}
	}
}

func BenchmarkPrepare(b *testing.B) {
	h := newRig(b, dbtest.SQLite(b, allMigrations...), nil)
	_, visitor := h.person("Anna", false)
	r := visitor.request("GET")
	b.ReportAllocs()
	for b.Loop() {
		if a, err := h.svc.Prepare(r); err != nil || !a.SignedIn() {
			b.Fatal(err)
		}
	}
}

package people

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
)

func TestSignInByLink(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		b := h.browser()
		b.get("/anmelden?weiter=/kalender").want(t, 200, `value="/kalender"`)
		b.post("/anmelden", "email", " Vroni@Example.org", "weiter", "/kalender").goes(t, "/anmelden/gesendet")
		b.get("/anmelden/gesendet").want(t, 200)
		letter, link := h.letter()
		if letter.To != "vroni@example.org" || !strings.HasPrefix(link, h.server.URL+"/anmelden/link/") {
			t.Fatalf("letter to %s with %s", letter.To, link)
		}
		for range 3 { // a mail scanner looks at it
			h.browser().get(link).want(t, 200, "Jetzt anmelden")
		}
		b.get("/konto").want(t, 401)
		b.post(link).goes(t, "/kalender")
		b.get("/konto").want(t, 200, "vroni@example.org", "Firefox, Android")
		h.browser().post(link).want(t, http.StatusGone, "gilt nicht mehr")
	})
}

func TestLinkExpiresAndTakesItsTwinsAlong(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		b := h.browser()
		b.post("/anmelden", "email", "a@example.org").goes(t, "/anmelden/gesendet")
		_, first := h.letter()
		h.clock.Advance(time.Minute)
		b.post("/anmelden", "email", "a@example.org").goes(t, "/anmelden/gesendet")
		_, second := h.letter()
		b.post(second).goes(t, "/konto") // no name yet: asked there
		h.browser().post(first).want(t, http.StatusGone)
		b.post("/anmelden", "email", "a@example.org").goes(t, "/anmelden/gesendet")
		_, third := h.letter()
		h.clock.Advance(16 * time.Minute)
		h.browser().post(third).want(t, http.StatusGone)
	})
}

func TestNextStaysOnThisSite(t *testing.T) {
	for in, want := range map[string]string{
		"/kalender?ort=leeder": "/kalender?ort=leeder", "": "", "https://evil.example/": "", "//evil.example": "", "/\\evil.example": "",
		"javascript:alert(1)": "", "/a\r\nSet-Cookie: x": "/a Set-Cookie: x", "/" + strings.Repeat("a", 600): "",
	} {
		if got := nextOf(in); got != want {
			t.Errorf("nextOf(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRequestLinkTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		h.person("Anna", false)
		known := h.browser().post("/anmelden", "email", "anna@example.org")
		unknown := h.browser().post("/anmelden", "email", "nobd@example.org")
		if known.status != unknown.status || known.to != unknown.to || known.body != unknown.body {
			t.Errorf("%+v\n%+v", known, unknown)
		}
		if n := h.letters(); n != 2 {
			t.Errorf("%d letters: the work must be the same for both", n)
		}
		for range 4 {
			h.browser().post("/anmelden", "email", "nobd@example.org")
		}
		h.browser().post("/anmelden", "email", "nobd@example.org").want(t, 429, "Zu viele Versuche")
		h.clock.Advance(2 * time.Hour)
		h.browser().post("/anmelden", "email", "nobd@example.org").goes(t, "/anmelden/gesendet")
	})
}

func TestWrongPasswordTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		h.person("Anna", false)
		blocked, b := h.person("Berta", false)
		b.get("/konto").want(t, 200)
		h.block(blocked)
		b.get("/konto").want(t, 401)
		try := func(email, word string) answer {
			return h.browser().post("/anmelden/passwort", "email", email, "password", word)
		}
		wrong := try("anna@example.org", "falsch falsch").want(t, 422, "stimmen nicht")
		for name, a := range map[string]answer{"unknown": try("nobd@example.org", "falsch falsch"), "blocked": try("berta@example.org", goodPassword)} {
			same := strings.NewReplacer("nobd@", "anna@", "berta@", "anna@").Replace(a.body)
			if a.status != wrong.status || same != wrong.body {
				t.Errorf("%s: status %d, another page", name, a.status)
			}
		}
		if strings.Contains(wrong.body, "falsch falsch") {
			t.Error("the password is shown again")
		}
	})
}

func (h *rig) block(account string) {
	h.t.Helper()
	if err := h.svc.SetBlocked(context.Background(), account, true); err != nil {
		h.t.Fatal(err)
	}
}

// TestTimeTellsNothing compares medians; the work is an Argon2 hash of about
// 30 ms on both sides, so an answer without it would stand out by far.
func TestTimeTellsNothing(t *testing.T) {
	h := newRig(t, dbtest.SQLite(t, allMigrations...), nil)
	h.person("Anna", false)
	measure := func(email string) time.Duration {
		began := time.Now()
		h.browser().post("/anmelden/passwort", "email", email, "password", "falsch falsch").want(t, 422)
		return time.Since(began)
	}
	var known, unknown []time.Duration
	for range 9 {
		known, unknown = append(known, measure("anna@example.org")), append(unknown, measure("nobd@example.org"))
		h.clock.Advance(20 * time.Minute)
	}
	slices.Sort(known)
	slices.Sort(unknown)
	a, b := known[4], unknown[4]
	if ratio := float64(max(a, b)) / float64(min(a, b)); ratio > 1.8 {
		t.Errorf("known %v, unknown %v: times differ by %.1f", a, b, ratio)
	}
}

func TestPasswordGuessingIsSlowedDown(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		h.person("Anna", false)
		for range 10 {
			h.browser().post("/anmelden/passwort", "email", "anna@example.org", "password", "x").want(t, 422)
		}
		h.browser().post("/anmelden/passwort", "email", "anna@example.org", "password", goodPassword).want(t, 429)
		h.browser().post("/anmelden/passwort", "email", "other@example.org", "password", "x").want(t, 422)
		h.clock.Advance(31 * time.Minute)
		h.browser().post("/anmelden/passwort", "email", "anna@example.org", "password", goodPassword).goes(t, "/")
	})
}

func TestCrossSitePostsAreRefused(t *testing.T) {
	h := newRig(t, dbtest.SQLite(t, allMigrations...), nil)
	_, b := h.person("Anna", false)
	req, err := http.NewRequest(http.MethodPost, h.url("/konto/sitzungen/beenden"), strings.NewReader("alle=1"))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
	}
	b.do(req, err).want(t, 403)
	b.get("/konto").want(t, 200)
}

func TestSessions(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		_, one := h.person("Anna", false)
		two := h.browser()
		two.post("/anmelden/passwort", "email", "anna@example.org", "password", goodPassword).goes(t, "/")
		page := one.get("/konto").want(t, 200, "dieses Gerät").body
		_, rest, _ := strings.Cut(page, `action="/konto/sitzungen/beenden"`)
		_, rest, _ = strings.Cut(rest, `name="id" value="`)
		other, _, _ := strings.Cut(rest, `"`)
		_, eve := h.person("Eve", false)
		eve.post("/konto/sitzungen/beenden", "id", other).want(t, 404)
		eve.post("/konto/sitzungen/beenden", "id", "\x00").want(t, 404)
		two.get("/konto").want(t, 200)
		one.post("/konto/sitzungen/beenden", "id", other).goes(t, "/konto")
		two.get("/konto").want(t, 401)
		one.post("/konto/sitzungen/beenden", "alle", "1").goes(t, "/anmelden")
		one.get("/konto").want(t, 401)

		h.clock.Advance(24 * time.Hour)
		one.post("/anmelden/passwort", "email", "anna@example.org", "password", goodPassword).goes(t, "/")
		h.clock.Advance(IdleFor - time.Hour)
		one.get("/konto").want(t, 200)
		h.clock.Advance(IdleFor - time.Hour)
		one.get("/konto").want(t, 200)
		h.clock.Advance(IdleFor)
		one.get("/konto").want(t, 401)

		one.post("/anmelden/passwort", "email", "anna@example.org", "password", goodPassword).goes(t, "/")
		for range 6 {
			h.clock.Advance(IdleFor - time.Hour)
			one.get("/konto").want(t, 200)
		}
		h.clock.Advance(7 * time.Hour) // never idle, but half a year old
		one.get("/konto").want(t, 401)
		if err := h.svc.cleanup(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSignInRotatesTheSession(t *testing.T) {
	h := newRig(t, dbtest.SQLite(t, allMigrations...), nil)
	_, b := h.person("Anna", false)
	old := b.client.Jar.Cookies(mustURL(t, h.server.URL))
	b.get("/konto").want(t, 200)
	b.post("/anmelden/passwort", "email", "anna@example.org", "password", goodPassword).goes(t, "/")
	thief := h.browser()
	thief.client.Jar.SetCookies(mustURL(t, h.server.URL), old)
	thief.get("/konto").want(t, 401)
	b.post("/abmelden").goes(t, "/")
	b.get("/konto").want(t, 401)
}

func TestSecureCookie(t *testing.T) {
	h := newRig(t, dbtest.SQLite(t, allMigrations...), func(d *Deps) { d.Secure = true })
	if _, err := h.svc.AddAccount(context.Background(), NewAccount{Name: "Anna", Email: "anna@example.org", Password: goodPassword}); err != nil {
		t.Fatal(err)
	}
	a := h.browser().post("/anmelden/passwort", "email", "anna@example.org", "password", goodPassword)
	cookie := a.header.Get("Set-Cookie")
	for _, piece := range []string{"__Host-sitzung=", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"} {
		if !strings.Contains(cookie, piece) {
			t.Errorf("no %s in %q", piece, cookie)
		}
	}
	if strings.Contains(cookie, "Domain") {
		t.Error(cookie)
	}
}

// The hot path: an unchanged database is not asked who somebody is.
func TestUnchangedDatabaseCostsNoQuery(t *testing.T) {
	h := newRig(t, dbtest.SQLite(t, allMigrations...), nil)
	_, b := h.person("Anna", false)
	b.get("/konto").want(t, 200)
	req, err := http.NewRequest(http.MethodGet, h.url("/"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(mustURL(t, h.server.URL)) {
		req.AddCookie(c)
	}
	if a, err := h.svc.Prepare(req); err != nil || a.Name != "Anna" {
		t.Fatal(a, err)
	}
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	if a, err := h.svc.Prepare(req); err != nil || a.Name != "Anna" {
		t.Errorf("asked a closed database: %v, %v", a, err)
	}
}

func TestEveryStatementCanBePrepared(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Prepared(context.Background()); err != nil {
			t.Error(err)
		}
	}, allMigrations...)
}

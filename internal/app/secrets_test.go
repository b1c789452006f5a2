package app_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"dorflinde/internal/app"
	"dorflinde/internal/app/sample"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
)

// post sends fields to an address of the house.
func (b *browser) post(address string, values url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := b.request(http.MethodPost, address, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
	for _, c := range change {
		c(r)
	}
	return b.send(r)
}

func from(address string) func(*http.Request) {
	return func(r *http.Request) { r.RemoteAddr = address + ":4711" }
}

// locked is a buffer for several writers.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// postOffice is a mail server that keeps what it is given (RFC 5321).
func postOffice(t *testing.T) (port int, letters *locked) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	letters = &locked{}
	var open sync.WaitGroup
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		open.Wait()
	})
	open.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { receive(c, letters) })
		}
	})
	return listener.Addr().(*net.TCPAddr).Port, letters
}

func receive(c net.Conn, letters *locked) {
	defer c.Close()
	lines := bufio.NewScanner(c)
	say := func(line string) { fmt.Fprint(c, line+"\r\n") }
	say("220 post.example")
	data := false
	for lines.Scan() {
		line := lines.Text()
		switch word := strings.ToUpper(line); {
		case data && line == ".":
			data = false
			say("250 taken")
		case data:
			fmt.Fprintln(letters, line)
		case strings.HasPrefix(word, "DATA"):
			data = true
			say("354 go on")
		case strings.HasPrefix(word, "QUIT"):
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

func settle(t *testing.T, a *app.App) {
	t.Helper()
	if err := a.Settle(i18n.With(t.Context(), a.Localizer(i18n.German))); err != nil {
		t.Fatal(err)
	}
}

// formFor finds the first form of a kind on the pages that somebody sees.
func (b *browser) formFor(t *testing.T, pattern string) htmlForm {
	t.Helper()
	var found htmlForm
	b.crawl(40, func(address string, w *httptest.ResponseRecorder) {
		if found.pattern != "" {
			return
		}
		for _, f := range b.formsOf(w.Body.String(), address) {
			if f.pattern == pattern {
				found = f
			}
		}
	})
	if found.pattern == "" {
		t.Fatalf("no form for %s", pattern)
	}
	return found
}

func group(t *testing.T, pattern, text string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("nothing like %s in %.3000s", pattern, text)
	}
	return found[1]
}

// soft undoes the line breaks of quoted-printable letters (RFC 2045, 6.7).
func soft(letters string) string {
	return strings.NewReplacer("=\r\n", "", "=\n", "", "=3D", "=").Replace(letters)
}

func TestSecretsAreNeitherKeptNorLogged(t *testing.T) {
	port, letters := postOffice(t)
	log := &locked{}
	config := app.Config{Data: t.TempDir(), Demo: true, SMTPHost: "127.0.0.1", SMTPPort: port, SMTPSecurity: "none", MailFrom: "dorf@beispiel.example"}
	a, err := app.New(t.Context(), config, app.Options{Clock: clock.At(now), Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	t.Cleanup(func() {
		if !closed {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	if err := sample.Fill(t.Context(), a, sample.Options{Seed: 1}); err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{"password": sample.Password, "token": issue(t, a, people.ScopeWrite)}
	guest := newBrowser(t, a, "")
	clerk := newBrowser(t, a, "rathaus@beispiel.example").signIn(t)
	club := newBrowser(t, a, "verein@beispiel.example").signIn(t)
	_, secrets["session"], _ = strings.Cut(clerk.cookie, "=")

	guest.post("/anmelden", url.Values{"email": {"neu@beispiel.example"}})
	guest.post("/anmelden/passwort", url.Values{"email": {"verein@beispiel.example"}, "password": {"Vertippt-Kanarienvogel-7"}})
	secrets["mistyped password"] = "Vertippt-Kanarienvogel-7"
	card := clerk.formFor(t, "POST /karten")
	card.values.Set("name", "Zenzi Beispiel")
	sheet := clerk.post("/karten", card.values).Body.String()
	secrets["card code"] = group(t, `([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2})`, sheet)
	secrets["card code, plain"] = strings.ReplaceAll(secrets["card code"], "-", "")
	pin := group(t, `>\s*([0-9]{3} [0-9]{3})\s*<`, sheet)
	visit := guest.formFor(t, "POST /termine/{id}/anmelden")
	visit.values.Set("email", "gast@beispiel.example")
	w := guest.post(visit.action, visit.values)
	secrets["registration"] = group(t, `^/anmeldung/([\w-]+)$`, w.Header().Get("Location"))
	wake := guest.formFor(t, "POST /abfall/{street}")
	wake.values.Set("email", "tonne@beispiel.example")
	guest.post(wake.action, wake.values)
	invite := club.formFor(t, "POST /organisationen/{slug}/verwalten/einladen")
	invite.values.Set("email", "eingeladen@beispiel.example")
	club.post(invite.action, invite.values)
	club.post("/konto/adresse", url.Values{"email": {"anders@beispiel.example"}, "password": {sample.Password}})
	settle(t, a)
	sent := soft(letters.String())
	secrets["sign-in link"] = group(t, `/anmelden/link/([\w-]{20,})`, sent)
	secrets["reminder link"] = group(t, `/abfall/erinnerung/([\w-]{20,})`, sent)
	secrets["invitation"] = group(t, `/einladung/([\w-]{20,})`, sent)
	secrets["registration, by letter"] = group(t, `/anmeldung/([\w-]{20,})`, sent)
	secrets["new address"] = group(t, `/konto/adresse/([\w-]{20,})`, sent)
	for _, c := range guest.post("/anmelden/link/"+secrets["sign-in link"], nil).Result().Cookies() {
		if strings.Contains(c.Name, "sitzung") {
			secrets["session by link"] = c.Value
		}
	}
	if len(secrets) < 13 {
		t.Errorf("only %d secrets were handed out", len(secrets))
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		log, err := os.ReadFile(filepath.Join(config.Data, "region.db-wal"))
		if err != nil {
			t.Fatal(err)
		}
		kept := ""
		for what, secret := range secrets {
			if bytes.Contains(log, []byte(secret)) {
				kept = what
			}
		}
		if kept == "" {
			break
		}
		if time.Now().After(deadline) {
			t.Errorf("the %s stays in the log of a running house", kept)
			break
		}
	}
	closed = true
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	digits := regexp.MustCompile(`(^|[^0-9a-f])` + strings.ReplaceAll(pin, " ", " ?") + `($|[^0-9a-f])`)
	look := func(place string, text []byte) {
		for what, secret := range secrets {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s: there is the %s", place, what)
			}
		}
		if strings.HasSuffix(place, "log") && digits.Match(text) {
			t.Errorf("%s: there is the PIN", place)
		}
	}
	look("log", []byte(log.String()))
	files := 0
	err = filepath.WalkDir(config.Data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		look(filepath.Base(path), text)
		files++
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files read: %v", files, err)
	}
}

// faceless is an answer without what the asker typed.
func faceless(w *httptest.ResponseRecorder, typed ...string) string {
	body := w.Body.String()
	for _, x := range typed {
		body = strings.ReplaceAll(body, x, "")
	}
	var cookies []string
	for _, c := range w.Result().Cookies() {
		cookies = append(cookies, c.Name)
	}
	return fmt.Sprint(w.Code, w.Header().Get("Location"), cookies, body)
}

func TestSameAnswerForKnownAndUnknown(t *testing.T) {
	a := village(t, app.Config{})
	guest := newBrowser(t, a, "")
	same := func(what, path string, field string, known, unknown string, more url.Values) {
		t.Helper()
		ask := func(value string) string {
			values := url.Values{field: {value}}
			for k, v := range more {
				values[k] = v
			}
			return faceless(guest.post(path, values), value)
		}
		if x, y := ask(known), ask(unknown); x != y {
			t.Errorf("%s: known and unknown differ:\n%.400s\n%.400s", what, x, y)
		}
	}
	known, unknown := "verein@beispiel.example", "niemand@beispiel.example"
	same("password", "/anmelden/passwort", "email", known, unknown, url.Values{"password": {"falsch-falsch-falsch"}})
	same("link", "/anmelden", "email", known, unknown, nil)
	wake := guest.formFor(t, "POST /abfall/{street}")
	same("reminder", wake.action, "email", known, unknown, wake.values)
	clerk := newBrowser(t, a, "rathaus@beispiel.example").signIn(t)
	form := clerk.formFor(t, "POST /karten")
	form.values.Set("name", "Zenzi Beispiel")
	code := group(t, `([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2})`, clerk.post("/karten", form.values).Body.String())
	same("card", "/anmelden/karte", "code", code, "0000-0000-00", url.Values{"pin": {"123457"}})
	for _, path := range []string{"/anmelden/link/", "/einladung/", "/anmeldung/", "/abfall/erinnerung/"} {
		x, y := strings.Repeat("A", 43), strings.Repeat("b", 22)
		if one, two := faceless(guest.get(path+x), x), faceless(guest.get(path+y), y); one != two {
			t.Errorf("%s: two unknown secrets of different length are told apart", path)
		}
	}
}

func TestGuessingIsSlowedDownByAccountAndByAddress(t *testing.T) {
	a := village(t, app.Config{})
	guest := newBrowser(t, a, "")
	until := func(what string, most int, try func(i int) *httptest.ResponseRecorder) {
		t.Helper()
		for i := range most + 1 {
			w := try(i)
			if w.Code == http.StatusTooManyRequests {
				if !strings.Contains(w.Body.String(), "Minuten") {
					t.Errorf("%s: the refusal says no waiting time", what)
				}
				return
			}
		}
		t.Errorf("%s: not refused after %d tries", what, most)
	}
	home := func(i int) func(*http.Request) { return from(fmt.Sprintf("198.51.%d.7", i)) }
	until("password, one account", 10, func(i int) *httptest.ResponseRecorder {
		return guest.post("/anmelden/passwort", url.Values{"email": {"verein@beispiel.example"}, "password": {"x"}}, home(i))
	})
	until("password, one address", 40, func(i int) *httptest.ResponseRecorder {
		return guest.post("/anmelden/passwort", url.Values{"email": {fmt.Sprintf("a%d@beispiel.example", i)}, "password": {"x"}}, from("203.0.113.1"))
	})
	until("link, one account", 5, func(i int) *httptest.ResponseRecorder {
		return guest.post("/anmelden", url.Values{"email": {"verein@beispiel.example"}}, home(i))
	})
	until("card, one code", 10, func(i int) *httptest.ResponseRecorder {
		return guest.post("/anmelden/karte", url.Values{"code": {"0000-0000-00"}, "pin": {"123457"}}, home(i))
	})
	visit := guest.formFor(t, "POST /termine/{id}/anmelden")
	until("registration, one household", 40, func(i int) *httptest.ResponseRecorder {
		visit.values.Set("email", fmt.Sprintf("g%d@beispiel.example", i))
		return guest.post(visit.action, visit.values, func(r *http.Request) { r.RemoteAddr = fmt.Sprintf("[2001:db8:1:2::%x]:99", i+1) })
	})
	until("registration, letters to one person", 20, func(i int) *httptest.ResponseRecorder {
		visit.values.Set("email", "opfer@beispiel.example")
		return guest.post(visit.action, visit.values, home(i))
	})
	wake := guest.formFor(t, "POST /abfall/{street}")
	until("reminder, one address", 40, func(i int) *httptest.ResponseRecorder {
		wake.values.Set("email", fmt.Sprintf("w%d@beispiel.example", i))
		return guest.post(wake.action, wake.values, from("203.0.113.99"))
	})
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	a := village(t, app.Config{BaseURL: "https://dorf.example"})
	check := func(what string, w *httptest.ResponseRecorder) {
		t.Helper()
		h := w.Header()
		policy := h.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: Content-Security-Policy %q", what, policy)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" || h.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s: headers %v", what, h)
		}
		if w.Code == http.StatusOK && w.Body.Len() > 0 && h.Get("Content-Type") == "" {
			t.Errorf("%s: no Content-Type", what)
		}
		for _, c := range w.Result().Cookies() {
			if !c.Secure || !c.HttpOnly || c.SameSite == http.SameSiteDefaultMode || c.SameSite == http.SameSiteNoneMode {
				t.Errorf("%s: cookie %s", what, c.Raw)
			}
			if strings.Contains(c.Name, "sitzung") && !strings.HasPrefix(c.Name, "__Host-") {
				t.Errorf("%s: cookie %s without __Host-", what, c.Name)
			}
		}
	}
	for _, email := range []string{"", "betrieb@beispiel.example"} {
		b := newBrowser(t, a, email).signIn(t)
		b.crawl(3, func(path string, w *httptest.ResponseRecorder) { check("GET "+path, w) })
		for _, route := range a.Routes() {
			if route.Path != "/abmelden" && !strings.Contains(route.Path, "sitzungen") {
				check(route.Pattern(), b.send(b.request(route.Method, address(route.Path), "", nil)))
			}
		}
	}
	guest := newBrowser(t, a, "")
	check("sign-in", guest.post("/anmelden/passwort", url.Values{"email": {"verein@beispiel.example"}, "password": {sample.Password}}))
	check("view", guest.post("/einstellungen/ansicht", url.Values{"theme": {"dark"}}))
	check("passkey", guest.post("/anmelden/passkey/beginnen", nil))
	wake := guest.formFor(t, "POST /abfall/{street}")
	if w := guest.post(wake.action, wake.values); len(w.Result().Cookies()) == 0 {
		t.Error("the reminder sets no cookie for its message")
	} else {
		check("reminder", w)
	}
}

func TestOtherSitesCannotChangeAnything(t *testing.T) {
	a := village(t, app.Config{})
	for _, email := range []string{"", "betrieb@beispiel.example", "verein@beispiel.example"} {
		b := newBrowser(t, a, email).signIn(t)
		for _, route := range a.Routes() {
			if route.Method == http.MethodGet {
				continue
			}
			for _, h := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://boese.example"}, {"Origin", "null"}} {
				r := b.request(route.Method, address(route.Path), "application/x-www-form-urlencoded", strings.NewReader("name=x"))
				r.Header.Set(h[0], h[1])
				w := b.send(r)
				want := http.StatusForbidden
				if route.API {
					want = http.StatusUnauthorized // the cookie does not count
				}
				if w.Code != want {
					t.Errorf("%s as %q with %s: %s: %d", route.Pattern(), email, h[0], h[1], w.Code)
				}
			}
		}
		if email != "" && b.get("/konto").Code != http.StatusOK {
			t.Errorf("%s was signed out", email)
		}
	}
}

func TestForgedHostAppearsNowhere(t *testing.T) {
	a := village(t, app.Config{})
	forge := func(r *http.Request) {
		r.Host = "boese.example"
		for _, name := range []string{"X-Forwarded-Host", "Forwarded", "X-Original-Url", "X-Host"} {
			r.Header.Set(name, "host=boese.example")
		}
	}
	for _, email := range []string{"", "verein@beispiel.example"} {
		b := newBrowser(t, a, email).signIn(t)
		b.crawl(3, func(path string, _ *httptest.ResponseRecorder) {
			r := b.request(http.MethodGet, path, "", nil)
			forge(r)
			w := b.send(r)
			if strings.Contains(w.Body.String(), "boese.example") || strings.Contains(fmt.Sprint(w.Header()), "boese.example") {
				t.Errorf("GET %s repeats the forged host", path)
			}
		})
	}
	guest := newBrowser(t, a, "")
	guest.post("/anmelden", url.Values{"email": {"verein@beispiel.example"}}, forge)
	for _, pattern := range []string{"POST /abfall/{street}", "POST /termine/{id}/anmelden"} {
		f := guest.formFor(t, pattern)
		guest.post(f.action, f.values, forge)
	}
	settle(t, a)
	letters, err := a.Mailer.Kept(t.Context())
	if err != nil || len(letters) < 3 {
		t.Fatalf("%d letters, %v", len(letters), err)
	}
	for _, letter := range letters {
		if text := fmt.Sprint(letter); strings.Contains(text, "boese.example") || !strings.Contains(text, "http://127.0.0.1:8080/") {
			t.Errorf("letter %q: %s", letter.Subject, letter.Text)
		}
	}
}

func TestNoWayLeadsToAnotherSite(t *testing.T) {
	a := village(t, app.Config{})
	citizen := newBrowser(t, a, "buerger@beispiel.example").signIn(t)
	guest := newBrowser(t, a, "")
	for i, to := range []string{"https://boese.example/", "//boese.example/", `/\boese.example/`, "/\t/boese.example", "https:boese.example", "javascript:alert(1)",
		"///boese.example", "/.//boese.example", "/..//boese.example", "\u0000//boese.example", "http:///boese.example", `\\boese.example`, "/%2f/boese.example", "/%5cboese.example",
		" //boese.example", "/a\r\nLocation: https://boese.example"} {
		q := url.QueryEscape(to)
		for _, w := range []*httptest.ResponseRecorder{
			citizen.get("/anmelden?weiter=" + q), citizen.get("/anmelden/passwort?weiter=" + q), guest.post("/einstellungen/ansicht", url.Values{"back": {to}}),
			guest.post("/anmelden/passwort", url.Values{"email": {"verein@beispiel.example"}, "password": {sample.Password}, "weiter": {to}}, from(fmt.Sprintf("203.0.%d.9", i))),
		} {
			location := w.Header().Get("Location")
			u, err := url.Parse(location)
			if w.Code != http.StatusSeeOther || err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(location, "/") || strings.HasPrefix(location, "//") || strings.ContainsAny(location, "\\\r\n\t") {
				t.Errorf("%q: %d leads to %q", to, w.Code, location)
			}
		}
		for _, path := range []string{"//boese.example/..", "/\\boese.example", "//boese.example/%2e%2e", "/aktuelles//boese.example"} {
			w := guest.get(path)
			if location := w.Header().Get("Location"); strings.HasPrefix(location, "//") || strings.Contains(location, "://boese") {
				t.Errorf("GET %s leads to %q", path, location)
			}
		}
	}
}

// closed are entries that a stranger may not see, by id with their titles.
func closedEntries(t *testing.T, a *app.App) map[string]string {
	t.Helper()
	token := issue(t, a, people.ScopeWrite)
	b := newBrowser(t, a, "")
	for i, body := range []string{
		`{"title":"Geheimwort Entwurf","text":"Geheimwort","state":"draft"}`, `{"title":"Geheimwort Warteschlange","text":"Geheimwort","state":"waiting"}`,
		`{"title":"Geheimwort Bewohner","text":"Geheimwort","audience":"residents","topics":["Geheimwort"],"point":[10.83,47.93],"place_name":"Geheimwort"}`,
		`{"title":"Geheimwort Zukunft","text":"Geheimwort","publish_at":"2027-01-05T18:00:00Z"}`,
	} {
		r := b.request(http.MethodPost, "/api/v1/news", "application/json", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		if w := b.send(r); w.Code != http.StatusCreated {
			t.Fatalf("%d: %d %s", i, w.Code, w.Body)
		}
	}
	settle(t, a)
	found := map[string]string{}
	err := a.DB.View(context.Background(), func(tx *db.Tx) error {
		for _, query := range []string{"SELECT id, title FROM news WHERE state IN ('draft', 'waiting') OR title LIKE 'Geheimwort%'", "SELECT id, title FROM entry WHERE audience <> 'public'"} {
			rows, err := db.AllText(tx, query, func(s db.Scanner) (x [2]string, err error) {
				err = s.Scan(&x[0], &x[1])
				return x, err
			})
			if err != nil {
				return err
			}
			for _, x := range rows {
				found[x[0]] = x[1]
			}
		}
		return nil
	})
	if err != nil || len(found) < 5 {
		t.Fatalf("%d entries are not public: %v", len(found), err)
	}
	return found
}

func TestNothingTellsAbsentFromForeign(t *testing.T) {
	a := village(t, app.Config{})
	hidden := closedEntries(t, a)
	guest := newBrowser(t, a, "")
	for _, path := range []string{"/aktuelles/%s", "/e/%s", "/e/%s.jsonld", "/e/%s/kalender.ics", "/e/%s/vorschau.png", "/api/v1/news/%s", "/api/v1/entries/%s", "/medien/%s"} {
		answer := func(id string) string { return faceless(guest.get(fmt.Sprintf(path, id)), id) }
		absent := answer(a.IDs.New())
		if !strings.HasPrefix(absent, "404") {
			t.Errorf("%s: %.40s", path, absent)
		}
		for range 2500 {
			if id := a.IDs.New(); answer(id) != absent {
				t.Errorf("%s: %s is answered differently", path, id)
			}
		}
		for id, title := range hidden {
			if got := answer(id); got != absent {
				t.Errorf("%s: %q is told apart from what does not exist: %.300s", path, title, got)
			}
		}
		for _, id := range []string{"x", "../..", "%2e%2e", "%00", strings.Repeat("9", 3000), "00000000-0000-7000-8000-000000000000'--"} {
			if w := guest.get(fmt.Sprintf(path, id)); w.Code != http.StatusNotFound && w.Code != http.StatusMovedPermanently && w.Code != http.StatusTemporaryRedirect && w.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s with %.40s: %d", path, id, w.Code)
			}
		}
	}
}

func TestWhatIsForSomeReachesNobodyElse(t *testing.T) {
	a := village(t, app.Config{})
	hidden := closedEntries(t, a)
	guest := newBrowser(t, a, "")
	look := func(path string, w *httptest.ResponseRecorder) {
		body := w.Body.String()
		for id, title := range hidden {
			if strings.Contains(body, id) || strings.Contains(body, title) {
				t.Errorf("GET %s shows %q", path, title)
			}
		}
	}
	// A resident reads first, so that whatever is kept for the next is found.
	resident := newBrowser(t, a, "buerger@beispiel.example").signIn(t)
	seen := 0
	for _, b := range []*browser{resident, guest} {
		b.crawl(6, func(path string, w *httptest.ResponseRecorder) {
			if b == guest {
				look(path, w)
			} else if strings.Contains(w.Body.String(), "Geheimwort Bewohner") {
				seen++
			}
		})
	}
	if seen == 0 {
		t.Error("no resident can read what is for residents")
	}
	for _, path := range []string{"/suche?q=Gehei", "/api/v1/entries?limit=100", "/api/v1/news?limit=100", "/feeds/rss?thema=Geheimwort", "/feeds/json", "/feeds/atom",
		"/calendar.ics", "/sitemap.xml", "/karte/daten.geojson", "/neues?q=Geheimwort", "/organisationen/" + theOrganisation, "/verzeichnis.csv", "/api/v1/entries?audience=residents"} {
		look(path, guest.get(path))
	}
	if body := guest.get("/suche?q=Geheimwort+Bewohner").Body.String(); strings.Contains(body, "Geheimwort Bewohner</") {
		t.Error("the search shows it")
	}
}

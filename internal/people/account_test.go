package people

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/people/card"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/fault"
)

var here = os.DirFS(".")

func TestAccountPage(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		_, anna := h.person("Anna", false)
		anna.post("/konto", "name", " ", "village", "leeder").want(t, 422, "#about-name")
		anna.post("/konto", "name", "Anna", "village", "mond").want(t, 422, "nicht")
		anna.post("/konto", "name", "Anna\x00 <b>Huber</b>", "village", "leeder", "locale", "de").goes(t, "/konto")
		anna.post("/konto", "name", "Anna", "village", "leeder", "street", "Mondgasse").want(t, 422, "#about-street", `value="Mondgasse"`)
		anna.post("/konto", "name", "Anna <b>Huber</b>", "village", "leeder", "street", "dorfstr.").goes(t, "/konto")
		page := anna.get("/konto").want(t, 200, `value="Dorfstraße"`, "Gespeichert.", `<option value="leeder" selected`).body
		if strings.Contains(page, "<b>Huber") || !strings.Contains(page, "&lt;b&gt;Huber") {
			t.Error("name is not escaped")
		}
		if again := anna.get("/konto").want(t, 200).body; strings.Contains(again, "Gespeichert.") {
			t.Error("said twice")
		}
	})
}

func TestNewAddressMustBeProven(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		_, anna := h.person("Anna", false)
		_, eve := h.person("Eve", false)
		eve.post("/konto/adresse", "email", "victim@example.org").goes(t, "/konto")
		_, link := h.letter()
		eve.get("/konto").want(t, 200, "eve@example.org")
		anna.post(link).want(t, 410) // the link of another account
		eve.post("/konto/adresse", "email", "new@example.org").goes(t, "/konto")
		_, link = h.letter()
		eve.get(link).want(t, 200, "Adresse bestätigen")
		eve.post(link).goes(t, "/konto")
		eve.get("/konto").want(t, 200, "new@example.org")
		if notice, _ := h.letter(); notice.To != "eve@example.org" {
			t.Errorf("the old address heard nothing: %+v", notice)
		}
		eve.post("/konto/adresse", "email", "anna@example.org").goes(t, "/konto") // tells nothing
		_, link = h.letter()
		eve.post(link).want(t, 422, "gehört schon")
		// A link that proves an address signs nobody in.
		eve.post("/konto/adresse", "email", "third@example.org").goes(t, "/konto")
		_, link = h.letter()
		h.browser().post(strings.Replace(link, "/konto/adresse/", "/anmelden/link/", 1)).want(t, 410)
	})
}

func TestSetPassword(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		_, anna := h.person("Anna", false)
		other := h.browser()
		other.post("/anmelden/passwort", "email", "anna@example.org", "password", goodPassword).goes(t, "/")
		const better = "vier neue Wörter hier"
		anna.post("/konto/passwort", "password", "kurz").want(t, 422, "zu kurz")
		anna.post("/konto/passwort", "password", "annaannaanna").want(t, 422)
		anna.post("/konto/passwort", "password", better).want(t, 422, "bisherige Passwort stimmt nicht")
		anna.post("/konto/passwort", "password", better, "old", goodPassword).goes(t, "/konto")
		anna.get("/konto").want(t, 200)
		other.get("/konto").want(t, 401)
		other.post("/anmelden/passwort", "email", "anna@example.org", "password", goodPassword).want(t, 422)
		other.post("/anmelden/passwort", "email", "anna@example.org", "password", better).goes(t, "/")

		// Forgotten: a fresh sign-in by link is proof enough.
		h.clock.Advance(time.Hour)
		third := h.browser()
		third.post("/anmelden", "email", "anna@example.org")
		_, link := h.letter()
		third.post(link).goes(t, "/")
		third.post("/konto/passwort", "password", "noch einmal ganz neu").goes(t, "/konto")
		h.clock.Advance(time.Hour)
		third.post("/konto/passwort", "password", "und wieder etwas neues").want(t, 422)
	})
}

func TestCards(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		town := h.org(NewOrganisation{Kind: Municipality, Name: "Fuchstal", MunicipalityIDs: []string{"fuchstal"}})
		club := h.org(NewOrganisation{Kind: Club, Name: "Musikverein"})
		clerkID, clerk := h.person("Clerk", false)
		h.role(town, clerkID, Editor)
		eveID, eve := h.person("Eve", false)
		h.role(club, eveID, Admin)
		eve.get("/karten").want(t, 403)
		token, err := h.svc.IssueToken(context.Background(), town, ScopeWrite, "x")
		if err != nil {
			t.Fatal(err)
		}
		program, err := http.NewRequest(http.MethodPost, h.url("/karten"), strings.NewReader("name=X&org="+town))
		if err == nil {
			program.Header.Set("Authorization", "Bearer "+token)
			program.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		h.browser().do(program, err).want(t, 403)
		sample, err := h.svc.IssueCard(context.Background(), town, "Toni", "leeder")
		if err != nil {
			t.Fatal(err)
		}
		h.browser().post("/anmelden/karte", "code", sample.Code, "pin", sample.PIN).goes(t, "/")
		if _, err := h.svc.IssueCard(context.Background(), club, "Toni", ""); fault.KindOf(err) != fault.KindNotFound {
			t.Error(err)
		}
		eve.post("/karten", "name", "X", "org", town).want(t, 403)
		eve.post("/karten", "name", "X", "org", club).want(t, 403)
		clerk.post("/karten", "name", "", "org", town).want(t, 422)
		page := clerk.post("/karten", "name", "Rosa Alt", "org", town, "village", "leeder").want(t, 200, "Karte für Rosa Alt").body
		code, pin := readCard(t, page)
		rosa := h.browser()
		rosa.post("/anmelden/karte", "code", strings.ToLower(code), "pin", pin).goes(t, "/")
		rosa.get("/konto").want(t, 200, "Rosa Alt", "mit Karte")

		flip := "0"
		if pin[0] == '0' {
			flip = "1"
		}
		bad := flip + pin[1:]
		for i := range lockAfter {
			h.browser().post("/anmelden/karte", "code", code, "pin", bad).want(t, 422, "stimmen nicht")
			if i%5 == 4 {
				h.clock.Advance(time.Hour)
			}
		}
		rosa.post("/anmelden/karte", "code", code, "pin", pin).want(t, 422, "stimmen nicht")
		list := clerk.get("/karten").want(t, 200, "gesperrt").body
		key := regexp.MustCompile(`name="id" value="([0-9a-f-]{36})"`).FindStringSubmatch(list)[1]
		eve.post("/karten/neu", "id", key, "org", club).want(t, 403)
		clerk.post("/karten/neu", "id", clerkID, "org", town).want(t, 404)
		page = clerk.post("/karten/neu", "id", key, "org", town).want(t, 200, "Rosa Alt").body
		rosa.get("/konto").want(t, 401)
		newCode, newPIN := readCard(t, page)
		rosa.post("/anmelden/karte", "code", code, "pin", pin).want(t, 422)
		rosa.post("/anmelden/karte", "code", newCode, "pin", newPIN).goes(t, "/")
		unknown, _, err := card.New(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		one := h.browser().post("/anmelden/karte", "code", card.Print(unknown), "pin", "123456").want(t, 422)
		two := h.browser().post("/anmelden/karte", "code", code, "pin", "123456").want(t, 422)
		if strings.ReplaceAll(one.body, card.Print(unknown), code) != two.body {
			t.Error("an unknown card gets another answer than a wrong PIN")
		}
		rosa.post("/anmelden/karte", "code", "0000000001", "pin", "123456").want(t, 422, "Zeichen für Zeichen")
		if leak := h.find(code) + h.find(newCode) + h.find(newPIN); leak != "" {
			t.Errorf("stored in the clear: %s", leak)
		}
	})
}

func readCard(t *testing.T, page string) (code, pin string) {
	t.Helper()
	c := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}`).FindString(page)
	p := regexp.MustCompile(`\d{3} \d{3}`).FindString(page)
	if c == "" || p == "" {
		t.Fatalf("no card on the page:\n%s", page)
	}
	return c, strings.ReplaceAll(p, " ", "")
}

// find looks for a secret in the tables of cards and accounts.
func (h *rig) find(secret string) string {
	h.t.Helper()
	found := ""
	err := h.db.View(context.Background(), func(tx *db.Tx) error {
		rows, err := db.AllText(tx, `SELECT code_hash || ' ' || pin_hash FROM card`, scanText)
		for _, row := range rows {
			if strings.Contains(row, strings.ReplaceAll(secret, "-", "")) {
				found += row
			}
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return found
}

func TestExportAndDelete(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		club := h.org(NewOrganisation{Kind: Club, Name: "Musikverein"})
		annaID, anna := h.person("Anna", false)
		benID, _ := h.person("Ben", false)
		h.role(club, annaID, Admin)
		a := anna.get("/konto/daten.json").want(t, 200)
		if !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
			t.Error(a.header)
		}
		var data map[string][]map[string]any
		if err := json.Unmarshal([]byte(a.body), &data); err != nil {
			t.Fatal(err)
		}
		if data["account"][0]["email"] != "anna@example.org" || len(data["session"]) != 1 || data["membership"][0]["role"] != "admin" {
			t.Errorf("%v", data)
		}
		for _, secret := range []string{"argon2id", "hash", benID} {
			if strings.Contains(a.body, secret) {
				t.Errorf("export holds %q", secret)
			}
		}
		anna.get("/konto/loeschen").want(t, 200, "Ja, mein Konto")
		anna.post("/konto/loeschen").want(t, 422, "bestätigen Sie")
		anna.post("/konto/loeschen", "sure", "1").want(t, 409, "Musikverein")
		h.role(club, benID, Admin)
		anna.post("/konto/loeschen", "sure", "1").goes(t, "/")
		anna.get("/konto").want(t, 401)
		if _, err := h.svc.Account(context.Background(), annaID); fault.KindOf(err) != fault.KindNotFound {
			t.Error(err)
		}
		anna.post("/anmelden/passwort", "email", "anna@example.org", "password", goodPassword).want(t, 422)
	})
}

func TestLastOperatorStays(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		ctx := context.Background()
		key, b := h.person("Olga", true)
		b.post("/konto/loeschen", "sure", "1").want(t, 409)
		if err := h.svc.SetOperator(ctx, key, false); fault.KindOf(err) != fault.KindConflict {
			t.Error(err)
		}
		second, _ := h.person("Otto", false)
		if err := h.svc.SetOperator(ctx, second, true); err != nil {
			t.Fatal(err)
		}
		if err := h.svc.SetOperator(ctx, key, false); err != nil {
			t.Error(err)
		}
		b.get("/verwaltung/organisationen").want(t, 403)
	})
}

func TestOperatorPages(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		_, olga := h.person("Olga", true)
		_, anna := h.person("Anna", false)
		const path = "/verwaltung/organisationen"
		olga.post(path, "name", "", "kind", "club").want(t, 422, "#neworg-name")
		olga.post(path, "name", "VG", "kind", "administration").want(t, 422, "#neworg-municipality")
		olga.post(path, "name", "VG", "kind", "administration", "municipality", "mond").want(t, 422)
		olga.post(path, "name", "VG Fuchstal", "kind", "administration", "municipality", "fuchstal", "municipality", "apfeldorf", "email", "anna@example.org").goes(t, path)
		_, link := h.letter()
		anna.post(link).goes(t, "/konto")
		anna.get("/organisationen/vg-fuchstal/verwalten").want(t, 200)
		page := olga.get(path).want(t, 200, "VG Fuchstal", "ist angelegt").body
		key := regexp.MustCompile(`name="id" value="([0-9a-f-]{36})"`).FindStringSubmatch(page)[1]
		olga.post(path+"/sperren", "id", key, "block", "1").goes(t, path)
		anna.get("/organisationen/vg-fuchstal/verwalten").want(t, 403)
		olga.post(path+"/sperren", "id", key).goes(t, path)
		anna.get("/organisationen/vg-fuchstal/verwalten").want(t, 200)
		anna.post("/organisationen/vg-fuchstal/verwalten/angaben", "name", "VG Fuchstal", "web", "javascript:alert(1)").want(t, 422, "#details-web")
		anna.post("/organisationen/vg-fuchstal/verwalten/angaben", "name", "VG Fuchstal neu", "web", "vg.example", "description", "Wir\r\nsind da").want(t, 303)
		anna.get("/organisationen/vg-fuchstal/verwalten").want(t, 200, "https://vg.example", "VG Fuchstal neu")
	})
}

func TestEveryTableIsDeclared(t *testing.T) {
	d := dbtest.SQLite(t, Migrations)
	declared := map[string]bool{}
	for _, table := range Tables() {
		declared[table.Name] = true
		if err := table.Check(); err != nil {
			t.Error(err)
		}
	}
	err := d.View(context.Background(), func(tx *db.Tx) error {
		names, err := db.AllText(tx, `SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'migration'`, scanText)
		for _, name := range names {
			if !declared[name] {
				t.Errorf("%s is not declared", name)
			}
			delete(declared, name)
		}
		return err
	})
	if err != nil || len(declared) > 0 {
		t.Errorf("declared but absent: %v, %v", declared, err)
	}
}

func TestSampleRunsAgain(t *testing.T) {
	each(t, func(t *testing.T, h *rig) {
		for range 2 {
			err := h.svc.Sample(context.Background(),
				[]NewAccount{{Name: "Vroni", Email: "vroni@example.org", Password: goodPassword}},
				[]NewOrganisation{{Kind: Club, Name: "Musikverein Leeder", Slug: "musikverein-leeder"}},
				[]SampleRole{{"vroni@example.org", "musikverein-leeder", Admin}})
			if err != nil {
				t.Fatal(err)
			}
		}
		orgs, err := h.svc.Organisations(context.Background())
		if err != nil || len(orgs.All()) != 1 {
			t.Error(orgs, err)
		}
	})
}

func TestAgentLabel(t *testing.T) {
	for header, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0": "Edge, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1":                            "Safari, iPhone",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                    "Firefox, Linux",
		"curl/8.0": "curl", "": "", "<script>": "",
	} {
		if got := AgentLabel(header); got != want {
			t.Errorf("AgentLabel(%q) = %q, want %q", header, got, want)
		}
	}
}

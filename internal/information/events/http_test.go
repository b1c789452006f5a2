package events

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/web"
)

func TestRoutesAsRoles(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	e := r.concert(Plan{Capacity: 5})
	draft := r.written("author", "save")
	for _, tt := range []struct {
		path   string
		wanted map[string]int
	}{
		{"/termine", map[string]int{"": 302}},
		{freePath, map[string]int{"": 200, "author": 200}},
		{e.path(), map[string]int{"": 200, "resident": 200, "author": 200}},
		{e.path() + "?am=2026-12-06", map[string]int{"": 200}},
		{e.path() + "?am=2026-12-07", map[string]int{"": 404}},
		{"/termine/" + draft, map[string]int{"": 404, "resident": 404, "outsider": 404, "author": 303}},
		{"/termine/nonsense", map[string]int{"": 404, "author": 404}},
		{writePath, map[string]int{"": 401, "resident": 403, "reader": 403, "author": 200, "editor": 200}},
		{e.path() + "/bearbeiten", map[string]int{"": 401, "resident": 403, "outsider": 404, "author": 200}},
		{e.path() + "/datum", map[string]int{"": 401, "resident": 403, "outsider": 404, "author": 200}},
		{e.path() + "/anmeldungen", map[string]int{"": 401, "resident": 403, "outsider": 404, "reader": 403, "author": 200}},
		{e.path() + "/anmeldungen.csv", map[string]int{"": 401, "resident": 403, "outsider": 404, "author": 200}},
		{"/anmeldung/nonsense", map[string]int{"": 404}},
		{"/anmeldung/" + strings.Repeat("a", 22), map[string]int{"": 404}},
	} {
		for actor, want := range tt.wanted {
			if a := r.Get(actor, tt.path); a.Status != want {
				t.Errorf("GET %s as %q: %d, want %d %.300s", tt.path, actor, a.Status, want, a.Body)
			}
		}
	}
}

func TestPagesShowNoKeysAndNoInlineCode(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	e := r.concert(Plan{Capacity: 5, MaxGuests: 3}, func(e *Event) {
		e.Rule, e.Access, e.Costs, e.ContactPhone, e.Address = "FREQ=WEEKLY;COUNT=4", AccessFacts, "Eintritt frei", "08243 960", "Kirchstraße 1"
		e.Text, e.Title = "<script>alert(1)</script> **Blasmusik**", `Konzert "<img src=x onerror=alert(1)>`
	})
	_, token, err := r.signUp(&e, "Anna", 2)
	must(t, err)
	for _, page := range []struct{ actor, path string }{
		{"", e.path()}, {"editor", e.path()}, {"editor", e.path() + "/bearbeiten"}, {"editor", e.path() + "/datum?am=2026-12-13"},
		{"author", e.path() + "/anmeldungen"}, {"", linkPath(token)}, {"", freePath + "?monat=2026-12&tag=2026-12-06"}, {"author", writePath},
	} {
		a := r.Get(page.actor, page.path)
		if a.Status != 200 {
			t.Errorf("%s: %d", page.path, a.Status)
		}
		for _, bad := range []string{"<script>alert", "<img src=x", " style=", "onclick=", ">events.", `"events.`, "compose.", ">ui.", "organisation.c", "people.kind", "!ERROR", "{title}", "{n}"} {
			if strings.Contains(a.Body, bad) {
				i := strings.Index(a.Body, bad)
				t.Errorf("%s shows %q: %s", page.path, bad, a.Body[max(0, i-80):min(len(a.Body), i+80)])
			}
		}
	}
	page := r.Get("", e.path()).Body
	for _, want := range []string{"Musikverein Leeder", "Stufenloser Zugang", "jede Woche: Sonntag", "Weitere Termine", "/kalender.ics", "Noch 3 von 5", `application/ld+json`, "<strong>Blasmusik</strong>"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if i, j := strings.Index(page, "Musikverein Leeder"), strings.Index(page, `id="titel"`); i < 0 || i > j {
		t.Error("who invites does not come first")
	}
}

func TestRegisteringOnThePage(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		e := r.concert(Plan{Capacity: 2, MaxGuests: 2})
		form := url.Values{"name": {"Vroni"}, "email": {"vroni@example.org"}, "guests": {"2"}}
		a := r.Post("", e.path()+"/anmelden", form)
		if a.Status != 303 || !strings.HasPrefix(a.Location, "/anmeldung/") {
			t.Fatalf("%d %s", a.Status, bulletintest.Problems(a.Body))
		}
		mine := a.Location
		if page := r.Get("", mine); page.Status != 200 || page.Header.Get("Cache-Control") != "no-store" || !strings.Contains(page.Body, "Sie sind angemeldet") {
			t.Errorf("%d %s", page.Status, page.Body)
		}
		bad := r.Post("", e.path()+"/anmelden", url.Values{"name": {""}, "email": {"x"}, "guests": {"2"}})
		if bad.Status != 422 || !strings.Contains(bad.Body, "Bitte schreiben Sie Ihren Namen") || !strings.Contains(bad.Body, `value="x"`) {
			t.Errorf("%d %s", bad.Status, bulletintest.Problems(bad.Body))
		}
		if pot := r.Post("", e.path()+"/anmelden", url.Values{"name": {"Bot"}, "email": {"b@example.org"}, honeypot: {"http://x"}}); pot.Status != 303 || pot.Location != e.path() {
			t.Errorf("the machine got %d %s", pot.Status, pot.Location)
		}
		if changed := r.Post("", mine, url.Values{"name": {"Vroni H."}, "guests": {"1"}, "action": {"change"}}); changed.Status != 303 {
			t.Errorf("%d %s", changed.Status, changed.Body)
		}
		if more := r.Post("", mine, url.Values{"name": {"Vroni H."}, "guests": {"9"}, "action": {"change"}}); more.Status != 422 {
			t.Errorf("nine guests: %d", more.Status)
		}
		r.Post("", e.path()+"/anmelden", url.Values{"name": {"=HYPERLINK(1)"}, "phone": {"08243 96010"}})
		sheet := r.Get("author", e.path()+"/anmeldungen.csv")
		if !strings.Contains(sheet.Body, "'=HYPERLINK") || !strings.Contains(sheet.Body, "Vroni H.") {
			t.Errorf("%s", sheet.Body)
		}
		if gone := r.Post("", mine, url.Values{"action": {"cancel"}}); gone.Status != 303 {
			t.Errorf("%d", gone.Status)
		}
		if got, taken, _ := r.standings(&e); taken != 1 || len(got) != 2 {
			t.Errorf("%q", got)
		}
	})
}

func TestPaceIsLimited(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	e := r.concert(Plan{})
	last := 0
	for range paceLimit.Max + 1 {
		last = r.Post("", e.path()+"/anmelden", url.Values{"name": {"V"}, "phone": {"08243 96010"}}).Status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the last one got %d", last)
	}
	r.Clock.Advance(3 * time.Hour)
	if a := r.Post("", e.path()+"/anmelden", url.Values{"name": {"V"}, "phone": {"08243 96010"}}); a.Status != 303 {
		t.Errorf("hours later: %d", a.Status)
	}
}

func TestCollisionsAreShownOnceAndConfirmed(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	r.concert(Plan{})
	form := r.form("publish", "title", "Probe", "start-time", "19:30", "end-time", "21:00")
	a := r.Post("editor", writePath, form)
	if a.Status != 200 || !strings.Contains(a.Body, "Trotzdem veröffentlichen") || !strings.Contains(a.Body, "Adventskonzert") || !strings.Contains(a.Body, "am selben Ort") {
		t.Fatalf("%d %s", a.Status, bulletintest.Problems(a.Body))
	}
	_, seen, _ := strings.Cut(a.Body, `name="seen" value="`)
	seen, _, _ = strings.Cut(seen, `"`)
	form.Set("seen", html.UnescapeString(seen))
	if a = r.Post("editor", writePath, form); a.Status != 303 {
		t.Fatalf("confirmed: %d %s", a.Status, bulletintest.Problems(a.Body))
	}
	other := r.form("publish", "title", "Am Vormittag", "start-time", "09:00", "end-time", "10:00")
	if a = r.Post("editor", writePath, other); a.Status != 303 {
		t.Errorf("nothing collides: %d %s", a.Status, bulletintest.Problems(a.Body))
	}
}

func TestLifecycle(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		draft := r.written("author", "submit", "repeat", "weekly", "repeat-count", "3", "access", "step_free")
		if e := r.stored(draft); e.State != compose.Waiting || e.Rule != "FREQ=WEEKLY;COUNT=3" || len(e.Access) != 1 {
			t.Fatalf("%+v", e)
		}
		if a := r.Post("author", "/termine/"+draft+"/bearbeiten", r.form("publish", "version", "1")); a.Status != 403 {
			t.Errorf("an author publishes: %d", a.Status)
		}
		form := r.form("publish", "version", "1", "repeat", "weekly", "repeat-count", "3")
		if a := r.Post("editor", "/termine/"+draft+"/bearbeiten", form); a.Status != 303 {
			t.Fatalf("%d %s", a.Status, bulletintest.Problems(a.Body))
		}
		entry, err := r.entryOf(draft)
		must(t, err)
		if len(entry.Times) != 3 || entry.RRule == "" || entry.Place != "Pfarrkirche Leeder" {
			t.Errorf("%+v", entry)
		}
		if a := r.Post("editor", "/termine/"+draft+"/bearbeiten", form); a.Status != 409 || !strings.Contains(a.Body, "Inzwischen hat jemand anderes gespeichert") {
			t.Errorf("overtaken: %d", a.Status)
		}
		if a := r.Post("editor", "/termine/"+draft+"/bearbeiten", r.form("withdraw", "version", "2", "reason", "Doppelt")); a.Status != 303 {
			t.Errorf("withdraw: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		if a := r.Get("", "/termine/"+draft); a.Status != 410 || !strings.Contains(a.Body, "Doppelt") {
			t.Errorf("withdrawn: %d %s", a.Status, a.Body)
		}
	})
}

func (r *rig) entryOf(id string) (e bulletin.Entry, err error) {
	err = r.DB.View(context.Background(), func(tx *db.Tx) error {
		e, err = r.Bulletin.Get(tx, id, bulletin.Reader{})
		return err
	})
	return e, err
}

func TestFormIsNotLostOnErrors(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	for field, value := range map[string]string{
		"start-date": "irgendwann", "end-date": "2026-12-01", "repeat": "hourly", "repeat-count": "viele", "link": "javascript:alert(1)",
		"contact-mail": "kaputt", "capacity": "-1", "publisher": r.Orgs["gemeinde-fuchstal"],
	} {
		form := r.form("publish", "costs", "zwölf Euro", "register", "1", "repeat-count", "3", "repeat", "weekly", field, value)
		a := r.Post("editor", writePath, form)
		if a.Status != 422 || !strings.Contains(a.Body, "zwölf Euro") || !strings.Contains(a.Body, `href="#`+field) {
			t.Errorf("%s: %d %s", field, a.Status, bulletintest.Problems(a.Body))
		}
	}
}

func TestMovingTellsThoseRegistered(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		e := r.concert(Plan{})
		_, _, err := r.signUp(&e, "Anna", 1)
		must(t, err)
		form := url.Values{"am": {"2026-12-06"}, "what": {"move"}, "version": {"1"}, "start-date": {"2026-12-13"}, "start-time": {"18:00"}, "reason": {"Der Dirigent ist krank."}}
		a := r.Post("editor", e.path()+"/datum", form)
		if a.Status != 303 {
			t.Fatalf("%d %s", a.Status, bulletintest.Problems(a.Body))
		}
		letters := r.Letters()
		last := letters[len(letters)-1]
		if !strings.HasPrefix(last.Subject, "Verschoben") || !strings.Contains(last.Text, "6. Dezember") || !strings.Contains(last.Text, "13. Dezember") || !strings.Contains(last.Text, "krank") {
			t.Errorf("%+v", last)
		}
		page := r.Get("", e.path()).Body
		if !strings.Contains(page, "Verschoben") || !strings.Contains(page, "Ursprünglich:") {
			t.Error("the page does not say that it moved")
		}
		if entry, err := r.entryOf(e.ID); err != nil || entry.Status != bulletin.Moved || !entry.Start.Equal(at(t, "2026-12-13 18:00")) {
			t.Errorf("%+v %v", entry, err)
		}
	})
}

func TestOneDateFollowingAndAll(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		e := r.concert(Plan{EachDate: true}, func(e *Event) { e.Rule = "FREQ=WEEKLY;COUNT=5" })
		zone := r.Places.Location()
		d, err := r.chooseDate(&e, "2026-12-27", zone, r.Clock.Now())
		must(t, err)
		_, err = r.register(r.Speak(context.Background(), i18n.German), &e, d, &Registration{Name: "Anna", Email: "anna@example.org", Guests: 1}, "")
		must(t, err)
		change := func(am, version string, pairs ...string) answer {
			form := url.Values{"am": {am}, "version": {version}}
			for i := 0; i < len(pairs); i += 2 {
				form.Set(pairs[i], pairs[i+1])
			}
			a := r.Post("editor", e.path()+"/datum", form)
			if a.Status != 303 {
				t.Fatalf("%s: %d %s", am, a.Status, bulletintest.Problems(a.Body))
			}
			return a
		}
		change("2026-12-13", "1", "what", "cancel", "reach", "this", "reason", "Krank")
		if page := r.Get("", e.path()+"?am=2026-12-13").Body; !strings.Contains(page, "Abgesagt") || !strings.Contains(page, "Krank") {
			t.Error("the date is not shown as cancelled")
		}
		a := change("2026-12-20", "2", "what", "text", "reach", "following", "title", "Probe im Saal", "note", "Neuer Raum", "place", "Saal")
		rest := strings.TrimPrefix(a.Location, "/termine/")
		first, second := r.stored(e.ID), r.stored(rest)
		if got := len(shown(t, &first, 10)); got != 2 {
			t.Errorf("the first part has %d dates", got)
		}
		if got := len(shown(t, &second, 10)); got != 3 || second.Title != "Probe im Saal" {
			t.Errorf("the second part has %d dates: %+v", got, second)
		}
		if got, _, _ := r.standings(&second); len(got) != 1 {
			t.Errorf("the registration did not follow: %q", got)
		}
		change("2026-12-06", "3", "what", "cancel", "reach", "all", "reason", "Aus")
		if entry, err := r.entryOf(e.ID); err != nil || entry.Status != bulletin.Cancelled {
			t.Errorf("%v %v", entry.Status, err)
		}
		if a := r.Post("author", e.path()+"/datum", url.Values{"am": {"2026-12-06"}, "what": {"cancel"}, "version": {"4"}}); a.Status != 403 {
			t.Errorf("an author changes what is published: %d", a.Status)
		}
	})
}

func TestFillExtendsSeries(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		e := r.concert(Plan{}, func(e *Event) { e.Rule = "FREQ=WEEKLY" })
		before, err := r.entryOf(e.ID)
		must(t, err)
		r.Clock.Advance(60 * 24 * time.Hour)
		must(t, r.fill(context.Background(), nil))
		after, err := r.entryOf(e.ID)
		must(t, err)
		if len(after.Times) < len(before.Times)+8 || after.Revision != before.Revision+1 {
			t.Errorf("%d times, before %d", len(after.Times), len(before.Times))
		}
		must(t, r.fill(context.Background(), nil))
		if again, err := r.entryOf(e.ID); err != nil || again.Revision != after.Revision {
			t.Errorf("written again without need: %v", err)
		}
	})
}

func TestAPI(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		a, out := r.JSON("token", "POST", apiPath, `{"title":"Lesung","start":"2026-12-10T19:00:00+01:00","end":"2026-12-10T21:00:00+01:00","rrule":"FREQ=WEEKLY;COUNT=3","exdates":["2026-12-17T18:00:00Z"],"place":"leeder","place_name":"Bücherei","accessibility":["step_free"],"registration":{"capacity":20}}`)
		if a.Status != 201 || out["publisher"] != "musikverein-leeder" {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		id := out["id"].(string)
		_, one := r.JSON("", "GET", apiPath+"/"+id, "")
		if times := one["times"].([]any); len(times) != 2 || one["point"] == nil {
			t.Errorf("%v", one)
		}
		_, list := r.JSON("", "GET", apiPath, "")
		if items := list["items"].([]any); len(items) != 1 {
			t.Errorf("%v", list)
		}
		a, out = r.JSON("token", "PUT", apiPath+"/"+id, `{"title":"Lesung","start":"2026-12-10T19:00:00+01:00","rrule":"FREQ=WEEKLY;COUNT=3","cancelled":true,"reason":"Krank","version":1}`)
		if a.Status != 200 || out["status"] != "cancelled" {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		if a, _ = r.JSON("token", "PUT", apiPath+"/"+id, `{"title":"x","start":"2026-12-10T19:00:00+01:00","version":1}`); a.Status != 409 {
			t.Errorf("overtaken: %d", a.Status)
		}
		if a, _ = r.JSON("outsider", "DELETE", apiPath+"/"+id+"?reason=x", ""); a.Status != 404 {
			t.Errorf("an outsider deletes: %d", a.Status)
		}
		if a, _ = r.JSON("token", "DELETE", apiPath+"/"+id+"?reason=Doppelt", ""); a.Status != 204 {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		if a, _ = r.JSON("", "GET", apiPath+"/"+id, ""); a.Status != 410 {
			t.Errorf("withdrawn: %d", a.Status)
		}
		for name, tt := range map[string]struct {
			actor, body string
			status      int
		}{
			"signed out": {"", `{"title":"x","start":"2026-12-10T19:00:00Z"}`, 401}, "reading": {"reading", `{"title":"x","start":"2026-12-10T19:00:00Z"}`, 403},
			"no start": {"token", `{"title":"x"}`, 422}, "bomb": {"token", `{"title":"x","start":"2026-12-10T19:00:00Z","rrule":"FREQ=SECONDLY"}`, 422},
			"script": {"token", `{"title":"x","start":"2026-12-10T19:00:00Z","link":"javascript:1"}`, 422}, "fact": {"token", `{"title":"x","start":"2026-12-10T19:00:00Z","accessibility":["<b>"]}`, 422},
			"ends before": {"token", `{"title":"x","start":"2026-12-10T19:00:00Z","end":"2026-12-09T19:00:00Z"}`, 422},
			"foreign":     {"token", `{"title":"x","start":"2026-12-10T19:00:00Z","publisher":"gemeinde-fuchstal"}`, 422},
		} {
			if a, _ := r.JSON(tt.actor, "POST", apiPath, tt.body); a.Status != tt.status {
				t.Errorf("%s: %d, want %d: %s", name, a.Status, tt.status, a.Body)
			}
		}
	})
}

func TestEveryRouteDeclaresItsAccess(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	for _, route := range r.routes() {
		if route.Access.Level == web.Undeclared || (route.Access.Level == web.Member && route.Access.Role != string(people.Author)) {
			t.Errorf("%s: %+v", route.Pattern(), route.Access)
		}
	}
	for _, table := range tables() {
		must(t, table.Check())
	}
	must(t, r.DB.Prepared(context.Background()))
}

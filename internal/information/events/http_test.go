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
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
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
			if a := r.get(actor, tt.path); a.status != want {
				t.Errorf("GET %s as %q: %d, want %d %.300s", tt.path, actor, a.status, want, a.body)
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
		a := r.get(page.actor, page.path)
		if a.status != 200 {
			t.Errorf("%s: %d", page.path, a.status)
		}
		for _, bad := range []string{"<script>alert", "<img src=x", " style=", "onclick=", ">events.", `"events.`, "compose.", ">ui.", "organisation.c", "people.kind", "!ERROR", "{title}", "{n}"} {
			if strings.Contains(a.body, bad) {
				i := strings.Index(a.body, bad)
				t.Errorf("%s shows %q: %s", page.path, bad, a.body[max(0, i-80):min(len(a.body), i+80)])
			}
		}
	}
	page := r.get("", e.path()).body
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
		a := r.post("", e.path()+"/anmelden", form)
		if a.status != 303 || !strings.HasPrefix(a.location, "/anmeldung/") {
			t.Fatalf("%d %s", a.status, problems(a.body))
		}
		mine := a.location
		if page := r.get("", mine); page.status != 200 || page.header.Get("Cache-Control") != "no-store" || !strings.Contains(page.body, "Sie sind angemeldet") {
			t.Errorf("%d %s", page.status, page.body)
		}
		bad := r.post("", e.path()+"/anmelden", url.Values{"name": {""}, "email": {"x"}, "guests": {"2"}})
		if bad.status != 422 || !strings.Contains(bad.body, "Bitte schreiben Sie Ihren Namen") || !strings.Contains(bad.body, `value="x"`) {
			t.Errorf("%d %s", bad.status, problems(bad.body))
		}
		if pot := r.post("", e.path()+"/anmelden", url.Values{"name": {"Bot"}, "email": {"b@example.org"}, honeypot: {"http://x"}}); pot.status != 303 || pot.location != e.path() {
			t.Errorf("the machine got %d %s", pot.status, pot.location)
		}
		if changed := r.post("", mine, url.Values{"name": {"Vroni H."}, "guests": {"1"}, "action": {"change"}}); changed.status != 303 {
			t.Errorf("%d %s", changed.status, changed.body)
		}
		if more := r.post("", mine, url.Values{"name": {"Vroni H."}, "guests": {"9"}, "action": {"change"}}); more.status != 422 {
			t.Errorf("nine guests: %d", more.status)
		}
		r.post("", e.path()+"/anmelden", url.Values{"name": {"=HYPERLINK(1)"}, "phone": {"08243 96010"}})
		sheet := r.get("author", e.path()+"/anmeldungen.csv")
		if !strings.Contains(sheet.body, "'=HYPERLINK") || !strings.Contains(sheet.body, "Vroni H.") {
			t.Errorf("%s", sheet.body)
		}
		if gone := r.post("", mine, url.Values{"action": {"cancel"}}); gone.status != 303 {
			t.Errorf("%d", gone.status)
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
		last = r.post("", e.path()+"/anmelden", url.Values{"name": {"V"}, "phone": {"08243 96010"}}).status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the last one got %d", last)
	}
	r.clock.Advance(3 * time.Hour)
	if a := r.post("", e.path()+"/anmelden", url.Values{"name": {"V"}, "phone": {"08243 96010"}}); a.status != 303 {
		t.Errorf("hours later: %d", a.status)
	}
}

func TestCollisionsAreShownOnceAndConfirmed(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	r.concert(Plan{})
	form := r.form("publish", "title", "Probe", "start-time", "19:30", "end-time", "21:00")
	a := r.post("editor", writePath, form)
	if a.status != 200 || !strings.Contains(a.body, "Trotzdem veröffentlichen") || !strings.Contains(a.body, "Adventskonzert") || !strings.Contains(a.body, "am selben Ort") {
		t.Fatalf("%d %s", a.status, problems(a.body))
	}
	_, seen, _ := strings.Cut(a.body, `name="seen" value="`)
	seen, _, _ = strings.Cut(seen, `"`)
	form.Set("seen", html.UnescapeString(seen))
	if a = r.post("editor", writePath, form); a.status != 303 {
		t.Fatalf("confirmed: %d %s", a.status, problems(a.body))
	}
	other := r.form("publish", "title", "Am Vormittag", "start-time", "09:00", "end-time", "10:00")
	if a = r.post("editor", writePath, other); a.status != 303 {
		t.Errorf("nothing collides: %d %s", a.status, problems(a.body))
	}
}

func TestLifecycle(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		draft := r.written("author", "submit", "repeat", "weekly", "repeat-count", "3", "access", "step_free")
		if e := r.stored(draft); e.State != compose.Waiting || e.Rule != "FREQ=WEEKLY;COUNT=3" || len(e.Access) != 1 {
			t.Fatalf("%+v", e)
		}
		if a := r.post("author", "/termine/"+draft+"/bearbeiten", r.form("publish", "version", "1")); a.status != 403 {
			t.Errorf("an author publishes: %d", a.status)
		}
		form := r.form("publish", "version", "1", "repeat", "weekly", "repeat-count", "3")
		if a := r.post("editor", "/termine/"+draft+"/bearbeiten", form); a.status != 303 {
			t.Fatalf("%d %s", a.status, problems(a.body))
		}
		entry, err := r.entryOf(draft)
		must(t, err)
		if len(entry.Times) != 3 || entry.RRule == "" || entry.Place != "Pfarrkirche Leeder" {
			t.Errorf("%+v", entry)
		}
		if a := r.post("editor", "/termine/"+draft+"/bearbeiten", form); a.status != 409 || !strings.Contains(a.body, "Inzwischen hat jemand anderes gespeichert") {
			t.Errorf("overtaken: %d", a.status)
		}
		if a := r.post("editor", "/termine/"+draft+"/bearbeiten", r.form("withdraw", "version", "2", "reason", "Doppelt")); a.status != 303 {
			t.Errorf("withdraw: %d %s", a.status, problems(a.body))
		}
		if a := r.get("", "/termine/"+draft); a.status != 410 || !strings.Contains(a.body, "Doppelt") {
			t.Errorf("withdrawn: %d %s", a.status, a.body)
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
		"contact-mail": "kaputt", "capacity": "-1", "publisher": r.orgs["gemeinde-fuchstal"],
	} {
		form := r.form("publish", "costs", "zwölf Euro", "register", "1", "repeat-count", "3", "repeat", "weekly", field, value)
		a := r.post("editor", writePath, form)
		if a.status != 422 || !strings.Contains(a.body, "zwölf Euro") || !strings.Contains(a.body, `href="#`+field) {
			t.Errorf("%s: %d %s", field, a.status, problems(a.body))
		}
	}
}

func TestMovingTellsThoseRegistered(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		e := r.concert(Plan{})
		_, _, err := r.signUp(&e, "Anna", 1)
		must(t, err)
		form := url.Values{"am": {"2026-12-06"}, "what": {"move"}, "version": {"1"}, "start-date": {"2026-12-13"}, "start-time": {"18:00"}, "reason": {"Der Dirigent ist krank."}}
		a := r.post("editor", e.path()+"/datum", form)
		if a.status != 303 {
			t.Fatalf("%d %s", a.status, problems(a.body))
		}
		letters := r.letters()
		last := letters[len(letters)-1]
		if !strings.HasPrefix(last.Subject, "Verschoben") || !strings.Contains(last.Text, "6. Dezember") || !strings.Contains(last.Text, "13. Dezember") || !strings.Contains(last.Text, "krank") {
			t.Errorf("%+v", last)
		}
		page := r.get("", e.path()).body
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
		zone := r.places.Location()
		d, err := r.chooseDate(&e, "2026-12-27", zone, r.Clock.Now())
		must(t, err)
		_, err = r.register(r.speak(), &e, d, &Registration{Name: "Anna", Email: "anna@example.org", Guests: 1}, "")
		must(t, err)
		change := func(am, version string, pairs ...string) answer {
			form := url.Values{"am": {am}, "version": {version}}
			for i := 0; i < len(pairs); i += 2 {
				form.Set(pairs[i], pairs[i+1])
			}
			a := r.post("editor", e.path()+"/datum", form)
			if a.status != 303 {
				t.Fatalf("%s: %d %s", am, a.status, problems(a.body))
			}
			return a
		}
		change("2026-12-13", "1", "what", "cancel", "reach", "this", "reason", "Krank")
		if page := r.get("", e.path()+"?am=2026-12-13").body; !strings.Contains(page, "Abgesagt") || !strings.Contains(page, "Krank") {
			t.Error("the date is not shown as cancelled")
		}
		a := change("2026-12-20", "2", "what", "text", "reach", "following", "title", "Probe im Saal", "note", "Neuer Raum", "place", "Saal")
		rest := strings.TrimPrefix(a.location, "/termine/")
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
		if a := r.post("author", e.path()+"/datum", url.Values{"am": {"2026-12-06"}, "what": {"cancel"}, "version": {"4"}}); a.status != 403 {
			t.Errorf("an author changes what is published: %d", a.status)
		}
	})
}

func TestFillExtendsSeries(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		e := r.concert(Plan{}, func(e *Event) { e.Rule = "FREQ=WEEKLY" })
		before, err := r.entryOf(e.ID)
		must(t, err)
		r.clock.Advance(60 * 24 * time.Hour)
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
		a, out := r.api("token", "POST", apiPath, `{"title":"Lesung","start":"2026-12-10T19:00:00+01:00","end":"2026-12-10T21:00:00+01:00","rrule":"FREQ=WEEKLY;COUNT=3","exdates":["2026-12-17T18:00:00Z"],"place":"leeder","place_name":"Bücherei","accessibility":["step_free"],"registration":{"capacity":20}}`)
		if a.status != 201 || out["publisher"] != "musikverein-leeder" {
			t.Fatalf("%d %s", a.status, a.body)
		}
		id := out["id"].(string)
		_, one := r.api("", "GET", apiPath+"/"+id, "")
		if times := one["times"].([]any); len(times) != 2 || one["point"] == nil {
			t.Errorf("%v", one)
		}
		_, list := r.api("", "GET", apiPath, "")
		if items := list["items"].([]any); len(items) != 1 {
			t.Errorf("%v", list)
		}
		a, out = r.api("token", "PUT", apiPath+"/"+id, `{"title":"Lesung","start":"2026-12-10T19:00:00+01:00","rrule":"FREQ=WEEKLY;COUNT=3","cancelled":true,"reason":"Krank","version":1}`)
		if a.status != 200 || out["status"] != "cancelled" {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a, _ = r.api("token", "PUT", apiPath+"/"+id, `{"title":"x","start":"2026-12-10T19:00:00+01:00","version":1}`); a.status != 409 {
			t.Errorf("overtaken: %d", a.status)
		}
		if a, _ = r.api("outsider", "DELETE", apiPath+"/"+id+"?reason=x", ""); a.status != 404 {
			t.Errorf("an outsider deletes: %d", a.status)
		}
		if a, _ = r.api("token", "DELETE", apiPath+"/"+id+"?reason=Doppelt", ""); a.status != 204 {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a, _ = r.api("", "GET", apiPath+"/"+id, ""); a.status != 410 {
			t.Errorf("withdrawn: %d", a.status)
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
			if a, _ := r.api(tt.actor, "POST", apiPath, tt.body); a.status != tt.status {
				t.Errorf("%s: %d, want %d: %s", name, a.status, tt.status, a.body)
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

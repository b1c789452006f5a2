package waste

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/intake"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
)

// withSample fills the rig with the sample calendars.
func (r *rig) withSample() *rig {
	r.t.Helper()
	must(r.t, r.sample(context.Background(), capability.SampleRun{}))
	return r
}

// districtID finds a district of the sample.
func (r *rig) districtID(name string) string {
	r.t.Helper()
	var id string
	must(r.t, r.DB.View(context.Background(), func(tx *db.Tx) error {
		found, err := districts(tx)
		for _, d := range found {
			if d.Name == name {
				id = d.ID
			}
		}
		return err
	}))
	if id == "" {
		r.t.Fatalf("no district %s", name)
	}
	return id
}

func TestEveryVillageOfTheSampleHasDates(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.withSample()
		for _, v := range r.places.Villages("") {
			a := r.get("", "/abfall/"+v.Slug)
			town, _ := r.places.Municipality(v.MunicipalityID)
			if there := strings.Contains(a.body, "Restmüll"); a.status != 200 || there != (town.Slug != "apfeldorf") {
				t.Errorf("%s: %d, dates %v", v.Name, a.status, there) // Apfeldorf has no organisation in this rig
			}
		}
		must(t, r.DB.View(context.Background(), func(tx *db.Tx) error {
			found, err := r.Bulletin.Calendar(tx, bulletin.Filter{Kinds: []string{Kind}, From: present, To: present.AddDate(0, 0, 14)}, bulletin.Reader{}, 100)
			if len(found) < 10 || found[0].InFeed {
				t.Errorf("%d collections in two weeks", len(found))
			}
			return err
		}))
	})
}

func TestChooseAStreet(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.withSample()
		home := r.actors["resident"]
		village, _ := r.places.VillageBySlug("leeder")
		street, _ := r.places.StreetByName(village.ID, "Gartenweg")
		home.HomeStreet = street.ID
		r.actors["resident"] = home
		for _, c := range []struct{ actor, path, location, shows string }{
			{"", "/abfall", "", "Ihre Straße"},
			{"", "/abfall?strasse=Gartenweg", "/abfall/leeder-gartenweg", ""},
			{"", "/abfall?strasse=gartenweg+12a", "/abfall/leeder-gartenweg?nr=12", ""},
			{"", "/abfall?strasse=Hauptstra%C3%9Fe", "", "Hauptstraße, Asch"},
			{"", "/abfall?strasse=Gibtsnicht%3Cscript%3E", "", "Gibtsnicht&lt;script&gt;"},
			{"resident", "/abfall", "/abfall/leeder-gartenweg", ""},
			{"resident", "/abfall?strasse=", "", "Ihre Straße"},
			{"", "/abfall/leeder-gartenweg", "", "Biotonne"},
			{"", "/abfall/leeder-hauptstrasse", "", "hängt es von der Hausnummer ab"},
			{"", "/abfall/leeder-hauptstrasse?nr=30", "", "Hausnummer 30"},
			{"", "/abfall/bezirk/leeder-nord", "", "Leeder Nord"},
		} {
			a := r.get(c.actor, c.path)
			if a.location != c.location || !strings.Contains(a.body, c.shows) {
				t.Errorf("%s as %q: %d %q, want %q with %q", c.path, c.actor, a.status, a.location, c.location, c.shows)
			}
		}
		for _, path := range []string{"/abfall/nirgends", "/abfall/nirgends.ics", "/abfall/bezirk/x", "/abfall/erinnerung/x", "/abfall/..%2f..%2fetc"} {
			if a := r.get("", path); a.status != http.StatusNotFound {
				t.Errorf("%s: %d", path, a.status)
			}
		}
	})
}

func TestCalendarToSubscribeTo(t *testing.T) {
	r := newRig(t, dbSQLite(t)).withSample()
	plain := r.get("", "/abfall/leeder-gartenweg.ics")
	if plain.status != 200 || !strings.HasPrefix(plain.header.Get("Content-Type"), "text/calendar") || strings.Contains(plain.body, "VALARM") {
		t.Fatalf("%d %s", plain.status, plain.header)
	}
	alarm := r.get("", "/abfall/leeder-gartenweg.ics?erinnerung=18")
	events, alarms := strings.Count(alarm.body, "BEGIN:VEVENT"), strings.Count(alarm.body, "TRIGGER:-PT6H")
	if events < 50 || events != alarms || strings.Count(alarm.body, "END:VALARM\r\nEND:VEVENT") != events {
		t.Errorf("%d events, %d alarms", events, alarms)
	}
	if !strings.Contains(plain.body, "verlegt von") {
		t.Error("nothing says that a date was moved")
	}
	for _, hour := range []string{"x", "-1", "24", "18%0d%0aX:1"} {
		if a := r.get("", "/abfall/leeder-gartenweg.ics?erinnerung="+hour); strings.Contains(a.body, "VALARM") {
			t.Errorf("an alarm at %s", hour)
		}
	}
}

func TestAlarmsCannotBeSmuggled(t *testing.T) {
	got := string(withAlarms([]byte("SUMMARY:END:VEVENT\r\nEND:VEVENT\r\n"), 18, "x"))
	if strings.Count(got, "BEGIN:VALARM") != 1 {
		t.Errorf("%q", got)
	}
}

func TestWhoMayEdit(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.withSample()
		path := managePath + "/" + r.districtID("Asch")
		for actor, want := range map[string][2]int{
			"": {401, 401}, "resident": {403, 403}, "author": {403, 403}, "club": {403, 404}, "other": {200, 404}, "editor": {200, 200}, "operator": {200, 200},
		} {
			if a := r.get(actor, managePath); a.status != want[0] {
				t.Errorf("list as %q: %d, want %d", actor, a.status, want[0])
			}
			if a := r.get(actor, path); a.status != want[1] {
				t.Errorf("district as %q: %d, want %d", actor, a.status, want[1])
			}
			if want[1] == 200 {
				continue
			}
			if a := r.post(actor, path, url.Values{"action": {"remove"}}); a.status != want[1] {
				t.Errorf("remove as %q: %d, want %d", actor, a.status, want[1])
			}
		}
	})
}

func TestEditADistrict(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		town, _ := r.places.MunicipalityBySlug("fuchstal")
		owner := r.orgs["gemeinde-fuchstal"] + "/" + town.ID
		if a := r.post("editor", managePath, url.Values{"name": {""}, "owner": {"x/y"}}); a.status != 422 || !strings.Contains(a.body, "error-summary") {
			t.Errorf("an empty form: %d", a.status)
		}
		a := r.post("editor", managePath, url.Values{"name": {"Asch <b>"}, "owner": {owner}})
		if a.status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.status, problems(a.body))
		}
		edit := a.location
		step := func(want int, pairs ...string) answer {
			t.Helper()
			form := url.Values{}
			for i := 0; i+1 < len(pairs); i += 2 {
				form.Set(pairs[i], pairs[i+1])
			}
			a := r.post("editor", edit, form)
			if a.status != want {
				t.Fatalf("%v: %d %s", pairs, a.status, problems(a.body))
			}
			return a
		}
		step(422, "action", "save", "name", "Asch", "areas", "Unterdießen")
		step(303, "action", "save", "name", "Asch <b>", "areas", "Asch")
		step(422, "action", "rhythm", "fraction", "bio", "first", "gestern")
		step(303, "action", "rhythm", "fraction", "bio", "first", "2026-12-03", "weeks", "2", "until", "2027-01-31", "shifted", "1")
		step(422, "action", "nonsense")
		if body := r.get("", "/abfall/asch").body; !strings.Contains(body, "Biotonne") || strings.Contains(body, "Asch <b>") {
			t.Error("the dates do not show, or HTML does")
		}
		id := strings.TrimPrefix(edit, managePath+"/")
		date := record(Collection{District: id, Fraction: Bio, Day: "2026-12-03"})
		step(422, "action", "move", "date", "anderer|bio|2026-12-03|", "to", "2026-12-04")
		step(303, "action", "move", "date", date, "to", "2026-12-04")
		if body := r.get("", "/abfall/asch").body; !strings.Contains(body, "verlegt von Do, 3. Dezember") {
			t.Error("nothing says that the date was moved")
		}
		_, list := r.api("", "GET", "/api/v1/waste?street=asch&from=2026-12-01&to=2026-12-05", "")
		if items := list["items"].([]any); len(items) != 1 || items[0].(map[string]any)["moved_from"] != "2026-12-03" {
			t.Errorf("%v", list)
		}
		step(303, "action", "clear", "stream", "bio|")
		if body := r.get("", "/abfall/asch").body; !strings.Contains(body, "Noch keine Termine") {
			t.Error("cleared dates still show")
		}
		step(303, "action", "rhythm", "fraction", "tree", "first", "2027-01-09")
		step(303, "action", "remove")
		must(t, r.DB.View(context.Background(), func(tx *db.Tx) error {
			found, err := r.Bulletin.List(tx, bulletin.Filter{Kinds: []string{Kind}}, bulletin.Reader{}, bulletin.Page{Limit: 10})
			if len(found.Entries) != 0 {
				t.Errorf("%d entries of a district that is gone", len(found.Entries))
			}
			return err
		}))
	})
}

func TestAPI(t *testing.T) {
	r := newRig(t, dbSQLite(t)).withSample()
	for query, want := range map[string]int{
		"street=leeder-gartenweg": 200, "street=Gartenweg": 200, "street=Hauptstra%C3%9Fe&place=leeder&number=30": 200, "street=leeder": 200,
		"street=Hauptstra%C3%9Fe": 422, "": 422, "street=Gartenweg&from=x": 422, "street=Gartenweg&place=x": 422, "street=%00": 422,
	} {
		a, list := r.api("", "GET", "/api/v1/waste?"+query, "")
		if a.status != want || want == 200 && len(list["items"].([]any)) < 20 {
			t.Errorf("%s: %d %.200s", query, a.status, a.body)
		}
	}
}

func TestToday(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		town, _ := r.places.MunicipalityBySlug("fuchstal")
		asch, _ := r.places.VillageBySlug("asch")
		leeder, _ := r.places.VillageBySlug("leeder")
		add := func(name, areas string, fractions ...Fraction) {
			d := District{ID: r.IDs.New(), Name: name, MunicipalityID: town.ID, Publisher: r.orgs["gemeinde-fuchstal"]}
			var err error
			d.Areas, err = ParseAreas(areas, r.places, town.ID)
			must(t, err)
			must(t, r.DB.Update(context.Background(), func(tx *db.Tx) error {
				if err := r.putDistrict(tx, &d); err != nil {
					return err
				}
				for _, f := range fractions {
					if err := putDate(tx, Collection{District: d.ID, Fraction: f, Day: "2026-11-23"}); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		add("Asch", "Asch", Bio, Paper)
		add("Leeder", "Leeder", Bio)
		add("Leeder Süd", "Leeder: Hauptstraße")
		day := time.Date(2026, 11, 23, 0, 0, 0, 0, r.places.Location())
		for _, c := range []struct {
			place bulletin.Place
			day   time.Time
			want  string
		}{
			{bulletin.Place{Municipality: town, Village: asch}, day, "Biotonne, Papier"},
			{bulletin.Place{Municipality: town, Village: leeder}, day, "Biotonne (je nach Straße)"},
			{bulletin.Place{Municipality: town}, day, "Biotonne, Papier (je nach Straße)"},
			{bulletin.Place{Municipality: town, Village: asch}, day.AddDate(0, 0, 1), ""},
		} {
			must(t, r.DB.View(r.speak(), func(tx *db.Tx) error {
				facts, err := r.today(r.speak(), tx, c.place, c.day)
				got := ""
				if len(facts) > 0 {
					got = facts[0].Text
				}
				if got != c.want {
					t.Errorf("%s: %q, want %q", c.place.Name(), got, c.want)
				}
				return err
			}))
		}
	})
}

var linkInMail = regexp.MustCompile(`https://region\.example(/abfall/erinnerung/\S+)`)

// lastLink is the personal link of the newest letter.
func (r *rig) lastLink() string {
	r.t.Helper()
	letters := r.letters()
	if len(letters) == 0 {
		r.t.Fatal("no letter")
	}
	found := linkInMail.FindStringSubmatch(letters[len(letters)-1].Text)
	if found == nil {
		r.t.Fatalf("no link in %q", letters[len(letters)-1].Text)
	}
	return found[1]
}

func (r *rig) rows(table string) (n int) {
	r.t.Helper()
	must(r.t, r.DB.View(context.Background(), func(tx *db.Tx) error {
		found, err := db.AllText(tx, "SELECT 1 FROM "+table, func(s db.Scanner) (one int, err error) { err = s.Scan(&one); return one, err })
		n = len(found)
		return err
	}))
	return n
}

func TestReminderWithoutAnAccount(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.withSample()
		wish := url.Values{"email": {"Vroni@Example.org"}, "hour": {"18"}}
		if a := r.post("", "/abfall/asch-dorfstrasse", wish); a.status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.status, problems(a.body))
		}
		link := r.lastLink()
		evening := time.Date(2026, 11, 25, 18, 5, 0, 0, r.places.Location()) // Asch has bins on Thursdays
		r.clock.Set(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
		if a := r.get("", link); !strings.Contains(a.body, "Ja, bitte erinnern") || a.header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%d %.200s", a.status, a.body)
		}
		if a := r.post("", link, url.Values{"action": {"confirm"}}); a.status != http.StatusSeeOther {
			t.Fatalf("confirm: %d", a.status)
		}
		before := len(r.letters())
		for _, at := range []time.Time{evening.Add(-time.Hour), evening, evening.Add(10 * time.Minute)} {
			r.clock.Set(at)
			must(t, r.remind(context.Background(), nil))
		}
		letters := r.letters()
		if len(letters) != before+1 {
			t.Fatalf("%d letters on one evening", len(letters)-before)
		}
		last := letters[len(letters)-1]
		if last.To != "vroni@example.org" || !strings.HasPrefix(last.Subject, "Morgen: ") || !strings.Contains(last.Text, "Asch") || !strings.HasPrefix(last.ListUnsubscribe, "https://") {
			t.Errorf("%+v", last)
		}
		link = r.lastLink()
		if a := r.post("", link, url.Values{"action": {"save"}, "hour": {"3"}}); a.status != 422 {
			t.Errorf("an hour in the night: %d", a.status)
		}
		if a := r.post("", link, url.Values{"action": {"save"}, "hour": {"20"}}); a.status != 303 {
			t.Errorf("another hour: %d", a.status)
		}
		if a := r.post("", link, url.Values{"List-Unsubscribe": {"One-Click"}}); a.status != 303 {
			t.Errorf("unsubscribe: %d", a.status)
		}
		if r.rows("waste_reminder") != 0 || r.rows("waste_link") != 0 {
			t.Error("something of the person stays")
		}
		if a := r.get("", link); a.status != http.StatusNotFound {
			t.Errorf("the link still works: %d", a.status)
		}
	})
}

func TestReminderIsAskedOnceAndForgotten(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.withSample()
		for _, form := range []url.Values{
			{"email": {"nope"}, "hour": {"18"}}, {"email": {"a@example.org\r\nBcc: b@example.org"}, "hour": {"18"}}, {"email": {"a@example.org"}, "hour": {"99"}}, {},
		} {
			if a := r.post("", "/abfall/asch", form); a.status != 422 {
				t.Errorf("%v: %d", form, a.status)
			}
		}
		for range 10 {
			for _, place := range []string{"asch", "asch-dorfstrasse", "leeder", "seestall", "welden"} {
				if a := r.post("", "/abfall/"+place, url.Values{"email": {"victim@example.org"}, "hour": {"18"}}); a.status != 303 {
					t.Fatalf("%s: %d", place, a.status)
				}
			}
		}
		if n := r.rows("waste_reminder"); n > maxWaiting {
			t.Errorf("%d wishes for somebody else's address", n)
		}
		if n := len(r.letters()); n > maxWaiting {
			t.Errorf("%d letters to somebody who asked for none", n)
		}
		r.clock.Advance(unconfirmed + time.Minute)
		must(t, r.remind(context.Background(), nil))
		if r.rows("waste_reminder") != 0 {
			t.Error("what nobody confirmed is still there")
		}
	})
}

func TestImportOfRealCalendars(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, r *rig) {
		_, err := r.DB.Migrate(ctx, db.Migrations{Name: "intake", Files: intake.Files})
		must(t, err)
		engine := intake.New(r.Tools)
		engine.Register(&Target{s: r.service})
		latin, err := os.ReadFile("../../platform/ical/testdata/waste-latin1.ics")
		must(t, err)
		table := "Datum;Fraktion;Bezirk\r\n03.12.2026;Restmüll;Nord\r\n04.12.2026;Windelsack;Süd\r\n99.99.2026;Papier;Nord\r\n"
		village, _ := r.places.VillageBySlug("seestall")
		for _, c := range []struct {
			name, body string
			created    int
		}{{"kalender.ics", string(latin), 2}, {"termine.csv", table, 2}} {
			in := intake.Request{
				Organisation: r.orgs["gemeinde-fuchstal"], Kind: Kind, File: c.name, Body: []byte(c.body),
				Options: &intake.Options{Scope: bulletin.Scope{MunicipalityID: village.MunicipalityID, VillageID: village.ID}},
			}
			for i, want := range []int{c.created, 0} {
				run, err := engine.Import(ctx, in)
				must(t, err)
				if run.Report.Created != want {
					t.Errorf("%s, time %d: %+v", c.name, i+1, run.Report)
				}
			}
		}
		r.clock.Set(time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC))
		if body := r.get("", "/abfall/seestall").body; !strings.Contains(body, "Restmüll") || !strings.Contains(body, "Gelber Sack") {
			t.Error("the imported dates do not show")
		}
		if body := r.get("", "/abfall/bezirk/sued").body; !strings.Contains(body, "Windelsack") {
			t.Error("an unknown fraction is not shown as it is called")
		}
	})
}

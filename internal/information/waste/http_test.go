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
	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/bulletin/intake"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
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
		for _, v := range r.Places.Villages("") {
			a := r.Get("", "/abfall/"+v.Slug)
			town, _ := r.Places.Municipality(v.MunicipalityID)
			if there := strings.Contains(a.Body, "Restmüll"); a.Status != 200 || there != (town.Slug != "apfeldorf") {
				t.Errorf("%s: %d, dates %v", v.Name, a.Status, there) // Apfeldorf has no organisation in this rig
			}
		}
		must(t, r.DB.View(context.Background(), func(tx *db.Tx) error {
			found, err := r.Bulletin.Calendar(tx, bulletin.Filter{Kinds: []string{Kind}, From: bulletintest.Present, To: bulletintest.Present.AddDate(0, 0, 14)}, bulletin.Reader{}, 100)
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
		home := r.Actors["resident"]
		village, _ := r.Places.VillageBySlug("leeder")
		street, _ := r.Places.StreetByName(village.ID, "Gartenweg")
		home.HomeStreet = street.ID
		r.Actors["resident"] = home
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
			a := r.Get(c.actor, c.path)
			if a.Location != c.location || !strings.Contains(a.Body, c.shows) {
				t.Errorf("%s as %q: %d %q, want %q with %q", c.path, c.actor, a.Status, a.Location, c.location, c.shows)
			}
		}
		for _, path := range []string{"/abfall/nirgends", "/abfall/nirgends.ics", "/abfall/bezirk/x", "/abfall/erinnerung/x", "/abfall/..%2f..%2fetc"} {
			if a := r.Get("", path); a.Status != http.StatusNotFound {
				t.Errorf("%s: %d", path, a.Status)
			}
		}
	})
}

func TestCalendarToSubscribeTo(t *testing.T) {
	r := newRig(t, dbSQLite(t)).withSample()
	plain := r.Get("", "/abfall/leeder-gartenweg.ics")
	if plain.Status != 200 || !strings.HasPrefix(plain.Header.Get("Content-Type"), "text/calendar") || strings.Contains(plain.Body, "VALARM") {
		t.Fatalf("%d %s", plain.Status, plain.Header)
	}
	alarm := r.Get("", "/abfall/leeder-gartenweg.ics?erinnerung=18")
	events, alarms := strings.Count(alarm.Body, "BEGIN:VEVENT"), strings.Count(alarm.Body, "TRIGGER:-PT6H")
	if events < 50 || events != alarms || strings.Count(alarm.Body, "END:VALARM\r\nEND:VEVENT") != events {
		t.Errorf("%d events, %d alarms", events, alarms)
	}
	if !strings.Contains(plain.Body, "verlegt von") {
		t.Error("nothing says that a date was moved")
	}
	for _, hour := range []string{"x", "-1", "24", "18%0d%0aX:1"} {
		if a := r.Get("", "/abfall/leeder-gartenweg.ics?erinnerung="+hour); strings.Contains(a.Body, "VALARM") {
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
			if a := r.Get(actor, managePath); a.Status != want[0] {
				t.Errorf("list as %q: %d, want %d", actor, a.Status, want[0])
			}
			if a := r.Get(actor, path); a.Status != want[1] {
				t.Errorf("district as %q: %d, want %d", actor, a.Status, want[1])
			}
			if want[1] == 200 {
				continue
			}
			if a := r.Post(actor, path, url.Values{"action": {"remove"}}); a.Status != want[1] {
				t.Errorf("remove as %q: %d, want %d", actor, a.Status, want[1])
			}
		}
	})
}

func TestEditADistrict(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		town, _ := r.Places.MunicipalityBySlug("fuchstal")
		owner := r.Orgs["gemeinde-fuchstal"] + "/" + town.ID
		if a := r.Post("editor", managePath, url.Values{"name": {""}, "owner": {"x/y"}}); a.Status != 422 || !strings.Contains(a.Body, "error-summary") {
			t.Errorf("an empty form: %d", a.Status)
		}
		a := r.Post("editor", managePath, url.Values{"name": {"Asch <b>"}, "owner": {owner}})
		if a.Status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.Status, bulletintest.Problems(a.Body))
		}
		edit := a.Location
		step := func(want int, pairs ...string) answer {
			t.Helper()
			form := url.Values{}
			for i := 0; i+1 < len(pairs); i += 2 {
				form.Set(pairs[i], pairs[i+1])
			}
			a := r.Post("editor", edit, form)
			if a.Status != want {
				t.Fatalf("%v: %d %s", pairs, a.Status, bulletintest.Problems(a.Body))
			}
			return a
		}
		step(422, "action", "save", "name", "Asch", "areas", "Unterdießen")
		step(303, "action", "save", "name", "Asch <b>", "areas", "Asch")
		step(422, "action", "rhythm", "fraction", "bio", "first", "gestern")
		step(303, "action", "rhythm", "fraction", "bio", "first", "2026-12-03", "weeks", "2", "until", "2027-01-31", "shifted", "1")
		step(422, "action", "nonsense")
		if body := r.Get("", "/abfall/asch").Body; !strings.Contains(body, "Biotonne") || strings.Contains(body, "Asch <b>") {
			t.Error("the dates do not show, or HTML does")
		}
		id := strings.TrimPrefix(edit, managePath+"/")
		date := record(Collection{District: id, Fraction: Bio, Day: "2026-12-03"})
		step(422, "action", "move", "date", "anderer|bio|2026-12-03|", "to", "2026-12-04")
		step(303, "action", "move", "date", date, "to", "2026-12-04")
		if body := r.Get("", "/abfall/asch").Body; !strings.Contains(body, "verlegt von Do, 3. Dezember") {
			t.Error("nothing says that the date was moved")
		}
		_, list := r.JSON("", "GET", "/api/v1/waste?street=asch&from=2026-12-01&to=2026-12-05", "")
		if items := list["items"].([]any); len(items) != 1 || items[0].(map[string]any)["moved_from"] != "2026-12-03" {
			t.Errorf("%v", list)
		}
		step(303, "action", "clear", "stream", "bio|")
		if body := r.Get("", "/abfall/asch").Body; !strings.Contains(body, "Noch keine Termine") {
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
		a, list := r.JSON("", "GET", "/api/v1/waste?"+query, "")
		if a.Status != want || want == 200 && len(list["items"].([]any)) < 20 {
			t.Errorf("%s: %d %.200s", query, a.Status, a.Body)
		}
	}
}

func TestToday(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		town, _ := r.Places.MunicipalityBySlug("fuchstal")
		asch, _ := r.Places.VillageBySlug("asch")
		leeder, _ := r.Places.VillageBySlug("leeder")
		add := func(name, areas string, fractions ...Fraction) {
			d := District{ID: r.IDs.New(), Name: name, MunicipalityID: town.ID, Publisher: r.Orgs["gemeinde-fuchstal"]}
			var err error
			d.Areas, err = ParseAreas(areas, r.Places, town.ID)
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
		day := time.Date(2026, 11, 23, 0, 0, 0, 0, r.Places.Location())
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
			must(t, r.DB.View(r.Speak(context.Background(), i18n.German), func(tx *db.Tx) error {
				facts, err := r.today(r.Speak(context.Background(), i18n.German), tx, c.place, c.day)
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
	letters := r.Letters()
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
		if a := r.Post("", "/abfall/asch-dorfstrasse", wish); a.Status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.Status, bulletintest.Problems(a.Body))
		}
		link := r.lastLink()
		evening := time.Date(2026, 11, 25, 18, 5, 0, 0, r.Places.Location()) // Asch has bins on Thursdays
		r.Clock.Set(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
		if a := r.Get("", link); !strings.Contains(a.Body, "Ja, bitte erinnern") || a.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%d %.200s", a.Status, a.Body)
		}
		if a := r.Post("", link, url.Values{"action": {"confirm"}}); a.Status != http.StatusSeeOther {
			t.Fatalf("confirm: %d", a.Status)
		}
		before := len(r.Letters())
		for _, at := range []time.Time{evening.Add(-time.Hour), evening, evening.Add(10 * time.Minute)} {
			r.Clock.Set(at)
			must(t, r.remind(context.Background(), nil))
		}
		letters := r.Letters()
		if len(letters) != before+1 {
			t.Fatalf("%d letters on one evening", len(letters)-before)
		}
		last := letters[len(letters)-1]
		if last.To != "vroni@example.org" || !strings.HasPrefix(last.Subject, "Morgen: ") || !strings.Contains(last.Text, "Asch") || !strings.HasPrefix(last.ListUnsubscribe, "https://") {
			t.Errorf("%+v", last)
		}
		link = r.lastLink()
		if a := r.Post("", link, url.Values{"action": {"save"}, "hour": {"3"}}); a.Status != 422 {
			t.Errorf("an hour in the night: %d", a.Status)
		}
		if a := r.Post("", link, url.Values{"action": {"save"}, "hour": {"20"}}); a.Status != 303 {
			t.Errorf("another hour: %d", a.Status)
		}
		if a := r.Post("", link, url.Values{"List-Unsubscribe": {"One-Click"}}); a.Status != 303 {
			t.Errorf("unsubscribe: %d", a.Status)
		}
		if r.rows("waste_reminder") != 0 || r.rows("waste_link") != 0 {
			t.Error("something of the person stays")
		}
		if a := r.Get("", link); a.Status != http.StatusNotFound {
			t.Errorf("the link still works: %d", a.Status)
		}
	})
}

func TestReminderIsAskedOnceAndForgotten(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.withSample()
		for _, form := range []url.Values{
			{"email": {"nope"}, "hour": {"18"}}, {"email": {"a@example.org\r\nBcc: b@example.org"}, "hour": {"18"}}, {"email": {"a@example.org"}, "hour": {"99"}}, {},
		} {
			if a := r.Post("", "/abfall/asch", form); a.Status != 422 {
				t.Errorf("%v: %d", form, a.Status)
			}
		}
		for range 10 {
			for _, place := range []string{"asch", "asch-dorfstrasse", "leeder", "seestall", "welden"} {
				if a := r.Post("", "/abfall/"+place, url.Values{"email": {"victim@example.org"}, "hour": {"18"}}); a.Status != 303 && a.Status != http.StatusTooManyRequests {
					t.Fatalf("%s: %d", place, a.Status)
				}
			}
		}
		if n := r.rows("waste_reminder"); n > maxWaiting {
			t.Errorf("%d wishes for somebody else's address", n)
		}
		if n := len(r.Letters()); n > maxWaiting {
			t.Errorf("%d letters to somebody who asked for none", n)
		}
		r.Clock.Advance(unconfirmed + time.Minute)
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
		village, _ := r.Places.VillageBySlug("seestall")
		for _, c := range []struct {
			name, body string
			created    int
		}{{"kalender.ics", string(latin), 2}, {"termine.csv", table, 2}} {
			in := intake.Request{
				Organisation: r.Orgs["gemeinde-fuchstal"], Kind: Kind, File: c.name, Body: []byte(c.body),
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
		r.Clock.Set(time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC))
		if body := r.Get("", "/abfall/seestall").Body; !strings.Contains(body, "Restmüll") || !strings.Contains(body, "Gelber Sack") {
			t.Error("the imported dates do not show")
		}
		if body := r.Get("", "/abfall/bezirk/sued").Body; !strings.Contains(body, "Windelsack") {
			t.Error("an unknown fraction is not shown as it is called")
		}
	})
}

package directory

import (
	"strings"
	"testing"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/bulletin/intake"
	"dorflinde/internal/platform/db"
)

func TestTargetWritesUpdatesAndLeavesAlone(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		in := &target{r.service}
		src := intake.Source{ID: r.tools.IDs.New(), Organisation: r.Orgs["gemeinde-fuchstal"], Kind: "directory"}
		item := func(title string) intake.Item {
			common := compose.Common{Scope: bulletin.Scope{VillageID: r.village("asch")}, Audience: bulletin.ForPublic}
			return intake.Item{ExternalID: "7", Title: title, Data: imported{Common: common, Title: title, Facts: Facts{Category: "laden", Hours: "Mo 08:00-12:00"}}}
		}
		var record string
		update := func(run func(tx *db.Tx) error) error { return r.tools.DB.Update(t.Context(), run) }
		must(t, update(func(tx *db.Tx) (err error) { record, err = in.Create(tx, src, item("Laden")); return err }))
		must(t, update(func(tx *db.Tx) error { return in.Update(tx, src, record, item("Dorfladen")) }))
		if l, err := r.load(t.Context(), record); err != nil || l.Title != "Dorfladen" || l.Version != 2 {
			t.Errorf("after the update: %+v, %v", l, err)
		}
		must(t, update(func(tx *db.Tx) error { return in.Withdraw(tx, src, record) }))
		must(t, update(func(tx *db.Tx) error { return in.Withdraw(tx, src, record) })) // twice is no error
		if len(r.entries(bulletin.Filter{Kinds: []string{Kind}})) != 0 {
			t.Error("it is still there")
		}
		foreign := src
		foreign.ID = r.tools.IDs.New()
		if err := update(func(tx *db.Tx) error { return in.Update(tx, foreign, record, item("Fremd")) }); err != intake.ErrLeft {
			t.Errorf("a foreign source: %v", err)
		}
	})
}

func TestColumnsAreNamedOnce(t *testing.T) {
	seen := map[string]string{}
	for _, c := range (&target{}).Info().Columns {
		for _, header := range c.Headers {
			if other, twice := seen[strings.ToLower(header)]; twice {
				t.Errorf("%q means %s and %s", header, other, c.Name)
			}
			seen[strings.ToLower(header)] = c.Name
		}
	}
	for _, header := range exportHeader {
		if seen[strings.ToLower(header)] == "" {
			t.Errorf("the column %q of the export is not understood by the import", header)
		}
	}
}

// importing gives an engine over the rig's database.
func (r *rig) importing() *intake.Engine {
	r.t.Helper()
	_, err := r.tools.DB.Migrate(r.t.Context(), db.Migrations{Name: "intake", Files: intake.Files})
	must(r.t, err)
	engine := intake.New(r.tools)
	engine.Register(&target{r.service})
	return engine
}

func TestTableComesInAndGoesOut(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		engine := r.importing()
		take := func(table string) intake.Report {
			t.Helper()
			run, err := engine.Import(t.Context(), intake.Request{
				Organisation: r.Orgs["gemeinde-fuchstal"], Kind: "directory", Format: intake.CSV, File: "vereine.csv", Body: []byte(table),
			})
			must(t, err)
			return run.Report
		}
		table := "Name;Kategorie;Straße;Hausnummer;PLZ;Ort;Telefon;E-Mail;Internet;Öffnungszeiten\n" +
			"Sportverein Asch;Sportverein;Am Sportheim;1;86925;Asch;08243 1;sv@asch.example;;\n" + // a number too short
			"Bäckerei Süß;Bäckerei;Hauptstraße;2;86925;Leeder;08243 55;;www.suess.example;Mo-Fr 6-18 Uhr\n" +
			"=HYPERLINK(1);Laden;Dorfweg;3;86944;Unterdießen;;;;\"Mo 8-12\nDi geschlossen\"\n" +
			"Kaputt;Laden;;;;Leeder;;;;irgendwann\n"
		got := take(table)
		if got.Created != 3 || got.Refused != 1 {
			t.Errorf("first import: %+v", got)
		}
		if again := take(table); again.Created+again.Updated != 0 {
			t.Errorf("second import: %+v", again)
		}
		bakery, err := r.named("Bäckerei Süß")
		must(t, err)
		if bakery.Category != "laden" || bakery.Address != "Hauptstraße 2, 86925 Leeder" || bakery.Facts.Hours != "Mo-Fr 06:00-18:00; PH off" || bakery.Web != "https://www.suess.example" || bakery.Scope.VillageID != r.village("leeder") {
			t.Errorf("%+v", bakery)
		}
		out := r.Get("", csvPath).Body
		bulletintest.Has(t, out, `Bäckerei Süß;laden;"Hauptstraße 2, 86925 Leeder";Leeder;08243 55`, "'=HYPERLINK(1)")
		if again := take(out); again.Refused != 0 || again.Found != 3 {
			t.Errorf("the exported table: %+v", again)
		}
	})
}

// named finds a listing by its name.
func (r *rig) named(title string) (Listing, error) {
	var found []Listing
	err := r.tools.DB.View(r.t.Context(), func(tx *db.Tx) (err error) { found, err = list(tx, query{limit: 100}); return err })
	for _, l := range found {
		if l.Title == title {
			return l, err
		}
	}
	r.t.Errorf("%s is not there", title)
	return Listing{}, err
}

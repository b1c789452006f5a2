package welcome

import (
	"strings"
	"testing"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/platform/db"
)

// put publishes entries the way other capabilities do.
func (r *rig) put(entries ...bulletin.Entry) {
	r.t.Helper()
	must(r.t, r.tools.DB.Update(r.t.Context(), func(tx *db.Tx) error {
		for i := range entries {
			e := entries[i]
			e.ID, e.Publisher = r.tools.IDs.New(), r.Orgs["gemeinde-fuchstal"]
			if e.Link == "" {
				e.Link = "/e/" + e.ID
			}
			if err := r.tools.Bulletin.Put(tx, &e); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (r *rig) scope(village string) bulletin.Scope {
	v, ok := r.Places.VillageBySlug(village)
	if !ok {
		r.t.Fatalf("no village %s", village)
	}
	return bulletin.Scope{MunicipalityID: v.MunicipalityID, VillageID: v.ID}
}

func TestPageFillsItself(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		town := bulletin.Scope{MunicipalityID: r.scope("leeder").MunicipalityID}
		soon := bulletintest.Present.Add(50 * time.Hour)
		r.put(
			bulletin.Entry{Kind: "directory", Title: "Rathaus", Summary: "Mo–Fr 8:00–12:00 Uhr", Scope: town, Topics: []string{"amt"}, Link: "/organisationen/gemeinde-fuchstal"},
			bulletin.Entry{Kind: "directory", Title: "Chor in Asch", Scope: r.scope("asch"), Topics: []string{"verein"}},
			bulletin.Entry{Kind: "directory", Title: "Verein <b>Leeder</b>", Scope: r.scope("leeder"), Topics: []string{"verein"}},
			bulletin.Entry{Kind: "directory", Title: "Club in Apfeldorf", Scope: r.scope("unterapfeldorf"), Topics: []string{"verein"}},
			bulletin.Entry{Kind: "directory", Title: "Brotwagen", Summary: "Di 9:15 Uhr in Seestall", Scope: town, Topics: []string{"laden", "lieferung"}},
			bulletin.Entry{Kind: "waste", Title: "Papiertonne", Scope: r.scope("leeder"), Start: soon, End: soon.Add(time.Hour)},
			bulletin.Entry{Kind: "waste", Title: "Biotonne Asch", Scope: r.scope("asch"), Start: soon, End: soon.Add(time.Hour)},
			bulletin.Entry{Kind: "event", Title: "Adventsmarkt", Scope: town, Start: soon, End: soon.Add(time.Hour), InFeed: true},
			bulletin.Entry{Kind: "event", Title: "Vorbei", Scope: town, Start: bulletintest.Present.AddDate(0, 0, -3), End: bulletintest.Present.AddDate(0, 0, -3)},
			bulletin.Entry{Kind: "event", Title: "Geheim", Audience: bulletin.ForResidents, Scope: town, Start: soon, End: soon},
			bulletin.Entry{Kind: "page", Title: "Erste Schritte", Summary: "Gehen Sie ins Rathaus.", Link: "/seiten/neu-hier"},
		)
		page := r.Get("", "/willkommen/leeder").Body
		bulletintest.Has(t, page, "Willkommen in Leeder!", "Rathaus", "Mo–Fr 8:00–12:00 Uhr", "Papiertonne", "Adventsmarkt", "Brotwagen", "Gehen Sie ins Rathaus.",
			`href="tel:112"`, "Bundesmeldegesetz", "3990 in der ganzen Gemeinde", "Erster Weihnachtstag", "/feeds/rss?ort=leeder", "Verein &lt;b&gt;Leeder", "<article")
		bulletintest.HasNot(t, page, "Biotonne", "Vorbei", "Geheim", "Club in Apfeldorf", "<b>Leeder", "welcome.", "region.holiday")
		if strings.Index(page, "Verein &lt;b&gt;Leeder") > strings.Index(page, "Chor in Asch") {
			t.Error("clubs of another village come before one's own")
		}
		bulletintest.Has(t, r.Get("resident", "/willkommen/leeder").Body, "Geheim")
	})
}

func TestTheTownsOwnPageComesFirst(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.put(
			bulletin.Entry{Kind: "page", Title: "Für alle", Link: "/seiten/neu-hier"},
			bulletin.Entry{Kind: "page", Title: "Für Fuchstal", Link: "/seiten/neu-hier-fuchstal", Scope: bulletin.Scope{MunicipalityID: r.scope("leeder").MunicipalityID}},
		)
		page := r.Get("", "/willkommen/leeder").Body
		bulletintest.Has(t, page, "Für Fuchstal")
		bulletintest.HasNot(t, page, "Für alle")
		bulletintest.Has(t, r.Get("", "/willkommen/unterdiessen").Body, "Für alle")
	})
}

func TestEmptyVillageIsStillUseful(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		for _, v := range r.Places.Villages("") {
			a := r.Get("", path(v.Slug))
			if a.Status != 200 || !strings.Contains(a.Body, "Wohnsitz anmelden") || !strings.Contains(a.Body, "Hier steht noch wenig") {
				t.Errorf("%s: %d", v.Slug, a.Status)
			}
		}
		bulletintest.Has(t, r.Get("", path("")).Body, "/willkommen/leeder", "/willkommen/unterdiessen", "Apfeldorf")
		for _, slug := range []string{"atlantis", "%3Cscript%3E", "fuchstal"} {
			if a := r.Get("", path(slug)); a.Status != 404 || strings.Contains(a.Body, "<script>") {
				t.Errorf("%s: %d", slug, a.Status)
			}
		}
	})
}

package warnings

import (
	"context"
	"slices"
	"strings"
	"testing"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/information/warnings/cap"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/fetch"
)

// rig is the capability in a house with two municipalities and a club.
type rig struct {
	*bulletintest.House
	*service
	t testing.TB
}

var migrations = bulletintest.Migrations(db.Migrations{Name: "warnings", Files: Files})

// each runs a test on both engines.
func each(t *testing.T, run func(t *testing.T, r *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { run(t, newRig(t, d)) }, migrations...)
}

func newRig(t testing.TB, d *db.DB) *rig {
	t.Helper()
	h := bulletintest.New(t, d)
	town, other := h.Municipality("fuchstal"), h.Municipality("unterdiessen")
	h.Add(
		people.NewOrganisation{Kind: people.Municipality, Name: "Gemeinde Fuchstal", Slug: "gemeinde-fuchstal", MunicipalityIDs: []string{town}},
		people.NewOrganisation{Kind: people.Municipality, Name: "Gemeinde Unterdießen", Slug: "gemeinde-unterdiessen", MunicipalityIDs: []string{other}},
		people.NewOrganisation{Kind: people.Club, Name: "Musikverein Leeder", Slug: "musikverein-leeder", MunicipalityIDs: []string{town}},
	)
	h.Actors = map[string]people.Actor{
		"": {}, "resident": {AccountID: "resident", Email: "resident@example.org"}, "operator": {AccountID: "operator", Operator: true},
		"author": bulletintest.Holder("author", people.Author, h.Orgs["gemeinde-fuchstal"]),
		"editor": bulletintest.Holder("editor", people.Editor, h.Orgs["gemeinde-fuchstal"]),
		"other":  bulletintest.Holder("other", people.Editor, h.Orgs["gemeinde-unterdiessen"]),
		"club":   bulletintest.Holder("club", people.Admin, h.Orgs["musikverein-leeder"]),
	}
	h.Open(New(h.Kit), joined{Messages, cap.Messages}, fetch.Messages)
	return &rig{House: h, service: &service{Tools: h.Kit}, t: t}
}

// answer is what came back.
type answer = bulletintest.Answer

// must ends a test that cannot go on.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func dbSQLite(t testing.TB) *db.DB {
	t.Helper()
	return dbtest.SQLite(t, migrations...)
}

// take receives messages.
func (r *rig) take(o origin, complete bool, alerts ...cap.Alert) {
	r.t.Helper()
	must(r.t, r.DB.Update(context.Background(), func(tx *db.Tx) error { return r.receive(tx, alerts, o, complete) }))
}

// inForce are the warnings in force in a municipality.
func (r *rig) inForce(municipality string) []*Warning {
	r.t.Helper()
	all, err := r.recentWarnings(context.Background())
	must(r.t, err)
	return inForce(all, municipality, r.Clock.Now())
}

// titles are those of the entries that the bulletin shows now.
func (r *rig) titles() string {
	r.t.Helper()
	var out []string
	must(r.t, r.DB.View(context.Background(), func(tx *db.Tx) error {
		found, err := r.Bulletin.List(tx, bulletin.Filter{Kinds: []string{Kind}, FeedOnly: true}, bulletin.Reader{}, bulletin.Page{Limit: 50})
		for _, e := range found.Entries {
			if !slices.Contains(out, e.Title) {
				out = append(out, e.Title)
			}
		}
		return err
	}))
	return strings.Join(out, "; ")
}

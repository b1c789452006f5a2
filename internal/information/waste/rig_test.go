package waste

import (
	"testing"

	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
)

// rig is the capability in a house with two municipalities and a club.
type rig struct {
	*bulletintest.House
	*service
	t testing.TB
}

var migrations = bulletintest.Migrations(db.Migrations{Name: "waste", Files: Files})

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
	h.Open(New(h.Kit), Messages)
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

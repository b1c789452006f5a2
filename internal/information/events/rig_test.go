package events

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/bulletin/intake"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
)

// rig is the capability in a house with a municipality and a club.
type rig struct {
	*bulletintest.House
	*service
	t testing.TB
}

var migrations = bulletintest.Migrations(db.Migrations{Name: "intake", Files: intake.Files}, db.Migrations{Name: "events", Files: Files})

// each runs a test on both engines.
func each(t *testing.T, run func(t *testing.T, r *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { run(t, newRig(t, d)) }, migrations...)
}

func newRig(t testing.TB, d *db.DB) *rig {
	t.Helper()
	h := bulletintest.New(t, d)
	h.AddClub()
	h.Open(New(h.Kit), Messages)
	return &rig{House: h, service: newService(h.Kit), t: t}
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

// form is a complete form of the club; pairs change it.
func (r *rig) form(action string, pairs ...string) url.Values {
	v := url.Values{
		"publisher": {r.Orgs["musikverein-leeder"]}, "action": {action}, "title": {"Adventskonzert"},
		"text": {"Blasmusik in der Kirche."}, "version": {"0"}, "start-date": {"2026-12-06"}, "start-time": {"17:00"}, "end-time": {"19:00"},
		"place": {"Pfarrkirche Leeder"},
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// written posts a new form and gives the id of what was stored.
func (r *rig) written(actor, action string, pairs ...string) string {
	r.t.Helper()
	a := r.Post(actor, writePath, r.form(action, pairs...))
	if a.Status != http.StatusSeeOther {
		r.t.Fatalf("%s %s: %d %s", actor, action, a.Status, bulletintest.Problems(a.Body))
	}
	return strings.Split(strings.TrimPrefix(a.Location, "/termine/"), "/")[0]
}

func (r *rig) stored(eventID string) Event {
	r.t.Helper()
	n, err := r.load(context.Background(), eventID)
	must(r.t, err)
	return n
}

func dbSQLite(t testing.TB) *db.DB {
	t.Helper()
	return dbtest.SQLite(t, migrations...)
}

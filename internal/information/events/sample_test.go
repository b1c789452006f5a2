package events

import (
	"context"
	"testing"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
)

func TestSampleFillsTheVillages(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		seen := map[string]bool{"gemeinde-fuchstal": true, "musikverein-leeder": true}
		for _, from := range sampleTexts {
			if !seen[from.by] {
				seen[from.by] = true
				_, err := r.People.AddOrganisation(context.Background(), people.NewOrganisation{Kind: people.Club, Name: from.by, Slug: from.by})
				must(t, err)
			}
		}
		done := 0
		must(t, r.sample(r.Speak(context.Background(), i18n.German), capability.SampleRun{Seed: 7, Bulk: 700, Step: func(n int) { done += n }}))
		if done != len(sampleTexts)+700 {
			t.Errorf("%d events reported", done)
		}
		var timed []bulletin.Timed
		must(t, r.DB.View(context.Background(), func(tx *db.Tx) (err error) {
			timed, err = r.Bulletin.Calendar(tx, bulletin.Filter{Kinds: []string{Kind}, From: bulletintest.Present, To: bulletintest.Present.AddDate(0, 0, 56)}, bulletin.Reader{}, 5000)
			return err
		}))
		states := map[bulletin.Status]int{}
		for _, one := range timed {
			states[one.Occurrence.Status]++
			if !one.Sample {
				t.Errorf("%q is not marked as invented", one.Title)
			}
		}
		if states[bulletin.Active] < 80 || states[bulletin.Cancelled] == 0 || states[bulletin.Moved] == 0 {
			t.Errorf("the next eight weeks have %v", states)
		}
	})
}

func TestGeneratorGivesTheSameForTheSameSeed(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	orgs, err := r.People.Organisations(context.Background())
	must(t, err)
	titles := func(seed uint64) (out []string) {
		g := newGenerator(seed, r.Clock.Now().In(r.Places.Location()), r.Places, orgs)
		for range 20 {
			e := g.event()
			must(t, e.check())
			out = append(out, e.Title+e.Start.String())
		}
		return out
	}
	a, b, c := titles(1), titles(1), titles(2)
	if a[19] != b[19] || a[0] == c[0] && a[1] == c[1] {
		t.Errorf("%q %q %q", a[19], b[19], c[0])
	}
}

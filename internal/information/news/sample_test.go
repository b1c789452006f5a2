package news

import (
	"context"
	"strings"
	"testing"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
)

func TestSampleIsMarkedAndWhole(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	ctx := context.Background()
	var texts []sampleNews
	must(t, readSample("sample/news.json", &texts))
	orgs := map[string]bool{"gemeinde-fuchstal": true, "musikverein-leeder": true}
	for _, one := range texts {
		if !orgs[one.Org] {
			orgs[one.Org] = true
			_, err := r.People.AddOrganisation(ctx, people.NewOrganisation{Kind: people.Club, Name: one.Org, Slug: one.Org})
			must(t, err)
		}
	}
	steps := 0
	must(t, r.sample(ctx, capability.SampleRun{Seed: 1, Bulk: 700, Step: func(n int) { steps += n }}))
	if want := len(texts) + 700; steps != want {
		t.Errorf("told of %d, want %d", steps, want)
	}
	var found bulletin.Result
	must(t, r.DB.View(ctx, func(tx *db.Tx) (err error) {
		found, err = r.Bulletin.List(tx, bulletin.Filter{Kinds: []string{Kind}}, bulletin.Reader{}, bulletin.Page{Limit: 500})
		return err
	}))
	for _, e := range found.Entries {
		if !e.Sample || e.PublishedAt.After(present) {
			t.Errorf("%q: sample %v, published %v", e.Title, e.Sample, e.PublishedAt)
		}
	}
	first := r.get("", found.Entries[0].Link)
	if first.status != 200 || !strings.Contains(first.body, "/static/scenes/") || !strings.Contains(first.body, "Beispieldaten") {
		t.Errorf("%q: %d", found.Entries[0].Title, first.status)
	}
	for _, one := range texts { // the texts follow our own advice
		c := compose.Common{Title: one.Title, Text: one.Text}
		if len(one.Easy) == 2 {
			c.Variants = []compose.Variant{{Lang: bulletin.LeichteSprache, Title: one.Easy[0], Text: one.Easy[1]}}
		}
		for _, f := range compose.Findings(ctx, &c, rules) {
			t.Errorf("%q: %s %s", one.Title, f.Field, f.Text)
		}
	}
}

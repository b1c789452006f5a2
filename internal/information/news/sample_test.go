package news

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/region"
	"dorflinde/web"
)

// allTexts are all hand-written ones.
func allTexts() []sampleText { return slices.Concat(townTexts, clubTexts) }

// withSpeakers adds the organisations of the demo, with the arms of all themes.
func (r *rig) withSpeakers() *people.OrgDirectory {
	r.t.Helper()
	ctx := context.Background()
	towns := r.Places.Municipalities()
	arms := []string{"music", "sport", "culture", "garden", "youth", "help", "business", "fire", "church", "school", "leaf"}
	for i, one := range allTexts() {
		if r.Orgs[one.by] != "" {
			continue
		}
		n := people.NewOrganisation{Kind: people.Club, Name: one.by, Slug: one.by, MunicipalityIDs: []string{towns[i%len(towns)].ID}, Arms: arms[i%len(arms)]}
		if strings.HasPrefix(one.by, "gemeinde-") {
			n.Kind = people.Municipality
		}
		var err error
		r.Orgs[one.by], err = r.People.AddOrganisation(ctx, n)
		must(r.t, err)
	}
	orgs, err := r.People.Organisations(ctx)
	must(r.t, err)
	return orgs
}

func TestSample(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.withSpeakers()
		const bulk = 700
		steps := 0
		must(t, r.sample(context.Background(), capability.SampleRun{Seed: 1, Bulk: bulk, Step: func(n int) { steps += n }}))
		if steps != bulk {
			t.Errorf("told of %d generated ones, want %d", steps, bulk)
		}
		var records []News
		entries := map[string]bulletin.Entry{}
		must(t, r.DB.View(context.Background(), func(tx *db.Tx) (err error) {
			if records, err = db.AllText(tx, "SELECT "+columns+" FROM news", scanNews); err != nil {
				return err
			}
			for page := (bulletin.Page{Limit: 100}); ; {
				found, err := r.Bulletin.List(tx, bulletin.Filter{Kinds: []string{Kind}}, bulletin.Reader{Resident: true}, page)
				if err != nil {
					return err
				}
				for _, e := range found.Entries {
					entries[e.ID] = e
				}
				if found.Next == "" {
					return nil
				}
				page.After = found.Next
			}
		}))
		if want := len(allTexts()) + bulk; len(records) != want {
			t.Fatalf("%d records, want %d", len(records), want)
		}
		count := map[string]int{}
		for i := range records {
			n := &records[i]
			e, shown := entries[n.ID]
			state := n.Shown(&n.Common, bulletintest.Present)
			if !n.Sample || shown != (state == compose.Published) || shown && !e.Sample {
				t.Errorf("%q: sample %v, %s, shown %v", n.Title, n.Sample, state, shown)
			}
			count[string(state)]++
			for _, v := range n.Variants {
				count[v.Lang]++
			}
			if n.Correction != "" {
				count["corrected"]++
			}
			if n.Audience == bulletin.ForResidents {
				count["residents"]++
			}
			if n.Point != nil {
				count["point"]++
			}
			if e.Image != nil {
				count["picture"]++
			}
		}
		for what, least := range map[string]int{
			"scheduled": 2, "waiting": 1, "withdrawn": 1, "expired": 1, "corrected": 1, "residents": 2, "picture": 15,
			bulletin.LeichteSprache: 8, "en": 6, "point": bulk / 8,
		} {
			if count[what] < least {
				t.Errorf("%d %s, want at least %d", count[what], what, least)
			}
		}
		a := r.Get("", "/aktuelles/"+idOf(records, "Bebauungsplan"))
		if a.Status != http.StatusOK || !strings.Contains(a.Body, "/static/scenes/town-hall.svg") || !strings.Contains(a.Body, "Beispieldaten") {
			t.Errorf("page: %d", a.Status)
		}
	})
}

func idOf(records []News, title string) string {
	newest := slices.MaxFunc(records, func(a, b News) int {
		score := func(n News) int {
			if !strings.HasPrefix(n.Title, title) {
				return 0
			}
			return 1 + len(n.Pictures)
		}
		return cmp.Compare(score(a), score(b))
	})
	return newest.ID
}

// The texts follow the advice that the writing desk gives to others.
func TestSampleTextsFollowOurAdvice(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	orgs := r.withSpeakers()
	titles := map[string]bool{}
	for _, from := range allTexts() {
		n, err := r.sampleNews(context.Background(), orgs, &from)
		if err != nil {
			t.Errorf("%q: %v", from.title, err)
			continue
		}
		if titles[n.Title] {
			t.Errorf("%q comes twice", n.Title)
		}
		titles[n.Title] = true
		for _, f := range compose.Findings(context.Background(), &n.Common, rules) {
			t.Errorf("%q: %s: %s", n.Title, f.Field, f.Text)
		}
		for _, v := range append(n.Variants, compose.Variant{Lang: "de", Title: n.Title, Text: n.Text}) {
			for _, f := range richtext.Check(v.Text, v.Lang) {
				t.Errorf("%q (%s), line %d: %s %s", n.Title, v.Lang, f.Line, f.Code, f.Arg)
			}
			if strings.ContainsAny(v.Title+v.Text, "{}") {
				t.Errorf("%q (%s) has an unknown date", n.Title, v.Lang)
			}
		}
		if from.scene != "" && (!web.Has("scenes/"+from.scene+".svg") || utf8.RuneCountInString(from.alt) < 30) {
			t.Errorf("%q: drawing %q, described by %q", n.Title, from.scene, from.alt)
		}
	}
}

func TestSampleIsTheSameForTheSameSeed(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	orgs := r.withSpeakers()
	made := func(seed uint64) string {
		g, err := r.newGenerator(capability.SampleRun{Seed: seed, Bulk: 300}, orgs)
		must(t, err)
		var out strings.Builder
		for range 300 {
			n := g.next()
			must(t, n.Check())
			if strings.ContainsAny(n.Title+n.Text, "{}") || n.PublishAt.After(bulletintest.Present) || n.PublishAt.Before(bulletintest.Present.AddDate(-bulkYears, 0, -1)) {
				t.Fatalf("%q, %v: %s", n.Title, n.PublishAt, n.Text)
			}
			n.ID = ""
			must(t, json.NewEncoder(&out).Encode(n))
			must(t, json.NewEncoder(&out).Encode(n.Common))
		}
		return out.String()
	}
	if one := made(1); one != made(1) || one == made(2) {
		t.Error("the seed does not decide")
	}
}

func TestSampleDates(t *testing.T) {
	d := dates{today: bulletintest.Present} // a Sunday
	for text, want := range map[string]string{
		"{Mo+0}": "Montag, 23. November", "{So+0}": "Sonntag, 29. November", "{Sa+1}": "Samstag, 5. Dezember",
		"{Sa-1}": "Samstag, 21. November", "{So-1}": "Sonntag, 15. November", "{Mo-2}": "Montag, 9. November",
		"{fri+4}": "Friday, 25 December", "{Monat-2}": "September", "{Monat+2}": "Januar", "{Xy+1}": "{Xy+1}", "{ort}": "{ort}",
	} {
		if got := d.fill(text); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

// A demo region of every hour, and one without the organisations.
func TestSampleNeedsItsSpeakers(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	if err := r.sample(context.Background(), capability.SampleRun{}); err == nil {
		t.Error("organisations are missing, and nobody says so")
	}
	if empty := region.NewDirectory(region.Region{}, nil, nil, nil); (&News{}).sampleScope(empty, &sampleText{village: "leeder"}) == nil {
		t.Error("a village is missing, and nobody says so")
	}
}

// One operation is one generated piece of news, written.
func BenchmarkSample(b *testing.B) {
	r := newRig(b, dbSQLite(b))
	orgs := r.withSpeakers()
	b.ReportAllocs()
	b.ResetTimer()
	must(b, r.sampleBulk(context.Background(), capability.SampleRun{Seed: 1, Bulk: b.N}, orgs))
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "news/s")
}

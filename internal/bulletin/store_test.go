package bulletin_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestPutReplacesAndCounts(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		e := event("a", present.Add(24*time.Hour), 2, func(e *bulletin.Entry) {
			e.Geometry, e.Place = leeder, "Pfarrkirche"
			e.Topics = []string{"Musik"}
			e.Image = &bulletin.Image{URL: "/bild", Alt: "Die Kirche im Schnee"}
			e.Variants = []bulletin.Variant{{Lang: "en", Title: "Concert", Summary: "Come"}}
			e.Scope.VillageID = r.village("leeder")
		})
		r.put(e)
		if e.Revision != 1 {
			t.Errorf("first revision is %d", e.Revision)
		}
		e.Title, e.Topics, e.Times, e.Start = "Konzert", []string{"Advent"}, nil, e.Start.Add(time.Hour)
		r.put(e)
		r.view(func(tx *db.Tx) error {
			got, err := r.Get(tx, "a", bulletin.Reader{})
			if err != nil {
				return err
			}
			if got.Revision != 2 || got.Title != "Konzert" || len(got.Times) != 1 || !got.Times[0].Start.Equal(e.Start) {
				t.Errorf("after the second Put: %+v", got)
			}
			if got.Scope.MunicipalityID != r.municipality("fuchstal") {
				t.Error("the village did not bring its municipality")
			}
			if !orb.Equal(got.Geometry, leeder) || got.Image == nil || got.Image.Alt == "" || len(got.Variants) != 1 {
				t.Errorf("not everything came back: %+v", got)
			}
			n, err := r.Count(tx)
			if n != 1 {
				t.Errorf("there are %d entries", n)
			}
			return err
		})
		same(t, "old topic", r.ids(bulletin.Filter{Topic: "Musik"}, bulletin.Reader{}))
		same(t, "new topic", r.ids(bulletin.Filter{Topic: "Advent"}, bulletin.Reader{}), "a")
	})
}

func TestCheckRefuses(t *testing.T) {
	long := make([]rune, bulletin.MaxTitle+1)
	for name, change := range map[string]func(*bulletin.Entry){
		"title":     func(e *bulletin.Entry) { e.Title = " " },
		"summary":   func(e *bulletin.Entry) { e.Summary = string(make([]rune, bulletin.MaxSummary+1)) },
		"image_alt": func(e *bulletin.Entry) { e.Image = &bulletin.Image{URL: "/x"} },
		"topics":    func(e *bulletin.Entry) { e.Topics = make([]string, 13) },
		"end":       func(e *bulletin.Entry) { e.Start, e.End = present, present.Add(-time.Hour) },
		"expires":   func(e *bulletin.Entry) { e.ExpiresAt = e.PublishedAt.Add(-time.Hour) },
		"audience":  func(e *bulletin.Entry) { e.Audience = bulletin.ForGroup },
	} {
		all := fault.All(news("x", change).Check())
		if len(all) != 1 || all[0].Field != name {
			t.Errorf("%s: %v", name, all)
		}
	}
	if news("x", func(e *bulletin.Entry) { e.Title = string(long) }).Check() == nil {
		t.Error("a long title was accepted")
	}
}

func TestWithdraw(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.put(event("a", present.Add(time.Hour), 1, func(e *bulletin.Entry) { e.Geometry, e.Text = leeder, "Geheimnis" }), news("b"))
		r.flush()
		withdraw := func(key string) error {
			return r.db.Update(context.Background(), func(tx *db.Tx) error { return r.Withdraw(tx, key, "Doppelt eingetragen.") })
		}
		if err := withdraw("nobody"); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("withdrawing nothing: %v", err)
		}
		if err := withdraw("a"); err != nil {
			t.Fatal(err)
		}
		r.flush()
		same(t, "list", r.ids(bulletin.Filter{}, bulletin.Reader{}), "b")
		same(t, "search", r.ids(bulletin.Filter{Query: "Geheimnis"}, bulletin.Reader{}))
		same(t, "calendar", r.times(bulletin.Filter{From: present}))
		same(t, "told on", r.times(bulletin.Filter{From: present, IncludeWithdrawn: true}), "a")
		r.view(func(tx *db.Tx) error {
			if _, err := r.Get(tx, "a", bulletin.Reader{}); fault.KindOf(err) != fault.KindGone {
				t.Errorf("get: %v", err)
			}
			located, err := r.Located(tx, bulletin.Filter{IncludeWithdrawn: true}, bulletin.Reader{}, 10)
			if len(located) != 0 {
				t.Error("the place is still there")
			}
			if err != nil {
				return err
			}
			changes, err := r.Changes(tx, bulletin.Filter{}, bulletin.Reader{}, present.Add(-time.Hour), 10)
			if len(changes) != 1 || changes[0].Summary != "" || changes[0].Correction != "Doppelt eingetragen." || changes[0].Title != "Termin a" {
				t.Errorf("changes: %+v", changes)
			}
			return err
		})
		r.put(news("a", func(e *bulletin.Entry) { e.PublishedAt = present.Add(-time.Minute) }))
		same(t, "published again", r.ids(bulletin.Filter{}, bulletin.Reader{}), "a", "b")
	})
}

func TestVisibleInItsTime(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.put(news("a", func(e *bulletin.Entry) {
			e.PublishedAt, e.ExpiresAt = present.Add(time.Hour), present.Add(2*time.Hour)
		}))
		for _, c := range []struct {
			after time.Duration
			kind  fault.Kind
		}{{0, fault.KindNotFound}, {time.Hour, 0}, {2*time.Hour - time.Second, 0}, {2 * time.Hour, fault.KindGone}} {
			r.clock.Set(present.Add(c.after))
			visible := len(r.ids(bulletin.Filter{}, bulletin.Reader{})) == 1
			if visible != (c.kind == 0) {
				t.Errorf("after %s: visible is %v", c.after, visible)
			}
			r.view(func(tx *db.Tx) error {
				if _, err := r.Get(tx, "a", bulletin.Reader{}); fault.KindOf(err) != c.kind {
					t.Errorf("after %s: %v", c.after, err)
				}
				return nil
			})
		}
	})
}

func TestAudience(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		for i, a := range []bulletin.Audience{bulletin.ForPublic, bulletin.ForResidents, bulletin.ForGroup} {
			r.put(news(string(a), func(e *bulletin.Entry) {
				e.Audience, e.PublishedAt = a, present.Add(-time.Duration(i+1)*time.Hour)
				if a == bulletin.ForGroup {
					e.GroupID = "org-band"
				}
			}))
		}
		for _, c := range []struct {
			who  bulletin.Reader
			want []string
		}{
			{bulletin.Reader{}, []string{"public"}},
			{bulletin.Reader{Resident: true}, []string{"public", "residents"}},
			{bulletin.Reader{Groups: []string{"org-town"}}, []string{"public"}},
			{bulletin.Reader{Resident: true, Groups: []string{"org-town", "org-band"}}, []string{"public", "residents", "group"}},
		} {
			same(t, fmt.Sprintf("%+v", c.who), r.ids(bulletin.Filter{}, c.who), c.want...)
		}
	})
}

func TestScopeByHorizon(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		fuchstal, other := r.municipality("fuchstal"), r.municipality("apfeldorf")
		at := func(m, v string, minutes int) func(*bulletin.Entry) {
			return func(e *bulletin.Entry) {
				e.Scope = bulletin.Scope{MunicipalityID: m, VillageID: v}
				e.PublishedAt = present.Add(-time.Duration(minutes) * time.Minute)
			}
		}
		r.put(news("region", at("", "", 1)), news("fuchstal", at(fuchstal, "", 2)), news("leeder", at(fuchstal, r.village("leeder"), 3)),
			news("asch", at(fuchstal, r.village("asch"), 4)), news("apfeldorf", at(other, "", 5)))
		for _, c := range []struct {
			f    bulletin.Filter
			want []string
		}{
			{bulletin.Filter{}, []string{"region", "fuchstal", "leeder", "asch", "apfeldorf"}},
			{bulletin.Filter{Municipality: fuchstal}, []string{"region", "fuchstal", "leeder", "asch"}},
			{bulletin.Filter{Municipality: fuchstal, Village: r.village("leeder")}, []string{"region", "fuchstal", "leeder"}},
			{bulletin.Filter{Municipality: other}, []string{"region", "apfeldorf"}},
		} {
			same(t, fmt.Sprintf("%+v", c.f), r.ids(c.f, bulletin.Reader{}), c.want...)
		}
	})
}

func TestFilters(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.put(
			news("a", func(e *bulletin.Entry) { e.PublishedAt = present.Add(-48 * time.Hour) }),
			event("b", present.Add(time.Hour), 1, func(e *bulletin.Entry) { e.Geometry = leeder }),
			news("c", func(e *bulletin.Entry) {
				e.InFeed = false
				e.Geometry = orb.Point{10.90, 47.90}
				e.PublishedAt = present.Add(-2 * time.Hour)
			}),
		)
		box := orb.Bound{Min: orb.Point{10.80, 47.93}, Max: orb.Point{10.85, 47.95}}
		for name, c := range map[string]struct {
			f    bulletin.Filter
			want []string
		}{
			"kind":      {bulletin.Filter{Kinds: []string{"event"}}, []string{"b"}},
			"kinds":     {bulletin.Filter{Kinds: []string{"event", "news"}}, []string{"b", "c", "a"}},
			"publisher": {bulletin.Filter{Publisher: "org-band"}, []string{"b"}},
			"slug":      {bulletin.Filter{Publisher: "musikverein-leeder"}, []string{"b"}},
			"feed":      {bulletin.Filter{FeedOnly: true}, []string{"b", "a"}},
			"box":       {bulletin.Filter{Box: &box}, []string{"b"}},
			"from":      {bulletin.Filter{From: present.Add(-3 * time.Hour)}, []string{"b", "c"}},
			"to":        {bulletin.Filter{To: present.Add(-3 * time.Hour)}, []string{"a"}},
			"since":     {bulletin.Filter{UpdatedSince: present.Add(time.Second)}, nil},
		} {
			same(t, name, r.ids(c.f, bulletin.Reader{}), c.want...)
		}
	})
}

func TestCalendarSpans(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		day := time.Date(2026, 12, 4, 23, 0, 0, 0, time.UTC) // midnight of 5 December in the region
		r.put(
			event("allday", day.AddDate(0, 0, -1), 24, func(e *bulletin.Entry) { e.AllDay = true }),
			event("night", day.Add(-time.Hour), 2),
			event("moment", day, 0),
			event("late", day.Add(23*time.Hour), 1),
			event("next", day.Add(24*time.Hour), 1),
			event("years", day.AddDate(-3, 0, 0), 0, func(e *bulletin.Entry) { e.End = day.AddDate(1, 0, 0) }),
			event("over", day.AddDate(-3, 0, 0), 0, func(e *bulletin.Entry) { e.End = day.AddDate(-1, 0, 0) }),
		)
		same(t, "one day", r.times(bulletin.Filter{From: day, To: day.AddDate(0, 0, 1)}), "years", "night", "moment", "late")
	})
}

func TestCollisions(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		at := time.Date(2026, 12, 5, 18, 0, 0, 0, time.UTC)
		weekly := event("weekly", at.AddDate(0, 0, -7), 2, func(e *bulletin.Entry) {
			e.RRule = "FREQ=WEEKLY"
			for i := range 4 {
				start := at.AddDate(0, 0, 7*i-7)
				e.Times = append(e.Times, bulletin.Occurrence{Start: start, End: start.Add(2 * time.Hour)})
			}
			e.Times[2].Status = bulletin.Cancelled
		})
		r.put(weekly, event("self", at, 2), event("before", at.Add(-2*time.Hour), 2),
			event("other", at.Add(time.Hour), 3, func(e *bulletin.Entry) { e.Scope.MunicipalityID = r.municipality("apfeldorf") }),
			event("waste", at, 1, func(e *bulletin.Entry) { e.InFeed = false }),
			event("off", at, 1, func(e *bulletin.Entry) { e.Status = bulletin.Cancelled }),
			event("secret", at, 1, func(e *bulletin.Entry) { e.Audience, e.GroupID = bulletin.ForGroup, "org-band" }))
		span := func(days int) bulletin.Occurrence {
			return bulletin.Occurrence{Start: at.AddDate(0, 0, days), End: at.AddDate(0, 0, days).Add(2 * time.Hour)}
		}
		check := func(who bulletin.Reader, spans []bulletin.Occurrence, want ...string) {
			t.Helper()
			var got []string
			r.view(func(tx *db.Tx) error {
				found, err := r.Collisions(tx, spans, "self", who)
				for _, f := range found {
					got = append(got, f.ID)
				}
				return err
			})
			same(t, "collisions", got, want...)
		}
		check(bulletin.Reader{}, []bulletin.Occurrence{span(0), span(7), span(14)}, "weekly", "other")
		check(bulletin.Reader{}, []bulletin.Occurrence{span(7)})
		check(bulletin.Reader{}, []bulletin.Occurrence{{Start: at.Add(3 * time.Hour)}}, "other")
		check(bulletin.Reader{Groups: []string{"org-band"}}, []bulletin.Occurrence{span(0)}, "secret", "weekly", "other")
	})
}

func TestSearch(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.put(
			news("body", func(e *bulletin.Entry) { e.Text = "Der Wertstoffhof bleibt am Samstag geschlossen." }),
			news("title", func(e *bulletin.Entry) {
				e.Title = "Wertstoffhof: neue Zeiten"
				e.PublishedAt = present.Add(-90 * time.Hour)
			}),
			news("secret", func(e *bulletin.Entry) {
				e.Title, e.Audience = "Wertstoffhof intern Zwetschgenmus", bulletin.ForResidents
			}),
		)
		r.flush()
		same(t, "title first", r.ids(bulletin.Filter{Query: "Wertstoffhof"}, bulletin.Reader{}), "title", "body")
		same(t, "with filter", r.ids(bulletin.Filter{Query: "Wertstoffhof", From: present.Add(-24 * time.Hour)}, bulletin.Reader{}), "body")
		same(t, "nothing", r.ids(bulletin.Filter{Query: "Zwetschgenmus"}, bulletin.Reader{}))
		r.view(func(tx *db.Tx) error {
			found, err := r.List(tx, bulletin.Filter{Query: "Wertstofhof"}, bulletin.Reader{}, bulletin.Page{})
			if found.Corrected == "" || len(found.Entries) == 0 {
				t.Errorf("a typing error finds %d and says %q", len(found.Entries), found.Corrected)
			}
			if err != nil {
				return err
			}
			found, err = r.List(tx, bulletin.Filter{Query: "Zwetschgenmuss"}, bulletin.Reader{}, bulletin.Page{})
			if found.Corrected != "" {
				t.Errorf("the correction %q tells what stands in a hidden entry", found.Corrected)
			}
			return err
		})
	})
}

// TestPagesCoverTheList: whatever the times and the length of pages, the pages
// together are the whole list, once, in order.
func TestPagesCoverTheList(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		var all []*bulletin.Entry
		for i := range 60 {
			all = append(all, news(fmt.Sprintf("e%02d", i*37%60), func(e *bulletin.Entry) {
				e.PublishedAt = present.Add(-time.Duration(i%7) * time.Hour) // many at the same moment
			}))
		}
		r.put(all...)
		whole := r.ids(bulletin.Filter{}, bulletin.Reader{})
		if len(whole) != len(all) {
			t.Fatalf("%d of %d", len(whole), len(all))
		}
		rapid.Check(t, func(rt *rapid.T) {
			limit := rapid.IntRange(1, 70).Draw(rt, "limit")
			var got []string
			err := r.db.View(context.Background(), func(tx *db.Tx) error {
				for after := ""; ; {
					page, err := r.List(tx, bulletin.Filter{}, bulletin.Reader{}, bulletin.Page{After: after, Limit: limit})
					if err != nil {
						return err
					}
					for _, e := range page.Entries {
						got = append(got, e.ID)
					}
					if after = page.Next; after == "" {
						return nil
					}
				}
			})
			if err != nil || !slices.Equal(got, whole) {
				rt.Fatalf("pages of %d: %v, %v", limit, got, err)
			}
		})
		r.view(func(tx *db.Tx) error {
			for _, wrong := range []string{"x", "!", "AAAA", "MS4"} {
				_, err := r.List(tx, bulletin.Filter{}, bulletin.Reader{}, bulletin.Page{After: wrong})
				if wrong != "MS4" && fault.KindOf(err) != fault.KindInvalid {
					t.Errorf("cursor %q: %v", wrong, err)
				}
			}
			return nil
		})
	})
}

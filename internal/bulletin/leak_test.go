package bulletin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
)

// invented is an entry whose key word tells it apart in whatever a page says.
func invented(rt *rapid.T, round, i int) *bulletin.Entry {
	draw := func(name string, n int) int { return rapid.IntRange(0, n).Draw(rt, fmt.Sprint(name, i)) }
	e := event(fmt.Sprintf("r%di%d", round, i), present.Add(time.Duration(draw("start", 72))*time.Hour), 1)
	e.Title = "Gemeinsamwort " + word(round, i)
	e.Geometry, e.Topics = leeder, []string{"Thema"}
	e.Audience = []bulletin.Audience{bulletin.ForPublic, bulletin.ForResidents, bulletin.ForGroup}[draw("audience", 2)]
	if e.Audience == bulletin.ForGroup {
		e.GroupID = []string{"org-band", "org-town"}[draw("group", 1)]
	}
	e.PublishedAt = present.Add(time.Duration(draw("published", 4)-3) * time.Hour)
	if draw("expires", 3) == 0 {
		e.ExpiresAt = e.PublishedAt.Add(time.Duration(1+draw("after", 3)) * time.Hour)
	}
	return e
}

func word(round, i int) string { return fmt.Sprintf("Kennwort%dx%dq", round, i) }

// TestNoLeak: whatever audiences and readers there are, no outlet tells anybody
// of an entry that is not for them, or not yet, or no longer.
func TestNoLeak(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		round := 0
		actors := []people.Actor{
			{}, {AccountID: "a"},
			{AccountID: "b", Roles: map[string]people.Role{"org-band": people.Reader}},
			{AccountID: "c", Roles: map[string]people.Role{"org-town": people.Admin}},
			{Token: true, Organisation: "org-band", Roles: map[string]people.Role{"org-band": people.Editor}},
		}
		rapid.Check(t, func(rt *rapid.T) {
			if round++; round > 25 {
				return // each round adds to the same database; more find nothing new
			}
			n := rapid.IntRange(1, 8).Draw(rt, "n")
			entries := make([]*bulletin.Entry, n)
			withdrawn := rapid.IntRange(0, n).Draw(rt, "withdrawn")
			err := r.db.Update(context.Background(), func(tx *db.Tx) error {
				for i := range entries {
					entries[i] = invented(rt, round, i)
					if err := r.Put(tx, entries[i]); err != nil {
						return err
					}
					if i+1 == withdrawn {
						entries[i].Status = bulletin.Withdrawn
						if err := r.Withdraw(tx, entries[i].ID, ""); err != nil {
							return err
						}
					}
				}
				return nil
			})
			if err != nil {
				rt.Fatal(err)
			}
			r.flush()
			// Several in a row, since what is kept for one must not reach the next.
			for _, at := range rapid.SliceOfN(rapid.IntRange(0, len(actors)-1), 2, 3).Draw(rt, "actors") {
				r.noLeak(rt, actors[at], entries, func(i int) string { return word(round, i) })
			}
		})
	})
}

// noLeak asks every outlet as an actor for every entry.
func (r *rig) noLeak(rt *rapid.T, actor people.Actor, entries []*bulletin.Entry, word func(int) string) {
	who := bulletin.ReaderOf(people.WithActor(context.Background(), actor))
	for i, e := range entries {
		may, public := who.MayRead(e) && e.Visible(present), bulletin.Reader{}.MayRead(e) && e.Visible(present)
		for address, body := range r.told(actor, e.ID, word(i)) {
			open := may
			if shared(address) {
				open = public
			}
			out := !e.PublishedAt.After(present)
			// Who could read an entry once is told by its own address what is gone.
			if strings.HasPrefix(address, "/e/") && who.MayRead(e) && out {
				continue
			}
			// A withdrawal of a public entry is told by feeds and calendars.
			if e.Status == bulletin.Withdrawn && (bulletin.Reader{}).MayRead(e) && out && shared(address) {
				continue
			}
			said := strings.Contains(body, word(i))
			if said && !open {
				rt.Fatalf("%s tells %+v of %+v", address, actor, e)
			}
			if !said && open && strings.HasPrefix(address, "/suche") {
				rt.Fatalf("%s hides from %+v %+v", address, actor, e)
			}
		}
	}
}

func shared(address string) bool {
	return strings.HasPrefix(address, "/feeds") || strings.HasSuffix(address, ".ics")
}

// told is what all outlets say to an actor about an entry.
func (r *rig) told(actor people.Actor, key, word string) map[string]string {
	out := map[string]string{}
	for _, address := range []string{
		"/", "/neues", "/neues?thema=Thema", "/kalender", "/kalender?ansicht=liste", "/karte", "/karte/daten.geojson",
		"/suche?q=" + word, "/feeds/rss", "/feeds/atom", "/feeds/json", "/calendar.ics", "/e/" + key, "/e/" + key + ".jsonld",
	} {
		w := r.get(actor, address)
		body := w.Body.String()
		if strings.HasPrefix(address, "/suche") {
			body = strings.ReplaceAll(body, `value="`+word+`"`, "")
			if i := strings.Index(body, "<main"); i > 0 {
				body = strings.ReplaceAll(body[i:], "q="+word, "")
			}
			body = strings.ReplaceAll(body, "<mark>", "")
		}
		out[address] = body
	}
	ctx := people.WithActor(context.Background(), actor)
	list, err := r.ListJSON(ctx, bulletin.Filter{IncludeWithdrawn: false}, bulletin.Page{Limit: 500})
	if err != nil {
		r.t.Fatal(err)
	}
	raw, err := json.Marshal(list)
	if err != nil {
		r.t.Fatal(err)
	}
	out["/api/v1/entries"] = string(raw)
	return out
}

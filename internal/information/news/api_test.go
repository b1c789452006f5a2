package news

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
)

func TestAPIRefuses(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	for _, tt := range []struct {
		name, actor, body string
		status            int
		field             string // of our own faults, empty for those of the schema
	}{
		{"signed out", "", `{"title":"x","text":"y"}`, 401, ""},
		{"a reading token", "reading", `{"title":"x","text":"y"}`, 403, ""},
		{"a resident", "resident", `{"title":"x","text":"y"}`, 403, ""},
		{"an author publishes", "author", `{"title":"x","text":"y","publisher":"musikverein-leeder"}`, 403, ""},
		{"another organisation", "token", `{"title":"x","text":"y","publisher":"gemeinde-fuchstal"}`, 422, "publisher"},
		{"an unknown organisation", "token", `{"title":"x","text":"y","publisher":"<b>"}`, 422, "publisher"},
		{"no publisher", "editor", `{"title":"x","text":"y"}`, 422, "publisher"},
		{"no title", "token", `{"text":"y"}`, 422, ""},
		{"empty title", "token", `{"title":" ","text":"y"}`, 422, "title"},
		{"no text", "token", `{"title":"x"}`, 422, "text"},
		{"a long title", "token", `{"title":"` + strings.Repeat("x", 201) + `","text":"y"}`, 422, "title"},
		{"an unknown place", "token", `{"title":"x","text":"y","place":"atlantis"}`, 422, "place"},
		{"an unknown street", "token", `{"title":"x","text":"y","place":"leeder","streets":["Nirgendweg"]}`, 422, "streets"},
		{"a point on the moon", "token", `{"title":"x","text":"y","point":[999,999]}`, 422, "lat"},
		{"half a point", "token", `{"title":"x","text":"y","point":[10]}`, 422, ""},
		{"expiry before publication", "token", `{"title":"x","text":"y","publish_at":"2026-12-02T00:00:00Z","expires_at":"2026-12-01T00:00:00Z"}`, 422, "expire-date"},
		{"expired already", "token", `{"title":"x","text":"y","expires_at":"2020-12-01T00:00:00Z"}`, 422, "expire-date"},
		{"a picture that is not there", "token", `{"title":"x","text":"y","pictures":[{"id":"../../etc/passwd","alt":"x"}]}`, 422, "picture"},
		{"half a variant", "token", `{"title":"x","text":"y","variants":[{"lang":"en","title":"x","text":""}]}`, 422, "variants[0].text"},
		{"an unknown state", "token", `{"title":"x","text":"y","state":"famous"}`, 422, ""},
		{"no JSON", "token", `{"title":`, 400, ""},
		{"a list", "token", `[]`, 422, ""},
		{"a text too large for any letter", "token", `{"title":"x","text":"` + strings.Repeat("a", 50_001) + `"}`, 422, "text"},
	} {
		a, out := r.JSON(tt.actor, "POST", apiPath, tt.body)
		if a.Status != tt.status {
			t.Errorf("%s: %d, want %d: %s", tt.name, a.Status, tt.status, a.Body)
		}
		if got, _ := out["field"].(string); tt.field != "" && got != tt.field {
			t.Errorf("%s: field %q, want %q", tt.name, got, tt.field)
		}
	}
	if _, list := r.JSON("", "GET", apiPath, ""); len(list["items"].([]any)) != 0 {
		t.Errorf("something was stored: %v", list)
	}
}

func TestAPILife(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		a, made := r.JSON("token", "POST", apiPath, `{"title":"Konzert <b>heute</b>","text":"Um 19 Uhr.","place":"leeder","topics":["Musik"],"severity":"minor","variants":[{"lang":"en","title":"Concert","text":"At 7."}]}`)
		if a.Status != http.StatusCreated || a.Location != apiPath+"/"+made["id"].(string) {
			t.Fatalf("create: %d %s", a.Status, a.Body)
		}
		one := a.Location
		if made["state"] != "published" || made["publisher"] != "musikverein-leeder" || made["place"] != "leeder" || made["version"] != 1.0 || made["severity"] != "minor" {
			t.Errorf("made %v", made)
		}
		if page := r.Get("", "/aktuelles/"+made["id"].(string)); page.Status != 200 || !strings.Contains(page.Body, "Konzert &lt;b&gt;heute&lt;/b&gt;") {
			t.Errorf("its page: %d", page.Status)
		}
		a, changed := r.JSON("token", "PUT", one, `{"title":"Konzert","text":"Um 20 Uhr.","correction":"Beginn um 20 Uhr.","version":1}`)
		if a.Status != http.StatusOK || changed["version"] != 2.0 || changed["correction"] != "Beginn um 20 Uhr." || changed["publish_at"] != made["publish_at"] {
			t.Errorf("correct: %d %v", a.Status, changed)
		}
		if a, _ := r.JSON("token", "PUT", one, `{"title":"Alt","text":"Alt","version":1}`); a.Status != http.StatusConflict {
			t.Errorf("overtaken: %d", a.Status)
		}
		if a, got := r.JSON("", "GET", one, ""); a.Status != 200 || got["title"] != "Konzert" || got["version"] != 2.0 {
			t.Errorf("read: %d %v", a.Status, got)
		}
		for actor, want := range map[string]int{"": 401, "reading": 403, "outsider": 404, "author": 403} {
			if a, _ := r.JSON(actor, "DELETE", one+"?reason=x", ""); a.Status != want {
				t.Errorf("withdraw as %q: %d, want %d", actor, a.Status, want)
			}
		}
		if a, _ := r.JSON("token", "DELETE", one, ""); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("withdraw without a reason: %d", a.Status)
		}
		if a, _ := r.JSON("token", "DELETE", one+"?reason=Abgesagt", ""); a.Status != http.StatusNoContent {
			t.Errorf("withdraw: %d %s", a.Status, a.Body)
		}
		if a, _ := r.JSON("", "GET", one, ""); a.Status != http.StatusGone {
			t.Errorf("withdrawn: %d", a.Status)
		}
	})
}

func TestAPIDraftsAndList(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		_, draft := r.JSON("author", "POST", apiPath, `{"publisher":"musikverein-leeder","title":"Entwurf","state":"draft"}`)
		one := apiPath + "/" + draft["id"].(string)
		for actor, want := range map[string]int{"": 404, "outsider": 404, "author": 200, "token": 200} {
			if a, _ := r.JSON(actor, "GET", one, ""); a.Status != want {
				t.Errorf("draft as %q: %d, want %d", actor, a.Status, want)
			}
		}
		for i := range 3 {
			r.Clock.Advance(time.Minute)
			if a, _ := r.JSON("token", "POST", apiPath, fmt.Sprintf(`{"title":"Nummer %d","text":"x"}`, i)); a.Status != 201 {
				t.Fatalf("create: %d %s", a.Status, a.Body)
			}
		}
		a, page := r.JSON("", "GET", apiPath+"?limit=2", "")
		items, _ := page["items"].([]any)
		if a.Status != 200 || len(items) != 2 || items[0].(map[string]any)["title"] != "Nummer 2" {
			t.Fatalf("first page: %d %v", a.Status, page)
		}
		_, rest := r.JSON("", "GET", apiPath+"?limit=2&after="+page["next"].(string), "")
		if items := rest["items"].([]any); len(items) != 1 || items[0].(map[string]any)["title"] != "Nummer 0" || rest["next"] != nil {
			t.Errorf("second page: %v", rest)
		}
		for actor, want := range map[string]int{"": 0, "outsider": 0, "author": 1, "token": 1} {
			if _, open := r.JSON(actor, "GET", apiPath+"?state=open", ""); len(open["items"].([]any)) != want {
				t.Errorf("open as %q: %v", actor, open)
			}
		}
		for _, query := range []string{"?place=atlantis", "?after=nonsense", "?limit=0", "?from=gestern", "?publisher=niemand"} {
			if a, _ := r.JSON("", "GET", apiPath+query, ""); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d", query, a.Status)
			}
		}
		if a, _ := r.JSON("author", "DELETE", one, ""); a.Status != http.StatusNoContent {
			t.Errorf("delete a draft: %d", a.Status)
		}
	})
}

// TestConcurrentCreates: all are stored, each with its entry.
func TestConcurrentCreates(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		var wg sync.WaitGroup
		for worker := range 8 {
			wg.Go(func() {
				for i := range 10 {
					if a, _ := r.JSON("token", "POST", apiPath, fmt.Sprintf(`{"title":"%d-%d","text":"x"}`, worker, i)); a.Status != 201 {
						t.Errorf("create: %d %s", a.Status, a.Body)
					}
				}
			})
		}
		wg.Wait()
		var n int
		must(t, r.DB.View(context.Background(), func(tx *db.Tx) (err error) { n, err = r.Bulletin.Count(tx); return err }))
		if n != 80 {
			t.Errorf("%d entries, want 80", n)
		}
	})
}

// BenchmarkCreate is the durable write of one piece of news at 32 connections,
// without the network.
func BenchmarkCreate(b *testing.B) {
	r := newRig(b, dbSQLite(b))
	ctx := people.WithActor(context.Background(), r.Actors["token"])
	in := struct{ Body NewsInput }{NewsInput{Title: "Probe fällt aus", Text: strings.Repeat("Am Freitag ist keine Probe. ", 10), Place: "leeder"}}
	b.SetParallelism(16)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := r.apiCreate(ctx, &in); err != nil {
				b.Error(err)
			}
		}
	})
}

func TestEntryOfNews(t *testing.T) {
	n := News{ID: "n", Source: Source{Name: "Zeitung", URL: "https://zeitung.example/1"}}
	n.Publisher, n.Title, n.Text = "org", "Titel", "## Kopf\n\nErster Satz. Zweiter Satz."
	n.Pictures = []compose.Picture{{ID: "p", Alt: "Eine Linde"}}
	n.Variants = []compose.Variant{{Lang: "en", Title: "Title", Text: "First."}, {Lang: bulletin.LeichteSprache, Title: "Nur Titel"}}
	e := n.entry()
	if e.Link != "/aktuelles/n" || !e.InFeed || e.Summary != "Erster Satz. Zweiter Satz." || e.Image.URL != "/medien/p" || e.SourceName != "Zeitung" {
		t.Errorf("entry %+v", e)
	}
	if len(e.Variants) != 1 || e.Variants[0].Lang != "en" {
		t.Errorf("variants %+v, want only complete ones", e.Variants)
	}
	if !strings.Contains(e.Text, "Kopf") || !strings.Contains(e.Text, "First.") {
		t.Errorf("searchable text %q", e.Text)
	}
}

package bulletin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/feed"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

var resident = people.Actor{AccountID: "a", Name: "Anna"}

// village is a small sample: something for each outlet.
func (r *rig) village1() {
	r.put(
		news("11111111-1111-7111-8111-111111111111", func(e *bulletin.Entry) {
			e.Title, e.Summary = "Wertstoffhof <geschlossen> & verlegt", "Bitte beachten."
			e.Topics = []string{"Abfall"}
			e.Scope.VillageID = r.village("leeder")
			e.Geometry, e.Place = leeder, "Bauhof"
		}),
		event("22222222-2222-7222-8222-222222222222", present.Add(26*time.Hour), 2, func(e *bulletin.Entry) {
			e.Title, e.Place, e.Geometry = "Adventskonzert", "Pfarrkirche", leeder
		}),
		news("33333333-3333-7333-8333-333333333333", func(e *bulletin.Entry) {
			e.Title, e.Audience = "Nur für Bewohner", bulletin.ForResidents
			e.Geometry = leeder
		}),
	)
	r.flush()
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.AddTile(bulletin.Tile{Icon: "bin", MessageKey: "bulletin.today", URL: "/abfall"})
		r.AddToday(func(_ context.Context, _ *db.Tx, p bulletin.Place, day time.Time) ([]ui.Fact, error) {
			return []ui.Fact{{Text: "Biotonne in " + p.Name() + day.Format(" 2.1.")}}, nil
		})
		r.village1()
		const escaped, hidden = "Wertstoffhof &lt;geschlossen&gt; &amp; verlegt", "Nur für Bewohner"
		for _, c := range []struct {
			actor   people.Actor
			address string
			status  int
			want    []string
			not     []string
		}{
			{people.Actor{}, "/", 200, []string{"Guten Morgen, Smart Region AUF.", escaped, "Adventskonzert", `href="/abfall"`, "Ganze Region", "<svg viewBox"}, []string{hidden}},
			{resident, "/", 200, []string{hidden}, nil},
			{people.Actor{AccountID: "b", HomeVillage: r.village("leeder")}, "/", 200, []string{"Guten Morgen, Leeder.", "Biotonne in Leeder 22.11.", "Biotonne in Leeder 23.11.", `href="/?ort=fuchstal"`}, nil},
			{people.Actor{}, "/?ort=leeder", 200, []string{"Guten Morgen, Leeder.", escaped}, nil},
			{people.Actor{}, "/?ort=apfeldorf", 200, []string{"Guten Morgen, Apfeldorf.", "Adventskonzert"}, []string{escaped}},
			{people.Actor{}, "/?ort=atlantis", 422, nil, nil},
			{people.Actor{}, "/neues", 200, []string{escaped, "Adventskonzert", `name="art"`, `type="application/rss+xml"`}, []string{hidden}},
			{people.Actor{}, "/neues?art=event", 200, []string{"Adventskonzert"}, []string{escaped}},
			{people.Actor{}, "/neues?von=gemeinde-fuchstal&thema=Abfall", 200, []string{escaped}, []string{"<b>Adventskonzert"}},
			{people.Actor{}, "/neues?von=niemand", 422, nil, nil},
			{people.Actor{}, "/neues?weiter=%21", 422, nil, nil},
			{people.Actor{}, "/neues?ab=gestern", 422, nil, nil},
			{people.Actor{}, "/neues?bis=2026-11-21", 200, []string{"Hier ist es gerade still."}, []string{escaped}},
			{people.Actor{}, "/neues?ab=2026-11-22&bis=2026-11-22", 200, []string{escaped, `value="2026-11-22"`}, nil},
			{people.Actor{}, "/kalender", 200, []string{"November 2026", "11 Uhr Adventskonzert"}, nil},
			{people.Actor{}, "/kalender?monat=2026-12", 200, []string{"Dezember 2026", "<td", "25</time>"}, []string{"11 Uhr Adventskonzert"}},
			{people.Actor{}, "/kalender?monat=2026-13", 422, nil, nil},
			{people.Actor{}, "/kalender?ansicht=liste", 200, []string{"Montag, 23. November 2026", "Adventskonzert"}, nil},
			{people.Actor{}, "/karte", 200, []string{"data-geojson-url=\"/karte/daten.geojson\"", escaped, "GeoBasis-DE"}, []string{hidden}},
			{people.Actor{}, "/karte/daten.geojson", 200, []string{`"2 Einträge hier"`, `/neues?bbox=10.83`}, []string{hidden}},
			{resident, "/karte/daten.geojson", 200, []string{`"3 Einträge hier"`}, nil},
			{people.Actor{}, "/neues?bbox=10.83,47.94,10.84,47.95", 200, []string{escaped, "Adventskonzert", `name="bbox"`}, []string{hidden}},
			{people.Actor{}, "/neues?bbox=10.9,47.94,10.95,47.95", 200, []string{"Hier ist es gerade still."}, nil},
			{people.Actor{}, "/karte/daten.geojson?art=event", 200, []string{`"title":"Adventskonzert"`, `"tone":"honey"`}, []string{"Wertstoffhof", hidden}},
			{people.Actor{}, "/karte/grundlage.geojson", 200, []string{`"municipality"`, `"village"`, `"street"`, "Leeder"}, nil},
			{people.Actor{}, "/suche", 200, []string{`role="search"`, `name="q"`}[1:], nil},
			{people.Actor{}, "/suche?q=Wertstoffhof", 200, []string{"<mark>Wertstoffhof</mark> &lt;geschlossen&gt;", "Ein Treffer"}, nil},
			{people.Actor{}, "/suche?q=Wertstofhof", 200, []string{"Gesucht wurde nach:", "<b>Wertstoffhof</b>"}, nil},
			{people.Actor{}, "/suche?q=Bewohner", 200, []string{"Nichts gefunden"}, []string{hidden}},
			{resident, "/suche?q=Bewohner", 200, []string{"<mark>Bewohner</mark>"}, nil},
			{people.Actor{}, "/suche?q=%3Cscript%3E", 200, []string{"&lt;script&gt;"}, []string{"<script>"}},
			{people.Actor{}, "/e/11111111-1111-7111-8111-111111111111", 302, nil, nil},
			{people.Actor{}, "/e/33333333-3333-7333-8333-333333333333", 404, nil, []string{hidden}},
			{people.Actor{}, "/e/33333333-3333-7333-8333-333333333333.jsonld", 404, nil, []string{hidden}},
			{resident, "/e/33333333-3333-7333-8333-333333333333/vorschau.png", 404, nil, nil},
			{people.Actor{}, "/e/unbekannt", 404, nil, nil},
			{people.Actor{}, "/robots.txt", 200, []string{"Sitemap: https://example.com/sitemap.xml"}, nil},
			{people.Actor{}, "/sitemap.xml", 200, []string{"https://example.com/veranstaltungen/2222"}, []string{"33333333"}},
			{people.Actor{}, "/sitemap/2.xml", 404, nil, nil},
			{people.Actor{}, "/schreiben", 403, nil, nil},
		} {
			w := r.get(c.actor, c.address)
			body := w.Body.String()
			if w.Code != c.status {
				t.Errorf("%s: status %d, want %d: %.200s", c.address, w.Code, c.status, body)
				continue
			}
			for _, text := range c.want {
				if !strings.Contains(body, text) {
					t.Errorf("%s: %q is missing", c.address, text)
				}
			}
			for _, text := range c.not {
				if strings.Contains(body, text) {
					t.Errorf("%s: %q should not be there", c.address, text)
				}
			}
			if w.Code == 200 && strings.Contains(body, "bulletin.") || strings.Contains(body, "style=\"") {
				t.Errorf("%s: a missing text or an inline style: %s", c.address, around(body, "bulletin.", "style=\""))
			}
		}
	})
}

func around(body string, marks ...string) string {
	for _, m := range marks {
		if i := strings.Index(body, m); i >= 0 {
			return body[max(0, i-60):min(len(body), i+60)]
		}
	}
	return ""
}

// TestKeptAnswersStayApart: what is kept for one address, language or variant is
// never the answer for another.
func TestKeptAnswersStayApart(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.village1()
		const title = "Adventskonzert"
		for range 2 { // the second time from what is kept
			for address, want := range map[string]bool{
				"/feeds/rss": true, "/feeds/rss?geaendert_seit=2026-11-23": false, "/feeds/rss?ab=2026-11-22": true,
				"/feeds/rss?ab=2026-11-22T08:30": false, "/feeds/rss?bis=2026-11-22": true, "/feeds/rss?bis=2026-11-22T07:30": false,
				"/feeds/rss?ort=apfeldorf": true, "/feeds/rss?art=news": false,
				"/karte/daten.geojson?art=event": true, "/karte/daten.geojson?art=event&ab=2026-11-23": false,
			} {
				if got := strings.Contains(r.get(people.Actor{}, address).Body.String(), title); got != want {
					t.Errorf("%s: %v", address, got)
				}
			}
		}
	})
}

// TestHomeFollowsEveryChange: what is kept of the home page goes with the data.
func TestHomeFollowsEveryChange(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		home := func() string { return r.get(people.Actor{}, "/").Body.String() }
		if !strings.Contains(home(), "Hier ist es gerade still.") {
			t.Error("an empty village does not say so")
		}
		e := news("a", func(e *bulletin.Entry) { e.Title = "Erste Fassung" })
		r.put(e)
		if !strings.Contains(home(), "Erste Fassung") {
			t.Error("a new entry is missing")
		}
		e.Title = "Zweite Fassung"
		r.put(e)
		if body := home(); !strings.Contains(body, "Zweite Fassung") || strings.Contains(body, "Erste Fassung") {
			t.Error("a change is missing")
		}
		publishers[0].Name = "Markt Fuchstal"
		r.dress++
		if !strings.Contains(home(), "Markt Fuchstal") {
			t.Error("the new name of the publisher is missing")
		}
		publishers[0].Name = "Gemeinde Fuchstal"
		r.dress++
		e.ExpiresAt = present.Add(10 * time.Minute)
		r.put(e)
		r.clock.Set(present.Add(11 * time.Minute))
		if strings.Contains(home(), "Zweite Fassung") {
			t.Error("an expired entry is still there")
		}
		if !strings.Contains(r.get(resident, "/").Body.String(), "Hier ist es gerade still.") {
			t.Error("an expired entry is still there for residents")
		}
	})
}

func TestPreviousPagesOfTheList(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		for i := range 45 {
			r.put(news(fmt.Sprintf("e%02d", i), func(e *bulletin.Entry) { e.PublishedAt = present.Add(-time.Duration(i) * time.Hour) }))
		}
		seen := map[string]bool{}
		for address, pages := "/", 0; address != ""; pages++ {
			if pages > 3 {
				t.Fatal("the list does not end")
			}
			body := r.get(people.Actor{}, address).Body.String()
			address = ""
			if _, rest, ok := strings.Cut(body, `rel="next" href="`); ok {
				address, _, _ = strings.Cut(rest, `"`)
				address = strings.ReplaceAll(address, "&amp;", "&")
			}
			for i := range 45 {
				if key := fmt.Sprintf("id=\"e-e%02d\"", i); strings.Contains(body, key) {
					seen[key] = true
				}
			}
		}
		if len(seen) != 45 {
			t.Errorf("%d of 45 entries on all pages", len(seen))
		}
	})
}

func TestFeedsTellOfChanges(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		old := present.AddDate(-1, 0, 0)
		r.put(
			news("gone", func(e *bulletin.Entry) { e.Title, e.PublishedAt = "Alte Nachricht", old }),
			news("fixed", func(e *bulletin.Entry) {
				e.Title, e.PublishedAt, e.CorrectedAt, e.Correction = "Preise", old, present, "Der Eintritt kostet 5 Euro."
			}),
			event("off", present.Add(time.Hour), 1, func(e *bulletin.Entry) { e.Title, e.Status = "Tanz", bulletin.Cancelled }),
			news("secret", func(e *bulletin.Entry) { e.Title, e.Audience = "Nur für Bewohner", bulletin.ForResidents }),
		)
		for i := range 60 {
			r.put(news(fmt.Sprint("n", i)))
		}
		err := r.db.Update(context.Background(), func(tx *db.Tx) error { return r.Withdraw(tx, "gone", "") })
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{"rss", "atom", "json"} {
			w := r.get(resident, "/feeds/"+form)
			read, err := feed.Read(w.Body.Bytes(), "https://example.com/feeds/"+form)
			if err != nil {
				t.Fatalf("%s: %v", form, err)
			}
			titles := map[string]feed.Item{}
			for _, item := range read.Items {
				titles[item.Title] = item
			}
			for _, want := range []string{"Zurückgezogen: Alte Nachricht", "Berichtigt: Preise", "Abgesagt: Tanz"} {
				if _, ok := titles[want]; !ok {
					t.Errorf("%s: %q is missing", form, want)
				}
			}
			if !strings.Contains(titles["Berichtigt: Preise"].Summary, "5 Euro") || len(titles) < 50 {
				t.Errorf("%s: %d items, correction %q", form, len(titles), titles["Berichtigt: Preise"].Summary)
			}
			if strings.Contains(w.Body.String(), "Bewohner") {
				t.Errorf("%s tells what only residents may read", form)
			}
		}
		r.clock.Set(present.AddDate(0, 0, 31))
		if strings.Contains(r.get(people.Actor{}, "/feeds/rss").Body.String(), "Alte Nachricht") {
			t.Error("a withdrawal is told for ever")
		}
	})
}

func TestConditionalAnswers(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.village1()
		for _, address := range []string{"/feeds/rss", "/feeds/atom", "/feeds/json", "/calendar.ics", "/sitemap.xml", "/robots.txt", "/e/22222222-2222-7222-8222-222222222222.jsonld"} {
			first := r.get(people.Actor{}, address)
			tag, changed := first.Header().Get("ETag"), first.Header().Get("Last-Modified")
			if first.Code != 200 || tag == "" {
				t.Errorf("%s: %d, tag %q", address, first.Code, tag)
			}
			// The tag stays the same while nothing changes, whatever the clock says.
			r.clock.Advance(5 * time.Minute)
			for _, c := range []struct {
				name, value string
				want        int
			}{
				{"If-None-Match", tag, 304}, {"If-None-Match", `"other", ` + tag, 304}, {"If-None-Match", `"other"`, 200},
				{"If-Modified-Since", changed, 304}, {"If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT", 200}, {"If-Modified-Since", "yesterday", 200},
			} {
				if c.value == "" {
					continue
				}
				w := r.get(people.Actor{}, address, c.name, c.value)
				if w.Code != c.want {
					t.Errorf("%s with %s %q: %d, want %d", address, c.name, c.value, w.Code, c.want)
				}
				if w.Code == 304 && w.Body.Len() > 0 {
					t.Errorf("%s: a body with 304", address)
				}
			}
		}
		before := r.get(people.Actor{}, "/feeds/rss").Header().Get("ETag")
		r.put(news("new"))
		if r.get(people.Actor{}, "/feeds/rss").Header().Get("ETag") == before {
			t.Error("the feed changed and its tag did not")
		}
	})
}

func TestEntryAsData(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.village1()
		const address = "/e/22222222-2222-7222-8222-222222222222"
		w := r.get(people.Actor{}, address, "Accept", "application/ld+json")
		var d map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		if d["@type"] != "Event" || d["eventStatus"] != "https://schema.org/EventScheduled" || d["startDate"] != "2026-11-23T11:00:00+01:00" {
			t.Errorf("event: %v", d)
		}
		if w := r.get(people.Actor{}, address); w.Code != http.StatusFound || w.Header().Get("Location") != "/veranstaltungen/22222222-2222-7222-8222-222222222222" ||
			!strings.Contains(w.Header().Get("Link"), ".jsonld>") {
			t.Errorf("link: %d %v", w.Code, w.Header())
		}
		e := event("x", present, 48, func(e *bulletin.Entry) {
			e.Start, e.AllDay = time.Date(2026, 12, 4, 23, 0, 0, 0, time.UTC), true
			e.End = e.Start.AddDate(0, 0, 2)
			e.Status, e.Audience = bulletin.Moved, bulletin.ForPublic
			e.Title = "</script><b>"
		})
		ctx := i18n.With(context.Background(), r.words.In(i18n.German, r.places.Location()))
		doc, err := r.JSONLD(ctx, "https://x.example", e)
		if err != nil || json.Unmarshal(doc, &d) != nil {
			t.Fatal(err)
		}
		if d["startDate"] != "2026-12-05" || d["endDate"] != "2026-12-06" || d["eventStatus"] != "https://schema.org/EventRescheduled" {
			t.Errorf("whole days: %v", d)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "/x", nil)
		if err != nil {
			t.Fatal(err)
		}
		page, err := r.Page(req, e)
		if err != nil || page.NoIndex || page.Image == "" || bytes.Contains(page.JSONLD, []byte("</script>")) {
			t.Errorf("page: %+v %v", page, err)
		}
		e.Audience = bulletin.ForResidents
		if page, err = r.Page(req, e); err != nil || !page.NoIndex || page.Image != "" {
			t.Errorf("page for residents: %+v %v", page, err)
		}
	})
}

func TestPreviewCard(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.put(event("22222222-2222-7222-8222-222222222222", present.Add(26*time.Hour), 2, func(e *bulletin.Entry) {
			e.Title = strings.Repeat("Donaudampfschifffahrtsgesellschaftskapitänsmützenfest ", 3)
			e.Scope.MunicipalityID = r.municipality("fuchstal")
		}))
		w := r.get(people.Actor{}, "/e/22222222-2222-7222-8222-222222222222/vorschau.png")
		img, err := png.Decode(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if size := img.Bounds().Size(); size.X != 1200 || size.Y != 630 {
			t.Errorf("size %v", size)
		}
	})
}

func TestSitemapIsSplit(t *testing.T) {
	var set struct {
		URLs []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	each(t, func(t *testing.T, r *rig) {
		r.village1()
		if err := xml.Unmarshal(r.get(people.Actor{}, "/sitemap.xml").Body.Bytes(), &set); err != nil {
			t.Fatal(err)
		}
		if len(set.URLs) != 6 {
			t.Errorf("%d addresses, want four pages and two entries", len(set.URLs))
		}
		set.URLs = nil
	})
}

func TestDesk(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		author := people.Actor{AccountID: "a", Roles: map[string]people.Role{"org-band": people.Author}}
		r.AddWriter(bulletin.Writer{Kind: "news", MessageKey: "bulletin.news_title", Icon: "edit", URL: "/schreiben/aktuelles/neu"},
			bulletin.Writer{Kind: "event", MessageKey: "bulletin.calendar_title", URL: "/nur-fuer-leitung", Role: people.Admin})
		if body := r.get(author, "/schreiben").Body.String(); !strings.Contains(body, "Noch nichts geschrieben.") || strings.Contains(body, "/nur-fuer-leitung") {
			t.Error("the empty desk is wrong")
		}
		r.AddDesk(func(_ context.Context, a people.Actor) ([]bulletin.DeskItem, error) {
			return []bulletin.DeskItem{
				{State: bulletin.DeskDraft, Kind: "news", Title: "Mein Entwurf", URL: "/x", Publisher: "org-band", At: present},
				{State: bulletin.DeskWaiting, Kind: "event", URL: "/y", Note: "Bitte Bild ergänzen."},
			}, nil
		})
		body := r.get(author, "/schreiben").Body.String()
		for _, want := range []string{"/schreiben/aktuelles/neu", "Mein Entwurf", "Musikverein Leeder", "Ohne Überschrift", "Wartet auf Freigabe", "Bitte Bild ergänzen."} {
			if !strings.Contains(body, want) {
				t.Errorf("%q is missing", want)
			}
		}
		r.put(news("own", func(e *bulletin.Entry) { e.Publisher, e.Title = "org-band", "Unser Konzert war schön" }),
			news("other", func(e *bulletin.Entry) { e.Title = "Aus dem Rathaus" }))
		body = r.get(author, "/schreiben").Body.String()
		if !strings.Contains(body, "Zuletzt veröffentlicht") || !strings.Contains(body, "Unser Konzert war schön") || strings.Contains(body, "Aus dem Rathaus") {
			t.Error("the desk shows something else than what was published for one's own organisations")
		}
	})
}

func TestPreviews(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		ctx := i18n.With(context.Background(), r.words.In(i18n.German, r.places.Location()))
		e := event("", present.Add(time.Hour), 1, func(e *bulletin.Entry) {
			e.Title, e.Place, e.Geometry, e.Link, e.PublishedAt = "Dorffest", "Maibaum", orb.Point{10.8, 47.9}, "", time.Time{}
		})
		html, err := templ.ToGoHTML(ctx, r.Previews(ctx, e))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(html), "Dorffest"); n < 6 || strings.Contains(string(html), "bulletin.") {
			t.Errorf("%d outlets in %s", n, html)
		}
		if e.ID != "" || e.Link != "" {
			t.Error("the preview changed the entry")
		}
	})
}

func TestCalendarListBeginsToday(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.put(
			event("44444444-4444-7444-8444-444444444444", present.AddDate(0, 0, -20), 2, func(e *bulletin.Entry) { e.Title = "Martinsumzug" }),
			event("55555555-5555-7555-8555-555555555555", present.Add(time.Hour), 2, func(e *bulletin.Entry) { e.Title = "Adventsbasar" }),
			event("66666666-6666-7666-8666-666666666666", present.AddDate(0, 0, -2), 72, func(e *bulletin.Entry) { e.Title = "Ausstellung" }),
		)
		list := r.get(people.Actor{}, "/kalender?ansicht=liste").Body.String()
		for title, want := range map[string]bool{"Martinsumzug": false, "Adventsbasar": true, "Ausstellung": true} {
			if strings.Contains(list, title) != want {
				t.Errorf("%s in the list from today: %v", title, !want)
			}
		}
		if month := r.get(people.Actor{}, "/kalender?ansicht=monat").Body.String(); !strings.Contains(month, "Martinsumzug") {
			t.Error("what is over this month is missing in the month's grid")
		}
	})
}

package news

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
)

// TestLifeOfNews goes the whole way: draft, request, sent back, approved,
// corrected, withdrawn.
func TestLifeOfNews(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		newsID := r.written("author", "save")
		page := "/aktuelles/" + newsID
		if a := r.Get("", page); a.Status != http.StatusNotFound {
			t.Errorf("a stranger reads a draft: %d", a.Status)
		}
		if a := r.Get("author", page); a.Location != page+"/bearbeiten" {
			t.Errorf("the author is led to %q", a.Location)
		}
		if a := r.Post("author", page+"/bearbeiten", r.form("publish", "version", "1")); a.Status != http.StatusForbidden || !strings.Contains(a.Body, "darf nur die Redaktion") {
			t.Errorf("an author publishes alone: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		if a := r.Post("author", page+"/bearbeiten", r.form("submit", "version", "1")); a.Status != http.StatusSeeOther {
			t.Fatalf("ask for approval: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		if n := r.stored(newsID); n.State != compose.Waiting || n.Author != "author" || n.Version != 2 {
			t.Errorf("stored %+v", n.Life)
		}
		if a := r.Post("editor", page+"/bearbeiten", r.form("return", "version", "2")); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("sent back without a reason: %d", a.Status)
		}
		if a := r.Post("editor", page+"/bearbeiten", r.form("return", "version", "2", "reason", "Bitte die Uhrzeit nennen.")); a.Status != http.StatusSeeOther {
			t.Fatalf("send back: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		if a := r.Get("author", page+"/bearbeiten"); !strings.Contains(a.Body, "Bitte die Uhrzeit nennen.") || !strings.Contains(a.Body, "Entwurf") {
			t.Error("the author does not see why it came back")
		}
		r.Clock.Advance(time.Hour)
		if a := r.Post("editor", page+"/bearbeiten", r.form("publish", "version", "3")); a.Location != page {
			t.Fatalf("publish: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		if a := r.Get("", page); a.Status != http.StatusOK || !strings.Contains(a.Body, "Musikverein Leeder") || !strings.Contains(a.Body, "<p>Am Freitag ist keine Probe.</p>") {
			t.Errorf("published: %d", a.Status)
		}
		if n := r.stored(newsID); !n.PublishAt.Equal(bulletintest.Present.Add(time.Hour)) || n.Note != "" {
			t.Errorf("published at %v, note %q", n.PublishAt, n.Note)
		}
		r.Clock.Advance(time.Hour)
		if a := r.Post("editor", page+"/bearbeiten", r.form("publish", "version", "4", "correction", "Die Probe war am Donnerstag.")); a.Status != http.StatusSeeOther {
			t.Fatalf("correct: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		if a := r.Get("", page); !strings.Contains(a.Body, "Die Probe war am Donnerstag.") || !strings.Contains(a.Body, "Berichtigt") {
			t.Error("the correction is not shown")
		}
		if n := r.stored(newsID); !n.PublishAt.Equal(bulletintest.Present.Add(time.Hour)) {
			t.Errorf("a correction moved the time of publication to %v", n.PublishAt)
		}
		if a := r.Post("author", page+"/bearbeiten", r.form("save", "version", "5")); a.Status != http.StatusConflict {
			t.Errorf("an author saves over published news: %d", a.Status)
		}
		if a := r.Post("editor", page+"/bearbeiten", r.form("withdraw", "version", "5", "reason", "Doppelt gemeldet.")); a.Status != http.StatusSeeOther {
			t.Fatalf("withdraw: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		if a := r.Get("", page); a.Status != http.StatusGone || !strings.Contains(a.Body, "Doppelt gemeldet.") {
			t.Errorf("withdrawn: %d %s", a.Status, a.Body)
		}
	})
}

func TestDiscardedDraftIsGone(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		newsID := r.written("author", "save")
		path := "/aktuelles/" + newsID + "/bearbeiten"
		if a := r.Post("author", path, r.form("discard", "version", "7")); a.Status != http.StatusConflict {
			t.Errorf("discarded with a wrong version: %d", a.Status)
		}
		if a := r.Post("author", path, r.form("discard", "version", "1")); a.Status != http.StatusSeeOther {
			t.Fatalf("discard: %d", a.Status)
		}
		if a := r.Get("author", path); a.Status != http.StatusNotFound {
			t.Errorf("still there: %d", a.Status)
		}
	})
}

// TestWhoMayWhat walks every address as every kind of person.
func TestWhoMayWhat(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	draft, published := r.written("author", "save"), r.written("editor", "publish")
	form := func(version string) url.Values { return r.form("check", "version", version) }
	for _, tt := range []struct {
		method, path string
		form         url.Values
		want         map[string]int
	}{
		{"GET", "/aktuelles", nil, map[string]int{"": 302, "author": 302}},
		{"GET", "/aktuelles/" + published, nil, map[string]int{"": 200, "resident": 200, "editor": 200, "outsider": 200}},
		{"GET", "/aktuelles/" + draft, nil, map[string]int{"": 404, "resident": 404, "reader": 404, "outsider": 404, "author": 303, "editor": 303, "operator": 303}},
		{"GET", "/aktuelles/nichts", nil, map[string]int{"": 404, "editor": 404}},
		{"GET", writePath, nil, map[string]int{"": 401, "resident": 403, "reader": 403, "author": 200, "editor": 200, "outsider": 200, "operator": 200}},
		{"POST", writePath, form("0"), map[string]int{"": 401, "resident": 403, "reader": 403, "author": 200, "outsider": 422}},
		{"POST", livePath, form("0"), map[string]int{"": 401, "resident": 403, "author": 200}},
		{"GET", "/aktuelles/" + draft + "/bearbeiten", nil, map[string]int{"": 401, "reader": 403, "outsider": 404, "author": 200, "editor": 200, "operator": 200}},
		{"POST", "/aktuelles/" + draft + "/bearbeiten", form("1"), map[string]int{"": 401, "reader": 403, "outsider": 404, "author": 200, "editor": 200}},
		{"POST", "/aktuelles/" + published + "/bearbeiten", r.form("withdraw", "version", "1", "reason", "x"), map[string]int{"": 401, "outsider": 404, "author": 403}},
	} {
		for actor, want := range tt.want {
			got := 0
			if tt.method == "GET" {
				got = r.Get(actor, tt.path).Status
			} else {
				got = r.Post(actor, tt.path, tt.form).Status
			}
			if got != want {
				t.Errorf("%s %s as %q: %d, want %d", tt.method, tt.path, actor, got, want)
			}
		}
	}
	if n := r.stored(published); n.State != compose.Published {
		t.Errorf("somebody withdrew it: %s", n.State)
	}
}

// TestTwoEditors: the second one is told, keeps every word and can go on.
func TestTwoEditors(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		newsID := r.written("author", "save")
		path := "/aktuelles/" + newsID + "/bearbeiten"
		if a := r.Post("author", path, r.form("save", "version", "1", "title", "Der Erste war schneller")); a.Status != http.StatusSeeOther {
			t.Fatalf("first: %d", a.Status)
		}
		mine := r.form("publish", "version", "1", "title", "Mein Titel", "text", "Mein langer Text, der nicht verloren gehen darf.")
		a := r.Post("editor", path, mine)
		if a.Status != http.StatusConflict {
			t.Fatalf("second: %d", a.Status)
		}
		for _, want := range []string{"Inzwischen hat jemand anderes gespeichert", "Mein Titel", "der nicht verloren gehen darf", "Der Erste war schneller", `name="version" value="2"`} {
			if !strings.Contains(a.Body, want) {
				t.Errorf("the second editor does not see %q", want)
			}
		}
		if n := r.stored(newsID); n.Title != "Der Erste war schneller" || n.State != compose.Draft {
			t.Errorf("overwritten: %q %s", n.Title, n.State)
		}
		mine.Set("version", "2")
		if a := r.Post("editor", path, mine); a.Status != http.StatusSeeOther {
			t.Errorf("second, knowingly: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
	})
}

func TestScheduleAndExpiry(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		newsID := r.written("editor", "publish", "publish-date", "2026-11-23", "publish-time", "07:30", "expire-date", "2026-11-24", "expire-time", "")
		page := "/aktuelles/" + newsID
		n := r.stored(newsID)
		if want := time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC); !n.PublishAt.Equal(want) {
			t.Errorf("appears at %v, want %v", n.PublishAt, want)
		}
		if want := time.Date(2026, 11, 24, 22, 59, 0, 0, time.UTC); !n.ExpiresAt.Equal(want) {
			t.Errorf("disappears at %v, want %v", n.ExpiresAt, want)
		}
		if a := r.Get("", page); a.Status != http.StatusNotFound {
			t.Errorf("too early: %d", a.Status)
		}
		if got := r.deskOf(t, "editor"); len(got) != 1 || got[0].State != bulletin.DeskScheduled {
			t.Errorf("desk: %+v", got)
		}
		r.Clock.Set(time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC))
		if a := r.Get("", page); a.Status != http.StatusOK {
			t.Errorf("in time: %d", a.Status)
		}
		if got := r.deskOf(t, "editor"); len(got) != 0 {
			t.Errorf("desk after publication: %+v", got)
		}
		r.Clock.Set(time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC))
		if a := r.Get("", page); a.Status != http.StatusGone {
			t.Errorf("expired: %d", a.Status)
		}
	})
}

func (r *rig) deskOf(t *testing.T, actor string) []bulletin.DeskItem {
	t.Helper()
	items, err := r.deskItems(context.Background(), r.Actors[actor])
	must(t, err)
	return items
}

func TestDeskShowsOnlyOwnDrafts(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.written("author", "save", "title", "Ein Entwurf")
		r.written("author", "submit", "title", "Bitte freigeben")
		r.written("editor", "publish", "title", "Fertig")
		var states []string
		for _, item := range r.deskOf(t, "author") {
			states = append(states, item.State)
		}
		slices.Sort(states)
		if !slices.Equal(states, []string{bulletin.DeskDraft, bulletin.DeskWaiting}) {
			t.Errorf("the author's desk: %v", states)
		}
		for _, actor := range []string{"", "resident", "reader", "outsider"} {
			if got := r.deskOf(t, actor); len(got) > 0 {
				t.Errorf("%q sees %v", actor, got)
			}
		}
	})
}

func TestPicturesAndFiles(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		type file = struct {
			name string
			data []byte
		}
		files := map[string]file{"picture": {"Dorfplatz.png", picture(t)}, "attachment": {"Programm.pdf", []byte("%PDF-1.7")}}
		kind, body := multi(t, r.form("publish", "attachment-title", "Das Programm"), files)
		a := r.Do("editor", "POST", writePath, kind, body)
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Bild 1 hat keine Beschreibung") {
			t.Fatalf("published without a description: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		pictureID, attachmentID := hidden(a.Body, "picture-id"), hidden(a.Body, "attachment-id")
		if pictureID == "" || attachmentID == "" {
			t.Fatal("the uploads were lost")
		}
		form := r.form("publish", "picture-id", pictureID, "picture-alt-0", "Der Dorfplatz mit der Linde", "picture-credit-0", "Eva Beispiel",
			"attachment-id", attachmentID, "attachment-title-0", "Das Programm")
		a = r.Post("editor", writePath, form)
		if a.Status != http.StatusSeeOther {
			t.Fatalf("publish: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		page := r.Get("", a.Location).Body
		for _, want := range []string{`alt="Der Dorfplatz mit der Linde"`, "Bild: Eva Beispiel", `width="30"`, "Das Programm", "PDF, 1 kB"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		var e bulletin.Entry
		must(t, r.DB.View(context.Background(), func(tx *db.Tx) (err error) {
			e, err = r.Bulletin.Get(tx, strings.TrimPrefix(a.Location, "/aktuelles/"), bulletin.Reader{})
			return err
		}))
		if e.Image == nil || e.Image.Alt != "Der Dorfplatz mit der Linde" {
			t.Errorf("entry's picture: %+v", e.Image)
		}
		// Files of others cannot be shown by their id.
		form.Set("publisher", r.Orgs["gemeinde-fuchstal"])
		if a := r.Post("outsider", writePath, form); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "gehört einer anderen Organisation") {
			t.Errorf("foreign file: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		for _, id := range []string{"scene:../../../etc/passwd", "scene:", "scene:nirgends"} {
			if a := r.Post("editor", writePath, r.form("publish", "picture-id", id, "picture-alt-0", "x")); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("picture %q: %d", id, a.Status)
			}
		}
		// A wrong file is refused with a sentence, and the text stays.
		kind, body = multi(t, r.form("save", "title", "Mein Text bleibt"), map[string]file{"picture": {"a.png", []byte("<svg onload=alert(1)>")}})
		if a := r.Do("author", "POST", writePath, kind, body); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Mein Text bleibt") || !strings.Contains(a.Body, "lässt sich nicht lesen") {
			t.Errorf("wrong picture: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
	})
}

// hidden is the value of the first hidden field of that name.
func hidden(page, name string) string {
	_, rest, _ := strings.Cut(page, `name="`+name+`" value="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func TestVariants(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	if a := r.Post("editor", writePath, r.form("publish", "title-en", "No rehearsal")); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Englisch: Es fehlt der Text.") {
		t.Errorf("half a variant: %d %s", a.Status, bulletintest.Problems(a.Body))
	}
	newsID := r.written("editor", "publish", "title-en", "No rehearsal", "text-en", "No rehearsal on Friday.",
		"title-de-simple", "Keine Probe", "text-de-simple", "Am Freitag ist keine Probe.")
	for path, want := range map[string]string{
		"":                       `<h1 id="titel">Probe fällt aus</h1>`,
		"?sprache=en":            `<h1 id="titel" lang="en">No rehearsal</h1>`,
		"?sprache=de-simple":     `<h1 id="titel" lang="de-simple">Keine Probe</h1>`,
		"?sprache=%22%3E%3Cb%3E": `<h1 id="titel">Probe fällt aus</h1>`,
	} {
		body := r.Get("", "/aktuelles/"+newsID+path).Body
		if !strings.Contains(body, want) || !strings.Contains(body, "Leichte Sprache") {
			t.Errorf("%q lacks %q", path, want)
		}
	}
}

// bareKey is a message key that nobody translated.
var bareKey = regexp.MustCompile(`\b(news|compose|people|bulletin|richtext|ui|fault|kind)\.[a-z_]{3,}`)

func TestEveryWordIsThere(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	waiting, published := r.written("author", "submit"), r.written("editor", "publish", "severity", "3")
	for _, path := range []string{writePath, "/aktuelles/" + waiting + "/bearbeiten", "/aktuelles/" + published, "/aktuelles/" + published + "/bearbeiten"} {
		for _, actor := range []string{"both", "editor"} {
			if found := bareKey.FindAllString(r.Get(actor, path).Body, -1); len(found) > 0 {
				t.Errorf("%s shows keys instead of words: %v", path, found)
			}
		}
	}
	if body := r.Get("", "/aktuelles/"+published).Body; !strings.Contains(body, "Verein") {
		t.Error("the page does not say what kind of publisher speaks")
	}
}

func TestOnlyResidents(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	newsID := r.written("editor", "publish", "audience", "residents")
	if a := r.Get("", "/aktuelles/"+newsID); a.Status != http.StatusNotFound {
		t.Errorf("signed out: %d", a.Status)
	}
	if a := r.Get("resident", "/aktuelles/"+newsID); a.Status != http.StatusOK || !strings.Contains(a.Body, `content="noindex"`) {
		t.Errorf("resident: %d", a.Status)
	}
}

func TestScopeAndPlace(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	village, ok := r.Places.VillageBySlug("leeder")
	if !ok {
		t.Fatal("no Leeder")
	}
	street := r.Places.Streets(village.ID)[0]
	n := r.stored(r.written("editor", "publish", "where", "v:"+village.ID, "streets", strings.ToUpper(street.Name), "place", "Pfarrheim", "topics", "Schule, , Schule,Musik"))
	if n.Scope.VillageID != village.ID || n.Scope.MunicipalityID != village.MunicipalityID || !slices.Equal(n.Scope.Streets, []string{street.ID}) {
		t.Errorf("scope %+v", n.Scope)
	}
	if n.Point == nil || *n.Point != street.Centre {
		t.Errorf("point %v, want that of the street", n.Point)
	}
	if !slices.Equal(n.Topics, []string{"Schule", "Musik"}) {
		t.Errorf("topics %v", n.Topics)
	}
	if n := r.stored(r.written("editor", "publish", "where", "v:"+village.ID)); n.Point != nil {
		t.Errorf("on the map without a place: %v", n.Point)
	}
	if n := r.stored(r.written("editor", "publish", "lat", "47,95", "lon", "10.83")); n.Point == nil || n.Point[1] != 47.95 {
		t.Errorf("typed point: %v", n.Point)
	}
	for field, value := range map[string]string{
		"where": "v:nirgends", "streets": "Gibtsnichtweg", "lat": "north", "publish-date": "31.02.2026", "expire-date": "gestern",
		"audience": "group", "severity": "9", "publisher": "x",
	} {
		a := r.Post("editor", writePath, r.form("publish", field, value))
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `href="#`+field+`"`) {
			t.Errorf("%s=%q: %d %s", field, value, a.Status, bulletintest.Problems(a.Body))
		}
	}
}

// TestMovingToAnotherPublisher needs the role in both.
func TestMovingToAnotherPublisher(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	newsID := r.written("editor", "publish")
	path, form := "/aktuelles/"+newsID+"/bearbeiten", r.form("publish", "version", "1", "publisher", r.Orgs["gemeinde-fuchstal"])
	if a := r.Post("editor", path, form); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("moved to a foreign publisher: %d", a.Status)
	}
	if a := r.Post("both", path, form); a.Status != http.StatusSeeOther {
		t.Errorf("moved as editor of both: %d %s", a.Status, bulletintest.Problems(a.Body))
	}
	if n := r.stored(newsID); n.Publisher != r.Orgs["gemeinde-fuchstal"] {
		t.Errorf("publisher %s", n.Publisher)
	}
}

// hostile is text that must come out as text.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>{{.}}'--` + "\u202e"

func TestHostileTextStaysText(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		form := r.form("publish")
		for _, field := range []string{"title", "text", "place", "topics", "title-en", "text-en", "title-de-simple", "text-de-simple", "correction", "reason"} {
			form.Set(field, hostile)
		}
		form.Set("topics", `"><script>alert(4)`)
		form.Set("text", hostile+"\n\n[klick](javascript:alert(3))\n\n## "+hostile)
		a := r.Post("editor", writePath, form)
		if a.Status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.Status, bulletintest.Problems(a.Body))
		}
		check := func(where, body string) {
			t.Helper()
			for _, bad := range []string{"<script>alert", "<img src=x", "href=\"javascript:", "\u202e"} {
				if strings.Contains(body, bad) {
					t.Errorf("%s lets %q through", where, bad)
				}
			}
		}
		check("page", r.Get("", a.Location).Body)
		check("English page", r.Get("", a.Location+"?sprache=en").Body)
		check("edit form", r.Get("editor", a.Location+"/bearbeiten").Body)
		for field := range r.form("check", "where", "", "streets", "", "lat", "", "lon", "", "publish-date", "", "expire-time", "", "severity", "", "audience", "", "picture-id", "", "attachment-id", "", "picture-lead", "") {
			if field == "action" {
				continue
			}
			a := r.Post("editor", writePath, r.form("publish", field, hostile))
			if a.Status >= 500 {
				t.Errorf("%s: %d", field, a.Status)
			}
			check("form with "+field, a.Body)
			check("live check of "+field, r.Post("editor", livePath, r.form("check", field, hostile)).Body)
		}
		if a := r.Post("editor", writePath, r.form(hostile)); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("unknown button: %d", a.Status)
		}
	})
}

func TestLongAndEmptyTexts(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	for _, tt := range []struct {
		field, value string
		action       string
		status       int
	}{
		{"title", strings.Repeat("ä", 201), "save", 422},
		{"title", strings.Repeat("ä", 200), "save", 303},
		{"text", strings.Repeat("a", compose.MaxText+1), "save", 422},
		{"text", "", "save", 303},
		{"text", " \n\t ", "publish", 422},
		{"title", "\x00\x07", "publish", 422},
		{"topics", strings.Repeat("a,b", 1), "publish", 303},
		{"topics", strings.Repeat("a", 41), "publish", 422},
		{"title-en", strings.Repeat("x", 201), "save", 422},
	} {
		if a := r.Post("editor", writePath, r.form(tt.action, tt.field, tt.value)); a.Status != tt.status {
			t.Errorf("%s of %d bytes: %d, want %d (%s)", tt.field, len(tt.value), a.Status, tt.status, bulletintest.Problems(a.Body))
		}
	}
}

func TestChecksAndPreview(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	text := "### Zu tief\n\nMehr Infos [hier](https://example.org).\n\n" + strings.Repeat("Wort ", 40) + "Ende."
	a := r.Post("author", writePath, r.form("check", "text", text, "text-de-simple", "Dieser Satz hat wirklich viel mehr als zwölf Wörter und ist darum für Leichte Sprache zu lang."))
	if a.Status != http.StatusOK {
		t.Fatalf("check: %d", a.Status)
	}
	for _, want := range []string{"Zeile 1:", "„hier“ sagt nicht", "41 Wörter", "Leichte Sprache, Zeile 1", "Leichte Sprache: Es fehlt die Überschrift", "Probe fällt aus"} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the checks do not say %q", want)
		}
	}
	live := r.Post("author", livePath, r.form("check", "text", text))
	if live.Status != http.StatusOK || strings.Contains(live.Body, "<html") || !strings.Contains(live.Body, "41 Wörter") {
		t.Errorf("live: %d", live.Status)
	}
	if got := r.deskOf(t, "author"); len(got) != 0 {
		t.Errorf("a check stored %v", got)
	}
}

func TestErasedAuthorLeavesTheNews(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	newsID := r.written("editor", "publish")
	part := New(r.Tools)
	for _, table := range part.Tables {
		must(t, table.Check())
	}
	must(t, r.DB.Update(context.Background(), func(tx *db.Tx) error { return eraseAccount(tx, part.Tables, "editor") }))
	if n := r.stored(newsID); n.Author != "" || n.Title == "" {
		t.Errorf("after erasure: author %q, title %q", n.Author, n.Title)
	}
}

func TestAppliedRules(t *testing.T) {
	for _, from := range []compose.State{compose.New, compose.Draft, compose.Waiting, compose.Published, compose.Withdrawn} {
		for _, action := range []compose.Action{compose.Save, compose.Submit, compose.Publish, compose.Return, compose.Withdraw, compose.Discard} {
			n := News{Life: compose.Life{State: from}}
			err := n.apply(change{action: action, now: bulletintest.Present, reason: strconv.Quote("x")}, people.Author)
			if err == nil && (n.State == compose.Published || n.State == compose.Withdrawn) {
				t.Errorf("an author came from %q to %q by %s", from, n.State, action)
			}
			if err != nil && n.State != from {
				t.Errorf("a refused %s changed %q to %q", action, from, n.State)
			}
		}
	}
}

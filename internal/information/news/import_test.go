package news

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/bulletin/intake"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

// rss is a feed as WordPress sites send it.
func rss(items ...string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>` +
		`<title>Musikverein</title><link>https://musikverein.example/</link>` + strings.Join(items, "") + `</channel></rss>`)
}

func rssItem(guid, title, html string) string {
	return `<item><title>` + title + `</title><link>https://musikverein.example/` + guid + `</link><guid isPermaLink="false">` + guid + `</guid>` +
		`<pubDate>Thu, 19 Nov 2026 10:00:00 +0100</pubDate><category>Musik</category><content:encoded><![CDATA[` + html + `]]></content:encoded></item>`
}

type importRig struct {
	*rig
	engine *intake.Engine
}

func newImportRig(t *testing.T, r *rig) *importRig {
	t.Helper()
	e := intake.New(r.Tools)
	e.Register(NewTarget(r.Tools))
	_, err := r.DB.Migrate(context.Background(), db.Migrations{Name: "intake", Files: e.Capability().Migrations})
	must(t, err)
	return &importRig{rig: r, engine: e}
}

func (r *importRig) take(body []byte, options intake.Options) *intake.Run {
	r.t.Helper()
	run, err := r.engine.Import(context.Background(), intake.Request{
		Organisation: r.Orgs["musikverein-leeder"], Name: "musikverein.example", File: "feed.xml", Body: body, Options: &options, Confirm: true,
	})
	must(r.t, err)
	return run
}

// only is the one record there is.
func (r *importRig) only() News {
	r.t.Helper()
	var found []News
	must(r.t, r.DB.View(context.Background(), func(tx *db.Tx) (err error) {
		found, err = db.AllText(tx, "SELECT "+columns+" FROM news", scanNews)
		return err
	}))
	if len(found) != 1 {
		r.t.Fatalf("%d records", len(found))
	}
	return found[0]
}

func TestImportOfAFeed(t *testing.T) {
	each(t, func(t *testing.T, plain *rig) {
		r := newImportRig(t, plain)
		first := rss(rssItem("1", "Unser Fest", "<h2>Danke</h2><p>Es war <b>schön</b>.<script>alert(1)</script></p>"))
		r.take(first, intake.Options{Topics: []string{"Verein"}})
		n := r.only()
		page := r.Get("", n.path())
		for _, want := range []string{"Unser Fest", "<strong>schön</strong>", "musikverein.example", `href="https://musikverein.example/1"`, "Musik", "Verein"} {
			if !strings.Contains(page.Body, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if strings.Contains(page.Body, "alert(1)") || n.Version != 1 || n.PublishAt.UTC().Hour() != 9 {
			t.Errorf("imported as %+v", n)
		}
		r.take(first, intake.Options{Topics: []string{"Verein"}})
		if n := r.only(); n.Version != 1 {
			t.Errorf("the same feed wrote version %d", n.Version)
		}
		r.take(rss(rssItem("1", "Unser Fest", "<p>Es war sehr schön.</p>")), intake.Options{})
		if n := r.only(); n.Version != 2 || n.Text != "Es war sehr schön." {
			t.Errorf("updated to version %d: %q", n.Version, n.Text)
		}
		// Whoever edits here takes over.
		if a := r.Post("editor", n.path()+"/bearbeiten", r.form("publish", "version", "2", "title", "Von Hand")); a.Status != http.StatusSeeOther {
			t.Fatalf("edit: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		r.take(rss(rssItem("1", "Unser Fest", "<p>Es war am schönsten.</p>")), intake.Options{})
		if n := r.only(); n.Title != "Von Hand" || n.Source.Name != "musikverein.example" {
			t.Errorf("the import overwrote the editor: %q from %q", n.Title, n.Source.Name)
		}
	})
}

func TestImportForApproval(t *testing.T) {
	r := newImportRig(t, newRig(t, dbSQLite(t)))
	r.take(rss(rssItem("1", "Unser Fest", "<p>Schön.</p>")), intake.Options{Drafts: true})
	n := r.only()
	if n.State != compose.Waiting {
		t.Fatalf("imported as %s", n.State)
	}
	if a := r.Get("", n.path()); a.Status != http.StatusNotFound {
		t.Errorf("readable before approval: %d", a.Status)
	}
	if items := r.deskOf(t, "editor"); len(items) != 1 {
		t.Errorf("desk: %v", items)
	}
}

func TestTargetFollowsItsSource(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		target, ctx := NewTarget(r.Tools), context.Background()
		src := intake.Source{ID: "s", Organisation: r.Orgs["musikverein-leeder"], Name: "Quelle"}
		item := intake.Item{ExternalID: "1", Data: Imported{Title: "Titel", Text: "Text."}}
		in := func(fn func(tx *db.Tx) error) error { return r.DB.Update(ctx, fn) }
		var newsID string
		must(t, in(func(tx *db.Tx) (err error) { newsID, err = target.Create(tx, src, item); return err }))
		withdraw := func() { must(t, in(func(tx *db.Tx) error { return target.Withdraw(tx, src, newsID) })) }
		update := func() error { return in(func(tx *db.Tx) error { return target.Update(tx, src, newsID, item) }) }
		withdraw()
		if a := r.Get("", "/aktuelles/"+newsID); a.Status != http.StatusGone || !strings.Contains(a.Body, "an der Quelle nicht mehr") {
			t.Errorf("gone at its source: %d %s", a.Status, a.Body)
		}
		version := r.stored(newsID).Version
		withdraw()
		if n := r.stored(newsID); n.Version != version {
			t.Error("withdrawn twice")
		}
		if err := update(); err != nil || r.Get("", "/aktuelles/"+newsID).Status != http.StatusOK {
			t.Errorf("back at its source: %v", err)
		}
		version = r.stored(newsID).Version
		if a := r.Post("editor", "/aktuelles/"+newsID+"/bearbeiten", r.form("withdraw", "version", fmt.Sprint(version), "reason", "Falsch.")); a.Status != http.StatusSeeOther {
			t.Fatalf("withdraw: %d %s", a.Status, bulletintest.Problems(a.Body))
		}
		if err := update(); err != intake.ErrLeft {
			t.Errorf("withdrawn by an editor, then: %v", err)
		}
		if err := in(func(tx *db.Tx) error { return target.Withdraw(tx, src, "01a20244-e800-7098-8756-9735ac4e1965") }); err != nil {
			t.Errorf("withdraw what is not there: %v", err)
		}
	})
}

func TestImportOfOddItems(t *testing.T) {
	r := newImportRig(t, newRig(t, dbSQLite(t)))
	run := r.take(rss(
		rssItem("1", "", "<p>Nur Text, ohne Titel.</p>"),
		rssItem("2", "", ""),
		rssItem("3", strings.Repeat("lang ", 100), strings.Repeat("wort ", 20_000)),
		rssItem("4", "Böse &lt;script&gt;alert(1)&lt;/script&gt;", `<a href="javascript:alert(1)">x</a><img src="http://127.0.0.1/x.png" alt="x" onerror="alert(1)">`),
	), intake.Options{})
	_, list := r.JSON("", "GET", apiPath, "")
	if items := list["items"].([]any); len(items) != 3 {
		t.Fatalf("%d items, run %+v", len(items), run)
	}
	for _, item := range list["items"].([]any) {
		body := r.Get("", strings.TrimPrefix(item.(map[string]any)["url"].(string), "https://region.example")).Body
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "javascript:") || strings.Contains(body, "127.0.0.1") {
			t.Errorf("hostile content in %v", item)
		}
	}
}

func TestWebAddress(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example/x": "https://a.example/x", " http://a.example ": "http://a.example",
		"javascript:alert(1)": "", "data:text/html,x": "", "//a.example": "", "/x": "", "https://u:p@a.example/": "", "https://": "", "%": "",
	} {
		if got := webAddress(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestBrokenItemIsAFault(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	err := r.DB.Update(context.Background(), func(tx *db.Tx) error {
		_, err := NewTarget(r.Tools).Create(tx, intake.Source{ID: "s"}, intake.Item{Data: "?"})
		return err
	})
	if fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("got %v", err)
	}
}

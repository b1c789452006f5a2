package ui

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"dorflinde/internal/platform/i18n"
)

func german(t *testing.T) context.Context { return speaking(t, i18n.German) }

func speaking(t *testing.T, lang i18n.Lang) context.Context {
	t.Helper()
	cat, err := i18n.Load(Messages)
	if err != nil {
		t.Fatal(err)
	}
	return i18n.With(context.Background(), cat.In(lang, time.UTC))
}

func render(t *testing.T, ctx context.Context, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(ctx, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func has(t *testing.T, html string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(html, part) {
			t.Errorf("missing %s in\n%s", part, html)
		}
	}
}

func hasNot(t *testing.T, html string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(html, part) {
			t.Errorf("unwanted %s in\n%s", part, html)
		}
	}
}

var textKey = regexp.MustCompile(`\bt\(ctx, "([a-z_]+)"(\+)?`)

func TestEveryTextExistsInBothLanguages(t *testing.T) {
	texts := map[string]map[string]string{}
	for _, lang := range []string{"de", "en"} {
		raw, err := Messages.ReadFile("messages." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var found map[string]string
		if err := json.Unmarshal(raw, &found); err != nil {
			t.Fatal(err)
		}
		texts[lang] = found
	}
	if de, en := slices.Sorted(maps.Keys(texts["de"])), slices.Sorted(maps.Keys(texts["en"])); !slices.Equal(de, en) {
		t.Errorf("keys differ:\n%v\n%v", de, en)
	}
	files, err := filepath.Glob("*.templ")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, use := range textKey.FindAllStringSubmatch(string(raw), -1) {
			key := "ui." + use[1]
			if use[2] == "" && texts["de"][key] == "" {
				t.Errorf("%s uses %s, which is no message", file, key)
			}
		}
	}
}

func TestLayoutTellsOthersAboutThePage(t *testing.T) {
	ctx := WithShell(german(t), Shell{
		Lang: "de", Theme: "dark", Brand: Brand{Name: "Linde"}, Path: "/a?b=1&c=2",
		Nav: []Link{{Label: "A", URL: "/a", ID: "a"}, {Label: "B", URL: "/b", ID: "b"}}, Stylesheets: []string{"/farben.css"},
	})
	html := render(t, ctx, Layout(Page{
		Title: "Seite <1>", Description: "Worum es geht", Canonical: "https://x.example/a", Image: "https://x.example/i.png", ImageAlt: "Bild",
		Active: "a", NoIndex: true, Feeds: []FeedLink{{Type: "application/rss+xml", Title: "RSS", URL: "/f"}},
		JSONLD: []byte(`{"name":"</script><b>&"}`), Scripts: []string{"map.js"},
	}))
	has(t, html,
		`<html lang="de" data-theme="dark"`, `<title>Seite &lt;1&gt; – Linde</title>`, `rel="canonical" href="https://x.example/a"`,
		`property="og:image" content="https://x.example/i.png"`, `property="og:image:alt" content="Bild"`, `content="summary_large_image"`,
		`type="application/rss+xml" title="RSS" href="/f"`, `name="robots" content="noindex"`, `href="/farben.css"`, `/static/map`,
		`{"name":"\u003c/script\u003e\u003cb\u003e\u0026"}`, `href="/a" aria-current="page"`, `value="/a?b=1&amp;c=2"`,
		`<main id="inhalt"`, `href="#inhalt"`, `rel="manifest"`,
	)
	hasNot(t, html, `href="/b" aria-current`, "</script><b>", "style=", "onclick")
	if strings.Index(html, "/farben.css") < strings.Index(html, "/static/app") {
		t.Error("the municipality's colours come before the theme they override")
	}
}

func TestLayoutWithoutShell(t *testing.T) {
	html := render(t, german(t), Layout(Page{Title: "Seite"}))
	has(t, html, `<html lang="de" data-offline>`, "<title>Seite</title>", `class="brand" href="/"`)
}

func TestFieldNamesItsHintAndError(t *testing.T) {
	html := render(t, german(t), TextInput(Field{Name: "mail", Label: "E-Mail", Hint: "Nur für Rückfragen", Error: "Fehlt", Value: `"><x>`, Autocomplete: "email", Required: true}))
	has(t, html, `for="mail"`, `id="mail-hint"`, `id="mail-error"`, `aria-describedby="mail-hint mail-error"`, `aria-invalid="true"`,
		`autocomplete="email"`, `aria-required="true"`, "Fehler:", `value="&#34;&gt;&lt;x&gt;"`)
	plain := render(t, german(t), TextInput(Field{Name: "a", Label: "A"}))
	hasNot(t, plain, "aria-describedby", "aria-invalid", "aria-required", "<p")
}

func TestErrorSummaryLeadsToTheFirstAnswer(t *testing.T) {
	html := render(t, german(t), ErrorSummary([]FieldError{{ID: "kind", Text: "Wählen Sie"}, {Text: "Allgemein"}}))
	has(t, html, `href="#kind"`, `tabindex="-1"`, "Allgemein")
	radios := render(t, german(t), Radios(Field{Name: "kind", Label: "Art", Value: "b"}, []Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B"}}))
	has(t, radios, `id="kind" name="kind" value="a"`, `id="kind-2" name="kind" value="b" checked`, "<legend")
	if render(t, german(t), ErrorSummary(nil)) != "" {
		t.Error("an empty summary shows something")
	}
}

func TestSelectGroupsNeighbours(t *testing.T) {
	html := render(t, german(t), Select(Field{Name: "v", Label: "Ort", Value: "c"}, []Option{
		{Value: "", Label: "–"}, {Value: "a", Label: "A", Group: "Eins"}, {Value: "b", Label: "B", Group: "Eins"}, {Value: "c", Label: "C", Group: "Zwei"},
	}))
	if strings.Count(html, "<optgroup") != 2 || strings.Count(html, " selected") != 1 {
		t.Errorf("two groups and one chosen expected:\n%s", html)
	}
}

func TestCardAlwaysSaysWhoAndWhen(t *testing.T) {
	card := CardView{ID: "7", URL: "/e/7", Title: "Fest", PublisherName: "Verein", PublishedISO: "2026-11-22", PublishedText: "heute"}
	html := render(t, german(t), Card(card))
	has(t, html, `<article class="entry" aria-labelledby="e-7"`, `<h3 class="head" id="e-7">`, `<time datetime="2026-11-22">heute</time>`, "Verein")
	hasNot(t, html, "Beispieldaten", "pic-box", `class="when"`)

	card.Status, card.Sample, card.HeadingLevel, card.ImageURL, card.URL = "cancelled", true, 2, "/i.jpg", "javascript:alert(1)"
	html = render(t, german(t), Card(card))
	has(t, html, `class="entry pic cancelled"`, "Abgesagt", "Beispieldaten", "<h2", `src="/i.jpg" alt=""`)
	hasNot(t, html, "javascript:")
	has(t, render(t, speaking(t, i18n.English), Card(card)), "Cancelled", "Sample data")
}

func TestPaginationHidesWhatIsNotThere(t *testing.T) {
	if got := render(t, german(t), Pagination("", "")); got != "" {
		t.Errorf("got %s", got)
	}
	html := render(t, german(t), Pagination("", "/x?before=1"))
	has(t, html, `rel="next"`)
	hasNot(t, html, `rel="prev"`)
}

func TestStyleguideShowsEverything(t *testing.T) {
	html := render(t, german(t), Styleguide())
	for _, name := range Icons() {
		if !strings.Contains(html, icons[name]) {
			t.Errorf("icon %s is not shown", name)
		}
	}
	has(t, html, "kern-alert", "error-summary", `class="month"`, `class="steps"`, `class="entry pic"`, "data-map", "next-step", `class="editor"`)
	hasNot(t, html, "ui.", " style=", "<no value>")
	ids := regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(html, -1)
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id[1]] {
			t.Errorf("id %s occurs twice", id[1])
		}
		seen[id[1]] = true
	}
}

func TestUnknownIconShowsNothing(t *testing.T) {
	if got := render(t, german(t), Icon("no-such")); got != "" {
		t.Errorf("got %q", got)
	}
}

var (
	classAttr = regexp.MustCompile(`class="([^"]+)"`)
	cssClass  = regexp.MustCompile(`\.([a-zA-Z][a-zA-Z0-9_-]*)`)
)

// The components and the style sheets live in two folders: no class may be
// used in one and be unknown in the other.
func TestClassesHaveStyles(t *testing.T) {
	styled := map[string]bool{}
	sheets, err := filepath.Glob("../../../web/styles/*.css")
	if err != nil || len(sheets) == 0 {
		t.Fatalf("no style sheets: %v", err)
	}
	for _, sheet := range sheets {
		raw, err := os.ReadFile(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range cssClass.FindAllStringSubmatch(string(raw), -1) {
			styled[m[1]] = true
		}
	}
	// These are hooks for scripts and tests, or plain defaults.
	for _, hook := range []string{"me", "when", "who", "kern-btn--secondary", "kern-form-check__radio", "kern-form-check__checkbox", "now", "open", "corrected", "moved"} {
		styled[hook] = true
	}
	page := render(t, german(t), Styleguide())
	for _, attr := range classAttr.FindAllStringSubmatch(page, -1) {
		for _, class := range strings.Fields(attr[1]) {
			if !styled[class] {
				t.Errorf("class %s has no style", class)
				styled[class] = true
			}
		}
	}
}

func TestMessageKeepsInsideApart(t *testing.T) {
	html := render(t, german(t), Message(MessageView{From: "A", Kind: "note", Text: "eins\r\n\r\nzwei\ndrei <b>"}))
	has(t, html, `class="msg note"`, `<p class="say">eins</p>`, "zwei\ndrei &lt;b&gt;")
	hasNot(t, html, "<time")
}

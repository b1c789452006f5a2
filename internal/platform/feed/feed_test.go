package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func load(t *testing.T, name string) *Feed {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	f, err := Read(raw, "https://verein.example/feed/")
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return f
}

func utc(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// same compares items; times by their moment.
func same(t *testing.T, name string, got, want Item) {
	t.Helper()
	if !got.Published.Equal(want.Published) || !got.Updated.Equal(want.Updated) {
		t.Errorf("%s: times %v, %v", name, got.Published, got.Updated)
	}
	got.Published, got.Updated, want.Published, want.Updated = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
	}
}

func TestReadProducers(t *testing.T) {
	wp := load(t, "wordpress.rss")
	if wp.Title != "Beispielverein Lindengrün" || wp.Link != "https://verein.example" || len(wp.Items) != 1 {
		t.Fatalf("%+v", wp)
	}
	at := utc("2026-11-15T18:30:00Z")
	same(t, "WordPress", wp.Items[0], Item{
		ID: "https://verein.example/?p=123", URL: "https://verein.example/herbstfest/", Title: "Herbstfest & Flohmarkt – Rückblick",
		Summary:   "Es war ein schöner Tag. …",
		HTML:      `<figure><img src="/wp-content/uploads/fest.jpg" alt="Volle Bänke" width="800"/></figure><p>Es war ein <strong>schöner</strong> Tag.</p>`,
		Published: at, Updated: at, Categories: []string{"Feste", "Aktuelles"}, Author: "Vorstand",
		ImageURL: "https://verein.example/wp-content/uploads/fest.jpg", ImageAlt: "Volle Bänke",
	})
	at = utc("2026-11-19T09:00:00Z")
	same(t, "TYPO3", load(t, "typo3.rss").Items[0], Item{
		ID: "news-77", URL: "https://gemeinde.example/aktuelles/detail/wasser?tx_news=1&cHash=ab", Title: "Wasser wird abgestellt",
		Summary: "Am Montag von 8 bis 10 Uhr.", HTML: "<p>Am Montag von 8 bis 10 Uhr.</p>", Published: at, Updated: at,
		Categories: []string{"Bauhof"}, ImageURL: "https://gemeinde.example/fileadmin/wasser.jpg",
	})
	joomla := load(t, "joomla-latin1.rss")
	at = utc("2026-11-18T18:00:00Z") // no zone: Berlin
	if joomla.Title != "Feuerwehr Grünbach (Beispieldaten)" {
		t.Errorf("Latin-1 title %q", joomla.Title)
	}
	same(t, "Joomla", joomla.Items[0], Item{
		ID: "https://feuerwehr.example/uebung", URL: "https://feuerwehr.example/uebung", Title: "Große Übung", Summary: "Alle Züge üben.",
		HTML:      `<img src="https://feuerwehr.example/i.png" alt="Löschzug"/> Alle Züge üben.`,
		Published: at, Updated: at, Author: "Kommandant", ImageURL: "https://feuerwehr.example/i.png", ImageAlt: "Löschzug",
	})
	contao := load(t, "contao.xml")
	at = utc("2026-11-20T07:00:00Z")
	same(t, "Contao", contao.Items[0], Item{
		ID: "https://musik.example/news/probe.html", URL: "https://musik.example/news/probe.html", Title: "Probe & Konzert", Summary: "Wir proben wieder.",
		HTML: "<div><p>Wir <b>proben</b> wieder.</p></div>", Published: at, Updated: at, Author: "Anna Muster",
	})
	if d := contao.Items[1]; !d.Deleted || d.ID != "https://musik.example/news/alt.html" {
		t.Errorf("tombstone %+v", d)
	}
}

func TestReadWordPressExport(t *testing.T) {
	f := load(t, "wordpress-export.xml")
	if len(f.Items) != 5 {
		t.Fatalf("%d items: %+v", len(f.Items), f.Items)
	}
	at := utc("2026-11-15T18:30:00Z")
	same(t, "post", f.Items[0], Item{
		ID: "https://verein.example/?p=1", URL: "https://verein.example/1/", Title: "Eintrag 1", Summary: "Kurz 1", HTML: "Text", Kind: "post", Status: "publish",
		Published: at, Updated: at, Categories: []string{"Feste"}, Author: "Anna Muster", ImageURL: "https://verein.example/b.jpg", ImageAlt: "Bunte Fahnen",
	})
	for i, want := range []struct {
		kind    string
		deleted bool
	}{{"post", false}, {"page", true}, {"event", false}, {"post", true}, {"post", true}} {
		it := f.Items[i]
		if it.Kind != want.kind || it.Deleted != want.deleted || it.Deleted && it.HTML+it.Summary != "" {
			t.Errorf("item %d: %+v", i, it)
		}
	}
	ev := f.Items[2]
	if ev.Start == nil || ev.End == nil || !ev.Start.Equal(utc("2026-12-03T18:30:00Z")) || !ev.End.Equal(utc("2026-12-03T21:00:00Z")) {
		t.Errorf("event %v to %v", ev.Start, ev.End)
	}
}

func TestReadJSON(t *testing.T) {
	f, err := Read([]byte(`{"version":"https://jsonfeed.org/version/1.1","title":"A & B <c>","items":[
		{"id":7,"content_text":"x < y\nz","date_published":"2026-12-03T19:30:00+01:00","author":{"name":"N"},"image":"javascript:1"}]}`), "")
	if err != nil {
		t.Fatal(err)
	}
	at := utc("2026-12-03T18:30:00Z")
	if f.Title != "A & B <c>" {
		t.Errorf("title %q", f.Title)
	}
	same(t, "JSON", f.Items[0], Item{ID: "7", Title: "x < y z", Summary: "x < y z", HTML: "x &lt; y<br>z", Published: at, Updated: at, Author: "N"})
}

func rss(items string) string {
	return "<rss version=\"2.0\"><channel><title>T</title>\n" + items + "</channel></rss>"
}

func TestReadLenient(t *testing.T) {
	for _, c := range []struct{ name, src, title, id string }{
		{"bare ampersand and unknown entity", rss("<item><title>A & B &foo; C&ouml;</title><guid>1</guid></item>"), "A & B &foo; Cö", "1"},
		{"control characters", rss("<item><title>A\x0bB</title><guid>1\x01</guid></item>"), "AB", "1"},
		{"doctype without entities", `<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://example.org/rss-0.91.dtd">` + rss("<item><title>A</title><link>https://a.de/</link></item>"), "A", "https://a.de/"},
		{"calls itself UTF-8, is Windows-1252", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + rss("<item><title>\xdcbung \x84x\x93</title><guid>1</guid></item>"), "Übung „x“", "1"},
		{"byte order mark and blank lines", "\xef\xbb\xbf\n\n" + rss("<item><title>A</title><guid>1</guid></item>"), "A", "1"},
		{"repeated entry", rss("<item><title>A</title><guid>1</guid></item><item><title>B</title><guid>1</guid></item>"), "A", "1"},
		{"markup in the title", rss("<item><title>&lt;b&gt;A&lt;/b&gt;</title><guid>1</guid></item>"), "A", "1"},
		{"no title", rss("<item><description>Nur Text</description><guid>1</guid></item>"), "Nur Text", "1"},
		{"hash", rss("<item><title>A</title></item>"), "A", "sha256:"},
	} {
		f, err := Read([]byte(c.src), "")
		if err != nil || len(f.Items) != 1 || f.Items[0].Title != c.title || !strings.HasPrefix(f.Items[0].ID, c.id) {
			t.Errorf("%s: %+v, %v", c.name, f, err)
		}
	}
}

func TestReadErrors(t *testing.T) {
	bomb := "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [\n<!ENTITY lol \"lol\">\n<!ENTITY lol2 \"&lol;&lol;\">\n]>\n" + rss("<item><title>&lol2;</title></item>")
	for _, c := range []struct {
		name, src, code string
		line            int
	}{
		{"empty", " \n", CodeEmpty, 0},
		{"bomb", bomb, CodeEntities, 5},
		{"external entity", `<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + rss(""), CodeEntities, 1},
		{"parameter entity", `<!DOCTYPE rss [<!entity % x SYSTEM "http://127.0.0.1/">]>` + rss(""), CodeEntities, 1},
		{"wrong end", rss("<item><title>A</titel>\n</item>"), CodeSyntax, 2},
		{"cut off", "<rss><channel>\n<item>\n<title>A", CodeSyntax, 3},
		{"open CDATA", rss("<item><title><![CDATA[A</title></item>"), CodeSyntax, 2},
		{"deep", "<rss>\n" + strings.Repeat("<a>", 200), CodeDepth, 2},
		{"html", "<!DOCTYPE html>\n<html><head><link rel=alternate type='application/rss+xml' href='/feed/'></head>", CodeHTML, 0},
		{"other XML", "<svg/>", CodeUnknown, 0},
		{"text", "Hallo", CodeUnknown, 0},
		{"rss without channel", "<rss/>", CodeUnknown, 0},
		{"JSON", "{\n\"a\":1}", CodeUnknown, 0},
		{"broken JSON", "{\"version\":\n\"x\",,}", CodeSyntax, 2},
		{"JSON of another type", "{\"title\":\n[1]}", CodeSyntax, 2},
	} {
		f, err := Read([]byte(c.src), "https://a.de/")
		var e *Error
		if !errors.As(err, &e) || e.Code != c.code || c.line > 0 && e.Line != c.line {
			t.Errorf("%s: %+v, %v", c.name, f, err)
		}
		if c.code == CodeHTML && e != nil && e.Detail != "https://a.de/feed/" {
			t.Errorf("discovered %q", e.Detail)
		}
	}
}

func TestParseDate(t *testing.T) {
	for src, want := range map[string]string{
		"Thu, 03 Dec 2026 19:30:00 +0100":      "2026-12-03T18:30:00Z",
		"Thu, 03 Dec 2026 19:30:00 GMT":        "2026-12-03T19:30:00Z",
		"Do, 3 Dez 2026 19:30:00 MEZ":          "2026-12-03T18:30:00Z",
		"Fr, 03 Jul 2026 19:30:00 MESZ":        "2026-07-03T17:30:00Z",
		"3 Dec 26 19:30":                       "2026-12-03T18:30:00Z",
		"Donnerstag, 3. Dezember 2026 19:30":   "2026-12-03T18:30:00Z",
		"Thu, 03-Dec-2026 19:30:00 UTC":        "2026-12-03T19:30:00Z",
		"03 Dec 2026":                          "2026-12-02T23:00:00Z",
		"Thu, 3 Dec 2026 19:30:00 +0000 (UTC)": "2026-12-03T19:30:00Z",
		"2026-12-03T19:30:00Z":                 "2026-12-03T19:30:00Z",
		"2026-12-03T19:30:00.123+01:00":        "2026-12-03T18:30:00Z",
		"2026-12-03T19:30+0100":                "2026-12-03T18:30:00Z",
		"2026-12-03T19:30:00+01":               "2026-12-03T18:30:00Z",
		"2026-12-03 19:30:00":                  "2026-12-03T18:30:00Z",
		"2026-07-03 19:30:00":                  "2026-07-03T17:30:00Z",
		"2026-12-03 19:30:00 UTC":              "2026-12-03T19:30:00Z",
		"2026-12-03":                           "2026-12-02T23:00:00Z",
		"03.12.2026 19:30":                     "2026-12-03T18:30:00Z",
		"Do, 03.12.2026 19:30 Uhr":             "2026-12-03T18:30:00Z",
		"1796322600":                           "2026-12-03T18:30:00Z",
	} {
		if got, ok := ParseDate(src); !ok || !got.Equal(utc(want)) {
			t.Errorf("%q = %v, %v; want %s", src, got.UTC(), ok, want)
		}
	}
	for _, bad := range []string{"", "gestern", "32 Dec 2026", "3 Foo 2026", "0000-00-00 00:00:00", "19:30", "2026-02-30", strings.Repeat("1", 200)} {
		if got, ok := ParseDate(bad); ok {
			t.Errorf("%q = %v", bad, got)
		}
	}
}

func sample() Out {
	start, end := utc("2026-12-03T19:30:00+01:00"), utc("2026-12-03T22:00:00+01:00")
	return Out{
		Title: "Aktuelles & mehr", HomeURL: "https://dorf.example/?a=1&b=2", SelfURL: "https://dorf.example/feeds/rss", Description: "Beispieldaten", Language: "de",
		Items: []OutItem{
			{
				ID: "tag:dorf.example,2026:1", URL: "https://dorf.example/1", Title: "Fest <heute> \"&\" \x00\x0b\ufffe]]>", Summary: "Kurz & gut", HTML: "<p>Text &amp; <strong>mehr</strong></p>",
				Published: utc("2026-11-01T08:05:00+01:00"), Updated: utc("2026-11-02T08:05:00+01:00"), Author: "Verein", Categories: []string{"Feste"},
				ImageURL: "https://dorf.example/b.jpg", ImageType: "image/jpeg", Start: &start, End: &end,
			},
			{ID: "urn:uuid:2", Published: utc("2026-10-01T08:00:00Z")},
		},
	}
}

func TestWriteAndReadBack(t *testing.T) {
	for name, write := range map[string]func(io.Writer, Out) error{"RSS": WriteRSS, "Atom": WriteAtom, "JSON": WriteJSON} {
		var b bytes.Buffer
		if err := write(&b, sample()); err != nil {
			t.Fatal(err)
		}
		f, err := Read(b.Bytes(), "")
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, b.String())
			continue
		}
		if f.Title != "Aktuelles & mehr" || f.Link != "https://dorf.example/?a=1&b=2" || len(f.Items) != 2 {
			t.Errorf("%s: %+v", name, f)
			continue
		}
		it := f.Items[0]
		if it.ID != "tag:dorf.example,2026:1" || it.URL != "https://dorf.example/1" || it.Summary != "Kurz & gut" || it.HTML != "<p>Text &amp; <strong>mehr</strong></p>" ||
			it.Author != "Verein" || len(it.Categories) != 1 || !it.Published.Equal(utc("2026-11-01T07:05:00Z")) ||
			it.Start == nil || !it.Start.Equal(*sample().Items[0].Start) || it.End == nil {
			t.Errorf("%s: %+v", name, it)
		}
		if name != "JSON" && it.ImageURL != "https://dorf.example/b.jpg" {
			t.Errorf("%s: picture %q", name, it.ImageURL)
		}
		if err := write(broken{}, sample()); err == nil {
			t.Errorf("%s: a broken target gave no error", name)
		}
		if err := write(io.Discard, Out{}); err != nil {
			t.Errorf("%s: zero value: %v", name, err)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestWriteFollowsTheRules(t *testing.T) {
	var r, a bytes.Buffer
	if err := errors.Join(WriteRSS(&r, sample()), WriteAtom(&a, sample())); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<atom:link href="https://dorf.example/feeds/rss" rel="self" type="application/rss+xml"/>`, `<guid isPermaLink="false">tag:dorf.example,2026:1</guid>`,
		"<pubDate>Sun, 01 Nov 2026 08:05:00 +0100</pubDate>", "<lastBuildDate>Mon, 02 Nov 2026 08:05:00 +0100</lastBuildDate>",
		"<title>Fest &lt;heute&gt; &#34;&amp;&#34; ]]&gt;</title>", `<enclosure url="https://dorf.example/b.jpg" length="0" type="image/jpeg"/>`,
	} {
		if !strings.Contains(r.String(), want) {
			t.Errorf("RSS lacks %s:\n%s", want, r.String())
		}
	}
	for _, want := range []string{
		`<id>https://dorf.example/feeds/rss</id>`, `<link rel="self" type="application/atom+xml" href="https://dorf.example/feeds/rss"/>`,
		"<updated>2026-11-02T07:05:00Z</updated>", "<author><name>Verein</name>", `<content type="html">&lt;p&gt;`, "<title>urn:uuid:2</title>", `xml:lang="de"`,
	} {
		if !strings.Contains(a.String(), want) {
			t.Errorf("Atom lacks %s:\n%s", want, a.String())
		}
	}
}

func TestEveryCodeHasASentence(t *testing.T) {
	for _, lang := range []string{"de", "en"} {
		raw, err := Messages.ReadFile("messages." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]string
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		for _, c := range Codes {
			if m["feed."+c] == "" {
				t.Errorf("%s: no sentence for %s", lang, c)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, n := range names {
		raw, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1","items":[{"id":1}]}`))
	f.Add([]byte(rss("<item><title>A & B</title></item>")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := Read(raw, "https://a.de/")
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Code == "" {
				t.Fatal(err)
			}
			return
		}
		seen := map[string]bool{}
		for _, it := range got.Items {
			if it.ID == "" || seen[it.ID] || it.URL != "" && !strings.HasPrefix(it.URL, "http") || it.ImageURL != "" && !strings.HasPrefix(it.ImageURL, "http") {
				t.Fatalf("%+v", it)
			}
			seen[it.ID] = true
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"Thu, 03 Dec 2026 19:30:00 +0100", "2026-12-03T19:30:00Z", "3. Dezember 2026", "1796322600"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, ok := ParseDate(s); ok && (got.Year() < 0 || got.Year() > 10000) {
			t.Fatalf("%q = %v", s, got)
		}
	})
}

// FuzzWrite: whatever is written stays well-formed.
func FuzzWrite(f *testing.F) {
	f.Add("T", "<p>x</p>", "https://a.de/")
	f.Add("\x00]]>", "&\ufffe", "\"'")
	f.Fuzz(func(t *testing.T, title, html, link string) {
		out := Out{Title: title, HomeURL: link, SelfURL: link, Items: []OutItem{{ID: title, URL: link, Title: title, HTML: html, Author: title, Categories: []string{html}}}}
		for _, write := range []func(io.Writer, Out) error{WriteRSS, WriteAtom} {
			var b bytes.Buffer
			if err := write(&b, out); err != nil {
				t.Fatal(err)
			}
			d := xml.NewDecoder(&b)
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
		}
		var b bytes.Buffer
		if err := WriteJSON(&b, out); err != nil || !json.Valid(b.Bytes()) {
			t.Fatal(err)
		}
	})
}

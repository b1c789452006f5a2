package richtext

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func TestHTML(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"empty", "", ""},
		{"paragraphs and line breaks", "Eins\nzwei\n\ndrei", "<p>Eins<br>\nzwei</p>\n<p>drei</p>\n"},
		{"headings", "# A\n## B ##\n### C\n#### D", "<h2>A</h2>\n<h2>B</h2>\n<h3>C</h3>\n<h3>D</h3>\n"},
		{"empty heading is nothing", "##\nText", "<p>Text</p>\n"},
		{"hashtag is text", "#Dorffest ist da", "<p>#Dorffest ist da</p>\n"},
		{"bold", "Das ist **sehr wichtig** heute", "<p>Das ist <strong>sehr wichtig</strong> heute</p>\n"},
		{"bold beside lone stars", "2 ** 3 und **fett**", "<p>2 ** 3 und <strong>fett</strong></p>\n"},
		{"bold in a heading", "## A **b**", "<h2>A <strong>b</strong></h2>\n"},
		{"bold without end", "**offen", "<p>**offen</p>\n"},
		{"gender star", "Bürger*innen und Nutzer*innen", "<p>Bürger*innen und Nutzer*innen</p>\n"},
		{"underscores", "snake_case_name und _so_", "<p>snake_case_name und _so_</p>\n"},
		{"list", "Bitte mitbringen:\n- Besen\n* Eimer\n• Lappen\n\n- Tuch\nEnde", "<p>Bitte mitbringen:</p>\n<ul>\n<li>Besen</li>\n<li>Eimer</li>\n<li>Lappen</li>\n<li>Tuch</li>\n</ul>\n<p>Ende</p>\n"},
		{"numbers", "1. eins\n2. zwei\n3) drei", "<ol>\n<li>eins</li>\n<li>zwei</li>\n<li>drei</li>\n</ol>\n"},
		{"date is no list", "24. Dezember\n12. Mai: Maibaum", "<p>24. Dezember<br>\n12. Mai: Maibaum</p>\n"},
		{"nested list", "- a\n  - b\n  - c\n- d", "<ul>\n<li>a\n<ul>\n<li>b</li>\n<li>c</li>\n</ul>\n</li>\n<li>d</li>\n</ul>\n"},
		{"second line of a point", "- a\n  b\n- c", "<ul>\n<li>a<br>\nb</li>\n<li>c</li>\n</ul>\n"},
		{"escaped marks", `\- kein Punkt` + "\n\n" + `\*\*nicht fett\*\*` + "\n\n" + `1\. x`, "<p>- kein Punkt</p>\n<p>**nicht fett**</p>\n<p>1. x</p>\n"},
		{"backslash of a path", `C:\Daten`, "<p>C:\\Daten</p>\n"},
		{"link", "[Satzung](https://a.de/x?a=1&b=2)", `<p><a href="https://a.de/x?a=1&amp;b=2" rel="nofollow noopener">Satzung</a></p>` + "\n"},
		{"link inside", "[Termine](/events#x)", `<p><a href="/events#x">Termine</a></p>` + "\n"},
		{"bold link", "**[A](https://a.de)**", `<p><strong><a href="https://a.de" rel="nofollow noopener">A</a></strong></p>` + "\n"},
		{"bare address", "Siehe https://a.de/b_(c). Oder (www.x.de)!", `<p>Siehe <a href="https://a.de/b_(c)" rel="nofollow noopener">https://a.de/b_(c)</a>. Oder (<a href="https://www.x.de" rel="nofollow noopener">www.x.de</a>)!</p>` + "\n"},
		{"mail", "An info@gemeinde-fuchstal.de.", `<p>An <a href="mailto:info@gemeinde-fuchstal.de">info@gemeinde-fuchstal.de</a>.</p>` + "\n"},
		{"no mail", "Preis @ 5 und @verein und a@b", "<p>Preis @ 5 und @verein und a@b</p>\n"},
		{"javascript", "[x](javascript:alert(1)) [y](data:text/html,x) [z](JaVaScRiPt:1)", "<p>x y z</p>\n"},
		{"other site in disguise", "[x](//boese.de) [y](/\\boese.de)", "<p>x y</p>\n"},
		{"phone", "[Anrufen](tel:+498243960)", `<p><a href="tel:+498243960">Anrufen</a></p>` + "\n"},
		{"raw HTML", `<b>x</b> <script>alert(1)</script> & "y"`, "<p>&lt;b&gt;x&lt;/b&gt; &lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;y&#34;</p>\n"},
		{"image syntax is a link with a mark", "![Bild](https://a.de/b.jpg)", `<p>!<a href="https://a.de/b.jpg" rel="nofollow noopener">Bild</a></p>` + "\n"},
		{"entity is text", "R&B &amp; &nbsp;", "<p>R&amp;B &amp;amp; &amp;nbsp;</p>\n"},
		{"line ends of Windows and Mac", "a\r\nb\rc", "<p>a<br>\nb<br>\nc</p>\n"},
		{"direction override removed", "a\u202egpj.exe", "<p>agpj.exe</p>\n"},
		{"broken UTF-8", "a\xffb", "<p>a\uFFFDb</p>\n"},
	} {
		if got := HTML(c.src); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
	if got := HTMLAt("## a\n### b", 4); got != "<h4>a</h4>\n<h5>b</h5>\n" {
		t.Errorf("HTMLAt: %q", got)
	}
}

func TestPlain(t *testing.T) {
	src := "## Titel\n\nKommt **alle** zum [Fest](https://a.de/f)!\nUm 19 Uhr.\n\n1. eins\n2. zwei\n   - tief"
	if got, want := Plain(src), "Titel\n\nKommt alle zum Fest!\nUm 19 Uhr.\n\n1. eins\n2. zwei\n  - tief"; got != want {
		t.Errorf("got %q", got)
	}
	if got := PlainWithLinks("Zum [Fest](https://a.de/f), [Mail](mailto:a@b.de), https://x.de/y"); got != "Zum Fest (https://a.de/f), Mail (a@b.de), https://x.de/y" {
		t.Errorf("got %q", got)
	}
}

func TestSummary(t *testing.T) {
	for _, c := range []struct {
		src  string
		n    int
		want string
	}{
		{"## Titel\n\nKurzer **Text**.", 50, "Kurzer Text."},
		{"Die Straße nach Leeder ist gesperrt.", 20, "Die Straße nach…"},
		{"Die Straße nach Leeder", 22, "Die Straße nach Leeder"},
		{"Donaudampfschifffahrtsgesellschaft", 10, "Donaudamp…"},
		{"Es gibt:\n- Kuchen\n- Kaffee", 80, "Es gibt: Kuchen, Kaffee"},
		{"- Gesperrt ab 8 Uhr.\n- Parken am Friedhof\n- Umleitung", 80, "Gesperrt ab 8 Uhr. Parken am Friedhof, Umleitung"},
		{"x", 0, ""},
		{"", 10, ""},
	} {
		if got := Summary(c.src, c.n); got != c.want {
			t.Errorf("Summary(%q, %d) = %q, want %q", c.src, c.n, got, c.want)
		}
	}
}

func TestFromHTML(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"plain text", "Hallo\nWelt\n\nzwei", "Hallo\nWelt\n\nzwei"},
		{"paragraphs", "<p>Eins&nbsp;zwei</p>\n\n<p>drei<br />vier</p>", "Eins zwei\n\ndrei\nvier"},
		{"headings", "<h1>A</h1><h2>B</h2><h4>C <b>d</b></h4>", "## A\n\n## B\n\n### C d"},
		{"bold spaces move out", "Das<strong> ist </strong>gut<b></b>", "Das **ist** gut"},
		{"bold around blocks", "<strong><p>a</p><p>b</p></strong>", "**a**\n\n**b**"},
		{"lists", "<ul><li>a</li><li><p>b</p><ol><li>c</li><li>d</li></ol></li><li></li></ul>", "- a\n- b\n  1. c\n  2. d"},
		{"empty first point", "<ol><li></li><li>a</li><li>b</li></ol>", "1. a\n2. b"},
		{"link", `<a href="https://a.de/x_(1)">Die <b>Satzung</b></a>`, "[Die Satzung](https://a.de/x_%281%29)"},
		{"bare link", `<a href="https://a.de/x">https://a.de/x</a> <a href="mailto:a@b.de">a@b.de</a>`, "https://a.de/x a@b.de"},
		{"relative and hostile links become text", `<a href="/x">a</a> <a href="javascript:alert(1)">b</a>`, "a b"},
		{"table of hours", "<table><tbody><tr><th>Mo</th><td>8–12</td></tr>\n<tr><th>Di:</th><td>14–18</td></tr><tr><td></td></tr></tbody></table>", "Mo: 8–12\nDi: 14–18"},
		{"table of three", "<table><tr><td>a</td><td>b</td><td>c</td></tr></table>", "a | b | c"},
		{"dropped", "<style>p{}</style><script>x()</script><p>Text</p><form><input value=x>y</form><iframe src=x></iframe><!-- c -->", "Text"},
		{"hidden", `<p>Text <span style="display: none">geheim</span></p>`, "Text"},
		{"shortcodes", "[caption id=\"a\" width=\"3\"]<img src=x> Unterschrift[/caption][gallery ids=\"1,2\"]\n<p>T [3]</p>", "Unterschrift\n\nT [3]"},
		{"entities", "&Uuml;ber &bdquo;uns&ldquo; &#8211; &amp;amp;", "Über „uns“ – &amp;"},
		{"soft hyphen", "Ge&shy;mein&shy;de", "Gemeinde"},
		{"text that looks like marks", "<p># 1 im Ort</p><p>- minus</p><p>24. Mai</p><p>a**b**</p>", "\\# 1 im Ort\n\n\\- minus\n\n24\\. Mai\n\na\\*\\*b\\*\\*"},
		{"appeared first", `<p>Text.</p><p>Der Beitrag <a href="https://a.de/b">B</a> erschien zuerst auf <a href="https://a.de">Verein</a>.</p>`, "Text."},
		{"more link", `<p>Anfang des Textes [&hellip;] <a href="https://a.de/b" class="more-link">Weiterlesen <span>„B“</span></a></p>`, "Anfang des Textes …"},
		{"more paragraph", `<p>Text</p><p><a href="https://a.de">Weiterlesen …</a></p>`, "Text"},
		{"dots", "<p>Anfang [&#8230;]</p>", "Anfang …"},
		{"more stays inside a text", "<p>Wer weiterlesen will, geht in die Bücherei.</p>", "Wer weiterlesen will, geht in die Bücherei."},
		{"definition list", "<dl><dt>Ort</dt><dd>Halle</dd></dl>", "**Ort**\n\nHalle"},
		{"nested divs", "<div><div>a</div>b<div>c</div></div>", "a\n\nb\n\nc"},
	} {
		if got := FromHTML(c.src); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
	deep := strings.Repeat("<div>", 20000) + "Text" + strings.Repeat("</div>", 20000)
	if got := FromHTML(deep); !strings.Contains(got, "Text") {
		t.Errorf("deep nesting lost the text: %.100q", got)
	}
}

func TestFromWordPressPage(t *testing.T) {
	src, err := os.ReadFile(filepath.Join("testdata", "wordpress.html"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("testdata", "wordpress.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if got := FromHTML(string(src)) + "\n"; got != string(want) {
		t.Errorf("got\n%s", got)
	}
}

func TestCheck(t *testing.T) {
	long := "Wir laden alle Menschen aus dem Dorf und aus den Orten rund um das Dorf sehr herzlich zu unserem Fest am Samstag vor der neuen Halle mit viel Musik ein."
	for _, c := range []struct {
		name, src, lang string
		want            []Finding
	}{
		{"good", "## Fest\n\nWir feiern am 3. Dezember um 19.30 Uhr, z. B. mit Musik.\n\n### Ort\n\nHalle, [Lageplan der Halle](https://a.de)", "de", nil},
		{"skipped", "### Klein\n\nText", "de", []Finding{{HeadingSkipped, 1, "Klein"}}},
		{"empty heading", "## A\n\n##\n", "de", []Finding{{HeadingEmpty, 3, ""}}},
		{"link texts", "Mehr [hier](https://a.de) und [» Mehr](/x)\n[click here](/y)", "de", []Finding{{LinkText, 1, "hier"}, {LinkText, 1, "» Mehr"}, {LinkText, 2, "click here"}}},
		{"bare", "Siehe https://a.de/x und info@a.de", "de", []Finding{{LinkBare, 1, "https://a.de/x"}}},
		{"address as label", "[www.a.de](https://a.de)", "de", []Finding{{LinkBare, 1, "www.a.de"}}},
		{"no target", "[Plan]() [Liste](liste.pdf)", "de", []Finding{{LinkTarget, 1, "Plan"}, {LinkTarget, 1, "Liste"}}},
		{"long sentence", "Kurz.\n" + long, "de", []Finding{{SentenceLong, 2, "30"}}},
		{"easy", "Das ist ein Satz mit mehr als zwölf Wörtern und das ist schwer.", Easy, []Finding{{SentenceLong, 1, "13"}}},
		{"same words, not easy", "Das ist ein Satz mit mehr als zwölf Wörtern und das ist schwer.", "de", nil},
		{"capitals", "ACHTUNG WICHTIG heute", "de", []Finding{{Capitals, 1, "ACHTUNG WICHTIG"}}},
		{"abbreviations", "TSV und ADAC. TSV ADAC THW", "de", nil},
		{"long paragraph", strings.Repeat("Das ist ein Satz. ", 40), "de", []Finding{{ParagraphLong, 1, "160"}}},
		{"in a list", "- [hier](https://a.de)\n  - AB CDEFG", "de", []Finding{{LinkText, 1, "hier"}, {Capitals, 2, "AB CDEFG"}}},
	} {
		if got := Check(c.src, c.lang); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestSentences(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
	}{
		{"Am 3. Dezember um 19.30 Uhr. Danach Tee.", 2},
		{"Das gilt z. B. für Dr. Maier bzw. St. Leonhard.", 1},
		{"Wirklich? Ja! Gut…", 3},
		{"„Kommen Sie!“ Das sagte er.", 2},
		{"So ist das so. Und so weiter.", 2},
		{"Seit 2026. Neu", 2},
		{"www.a.de ist da", 1},
		{"", 0},
	} {
		n := 0
		for range sentences(c.text) {
			n++
		}
		if n != c.n {
			t.Errorf("%q: %d sentences, want %d", c.text, n, c.n)
		}
	}
}

func TestReadability(t *testing.T) {
	for word, want := range map[string]int{"Haus": 1, "Bauer": 2, "Region": 3, "Gemeinde": 3, "Mülleimer": 3, "Quelle": 2, "Feuerwehr": 3, "Tee": 1, "b": 1, "Bürgermeisterin": 5} {
		if got := syllables(word); got != want {
			t.Errorf("%s: %d syllables, want %d", word, got, want)
		}
	}
	// By hand: 5 words, 1 sentence, no word of three syllables, "Besuch" has six
	// letters, three words of one syllable.
	r := Readability("Der Besuch kam ins Rathaus.")
	want := 0.1672*5 + 0.1297*20 - 0.0327*60 - 0.875
	if r.Words != 5 || r.Sentences != 1 || math.Abs(r.Vienna-want) > 1e-9 {
		t.Errorf("got %+v, want %f", r, want)
	}
	hard := Readability("Die Verwaltungsgemeinschaft veröffentlicht Bekanntmachungen zur Flächennutzungsplanung ausschließlich elektronisch.")
	if hard.Vienna < r.Vienna+5 {
		t.Errorf("hard text %f, easy text %f", hard.Vienna, r.Vienna)
	}
	if (Readability("## Titel") != Reading{}) {
		t.Error("a text without words must be zero")
	}
}

func TestEveryFindingHasASentence(t *testing.T) {
	for _, lang := range []string{"de", "en"} {
		raw, err := Messages.ReadFile("messages." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]string
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		for _, c := range FindingCodes {
			if m["richtext."+c] == "" {
				t.Errorf("%s: no sentence for %s", lang, c)
			}
		}
	}
}

func TestSecondNet(t *testing.T) {
	for _, good := range []string{"<p>a &lt; b</p>", `<a href="/x">y</a>`, `<p><a href="https://a.de" rel="nofollow noopener">x</a><br></p>`} {
		if !known(good) || net(good) != good {
			t.Errorf("%q is not left alone", good)
		}
	}
	for bad, want := range map[string]string{
		"<p>a<script>alert(1)</script></p>": "<p>a</p>", `<p onclick="x">a</p>`: "<p>a</p>", `<a href="javascript:x">a</a>`: "a",
		`<a href="https://a.de" onclick="x">a</a>`: `<a href="https://a.de">a</a>`, "<img src=x>": "", "<P>a</P>": "<p>a</p>", `<a href='data:x'>a</a>`: "a",
	} {
		if got := net(bad); known(bad) || got != want {
			t.Errorf("%q became %q", bad, got)
		}
	}
}

// post is a text of about 2 kB with everything in it.
var post = strings.Repeat("## Dorffest am Samstag\n\nKommt **alle** zum Fest, es gibt:\n- Kuchen vom [Frauenbund](https://a.de/f)\n- Musik\n\nFragen an info@verein.de oder https://www.verein.de/fest. Die Straße ist von 14 bis 22 Uhr gesperrt, bitte nehmen Sie den Umweg über Leeder.\n\n", 8)[:2000]

// pathological texts must not take more than linear time.
func TestHostileTextsAreFast(t *testing.T) {
	for _, s := range []string{"**", "[", "[a](", "](", "(", "a@", "https://)", "www.", `\`, "#", "- ", "  - ", "1. ", "*", "** ", "**a", "[[", "a.", "\"", "h", "@a.", "<div>", "<b>", "&", "[caption ", "](x) "} {
		src := strings.Repeat(s, 200_000/len(s))
		for name, f := range map[string]func(){
			"HTML": func() { HTML(src) }, "Plain": func() { Plain(src) }, "Summary": func() { Summary(src, 200) },
			"Check": func() { Check(src, "de") }, "Readability": func() { Readability(src) }, "FromHTML": func() { FromHTML(src) },
		} {
			start := time.Now()
			f()
			// Quadratic behaviour takes minutes here, linear milliseconds.
			if d := time.Since(start); d > 4*time.Second {
				t.Errorf("%s of %q: %v", name, s, d)
			} else if d > 100*time.Millisecond {
				t.Logf("%s of %q: %v", name, s, d)
			}
		}
	}
}

func BenchmarkHTML(b *testing.B) {
	b.SetBytes(int64(len(post)))
	for b.Loop() {
		HTML(post)
	}
}

func BenchmarkCheck(b *testing.B) {
	for b.Loop() {
		Check(post, "de")
	}
}

var allowedAttr = map[string][]string{
	"p": nil, "br": nil, "strong": nil, "ul": nil, "ol": nil, "li": nil, "h2": nil, "h3": nil, "a": {"href", "rel"},
}

func assertSafe(t *testing.T, src, out string) {
	t.Helper()
	root, err := html.ParseFragment(bytes.NewReader([]byte(out)), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		t.Fatal(err)
	}
	for _, top := range root {
		check := func(n *html.Node) {
			if n.Type != html.ElementNode {
				return
			}
			attrs, ok := allowedAttr[n.Data]
			if !ok {
				t.Fatalf("%q gives element %s: %q", src, n.Data, out)
			}
			for _, a := range n.Attr {
				if !slices.Contains(attrs, a.Key) {
					t.Fatalf("%q gives attribute %s: %q", src, a.Key, out)
				}
				if a.Key == "href" && target(a.Val) == "" {
					t.Fatalf("%q gives target %q: %q", src, a.Val, out)
				}
			}
		}
		check(top)
		for n := range top.Descendants() {
			check(n)
		}
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{post, "<script>", "[x](javascript:1)", "[x](https://a\" onclick=x)", "**[a**](b)", "- a\n  - b\n   1. c", `\[x](y)`, "https://a.de/\"><script>", "a@b.c\"d", "[a](/\"x)", "##\n###", "\x00\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		out := HTML(src)
		if !known(out) {
			t.Fatalf("%q: only the second net caught %q", src, out)
		}
		assertSafe(t, src, out)
		assertSafe(t, src, HTML(out))
		Plain(src)
		Summary(src, 40)
		for _, fd := range Check(src, Easy) {
			if fd.Line < 1 || fd.Line > strings.Count(src, "\n")+strings.Count(src, "\r")+1 {
				t.Fatalf("line %d in %q", fd.Line, src)
			}
		}
		if r := Readability(src); math.IsNaN(r.Vienna) || math.IsInf(r.Vienna, 0) {
			t.Fatalf("%+v", r)
		}
	})
}

func FuzzFromHTML(f *testing.F) {
	for _, s := range []string{"<p>a</p>", "<ul><li>a<ol><li>b", "<table><tr><td>x<tr><td>y", "<a href=https://a.de><b>x", "<ol><li>1<li>2", "<li>x", "<p>**a](b)", "<tr><td>1", "<h2><ul><li>a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		text := FromHTML(src)
		assertSafe(t, src, HTML(text))
	})
}

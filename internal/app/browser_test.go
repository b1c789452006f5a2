package app_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dorflinde/internal/app"
	"dorflinde/internal/app/sample"
)

// browser is somebody with a session, or nobody.
type browser struct {
	a      *app.App
	email  string
	cookie string
	places int            // from how many addresses it has come
	mux    *http.ServeMux // finds the pattern behind an address
}

func newBrowser(t testing.TB, a *app.App, email string) *browser {
	t.Helper()
	b := &browser{a: a, email: email, mux: http.NewServeMux()}
	for _, route := range a.Routes() {
		b.mux.HandleFunc(route.Pattern(), func(http.ResponseWriter, *http.Request) {})
	}
	return b
}

func (b *browser) signIn(t *testing.T) *browser {
	t.Helper()
	if b.email == "" {
		return b
	}
	b.places++
	values := url.Values{"email": {b.email}, "password": {sample.Password}}
	b.cookie = ""
	w := b.post("/anmelden/passwort", values, from(fmt.Sprintf("10.%d.%d.1", b.places/250, b.places%250)))
	for _, c := range w.Result().Cookies() {
		if strings.Contains(c.Name, "sitzung") {
			b.cookie = c.Name + "=" + c.Value
		}
	}
	if b.cookie == "" {
		t.Fatalf("%s cannot sign in: %d", b.email, w.Code)
	}
	return b
}

func (b *browser) request(method, address, contentType string, body io.Reader) *http.Request {
	r := httptest.NewRequest(method, "http://127.0.0.1:8080/", body)
	u, err := url.Parse(address)
	if err != nil {
		u = &url.URL{Path: "/"}
	}
	r.URL, r.RequestURI = u, u.RequestURI()
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if b.cookie != "" {
		r.Header.Set("Cookie", b.cookie)
	}
	return r
}

func (b *browser) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.a.Handler().ServeHTTP(w, r)
	return w
}

func (b *browser) get(address string) *httptest.ResponseRecorder {
	return b.send(b.request(http.MethodGet, address, "", nil))
}

func (b *browser) pattern(method, address string) string {
	r := b.request(method, address, "", nil)
	r.URL.RawQuery = ""
	_, pattern := b.mux.Handler(r)
	return pattern
}

// htmlForm is a form of a page with values that a person would send.
type htmlForm struct {
	action, pattern string
	multipart       bool
	values          url.Values
	text            []string // fields for free text
	files           []string
	buttons         [][2]string
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func walk(n *html.Node, visit func(*html.Node)) {
	visit(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, visit)
	}
}

func textOf(n *html.Node) string {
	var b strings.Builder
	walk(n, func(c *html.Node) {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	})
	return b.String()
}

// plausible is what a person types into an empty field.
var plausible = map[string]string{
	"email": "gast@beispiel.example", "date": "2026-12-05", "time": "18:00", "datetime-local": "2026-12-05T18:00",
	"url": "https://beispiel.example/", "number": "3", "tel": "08243 1234",
}

func (b *browser) formsOf(page, address string) []htmlForm {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil
	}
	var out []htmlForm
	walk(doc, func(n *html.Node) {
		if method, _ := attribute(n, "method"); n.Type != html.ElementNode || n.Data != "form" || !strings.EqualFold(method, "post") {
			return
		}
		f := htmlForm{action: address, values: url.Values{}}
		if action, ok := attribute(n, "action"); ok && action != "" {
			f.action = action
		}
		f.pattern = b.pattern(http.MethodPost, f.action)
		kind, _ := attribute(n, "enctype")
		f.multipart = kind == "multipart/form-data"
		walk(n, f.field)
		out = append(out, f)
	})
	return out
}

func (f *htmlForm) field(n *html.Node) {
	name, _ := attribute(n, "name")
	if n.Type != html.ElementNode || name == "" {
		return
	}
	value, _ := attribute(n, "value")
	kind, _ := attribute(n, "type")
	_, checked := attribute(n, "checked")
	skipped, _ := attribute(n, "tabindex")
	switch {
	case n.Data == "button":
		f.buttons = append(f.buttons, [2]string{name, value})
	case n.Data == "textarea":
		f.text = append(f.text, name)
		f.values.Set(name, cmpOr(strings.TrimSpace(textOf(n)), "Ein Satz, der etwas sagt."))
	case n.Data == "select":
		walk(n, func(o *html.Node) {
			v, _ := attribute(o, "value")
			if _, selected := attribute(o, "selected"); o.Data == "option" && v != "" && (selected || f.values.Get(name) == "") {
				f.values.Set(name, v)
			}
		})
	case n.Data != "input":
	case kind == "file":
		f.files = append(f.files, name)
	case kind == "radio" || kind == "checkbox":
		if checked || kind == "radio" && f.values.Get(name) == "" {
			f.values.Set(name, cmpOr(value, "on"))
		}
	case kind == "hidden":
		f.values.Add(name, value)
	case skipped == "-1":
		f.values.Set(name, "") // a trap for programs, which no person reaches
	default:
		if plausible[kind] == "" && kind != "password" {
			f.text = append(f.text, name)
		}
		f.values.Set(name, cmpOr(value, plausible[kind], "Ein Wort"))
	}
}

func cmpOr(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

// encode is the body a browser would send; files are by field.
func (f *htmlForm) encode(values url.Values, files map[string]upload) (string, io.Reader) {
	if !f.multipart {
		return "application/x-www-form-urlencoded", strings.NewReader(values.Encode())
	}
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, all := range values {
		for _, v := range all {
			if err := m.WriteField(name, v); err != nil {
				panic(err)
			}
		}
	}
	for name, u := range files {
		part, err := m.CreateFormFile(name, u.name)
		if err == nil {
			_, err = part.Write(u.data)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := m.Close(); err != nil {
		panic(err)
	}
	return m.FormDataContentType(), &body
}

type upload struct {
	name string
	data []byte
}

// crawl reads pages from every address without a wildcard on, at most few of
// each kind, and shows them to visit.
func (b *browser) crawl(few int, visit func(address string, w *httptest.ResponseRecorder)) {
	var queue []string
	for _, route := range b.a.Routes() {
		path := strings.ReplaceAll(route.Path, "{slug}", theOrganisation)
		if strings.HasPrefix(route.Path, "/gemeinde/") {
			path = strings.ReplaceAll(route.Path, "{slug}", "fuchstal")
		}
		if path = strings.TrimSuffix(path, "{$}"); route.Method == http.MethodGet && !strings.Contains(path, "{") {
			queue = append(queue, path)
		}
	}
	seen, perPattern := map[string]bool{}, map[string]int{}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		pattern := b.pattern(http.MethodGet, address)
		if seen[address] || pattern == "" || perPattern[pattern] >= few {
			continue
		}
		seen[address] = true
		perPattern[pattern]++
		w := b.get(address)
		visit(address, w)
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		if doc, err := html.Parse(bytes.NewReader(w.Body.Bytes())); err == nil {
			walk(doc, func(n *html.Node) {
				href, _ := attribute(n, "href")
				href, _, _ = strings.Cut(href, "#")
				if strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//") {
					queue = append(queue, href)
				}
			})
		}
	}
}

package bulletintest

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/media"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// Open puts the routes and operations of a capability behind a real server and
// lets the queue do its jobs. Messages are the capability's catalogues.
func (h *House) Open(part capability.Capability, messages ...fs.FS) {
	h.t.Helper()
	words, err := i18n.Load(append([]fs.FS{
		i18n.Messages, ui.Messages, media.Messages, richtext.Messages, region.Messages, people.Messages, bulletin.Messages, compose.Messages,
	}, messages...)...)
	h.must(err)
	h.Words = words
	for kind, handler := range part.Jobs {
		h.Kit.Queue.Handle(kind, handler)
	}
	routes := part.Routes
	if part.API != nil {
		routes = append(operations(part.API), routes...)
	}
	h.Server, err = web.NewServer(web.Options{
		Routes: routes, Authorize: h.Kit.People.Authorize, Logger: slog.New(slog.DiscardHandler),
		Validator: func(*http.Request) string { return "" },
		Prepare: func(_ http.ResponseWriter, q *http.Request) (*http.Request, error) {
			lang := i18n.German
			if q.Header.Get("Accept-Language") == "en" {
				lang = i18n.English
			}
			return q.WithContext(h.Speak(people.WithActor(q.Context(), h.Actors[q.Header.Get("X-Actor")]), lang)), nil
		},
		Failure: func(w http.ResponseWriter, q *http.Request, status int, err error) {
			w.WriteHeader(status)
			for _, f := range fault.All(err) {
				fmt.Fprintln(w, i18n.T(q.Context(), f.Key, f.Args...))
			}
			if status >= 500 {
				h.t.Errorf("%s %s: %v", q.Method, q.URL, err)
			}
		},
	})
	h.must(err)
}

// operations are a capability's API as routes; a fault answers with its key.
func operations(register func(huma.API)) []web.Route {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("test", "1")
	config.CreateHooks = nil
	config.Transformers = append(config.Transformers, func(_ huma.Context, _ string, v any) (any, error) {
		if err, ok := v.(error); ok && len(fault.All(err)) > 0 {
			f := fault.All(err)[0]
			return map[string]any{"status": int(f.Kind), "field": f.Field, "key": f.Key}, nil
		}
		return v, nil
	})
	api := humago.New(mux, config)
	register(api)
	var routes []web.Route
	for path, item := range api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if op != nil {
				routes = append(routes, web.Route{
					Method: op.Method, Path: path, Access: op.Metadata["access"].(web.Access), API: true,
					Handle: func(w http.ResponseWriter, q *http.Request) error { mux.ServeHTTP(w, q); return nil },
				})
			}
		}
	}
	return routes
}

// Answer is what came back.
type Answer struct {
	Status   int
	Body     string
	Location string
	Header   http.Header
}

// Do sends a request in the name of an actor.
func (h *House) Do(actor, method, path, contentType string, body io.Reader) Answer {
	h.t.Helper()
	q := httptest.NewRequest(method, path, body)
	q.Header.Set("X-Actor", actor)
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	if contentType != "" {
		q.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	h.Server.ServeHTTP(w, q)
	return Answer{Status: w.Code, Body: w.Body.String(), Location: w.Header().Get("Location"), Header: w.Header()}
}

// Get asks for a page.
func (h *House) Get(actor, path string) Answer {
	h.t.Helper()
	return h.Do(actor, http.MethodGet, path, "", nil)
}

// Post sends a form.
func (h *House) Post(actor, path string, form url.Values) Answer {
	h.t.Helper()
	return h.Do(actor, http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// JSON sends and reads JSON; the map is empty when the answer is none.
func (h *House) JSON(actor, method, path, body string) (Answer, map[string]any) {
	h.t.Helper()
	a := h.Do(actor, method, path, "application/json", strings.NewReader(body))
	out := map[string]any{}
	if a.Body != "" && strings.Contains(a.Header.Get("Content-Type"), "json") {
		h.must(json.Unmarshal([]byte(a.Body), &out))
	}
	return a, out
}

// Problems is the error summary of a page, for failing tests.
func Problems(page string) string {
	_, rest, found := strings.Cut(page, `class="error-summary"`)
	if !found {
		return page[:min(len(page), 300)]
	}
	summary, _, _ := strings.Cut(rest, "</div>")
	return html.UnescapeString(summary)
}

// Has tells what a page lacks.
func Has(t testing.TB, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			t.Errorf("%q is missing in %.6000s", part, page)
		}
	}
}

// HasNot tells what a page should not say.
func HasNot(t testing.TB, page string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(page, part) {
			t.Errorf("%q should not be there", part)
		}
	}
}

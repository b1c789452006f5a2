package web_test

import (
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/web"
)

func options(routes ...web.Route) web.Options {
	return web.Options{
		Routes:    routes,
		Prepare:   func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) { return r, nil },
		Authorize: func(_ *http.Request, a web.Access) error { return allowPublic(a) },
		Validator: func(*http.Request) string { return `"v1"` },
		Failure: func(w http.ResponseWriter, _ *http.Request, status int, err error) {
			w.WriteHeader(status)
			if _, err := io.WriteString(w, err.Error()); err != nil {
				panic(err)
			}
		},
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

func allowPublic(a web.Access) error {
	if a.Level == web.Public {
		return nil
	}
	return fault.Unauthorized()
}

func page(w http.ResponseWriter, r *http.Request) error {
	return web.WriteBody(w, r, http.StatusOK, "text/html; charset=utf-8", []byte(strings.Repeat("Linde ", 1000)))
}

func get(t *testing.T, o web.Options, r *http.Request) *http.Response {
	t.Helper()
	s, err := web.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func TestRouteWithoutAccessIsRefused(t *testing.T) {
	if _, err := web.NewServer(options(web.Route{Method: "GET", Path: "/", Handle: page})); err == nil {
		t.Error("a route without a declared access was accepted")
	}
}

func TestAnswers(t *testing.T) {
	failing := func(err error) web.Handler {
		return func(http.ResponseWriter, *http.Request) error { return err }
	}
	o := options(
		web.Route{Method: "GET", Path: "/{$}", Access: web.Everyone, Handle: page},
		web.Route{Method: "GET", Path: "/shared", Access: web.Everyone, Handle: page, Versioned: true},
		web.Route{Method: "GET", Path: "/mine", Access: web.Accounts, Handle: page},
		web.Route{Method: "POST", Path: "/form", Access: web.Everyone, Handle: page},
		web.Route{Method: "POST", Path: "/api", Access: web.Everyone, Handle: page, API: true},
		web.Route{Method: "GET", Path: "/panic", Access: web.Everyone, Handle: func(http.ResponseWriter, *http.Request) error { panic("x") }},
		web.Route{Method: "GET", Path: "/wrong", Access: web.Everyone, Handle: failing(fault.Invalid("f", "k"))},
		web.Route{Method: "GET", Path: "/broken", Access: web.Everyone, Handle: failing(errors.New("disk full"))},
		web.Route{Method: "POST", Path: "/small", Access: web.Everyone, MaxBody: 4, Handle: func(_ http.ResponseWriter, r *http.Request) error {
			_, err := io.ReadAll(r.Body)
			return err
		}},
	)
	cases := []struct {
		method, path, body string
		header             [2]string
		status             int
	}{
		{"GET", "/", "", [2]string{}, 200},
		{"HEAD", "/", "", [2]string{}, 200},
		{"GET", "/nowhere", "", [2]string{}, 404},
		{"POST", "/nowhere", "", [2]string{}, 404},
		{"POST", "/", "", [2]string{}, 405},
		{"GET", "/form", "", [2]string{}, 405},
		{"GET", "/mine", "", [2]string{}, 401},
		{"GET", "/shared", "", [2]string{"If-None-Match", `"v1"`}, 304},
		{"GET", "/shared", "", [2]string{"If-None-Match", `"v0"`}, 200},
		{"POST", "/form", "", [2]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"POST", "/form", "", [2]string{"Origin", "https://elsewhere.example"}, 403},
		{"POST", "/form", "", [2]string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"POST", "/api", "", [2]string{"Sec-Fetch-Site", "cross-site"}, 200},
		{"GET", "/panic", "", [2]string{}, 500},
		{"GET", "/wrong", "", [2]string{}, 422},
		{"GET", "/broken", "", [2]string{}, 500},
		{"POST", "/small", "too much", [2]string{}, 413},
	}
	for _, c := range cases {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
		if c.header[0] != "" {
			r.Header.Set(c.header[0], c.header[1])
		}
		res := get(t, o, r)
		if res.StatusCode != c.status {
			t.Errorf("%s %s %v: %d, want %d", c.method, c.path, c.header, res.StatusCode, c.status)
		}
		if res.StatusCode == http.StatusNotModified {
			continue // stored headers stay
		}
		policy := res.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s %s: policy %q", c.method, c.path, policy)
		}
		if res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: sniffing allowed", c.method, c.path)
		}
	}
}

func TestCompression(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Accept-Encoding", "gzip, br")
	res := get(t, options(web.Route{Method: "GET", Path: "/", Access: web.Everyone, Handle: page}), r)
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil || !strings.HasPrefix(string(body), "Linde Linde") {
		t.Errorf("%q %v", body[:20], err)
	}
}

func TestLocalPath(t *testing.T) {
	for path, want := range map[string]string{
		"/konto":                 "/konto",
		"/suche?q=a%20b":         "/suche?q=a%20b",
		"//evil.example":         "/",
		"https://evil.example/":  "/",
		`/\evil.example`:         "/",
		"javascript:alert(1)":    "/",
		"":                       "/",
		"/a\r\nSet-Cookie: x=1":  "/",
		"http:///evil.example/x": "/",
	} {
		if got := web.LocalPath(path, "/"); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", path, got, want)
		}
	}
}

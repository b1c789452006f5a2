package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"dorflinde/internal/platform/fault"
)

// Options are what a Server needs. Logger and all functions are required.
type Options struct {
	Routes []Route
	// Prepare reads who is asking and where, and puts it into the context. It
	// always returns a request, with an error too, to show the error with.
	Prepare func(http.ResponseWriter, *http.Request) (*http.Request, error)
	// Authorize is the one place where a declared access is checked.
	Authorize func(*http.Request, Access) error
	// Validator names the version of everything a Versioned route shows;
	// empty means that this reader's page is not shared.
	Validator func(*http.Request) string
	// Failure writes the answer for an error.
	Failure func(http.ResponseWriter, *http.Request, int, error)
	// Observe is told about every finished request; nil is fine.
	Observe func(route string, status int, took time.Duration)
	Logger  *slog.Logger
	// Secure adds Strict-Transport-Security: set where TLS is in front.
	Secure bool
}

// Server answers all requests.
type Server struct {
	o       Options
	mux     *http.ServeMux
	origins *http.CrossOriginProtection
}

// NewServer checks that every route declares its access and builds the server.
func NewServer(o Options) (*Server, error) {
	s := &Server{o: o, mux: http.NewServeMux(), origins: http.NewCrossOriginProtection()}
	for _, route := range o.Routes {
		if route.Access.Level == Undeclared {
			return nil, fmt.Errorf("route %s declares no access", route.Pattern())
		}
		s.mux.Handle(route.Pattern(), s.handler(route))
	}
	s.mux.HandleFunc("/", s.unmatched)
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mux.ServeHTTP(w, r)
}

// allowed lists the methods that an address knows.
func (s *Server) allowed(r *http.Request) (methods []string) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := s.mux.Handler(other); pattern != "/" && pattern != "" {
			methods = append(methods, method)
		}
	}
	return methods
}

// unmatched answers addresses without a route in the look of the house.
func (s *Server) unmatched(w http.ResponseWriter, r *http.Request) {
	secure(w.Header(), s.o.Secure)
	if methods := s.allowed(r); len(methods) > 0 {
		w.Header().Set("Allow", strings.Join(methods, ", "))
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	prepared, err := s.o.Prepare(w, r)
	if err != nil {
		s.fail(w, prepared, Route{}, err)
		return
	}
	s.fail(w, prepared, Route{}, fault.NotFound())
}

func (s *Server) handler(route Route) http.Handler {
	limit := route.MaxBody
	if limit == 0 {
		limit = DefaultMaxBody
	}
	pattern := route.Pattern()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = http.MaxBytesReader(w, r.Body, limit)
		}
		s.serve(rec, r, route)
		if s.o.Observe != nil {
			s.o.Observe(pattern, rec.status, time.Since(start))
		}
	})
}

func (s *Server) serve(w *recorder, r *http.Request, route Route) {
	defer func() {
		if p := recover(); p != nil {
			s.o.Logger.Error("panic", "route", route.Pattern(), "panic", p, "stack", string(debug.Stack()))
			s.fail(w, r, route, fmt.Errorf("panic: %v", p))
		}
	}()
	if route.Versioned && s.fresh(w, r) {
		return // the reader has the page with all its headers (RFC 9110, 15.4.5)
	}
	secure(w.Header(), s.o.Secure)
	prepared, err := s.o.Prepare(w, r)
	if err != nil {
		s.fail(w, prepared, route, err)
		return
	}
	if !route.API {
		if err := s.origins.Check(r); err != nil {
			s.fail(w, prepared, route, fault.New(fault.KindForbidden, "fault.cross_site").Because(err))
			return
		}
	}
	if err = s.o.Authorize(prepared, route.Access); err == nil {
		err = route.Handle(w, prepared)
	}
	if err != nil {
		s.fail(w, prepared, route, err)
	}
}

// fresh answers 304 when the reader's copy still holds.
func (s *Server) fresh(w http.ResponseWriter, r *http.Request) bool {
	tag := s.o.Validator(r)
	if tag == "" {
		w.Header().Set("Cache-Control", "private, no-cache")
		return false
	}
	h := w.Header()
	h["Etag"] = []string{tag}
	h["Cache-Control"] = noCache
	h["Vary"] = vary
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	return false
}

var (
	noCache = []string{"public, no-cache"}
	vary    = []string{"Accept-Encoding, Accept-Language, Cookie"}
)

// Status maps an error to its HTTP status.
func Status(err error) int {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return http.StatusRequestEntityTooLarge
	}
	if kind := fault.KindOf(err); kind != 0 {
		return int(kind)
	}
	if errors.Is(err, context.Canceled) {
		return 499
	}
	return http.StatusInternalServerError
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, route Route, err error) {
	status := Status(err)
	if status == http.StatusInternalServerError {
		s.o.Logger.Error("request failed", "route", route.Pattern(), "error", err)
	}
	if rec, ok := w.(*recorder); ok && rec.wrote {
		return // the answer is under way; all that can be done is to log
	}
	h := w.Header()
	h.Del("Etag")
	h.Set("Cache-Control", "no-store")
	s.o.Failure(w, r, status, err)
}

// recorder remembers what was answered, for metrics and for failures.
type recorder struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (w *recorder) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	w.wrote = true
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteBody sends a finished body with its length, compressed when that helps
// and the reader can take it.
func WriteBody(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", contentType)
	if len(body) > minCompress && acceptsGzip(r) {
		var b bytes.Buffer
		if err := compress(&b, body); err != nil {
			return err
		}
		body = b.Bytes()
		h.Set("Content-Encoding", "gzip")
		h["Vary"] = vary
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(body)
	return err
}

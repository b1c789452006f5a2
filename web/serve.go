package web

import (
	"errors"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// encodings in the order of preference: brotli is the smaller of the two.
var encodings = []struct{ token, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// Handler serves everything below Prefix. An address with the hash of the
// content may be kept for ever (RFC 8246), a plain one must be asked for again.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, Prefix)
		if f, ok := byPath()[path]; ok {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			serve(w, r, f)
			return
		}
		serveName(w, r, path)
	})
}

// Serve answers with one asset under an address of its own, such as /sw.js.
func Serve(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serveName(w, r, name) })
}

func serveName(w http.ResponseWriter, r *http.Request, name string) {
	files, err := bundle()
	f, ok := files[name]
	if err != nil || !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, no-cache")
	serve(w, r, f)
}

// byPath is the manifest the other way round.
var byPath = sync.OnceValue(func() map[string]file {
	files, err := bundle()
	if err != nil {
		return nil
	}
	paths := make(map[string]file, len(files))
	for _, f := range files {
		paths[f.Path] = f
	}
	return paths
})

func serve(w http.ResponseWriter, r *http.Request, f file) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	body, encoding, err := variant(f, r.Header.Get("Accept-Encoding"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Vary", "Accept-Encoding")
	h.Set("X-Content-Type-Options", "nosniff")
	// The path holds the hash of the content, so it is a strong validator per encoding.
	tag := `"` + f.Path + encoding + `"`
	h.Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		// A failed write means the reader has gone; there is nobody left to tell.
		if _, err := w.Write(body); err != nil {
			return
		}
	}
}

// variant picks the precompressed copy the reader accepts, or the plain file.
func variant(f file, accept string) (body []byte, encoding string, err error) {
	for _, e := range encodings {
		if !accepts(accept, e.token) {
			continue
		}
		body, err = fs.ReadFile(dist, "dist/"+f.Path+e.suffix)
		if err == nil {
			return body, e.token, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, "", err
		}
	}
	body, err = fs.ReadFile(dist, "dist/"+f.Path)
	return body, "", err
}

// accepts reads Accept-Encoding (RFC 9110, section 12.5.3); q=0 refuses.
func accepts(header, token string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), token) {
			continue
		}
		weight := strings.TrimPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return params == "" || err != nil || q > 0
	}
	return false
}

// matches reads If-None-Match (RFC 9110, section 13.1.2).
func matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == tag || part == "*" {
			return true
		}
	}
	return false
}

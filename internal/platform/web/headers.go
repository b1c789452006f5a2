package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"
)

// contentPolicy allows the product's own files and nothing else: no inline
// script or style, no other host, no frame around it.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; " +
	"img-src 'self' data: blob:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"

var (
	csp         = []string{contentPolicy}
	nosniff     = []string{"nosniff"}
	referrer    = []string{"same-origin"}
	permissions = []string{"geolocation=(self), camera=(), microphone=(), interest-cohort=()"}
	sameOrigin  = []string{"same-origin"}
	deny        = []string{"DENY"}
	hsts        = []string{"max-age=63072000; includeSubDomains"}
)

// secure sets the headers that shut off framing, sniffing, inline script and
// foreign content. Keys are in canonical form, so they are set directly.
func secure(h http.Header, tls bool) {
	h["Content-Security-Policy"] = csp
	h["X-Content-Type-Options"] = nosniff
	h["Referrer-Policy"] = referrer
	h["Permissions-Policy"] = permissions
	h["Cross-Origin-Opener-Policy"] = sameOrigin
	h["Cross-Origin-Resource-Policy"] = sameOrigin
	h["X-Frame-Options"] = deny
	if tls {
		h["Strict-Transport-Security"] = hsts
	}
}

// minCompress is the size in bytes below which compression gains nothing.
const minCompress = 1024

var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(io.Discard, 5)
	if err != nil {
		panic(err) // level 5 is a constant that exists
	}
	return z
}}

func acceptsGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

func compress(w io.Writer, body []byte) error {
	z, ok := zippers.Get().(*gzip.Writer)
	if !ok {
		z = gzip.NewWriter(w)
	}
	defer zippers.Put(z)
	z.Reset(w)
	if _, err := z.Write(body); err != nil {
		return err
	}
	return z.Close()
}

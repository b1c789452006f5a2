package bulletin

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"dorflinde/internal/platform/web"
)

// conditional answers with a document that many readers ask for again and
// again: 304 when theirs still holds (RFC 9110, section 13). The tag is weak,
// since the body may be compressed on the way.
func conditional(w http.ResponseWriter, r *http.Request, contentType string, body []byte, changed time.Time) error {
	sum := sha256.Sum256(body)
	tag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "public, no-cache")
	h.Set("Vary", "Accept-Encoding, Accept-Language, Cookie")
	if !changed.IsZero() {
		h.Set("Last-Modified", changed.UTC().Format(http.TimeFormat))
	}
	if unchanged(r, tag, changed) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return web.WriteBody(w, r, http.StatusOK, contentType, body)
}

// unchanged follows the precedence of RFC 9110, section 13.2.2: a tag, where
// one is sent, decides alone.
func unchanged(r *http.Request, tag string, changed time.Time) bool {
	if sent := r.Header.Get("If-None-Match"); sent != "" {
		opaque := strings.TrimPrefix(tag, "W/")
		for one := range strings.SplitSeq(sent, ",") {
			one = strings.TrimSpace(one)
			if one == "*" || strings.TrimPrefix(one, "W/") == opaque {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !changed.IsZero() && !changed.Truncate(time.Second).After(since)
}

// document is a finished public document.
type document struct {
	body    []byte
	changed time.Time
}

// shared answers with a public document, made once per state of the data. The
// document depends on nothing but the address, the host and the language.
func (b *Bulletin) shared(w http.ResponseWriter, r *http.Request, a asked, contentType string, make func() ([]byte, time.Time, error)) error {
	s, key := b.now(), "doc|"+r.URL.Path+"|"+a.base+"|"+a.voice()+"|"+a.address("")
	if d, ok := kept[document](&b.keep, s, key); ok {
		return conditional(w, r, contentType, d.body, d.changed)
	}
	body, changed, err := make()
	if err != nil {
		return err
	}
	b.keep.put(s, key, document{body, changed}, len(body))
	return conditional(w, r, contentType, body, changed)
}

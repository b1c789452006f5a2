package ui

import (
	"bytes"
	"net/http"
	"sync"

	"github.com/a-h/templ"

	"dorflinde/internal/platform/web"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render answers with a page: the body inside the layout. Nothing is sent
// before all of it is rendered, so an error still becomes an error page.
func Render(w http.ResponseWriter, r *http.Request, status int, p Page, body templ.Component) error {
	b, ok := buffers.Get().(*bytes.Buffer)
	if !ok {
		b = new(bytes.Buffer)
	}
	defer buffers.Put(b)
	b.Reset()
	if err := Layout(p).Render(templ.WithChildren(r.Context(), body), b); err != nil {
		return err
	}
	return web.WriteBody(w, r, status, "text/html; charset=utf-8", b.Bytes())
}

package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"dorflinde/internal/platform/web"
)

// FuzzLocalPath: whatever is asked for, a browser stays on this site.
func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"/", "/konto?a=b#c", "//boese.example", `/\boese.example`, "https://boese.example", "/\t/boese.example", "/.//boese.example", "\x00//x", "/%2f%2fx", "javascript:alert(1)"} {
		f.Add(seed)
	}
	here, err := url.Parse("https://dorf.example/anmelden")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, asked string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/anmelden", nil)
		if err := web.SeeOther(w, r, web.LocalPath(asked, "/")); err != nil {
			t.Fatal(err)
		}
		to := w.Header().Get("Location")
		u, err := here.Parse(to)
		if err != nil || u.Host != here.Host || u.Scheme != here.Scheme || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
			t.Errorf("%q leads to %q", asked, to)
		}
	})
}

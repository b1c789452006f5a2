package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// SeeOther sends the browser on after a successful POST.
func SeeOther(w http.ResponseWriter, r *http.Request, path string) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// JSON answers with v.
func JSON(w http.ResponseWriter, r *http.Request, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return WriteBody(w, r, status, "application/json; charset=utf-8", body)
}

// LocalPath returns path when it is an address of this site, fallback
// otherwise, so that no link can send people elsewhere.
func LocalPath(path, fallback string) string {
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || u.User != nil ||
		!strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return fallback
	}
	return path
}

const flashCookie = "flash"

// SetFlash keeps a message key for the next page, for "Gespeichert." after a
// redirect. It carries no personal data.
func SetFlash(w http.ResponseWriter, key string) {
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: url.QueryEscape(key), Path: "/", MaxAge: 60, HttpOnly: true, Secure: overTLS(w), SameSite: http.SameSiteLaxMode})
}

// overTLS tells from the header set for every answer whether TLS is in front.
func overTLS(w http.ResponseWriter) bool { return w.Header()["Strict-Transport-Security"] != nil }

// TakeFlash returns the key left by the page before and removes it.
func TakeFlash(w http.ResponseWriter, r *http.Request) string {
	c, err := r.Cookie(flashCookie)
	if err != nil {
		return ""
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: overTLS(w), SameSite: http.SameSiteLaxMode})
	key, err := url.QueryUnescape(c.Value)
	if err != nil {
		return ""
	}
	return key
}

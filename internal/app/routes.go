package app

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	platform "dorflinde/internal/platform/web"
	"dorflinde/internal/region"
	"dorflinde/web"
)

// ownRoutes are what belongs to no capability: assets, view settings, legal
// pages, health.
func (a *App) ownRoutes() []platform.Route {
	get := func(path string, h platform.Handler) platform.Route {
		return platform.Route{Method: "GET", Path: path, Access: platform.Everyone, Handle: h}
	}
	page := func(path string, h platform.Handler) platform.Route {
		route := get(path, h)
		route.Versioned = true
		return route
	}
	routes := []platform.Route{
		get(web.Prefix+"{name...}", plain(web.Handler())),
		get("/sw.js", plain(web.Serve("sw.js"))),
		get("/favicon.ico", plain(web.Serve("icon-192.png"))),
		get("/look/{slug}/{sum}", a.serveLook),
		get("/manifest.webmanifest", a.serveManifest),
		get("/healthz", a.healthz),
		get("/readyz", a.readyz),
		get("/metrics", a.serveMetrics),
		{Method: "POST", Path: "/einstellungen/ansicht", Access: platform.Everyone, Handle: a.saveView},
		page("/impressum", a.textPage(region.TextImprint, "app.footer_imprint")),
		page("/datenschutz", a.textPage(region.TextPrivacy, "app.footer_privacy")),
		page("/leichte-sprache", a.simplePage),
		page("/barrierefreiheit", a.accessibilityPage),
		page("/feeds", a.feedsPage),
		page("/offline", a.offlinePage),
	}
	if a.Config.Demo {
		routes = append(routes, get("/demo/post", a.keptMail), page("/styleguide", a.styleguide),
			get("/styleguide/points", plain(http.RedirectHandler("/karte/daten.geojson", http.StatusFound))),
			get("/styleguide/base", plain(http.RedirectHandler("/karte/grundlage.geojson", http.StatusFound))))
	}
	return routes
}

// plain lets an ordinary handler answer.
func plain(h http.Handler) platform.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}
}

// saveView keeps light or dark, the language and Leichte Sprache.
func (a *App) saveView(w http.ResponseWriter, r *http.Request) error {
	v := readView(r)
	switch theme := r.PostFormValue("theme"); theme {
	case "light", "dark":
		v.theme = theme
	case "auto":
		v.theme = ""
	}
	switch lang := r.PostFormValue("lang"); lang {
	case string(i18n.German), string(i18n.English):
		v.lang = i18n.Lang(lang)
	}
	switch r.PostFormValue("simple") {
	case "1":
		v.simple = true
	case "0":
		v.simple = false
	}
	http.SetCookie(w, v.cookie(a.Config.secure()))
	return platform.SeeOther(w, r, platform.LocalPath(r.PostFormValue("back"), "/"))
}

// serveManifest lets a phone install the village (W3C Web Application Manifest).
func (a *App) serveManifest(w http.ResponseWriter, r *http.Request) error {
	shell := ui.ShellFrom(r.Context())
	type icon struct {
		Src     string `json:"src"`
		Sizes   string `json:"sizes"`
		Type    string `json:"type"`
		Purpose string `json:"purpose,omitempty"`
	}
	body, err := json.Marshal(map[string]any{
		"name": shell.Brand.Name, "short_name": shell.Brand.Name, "lang": shell.Lang, "start_url": "/", "scope": "/",
		"display": "standalone", "background_color": "#fbfaf5", "theme_color": region.DefaultColour,
		"icons": []icon{
			{Src: web.Asset("icon-192.png"), Sizes: "192x192", Type: "image/png"},
			{Src: web.Asset("icon-512.png"), Sizes: "512x512", Type: "image/png"},
			{Src: web.Asset("icon-maskable-512.png"), Sizes: "512x512", Type: "image/png", Purpose: "maskable"},
		},
	})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-cache")
	return platform.WriteBody(w, r, http.StatusOK, "application/manifest+json", body)
}

// failure writes the answer for an error: a page with one clear sentence, a
// problem document for programs, or the way to the sign-in.
func (a *App) failure(w http.ResponseWriter, r *http.Request, status int, err error) {
	ctx := r.Context()
	actor := people.ActorFrom(ctx)
	if strings.HasPrefix(r.URL.Path, apiPrefix) {
		a.problem(w, r, status, err)
		return
	}
	if status == http.StatusUnauthorized && r.Method == http.MethodGet && !actor.SignedIn() {
		http.Redirect(w, r, "/anmelden?weiter="+escapeQuery(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	message := i18n.T(ctx, "fault.internal")
	if all := fault.All(err); len(all) > 0 {
		message = i18n.T(ctx, all[0].Key, all[0].Args...)
	} else if status == http.StatusRequestEntityTooLarge {
		message = i18n.T(ctx, "fault.too_large")
	}
	page := ui.Page{Title: message, NoIndex: true}
	if rendered := ui.Render(w, r, status, page, failurePage(status, message)); rendered != nil {
		a.Log.Error("error page", "error", rendered)
	}
}

// problem answers a program (RFC 9457).
func (a *App) problem(w http.ResponseWriter, r *http.Request, status int, err error) {
	body := problemOf(r.Context(), status, err)
	w.Header().Set("Cache-Control", "no-store")
	raw, err := json.Marshal(body)
	if err != nil {
		a.Log.Error("problem document", "error", err)
		return
	}
	if err := platform.WriteBody(w, r, status, "application/problem+json", raw); err != nil {
		a.Log.Debug("problem document", "error", err)
	}
}

// fromHere reports whether the request comes from this machine.
func fromHere(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || r.Header.Get("X-Forwarded-For") != "" {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

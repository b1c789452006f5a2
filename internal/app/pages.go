package app

import (
	"bytes"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

func escapeQuery(s string) string { return url.QueryEscape(s) }

// requestURL is the address under which a request reached the house.
func (a *App) requestURL(r *http.Request) string { return a.baseURL(r.Host) }

// render shows a page of the shell.
func (a *App) render(w http.ResponseWriter, r *http.Request, titleKey string, body templ.Component) error {
	p := ui.Page{Title: i18n.T(r.Context(), titleKey), Canonical: a.baseURL(r.Host) + r.URL.Path}
	return ui.Render(w, r, http.StatusOK, p, body)
}

// owner is whose texts a page shows: the municipality of the host, or the
// region's first, which runs it in a region of one.
func (a *App) owners(r *http.Request) []*region.Municipality {
	if m := a.municipality(r.Host); m != nil {
		return []*region.Municipality{m}
	}
	return a.Region.Current().Municipalities()
}

// textPage shows what each municipality wrote: imprint, privacy.
func (a *App) textPage(key, titleKey string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		lang := string(i18n.From(r.Context()).Lang)
		var texts []ownText
		for _, m := range a.owners(r) {
			if text := m.Texts.In(key, lang); text != "" {
				texts = append(texts, ownText{name: m.Name, text: text})
			}
		}
		return a.render(w, r, titleKey, textsPage(i18n.T(r.Context(), titleKey), texts))
	}
}

// ownText is what one municipality wrote.
type ownText struct{ name, text string }

func (a *App) simplePage(w http.ResponseWriter, r *http.Request) error {
	return a.render(w, r, "app.footer_simple", simpleView(readView(r).simple))
}

func (a *App) accessibilityPage(w http.ResponseWriter, r *http.Request) error {
	lang := string(i18n.From(r.Context()).Lang)
	var contacts []ownText
	for _, m := range a.owners(r) {
		contacts = append(contacts, ownText{name: m.Name, text: m.Texts.In(region.TextContact, lang)})
	}
	return a.render(w, r, "app.footer_accessibility", accessibilityView(contacts))
}

func (a *App) feedsPage(w http.ResponseWriter, r *http.Request) error {
	return a.render(w, r, "app.footer_feeds", feedsView(a.baseURL(r.Host), a.Region.Current()))
}

func (a *App) offlinePage(w http.ResponseWriter, r *http.Request) error {
	return a.render(w, r, "app.offline", offlineView())
}

// styleguide shows all components; it is a whole page of its own.
func (a *App) styleguide(w http.ResponseWriter, r *http.Request) error {
	var b bytes.Buffer
	if err := ui.Styleguide().Render(r.Context(), &b); err != nil {
		return err
	}
	return web.WriteBody(w, r, http.StatusOK, "text/html; charset=utf-8", b.Bytes())
}

// keptMail shows the letters of the demo, which sends none.
func (a *App) keptMail(w http.ResponseWriter, r *http.Request) error {
	letters, err := a.Mailer.Kept(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return a.render(w, r, "app.post", keptView(letters))
}

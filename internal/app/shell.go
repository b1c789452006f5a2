package app

import (
	"context"
	"embed"
	"hash/crc32"
	"net/http"
	"strconv"
	"sync"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// Messages are the texts of the shell and of error pages.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// shells keeps what surrounds a page, per municipality and view, until the
// data changes.
type shells struct {
	mu         sync.Mutex
	version    uint64
	minute     int64
	kept       map[shellID]ui.Shell
	localizers map[i18n.Lang]*i18n.Localizer
}

type shellID struct {
	municipality string
	lang         i18n.Lang
	theme        string
}

func (s *shells) init() {
	s.kept, s.localizers = map[shellID]ui.Shell{}, map[i18n.Lang]*i18n.Localizer{}
}

func (s *shells) localizer(lang i18n.Lang, make func() *i18n.Localizer) *i18n.Localizer {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.localizers[lang]
	if !ok {
		l = make()
		s.localizers[lang] = l
	}
	return l
}

func (s *shells) get(id shellID, version uint64, minute int64) (ui.Shell, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.version != version || s.minute != minute {
		s.version, s.minute = version, minute
		clear(s.kept)
		clear(s.localizers) // the time zone may have changed with the region
		return ui.Shell{}, false
	}
	shell, ok := s.kept[id]
	return shell, ok
}

func (s *shells) put(id shellID, shell ui.Shell) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[id] = shell
}

// shell is what surrounds every page under this host in this view.
func (a *App) shell(ctx context.Context, r *http.Request, v view) ui.Shell {
	m := a.municipality(r.Host)
	id := shellID{lang: v.lang, theme: v.theme}
	if m != nil {
		id.municipality = m.ID
	}
	version, minute := a.DB.Version(), a.Clock.Now().Unix()/60
	if s, ok := a.shells.get(id, version, minute); ok {
		return s
	}
	s := a.newShell(ctx, m, v)
	a.shells.put(id, s)
	return s
}

func (a *App) newShell(ctx context.Context, m *region.Municipality, v view) ui.Shell {
	l := i18n.From(ctx)
	s := ui.Shell{
		Lang: string(v.lang), Theme: v.theme,
		Brand:   ui.Brand{Name: a.Region.Current().Region.Name, HomeURL: "/"},
		Account: ui.Account{URL: "/anmelden", Name: l.T("app.sign_in")},
		Nav: []ui.Link{
			{Label: l.T("app.nav_home"), URL: "/", ID: "start"},
			{Label: l.T("app.nav_news"), URL: "/neues", ID: "neues"},
			{Label: l.T("app.nav_calendar"), URL: "/kalender", ID: "kalender"},
			{Label: l.T("app.nav_directory"), URL: "/verzeichnis", ID: "verzeichnis"},
			{Label: l.T("app.nav_map"), URL: "/karte", ID: "karte"},
		},
		Footer: []ui.Link{
			{Label: l.T("app.footer_simple"), URL: "/leichte-sprache"},
			{Label: l.T("app.footer_accessibility"), URL: "/barrierefreiheit"},
			{Label: l.T("app.footer_imprint"), URL: "/impressum"},
			{Label: l.T("app.footer_privacy"), URL: "/datenschutz"},
			{Label: l.T("app.footer_feeds"), URL: "/feeds"},
			{Label: l.T("app.footer_api"), URL: "/api/v1/openapi.json"},
		},
	}
	if m != nil {
		s.Brand = ui.Brand{Name: m.Name, Claim: m.Look.Claim, ArmsURL: armsURL(m.Look.Arms), HomeURL: "/"}
		if sheet := region.Stylesheet(m.Look); sheet != "" {
			s.Stylesheets = []string{lookPath(m, sheet)}
		}
	}
	if a.Config.Demo {
		s.DemoNote = l.T("app.demo_note")
	}
	a.Wings.dress(ctx, m, &s)
	return s
}

// armsURL finds a drawn shield by name; addresses stay as they are.
func armsURL(arms string) string {
	if arms == "" || arms[0] == '/' {
		return arms
	}
	return ui.ArmsAsset(arms)
}

// lookPath changes with the colours, so that the sheet may be kept for ever.
func lookPath(m *region.Municipality, sheet string) string {
	sum := strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(sheet))), 36)
	return "/look/" + m.Slug + "/" + sum + ".css"
}

// serveLook answers with a municipality's colours. Styles may not stand in the
// page itself (Content-Security-Policy), so they are a small file.
func (a *App) serveLook(w http.ResponseWriter, r *http.Request) error {
	m, ok := a.Region.Current().MunicipalityBySlug(r.PathValue("slug"))
	if !ok {
		return fault.NotFound()
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return web.WriteBody(w, r, http.StatusOK, "text/css; charset=utf-8", []byte(region.Stylesheet(m.Look)))
}

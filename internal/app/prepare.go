package app

import (
	"context"
	"hash/fnv"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// view is how a person wants pages shown; it is kept in one small cookie
// without personal data.
type view struct {
	theme  string // light, dark, or empty for the device's wish
	lang   i18n.Lang
	simple bool // Leichte Sprache where somebody wrote it
}

// apiPrefix begins the address of everything programs talk to.
const apiPrefix = "/api/"

const viewCookie = "ansicht"

// readView reads the cookie, then what the browser asks for. Leichte Sprache
// is never guessed.
func readView(r *http.Request) view {
	v := view{lang: i18n.German}
	if c, err := r.Cookie(viewCookie); err == nil {
		theme, rest, _ := strings.Cut(c.Value, ".")
		lang, simple, _ := strings.Cut(rest, ".")
		if theme == "light" || theme == "dark" {
			v.theme = theme
		}
		v.simple = simple == "1"
		if lang == string(i18n.English) || lang == string(i18n.German) {
			v.lang = i18n.Lang(lang)
			return v
		}
	}
	if prefersEnglish(r.Header.Get("Accept-Language")) {
		v.lang = i18n.English
	}
	return v
}

// prefersEnglish looks at the order only; browsers list by preference.
func prefersEnglish(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		tag := strings.ToLower(strings.TrimSpace(strings.SplitN(part, ";", 2)[0]))
		if strings.HasPrefix(tag, "de") {
			return false
		}
		if strings.HasPrefix(tag, "en") {
			return true
		}
	}
	return false
}

func (v view) cookie(secure bool) *http.Cookie {
	simple := "0"
	if v.simple {
		simple = "1"
	}
	theme := v.theme
	if theme == "" {
		theme = "auto"
	}
	return &http.Cookie{
		Name: viewCookie, Value: theme + "." + string(v.lang) + "." + simple, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	}
}

// prepare finds out where the request was sent, who asks and how they want it
// shown, and puts that into the context.
func (a *App) prepare(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	v := readView(r)
	ctx := i18n.With(r.Context(), a.localizers(v.lang))
	if v.simple {
		ctx = bulletin.WithSimple(ctx)
	}
	if err := a.refresh(ctx); err != nil {
		return r.WithContext(a.withShell(ctx, r, v, people.Actor{}, "")), err
	}
	actor, err := a.People.Prepare(r)
	ctx = people.WithActor(ctx, actor)
	if strings.HasPrefix(r.URL.Path, apiPrefix) {
		return r.WithContext(ctx), err // nothing surrounds an answer for programs
	}
	flash := ""
	if r.Method == http.MethodGet && strings.Contains(r.Header.Get("Cookie"), "flash=") {
		flash = web.TakeFlash(w, r)
	}
	return r.WithContext(a.withShell(ctx, r, v, actor, flash)), err
}

func (a *App) localizers(lang i18n.Lang) *i18n.Localizer {
	return a.shells.localizer(lang, func() *i18n.Localizer { return a.Localizer(lang) })
}

// withShell adds what surrounds the page.
func (a *App) withShell(ctx context.Context, r *http.Request, v view, actor people.Actor, flash string) context.Context {
	s := a.shell(ctx, r, v)
	s.Path = r.URL.RequestURI()
	s.Origin = a.baseURL(r.Host)
	if actor.SignedIn() {
		s.Account = ui.Account{SignedIn: true, Name: actor.Name, URL: "/konto"}
		if actor.CanSomewhere(people.Author) {
			s.Nav = append(s.Nav[:len(s.Nav):len(s.Nav)], ui.Link{Label: i18n.T(ctx, "app.nav_write"), URL: "/schreiben", ID: "schreiben", Icon: "edit"})
		}
	}
	if flash != "" && i18n.From(ctx).Has(flash) {
		s.Banners = append([]ui.Banner{{Severity: "info", Title: i18n.T(ctx, flash)}}, s.Banners...)
	}
	return ui.WithShell(ctx, s)
}

// validator names the version of a page for readers without an account: the
// data, the minute (greetings and "today" change), the view and the program.
func (a *App) validator(r *http.Request) string {
	if cookie := r.Header.Get("Cookie"); a.People.HasCredentials(r) || strings.Contains(cookie, "flash=") {
		return ""
	}
	if strings.Contains(r.Header.Get("Accept"), "ld+json") {
		return "" // the same address as data, which brings a tag of its own
	}
	v := readView(r)
	b := make([]byte, 0, 64)
	b = append(b, `W/"`...)
	b = strconv.AppendUint(b, a.started, 36)
	b = append(b, '-')
	b = strconv.AppendUint(b, a.DB.Version(), 36)
	b = append(b, '-')
	b = strconv.AppendInt(b, a.Clock.Now().Unix()/60, 36)
	b = append(b, '-')
	b = append(b, v.theme...)
	b = append(b, v.lang...)
	if v.simple {
		b = append(b, 's')
	}
	return string(append(b, '"'))
}

// startMark differs between runs of the program, whose database versions start
// anew each time, and between programs.
func startMark(now time.Time) uint64 {
	h := fnv.New64a()
	for _, part := range []string{Version, strconv.FormatInt(now.UnixNano(), 36)} {
		if _, err := h.Write([]byte(part)); err != nil {
			return uint64(now.UnixNano())
		}
	}
	return h.Sum64()
}

// municipality is whose own address the request was sent to, nil for the region's.
func (a *App) municipality(host string) *region.Municipality {
	m, ok := a.Region.Current().MunicipalityByHost(host)
	if !ok {
		return nil
	}
	return m
}

// baseURL is the address under which a host is reached. A host that is neither
// the region's nor a municipality's gets the region's, so that no forged Host
// header ends up in a link or a mail.
func (a *App) baseURL(host string) string {
	if host == "" {
		return a.Config.BaseURL
	}
	u, err := url.Parse(a.Config.BaseURL)
	if err != nil || u.Host == host || a.municipality(host) == nil && !sameMachine(u.Host, host) {
		return a.Config.BaseURL
	}
	return u.Scheme + "://" + host
}

// sameMachine accepts localhost for a region that runs on 127.0.0.1, since
// passkeys work only under a name (Web Authentication, 5.1.2).
func sameMachine(own, host string) bool {
	ownName, ownPort, err := net.SplitHostPort(own)
	if err != nil {
		return false
	}
	name, port, err := net.SplitHostPort(host)
	return err == nil && ownName == "127.0.0.1" && name == "localhost" && port == ownPort
}

// clientAddr is where a request comes from; a trusted proxy is believed.
func (a *App) clientAddr(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := peer.Addr().Unmap()
	forwarded := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	for i := len(forwarded) - 1; i >= 0 && a.trusted(addr); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(forwarded[i]))
		if err != nil {
			break
		}
		addr = next.Unmap()
	}
	return addr
}

func (a *App) trusted(addr netip.Addr) bool {
	for _, network := range a.Config.TrustedProxies {
		if p, err := netip.ParsePrefix(network); err == nil && p.Contains(addr) {
			return true
		}
	}
	return false
}

package people

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"dorflinde/internal/people/openid"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

func (s *Service) signInRoutes() []web.Route {
	get, post := http.MethodGet, http.MethodPost
	return []web.Route{
		{Method: get, Path: "/anmelden", Access: web.Everyone, Handle: s.showSignIn("")},
		{Method: post, Path: "/anmelden", Access: web.Everyone, Handle: s.postLink},
		{Method: get, Path: "/anmelden/gesendet", Access: web.Everyone, Handle: s.showSent},
		{Method: get, Path: "/anmelden/link/{token}", Access: web.Everyone, Handle: s.showLink},
		{Method: post, Path: "/anmelden/link/{token}", Access: web.Everyone, Handle: s.postUseLink},
		{Method: get, Path: "/anmelden/passwort", Access: web.Everyone, Handle: s.showSignIn("password")},
		{Method: post, Path: "/anmelden/passwort", Access: web.Everyone, Handle: s.postPassword},
		{Method: get, Path: "/anmelden/karte", Access: web.Everyone, Handle: s.showSignIn("card")},
		{Method: post, Path: "/anmelden/karte", Access: web.Everyone, Handle: s.postCard},
		{Method: post, Path: "/anmelden/passkey/beginnen", Access: web.Everyone, Handle: s.beginPasskeyLogin, MaxBody: 4 << 10},
		{Method: post, Path: "/anmelden/passkey/abschliessen", Access: web.Everyone, Handle: s.finishPasskeyLogin, MaxBody: 64 << 10},
		{Method: get, Path: "/anmelden/oidc/{provider}", Access: web.Everyone, Handle: s.leaveOpenID},
		{Method: get, Path: "/anmelden/oidc/{provider}/zurueck", Access: web.Everyone, Handle: s.returnOpenID},
		{Method: post, Path: "/abmelden", Access: web.Everyone, Handle: s.postSignOut},
	}
}

// signInView is the page with all ways to sign in.
type signInView struct {
	form
	next      string
	open      string // the way whose details are open
	providers []openid.Provider
	passkeys  bool // they can work under this address
}

func (s *Service) renderSignIn(w http.ResponseWriter, r *http.Request, status int, f form, next, open string) error {
	v := signInView{form: f, next: next, open: open, providers: s.OpenID.Providers(), passkeys: s.passkeysHere(r)}
	return page(w, r, status, ui.Page{Title: i18n.T(r.Context(), "people.signin"), Scripts: []string{"passkey.js"}}, signInPage(v))
}

func (s *Service) showSignIn(open string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		next := nextOf(r.URL.Query().Get("weiter"))
		if ActorFrom(r.Context()).SignedIn() {
			return web.SeeOther(w, r, web.LocalPath(next, "/konto"))
		}
		return s.renderSignIn(w, r, http.StatusOK, form{}, next, open)
	}
}

func (s *Service) postLink(w http.ResponseWriter, r *http.Request) error {
	f, err := posted(r, "link")
	if err != nil {
		return err
	}
	next := nextOf(f.value("weiter"))
	if err := s.sendLink(r, f.value("email"), next); err != nil {
		f, status, err := f.refused(err)
		if err != nil {
			return err
		}
		return s.renderSignIn(w, r, status, f, next, "")
	}
	return web.SeeOther(w, r, "/anmelden/gesendet")
}

func (s *Service) showSent(w http.ResponseWriter, r *http.Request) error {
	return page(w, r, http.StatusOK, ui.Page{Title: i18n.T(r.Context(), "people.sent")}, sentPage())
}

// showLink only shows a button: programs that follow links in mails to look
// for harm must not use up the link.
func (s *Service) showLink(w http.ResponseWriter, r *http.Request) error {
	return page(w, r, http.StatusOK, ui.Page{Title: i18n.T(r.Context(), "people.signin")}, linkPage(r.URL.EscapedPath()))
}

func (s *Service) postUseLink(w http.ResponseWriter, r *http.Request) error {
	if err := s.tried(r, "open", "", openAttempts); err != nil {
		return err
	}
	next := ""
	a, err := s.signIn(w, r, ByLink, func(tx *db.Tx) (*Account, error) {
		l, err := s.useLink(tx, r.PathValue("token"))
		if err != nil {
			return nil, err
		}
		if l.account != "" {
			return nil, fault.New(fault.KindGone, "people.link_gone")
		}
		next = l.next
		return s.accountForLink(tx, l.email, locale(r.Context()))
	})
	if fault.KindOf(err) == fault.KindGone || fault.KindOf(err) == fault.KindInvalid {
		return page(w, r, http.StatusGone, ui.Page{Title: i18n.T(r.Context(), "people.link_gone")}, linkGonePage())
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, landing(a, next))
}

func (s *Service) postPassword(w http.ResponseWriter, r *http.Request) error {
	return s.postWay(w, r, ByPassword, func(f form) (string, error) {
		return s.checkPassword(r, f.value("email"), r.PostFormValue("password"))
	})
}

func (s *Service) postCard(w http.ResponseWriter, r *http.Request) error {
	return s.postWay(w, r, ByCard, func(f form) (string, error) { return s.checkCard(r, f.value("code"), f.value("pin")) })
}

// postWay signs in with what check accepts, or shows the page again. PINs and
// passwords are never shown again.
func (s *Service) postWay(w http.ResponseWriter, r *http.Request, way Way, check func(form) (string, error)) error {
	f, err := posted(r, string(way))
	if err != nil {
		return err
	}
	next := nextOf(f.value("weiter"))
	var a *Account
	owner, err := check(f)
	if err == nil {
		a, err = s.signIn(w, r, way, func(tx *db.Tx) (*Account, error) { return account(tx, owner) })
	}
	if err != nil {
		f, status, err := f.refused(err)
		if err != nil {
			return err
		}
		f.values.Del("pin")
		f.values.Del("password")
		return s.renderSignIn(w, r, status, f, next, string(way))
	}
	return web.SeeOther(w, r, landing(a, next))
}

func (s *Service) postSignOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.DB.Update(r.Context(), func(tx *db.Tx) error { return s.endCookie(tx, r) }); err != nil {
		return err
	}
	s.setCookie(w, s.cookieName(), "", -1)
	// Pages that the browser keeps for going back show somebody's data.
	w.Header().Set("Clear-Site-Data", `"cache"`)
	return web.SeeOther(w, r, "/")
}

// openIDState is what a sign-in through a provider must remember.
type openIDState struct {
	openid.State
	Next string
}

func (s *Service) backURL(r *http.Request, provider string) string {
	return s.baseURL(r) + "/anmelden/oidc/" + provider + "/zurueck"
}

// leaveOpenID sends the person to the provider; with ?verbinden=1 a signed-in
// person links the identity to the account.
func (s *Service) leaveOpenID(w http.ResponseWriter, r *http.Request) error {
	p, ok := s.OpenID.Provider(r.PathValue("provider"))
	if !ok {
		return fault.NotFound()
	}
	if err := s.tried(r, "openid", "", openAttempts); err != nil {
		return err
	}
	state, errState := s.secret()
	nonce, errNonce := s.secret()
	verifier, errVerifier := s.secret()
	if err := errors.Join(errState, errNonce, errVerifier); err != nil {
		return err
	}
	st := openIDState{Next: nextOf(r.URL.Query().Get("weiter")),
		State: openid.State{Provider: p.Slug, State: state, Nonce: nonce, Verifier: verifier}}
	owner := ""
	if r.URL.Query().Get("verbinden") != "" {
		owner = ActorFrom(r.Context()).AccountID
	}
	to, err := s.OpenID.Leave(r.Context(), st.State, s.backURL(r, p.Slug))
	if err != nil {
		return fault.New(fault.KindUnavailable, "people.openid_down", "provider", p.Label).Because(err)
	}
	if err := s.begin(w, r, openIDLogin, owner, st); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusFound)
	return nil
}

func (s *Service) returnOpenID(w http.ResponseWriter, r *http.Request) error {
	var st openIDState
	owner, err := s.resume(w, r, openIDLogin, &st)
	if err != nil {
		return err
	}
	if st.Provider != r.PathValue("provider") || owner != "" && owner != ActorFrom(r.Context()).AccountID {
		return fault.New(fault.KindGone, "people.ceremony_gone")
	}
	identity, err := s.OpenID.Return(r.Context(), st.State, s.backURL(r, st.Provider), r.URL.Query())
	if errors.Is(err, openid.ErrRefused) {
		s.Logger.Info("openid refused", "provider", st.Provider, "error", err)
		return s.openIDFailed(w, r, owner, st.Next, wrong(ByOpenID))
	}
	if err != nil {
		return fault.New(fault.KindUnavailable, "people.openid_down", "provider", st.Provider).Because(err)
	}
	find := func(tx *db.Tx) (*Account, error) {
		return s.accountForIdentity(tx, identity, owner, locale(r.Context()))
	}
	if owner != "" {
		err = s.DB.Update(r.Context(), func(tx *db.Tx) error { _, err := find(tx); return err })
		if err != nil {
			return s.openIDFailed(w, r, owner, st.Next, err)
		}
		web.SetFlash(w, "people.identity_added")
		return web.SeeOther(w, r, "/konto")
	}
	a, err := s.signIn(w, r, ByOpenID, find)
	if err != nil {
		return s.openIDFailed(w, r, owner, st.Next, err)
	}
	return web.SeeOther(w, r, landing(a, st.Next))
}

// openIDFailed says what went wrong on the page the person came from.
func (s *Service) openIDFailed(w http.ResponseWriter, r *http.Request, owner, next string, err error) error {
	f, status, err := form{which: string(ByOpenID), values: url.Values{}}.refused(err)
	if err != nil {
		return err
	}
	if owner != "" {
		return s.renderAccount(w, r, status, f)
	}
	return s.renderSignIn(w, r, status, f, next, "")
}

// withNext adds where to go afterwards to an address of this site.
func withNext(path, next string) string {
	if next == "" {
		return path
	}
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	return path + mark + "weiter=" + url.QueryEscape(next)
}

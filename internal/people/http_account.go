package people

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dorflinde/internal/people/openid"
	"dorflinde/internal/people/password"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/privacy"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

func (s *Service) accountRoutes() []web.Route {
	get, post := http.MethodGet, http.MethodPost
	return []web.Route{
		{Method: get, Path: "/konto", Access: web.Accounts, Handle: s.showAccount},
		{Method: post, Path: "/konto", Access: web.Accounts, Handle: s.postAccount},
		{Method: post, Path: "/konto/adresse", Access: web.Accounts, Handle: s.postAddress},
		{Method: get, Path: "/konto/adresse/{token}", Access: web.Accounts, Handle: s.showProveAddress},
		{Method: post, Path: "/konto/adresse/{token}", Access: web.Accounts, Handle: s.postProveAddress},
		{Method: post, Path: "/konto/passwort", Access: web.Accounts, Handle: s.postSetPassword},
		{Method: post, Path: "/konto/passkeys/beginnen", Access: web.Accounts, Handle: s.beginPasskey, MaxBody: 4 << 10},
		{Method: post, Path: "/konto/passkeys/abschliessen", Access: web.Accounts, Handle: s.finishPasskey, MaxBody: 64 << 10},
		{Method: post, Path: "/konto/passkeys/entfernen", Access: web.Accounts, Handle: s.postDropPasskey},
		{Method: post, Path: "/konto/verbindungen/entfernen", Access: web.Accounts, Handle: s.postDropIdentity},
		{Method: post, Path: "/konto/sitzungen/beenden", Access: web.Accounts, Handle: s.postEndSession},
		{Method: get, Path: "/konto/daten.json", Access: web.Accounts, Handle: s.exportAccount},
		{Method: get, Path: "/konto/loeschen", Access: web.Accounts, Handle: s.showDelete},
		{Method: post, Path: "/konto/loeschen", Access: web.Accounts, Handle: s.postDelete},
	}
}

// identityLink is a linked identity on the account page.
type identityLink struct {
	Issuer, Subject string
	Label           string
	Created         time.Time
}

// accountView is everything the account page shows.
type accountView struct {
	form
	flash       string
	account     *Account
	villages    []ui.Option
	street      string // name of the person's street
	sessions    []Session
	current     string // id of this session
	keysHere    bool   // passkeys can work under this address
	passkeys    []Passkey
	identities  []identityLink
	providers   []openid.Provider // not linked yet
	hasPassword bool
	askOld      bool
	roles       []orgRole
}

// orgRole is one of the person's organisations.
type orgRole struct {
	org  *Organisation
	role Role
}

func (s *Service) loadAccountView(r *http.Request) (accountView, error) {
	actor := ActorFrom(r.Context())
	v := accountView{current: actor.SessionID, keysHere: s.passkeysHere(r)}
	orgs, err := s.Organisations(r.Context())
	if err != nil {
		return v, err
	}
	err = s.DB.View(r.Context(), func(tx *db.Tx) error {
		if v.account, err = account(tx, actor.AccountID); err != nil {
			return err
		}
		if v.sessions, err = listSessions(tx, actor.AccountID); err != nil {
			return err
		}
		if v.passkeys, err = listPasskeys(tx, actor.AccountID); err != nil {
			return err
		}
		if v.identities, err = s.listIdentities(tx, actor.AccountID); err != nil {
			return err
		}
		hash, err := db.One(tx, passwordByID, scanText, actor.AccountID)
		v.hasPassword = hash != ""
		return err
	})
	if err != nil {
		return v, err
	}
	v.askOld = v.hasPassword && !s.freshSession(v.sessions, actor.SessionID)
	v.villages = s.villageOptions(i18n.T(r.Context(), "people.village_none"))
	v.street = s.streetName(v.account.StreetID)
	v.providers = s.unlinked(v.identities)
	for _, o := range orgs.All() {
		if role := actor.Roles[o.ID]; role != NoRole {
			v.roles = append(v.roles, orgRole{o, role})
		}
	}
	return v, nil
}

func (s *Service) listIdentities(tx *db.Tx, accountID string) ([]identityLink, error) {
	return db.All(tx, identitiesOf, func(row db.Scanner) (identityLink, error) {
		var l identityLink
		var created int64
		err := row.Scan(&l.Issuer, &l.Subject, &created)
		l.Created, l.Label = db.Time(created), l.Issuer
		for _, p := range s.OpenID.Providers() {
			if p.Issuer == l.Issuer {
				l.Label = p.Label
			}
		}
		return l, err
	}, accountID)
}

func (s *Service) unlinked(known []identityLink) []openid.Provider {
	var out []openid.Provider
	for _, p := range s.OpenID.Providers() {
		linked := false
		for _, k := range known {
			linked = linked || k.Issuer == p.Issuer
		}
		if !linked {
			out = append(out, p)
		}
	}
	return out
}

// freshSession reports whether this session began a moment ago by another way
// than a password: then a forgotten password may be replaced without it.
func (s *Service) freshSession(sessions []Session, current string) bool {
	for _, x := range sessions {
		if x.ID == current {
			return x.Way != ByPassword && s.Clock.Now().Sub(x.Created) < linkLives
		}
	}
	return false
}

// villageOptions are all villages, under their municipalities.
func (s *Service) villageOptions(none string) []ui.Option {
	options := []ui.Option{{Value: "", Label: none}}
	if s.Region == nil {
		return options
	}
	d := s.Region()
	for _, m := range d.Municipalities() {
		for _, v := range d.Villages(m.ID) {
			options = append(options, ui.Option{Value: v.ID, Label: v.Name, Group: m.Name})
		}
	}
	return options
}

// villageKnown accepts only villages of the region, or none.
func (s *Service) villageKnown(village string) error {
	for _, o := range s.villageOptions("") {
		if o.Value == village {
			return nil
		}
	}
	return fault.Invalid("village", "people.village_unknown")
}

func (s *Service) streetName(key string) string {
	if s.Region == nil {
		return ""
	}
	if street, ok := s.Region().Street(key); ok {
		return street.Name
	}
	return ""
}

// streetID finds the street by its name in the village, or in the region while
// no village is chosen; empty is no street.
func (s *Service) streetID(village, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	if s.Region != nil {
		if street, ok := s.Region().StreetByName(village, name); ok {
			return street.ID, nil
		}
	}
	return "", fault.Invalid("street", "people.street_unknown")
}

func (s *Service) renderAccount(w http.ResponseWriter, r *http.Request, status int, f form) error {
	v, err := s.loadAccountView(r)
	if err != nil {
		return err
	}
	v.form, v.flash = f, flash(w, r)
	return page(w, r, status, ui.Page{Title: i18n.T(r.Context(), "people.account"), Scripts: []string{"passkey.js"}}, accountPage(v))
}

func (s *Service) showAccount(w http.ResponseWriter, r *http.Request) error {
	return s.renderAccount(w, r, http.StatusOK, form{})
}

// onAccount does something with a posted form and comes back to the account
// page: with a sentence when it worked, with the errors when it did not.
func (s *Service) onAccount(w http.ResponseWriter, r *http.Request, which, done string, do func(form) error) error {
	f, err := posted(r, which)
	if err != nil {
		return err
	}
	if err := do(f); err != nil {
		f, status, err := f.refused(err)
		if err != nil {
			return err
		}
		return s.renderAccount(w, r, status, f)
	}
	web.SetFlash(w, done)
	return web.SeeOther(w, r, "/konto")
}

func (s *Service) postAccount(w http.ResponseWriter, r *http.Request) error {
	return s.onAccount(w, r, "about", "people.saved", func(f form) error {
		if err := s.villageKnown(f.value("village")); err != nil {
			return err
		}
		street, err := s.streetID(f.value("village"), f.value("street"))
		if err != nil {
			return err
		}
		return s.DB.Update(r.Context(), func(tx *db.Tx) error {
			a, err := account(tx, ActorFrom(r.Context()).AccountID)
			if err != nil {
				return err
			}
			a.Name, a.Locale, a.VillageID, a.StreetID = f.value("name"), f.value("locale"), f.value("village"), street
			if line(a.Name) == "" {
				return fault.Invalid("name", "people.name_missing")
			}
			return saveAccount(tx, a)
		})
	})
}

// postAddress sends a letter to a new address; it counts once it is proven.
func (s *Service) postAddress(w http.ResponseWriter, r *http.Request) error {
	return s.onAccount(w, r, "address", "people.address_sent", func(f form) error {
		address, err := mail.Address(f.value("email"))
		if err != nil {
			return fault.Invalid("email", "people.email")
		}
		if err := s.tried(r, "link", address, linkAttempts); err != nil {
			return err
		}
		l := link{email: address, account: ActorFrom(r.Context()).AccountID}
		return s.mailLink(r, l, "/konto/adresse/", "people.mail_address")
	})
}

func (s *Service) showProveAddress(w http.ResponseWriter, r *http.Request) error {
	return page(w, r, http.StatusOK, ui.Page{Title: i18n.T(r.Context(), "people.address_prove")}, proveAddressPage(r.URL.EscapedPath()))
}

func (s *Service) postProveAddress(w http.ResponseWriter, r *http.Request) error {
	return s.onAccount(w, r, "address", "people.saved", func(form) error {
		return s.DB.Update(r.Context(), func(tx *db.Tx) error {
			l, err := s.useLink(tx, r.PathValue("token"))
			if err != nil {
				return err
			}
			if l.account != ActorFrom(r.Context()).AccountID {
				return fault.New(fault.KindGone, "people.link_gone")
			}
			a, err := account(tx, l.account)
			if err != nil {
				return err
			}
			old := a.Email
			a.Email = l.email
			if err := saveAccount(tx, a); err != nil || old == "" || old == a.Email {
				return err
			}
			// Whoever owned the account until now must hear of it.
			return s.Mailer.Queue(tx, mail.Message{To: old, Subject: i18n.T(r.Context(), "people.mail_moved_subject"),
				Text: i18n.T(r.Context(), "people.mail_moved_text", "site", s.baseURL(r))})
		})
	})
}

func (s *Service) postSetPassword(w http.ResponseWriter, r *http.Request) error {
	return s.onAccount(w, r, "newpassword", "people.password_set", func(form) error {
		actor := ActorFrom(r.Context())
		word := r.PostFormValue("password")
		if err := judge("password", word, actor.Name, actor.Email); err != nil {
			return err
		}
		if err := s.oldPassword(r, actor, r.PostFormValue("old")); err != nil {
			return err
		}
		return s.replacePassword(r.Context(), actor.AccountID, actor.SessionID, word)
	})
}

// oldPassword asks for the password there is, so that a device left open does
// not give the account away.
func (s *Service) oldPassword(r *http.Request, actor Actor, typed string) error {
	var hash string
	var sessions []Session
	err := s.DB.View(r.Context(), func(tx *db.Tx) error {
		var err error
		if hash, err = db.One(tx, passwordByID, scanText, actor.AccountID); err != nil {
			return err
		}
		sessions, err = listSessions(tx, actor.AccountID)
		return err
	})
	if err != nil || hash == "" || s.freshSession(sessions, actor.SessionID) {
		return err
	}
	if err := s.tried(r, "password", actor.AccountID, passwordAttempts); err != nil {
		return err
	}
	ok, err := password.Matches(hash, typed)
	if err == nil && !ok {
		err = fault.Invalid("old", "people.password_old")
	}
	return err
}

// replacePassword ends all sessions but one: whoever knew the old one is out.
func (s *Service) replacePassword(ctx context.Context, accountID, keep, word string) error {
	hash, err := password.Hash(s.rand, word)
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(setPassword, accountID, hash); err != nil {
			return fmt.Errorf("set password: %w", err)
		}
		return endOthers(tx, accountID, keep)
	})
}

func (s *Service) postDropPasskey(w http.ResponseWriter, r *http.Request) error {
	return s.onAccount(w, r, "passkeys", "people.passkey_removed", func(f form) error {
		return s.DB.Update(r.Context(), func(tx *db.Tx) error {
			n, err := tx.Exec(dropPasskey, line(f.value("id")), ActorFrom(r.Context()).AccountID)
			if err == nil && n == 0 {
				err = fault.NotFound()
			}
			return err
		})
	})
}

// postDropIdentity unlinks an identity by its place in the list.
func (s *Service) postDropIdentity(w http.ResponseWriter, r *http.Request) error {
	return s.onAccount(w, r, "identities", "people.identity_removed", func(f form) error {
		owner := ActorFrom(r.Context()).AccountID
		return s.DB.Update(r.Context(), func(tx *db.Tx) error {
			all, err := s.listIdentities(tx, owner)
			if err != nil {
				return err
			}
			i, err := strconv.Atoi(f.value("nr"))
			if err != nil || i < 0 || i >= len(all) {
				return fault.NotFound()
			}
			if err := s.otherWays(tx, owner, len(all)); err != nil {
				return err
			}
			_, err = tx.Exec(dropIdentity, owner, all[i].Issuer, all[i].Subject)
			return err
		})
	})
}

// otherWays refuses to take away the last way into an account.
func (s *Service) otherWays(tx *db.Tx, owner string, identities int) error {
	a, err := account(tx, owner)
	if err != nil {
		return err
	}
	keys, err := listPasskeys(tx, owner)
	if err != nil {
		return err
	}
	if a.Email == "" && len(keys) == 0 && identities < 2 {
		return fault.Conflict("people.last_way")
	}
	return nil
}

// postEndSession ends one session, or with "alle" every one, this included.
func (s *Service) postEndSession(w http.ResponseWriter, r *http.Request) error {
	actor := ActorFrom(r.Context())
	f, err := posted(r, "sessions")
	if err != nil {
		return err
	}
	if f.value("alle") != "" {
		if err := s.DB.Update(r.Context(), func(tx *db.Tx) error { return endOthers(tx, actor.AccountID, "") }); err != nil {
			return err
		}
		s.setCookie(w, s.cookieName(), "", -1)
		return web.SeeOther(w, r, "/anmelden")
	}
	return s.onAccount(w, r, "sessions", "people.session_ended", func(f form) error {
		if !id.Valid(f.value("id")) {
			return fault.NotFound()
		}
		return s.DB.Update(r.Context(), func(tx *db.Tx) error { return endOne(tx, actor.AccountID, f.value("id")) })
	})
}

func (s *Service) tables() []privacy.Table {
	if s.Tables != nil {
		return s.Tables()
	}
	return Tables()
}

// exportAccount hands out everything stored about the person (GDPR Art. 15 and 20).
func (s *Service) exportAccount(w http.ResponseWriter, r *http.Request) error {
	data, err := privacy.Export(r.Context(), s.DB, s.tables(), ActorFrom(r.Context()).AccountID)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(data, "", "  ")
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", `attachment; filename="dorflinde-`+s.Clock.Now().Format(time.DateOnly)+`.json"`)
	return web.WriteBody(w, r, http.StatusOK, "application/json; charset=utf-8", body)
}

func (s *Service) showDelete(w http.ResponseWriter, r *http.Request) error {
	return s.renderDelete(w, r, http.StatusOK, form{})
}

func (s *Service) renderDelete(w http.ResponseWriter, r *http.Request, status int, f form) error {
	return page(w, r, status, ui.Page{Title: i18n.T(r.Context(), "people.delete")}, deletePage(f))
}

func (s *Service) postDelete(w http.ResponseWriter, r *http.Request) error {
	f, err := posted(r, "delete")
	if err != nil {
		return err
	}
	if f.value("sure") == "" {
		err = fault.Invalid("sure", "people.delete_confirm")
	} else {
		err = s.DeleteAccount(r.Context(), ActorFrom(r.Context()).AccountID)
	}
	if err != nil {
		f, status, err := f.refused(err)
		if err != nil {
			return err
		}
		return s.renderDelete(w, r, status, f)
	}
	s.setCookie(w, s.cookieName(), "", -1)
	w.Header().Set("Clear-Site-Data", `"cache"`)
	return web.SeeOther(w, r, "/")
}

// DeleteAccount erases a person everywhere (GDPR Art. 17). It is refused while
// an organisation would be left without an admin, or the region without an
// operator.
func (s *Service) DeleteAccount(ctx context.Context, accountID string) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		a, err := account(tx, accountID)
		if err != nil {
			return err
		}
		alone, err := soleAdminOf(tx, accountID)
		if err != nil {
			return err
		}
		if len(alone) > 0 {
			return fault.Conflict("people.delete_sole_admin", "orgs", strings.Join(alone, ", "))
		}
		if a.Operator {
			if err := otherOperator(tx, accountID); err != nil {
				return err
			}
		}
		if err := privacy.EraseAccount(tx, s.tables(), accountID); err != nil {
			return err
		}
		return changed(tx)
	})
}

package people

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"dorflinde/internal/people/card"
	"dorflinde/internal/people/openid"
	"dorflinde/internal/people/password"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/richtext"
)

const (
	linkLives     = 15 * time.Minute
	ceremonyLives = 10 * time.Minute
	// lockAfter wrong PINs a card must be issued anew.
	lockAfter = 10
)

// wrong is the one answer to a sign-in that failed, whatever the reason: it
// must not tell whether the account exists, has a password or is blocked.
func wrong(way Way) *fault.Fault {
	return &fault.Fault{Kind: fault.KindInvalid, Key: "people.wrong_" + string(way)}
}

// sendLink queues a letter with a sign-in link. It does the same work whether
// or not there is an account, because the account is looked for only when the
// link is used.
func (s *Service) sendLink(r *http.Request, email, next string) error {
	address, err := mail.Address(email)
	if err != nil {
		return fault.Invalid("email", "people.email")
	}
	if err := s.tried(r, "link", address, linkAttempts); err != nil {
		return err
	}
	return s.mailLink(r, link{email: address, next: next}, "/anmelden/link/", "people.mail_link")
}

// mailLink stores a link and queues the letter that carries it; key names the
// letter's texts.
func (s *Service) mailLink(r *http.Request, l link, path, key string) error {
	token, err := s.secret()
	if err != nil {
		return fmt.Errorf("link: %w", err)
	}
	ctx := r.Context()
	base := s.baseURL(r)
	letter := mail.Message{
		To:      l.email,
		Subject: i18n.T(ctx, key+"_subject"),
		Text:    i18n.T(ctx, key+"_text", "link", base+path+token, "site", base, "minutes", int(linkLives.Minutes())),
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := s.putLink(tx, hashed(token), l); err != nil {
			return err
		}
		return s.Mailer.Queue(tx, letter)
	})
}

// accountForLink finds the account of a proven address, or makes one.
func (s *Service) accountForLink(tx *db.Tx, email, locale string) (*Account, error) {
	a, err := accountOf(tx, email)
	if fault.KindOf(err) != fault.KindNotFound {
		return a, err
	}
	a = &Account{ID: s.IDs.New(), Email: email, Locale: locale, Created: s.Clock.Now()}
	return a, putNewAccount(tx, a, "")
}

// checkPassword gives the account's id for an address and its password.
func (s *Service) checkPassword(r *http.Request, email, word string) (string, error) {
	address, err := mail.Address(email)
	if err != nil {
		return "", fault.Invalid("email", "people.email")
	}
	if err := s.tried(r, "password", address, passwordAttempts); err != nil {
		return "", err
	}
	var owner, hash string
	err = s.DB.View(r.Context(), func(tx *db.Tx) error { return tx.QueryRow(passwordByEmail, address).Scan(&owner, &hash) })
	if err != nil && !isNotFound(err) {
		return "", fmt.Errorf("password: %w", err)
	}
	ok, err := password.Matches(hash, word)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", wrong(ByPassword)
	}
	return owner, s.DB.Update(r.Context(), func(tx *db.Tx) error { return s.forgive(tx, "password", address) })
}

// checkCard gives the account's id for a printed card's code and PIN. Every
// wrong PIN counts against the card for ever; see lockAfter.
func (s *Service) checkCard(r *http.Request, typed, typedPIN string) (string, error) {
	code, err := card.Parse(typed)
	if err != nil {
		return "", fault.Invalid("code", "people.card_code")
	}
	pin, ok := card.PIN(typedPIN)
	if !ok {
		return "", fault.Invalid("pin", "people.card_pin")
	}
	if err := s.tried(r, "card", code, cardAttempts); err != nil {
		return "", err
	}
	key := password.Lookup("card", code)
	var c issuedCard
	err = s.DB.View(r.Context(), func(tx *db.Tx) (err error) { c, err = db.One(tx, cardByCode, scanCard, key); return err })
	if err != nil && !isNotFound(err) {
		return "", fmt.Errorf("card: %w", err)
	}
	fits, err := password.Matches(c.pinHash, code+pin)
	if err != nil {
		return "", err
	}
	// The same transaction for every outcome, so that its time tells nothing.
	right := false
	err = s.DB.Update(r.Context(), func(tx *db.Tx) error {
		right, err = s.countCard(tx, key, code, fits)
		return err
	})
	if err != nil {
		return "", err
	}
	if !right {
		return "", wrong(ByCard)
	}
	return c.account, nil
}

// countCard notes the outcome of one PIN and reports whether it lets in. It
// reads the counter again, because tries may run side by side.
func (s *Service) countCard(tx *db.Tx, key, code string, fits bool) (bool, error) {
	if _, err := tx.Exec(addAttempt, bucket("card", "tries", code), db.Micros(s.Clock.Now().Truncate(time.Hour))); err != nil {
		return false, fmt.Errorf("card: %w", err)
	}
	if !fits {
		if _, err := tx.Exec(wrongPIN, key); err != nil {
			return false, fmt.Errorf("card: %w", err)
		}
		return false, nil
	}
	n, err := tx.Exec(rightPIN, key, lockAfter, db.Micros(s.Clock.Now()))
	if err != nil || n == 0 {
		return false, err
	}
	return true, s.forgive(tx, "card", code)
}

// begin remembers the state of a sign-in of several steps under a cookie.
func (s *Service) begin(w http.ResponseWriter, r *http.Request, kind, accountID string, state any) error {
	data, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	secret, err := s.secret()
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	err = s.DB.Update(r.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(insertCeremony, hashed(secret), kind, accountID, string(data), db.Micros(s.Clock.Now().Add(ceremonyLives)))
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	s.setCookie(w, s.ceremonyCookie(), secret, ceremonyLives)
	return nil
}

// resume takes the remembered state out; it can be used once. A missing or old
// one is Gone.
func (s *Service) resume(w http.ResponseWriter, r *http.Request, kind string, state any) (accountID string, err error) {
	gone := fault.New(fault.KindGone, "people.ceremony_gone")
	cookie, err := r.Cookie(s.ceremonyCookie())
	if err != nil {
		return "", gone
	}
	s.setCookie(w, s.ceremonyCookie(), "", -1)
	var data string
	err = s.DB.Update(r.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(takeCeremony, hashed(cookie.Value), kind, db.Micros(s.Clock.Now())).Scan(&accountID, &data)
	})
	if isNotFound(err) {
		return "", gone
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", kind, err)
	}
	return accountID, json.Unmarshal([]byte(data), state)
}

// accountForIdentity finds the account of an identity at a provider; signed is
// the account that is signed in and wants to link it, or empty. An existing
// account is never taken over because of its e-mail address: the provider may
// say anything.
func (s *Service) accountForIdentity(tx *db.Tx, i openid.Identity, signed, locale string) (*Account, error) {
	owner, err := db.One(tx, identityOwner, scanText, i.Issuer, i.Subject)
	switch {
	case err == nil && signed != "" && owner != signed:
		return nil, fault.Conflict("people.identity_taken")
	case err == nil:
		return account(tx, owner)
	case !isNotFound(err):
		return nil, fmt.Errorf("identity: %w", err)
	}
	a, err := s.newOwner(tx, i, signed, locale)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(insertIdentity, i.Issuer, i.Subject, a.ID, db.Micros(s.Clock.Now())); err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	return a, nil
}

func (s *Service) newOwner(tx *db.Tx, i openid.Identity, signed, locale string) (*Account, error) {
	if signed != "" {
		return account(tx, signed)
	}
	a := &Account{ID: s.IDs.New(), Name: richtext.Head(i.Name, maxName), Locale: locale, Created: s.Clock.Now()}
	if address, err := mail.Address(i.Email); err == nil {
		if _, err := accountOf(tx, address); err == nil {
			// The provider has proven the address, so its owner may know that
			// there is an account; linking needs that account's own sign-in.
			return nil, fault.Conflict("people.identity_link_first")
		} else if fault.KindOf(err) != fault.KindNotFound {
			return nil, err
		}
		a.Email = address
	}
	return a, putNewAccount(tx, a, "")
}

// signIn opens a session for the account that find gives, within one
// transaction, and ends the one the browser had before (session fixation).
func (s *Service) signIn(w http.ResponseWriter, r *http.Request, way Way, find func(*db.Tx) (*Account, error)) (*Account, error) {
	secret, err := s.secret()
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	var a *Account
	err = s.DB.Update(r.Context(), func(tx *db.Tx) error {
		var err error
		if a, err = find(tx); err != nil {
			return err
		}
		if a.Blocked {
			return wrong(way)
		}
		if err := s.endCookie(tx, r); err != nil {
			return err
		}
		now := s.Clock.Now()
		session := Session{ID: s.IDs.New(), Account: a.ID, Way: way, Agent: AgentLabel(r.UserAgent()), Created: now}
		if err := putSession(tx, session, hashed(secret)); err != nil {
			return err
		}
		return seenAccount(tx, a.ID, now)
	})
	if err != nil {
		return nil, err
	}
	s.setCookie(w, s.cookieName(), secret, LiveFor)
	return a, nil
}

// endCookie ends the session of the request's cookie, if there is one.
func (s *Service) endCookie(tx *db.Tx, r *http.Request) error {
	cookie, err := r.Cookie(s.cookieName())
	if err != nil {
		return nil
	}
	n, err := tx.Exec(endByHash, hashed(cookie.Value))
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	if n == 0 {
		return nil
	}
	return changed(tx)
}

func (s *Service) setCookie(w http.ResponseWriter, name, value string, lives time.Duration) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.Secure,
		MaxAge: int(lives.Seconds())}
	if lives < 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

func (s *Service) ceremonyCookie() string {
	if s.Secure {
		return "__Host-vorgang"
	}
	return "vorgang"
}

func (s *Service) baseURL(r *http.Request) string {
	if s.BaseURL != nil {
		return s.BaseURL(r)
	}
	if s.Secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func locale(ctx context.Context) string { return string(i18n.From(ctx).Lang) }

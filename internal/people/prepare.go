package people

import (
	"context"
	"net/http"
	"strings"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/web"
)

// The name of the session cookie. The prefix makes browsers refuse it without
// TLS, with a Domain or with another path (RFC 6265bis, 4.1.3.2).
const (
	cookieName       = "sitzung"
	secureCookieName = "__Host-sitzung"
)

func (s *Service) cookieName() string {
	if s.Secure {
		return secureCookieName
	}
	return cookieName
}

var foreign = http.NewCrossOriginProtection()

// Prepare finds out who is asking: a program by "Authorization: Bearer dft_…",
// a person by cookie, else nobody. A token that is unknown is an Unauthorized
// fault; a cookie that is unknown or expired is nobody.
//
// The cookie does not count in a changing request from another site. Ordinary
// routes refuse those anyway; API routes accept them, but only with a token.
func (s *Service) Prepare(r *http.Request) (Actor, error) {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.tokenActor(r.Context(), strings.TrimSpace(token))
	}
	cookie, err := r.Cookie(s.cookieName())
	if err != nil || len(cookie.Value) != 43 || foreign.Check(r) != nil {
		return Actor{}, nil
	}
	return s.sessionActor(r.Context(), cookie.Value)
}

// HasCredentials reports whether a request may be somebody's, without looking
// it up: shared answers are for requests that carry nothing.
func (s *Service) HasCredentials(r *http.Request) bool {
	if r.Header.Get("Authorization") != "" {
		return true
	}
	_, err := r.Cookie(s.cookieName())
	return err == nil
}

func (s *Service) sessionActor(ctx context.Context, secret string) (Actor, error) {
	if err := s.refresh(ctx); err != nil {
		return Actor{}, err
	}
	hash, now := hashed(secret), s.Clock.Now()
	known, orgs, n := s.cache.get(hash)
	if known == nil {
		var err error
		if known, err = s.readSession(ctx, hash, orgs); err != nil {
			if fault.KindOf(err) == fault.KindNotFound {
				return Actor{}, nil
			}
			return Actor{}, err
		}
		s.cache.put(hash, known, n)
	}
	if known.session.Expired(now) && s.gone(ctx, known, hash, now) {
		return Actor{}, nil
	}
	if s.cache.touch(known, now) {
		err := s.DB.Update(ctx, func(tx *db.Tx) error { return touch(tx, known.session, now) })
		if err != nil {
			return Actor{}, err
		}
	}
	return known.actor, nil
}

// gone decides about a session whose remembered last visit is long ago: it may
// have been used since, here or on another node.
func (s *Service) gone(ctx context.Context, known *remembered, hash string, now time.Time) bool {
	fresh, err := s.readSession(ctx, hash, s.cache.organisations())
	return err != nil || fresh.session.Expired(now)
}

func touch(tx *db.Tx, session Session, now time.Time) error {
	if _, err := tx.Exec(touchSession, session.ID, db.Micros(now)); err != nil {
		return err
	}
	return seenAccount(tx, session.Account, now)
}

func (s *Service) readSession(ctx context.Context, hash string, orgs *OrgDirectory) (*remembered, error) {
	var out remembered
	err := s.DB.View(ctx, func(tx *db.Tx) error {
		session, err := findSession(tx, hash)
		if err != nil {
			return err
		}
		a, err := account(tx, session.Account)
		if err != nil {
			return err
		}
		if a.Blocked {
			return fault.NotFound()
		}
		held, err := heldRoles(tx, a.ID)
		if err != nil {
			return err
		}
		out = remembered{session: session, touched: session.Seen, actor: a.actor(session.ID, orgs.Roles(held))}
		return nil
	})
	return &out, err
}

func (a *Account) actor(session string, roles map[string]Role) Actor {
	return Actor{
		AccountID: a.ID, Name: a.Name, Email: a.Email, Locale: a.Locale, Theme: a.Theme, HomeVillage: a.VillageID,
		HomeStreet: a.StreetID, Operator: a.Operator, SessionID: session, Roles: roles,
	}
}

func (s *Service) tokenActor(ctx context.Context, secret string) (Actor, error) {
	if !strings.HasPrefix(secret, tokenPrefix) {
		return Actor{}, fault.New(fault.KindUnauthorized, "people.token_unknown")
	}
	if err := s.refresh(ctx); err != nil {
		return Actor{}, err
	}
	hash := hashed(secret)
	known, orgs, n := s.cache.get(hash)
	if known == nil {
		var err error
		if known, err = s.readToken(ctx, hash, orgs); err != nil {
			return Actor{}, err
		}
		s.cache.put(hash, known, n)
	}
	if day := s.Clock.Now().Format(time.DateOnly); s.cache.useOn(known, day) {
		err := s.DB.Update(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(useToken, known.actor.TokenID, day)
			return err
		})
		if err != nil {
			return Actor{}, err
		}
	}
	return known.actor, nil
}

func (s *Service) readToken(ctx context.Context, hash string, orgs *OrgDirectory) (*remembered, error) {
	var t Token
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) { t, err = findToken(tx, hash); return err })
	if fault.KindOf(err) == fault.KindNotFound {
		return nil, fault.New(fault.KindUnauthorized, "people.token_unknown")
	}
	if err != nil {
		return nil, err
	}
	roles := orgs.Roles(map[string]Role{t.Org: t.Scope.Role()})
	return &remembered{usedDay: t.UsedDay, actor: Actor{Token: true, TokenID: t.ID, Name: t.Label, Organisation: t.Org, Roles: roles}}, nil
}

// Authorize checks a route's declared access for the actor of the request; it
// is web.Options.Authorize. Nobody is Unauthorized where signing in could help;
// a foreign organisation and one that does not exist get the same answer.
func (s *Service) Authorize(r *http.Request, a web.Access) error {
	actor := ActorFrom(r.Context())
	if a.Level == web.Public {
		return nil
	}
	if !actor.SignedIn() && !actor.Token {
		return fault.Unauthorized()
	}
	allowed := false
	switch a.Level {
	case web.SignedIn:
		allowed = actor.SignedIn()
	case web.Operator:
		allowed = actor.Operator
	case web.Member:
		var err error
		if allowed, err = s.member(r, actor, a); err != nil {
			return err
		}
	}
	if !allowed {
		return fault.Forbidden()
	}
	return nil
}

func (s *Service) member(r *http.Request, actor Actor, a web.Access) (bool, error) {
	if a.Org == nil {
		return actor.CanSomewhere(Role(a.Role)), nil
	}
	key, err := a.Org(r)
	if err != nil {
		return false, err
	}
	orgs, err := s.Organisations(r.Context())
	if err != nil {
		return false, err
	}
	o, ok := orgs.Find(key)
	if !ok && actor.Operator {
		return false, fault.NotFound()
	}
	return ok && actor.Can(Role(a.Role), o.ID), nil
}

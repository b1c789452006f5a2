// Package people knows who somebody is and what they may do: accounts and the
// ways to sign in, sessions, organisations with members and roles, and the
// tokens of programs.
//
// Two questions are answered here and nowhere else: who asks (Prepare, Actor)
// and may they (Actor.Can, Authorize).
package people

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"

	"dorflinde/internal/people/openid"
	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/privacy"
	"dorflinde/internal/region"
)

// Deps are what the service needs. DB, Clock, IDs, Queue and Mailer are
// required; everything else has a zero value that works.
type Deps struct {
	DB     *db.DB
	Clock  clock.Clock
	IDs    id.Source
	Queue  *jobs.Queue
	Mailer *mail.Mailer
	// BaseURL is the address under which this request reached the house, such
	// as "https://fuchstal.example", without a final slash. Nil takes it from
	// the request's Host, which is right only where a proxy checks it.
	BaseURL func(*http.Request) string
	// Region gives the current snapshot, for the lists of places; nil leaves
	// them empty.
	Region func() *region.Directory
	// Tables are the declarations of all capabilities, for export and erasure;
	// nil means only those of this package.
	Tables func() []privacy.Table
	// ClientAddr is where a request comes from; nil takes the connection's own
	// address. Behind a proxy it must read what the proxy says.
	ClientAddr func(*http.Request) netip.Addr
	// OpenID are the configured providers; nil offers none.
	OpenID *openid.Client
	// Secure: the house is reached by TLS, so cookies are bound to it.
	Secure bool
	// Rand is where secrets come from; nil is the machine's.
	Rand   io.Reader
	Logger *slog.Logger
}

// Service is the package at work. Make one with New; it is safe for concurrent use.
type Service struct {
	Deps
	rand  io.Reader
	cache cache
}

// New makes the service.
func New(d Deps) *Service {
	s := &Service{Deps: d, rand: d.Rand}
	if s.rand == nil {
		s.rand = systemRand
	}
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	s.cache.clear(0)
	return s
}

// Organisations is the current snapshot of all organisations. It costs nothing
// while the database is unchanged, one small query when it changed elsewhere.
func (s *Service) Organisations(ctx context.Context) (*OrgDirectory, error) {
	if err := s.refresh(ctx); err != nil {
		return nil, err
	}
	return s.cache.organisations(), nil
}

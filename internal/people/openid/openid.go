// Package openid signs people in through providers they already have: OpenID
// Connect Core 1.0, authorization code flow with PKCE (RFC 7636), state and
// nonce.
package openid

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Provider is one configured provider.
type Provider struct {
	Slug         string // part of the address, such as "bundid"
	Label        string // on the button
	Issuer       string // https address, as the provider's tokens name it
	ClientID     string
	ClientSecret string   // empty for a public client
	Scopes       []string // beside openid; empty means email and profile
}

var slugs = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// Check tells what is wrong with the configuration. Plain http is accepted
// only on the machine itself.
func (p Provider) Check() error {
	if !slugs.MatchString(p.Slug) {
		return fmt.Errorf("openid: %q is no short name: use a-z, 0-9 and hyphens", p.Slug)
	}
	u, err := url.Parse(p.Issuer)
	local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	if err != nil || u.Host == "" || (u.Scheme != "https" && !(u.Scheme == "http" && local)) {
		return fmt.Errorf("openid: %s: the issuer %q is not an https address", p.Slug, p.Issuer)
	}
	if p.ClientID == "" || p.Label == "" {
		return fmt.Errorf("openid: %s: client id or label is missing", p.Slug)
	}
	return nil
}

// State is what must be remembered between leaving for the provider and coming
// back. It stays on the server.
type State struct {
	Provider string
	State    string
	Nonce    string
	Verifier string
}

// Identity is who the provider says somebody is.
type Identity struct {
	Issuer, Subject string
	Name            string
	Email           string // only if the provider says that it is verified
}

// ErrRefused says that the provider or its answer did not let the person in.
var ErrRefused = errors.New("openid: refused")

// Client talks to the configured providers. It is safe for concurrent use.
type Client struct {
	order []Provider
	http  *http.Client
	now   func() time.Time

	mu    sync.Mutex
	found map[string]*oidc.Provider
}

const answerTimeout = 15 * time.Second

// New checks the configuration. Providers are asked for their addresses when
// first needed, so that the house starts while one is down. now tells the time
// for judging tokens; a nil client is one with a time limit.
func New(providers []Provider, now func() time.Time, client *http.Client) (*Client, error) {
	seen := map[string]bool{}
	for _, p := range providers {
		if err := p.Check(); err != nil {
			return nil, err
		}
		if seen[p.Slug] {
			return nil, fmt.Errorf("openid: %s is configured twice", p.Slug)
		}
		seen[p.Slug] = true
	}
	if client == nil {
		client = &http.Client{Timeout: answerTimeout}
	}
	return &Client{order: providers, http: client, now: now, found: map[string]*oidc.Provider{}}, nil
}

// Providers are the configured ones in their order.
func (c *Client) Providers() []Provider {
	if c == nil {
		return nil
	}
	return c.order
}

// Provider finds one by its short name.
func (c *Client) Provider(slug string) (Provider, bool) {
	for _, p := range c.Providers() {
		if p.Slug == slug {
			return p, true
		}
	}
	return Provider{}, false
}

func (c *Client) discover(ctx context.Context, p Provider) (*oidc.Provider, error) {
	c.mu.Lock()
	known := c.found[p.Slug]
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	// The provider keeps this context for fetching keys later, so it must not
	// end with the request.
	known, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), c.http), p.Issuer)
	if err != nil {
		return nil, fmt.Errorf("openid: %s: %w", p.Slug, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.found[p.Slug] = known
	return known, nil
}

func (c *Client) config(p Provider, known *oidc.Provider, back string) *oauth2.Config {
	scopes := p.Scopes
	if len(scopes) == 0 {
		scopes = []string{"email", "profile"}
	}
	return &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: known.Endpoint(),
		RedirectURL: back, Scopes: append([]string{oidc.ScopeOpenID}, scopes...)}
}

// Leave gives the address at the provider to send the person to; back is where
// the provider sends them afterwards. The three secrets of s are the caller's.
func (c *Client) Leave(ctx context.Context, s State, back string) (string, error) {
	p, ok := c.Provider(s.Provider)
	if !ok {
		return "", fmt.Errorf("%w: no such provider", ErrRefused)
	}
	known, err := c.discover(ctx, p)
	if err != nil {
		return "", err
	}
	return c.config(p, known, back).AuthCodeURL(s.State, oidc.Nonce(s.Nonce), oauth2.S256ChallengeOption(s.Verifier)), nil
}

// Return checks the provider's answer and tells who came back. Everything the
// provider or a forger could have got wrong is ErrRefused.
func (c *Client) Return(ctx context.Context, s State, back string, answer url.Values) (Identity, error) {
	if subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(s.State)) != 1 || s.State == "" {
		return Identity{}, fmt.Errorf("%w: state does not fit", ErrRefused)
	}
	if answer.Has("error") || answer.Get("code") == "" {
		return Identity{}, fmt.Errorf("%w: provider says %.80q", ErrRefused, answer.Get("error"))
	}
	p, ok := c.Provider(s.Provider)
	if !ok {
		return Identity{}, fmt.Errorf("%w: no such provider", ErrRefused)
	}
	known, err := c.discover(ctx, p)
	if err != nil {
		return Identity{}, err
	}
	// RFC 9207: a provider that names itself must be the one we left for.
	if iss := answer.Get("iss"); iss != "" && iss != p.Issuer {
		return Identity{}, fmt.Errorf("%w: answer of another provider", ErrRefused)
	}
	ctx = oidc.ClientContext(ctx, c.http)
	token, err := c.config(p, known, back).Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(s.Verifier))
	if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Identity{}, fmt.Errorf("%w: no id token", ErrRefused)
	}
	id, err := known.Verifier(&oidc.Config{ClientID: p.ClientID, Now: c.now}).Verify(ctx, raw)
	if err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return identity(id, s.Nonce)
}

func identity(id *oidc.IDToken, nonce string) (Identity, error) {
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 || nonce == "" {
		return Identity{}, fmt.Errorf("%w: nonce does not fit", ErrRefused)
	}
	var claims struct {
		Name     string `json:"name"`
		Email    string `json:"email"`
		Verified any    `json:"email_verified"` // some providers send it as text
	}
	if err := id.Claims(&claims); err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if id.Subject == "" || len(id.Subject) > 255 {
		return Identity{}, fmt.Errorf("%w: no subject", ErrRefused)
	}
	out := Identity{Issuer: id.Issuer, Subject: id.Subject, Name: strings.ToValidUTF8(claims.Name, "")}
	if claims.Verified == true || claims.Verified == "true" {
		out.Email = claims.Email
	}
	return out, nil
}

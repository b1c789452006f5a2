// Package fetch is the one way this program opens an address that somebody
// typed in: imports, feeds, calendars, webhooks. It treats every address as
// hostile. What is refused, and why, follows CWE-918 (server-side request
// forgery): the check is made on the address that is really connected, after
// name resolution, so a name that resolves differently the second time (DNS
// rebinding) gains nothing.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Defaults of a zero Options.
const (
	DefaultTimeout      = 30 * time.Second
	DefaultMaxBytes     = 20 << 20
	DefaultMaxRedirects = 5
	DefaultUserAgent    = "Dorflinde/1 (import of feeds and calendars)"
)

// maxURL is the longest address accepted, in bytes.
const maxURL = 4096

var defaultPorts = []uint16{80, 443, 8080, 8443}

// Options configures a Client. The zero value is safe: public addresses only.
type Options struct {
	UserAgent    string        // sent with every request; DefaultUserAgent if empty
	Timeout      time.Duration // for the whole exchange with all redirects and the body; DefaultTimeout if zero
	MaxBytes     int64         // of the body after decompression; DefaultMaxBytes if zero
	MaxRedirects int           // DefaultMaxRedirects if zero, none if negative
	Ports        []uint16      // allowed ports; 80, 443, 8080 and 8443 if empty

	// Allow lists exceptions that may be reached although they are private or
	// on another port, each one exactly: the loopback server of a test, the
	// calendar server in the town hall's own network.
	Allow []netip.AddrPort

	// Proxy sends everything through one HTTP proxy. The environment is never
	// asked. Behind a proxy this program cannot see the resolved address, so
	// the proxy must refuse private targets itself; literal addresses and
	// local names are still refused here.
	Proxy *url.URL

	// Resolver replaces the resolver of the system.
	Resolver *net.Resolver
}

// Conditions make a request conditional (RFC 9110, section 13): values that a
// former Response carried. Empty ones are not sent.
type Conditions struct {
	ETag         string
	LastModified string
}

// Response is a body read completely, or the news that nothing changed.
type Response struct {
	URL          string // where the body came from after redirects
	Moved        bool   // every redirect on the way was permanent (301, 308): remember URL
	NotModified  bool   // 304: Body is empty, what is stored is still good
	Status       int
	ETag         string
	LastModified string
	ContentType  string
	Body         []byte
}

// Client fetches. It is safe for concurrent use.
type Client struct {
	opt  Options
	http *http.Client
}

// New returns a Client.
func New(opt Options) *Client {
	if opt.UserAgent == "" {
		opt.UserAgent = DefaultUserAgent
	}
	if opt.Timeout <= 0 {
		opt.Timeout = DefaultTimeout
	}
	if opt.MaxBytes <= 0 {
		opt.MaxBytes = DefaultMaxBytes
	}
	if opt.MaxRedirects == 0 {
		opt.MaxRedirects = DefaultMaxRedirects
	}
	if len(opt.Ports) == 0 {
		opt.Ports = defaultPorts
	}
	opt.Ports, opt.Allow = slices.Clone(opt.Ports), slices.Clone(opt.Allow)
	c := &Client{opt: opt}
	dialer := &net.Dialer{Timeout: min(10*time.Second, opt.Timeout), Resolver: opt.Resolver}
	if opt.Proxy == nil {
		dialer.Control = c.guard
	}
	transport := &http.Transport{
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  opt.Timeout,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConns:           8,
		IdleConnTimeout:        15 * time.Second,
	}
	if opt.Proxy != nil {
		transport.Proxy = http.ProxyURL(opt.Proxy)
	}
	// No cookie jar: nothing a site sets is ever sent back.
	c.http = &http.Client{Transport: transport, Timeout: opt.Timeout, CheckRedirect: c.checkRedirect}
	return c
}

// Get fetches rawURL. Every error is an *Error; answers other than 2xx and 304
// are errors with CodeStatus.
func (c *Client) Get(ctx context.Context, rawURL string, cond Conditions) (*Response, error) {
	u, err := c.check(rawURL)
	if err != nil {
		return nil, err
	}
	hops := &hops{}
	ctx = context.WithValue(ctx, hopsKey{}, hops)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, &Error{Code: CodeURL, URL: shown(rawURL), Err: err}
	}
	req.Header.Set("User-Agent", c.opt.UserAgent)
	req.Header.Set("Accept-Language", "de, en;q=0.5")
	if cond.ETag != "" {
		req.Header.Set("If-None-Match", oneLine(cond.ETag))
	}
	if cond.LastModified != "" {
		req.Header.Set("If-Modified-Since", oneLine(cond.LastModified))
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, classify(u, err)
	}
	out, err := c.read(resp, hops)
	if closeErr := resp.Body.Close(); err == nil && closeErr != nil {
		err = classify(resp.Request.URL, closeErr)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// read turns the answer into a Response with a bounded body.
func (c *Client) read(resp *http.Response, hops *hops) (*Response, error) {
	final := resp.Request.URL
	out := &Response{
		URL: final.String(), Moved: hops.count > 0 && !hops.temporary, Status: resp.StatusCode,
		ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified"),
		ContentType: resp.Header.Get("Content-Type"),
	}
	switch {
	case resp.StatusCode == http.StatusNotModified:
		out.NotModified = true
		return out, nil
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return nil, &Error{Code: CodeStatus, URL: shownURL(final), Status: resp.StatusCode,
			Detail: resp.Status, RetryAfter: oneLine(resp.Header.Get("Retry-After"))}
	}
	// gzip was asked for and undone by the transport; anything else nobody asked for.
	if enc := resp.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return nil, &Error{Code: CodeEncoding, URL: shownURL(final), Detail: oneLine(enc)}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.opt.MaxBytes+1))
	if err != nil {
		return nil, classify(final, err)
	}
	if int64(len(body)) > c.opt.MaxBytes {
		return nil, &Error{Code: CodeTooLarge, URL: shownURL(final), Detail: fmt.Sprintf("more than %d bytes", c.opt.MaxBytes)}
	}
	out.Body = body
	return out, nil
}

type hopsKey struct{}

// hops collects what the redirects of one request were.
type hops struct {
	count     int
	temporary bool
}

// checkRedirect applies to each new address what applied to the first.
func (c *Client) checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > c.opt.MaxRedirects {
		return &Error{Code: CodeRedirects, URL: shownURL(req.URL), Detail: fmt.Sprintf("more than %d redirects", max(0, c.opt.MaxRedirects))}
	}
	u, err := c.check(req.URL.String())
	if err != nil {
		return err
	}
	req.URL = u
	req.Header.Del("Referer")
	if h, ok := req.Context().Value(hopsKey{}).(*hops); ok {
		h.count++
		status := req.Response.StatusCode
		h.temporary = h.temporary || (status != http.StatusMovedPermanently && status != http.StatusPermanentRedirect)
	}
	return nil
}

// guard is called by the dialer with the resolved address, right before the
// socket is connected.
func (c *Client) guard(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return &Error{Code: CodePrivate, Detail: "address not understood", Err: err}
	}
	if c.allowed(ap) {
		return nil
	}
	if why := refusal(ap.Addr()); why != "" {
		return &Error{Code: CodePrivate, Detail: why}
	}
	if !slices.Contains(c.opt.Ports, ap.Port()) {
		return &Error{Code: CodePort, Detail: fmt.Sprint(ap.Port())}
	}
	return nil
}

func (c *Client) allowed(ap netip.AddrPort) bool {
	plain := netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	return slices.ContainsFunc(c.opt.Allow, func(a netip.AddrPort) bool {
		return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) == plain
	})
}

// classify turns what net/http returns into an *Error with a stable code.
func classify(u *url.URL, err error) error {
	var own *Error
	if errors.As(err, &own) {
		named := *own
		if named.URL == "" {
			named.URL = shownURL(u)
		}
		return &named
	}
	e := &Error{Code: CodeConnect, URL: shownURL(u), Err: err}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		e.Err = wrapped.Err // the address is already in e.URL, without its secrets
	}
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		e.Code = CodeCanceled
	case errors.As(err, &dns) && !dns.IsTimeout:
		e.Code = CodeDNS
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		e.Code = CodeTimeout
	case isTLS(err):
		e.Code = CodeTLS
	}
	return e
}

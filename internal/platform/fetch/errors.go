package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"embed"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Messages holds one sentence per code for the people who typed the address:
// keys "fetch.<code>" with the placeholders {url} and {detail}.
//
//go:embed messages.*.json
var Messages embed.FS

// The codes of Error. They are stable: stored with failed imports, translated
// in Messages.
const (
	CodeURL       = "url"             // not an address
	CodeScheme    = "scheme"          // neither http nor https
	CodeUserInfo  = "userinfo"        // name or password in the address
	CodeHost      = "host"            // no host, or an address in a disguised form
	CodePort      = "port"            // a port that is not for the web
	CodePrivate   = "private_address" // this machine, a private or special network
	CodeDNS       = "dns"             // the name does not resolve
	CodeConnect   = "connect"         // no connection, or it broke
	CodeTLS       = "tls"             // the certificate is not trusted
	CodeTimeout   = "timeout"         // too slow
	CodeCanceled  = "canceled"        // the caller gave up
	CodeRedirects = "redirects"       // sent on too often
	CodeStatus    = "status"          // an answer other than 2xx or 304
	CodeTooLarge  = "too_large"       // body over the limit
	CodeEncoding  = "encoding"        // a compression nobody asked for
)

// Codes lists every code, for tests of catalogues.
var Codes = []string{
	CodeURL, CodeScheme, CodeUserInfo, CodeHost, CodePort, CodePrivate, CodeDNS, CodeConnect,
	CodeTLS, CodeTimeout, CodeCanceled, CodeRedirects, CodeStatus, CodeTooLarge, CodeEncoding,
}

// Error says why an address was not fetched.
type Error struct {
	Code       string // one of the Code constants
	URL        string // without user info; may be empty
	Detail     string // what exactly, in English, one line
	Status     int    // HTTP status for CodeStatus
	RetryAfter string // the Retry-After header for CodeStatus, as sent
	Err        error  // cause, may be nil
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "fetch %s: %s", e.URL, e.Code)
	if e.Detail != "" {
		b.WriteString(": " + e.Detail)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether the same request may work later.
func (e *Error) Temporary() bool {
	switch e.Code {
	case CodeDNS, CodeConnect, CodeTimeout, CodeCanceled:
		return true
	case CodeStatus:
		return e.Status >= 500 || e.Status == 429 || e.Status == 408
	}
	return false
}

func isTLS(err error) bool {
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var alert tls.AlertError
	return errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &authority) ||
		errors.As(err, &name) || errors.As(err, &alert)
}

// shown shortens an address for messages and takes secrets out.
func shown(raw string) string {
	if u, err := url.Parse(raw); err == nil {
		return shownURL(u)
	}
	// Not parseable: a password could stand anywhere before an @.
	if i := strings.LastIndexByte(raw, '@'); i >= 0 {
		raw = raw[i+1:]
	}
	return cut(oneLine(raw))
}

func shownURL(u *url.URL) string {
	plain := *u
	plain.User = nil
	return cut(plain.String())
}

func cut(s string) string {
	if len(s) > 200 {
		return strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}

// oneLine replaces control characters, so that nothing from outside breaks a
// header or a log line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

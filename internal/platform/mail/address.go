package mail

import (
	"errors"
	"net/mail"
	"strings"

	"golang.org/x/net/idna"
)

// ErrAddress says that a text is not an e-mail address.
var ErrAddress = errors.New("mail: not an e-mail address")

// maxAddress is the longest address SMTP carries (RFC 5321, 4.5.3.1.3, minus
// the angle brackets).
const maxAddress = 254

// Address reads one plain address such as "Vroni@Example.org " and returns the
// form in which it is compared and sent to: without spaces, in lower case, the
// domain in its ASCII form (RFC 5891). The part before the @ is lowered too:
// RFC 5321 would allow a difference, but no provider makes one, and two
// accounts that differ only in case would be a trap. Display names, comments,
// quoted local parts and address literals are refused.
func Address(s string) (string, error) {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, "\"()<>[]\\,;: \r\n\t\x00") {
		return "", ErrAddress
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s {
		return "", ErrAddress
	}
	at := strings.LastIndexByte(s, '@')
	local, domain := strings.ToLower(s[:at]), s[at+1:]
	domain, err = idna.Lookup.ToASCII(domain)
	if err != nil || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") {
		return "", ErrAddress
	}
	out := local + "@" + domain
	if len(out) > maxAddress || len(local) > 64 {
		return "", ErrAddress
	}
	return out, nil
}

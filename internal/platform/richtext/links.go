package richtext

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// target returns an address that may stand in a link, or nothing. Allowed are
// http, https, mailto, tel, and places on this site: /path, #part, ?query.
func target(raw string) string {
	raw = strings.TrimSpace(raw)
	if strings.HasPrefix(strings.ToLower(raw), "www.") {
		raw = "https://" + raw
	}
	if raw == "" || len(raw) > maxHref || strings.ContainsFunc(raw, func(r rune) bool {
		return r <= 0x20 || r == 0x7f || r == '\\' || r == '"' || r == '<' || r == '>' || r == '`'
	}) {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	switch u.Scheme {
	case "http", "https":
		if u.Host == "" || u.User != nil {
			return ""
		}
	case "mailto", "tel":
		if u.Opaque == "" {
			return ""
		}
	case "":
		// "//host" would leave the site in disguise; "page" has no fixed meaning.
		if u.Host != "" || strings.HasPrefix(raw, "//") || !strings.ContainsRune("/#?", rune(raw[0])) {
			return ""
		}
	default:
		return ""
	}
	return u.String()
}

// external reports whether a checked target leaves this site.
func external(href string) bool {
	return strings.HasPrefix(href, "http:") || strings.HasPrefix(href, "https:")
}

// bareAt reads an address written out in the text at the start of s.
func bareAt(s string) (href string, n int) {
	switch s[0] {
	case 'h', 'H', 'w', 'W':
		if hasFold(s, "https://") || hasFold(s, "http://") || hasFold(s, "www.") {
			if !hasHost(s) {
				break
			}
			n = addressLen(s)
			if href = target(s[:n]); href != "" {
				return href, n
			}
		}
	}
	return mailAt(s)
}

// hasHost reports whether a host name with a dot inside stands behind the
// scheme. It looks at no more than a name can have.
func hasHost(s string) bool {
	if _, rest, ok := strings.Cut(s[:min(len(s), 9)], "//"); ok {
		s = s[min(len(s), 9)-len(rest):]
	}
	dot := -1
	for i, r := range s[:min(len(s), 254)] {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-':
			if dot > 0 && dot == i-1 {
				return true
			}
		case r == '.' && i > 0:
			dot = i
		default:
			return false
		}
	}
	return false
}

func hasFold(s, prefix string) bool {
	return len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// addressLen ends an address at a space or a quote and gives the punctuation
// of the sentence back: "see https://example.org/a_(b)." ends before the dot.
func addressLen(s string) int {
	n, parens := 0, 0 // parens: opened minus closed
	for n < len(s) && n < maxHref {
		r, size := utf8.DecodeRuneInString(s[n:])
		if unicode.IsSpace(r) || strings.ContainsRune("<>\"`„“”«»|\\[]{}*", r) {
			break
		}
		switch r {
		case '(':
			parens++
		case ')':
			parens--
		}
		n += size
	}
	for n > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:n])
		if r == ')' && parens >= 0 || !strings.ContainsRune(".,;:!?'’…)", r) {
			break
		}
		if r == ')' {
			parens++
		}
		n -= size
	}
	return n
}

// mailAt reads a mail address at the start of s. The local part is the common
// subset of RFC 5322, the domain has at least two labels.
func mailAt(s string) (href string, n int) {
	for n < len(s) && n <= 64 && (isAlnum(s[n]) || strings.IndexByte("._%+-", s[n]) >= 0) {
		n++
	}
	if n == 0 || n >= len(s) || s[n] != '@' || s[0] == '.' || s[n-1] == '.' {
		return "", 0
	}
	at := n
	for n++; n < len(s) && n-at <= 253; {
		r, size := utf8.DecodeRuneInString(s[n:])
		switch {
		case r == '.' && n > at+1 && s[n-1] != '.':
		case unicode.IsLetter(r) || r >= '0' && r <= '9' || r == '-' && n > at+1:
		default:
			size = 0
		}
		if size == 0 {
			break
		}
		n += size
	}
	for n > at && (s[n-1] == '.' || s[n-1] == '-') {
		n--
	}
	if dot := strings.LastIndexByte(s[at:n], '.'); dot < 0 || n-at-dot < 3 {
		return "", 0
	}
	return target("mailto:" + s[:n]), n
}

func isAlnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

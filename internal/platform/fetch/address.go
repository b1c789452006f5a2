package fetch

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// special is what never leads to a public web site, after the IANA IPv4 and
// IPv6 Special-Purpose Address Registries (RFC 6890 and its updates).
var special = prefixes(map[string]string{
	"0.0.0.0/8":         "this network (RFC 791)",
	"10.0.0.0/8":        "private (RFC 1918)",
	"100.64.0.0/10":     "carrier-grade NAT (RFC 6598)",
	"127.0.0.0/8":       "loopback (RFC 1122)",
	"168.63.129.16/32":  "cloud platform service",
	"169.254.0.0/16":    "link-local, cloud metadata (RFC 3927)",
	"172.16.0.0/12":     "private (RFC 1918)",
	"192.0.0.0/24":      "protocol assignments (RFC 6890)",
	"192.0.2.0/24":      "documentation (RFC 5737)",
	"192.31.196.0/24":   "AS112 (RFC 7535)",
	"192.52.193.0/24":   "AMT (RFC 7450)",
	"192.88.99.0/24":    "6to4 relay (RFC 7526)",
	"192.168.0.0/16":    "private (RFC 1918)",
	"192.175.48.0/24":   "AS112 (RFC 7534)",
	"198.18.0.0/15":     "benchmark (RFC 2544)",
	"198.51.100.0/24":   "documentation (RFC 5737)",
	"203.0.113.0/24":    "documentation (RFC 5737)",
	"224.0.0.0/4":       "multicast (RFC 5771)",
	"240.0.0.0/4":       "reserved, broadcast (RFC 1112)",
	"2001::/23":         "protocol assignments, Teredo, benchmark (RFC 2928)",
	"2001:db8::/32":     "documentation (RFC 3849)",
	"2002::/16":         "6to4 (RFC 3056)",
	"2620:4f:8000::/48": "AS112 (RFC 7534)",
	"3fff::/20":         "documentation (RFC 9637)",
})

var (
	globalUnicast = netip.MustParsePrefix("2000::/3") // all that IANA has handed out
	nat64         = netip.MustParsePrefix("64:ff9b::/96")
)

type reserved struct {
	prefix netip.Prefix
	why    string
}

func prefixes(list map[string]string) []reserved {
	out := make([]reserved, 0, len(list))
	for p, why := range list {
		out = append(out, reserved{netip.MustParsePrefix(p), why})
	}
	slices.SortFunc(out, func(a, b reserved) int { return b.prefix.Bits() - a.prefix.Bits() })
	return out
}

// refusal names the reason not to connect to a, or is empty for a public address.
func refusal(a netip.Addr) string {
	if !a.IsValid() {
		return "no address"
	}
	if a.Zone() != "" {
		return "address with a zone"
	}
	a = a.Unmap()
	if a.Is6() {
		// An address translated by NAT64 (RFC 6052) is as good as the one inside.
		if nat64.Contains(a) {
			b := a.As16()
			return refusal(netip.AddrFrom4([4]byte(b[12:])))
		}
		if !globalUnicast.Contains(a) {
			return "not a global unicast address (RFC 4291)"
		}
	}
	for _, r := range special {
		if r.prefix.Contains(a) {
			return r.why
		}
	}
	return ""
}

// CheckURL says early, without touching the network, whether an address could
// ever be fetched by a Client with default options: for forms. The error is an
// *Error. A nil answer is no promise; the connection is checked again.
func CheckURL(raw string) error {
	_, err := checkURL(raw, defaultPorts, nil)
	return err
}

func (c *Client) check(raw string) (*url.URL, error) {
	return checkURL(raw, c.opt.Ports, c.opt.Allow)
}

// checkURL parses raw and returns it with its host in ASCII.
func checkURL(raw string, ports []uint16, allow []netip.AddrPort) (*url.URL, error) {
	fail := func(code, detail string) (*url.URL, error) {
		return nil, &Error{Code: code, URL: shown(raw), Detail: detail}
	}
	if raw = strings.TrimSpace(raw); len(raw) > maxURL {
		return fail(CodeURL, "too long")
	}
	// Backslashes: browsers read them as slashes, Go does not. Nobody needs them.
	if raw == "" || strings.ContainsFunc(raw, func(r rune) bool { return r <= 0x20 || r == 0x7f || r == '\\' }) {
		return fail(CodeURL, "empty, or with spaces, control characters or backslashes")
	}
	u, err := url.Parse(raw)
	if err != nil {
		if i := strings.IndexByte(raw, ':'); i > 0 && !strings.HasPrefix(raw[i:], "://") {
			return fail(CodeScheme, "")
		}
		return fail(CodeURL, "cannot be parsed")
	}
	if u.Scheme != "http" && u.Scheme != "https" { // url.Parse lowers the scheme
		return fail(CodeScheme, oneLine(u.Scheme))
	}
	if u.User != nil {
		return fail(CodeUserInfo, "")
	}
	if u.Opaque != "" || u.Host == "" {
		return fail(CodeHost, "no host")
	}
	port, ok := portOf(u)
	exception := slices.ContainsFunc(allow, func(a netip.AddrPort) bool { return a.Port() == port })
	if !ok || (!slices.Contains(ports, port) && !exception) {
		return fail(CodePort, oneLine(u.Port()))
	}
	host, code, detail := checkHost(u.Hostname(), port, allow)
	if code != "" {
		return fail(code, detail)
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p := u.Port(); p != "" {
		host += ":" + p
	}
	u.Host, u.Fragment, u.RawFragment = host, "", ""
	return u, nil
}

func portOf(u *url.URL) (uint16, bool) {
	switch p := u.Port(); {
	case p != "":
		n, err := strconv.ParseUint(p, 10, 16)
		return uint16(n), err == nil && n > 0
	case u.Scheme == "https":
		return 443, !strings.HasSuffix(u.Host, ":")
	default:
		return 80, !strings.HasSuffix(u.Host, ":")
	}
}

// localNames are resolved inside a machine or a house (RFC 6761, RFC 6762,
// RFC 8375, ICANN's "internal").
var localNames = []string{"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa", "fritz.box", "onion", "invalid", "test"}

// checkHost returns the host as it will be dialled, or a code and a detail.
func checkHost(host string, port uint16, allow []netip.AddrPort) (ascii, code, detail string) {
	if a, err := netip.ParseAddr(host); err == nil {
		listed := slices.ContainsFunc(allow, func(x netip.AddrPort) bool {
			return x.Port() == port && x.Addr().Unmap() == a.Unmap()
		})
		if why := refusal(a); why != "" && !listed {
			return "", CodePrivate, why
		}
		return a.String(), "", ""
	}
	if strings.ContainsAny(host, "%[]:") {
		return "", CodeHost, "not a host name"
	}
	// The transport maps full-width and circled digits to ASCII. Do it first,
	// so that the checks below see what will be dialled.
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil || !utf8.ValidString(host) {
		return "", CodeHost, "not a host name"
	}
	// The transport maps once more; only a name that stays the same is the one
	// that was checked.
	if again, err := idna.Lookup.ToASCII(ascii); err != nil || again != ascii {
		return "", CodeHost, "not a host name"
	}
	ascii = strings.TrimSuffix(strings.ToLower(ascii), ".")
	labels := strings.Split(ascii, ".")
	if slices.Contains(labels, "") || len(ascii) > 253 {
		return "", CodeHost, "not a host name"
	}
	if numeric(labels[len(labels)-1]) {
		// 127.1, 0177.0.0.1, 2130706433, 0x7f000001 and 127.0.0.1 with a dot at
		// the end: some resolvers read these as addresses, people do not write them.
		return "", CodePrivate, "IP address in an unusual form"
	}
	if len(allow) > 0 {
		return ascii, "", "" // an exception may have a local name; the dialer decides
	}
	if len(labels) == 1 {
		return "", CodePrivate, "local name"
	}
	for _, name := range localNames {
		if ascii == name || strings.HasSuffix(ascii, "."+name) {
			return "", CodePrivate, "local name"
		}
	}
	return ascii, "", ""
}

// numeric follows the WHATWG URL standard, section 3.5 ("ends in a number").
func numeric(label string) bool {
	digits, hex := label, false
	if strings.HasPrefix(label, "0x") {
		digits, hex = label[2:], true
	}
	for _, r := range digits {
		if (r < '0' || r > '9') && !(hex && r >= 'a' && r <= 'f') {
			return false
		}
	}
	return true
}

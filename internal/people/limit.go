package people

import (
	"net"
	"net/http"
	"net/netip"
	"time"
)

// Limit says how often something may be tried.
type Limit struct {
	Max int
	Per time.Duration
}

// Allows decides by a sliding window made of two fixed ones: before counts the
// window that has ended, now the one that began `into` ago. The part of the
// old window that still lies within the last Per counts in proportion, so
// that nobody gets twice the number at the edge. When it refuses, wait is how
// long until one more would be allowed if nothing else happened.
func (l Limit) Allows(before, now int, into time.Duration) (ok bool, wait time.Duration) {
	into = min(max(into, 0), l.Per)
	left := l.Per - into
	if counted(before, left, l.Per)+now < l.Max {
		return true, 0
	}
	if now >= l.Max { // this window alone is full: the next must drain it
		need := l.Per - time.Duration(int64(l.Per)*int64(l.Max-1)/int64(now))
		return false, left + max(need, 0) + time.Second
	}
	// before·left/Per must fall below Max-now.
	enough := time.Duration(int64(l.Per) * int64(l.Max-now) / int64(max(before, 1)))
	return false, max(left-enough, 0) + time.Second
}

// counted is the share of the old window, rounded down.
func counted(before int, left, per time.Duration) int {
	return int(int64(before) * int64(left) / int64(per))
}

// attempts at one kind of thing, by what is tried, by address and by network.
type attempts struct{ account, address, network Limit }

// The limits. Guessing a PIN of a known card takes 10 tries until it locks; a
// password at 10 in 15 minutes is 350,000 a year, far from any that Judge lets
// pass. A network holds a whole village behind one provider's gateway, so it
// may do more.
var (
	linkAttempts     = attempts{Limit{5, time.Hour}, Limit{20, time.Hour}, Limit{200, time.Hour}}
	passwordAttempts = attempts{Limit{10, 15 * time.Minute}, Limit{40, 15 * time.Minute}, Limit{400, 15 * time.Minute}}
	cardAttempts     = attempts{Limit{10, 15 * time.Minute}, Limit{40, 15 * time.Minute}, Limit{400, 15 * time.Minute}}
	inviteAttempts   = attempts{Limit{50, 24 * time.Hour}, Limit{100, 24 * time.Hour}, Limit{1000, 24 * time.Hour}}
	openAttempts     = attempts{Limit{}, Limit{60, 15 * time.Minute}, Limit{600, 15 * time.Minute}}
	letterAttempts   = attempts{Limit{10, time.Hour}, Limit{40, time.Hour}, Limit{400, time.Hour}}
)

// Letter counts one letter of a kind that somebody without an account causes to
// an e-mail address, which need not be theirs. It is a TooMany fault when the
// address has been written to, or the asker has asked, too often; whether the
// address is known makes no difference.
func (s *Service) Letter(r *http.Request, kind, email string) error {
	return s.tried(r, "letter "+kind, email, letterAttempts)
}

// Household is the address a request comes from, as far as one household has
// it: an IPv4 address, or the /64 of an IPv6 address, inside which everybody
// may choose addresses at will.
func (s *Service) Household(r *http.Request) string {
	address, _ := places(s.clientAddr(r))
	return address
}

// clientAddr is where a request comes from.
func (s *Service) clientAddr(r *http.Request) netip.Addr {
	if s.ClientAddr != nil {
		return s.ClientAddr(r)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{} // all unknown addresses share one bucket
	}
	return addr
}

// places are the address itself and the network around it: an IPv4 address and
// its /24, an IPv6 /64 (what one household has) and its /48.
func places(addr netip.Addr) (address, network string) {
	addr = addr.Unmap().WithZone("")
	small, large := 32, 24
	if addr.Is6() {
		small, large = 64, 48
	}
	return prefix(addr, small), prefix(addr, large)
}

func prefix(addr netip.Addr, bits int) string {
	p, err := addr.Prefix(bits)
	if err != nil || !p.IsValid() {
		return "unknown"
	}
	return p.String()
}

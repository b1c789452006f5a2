package people

import (
	"net/netip"
	"testing"
	"time"
)

func TestLimitAllows(t *testing.T) {
	l := Limit{Max: 10, Per: time.Hour}
	for _, c := range []struct {
		name        string
		before, now int
		into        time.Duration
		want        bool
	}{
		{"nothing yet", 0, 0, 0, true},
		{"last one", 0, 9, time.Minute, true},
		{"one too many", 0, 10, time.Minute, false},
		{"old window counts in full at its end", 10, 0, 0, false},
		{"half of the old window", 10, 4, 30 * time.Minute, true},
		{"half of the old window, full", 10, 5, 30 * time.Minute, false},
		{"old window is nearly over", 10, 9, 59*time.Minute + 59*time.Second, true},
		{"clock went back", 0, 0, -time.Minute, true},
	} {
		ok, wait := l.Allows(c.before, c.now, c.into)
		if ok != c.want {
			t.Errorf("%s: %v", c.name, ok)
		}
		if ok != (wait == 0) {
			t.Errorf("%s: wait %v", c.name, wait)
		}
	}
}

// After the announced wait one more must be allowed, and never a whole window
// later than needed.
func TestLimitWaitIsEnough(t *testing.T) {
	l := Limit{Max: 10, Per: time.Hour}
	for before := range 12 {
		for now := range 12 {
			for _, into := range []time.Duration{0, time.Minute, 17 * time.Minute, 59 * time.Minute} {
				ok, wait := l.Allows(before, now, into)
				if ok {
					continue
				}
				b, n, i := before, now, into+wait
				for i >= l.Per {
					b, n, i = n, 0, i-l.Per
				}
				if again, _ := l.Allows(b, n, i); !again {
					t.Errorf("before %d, now %d, into %v: still refused after %v", before, now, into, wait)
				}
				if wait > 2*l.Per {
					t.Errorf("before %d, now %d: wait %v", before, now, wait)
				}
			}
		}
	}
}

func TestPlaces(t *testing.T) {
	for in, want := range map[string][2]string{
		"192.0.2.17":           {"192.0.2.17/32", "192.0.2.0/24"},
		"::ffff:192.0.2.17":    {"192.0.2.17/32", "192.0.2.0/24"},
		"2001:db8:1:2:3:4:5:6": {"2001:db8:1:2::/64", "2001:db8:1::/48"},
		"fe80::1%eth0":         {"fe80::/64", "fe80::/48"},
	} {
		a, n := places(netip.MustParseAddr(in))
		if a != want[0] || n != want[1] {
			t.Errorf("%s: %s, %s", in, a, n)
		}
	}
	if a, n := places(netip.Addr{}); a != "unknown" || n != "unknown" {
		t.Errorf("no address: %s, %s", a, n)
	}
}

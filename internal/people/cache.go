package people

import (
	"context"
	"sync"
	"time"

	"dorflinde/internal/platform/db"
)

// cache remembers who is behind a session or token, so that the hot path asks
// the database nothing while nothing has changed.
//
// Invariant: everything inside was read at people_version n or later, and the
// database had data version seen when n was last compared. A revoked session
// therefore ends with the next request on this node, and within half a second
// (db.DB.Version) on another.
type cache struct {
	mu     sync.RWMutex
	filled bool
	seen   uint64 // db.DB.Version() at the last comparison
	n      int64  // people_version
	orgs   *OrgDirectory
	known  map[string]*remembered // by hash of cookie or token
}

// remembered is one session or token. The actor is never changed once stored.
type remembered struct {
	actor   Actor
	session Session   // zero for tokens
	touched time.Time // when the visit was last written; guarded by cache.mu
	usedDay string    // of tokens; guarded by cache.mu
}

// maxRemembered bounds the memory; beyond it the cache starts anew.
const maxRemembered = 50_000

func (c *cache) clear(n int64) {
	c.n, c.known, c.orgs, c.filled = n, map[string]*remembered{}, nil, false
}

func (c *cache) organisations() *OrgDirectory {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.orgs
}

func (c *cache) get(hash string) (*remembered, *OrgDirectory, int64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.known[hash], c.orgs, c.n
}

// put remembers what was read at people_version n, unless that is old by now.
func (c *cache) put(hash string, r *remembered, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n != c.n {
		return
	}
	if len(c.known) >= maxRemembered {
		c.known = map[string]*remembered{}
	}
	c.known[hash] = r
}

// touch reports whether the visit should be written now, to one caller only.
func (c *cache) touch(r *remembered, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(r.touched) < seenEvery {
		return false
	}
	r.touched = now
	return true
}

// useOn reports whether that day of use should be written now.
func (c *cache) useOn(r *remembered, day string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.usedDay == day {
		return false
	}
	r.usedDay = day
	return true
}

// refresh compares the cache with the database and reads the organisations
// anew when anything about people has changed.
func (s *Service) refresh(ctx context.Context) error {
	c := &s.cache
	now := s.DB.Version() // before reading: a write in between is seen next time
	c.mu.RLock()
	fresh := c.filled && c.seen == now
	n, filled := c.n, c.filled
	c.mu.RUnlock()
	if fresh {
		return nil
	}
	var latest int64
	var orgs []Organisation
	err := s.DB.View(ctx, func(tx *db.Tx) error {
		var err error
		if latest, err = version(tx); err != nil || (filled && latest == n) {
			return err
		}
		orgs, err = loadOrganisations(tx)
		return err
	})
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case filled && latest == n:
		if c.n == n {
			c.seen = max(c.seen, now)
		}
	case !c.filled || latest > c.n:
		c.clear(latest)
		c.orgs, c.filled, c.seen = NewOrgDirectory(orgs), true, now
	}
	return nil
}

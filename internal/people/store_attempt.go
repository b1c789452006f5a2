package people

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

var (
	countAttempts = db.SQL(`SELECT COALESCE(SUM(CASE WHEN start = $2 THEN n ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN start = $3 THEN n ELSE 0 END), 0) FROM attempt WHERE bucket = $1 AND start IN ($2, $3)`)
	addAttempt    = db.SQL(`INSERT INTO attempt (bucket, start, n) VALUES ($1, $2, 1) ON CONFLICT (bucket, start) DO UPDATE SET n = attempt.n + 1`)
	forgiveBucket = db.SQL(`DELETE FROM attempt WHERE bucket = $1`)
	dropAttempts  = db.SQL(`DELETE FROM attempt WHERE start < $1`)
)

// bucket names what is counted. Addresses of people and machines are hashed,
// so that the table cannot be read as a log of who was where.
func bucket(kind, what, value string) string {
	return hashed(kind + "\x00" + what + "\x00" + value)[:32]
}

// tried counts one attempt at kind, against what (an e-mail address, a card
// code), from the request's address. It is a TooMany fault when any of the
// three limits is reached; a refused attempt does not count.
func (s *Service) tried(r *http.Request, kind, what string, limits attempts) error {
	address, network := places(s.clientAddr(r))
	return s.DB.Update(r.Context(), func(tx *db.Tx) error {
		checks := []struct {
			bucket string
			limit  Limit
		}{
			{bucket(kind, "account", what), limits.account},
			{bucket(kind, "address", address), limits.address},
			{bucket(kind, "network", network), limits.network},
		}
		var longest time.Duration
		for _, c := range checks {
			if c.limit.Max == 0 {
				continue
			}
			wait, err := s.waitFor(tx, c.bucket, c.limit)
			if err != nil {
				return err
			}
			longest = max(longest, wait)
		}
		if longest > 0 {
			return fault.New(fault.KindTooMany, "people.too_many", "minutes", max(2, int(math.Ceil(longest.Minutes()))))
		}
		for _, c := range checks {
			if c.limit.Max == 0 {
				continue
			}
			if _, err := tx.Exec(addAttempt, c.bucket, db.Micros(s.Clock.Now().Truncate(c.limit.Per))); err != nil {
				return fmt.Errorf("attempts: %w", err)
			}
		}
		return nil
	})
}

// waitFor is zero when one more attempt is allowed.
func (s *Service) waitFor(tx *db.Tx, bucket string, l Limit) (time.Duration, error) {
	now := s.Clock.Now()
	start := now.Truncate(l.Per)
	var current, before int
	if err := tx.QueryRow(countAttempts, bucket, db.Micros(start), db.Micros(start.Add(-l.Per))).Scan(&current, &before); err != nil {
		return 0, fmt.Errorf("attempts: %w", err)
	}
	_, wait := l.Allows(before, current, now.Sub(start))
	return wait, nil
}

// forgive forgets the attempts at an account after the right answer.
func (s *Service) forgive(tx *db.Tx, kind, what string) error {
	if _, err := tx.Exec(forgiveBucket, bucket(kind, "account", what)); err != nil {
		return fmt.Errorf("attempts: %w", err)
	}
	return nil
}

// cleanup removes what has expired; it comes again by itself.
func (s *Service) cleanup(ctx context.Context, _ []byte) error {
	now := s.Clock.Now()
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := dropExpiredSessions(tx, now); err != nil {
			return fmt.Errorf("cleanup: %w", err)
		}
		for _, old := range []struct {
			statement *db.Stmt
			before    time.Time
		}{{dropAttempts, now.Add(-48 * time.Hour)}, {dropLinks, now}, {dropCeremonies, now}, {dropInvitations, now}} {
			if _, err := tx.Exec(old.statement, db.Micros(old.before)); err != nil {
				return fmt.Errorf("cleanup: %w", err)
			}
		}
		return nil
	})
}

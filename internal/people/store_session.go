package people

import (
	"fmt"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

var (
	insertSession = db.SQL(`INSERT INTO session (id, hash, account_id, way, agent, created, seen) VALUES ($1, $2, $3, $4, $5, $6, $6)`)
	sessionByHash = db.SQL(`SELECT id, account_id, way, agent, created, seen FROM session WHERE hash = $1`)
	sessionsOf    = db.SQL(`SELECT id, account_id, way, agent, created, seen FROM session WHERE account_id = $1 ORDER BY seen DESC, id`)
	touchSession  = db.SQL(`UPDATE session SET seen = $2 WHERE id = $1`)
	endSession    = db.SQL(`DELETE FROM session WHERE id = $1 AND account_id = $2`)
	endByHash     = db.SQL(`DELETE FROM session WHERE hash = $1`)
	endAll        = db.SQL(`DELETE FROM session WHERE account_id = $1 AND id <> $2`)
	endExpired    = db.SQL(`DELETE FROM session WHERE seen < $1 OR created < $2`)
	rolesOf       = db.SQL(`SELECT org_id, role FROM membership WHERE account_id = $1`)
)

func putSession(tx *db.Tx, s Session, hash string) error {
	_, err := tx.Exec(insertSession, s.ID, hash, s.Account, string(s.Way), s.Agent, db.Micros(s.Created))
	if err != nil {
		return fmt.Errorf("new session: %w", err)
	}
	return nil
}

func findSession(tx *db.Tx, hash string) (Session, error) {
	s, err := db.One(tx, sessionByHash, scanSession, hash)
	return s, notFound(err)
}

func listSessions(tx *db.Tx, account string) ([]Session, error) {
	return db.All(tx, sessionsOf, scanSession, account)
}

// endOne ends a session of that account; one of another account is not found.
func endOne(tx *db.Tx, account, id string) error {
	n, err := tx.Exec(endSession, id, account)
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	if n == 0 {
		return fault.NotFound()
	}
	return changed(tx)
}

// endOthers ends all sessions of an account but one; "" keeps none.
func endOthers(tx *db.Tx, account, keep string) error {
	if _, err := tx.Exec(endAll, account, keep); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return changed(tx)
}

func dropExpiredSessions(tx *db.Tx, now time.Time) error {
	_, err := tx.Exec(endExpired, db.Micros(now.Add(-IdleFor)), db.Micros(now.Add(-LiveFor)))
	return err
}

func scanSession(s db.Scanner) (Session, error) {
	var out Session
	var created, seen int64
	err := s.Scan(&out.ID, &out.Account, &out.Way, &out.Agent, &created, &seen)
	out.Created, out.Seen = db.Time(created), db.Time(seen)
	return out, err
}

func heldRoles(tx *db.Tx, account string) (map[string]Role, error) {
	pairs, err := db.All(tx, rolesOf, func(s db.Scanner) ([2]string, error) {
		var p [2]string
		err := s.Scan(&p[0], &p[1])
		return p, err
	}, account)
	if err != nil {
		return nil, fmt.Errorf("roles: %w", err)
	}
	held := make(map[string]Role, len(pairs))
	for _, p := range pairs {
		held[p[0]] = Role(p[1])
	}
	return held, nil
}

package people

import (
	"fmt"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

// Member is a person with a role in an organisation.
type Member struct {
	AccountID string
	Name      string
	Email     string
	Role      Role
	Since     time.Time
}

// RoleChange is one line of an organisation's log. By is empty for the command
// line.
type RoleChange struct {
	Account, Name string
	By, ByName    string
	Before, After Role
	At            time.Time
}

var (
	putMembership = db.SQL(`INSERT INTO membership (org_id, account_id, role, since) VALUES ($1, $2, $3, $4)
		ON CONFLICT (org_id, account_id) DO UPDATE SET role = excluded.role`)
	dropMembership = db.SQL(`DELETE FROM membership WHERE org_id = $1 AND account_id = $2`)
	membershipRole = db.SQL(`SELECT role FROM membership WHERE org_id = $1 AND account_id = $2`)
	otherAdmins    = db.SQL(`SELECT COUNT(*) FROM membership m JOIN account a ON a.id = m.account_id
		WHERE m.org_id = $1 AND m.role = 'admin' AND m.account_id <> $2 AND a.blocked = FALSE`)
	membersOf = db.SQL(`SELECT m.account_id, a.name, a.email, m.role, m.since FROM membership m
		JOIN account a ON a.id = m.account_id WHERE m.org_id = $1 ORDER BY a.name, a.id`)
	insertRoleLog = db.SQL(`INSERT INTO role_log (id, org_id, account_id, by_account, before, after, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	roleLogOf     = db.SQL(`SELECT l.account_id, COALESCE(a.name, ''), l.by_account, COALESCE(b.name, ''), l.before, l.after, l.at
		FROM role_log l LEFT JOIN account a ON a.id = l.account_id LEFT JOIN account b ON b.id = l.by_account
		WHERE l.org_id = $1 ORDER BY l.at DESC, l.id DESC LIMIT 100`)
	adminOf = db.SQL(`SELECT o.name FROM membership m JOIN organisation o ON o.id = m.org_id
		WHERE m.account_id = $1 AND m.role = 'admin' AND o.blocked = FALSE AND NOT EXISTS
		(SELECT 1 FROM membership x JOIN account a ON a.id = x.account_id
		WHERE x.org_id = m.org_id AND x.role = 'admin' AND x.account_id <> $1 AND a.blocked = FALSE) ORDER BY o.name`)
)

func roleIn(tx *db.Tx, org, accountID string) (Role, error) {
	text, err := db.One(tx, membershipRole, scanText, org, accountID)
	if isNotFound(err) {
		return NoRole, nil
	}
	return Role(text), err
}

// change is one wanted change of a role. NoRole takes the membership away.
type change struct {
	org, account string
	to           Role
	by           string // account of who changes it, empty for the command line
	force        bool   // by the operator: may leave an organisation without an admin
}

// setRole writes a role and its line in the log. The last admin keeps the role
// unless the operator forces it: an organisation that nobody can manage needs
// help from outside.
func (s *Service) setRole(tx *db.Tx, c change) error {
	if c.to != NoRole && !c.to.Known() {
		return fault.Invalid("role", "people.role_unknown")
	}
	before, err := roleIn(tx, c.org, c.account)
	if err != nil {
		return fmt.Errorf("role: %w", err)
	}
	if before == c.to {
		return nil
	}
	if before == Admin && !c.force {
		var others int
		if err := tx.QueryRow(otherAdmins, c.org, c.account).Scan(&others); err != nil {
			return fmt.Errorf("role: %w", err)
		}
		if others == 0 {
			return fault.Conflict("people.last_admin")
		}
	}
	now := db.Micros(s.Clock.Now())
	if c.to == NoRole {
		_, err = tx.Exec(dropMembership, c.org, c.account)
	} else {
		_, err = tx.Exec(putMembership, c.org, c.account, string(c.to), now)
	}
	if err != nil {
		return fmt.Errorf("role: %w", err)
	}
	if _, err := tx.Exec(insertRoleLog, s.IDs.New(), c.org, c.account, c.by, string(before), string(c.to), now); err != nil {
		return fmt.Errorf("role log: %w", err)
	}
	return changed(tx)
}

func listMembers(tx *db.Tx, org string) ([]Member, error) {
	return db.All(tx, membersOf, func(s db.Scanner) (Member, error) {
		var m Member
		var since int64
		err := s.Scan(&m.AccountID, &m.Name, &m.Email, &m.Role, &since)
		m.Since = db.Time(since)
		return m, err
	}, org)
}

func listRoleLog(tx *db.Tx, org string) ([]RoleChange, error) {
	return db.All(tx, roleLogOf, func(s db.Scanner) (RoleChange, error) {
		var c RoleChange
		var at int64
		err := s.Scan(&c.Account, &c.Name, &c.By, &c.ByName, &c.Before, &c.After, &at)
		c.At = db.Time(at)
		return c, err
	}, org)
}

// soleAdminOf names the organisations that would be left without an admin.
func soleAdminOf(tx *db.Tx, accountID string) ([]string, error) {
	return db.All(tx, adminOf, scanText, accountID)
}

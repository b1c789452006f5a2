package people

import (
	"fmt"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

// invitationLives is how long an invitation can be accepted.
const invitationLives = 14 * 24 * time.Hour

// Invitation offers a role to whoever reads the mail sent to Email. With
// Handover the inviting admin's own role goes over.
type Invitation struct {
	ID       string
	Org      string
	Email    string
	Name     string
	Role     Role
	Handover bool
	By       string
	Created  time.Time
	Expires  time.Time
}

const invitationColumns = `id, org_id, email, name, role, handover, by_account, created, expires`

var (
	insertInvitation = db.SQL(`INSERT INTO invitation (id, hash, org_id, email, name, role, handover, by_account, created, expires)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
	invitationByHash = db.SQL(`SELECT ` + invitationColumns + ` FROM invitation WHERE hash = $1 AND expires > $2`)
	invitationsOf    = db.SQL(`SELECT ` + invitationColumns + ` FROM invitation WHERE org_id = $1 AND expires > $2 ORDER BY created, id`)
	dropInvitation   = db.SQL(`DELETE FROM invitation WHERE id = $1 AND org_id = $2`)
	dropHandovers    = db.SQL(`DELETE FROM invitation WHERE org_id = $1 AND by_account = $2 AND handover = TRUE`)
	dropInvitations  = db.SQL(`DELETE FROM invitation WHERE expires < $1`)
)

func putInvitation(tx *db.Tx, i Invitation, hash string) error {
	if i.Handover { // a newer hand-over replaces the older
		if _, err := tx.Exec(dropHandovers, i.Org, i.By); err != nil {
			return fmt.Errorf("invite: %w", err)
		}
	}
	if _, err := tx.Exec(insertInvitation, i.ID, hash, i.Org, i.Email, i.Name, string(i.Role), i.Handover, i.By,
		db.Micros(i.Created), db.Micros(i.Expires)); err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	return nil
}

func (s *Service) invitation(tx *db.Tx, token string) (Invitation, error) {
	i, err := db.One(tx, invitationByHash, scanInvitation, hashed(token), db.Micros(s.Clock.Now()))
	if isNotFound(err) {
		return i, fault.New(fault.KindGone, "people.invitation_gone")
	}
	return i, err
}

func (s *Service) listInvitations(tx *db.Tx, org string) ([]Invitation, error) {
	return db.All(tx, invitationsOf, scanInvitation, org, db.Micros(s.Clock.Now()))
}

func withdrawInvitation(tx *db.Tx, org, id string) error {
	n, err := tx.Exec(dropInvitation, id, org)
	if err != nil {
		return fmt.Errorf("withdraw invitation: %w", err)
	}
	if n == 0 {
		return fault.NotFound()
	}
	return nil
}

func scanInvitation(s db.Scanner) (Invitation, error) {
	var i Invitation
	var created, expires int64
	err := s.Scan(&i.ID, &i.Org, &i.Email, &i.Name, &i.Role, &i.Handover, &i.By, &created, &expires)
	i.Created, i.Expires = db.Time(created), db.Time(expires)
	return i, err
}

package people

import (
	"fmt"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

// link is what an e-mail link stands for.
type link struct {
	email   string
	account string // empty: it signs in; else it proves a new address
	next    string
}

var (
	insertLink = db.SQL(`INSERT INTO login_link (hash, email, account_id, next, expires) VALUES ($1, $2, $3, $4, $5)`)
	takeLink   = db.SQL(`DELETE FROM login_link WHERE hash = $1 AND expires > $2 RETURNING email, account_id, next`)
	dropSame   = db.SQL(`DELETE FROM login_link WHERE email = $1 AND account_id = $2`)
	dropLinks  = db.SQL(`DELETE FROM login_link WHERE expires < $1`)

	insertCeremony = db.SQL(`INSERT INTO ceremony (hash, kind, account_id, state, expires) VALUES ($1, $2, $3, $4, $5)`)
	takeCeremony   = db.SQL(`DELETE FROM ceremony WHERE hash = $1 AND kind = $2 AND expires > $3 RETURNING account_id, state`)
	dropCeremonies = db.SQL(`DELETE FROM ceremony WHERE expires < $1`)

	insertIdentity = db.SQL(`INSERT INTO identity (issuer, subject, account_id, created) VALUES ($1, $2, $3, $4)`)
	identityOwner  = db.SQL(`SELECT account_id FROM identity WHERE issuer = $1 AND subject = $2`)
	identitiesOf   = db.SQL(`SELECT issuer, subject, created FROM identity WHERE account_id = $1 ORDER BY created`)
	dropIdentity   = db.SQL(`DELETE FROM identity WHERE account_id = $1 AND issuer = $2 AND subject = $3`)
)

func (s *Service) putLink(tx *db.Tx, hash string, l link) error {
	_, err := tx.Exec(insertLink, hash, l.email, l.account, l.next, db.Micros(s.Clock.Now().Add(linkLives)))
	if err != nil {
		return fmt.Errorf("new link: %w", err)
	}
	return nil
}

// useLink takes a link out, and with it all others sent to the same address
// for the same purpose. One that is unknown, used or too old is Gone.
func (s *Service) useLink(tx *db.Tx, token string) (link, error) {
	l, err := db.One(tx, takeLink, func(row db.Scanner) (link, error) {
		var l link
		err := row.Scan(&l.email, &l.account, &l.next)
		return l, err
	}, hashed(token), db.Micros(s.Clock.Now()))
	if isNotFound(err) {
		return link{}, fault.New(fault.KindGone, "people.link_gone")
	}
	if err != nil {
		return link{}, fmt.Errorf("use link: %w", err)
	}
	if _, err := tx.Exec(dropSame, l.email, l.account); err != nil {
		return link{}, fmt.Errorf("use link: %w", err)
	}
	return l, nil
}

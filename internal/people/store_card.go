package people

import (
	"fmt"
	"time"

	"dorflinde/internal/people/card"
	"dorflinde/internal/people/password"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

// issuedCard is a printed card as it is kept: code and PIN only as hashes.
type issuedCard struct {
	account string
	pinHash string
	org     string
	wrong   int
}

// CardHolder is a line in the list of cards that an organisation issued.
type CardHolder struct {
	AccountID string
	Name      string
	Locked    bool
	Created   time.Time
	Used      time.Time // zero: never
}

var (
	putCard = db.SQL(`INSERT INTO card (account_id, code_hash, pin_hash, org_id, wrong, created, used) VALUES ($1, $2, $3, $4, 0, $5, 0)
		ON CONFLICT (account_id) DO UPDATE SET code_hash = excluded.code_hash, pin_hash = excluded.pin_hash, wrong = 0, created = excluded.created`)
	cardByCode = db.SQL(`SELECT account_id, pin_hash, org_id, wrong FROM card WHERE code_hash = $1`)
	cardOf     = db.SQL(`SELECT account_id, pin_hash, org_id, wrong FROM card WHERE account_id = $1`)
	wrongPIN   = db.SQL(`UPDATE card SET wrong = wrong + 1 WHERE code_hash = $1`)
	rightPIN   = db.SQL(`UPDATE card SET wrong = 0, used = $3 WHERE code_hash = $1 AND wrong < $2`)
	cardsOfOrg = db.SQL(`SELECT c.account_id, a.name, c.wrong, c.created, c.used FROM card c JOIN account a ON a.id = c.account_id
		WHERE c.org_id = $1 ORDER BY a.name, a.id`)
)

func scanCard(s db.Scanner) (issuedCard, error) {
	var c issuedCard
	err := s.Scan(&c.account, &c.pinHash, &c.org, &c.wrong)
	return c, err
}

func listCards(tx *db.Tx, org string) ([]CardHolder, error) {
	return db.All(tx, cardsOfOrg, func(s db.Scanner) (CardHolder, error) {
		var h CardHolder
		var wrong int
		var created, used int64
		err := s.Scan(&h.AccountID, &h.Name, &wrong, &created, &used)
		h.Locked, h.Created, h.Used = wrong >= lockAfter, db.Time(created), db.Time(used)
		return h, err
	}, org)
}

// Card is a printed card as it is handed out. It can be shown once.
type Card struct {
	Name string
	Code string // grouped for reading
	PIN  string
}

// newCard draws a card and hashes it; hashing takes too long for a transaction.
func (s *Service) newCard() (c Card, codeHash, pinHash string, err error) {
	code, pin, err := card.New(s.rand)
	if err != nil {
		return Card{}, "", "", err
	}
	pinHash, err = password.Hash(s.rand, code+pin)
	return Card{Code: card.Print(code), PIN: pin}, password.Lookup("card", code), pinHash, err
}

// issueCard makes an account without e-mail and its card. org is the issuing
// municipality or administration.
func (s *Service) issueCard(tx *db.Tx, org, name, village, codeHash, pinHash string) error {
	a := &Account{ID: s.IDs.New(), Name: name, VillageID: village, Created: s.Clock.Now()}
	if err := putNewAccount(tx, a, ""); err != nil {
		return err
	}
	if _, err := tx.Exec(putCard, a.ID, codeHash, pinHash, org, db.Micros(a.Created)); err != nil {
		return fmt.Errorf("card: %w", err)
	}
	return nil
}

// reissueCard replaces a card that org issued: the old one stops working, the
// lock is lifted, and whoever was signed in with it no longer is.
func (s *Service) reissueCard(tx *db.Tx, org, accountID, codeHash, pinHash string) (name string, err error) {
	old, err := db.One(tx, cardOf, scanCard, accountID)
	if err != nil {
		return "", notFound(err)
	}
	if old.org != org {
		return "", fault.NotFound()
	}
	a, err := account(tx, accountID)
	if err != nil {
		return "", err
	}
	if a.Operator { // a clerk must not become the operator by printing a card
		return "", fault.Forbidden()
	}
	if _, err := tx.Exec(putCard, accountID, codeHash, pinHash, org, db.Micros(s.Clock.Now())); err != nil {
		return "", fmt.Errorf("card: %w", err)
	}
	return a.Name, endOthers(tx, accountID, "")
}

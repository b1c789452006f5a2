package people

import (
	"errors"
	"fmt"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

const accountColumns = `id, name, email, locale, theme, village_id, street_id, operator, blocked, created, seen`

var (
	insertAccount = db.SQL(`INSERT INTO account (id, name, email, email_norm, locale, theme, village_id, street_id, password,
		operator, blocked, created, seen) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)`)
	updateAccount = db.SQL(`UPDATE account SET name = $2, email = $3, email_norm = $3, locale = $4, theme = $5, village_id = $6,
		street_id = $7 WHERE id = $1`)
	accountByID     = db.SQL(`SELECT ` + accountColumns + ` FROM account WHERE id = $1`)
	accountByEmail  = db.SQL(`SELECT ` + accountColumns + ` FROM account WHERE email_norm = $1`)
	emailOwner      = db.SQL(`SELECT id FROM account WHERE email_norm = $1`)
	passwordByEmail = db.SQL(`SELECT id, password FROM account WHERE email_norm = $1`)
	passwordByID    = db.SQL(`SELECT password FROM account WHERE id = $1`)
	setPassword     = db.SQL(`UPDATE account SET password = $2 WHERE id = $1`)
	setOperator     = db.SQL(`UPDATE account SET operator = $2 WHERE id = $1`)
	blockAccount    = db.SQL(`UPDATE account SET blocked = $2 WHERE id = $1`)
	touchAccount    = db.SQL(`UPDATE account SET seen = $2 WHERE id = $1`)
	countOperators  = db.SQL(`SELECT COUNT(*) FROM account WHERE operator = TRUE AND blocked = FALSE AND id <> $1`)
)

// putNewAccount writes a new account. password is a hash or empty.
func putNewAccount(tx *db.Tx, a *Account, password string) error {
	if err := a.Check(); err != nil {
		return err
	}
	if err := emailFree(tx, a); err != nil {
		return err
	}
	if _, err := tx.Exec(insertAccount, a.ID, a.Name, a.Email, a.Locale, a.Theme, a.VillageID, a.StreetID, password,
		a.Operator, a.Blocked, db.Micros(a.Created)); err != nil {
		return fmt.Errorf("new account: %w", err)
	}
	return nil
}

// saveAccount writes what the person may change.
func saveAccount(tx *db.Tx, a *Account) error {
	if err := a.Check(); err != nil {
		return err
	}
	if err := emailFree(tx, a); err != nil {
		return err
	}
	n, err := tx.Exec(updateAccount, a.ID, a.Name, a.Email, a.Locale, a.Theme, a.VillageID, a.StreetID)
	if err != nil {
		return fmt.Errorf("save account: %w", err)
	}
	if n == 0 {
		return fault.NotFound()
	}
	return changed(tx)
}

func emailFree(tx *db.Tx, a *Account) error {
	if a.Email == "" {
		return nil
	}
	owner, err := db.One(tx, emailOwner, scanText, a.Email)
	if isNotFound(err) || (err == nil && owner == a.ID) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("account: %w", err)
	}
	return fault.Invalid("email", "people.email_taken")
}

func account(tx *db.Tx, id string) (*Account, error) {
	a, err := db.One(tx, accountByID, scanAccount, id)
	if err != nil {
		return nil, notFound(err)
	}
	return &a, nil
}

// accountOf finds the account of a normalised address.
func accountOf(tx *db.Tx, email string) (*Account, error) {
	if email == "" {
		return nil, fault.NotFound()
	}
	a, err := db.One(tx, accountByEmail, scanAccount, email)
	if err != nil {
		return nil, notFound(err)
	}
	return &a, nil
}

func scanAccount(s db.Scanner) (Account, error) {
	var a Account
	var created, seen int64
	err := s.Scan(&a.ID, &a.Name, &a.Email, &a.Locale, &a.Theme, &a.VillageID, &a.StreetID, &a.Operator, &a.Blocked, &created, &seen)
	a.Created, a.Seen = db.Time(created), db.Time(seen)
	return a, err
}

func isNotFound(err error) bool { return errors.Is(err, db.ErrNotFound) }

// seenAccount notes, to five minutes, when the person was last here.
func seenAccount(tx *db.Tx, id string, now time.Time) error {
	if _, err := tx.Exec(touchAccount, id, db.Micros(now)); err != nil {
		return fmt.Errorf("seen: %w", err)
	}
	return nil
}

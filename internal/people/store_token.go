package people

import (
	"fmt"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

var (
	insertToken = db.SQL(`INSERT INTO api_token (id, hash, org_id, scope, label, by_account, created, used_day)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '')`)
	tokenByHash = db.SQL(`SELECT id, org_id, scope, label, by_account, created, used_day FROM api_token WHERE hash = $1`)
	tokensOf    = db.SQL(`SELECT id, org_id, scope, label, by_account, created, used_day FROM api_token WHERE org_id = $1 ORDER BY created, id`)
	useToken    = db.SQL(`UPDATE api_token SET used_day = $2 WHERE id = $1`)
	dropToken   = db.SQL(`DELETE FROM api_token WHERE id = $1 AND org_id = $2`)
)

func putToken(tx *db.Tx, t Token, hash string) error {
	_, err := tx.Exec(insertToken, t.ID, hash, t.Org, string(t.Scope), t.Label, t.By, db.Micros(t.Created))
	if err != nil {
		return fmt.Errorf("new token: %w", err)
	}
	return nil
}

func findToken(tx *db.Tx, hash string) (Token, error) {
	t, err := db.One(tx, tokenByHash, scanToken, hash)
	return t, notFound(err)
}

func listTokens(tx *db.Tx, org string) ([]Token, error) { return db.All(tx, tokensOf, scanToken, org) }

func revokeToken(tx *db.Tx, org, id string) error {
	n, err := tx.Exec(dropToken, id, org)
	if err != nil {
		return fmt.Errorf("revoke token: %w", err)
	}
	if n == 0 {
		return fault.NotFound()
	}
	return changed(tx)
}

func scanToken(s db.Scanner) (Token, error) {
	var t Token
	var created int64
	err := s.Scan(&t.ID, &t.Org, &t.Scope, &t.Label, &t.By, &created, &t.UsedDay)
	t.Created = db.Time(created)
	return t, err
}

package people

import (
	"context"
	"fmt"
	"time"

	"dorflinde/internal/platform/db"
)

var accountsAfter = db.SQL(`SELECT ` + accountColumns + ` FROM account WHERE id > $1 ORDER BY id LIMIT $2`)

// Accounts lists accounts in the order in which they were made, for commands;
// after is the id of the last one of the page before.
func (s *Service) Accounts(ctx context.Context, after string, limit int) ([]Account, error) {
	var page []Account
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		page, err = db.All(tx, accountsAfter, scanAccount, after, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	return page, nil
}

// SignInLink makes a link that signs the account of an address in once, for the
// command line, which needs no mail server. It returns the path and until when
// it works. NotFound without such an account; a blocked one gets none.
func (s *Service) SignInLink(ctx context.Context, email string) (path string, until time.Time, err error) {
	a, err := s.AccountByEmail(ctx, email)
	if err != nil {
		return "", until, err
	}
	if a.Blocked {
		return "", until, fmt.Errorf("the account %s is blocked", a.Email)
	}
	token, err := s.secret()
	if err != nil {
		return "", until, fmt.Errorf("link: %w", err)
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error { return s.putLink(tx, hashed(token), link{email: a.Email}) })
	return "/anmelden/link/" + token, s.Clock.Now().Add(linkLives), err
}

package people

import (
	"context"
	"errors"
	"fmt"

	"dorflinde/internal/people/password"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/mail"
)

// NewAccount says whom to add, for commands and the demo.
type NewAccount struct {
	Name, Email, Password string // Email and Password may be empty
	Locale                string
	VillageID, StreetID   string
	Operator              bool
}

// AddAccount adds a person and returns the account's id. An address that is
// taken is an Invalid fault on "email", a weak password one on "password".
func (s *Service) AddAccount(ctx context.Context, n NewAccount) (string, error) {
	hash := ""
	if n.Password != "" {
		if err := judge("password", n.Password, n.Name, n.Email); err != nil {
			return "", err
		}
		var err error
		if hash, err = password.Hash(s.rand, n.Password); err != nil {
			return "", err
		}
	}
	a := Account{ID: s.IDs.New(), Name: n.Name, Email: n.Email, Locale: n.Locale, VillageID: n.VillageID, StreetID: n.StreetID,
		Operator: n.Operator, Created: s.Clock.Now()}
	err := s.DB.Update(ctx, func(tx *db.Tx) error { return putNewAccount(tx, &a, hash) })
	return a.ID, err
}

func judge(field, word string, own ...string) error {
	if w := password.Judge(word, own...); w != "" {
		return fault.Invalid(field, "people.password_"+string(w), "min", password.MinLength)
	}
	return nil
}

// AccountByEmail finds a person by address, for commands; NotFound otherwise.
func (s *Service) AccountByEmail(ctx context.Context, email string) (*Account, error) {
	address, err := mail.Address(email)
	if err != nil {
		return nil, fault.Invalid("email", "people.email")
	}
	var a *Account
	err = s.DB.View(ctx, func(tx *db.Tx) (err error) { a, err = accountOf(tx, address); return err })
	return a, err
}

// Account finds a person by id; NotFound otherwise.
func (s *Service) Account(ctx context.Context, id string) (*Account, error) {
	var a *Account
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) { a, err = account(tx, id); return err })
	return a, err
}

// NewOrganisation says what to add; see Organisation. An empty slug is made
// from the name, with a number where it is taken.
type NewOrganisation struct {
	Kind            Kind
	Name, Slug      string
	MunicipalityIDs []string
	VillageID       string
	Arms            string
	Mail, Phone     string
	Web, Address    string
	Description     string
	Legal           string
	Verified        bool
}

// AddOrganisation adds an organisation and returns its id.
func (s *Service) AddOrganisation(ctx context.Context, n NewOrganisation) (string, error) {
	o := Organisation{ID: s.IDs.New(), Kind: n.Kind, Name: n.Name, Slug: n.Slug, MunicipalityIDs: n.MunicipalityIDs,
		VillageID: n.VillageID, Arms: n.Arms, Mail: n.Mail, Phone: n.Phone, Web: n.Web, Address: n.Address,
		Description: n.Description, Legal: n.Legal, Verified: n.Verified, Since: s.Clock.Now()}
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		fresh := o
		if err := fresh.Check(); err != nil {
			return err
		}
		base := fresh.Slug
		for i := 2; n.Slug == ""; i++ {
			if _, err := db.One(tx, slugOwner, scanText, fresh.Slug); isNotFound(err) {
				break
			} else if err != nil {
				return fmt.Errorf("organisation: %w", err)
			}
			fresh.Slug = fmt.Sprintf("%s-%d", base, i)
		}
		return PutOrganisation(tx, &fresh)
	})
	return o.ID, err
}

// SetRole gives a person a role in an organisation, NoRole takes it away. It
// is for commands and the demo; the last admin cannot be removed by it, and an
// unknown person or organisation (by id) is NotFound.
func (s *Service) SetRole(ctx context.Context, org, accountID string, role Role) error {
	orgs, err := s.Organisations(ctx)
	if err != nil {
		return err
	}
	if _, ok := orgs.ByID(org); !ok {
		return fault.NotFound()
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if _, err := account(tx, accountID); err != nil {
			return err
		}
		return s.setRole(tx, change{org: org, account: accountID, to: role})
	})
}

// IssueCard makes an account without e-mail and the card to sign in with, in
// the name of a municipality or administration (id). Code and PIN are in the
// answer only.
func (s *Service) IssueCard(ctx context.Context, org, name, village string) (Card, error) {
	orgs, err := s.Organisations(ctx)
	if err != nil {
		return Card{}, err
	}
	if o, ok := orgs.ByID(org); !ok || !o.Official() {
		return Card{}, fault.NotFound()
	}
	c, codeHash, pinHash, err := s.newCard()
	if err != nil {
		return Card{}, err
	}
	if c.Name = line(name); c.Name == "" {
		return Card{}, fault.Invalid("name", "people.name_missing")
	}
	return c, s.DB.Update(ctx, func(tx *db.Tx) error { return s.issueCard(tx, org, c.Name, village, codeHash, pinHash) })
}

// SampleRole is a role given by e-mail and slug.
type SampleRole struct {
	Email, Org string
	Role       Role
}

// Sample adds people, organisations and roles, for a demo region. What is
// there already by e-mail or slug stays as it is, so it may run again.
func (s *Service) Sample(ctx context.Context, accounts []NewAccount, orgs []NewOrganisation, roles []SampleRole) error {
	people := map[string]string{}
	for _, n := range accounts {
		a, err := s.AccountByEmail(ctx, n.Email)
		switch {
		case err == nil:
			people[n.Email] = a.ID
		case fault.KindOf(err) == fault.KindNotFound:
			if people[n.Email], err = s.AddAccount(ctx, n); err != nil {
				return fmt.Errorf("sample account %s: %w", n.Email, err)
			}
		default:
			return err
		}
	}
	known, err := s.Organisations(ctx)
	if err != nil {
		return err
	}
	for _, n := range orgs {
		if _, there := known.BySlug(n.Slug); there && n.Slug != "" {
			continue
		}
		if _, err := s.AddOrganisation(ctx, n); err != nil {
			return fmt.Errorf("sample organisation %s: %w", n.Name, err)
		}
	}
	if known, err = s.Organisations(ctx); err != nil {
		return err
	}
	for _, r := range roles {
		o, ok := known.Find(r.Org)
		if !ok || people[r.Email] == "" {
			return errors.New("sample role: no such person or organisation: " + r.Email + ", " + r.Org)
		}
		if err := s.SetRole(ctx, o.ID, people[r.Email], r.Role); err != nil {
			return fmt.Errorf("sample role: %w", err)
		}
	}
	return nil
}

// IssueToken makes a token for an organisation (id or slug) and returns its
// secret, which is shown this once and kept only as a hash.
func (s *Service) IssueToken(ctx context.Context, org string, scope Scope, label string) (string, error) {
	return s.issueToken(ctx, org, scope, label, ActorFrom(ctx).AccountID)
}

func (s *Service) issueToken(ctx context.Context, org string, scope Scope, label, by string) (string, error) {
	orgs, err := s.Organisations(ctx)
	if err != nil {
		return "", err
	}
	o, ok := orgs.Find(org)
	if !ok {
		return "", fault.NotFound()
	}
	secret, err := s.secret()
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	plain := tokenPrefix + secret
	t := Token{ID: s.IDs.New(), Org: o.ID, Scope: scope, Label: label, By: by, Created: s.Clock.Now()}
	if err := t.Check(); err != nil {
		return "", err
	}
	if t.Label == "" {
		t.Label = i18n.T(ctx, "people.token_label")
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error { return putToken(tx, t, hashed(plain)) })
	return plain, err
}

// SetView keeps language and theme with the account, so that they follow the
// person to other devices; empty means as the device wants.
func (s *Service) SetView(ctx context.Context, accountID, language, theme string) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		a, err := account(tx, accountID)
		if err != nil {
			return err
		}
		a.Locale, a.Theme = language, theme
		return saveAccount(tx, a)
	})
}

// SetBlocked stops an account from signing in and ends its sessions, or lets
// it in again.
func (s *Service) SetBlocked(ctx context.Context, accountID string, blocked bool) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if _, err := account(tx, accountID); err != nil {
			return err
		}
		if _, err := tx.Exec(blockAccount, accountID, blocked); err != nil {
			return fmt.Errorf("block account: %w", err)
		}
		if blocked {
			return endOthers(tx, accountID, "")
		}
		return changed(tx)
	})
}

// SetOperator makes an account run the region, or no longer; the last operator
// stays.
func (s *Service) SetOperator(ctx context.Context, accountID string, operator bool) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if _, err := account(tx, accountID); err != nil {
			return err
		}
		if !operator {
			if err := otherOperator(tx, accountID); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(setOperator, accountID, operator); err != nil {
			return fmt.Errorf("operator: %w", err)
		}
		return changed(tx)
	})
}

// otherOperator is a Conflict when nobody else runs the region.
func otherOperator(tx *db.Tx, accountID string) error {
	var others int
	if err := tx.QueryRow(countOperators, accountID).Scan(&others); err != nil {
		return fmt.Errorf("operators: %w", err)
	}
	if others == 0 {
		return fault.Conflict("people.last_operator")
	}
	return nil
}

// SetPassword replaces an account's password and ends its sessions.
func (s *Service) SetPassword(ctx context.Context, accountID, word string) error {
	a, err := s.Account(ctx, accountID)
	if err != nil {
		return err
	}
	if err := judge("password", word, a.Name, a.Email); err != nil {
		return err
	}
	return s.replacePassword(ctx, accountID, "", word)
}

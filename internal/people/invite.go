package people

import (
	"context"
	"fmt"
	"net/http"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/mail"
)

// offer is what an admin types to invite somebody or to hand over.
type offer struct {
	email, name string
	role        Role
	handover    bool
}

func (o *offer) check() error {
	var faults fault.List
	address, err := mail.Address(o.email)
	if err != nil {
		faults.Add(fault.Invalid("email", "people.email"))
	}
	o.email, o.name = address, line(o.name)
	faults.Add(tooLong("name", o.name, maxName))
	if o.handover {
		o.role = Admin
		if o.name == "" {
			faults.Add(fault.Invalid("name", "people.name_missing"))
		}
	}
	if !o.role.Known() {
		faults.Add(fault.Invalid("role", "people.role_unknown"))
	}
	return faults.Err()
}

// invite stores an invitation and queues its letter.
func (s *Service) invite(r *http.Request, org *Organisation, o offer) error {
	if err := o.check(); err != nil {
		return err
	}
	ctx := r.Context()
	actor := ActorFrom(ctx)
	if err := s.tried(r, "invite", org.ID, inviteAttempts); err != nil {
		return err
	}
	token, err := s.secret()
	if err != nil {
		return fmt.Errorf("invite: %w", err)
	}
	now := s.Clock.Now()
	i := Invitation{ID: s.IDs.New(), Org: org.ID, Email: o.email, Name: o.name, Role: o.role, Handover: o.handover,
		By: actor.AccountID, Created: now, Expires: now.Add(invitationLives)}
	key := "people.mail_invite"
	if o.handover {
		key = "people.mail_handover"
	}
	letter := mail.Message{
		To:      o.email,
		Subject: i18n.T(ctx, key+"_subject", "org", org.Name),
		Text: i18n.T(ctx, key+"_text", "org", org.Name, "by", actor.Name, "name", o.name, "role", roleName(ctx, o.role),
			"link", s.baseURL(r)+"/einladung/"+token, "until", i18n.Date(ctx, i.Expires, i18n.DateLong)),
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := putInvitation(tx, i, hashed(token)); err != nil {
			return err
		}
		return s.Mailer.Queue(tx, letter)
	})
}

func roleName(ctx context.Context, r Role) string {
	if r == NoRole {
		return i18n.T(ctx, "people.role_none")
	}
	return i18n.T(ctx, "people.role_"+string(r))
}

// accept gives the person what the invitation offers. The inviting person must
// still be allowed to offer it; otherwise it is gone.
func (s *Service) accept(ctx context.Context, token string, who Actor) error {
	orgs, err := s.Organisations(ctx)
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		i, err := s.invitation(tx, token)
		if err != nil {
			return err
		}
		o, ok := orgs.ByID(i.Org)
		by, errBy := s.stillAdmin(tx, orgs, i)
		if errBy != nil {
			return errBy
		}
		if !ok || o.Blocked || by == nil {
			return fault.New(fault.KindGone, "people.invitation_gone")
		}
		if err := withdrawInvitation(tx, i.Org, i.ID); err != nil {
			return err
		}
		if i.Handover {
			return s.handOver(ctx, tx, i, o, by, who)
		}
		before, err := roleIn(tx, i.Org, who.AccountID)
		if err != nil || before.AtLeast(i.Role) {
			return err // an invitation never takes a role away
		}
		return s.setRole(tx, change{org: i.Org, account: who.AccountID, to: i.Role, by: i.By})
	})
}

// stillAdmin is the inviting account if it may still give roles, else nil.
func (s *Service) stillAdmin(tx *db.Tx, orgs *OrgDirectory, i Invitation) (*Account, error) {
	by, err := account(tx, i.By)
	if fault.KindOf(err) == fault.KindNotFound || err == nil && by.Blocked {
		return nil, nil
	}
	if err != nil || by.Operator {
		return by, err
	}
	held, err := heldRoles(tx, i.By)
	if err != nil || !orgs.Roles(held)[i.Org].AtLeast(Admin) {
		return nil, err
	}
	return by, nil
}

// handOver swaps the roles: the new person becomes admin, the old admin gets
// what the new one had, at least reader, and a letter about it.
func (s *Service) handOver(ctx context.Context, tx *db.Tx, i Invitation, org *Organisation, by *Account, who Actor) error {
	before, err := roleIn(tx, i.Org, who.AccountID)
	if err != nil {
		return err
	}
	if who.AccountID == i.By {
		return fault.Conflict("people.handover_self")
	}
	if err := s.setRole(tx, change{org: i.Org, account: who.AccountID, to: Admin, by: i.By}); err != nil {
		return err
	}
	old, err := roleIn(tx, i.Org, i.By)
	if err != nil {
		return err
	}
	if old == Admin && before != Admin {
		if err := s.setRole(tx, change{org: i.Org, account: i.By, to: higher(before, Reader), by: who.AccountID}); err != nil {
			return err
		}
	}
	if by.Email == "" {
		return nil
	}
	return s.Mailer.Queue(tx, mail.Message{
		To:      by.Email,
		Subject: i18n.T(ctx, "people.mail_handed_over_subject", "org", org.Name),
		Text:    i18n.T(ctx, "people.mail_handed_over_text", "org", org.Name, "name", who.Name, "by", by.Name),
	})
}

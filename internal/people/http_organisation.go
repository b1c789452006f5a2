package people

import (
	"context"
	"net/http"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

const managePath = "/organisationen/{slug}/verwalten"

func (s *Service) organisationRoutes() []web.Route {
	get, post := http.MethodGet, http.MethodPost
	admins := web.Needs(string(Admin), web.OrgFromPath("slug"))
	return []web.Route{
		{Method: get, Path: managePath, Access: admins, Handle: s.showManage},
		{Method: post, Path: managePath + "/angaben", Access: admins, Handle: s.postDetails},
		{Method: post, Path: managePath + "/einladen", Access: admins, Handle: s.postInvite},
		{Method: post, Path: managePath + "/einladung-zurueckziehen", Access: admins, Handle: s.postWithdraw},
		{Method: post, Path: managePath + "/rolle", Access: admins, Handle: s.postRole},
		{Method: post, Path: managePath + "/uebergabe", Access: admins, Handle: s.postHandover},
		{Method: post, Path: managePath + "/schluessel", Access: admins, Handle: s.postToken},
		{Method: post, Path: managePath + "/schluessel-widerrufen", Access: admins, Handle: s.postRevokeToken},
		{Method: get, Path: "/einladung/{token}", Access: web.Everyone, Handle: s.showInvitation},
		{Method: post, Path: "/einladung/{token}", Access: web.Accounts, Handle: s.postAccept},
	}
}

// manageView is everything the page of an organisation's admins shows.
type manageView struct {
	form
	flash       string
	org         *Organisation
	members     []Member
	invitations []Invitation
	log         []RoleChange
	tokens      []Token
	secret      string // of a token just made, shown once
	villages    []ui.Option
}

func (v manageView) path(sub string) string {
	return "/organisationen/" + v.org.Slug + "/verwalten" + sub
}

// orgOf is the organisation in the address, as Authorize has let through.
func (s *Service) orgOf(r *http.Request) (*Organisation, error) {
	orgs, err := s.Organisations(r.Context())
	if err != nil {
		return nil, err
	}
	o, ok := orgs.Find(r.PathValue("slug"))
	if !ok {
		return nil, fault.NotFound()
	}
	return o, nil
}

func (s *Service) renderManage(w http.ResponseWriter, r *http.Request, status int, f form, secret string) error {
	o, err := s.orgOf(r)
	if err != nil {
		return err
	}
	v := manageView{form: f, flash: flash(w, r), org: o, secret: secret}
	err = s.DB.View(r.Context(), func(tx *db.Tx) error {
		if v.members, err = listMembers(tx, o.ID); err != nil {
			return err
		}
		if v.invitations, err = s.listInvitations(tx, o.ID); err != nil {
			return err
		}
		if v.log, err = listRoleLog(tx, o.ID); err != nil {
			return err
		}
		v.tokens, err = listTokens(tx, o.ID)
		return err
	})
	if err != nil {
		return err
	}
	v.villages = s.villageOptions(i18n.T(r.Context(), "people.village_all"))
	return page(w, r, status, ui.Page{Title: i18n.T(r.Context(), "people.manage", "org", o.Name)}, managePage(v))
}

func (s *Service) showManage(w http.ResponseWriter, r *http.Request) error {
	return s.renderManage(w, r, http.StatusOK, form{}, "")
}

// onManage does something with a posted form and comes back to the page.
func (s *Service) onManage(w http.ResponseWriter, r *http.Request, which, done string, do func(form, *Organisation) error) error {
	f, err := posted(r, which)
	if err != nil {
		return err
	}
	o, err := s.orgOf(r)
	if err != nil {
		return err
	}
	if err := do(f, o); err != nil {
		f, status, err := f.refused(err)
		if err != nil {
			return err
		}
		return s.renderManage(w, r, status, f, "")
	}
	web.SetFlash(w, done)
	return web.SeeOther(w, r, manageView{org: o}.path(""))
}

// postDetails changes what the organisation says about itself. Kind, slug,
// municipalities and the verified mark are the operator's.
func (s *Service) postDetails(w http.ResponseWriter, r *http.Request) error {
	return s.onManage(w, r, "details", "people.saved", func(f form, o *Organisation) error {
		if err := s.villageKnown(f.value("village")); err != nil {
			return err
		}
		next := *o
		next.Name, next.Mail, next.Phone, next.Web = f.value("name"), f.value("mail"), f.value("phone"), f.value("web")
		next.Address, next.Description, next.Legal = f.value("address"), f.value("description"), f.value("legal")
		next.VillageID = f.value("village")
		return s.DB.Update(r.Context(), func(tx *db.Tx) error { fresh := next; return PutOrganisation(tx, &fresh) })
	})
}

func (s *Service) postInvite(w http.ResponseWriter, r *http.Request) error {
	return s.onManage(w, r, "invite", "people.invited", func(f form, o *Organisation) error {
		return s.invite(r, o, offer{email: f.value("email"), name: f.value("name"), role: Role(f.value("role"))})
	})
}

func (s *Service) postHandover(w http.ResponseWriter, r *http.Request) error {
	return s.onManage(w, r, "handover", "people.handover_started", func(f form, o *Organisation) error {
		return s.invite(r, o, offer{email: f.value("email"), name: f.value("name"), handover: true})
	})
}

func (s *Service) postWithdraw(w http.ResponseWriter, r *http.Request) error {
	return s.onManage(w, r, "invitations", "people.invitation_withdrawn", func(f form, o *Organisation) error {
		return s.withID(r, f, func(tx *db.Tx, id string) error { return withdrawInvitation(tx, o.ID, id) })
	})
}

// withID runs do with the posted id; what cannot be an id is not found.
func (s *Service) withID(r *http.Request, f form, do func(*db.Tx, string) error) error {
	if !id.Valid(f.value("id")) {
		return fault.NotFound()
	}
	return s.DB.Update(r.Context(), func(tx *db.Tx) error { return do(tx, f.value("id")) })
}

func (s *Service) postRole(w http.ResponseWriter, r *http.Request) error {
	return s.onManage(w, r, "members", "people.role_changed", func(f form, o *Organisation) error {
		actor := ActorFrom(r.Context())
		return s.withID(r, f, func(tx *db.Tx, member string) error {
			before, err := roleIn(tx, o.ID, member)
			if err != nil {
				return err
			}
			if before == NoRole { // who is not a member must be invited
				return fault.NotFound()
			}
			return s.setRole(tx, change{org: o.ID, account: member, to: Role(f.value("role")), by: actor.AccountID, force: actor.Operator})
		})
	})
}

// postToken makes a token and shows its secret in the answer: it is stored
// nowhere, so there is no page to be redirected to.
func (s *Service) postToken(w http.ResponseWriter, r *http.Request) error {
	f, err := posted(r, "token")
	if err != nil {
		return err
	}
	secret, err := s.issueToken(r.Context(), r.PathValue("slug"), Scope(f.value("scope")), f.value("label"), ActorFrom(r.Context()).AccountID)
	if err != nil {
		f, status, err := f.refused(err)
		if err != nil {
			return err
		}
		return s.renderManage(w, r, status, f, "")
	}
	return s.renderManage(w, r, http.StatusOK, form{}, secret)
}

func (s *Service) postRevokeToken(w http.ResponseWriter, r *http.Request) error {
	return s.onManage(w, r, "tokens", "people.token_revoked", func(f form, o *Organisation) error {
		return s.withID(r, f, func(tx *db.Tx, id string) error { return revokeToken(tx, o.ID, id) })
	})
}

// invitationView is the page behind the link in an invitation.
type invitationView struct {
	form
	path       string
	invitation Invitation
	org        *Organisation
	actor      Actor
}

func (s *Service) showInvitation(w http.ResponseWriter, r *http.Request) error {
	return s.renderInvitation(w, r, http.StatusOK, form{})
}

func (s *Service) renderInvitation(w http.ResponseWriter, r *http.Request, status int, f form) error {
	if err := s.tried(r, "open", "", openAttempts); err != nil {
		return err
	}
	orgs, err := s.Organisations(r.Context())
	if err != nil {
		return err
	}
	v := invitationView{form: f, path: r.URL.EscapedPath(), actor: ActorFrom(r.Context())}
	err = s.DB.View(r.Context(), func(tx *db.Tx) error { v.invitation, err = s.invitation(tx, r.PathValue("token")); return err })
	if err != nil {
		return err
	}
	o, ok := orgs.ByID(v.invitation.Org)
	if !ok {
		return fault.NotFound()
	}
	v.org = o
	return page(w, r, status, ui.Page{Title: i18n.T(r.Context(), "people.invitation")}, invitationPage(v))
}

func (s *Service) postAccept(w http.ResponseWriter, r *http.Request) error {
	f, err := posted(r, "invitation")
	if err != nil {
		return err
	}
	if err := s.accept(r.Context(), r.PathValue("token"), ActorFrom(r.Context())); err != nil {
		f, status, err := f.refused(err)
		if err != nil {
			return err
		}
		return s.renderInvitation(w, r, status, f)
	}
	web.SetFlash(w, "people.accepted")
	return web.SeeOther(w, r, "/konto")
}

func kindName(ctx context.Context, k Kind) string { return i18n.T(ctx, "people.kind_"+string(k)) }

func roleOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, role := range Roles {
		out = append(out, ui.Option{Value: string(role), Label: roleName(ctx, role), Hint: i18n.T(ctx, "people.role_"+string(role)+"_hint")})
	}
	return out
}

package people

import (
	"context"

	"github.com/a-h/templ"

	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

func nameOr(name, instead string) string {
	if name == "" {
		return instead
	}
	return name
}

// describe names what a repeated button is about, for those who hear the page.
func describe(label string) templ.Attributes { return templ.Attributes{"aria-label": label} }

func accountLead(ctx context.Context, a *Account) string {
	switch {
	case a.Name == "":
		return i18n.T(ctx, "people.account_new")
	case a.Email != "":
		return i18n.T(ctx, "people.account_lead", "name", a.Name, "email", a.Email)
	}
	return i18n.T(ctx, "people.account_lead_card", "name", a.Name)
}

func passwordButton(ctx context.Context, v accountView) string {
	if v.hasPassword {
		return i18n.T(ctx, "people.password_change")
	}
	return i18n.T(ctx, "people.password_add")
}

func localeOptions(ctx context.Context) []ui.Option {
	return []ui.Option{{Value: "", Label: i18n.T(ctx, "people.locale_device")}, {Value: "de", Label: i18n.T(ctx, "people.locale_de")},
		{Value: "en", Label: i18n.T(ctx, "people.locale_en")}}
}

func memberOptions(ctx context.Context) []ui.Option {
	out := roleOptions(ctx)
	for i := range out {
		out[i].Hint = ""
	}
	return append(out, ui.Option{Value: "", Label: i18n.T(ctx, "people.member_remove")})
}

func scopeOptions(ctx context.Context) []ui.Option {
	return []ui.Option{{Value: string(ScopeRead), Label: i18n.T(ctx, "people.scope_read")}, {Value: string(ScopeWrite), Label: i18n.T(ctx, "people.scope_write")}}
}

func kindOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, k := range Kinds {
		out = append(out, ui.Option{Value: string(k), Label: kindName(ctx, k)})
	}
	return out
}

func invitationKind(ctx context.Context, i Invitation) string {
	if i.Handover {
		return i18n.T(ctx, "people.handover_to", "name", i.Name)
	}
	return roleName(ctx, i.Role)
}

func invitationLead(ctx context.Context, v invitationView) string {
	if v.invitation.Handover {
		return i18n.T(ctx, "people.invitation_handover", "org", v.org.Name)
	}
	return i18n.T(ctx, "people.invitation_role", "role", roleName(ctx, v.invitation.Role), "org", v.org.Name)
}

func tokenUse(ctx context.Context, t Token) string {
	made := i18n.T(ctx, "people.made", "date", i18n.Date(ctx, t.Created, i18n.DateNumeric))
	if t.UsedDay == "" {
		return made + ", " + i18n.T(ctx, "people.token_unused")
	}
	return made + ", " + i18n.T(ctx, "people.token_used", "day", t.UsedDay)
}

func cardState(ctx context.Context, h CardHolder) string {
	state := i18n.T(ctx, "people.made", "date", i18n.Date(ctx, h.Created, i18n.DateNumeric))
	switch {
	case h.Locked:
		return state + ", " + i18n.T(ctx, "people.card_locked")
	case h.Used.IsZero():
		return state + ", " + i18n.T(ctx, "people.card_unused")
	}
	return state + ", " + i18n.T(ctx, "people.seen", "when", i18n.Date(ctx, h.Used, i18n.DateNumeric))
}

func logLine(ctx context.Context, c RoleChange) string {
	name := nameOr(c.Name, i18n.T(ctx, "people.somebody"))
	by := nameOr(c.ByName, i18n.T(ctx, "people.somebody"))
	if c.By == "" {
		by = i18n.T(ctx, "people.the_operator")
	}
	return i18n.T(ctx, "people.log_line", "date", i18n.Date(ctx, c.At, i18n.DateNumeric), "name", name, "before", roleName(ctx, c.Before),
		"after", roleName(ctx, c.After), "by", by)
}

package people

import "dorflinde/internal/platform/privacy"

// Tables declares every table of this package and the personal data inside.
// Account comes first, so that it is erased last.
func Tables() []privacy.Table {
	return []privacy.Table{
		{Name: "people_version"},
		{Name: "account", Person: "id", Erase: privacy.DeleteRow,
			Personal: []string{"id", "name", "email", "email_norm", "locale", "theme", "village_id", "street_id", "created", "seen"},
			Purpose:  "to recognise a person who signs in", Keep: "until the person deletes the account"},
		{Name: "session", Person: "account_id", Erase: privacy.DeleteRow, Personal: []string{"way", "agent", "created", "seen"},
			Purpose: "to stay signed in, and to show where", Keep: "30 days after the last visit, 180 days at most"},
		{Name: "login_link", Person: "account_id", Erase: privacy.DeleteRow, Personal: []string{"email"},
			Purpose: "to sign in by a link sent to that address, or to prove a new one", Keep: "15 minutes; removed within a day"},
		{Name: "passkey", Person: "account_id", Erase: privacy.DeleteRow, Personal: []string{"id", "name", "created", "used"},
			Purpose: "to sign in with a passkey", Keep: "until the person removes it"},
		{Name: "ceremony", Person: "account_id", Erase: privacy.DeleteRow, Personal: []string{"kind", "expires"},
			Purpose: "to finish a sign-in of several steps", Keep: "10 minutes; removed within a day"},
		{Name: "identity", Person: "account_id", Erase: privacy.DeleteRow, Personal: []string{"issuer", "subject", "created"},
			Purpose: "to sign in through a provider the person chose", Keep: "until the person removes it"},
		{Name: "card", Person: "account_id", Erase: privacy.DeleteRow, Personal: []string{"org_id", "created", "used"},
			Purpose: "to sign in with a printed card", Keep: "until the card is replaced or the account deleted"},
		{Name: "attempt", Personal: []string{"bucket"},
			Purpose: "to slow down guessing; addresses are kept only as hashes", Keep: "one day"},
		{Name: "organisation"},
		{Name: "organisation_municipality"},
		{Name: "membership", Person: "account_id", Erase: privacy.DeleteRow, Personal: []string{"org_id", "role", "since"},
			Purpose: "to act in the name of an organisation", Keep: "until the role ends"},
		{Name: "invitation", Person: "by_account", Erase: privacy.DeleteRow, Personal: []string{"name", "email", "role", "created"},
			Purpose: "to offer a role to somebody by e-mail", Keep: "14 days; removed within a day"},
		{Name: "role_log", Person: "account_id", Erase: privacy.ClearRow, Personal: []string{"account_id"},
			Purpose: "to know later who could act in whose name", Keep: "as long as the organisation exists, without the person's name after erasure"},
		{Name: "api_token", Person: "by_account", Erase: privacy.ClearRow, Personal: []string{"by_account"},
			Purpose: "to know who let a program act for an organisation", Keep: "until the token is revoked"},
	}
}

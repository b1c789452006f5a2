package people

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/web"
)

// Passkey is a key that a person's device or password manager keeps (W3C Web
// Authentication Level 3).
type Passkey struct {
	ID      string // the credential's id in base64url
	Name    string
	Created time.Time
	Used    time.Time // zero: never
}

var (
	insertPasskey = db.SQL(`INSERT INTO passkey (id, account_id, name, credential, created, used) VALUES ($1, $2, $3, $4, $5, 0)`)
	passkeysOf    = db.SQL(`SELECT id, name, created, used FROM passkey WHERE account_id = $1 ORDER BY created, id`)
	credentialsOf = db.SQL(`SELECT credential FROM passkey WHERE account_id = $1 ORDER BY created, id`)
	usePasskey    = db.SQL(`UPDATE passkey SET credential = $2, used = $3 WHERE id = $1 AND account_id = $4`)
	dropPasskey   = db.SQL(`DELETE FROM passkey WHERE id = $1 AND account_id = $2`)
)

// keyOwner is an account as the webauthn library wants to see it.
type keyOwner struct {
	account     *Account
	credentials []webauthn.Credential
}

func (o *keyOwner) WebAuthnID() []byte                         { return []byte(o.account.ID) }
func (o *keyOwner) WebAuthnCredentials() []webauthn.Credential { return o.credentials }
func (o *keyOwner) WebAuthnDisplayName() string                { return o.WebAuthnName() }
func (o *keyOwner) WebAuthnName() string {
	for _, name := range []string{o.account.Email, o.account.Name} {
		if name != "" {
			return name
		}
	}
	return o.account.ID[:8]
}

// relyingParty is the house under the host of the request: a passkey belongs
// to one host, and each municipality may have its own.
func (s *Service) relyingParty(r *http.Request) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(s.baseURL(r))
	if err != nil {
		return nil, fmt.Errorf("passkey: address of the house: %w", err)
	}
	if !named(u.Hostname()) {
		return nil, fault.Conflict("people.passkey_address")
	}
	party, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: u.Hostname(), RPOrigins: []string{u.Scheme + "://" + u.Host}})
	if err != nil {
		return nil, fmt.Errorf("passkey: %w", err)
	}
	return party, nil
}

// named reports whether a host is a name: browsers give no passkeys to bare IP
// addresses (WebAuthn Level 3, 5.1.3, effective domain).
func named(host string) bool { return net.ParseIP(host) == nil }

// passkeysHere reports whether passkeys can work under the request's address.
func (s *Service) passkeysHere(r *http.Request) bool {
	u, err := url.Parse(s.baseURL(r))
	return err == nil && named(u.Hostname())
}

func loadKeyOwner(tx *db.Tx, accountID string) (*keyOwner, error) {
	a, err := account(tx, accountID)
	if err != nil {
		return nil, err
	}
	credentials, err := db.All(tx, credentialsOf, func(row db.Scanner) (webauthn.Credential, error) {
		var text string
		var c webauthn.Credential
		if err := row.Scan(&text); err != nil {
			return c, err
		}
		return c, json.Unmarshal([]byte(text), &c)
	}, accountID)
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return &keyOwner{a, credentials}, nil
}

func listPasskeys(tx *db.Tx, accountID string) ([]Passkey, error) {
	return db.All(tx, passkeysOf, func(row db.Scanner) (Passkey, error) {
		var p Passkey
		var created, used int64
		err := row.Scan(&p.ID, &p.Name, &created, &used)
		p.Created, p.Used = db.Time(created), db.Time(used)
		return p, err
	}, accountID)
}

// ceremonyState is what a passkey ceremony must remember.
type ceremonyState struct {
	Data webauthn.SessionData
	Name string // of a new passkey
	Next string // after signing in
}

// Kinds of ceremonies.
const (
	newPasskey   = "passkey-new"
	loginPasskey = "passkey-login"
	openIDLogin  = "openid"
)

// startBody is what the page sends with the first step.
type startBody struct {
	Name string `json:"name"`
	Next string `json:"weiter"`
}

func readStart(r *http.Request) (startBody, error) {
	var b startBody
	err := json.NewDecoder(r.Body).Decode(&b)
	if err != nil && !errors.Is(err, io.EOF) {
		return b, fault.Invalid("", "people.passkey_failed").Because(err)
	}
	return b, nil
}

// beginPasskey answers with the options for a new passkey.
func (s *Service) beginPasskey(w http.ResponseWriter, r *http.Request) error {
	body, err := readStart(r)
	if err != nil {
		return err
	}
	party, err := s.relyingParty(r)
	if err != nil {
		return err
	}
	actor := ActorFrom(r.Context())
	var owner *keyOwner
	err = s.DB.View(r.Context(), func(tx *db.Tx) error { owner, err = loadKeyOwner(tx, actor.AccountID); return err })
	if err != nil {
		return err
	}
	known := make([]protocol.CredentialDescriptor, len(owner.credentials))
	for i := range owner.credentials {
		known[i] = owner.credentials[i].Descriptor()
	}
	options, data, err := party.BeginRegistration(owner,
		webauthn.WithExclusions(known),
		webauthn.WithConveyancePreference(protocol.PreferNoAttestation),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired}))
	if err != nil {
		return fmt.Errorf("passkey: %w", err)
	}
	if err := s.begin(w, r, newPasskey, actor.AccountID, ceremonyState{Data: *data, Name: richtext.Head(line(body.Name), maxName)}); err != nil {
		return err
	}
	return web.JSON(w, r, http.StatusOK, options)
}

// finishPasskey checks the device's answer and keeps the new passkey.
func (s *Service) finishPasskey(w http.ResponseWriter, r *http.Request) error {
	var state ceremonyState
	owner, err := s.resume(w, r, newPasskey, &state)
	if err != nil {
		return err
	}
	actor := ActorFrom(r.Context())
	if owner != actor.AccountID {
		return fault.New(fault.KindGone, "people.ceremony_gone")
	}
	answer, err := protocol.ParseCredentialCreationResponseBody(r.Body)
	if err != nil {
		return refusedKey(err)
	}
	party, err := s.relyingParty(r)
	if err != nil {
		return err
	}
	var who *keyOwner
	err = s.DB.View(r.Context(), func(tx *db.Tx) error { who, err = loadKeyOwner(tx, owner); return err })
	if err != nil {
		return err
	}
	credential, err := party.CreateCredential(who, state.Data, answer)
	if err != nil {
		return refusedKey(err)
	}
	text, err := json.Marshal(credential)
	if err != nil {
		return fmt.Errorf("passkey: %w", err)
	}
	name := state.Name
	if name == "" {
		name = AgentLabel(r.UserAgent())
	}
	if name == "" {
		name = i18n.T(r.Context(), "people.passkey")
	}
	err = s.DB.Update(r.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(insertPasskey, base64.RawURLEncoding.EncodeToString(credential.ID), owner, name, string(text), db.Micros(s.Clock.Now()))
		return err
	})
	if db.IsUnique(err) {
		return fault.Conflict("people.passkey_known")
	}
	if err != nil {
		return fmt.Errorf("passkey: %w", err)
	}
	web.SetFlash(w, "people.passkey_added")
	return web.JSON(w, r, http.StatusOK, map[string]string{"next": "/konto"})
}

// beginPasskeyLogin answers with the options for signing in. They are the same
// for everybody: the device finds the account, so there is nothing to list.
func (s *Service) beginPasskeyLogin(w http.ResponseWriter, r *http.Request) error {
	body, err := readStart(r)
	if err != nil {
		return err
	}
	if err := s.tried(r, "passkey", "", openAttempts); err != nil {
		return err
	}
	party, err := s.relyingParty(r)
	if err != nil {
		return err
	}
	options, data, err := party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return fmt.Errorf("passkey: %w", err)
	}
	if err := s.begin(w, r, loginPasskey, "", ceremonyState{Data: *data, Next: nextOf(body.Next)}); err != nil {
		return err
	}
	return web.JSON(w, r, http.StatusOK, options)
}

// finishPasskeyLogin checks the device's answer and signs in.
func (s *Service) finishPasskeyLogin(w http.ResponseWriter, r *http.Request) error {
	var state ceremonyState
	if _, err := s.resume(w, r, loginPasskey, &state); err != nil {
		return err
	}
	answer, err := protocol.ParseCredentialRequestResponseBody(r.Body)
	if err != nil {
		return refusedKey(err)
	}
	party, err := s.relyingParty(r)
	if err != nil {
		return err
	}
	var owner *keyOwner
	find := func(_, handle []byte) (webauthn.User, error) {
		err := s.DB.View(r.Context(), func(tx *db.Tx) (err error) { owner, err = loadKeyOwner(tx, string(handle)); return err })
		return owner, err
	}
	_, credential, err := party.ValidatePasskeyLogin(find, state.Data, answer)
	if err != nil {
		return refusedKey(err)
	}
	if credential.Authenticator.CloneWarning {
		return refusedKey(errors.New("signature counter went back"))
	}
	text, err := json.Marshal(credential)
	if err != nil {
		return fmt.Errorf("passkey: %w", err)
	}
	a, err := s.signIn(w, r, ByPasskey, func(tx *db.Tx) (*Account, error) {
		key := base64.RawURLEncoding.EncodeToString(credential.ID)
		n, err := tx.Exec(usePasskey, key, string(text), db.Micros(s.Clock.Now()), owner.account.ID)
		if err != nil {
			return nil, fmt.Errorf("passkey: %w", err)
		}
		if n == 0 { // removed while it was being used
			return nil, wrong(ByPasskey)
		}
		return account(tx, owner.account.ID)
	})
	if err != nil {
		return err
	}
	return web.JSON(w, r, http.StatusOK, map[string]string{"next": landing(a, state.Next)})
}

// refusedKey keeps the reason for the log; the person reads one sentence.
func refusedKey(err error) error { return wrong(ByPasskey).Because(err) }

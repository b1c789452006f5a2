package people

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
)

// device is an authenticator in software: it makes one discoverable credential
// (ES256, attestation "none") and signs with it, as W3C WebAuthn Level 3,
// sections 6.1, 6.5 and 7, describe.
type device struct {
	t      *testing.T
	origin string
	host   string
	key    *ecdsa.PrivateKey
	id     []byte
	user   []byte
	count  uint32
	flags  byte // user present and user verified
}

func newDevice(t *testing.T, origin string) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &device{t: t, origin: origin, host: "localhost", key: key, id: []byte("credential-" + rand.Text()), flags: 0x05}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (d *device) clientData(kind, challenge string) []byte {
	data, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	if err != nil {
		d.t.Fatal(err)
	}
	return data
}

func (d *device) authData(flags byte, rest []byte) []byte {
	host := sha256.Sum256([]byte(d.host))
	d.count++
	out := append(host[:], flags)
	return append(binary.BigEndian.AppendUint32(out, d.count), rest...)
}

func (d *device) encode(v any) []byte {
	data, err := cbor.Marshal(v)
	if err != nil {
		d.t.Fatal(err)
	}
	return data
}

type options struct {
	PublicKey struct {
		Challenge              string
		RPID                   string `json:"rpId"`
		User                   struct{ ID string }
		UserVerification       string
		AuthenticatorSelection struct{ ResidentKey, UserVerification string }
		ExcludeCredentials     []struct{ ID string }
	}
}

func (d *device) read(a answer) options {
	d.t.Helper()
	var o options
	if err := json.Unmarshal([]byte(a.want(d.t, 200).body), &o); err != nil {
		d.t.Fatal(err)
	}
	return o
}

// register answers the options for a new credential.
func (d *device) register(o options) map[string]any {
	d.t.Helper()
	user, err := base64.RawURLEncoding.DecodeString(o.PublicKey.User.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	d.user = user
	point, err := d.key.PublicKey.Bytes() // 0x04, x, y
	if err != nil {
		d.t.Fatal(err)
	}
	cose := d.encode(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	rest := append(make([]byte, 16), byte(len(d.id)>>8), byte(len(d.id)))
	rest = append(append(rest, d.id...), cose...)
	attestation := d.encode(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": d.authData(d.flags|0x40, rest)})
	return d.credential(map[string]any{
		"clientDataJSON": b64(d.clientData("webauthn.create", o.PublicKey.Challenge)), "attestationObject": b64(attestation), "transports": []string{"internal"}})
}

// sign answers the options for signing in.
func (d *device) sign(o options) map[string]any {
	d.t.Helper()
	client := d.clientData("webauthn.get", o.PublicKey.Challenge)
	auth := d.authData(d.flags, nil)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(bytes.Clone(auth), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		d.t.Fatal(err)
	}
	return d.credential(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(auth), "signature": b64(signature), "userHandle": b64(d.user)})
}

func (d *device) credential(response map[string]any) map[string]any {
	return map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "clientExtensionResults": map[string]any{}, "response": response}
}

// passkeyRig is reached as localhost, because a passkey belongs to a name.
func passkeyRig(t *testing.T, d *db.DB) *rig {
	t.Helper()
	var h *rig
	h = newRig(t, d, func(deps *Deps) {
		deps.BaseURL = func(*http.Request) string { return strings.Replace(h.server.URL, "127.0.0.1", "localhost", 1) }
	})
	return h
}

func TestPasskey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := passkeyRig(t, d)
		key, anna := h.person("Anna", false)
		phone := newDevice(t, h.svc.baseURL(nil))
		o := phone.read(anna.postJSON("/konto/passkeys/beginnen", map[string]string{"name": "Mein Handy"}))
		if s := o.PublicKey.AuthenticatorSelection; s.ResidentKey != "required" || s.UserVerification != "required" {
			t.Errorf("%+v", s)
		}
		anna.postJSON("/konto/passkeys/abschliessen", phone.register(o)).want(t, 200, `"next":"/konto"`)
		anna.get("/konto").want(t, 200, "Mein Handy", "Passkey ist hinzugefügt")
		if o := phone.read(anna.postJSON("/konto/passkeys/beginnen", nil)); len(o.PublicKey.ExcludeCredentials) != 1 {
			t.Error("the known passkey is not excluded")
		}

		login := func(b *browser) answer {
			o := phone.read(b.postJSON("/anmelden/passkey/beginnen", map[string]string{"weiter": "/kalender"}))
			return b.postJSON("/anmelden/passkey/abschliessen", phone.sign(o))
		}
		other := h.browser()
		login(other).want(t, 200, `"next":"/kalender"`)
		other.get("/konto").want(t, 200, "Anna", "mit Passkey")

		phone.count = 0 // a copy of the device would count from its own past
		login(h.browser()).want(t, 422)
		phone.count = 10
		login(h.browser()).want(t, 200)
		h.block(key)
		login(h.browser()).want(t, 422)
	}, allMigrations...)
}

func TestPasskeyAnswersAreChecked(t *testing.T) {
	h := passkeyRig(t, dbtest.SQLite(t, allMigrations...))
	_, anna := h.person("Anna", false)
	_, eve := h.person("Eve", false)
	origin := h.svc.baseURL(nil)
	anna.postJSON("/konto/passkeys/abschliessen", newDevice(t, origin).credential(nil)).want(t, 410)

	bad := newDevice(t, origin)
	o := bad.read(anna.postJSON("/konto/passkeys/beginnen", nil))
	eve.client.Jar.SetCookies(mustURL(t, h.server.URL), ceremonyOnly(anna.client.Jar.Cookies(mustURL(t, h.server.URL))))
	eve.postJSON("/konto/passkeys/abschliessen", bad.register(o)).want(t, 410) // another person's ceremony

	for name, spoil := range map[string]func(*device){
		"origin":       func(d *device) { d.origin = "https://evil.example" },
		"host":         func(d *device) { d.host = "evil.example" },
		"not verified": func(d *device) { d.flags = 0x01 },
		"other handle": func(d *device) { d.user = []byte("somebody") },
		"other key":    func(d *device) { d.key = newDevice(t, origin).key },
		"unknown id":   func(d *device) { d.id = []byte("unknown") },
	} {
		good := newDevice(t, origin)
		anna.postJSON("/konto/passkeys/abschliessen", good.register(good.read(anna.postJSON("/konto/passkeys/beginnen", nil)))).want(t, 200)
		b := h.browser()
		o := good.read(b.postJSON("/anmelden/passkey/beginnen", nil))
		spoil(good)
		if a := b.postJSON("/anmelden/passkey/abschliessen", good.sign(o)); a.status != 422 {
			t.Errorf("%s: %d", name, a.status)
		}
	}

	good := newDevice(t, origin)
	anna.postJSON("/konto/passkeys/abschliessen", good.register(good.read(anna.postJSON("/konto/passkeys/beginnen", nil)))).want(t, 200)
	b := h.browser()
	answer := good.sign(good.read(b.postJSON("/anmelden/passkey/beginnen", nil)))
	b.postJSON("/anmelden/passkey/abschliessen", answer).want(t, 200)
	b.postJSON("/anmelden/passkey/abschliessen", answer).want(t, 410) // a replay
	late := h.browser()
	answer = good.sign(good.read(late.postJSON("/anmelden/passkey/beginnen", nil)))
	h.clock.Advance(11 * time.Minute)
	late.postJSON("/anmelden/passkey/abschliessen", answer).want(t, 410)
	late.postJSON("/anmelden/passkey/beginnen", "no object").want(t, 422)
	late.postJSON("/anmelden/passkey/beginnen", nil).want(t, 200)
	late.postJSON("/anmelden/passkey/abschliessen", map[string]any{"id": 7}).want(t, 422)

	page := anna.get("/konto").want(t, 200).body
	first := regexp.MustCompile(`passkeys/entfernen"><input type="hidden" name="id" value="([\w-]+)"`).FindStringSubmatch(page)[1]
	eve.post("/konto/passkeys/entfernen", "id", first).want(t, 404)
	anna.post("/konto/passkeys/entfernen", "id", first).goes(t, "/konto")
}

func ceremonyOnly(all []*http.Cookie) []*http.Cookie {
	for _, c := range all {
		if c.Name == "vorgang" {
			return []*http.Cookie{c}
		}
	}
	return nil
}

// Under a bare IP address there can be no passkeys; that must be a sentence,
// not a failure.
func TestPasskeyUnderAnAddress(t *testing.T) {
	h := newRig(t, dbtest.SQLite(t, allMigrations...), nil)
	h.browser().postJSON("/anmelden/passkey/beginnen", nil).want(t, 409)
	if page := h.browser().get("/anmelden").want(t, 200).body; strings.Contains(page, "data-passkey") {
		t.Error("offered where it cannot work")
	}
}

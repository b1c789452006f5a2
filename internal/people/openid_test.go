package people

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"dorflinde/internal/people/openid"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
)

// provider is an OpenID Connect provider that does what the standard asks:
// discovery, keys, authorization with PKCE, and a token endpoint that checks
// client, code, redirect address and verifier. spoil lets it misbehave.
type provider struct {
	t      *testing.T
	server *httptest.Server
	key    *rsa.PrivateKey
	now    func() time.Time
	spoil  func(claims map[string]any)
	forge  *rsa.PrivateKey // signs instead of key

	mu     sync.Mutex
	claims map[string]any // of the person at the keyboard
	codes  map[string]url.Values
}

func newProvider(t *testing.T, now func() time.Time) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{t: t, key: key, now: now, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	p.server = httptest.NewServer(mux)
	t.Cleanup(p.server.Close)
	return p
}

func (p *provider) discovery(w http.ResponseWriter, _ *http.Request) {
	p.json(w, 200, map[string]any{
		"issuer": p.server.URL, "authorization_endpoint": p.server.URL + "/authorize", "token_endpoint": p.server.URL + "/token",
		"jwks_uri": p.server.URL + "/keys", "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"},
	})
}

func (p *provider) keys(w http.ResponseWriter, _ *http.Request) {
	p.json(w, 200, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &p.key.PublicKey, KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
}

func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != "dorflinde" || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" ||
		len(q.Get("code_challenge")) != 43 || len(q.Get("state")) < 20 || len(q.Get("nonce")) < 20 || !strings.Contains(q.Get("scope"), "openid") {
		http.Error(w, "bad request", 400)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := rand.Text()
	p.codes[code] = q
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	client, secret, basic := r.BasicAuth()
	if !basic {
		client, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	asked, known := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	switch {
	case client != "dorflinde" || secret != "geheim":
		p.json(w, 401, map[string]string{"error": "invalid_client"})
		return
	case !known || r.FormValue("redirect_uri") != asked.Get("redirect_uri") || r.FormValue("grant_type") != "authorization_code",
		base64.RawURLEncoding.EncodeToString(sum[:]) != asked.Get("code_challenge"):
		p.json(w, 400, map[string]string{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{"iss": p.server.URL, "aud": "dorflinde", "nonce": asked.Get("nonce"), "iat": p.now().Unix(), "exp": p.now().Add(time.Minute).Unix()}
	for name, value := range p.claims {
		claims[name] = value
	}
	if p.spoil != nil {
		p.spoil(claims)
	}
	p.json(w, 200, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": p.sign(claims)})
}

func (p *provider) sign(claims map[string]any) string {
	key := p.key
	if p.forge != nil {
		key = p.forge
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "k1"}}, nil)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	body, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	signed, err := signer.Sign(body)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		p.t.Error(err)
	}
	return text
}

func (p *provider) json(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.t.Error(err)
	}
}

// withProvider is a rig with one configured provider.
func withProvider(t *testing.T, d *db.DB) (*rig, *provider) {
	t.Helper()
	var p *provider
	h := newRig(t, d, func(deps *Deps) {
		p = newProvider(t, deps.Clock.Now)
		client, err := openid.New([]openid.Provider{{Slug: "konto", Label: "BayernKonto", Issuer: p.server.URL, ClientID: "dorflinde", ClientSecret: "geheim"}},
			deps.Clock.Now, p.server.Client())
		if err != nil {
			t.Fatal(err)
		}
		deps.OpenID = client
	})
	return h, p
}

// visit goes to the provider and comes back with its answer.
func (b *browser) visit(path string) answer {
	b.h.t.Helper()
	there := b.get(path)
	if there.status != http.StatusFound {
		b.h.t.Fatalf("not sent to the provider: %d %s", there.status, there.body)
	}
	back := b.get(there.to)
	if back.status != http.StatusFound {
		b.h.t.Fatalf("the provider says %d %s", back.status, back.body)
	}
	return b.get(back.to)
}

func TestSignInThroughAProvider(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, p := withProvider(t, d)
		p.claims = map[string]any{"sub": "s1", "name": "Vroni Huber", "email": "vroni@example.org", "email_verified": true}
		h.browser().get("/anmelden?weiter=/kalender").want(t, 200, "Mit BayernKonto anmelden", "/anmelden/oidc/konto?weiter=%2Fkalender")
		one := h.browser()
		one.visit("/anmelden/oidc/konto?weiter=/kalender").goes(t, "/kalender")
		one.get("/konto").want(t, 200, "Vroni Huber", "vroni@example.org", "über einen anderen Dienst")
		two := h.browser()
		p.claims["email"] = "other@example.org" // the account is known by its subject
		two.visit("/anmelden/oidc/konto").goes(t, "/")
		two.get("/konto").want(t, 200, "Vroni Huber", "vroni@example.org")
		one.post("/konto/verbindungen/entfernen", "nr", "0").goes(t, "/konto")
		one.post("/konto/verbindungen/entfernen", "nr", "0").want(t, 404)
	}, allMigrations...)
}

func TestProviderNeverTakesAnAccountOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, p := withProvider(t, d)
		_, anna := h.person("Anna", false)
		p.claims = map[string]any{"sub": "evil", "email": "anna@example.org", "email_verified": true}
		h.browser().visit("/anmelden/oidc/konto").want(t, 409, "wie gewohnt an")
		p.claims = map[string]any{"sub": "evil2", "name": "Evil", "email": "anna@example.org", "email_verified": false}
		evil := h.browser()
		evil.visit("/anmelden/oidc/konto").goes(t, "/")
		if page := evil.get("/konto").want(t, 200, "Evil").body; strings.Contains(page, "anna@") {
			t.Error("an address that nobody proved was taken")
		}
		evil.post("/konto/verbindungen/entfernen", "nr", "0").want(t, 409, "letzter Weg")
		// Signed in, Anna may link her identity, but not one of somebody else.
		p.claims = map[string]any{"sub": "anna"}
		anna.visit("/anmelden/oidc/konto?verbinden=1").goes(t, "/konto")
		anna.get("/konto").want(t, 200, "ist verbunden", "BayernKonto")
		again := h.browser()
		again.visit("/anmelden/oidc/konto").goes(t, "/")
		again.get("/konto").want(t, 200, "anna@example.org")
		p.claims = map[string]any{"sub": "evil2"}
		anna.visit("/anmelden/oidc/konto?verbinden=1").want(t, 409, "gehört schon")
	}, allMigrations...)
}

func TestProviderAnswersAreChecked(t *testing.T) {
	h, p := withProvider(t, dbtest.SQLite(t, allMigrations...))
	p.claims = map[string]any{"sub": "s1"}
	forged, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(map[string]any){
		"nonce":   func(c map[string]any) { c["nonce"] = "another" },
		"aud":     func(c map[string]any) { c["aud"] = "another" },
		"iss":     func(c map[string]any) { c["iss"] = "https://evil.example" },
		"expired": func(c map[string]any) { c["exp"] = p.now().Add(-time.Minute).Unix() },
		"subject": func(c map[string]any) { delete(c, "sub") },
	} {
		p.spoil = spoil
		if a := h.browser().visit("/anmelden/oidc/konto"); a.status != 422 {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	p.spoil, p.forge = nil, forged
	h.browser().visit("/anmelden/oidc/konto").want(t, 422, "nicht geklappt")
	p.forge = nil

	b := h.browser()
	there := b.get("/anmelden/oidc/konto")
	back := b.get(there.to).to
	h.browser().get(back).want(t, 410)                                                  // another browser
	b.get(strings.Replace(back, "state=", "state=x", 1)).want(t, 422)                   // forged state
	b.get(back).want(t, 410)                                                            // and the ceremony is used up
	b.get("/anmelden/oidc/konto/zurueck").want(t, 410)                                  // nothing under way
	h.browser().get("/anmelden/oidc/nobody").want(t, 404)                               // not configured
	c := h.browser()                                                                    // the person said no
	state := mustURL(t, c.get("/anmelden/oidc/konto").to).Query().Get("state")          //
	c.get("/anmelden/oidc/konto/zurueck?error=access_denied&state="+state).want(t, 422) //
	late := h.browser()
	there = late.get("/anmelden/oidc/konto")
	h.clock.Advance(11 * time.Minute)
	late.get(late.get(there.to).to).want(t, 410)
}

func TestProviderThatIsDown(t *testing.T) {
	h, p := withProvider(t, dbtest.SQLite(t, allMigrations...))
	p.server.Close()
	h.browser().get("/anmelden").want(t, 200, "BayernKonto")
	h.browser().get("/anmelden/oidc/konto").want(t, 503)
	if _, err := h.svc.Organisations(context.Background()); err != nil {
		t.Error(err)
	}
}

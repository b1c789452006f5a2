package openid_test

import (
	"testing"

	"dorflinde/internal/people/openid"
)

func TestProviderCheck(t *testing.T) {
	good := openid.Provider{Slug: "bundid", Label: "BundID", Issuer: "https://id.example", ClientID: "x"}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*openid.Provider){
		"slug":           func(p *openid.Provider) { p.Slug = "Bund/ID" },
		"no slug":        func(p *openid.Provider) { p.Slug = "" },
		"plain http":     func(p *openid.Provider) { p.Issuer = "http://id.example" },
		"no address":     func(p *openid.Provider) { p.Issuer = "id.example" },
		"no client":      func(p *openid.Provider) { p.ClientID = "" },
		"no label":       func(p *openid.Provider) { p.Label = "" },
		"not a protocol": func(p *openid.Provider) { p.Issuer = "file:///etc/passwd" },
	} {
		p := good
		spoil(&p)
		if err := p.Check(); err == nil {
			t.Errorf("%s: accepted %+v", name, p)
		}
	}
	if _, err := openid.New([]openid.Provider{good, good}, nil, nil); err == nil {
		t.Error("the same provider twice")
	}
	var none *openid.Client
	if len(none.Providers()) != 0 {
		t.Error("no client offers providers")
	}
}

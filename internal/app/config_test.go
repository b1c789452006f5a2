package app_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dorflinde/internal/app"
)

func configFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "dorflinde.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfigPrecedence(t *testing.T) {
	for _, k := range []struct {
		name string
		file string
		env  []string
		want app.Config
	}{
		{"nothing", "", nil, app.Config{}},
		{"file", "addr = '0.0.0.0:80'\nworkers = 3\ntrusted_proxies = ['10.0.0.0/8']", nil,
			app.Config{Addr: "0.0.0.0:80", Workers: 3, TrustedProxies: []string{"10.0.0.0/8"}}},
		{"environment alone", "", []string{"DORFLINDE_BASE_URL=https://dorf.example", "DORFLINDE_SMTP_PORT=2525"},
			app.Config{BaseURL: "https://dorf.example", SMTPPort: 2525}},
		{"environment over file", "smtp_host = 'a.example'\nsmtp_port = 25", []string{"DORFLINDE_SMTP_HOST=b.example"},
			app.Config{SMTPHost: "b.example", SMTPPort: 25}},
		{"empty environment over file", "smtp_host = 'a.example'", []string{"DORFLINDE_SMTP_HOST="}, app.Config{}},
		{"list in the environment", "", []string{"DORFLINDE_TRUSTED_PROXIES=10.0.0.0/8, 192.168.0.0/16"},
			app.Config{TrustedProxies: []string{"10.0.0.0/8", "192.168.0.0/16"}}},
		{"foreign variables", "", []string{"DORFLINDE_DEMO=1", "ADDR=x", "DORFLINDE_TEST_POSTGRES=x"}, app.Config{}},
	} {
		t.Run(k.name, func(t *testing.T) {
			path := ""
			if k.file != "" {
				path = configFile(t, k.file)
			}
			got, err := app.LoadConfig(path, k.env)
			if err != nil || !reflect.DeepEqual(got, k.want) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestWrongConfigNamesKeyAndValue(t *testing.T) {
	for _, k := range []struct{ name, file, env, says string }{
		{"unknown key", "adress = 'x'", "", `no key "adress"`},
		{"key of a table", "[smtp]\nhost = 'x'", "", "no key"},
		{"not TOML", "addr = ", "", "dorflinde.toml"},
		{"mistyped", "workers = 'two'", "", "workers"},
		{"number in the environment", "", "DORFLINDE_WORKERS=two", `DORFLINDE_WORKERS: "two" is not a whole number`},
		{"base_url without scheme", "base_url = 'dorf.example'", "", `base_url "dorf.example"`},
		{"base_url of a script", "base_url = 'javascript:alert(1)'", "", "base_url"},
		{"network", "trusted_proxies = ['10.0.0.1']", "", `"10.0.0.1" is not a network`},
		{"database", "database = 'mysql://x'", "", "postgres://"},
		{"port", "smtp_port = 70000", "", "smtp_port 70000"},
		{"workers", "", "DORFLINDE_WORKERS=-1", "workers -1"},
		{"security", "smtp_security = 'ssl'", "", `smtp_security "ssl"`},
		{"provider without a client", "oidc_issuer = 'https://id.example'", "", "oidc_client"},
	} {
		t.Run(k.name, func(t *testing.T) {
			path := ""
			if k.file != "" {
				path = configFile(t, k.file)
			}
			_, err := app.LoadConfig(path, []string{k.env})
			if err == nil || !strings.Contains(err.Error(), k.says) {
				t.Errorf("got %v, want something with %q", err, k.says)
			}
		})
	}
	if _, err := app.LoadConfig(filepath.Join(t.TempDir(), "none.toml"), nil); err == nil {
		t.Error("a file that is not there was read")
	}
}

// TestEveryKeyIsDocumented compares the rows of the table with the struct.
func TestEveryKeyIsDocumented(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root, "docs/operations/konfiguration.md"))
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(string(raw), -1) {
		documented = append(documented, m[1])
	}
	if !slices.Equal(documented, app.Keys()) {
		t.Errorf("documented %v\nthe program has %v", documented, app.Keys())
	}
}

package app

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"dorflinde/internal/platform/db"
)

// Config is everything an operator can set. The zero value works: an embedded
// database in ./dorflinde-data, on http://127.0.0.1:8080, mails kept instead
// of sent. Each key can be overridden by DORFLINDE_ and its name in capitals
// ("smtp_host" by DORFLINDE_SMTP_HOST).
type Config struct {
	Addr           string   `toml:"addr"`            // where to listen
	Data           string   `toml:"data"`            // folder of the embedded database and of uploads
	Database       string   `toml:"database"`        // address of PostgreSQL instead: postgres://…
	BaseURL        string   `toml:"base_url"`        // how people reach the region: https://dorf.example
	TrustedProxies []string `toml:"trusted_proxies"` // networks whose X-Forwarded-For is believed
	SMTPHost       string   `toml:"smtp_host"`
	SMTPPort       int      `toml:"smtp_port"`
	SMTPUser       string   `toml:"smtp_user"`
	SMTPPassword   string   `toml:"smtp_password"`
	SMTPSecurity   string   `toml:"smtp_security"` // starttls (default), tls, none
	MailFrom       string   `toml:"mail_from"`
	OIDCName       string   `toml:"oidc_name"` // what the sign-in button says
	OIDCIssuer     string   `toml:"oidc_issuer"`
	OIDCClient     string   `toml:"oidc_client"`
	OIDCSecret     string   `toml:"oidc_secret"`
	Workers        int      `toml:"workers"` // how many jobs run at once
	Demo           bool     `toml:"-"`       // the sample region: kept mails are readable in the browser
}

// LoadConfig reads a TOML file (none when path is empty), then the environment.
func LoadConfig(path string, environ []string) (Config, error) {
	var c Config
	if path != "" {
		meta, err := toml.DecodeFile(path, &c)
		if err != nil {
			return c, fmt.Errorf("configuration %s: %w", path, err)
		}
		if unknown := meta.Undecoded(); len(unknown) > 0 {
			return c, fmt.Errorf("configuration %s: there is no key %q; docs/operations/konfiguration.md lists all keys", path, unknown[0])
		}
	}
	if err := c.override(environ); err != nil {
		return c, err
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	return c, nil
}

const envPrefix = "DORFLINDE_"

func (c *Config) override(environ []string) error {
	value := reflect.ValueOf(c).Elem()
	for i := range value.NumField() {
		key := value.Type().Field(i).Tag.Get("toml")
		if key == "-" {
			continue
		}
		text, set := lookup(environ, envPrefix+strings.ToUpper(key))
		if !set {
			continue
		}
		if err := setField(value.Field(i), text); err != nil {
			return fmt.Errorf("%s%s: %w", envPrefix, strings.ToUpper(key), err)
		}
	}
	return nil
}

func lookup(environ []string, name string) (string, bool) {
	for _, e := range environ {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v, true
		}
	}
	return "", false
}

func setField(field reflect.Value, text string) error {
	switch field.Kind() {
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		field.SetInt(int64(n))
	case reflect.Slice:
		var parts []string
		for part := range strings.SplitSeq(text, ",") {
			parts = append(parts, strings.TrimSpace(part))
		}
		field.Set(reflect.ValueOf(parts))
	default:
		field.SetString(text)
	}
	return nil
}

func (c *Config) check() error {
	if c.BaseURL != "" {
		u, err := url.Parse(c.BaseURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			return fmt.Errorf("base_url %q is not an address like https://dorf.example", c.BaseURL)
		}
	}
	for _, network := range c.TrustedProxies {
		if _, err := netip.ParsePrefix(network); err != nil {
			return fmt.Errorf("trusted_proxies: %q is not a network like 10.0.0.0/8", network)
		}
	}
	if c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		return errors.New("database must begin with postgres://; for the embedded database leave it empty and set data")
	}
	return c.checkNumbers()
}

func (c *Config) checkNumbers() error {
	if c.SMTPPort < 0 || c.SMTPPort > 65535 {
		return fmt.Errorf("smtp_port %d is not a port between 1 and 65535", c.SMTPPort)
	}
	if c.Workers < 0 || c.Workers > 256 {
		return fmt.Errorf("workers %d is not a number between 1 and 256", c.Workers)
	}
	switch c.SMTPSecurity {
	case "", "starttls", "tls", "none":
	default:
		return fmt.Errorf("smtp_security %q is none of starttls, tls, none", c.SMTPSecurity)
	}
	if c.OIDCIssuer != "" && c.OIDCClient == "" {
		return errors.New("oidc_issuer needs oidc_client, the name under which the provider knows this region")
	}
	return nil
}

// withDefaults fills what is empty.
func (c Config) withDefaults() Config {
	if c.Addr == "" {
		c.Addr = "127.0.0.1:8080"
	}
	if c.Data == "" {
		c.Data = "dorflinde-data"
	}
	if c.BaseURL == "" {
		c.BaseURL = "http://" + c.Addr
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	if c.Workers == 0 {
		c.Workers = 2
	}
	return c
}

// secure reports whether people reach the region over TLS.
func (c Config) secure() bool { return strings.HasPrefix(c.BaseURL, "https://") }

// Folder is where the embedded database and the uploads are.
func (c Config) Folder() string { return c.withDefaults().Data }

// DatabaseOptions say where the region's database is, for what must be done
// before the house opens.
func (c Config) DatabaseOptions() db.Options {
	return db.Options{Path: c.withDefaults().databasePath(), DSN: c.Database}
}

// Keys are the names of all settings in the order of the struct.
func Keys() []string {
	var keys []string
	for field := range reflect.TypeFor[Config]().Fields() {
		if key := field.Tag.Get("toml"); key != "-" {
			keys = append(keys, key)
		}
	}
	return keys
}

func (c Config) databasePath() string { return filepath.Join(c.Data, "region.db") }

// Exists reports whether there is a region at the configured place.
func (c Config) Exists() bool {
	if c.Database != "" {
		return true
	}
	_, err := os.Stat(c.withDefaults().databasePath())
	return err == nil
}

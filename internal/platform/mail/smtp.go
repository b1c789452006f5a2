package mail

import (
	"context"
	"crypto/tls"
	"embed"
	"errors"
	"fmt"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Files holds the migrations of this package, in the folder "migrations".
//
//go:embed migrations/*.sql
var Files embed.FS

// Encryption is how the way to the mail server is protected.
type Encryption string

// The ways. STARTTLS never falls back to plain text.
const (
	StartTLS Encryption = "starttls" // RFC 3207, usually port 587
	TLS      Encryption = "tls"      // RFC 8314, usually port 465
	Plain    Encryption = "none"     // only for a server on the same machine
)

// Config says where letters go. The zero value keeps them in the house.
type Config struct {
	Host       string
	Port       int        // 0 means 587, 465 or 25, by Encryption
	Encryption Encryption // empty means StartTLS
	User       string     // empty: no authentication
	Password   string
	From       string // the sender's address; required with Host
	FromName   string
	// TLS replaces the machine's trust, for a server with its own authority.
	TLS *tls.Config
}

const sendTimeout = 30 * time.Second

func (c *Config) check() error {
	if c.Host == "" {
		return nil
	}
	from, err := Address(c.From)
	if err != nil {
		return fmt.Errorf("mail: the sender's address %q cannot be used: %w", c.From, err)
	}
	c.From = from
	if _, err := c.client(); err != nil {
		return err
	}
	return nil
}

func (c *Config) client() (*gomail.Client, error) {
	options := []gomail.Option{gomail.WithTimeout(sendTimeout)}
	port := c.Port
	switch c.Encryption {
	case "", StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
		port = or(port, 587)
	case TLS:
		options = append(options, gomail.WithSSL())
		port = or(port, 465)
	case Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
		port = or(port, 25)
	default:
		return nil, fmt.Errorf("mail: encryption %q is none of starttls, tls, none", c.Encryption)
	}
	options = append(options, gomail.WithPort(port))
	if c.TLS != nil {
		trust := c.TLS.Clone()
		if trust.ServerName == "" {
			trust.ServerName = c.Host
		}
		options = append(options, gomail.WithTLSConfig(trust))
	}
	if c.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.User), gomail.WithPassword(c.Password))
	}
	client, err := gomail.NewClient(c.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return client, nil
}

func or(n, instead int) int {
	if n == 0 {
		return instead
	}
	return n
}

// send hands one message to the server. An error brings the job back later,
// unless the server says that there will never be such a mailbox.
func (m *Mailer) send(ctx context.Context, msg Message) error {
	letter, err := m.letter(msg)
	if err != nil {
		return err
	}
	client, err := m.config.client()
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, letter)
	var refused *gomail.SendError
	if errors.As(err, &refused) && refused.Reason == gomail.ErrSMTPRcptTo && !refused.IsTemp() {
		m.Logger.Warn("mail: no such mailbox", "message", msg.ID)
		return nil
	}
	if err != nil {
		return fmt.Errorf("mail: send: %w", err)
	}
	return nil
}

// letter writes the message in the form of RFC 5322. It checks again, because
// jobs may have been written by an older version.
func (m *Mailer) letter(msg Message) (*gomail.Msg, error) {
	if err := msg.Check(); err != nil {
		return nil, err
	}
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := letter.FromFormat(m.config.FromName, m.config.From); err != nil {
		return nil, fmt.Errorf("mail: from: %w", err)
	}
	if err := letter.To(msg.To); err != nil {
		return nil, fmt.Errorf("mail: to: %w", err)
	}
	if msg.ReplyTo != "" {
		if err := letter.ReplyTo(msg.ReplyTo); err != nil {
			return nil, fmt.Errorf("mail: reply-to: %w", err)
		}
	}
	letter.Subject(msg.Subject)
	letter.SetDateWithValue(msg.At)
	letter.SetMessageIDWithValue(msg.ID + "@" + domain(m.config.From))
	// Answering machines should not answer machines (RFC 3834, section 5).
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	if msg.ListUnsubscribe != "" {
		letter.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+msg.ListUnsubscribe+">")
		letter.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	letter.SetBodyString(gomail.TypeTextPlain, msg.Text)
	if msg.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, msg.HTML)
	}
	return letter, nil
}

func domain(address string) string {
	for i := len(address) - 1; i >= 0; i-- {
		if address[i] == '@' {
			return address[i+1:]
		}
	}
	return address
}

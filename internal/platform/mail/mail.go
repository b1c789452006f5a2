// Package mail sends letters that must not be lost: a message is queued as a
// job in the same transaction as the record that causes it, and sent over SMTP
// later. Where no server is configured, messages are kept in a table instead,
// so that a demo can show them.
package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/privacy"
)

// Message is one letter to one person.
type Message struct {
	ID      string // given by Queue; becomes the Message-ID
	To      string
	Subject string
	Text    string
	HTML    string // optional second form of Text
	ReplyTo string // optional
	// ListUnsubscribe is an https address that ends the subscription by POST
	// (RFC 8058); empty for letters that are not subscribed to.
	ListUnsubscribe string
	At              time.Time // when it was queued
}

// ErrMessage says that a message cannot be sent as it is.
var ErrMessage = errors.New("mail: message refused")

// maxSubject is the longest subject in bytes; more would be folded badly.
const maxSubject = 300

// Check normalises the addresses and refuses what could become a second header
// (CR, LF and all other control characters outside the bodies), broken UTF-8,
// and a message without a body.
func (m *Message) Check() error {
	var err error
	if m.To, err = Address(m.To); err != nil {
		return fmt.Errorf("to: %w", err)
	}
	if m.ReplyTo != "" {
		if m.ReplyTo, err = Address(m.ReplyTo); err != nil {
			return fmt.Errorf("reply-to: %w", err)
		}
	}
	if strings.TrimSpace(m.Subject) == "" || len(m.Subject) > maxSubject || strings.ContainsFunc(m.Subject, unicode.IsControl) {
		return fmt.Errorf("%w: subject", ErrMessage)
	}
	if strings.TrimSpace(m.Text) == "" || strings.ContainsRune(m.Text, 0) {
		return fmt.Errorf("%w: text", ErrMessage)
	}
	if !utf8.ValidString(m.Subject) || !utf8.ValidString(m.Text) || !utf8.ValidString(m.HTML) {
		return fmt.Errorf("%w: not UTF-8", ErrMessage)
	}
	if m.ListUnsubscribe == "" {
		return nil
	}
	u, err := url.Parse(m.ListUnsubscribe)
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsAny(m.ListUnsubscribe, "<>, \t") {
		return fmt.Errorf("%w: address to unsubscribe", ErrMessage)
	}
	return nil
}

// jobKind is the kind of the jobs that send.
const jobKind = "mail.send"

// Deps are what a Mailer needs; all but Logger are required.
type Deps struct {
	DB     *db.DB
	Clock  clock.Clock
	IDs    id.Source
	Queue  *jobs.Queue
	Logger *slog.Logger
}

// Mailer queues and sends messages. It is safe for concurrent use.
type Mailer struct {
	Deps
	config Config
}

// New makes a mailer. A config without a host keeps messages instead of
// sending them; one that is wrong is refused here and not at the first letter.
func New(c Config, d Deps) (*Mailer, error) {
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return &Mailer{Deps: d, config: c}, nil
}

// Queue checks the message and puts it into the queue within tx.
func (m *Mailer) Queue(tx *db.Tx, msg Message) error {
	if err := msg.Check(); err != nil {
		return err
	}
	msg.ID, msg.At = m.IDs.New(), m.Clock.Now()
	return m.Deps.Queue.Add(tx, jobKind, msg, jobs.Options{})
}

// work sends one queued message.
func (m *Mailer) work(ctx context.Context, payload []byte) error {
	var msg Message
	if err := json.Unmarshal(payload, &msg); err != nil {
		return fmt.Errorf("mail: read job: %w", err)
	}
	if !m.Sends() {
		return m.keep(ctx, msg)
	}
	return m.send(ctx, msg)
}

// Sends reports whether messages leave the house; otherwise they are kept.
func (m *Mailer) Sends() bool { return m.config.Host != "" }

// keepFor is how long a kept message can be read.
const keepFor = 30 * 24 * time.Hour

var (
	insertKept = db.SQL(`INSERT INTO mail_kept (id, recipient, message, at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`)
	dropKept   = db.SQL(`DELETE FROM mail_kept WHERE at < $1`)
	listKept   = db.SQL(`SELECT message FROM mail_kept ORDER BY at DESC, id DESC LIMIT 200`)
)

func (m *Mailer) keep(ctx context.Context, msg Message) error {
	text, err := json.Marshal(msg)
	if err != nil {
		return fmt.Errorf("mail: keep: %w", err)
	}
	return m.DB.Update(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(dropKept, db.Micros(m.Clock.Now().Add(-keepFor))); err != nil {
			return fmt.Errorf("mail: keep: %w", err)
		}
		_, err := tx.Exec(insertKept, msg.ID, msg.To, string(text), db.Micros(msg.At))
		return err
	})
}

// Kept are the newest 200 messages of a house without a mail server.
func (m *Mailer) Kept(ctx context.Context) ([]Message, error) {
	var out []Message
	err := m.DB.View(ctx, func(tx *db.Tx) error {
		var err error
		out, err = db.All(tx, listKept, func(s db.Scanner) (Message, error) {
			var text string
			var msg Message
			if err := s.Scan(&text); err != nil {
				return msg, err
			}
			return msg, json.Unmarshal([]byte(text), &msg)
		})
		return err
	})
	return out, err
}

// Capability is what this package hands to the house.
func (m *Mailer) Capability() capability.Capability {
	return capability.Capability{
		Name:       "mail",
		Migrations: Files,
		Jobs:       map[string]jobs.Handler{jobKind: m.work},
		Tables: []privacy.Table{{Name: "mail_kept", Personal: []string{"recipient", "message"},
			Purpose: "to show letters where no mail server is configured", Keep: "30 days"}},
	}
}

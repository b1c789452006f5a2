package mail_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"mime"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/mail"
)

func TestAddress(t *testing.T) {
	good := map[string]string{
		"vroni@example.org":        "vroni@example.org",
		" Vroni@Example.ORG\n":     "vroni@example.org",
		"a+b.c_d@sub.example.org":  "a+b.c_d@sub.example.org",
		"post@münchen.example":     "post@xn--mnchen-3ya.example",
		"o'brien@example.org":      "o'brien@example.org",
		"x@xn--mnchen-3ya.example": "x@xn--mnchen-3ya.example",
		"1234567890@ex-ample.org":  "1234567890@ex-ample.org",
	}
	for in, want := range good {
		if got, err := mail.Address(in); err != nil || got != want {
			t.Errorf("Address(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	bad := []string{
		"", "@", "a@", "@b.de", "a b@c.de", "a@b", "a@b..de", "Vroni <vroni@example.org>", "a@b.de, c@d.de", "a@[127.0.0.1]",
		"\"a b\"@c.de", "a@b.de\r\nBcc: all@c.de", "a\x00@b.de", "a@b.de.", strings.Repeat("a", 65) + "@b.de",
		"a@" + strings.Repeat("b.", 130) + "de", "a@-b.de", "a@b_c.de", "a..b@c.de", "(x)a@b.de",
	}
	for _, in := range bad {
		if got, err := mail.Address(in); !errors.Is(err, mail.ErrAddress) {
			t.Errorf("Address(%q) = %q, %v; want refusal", in, got, err)
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"a@b.de", "ä@ü.de", "a@b.de\r\nx: y", "\"@\"@b.de"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, err := mail.Address(s)
		if err != nil {
			return
		}
		if strings.ContainsAny(once, "\r\n\x00 <>,;\"") || strings.Count(once, "@") != 1 {
			t.Errorf("Address(%q) let %q through", s, once)
		}
		if twice, err := mail.Address(once); err != nil || twice != once {
			t.Errorf("Address(%q) = %q, but again %q, %v", s, once, twice, err)
		}
	})
}

func TestCheckRefusesSecondHeaders(t *testing.T) {
	base := mail.Message{To: "a@b.de", Subject: "Hallo", Text: "Text"}
	for name, spoil := range map[string]func(*mail.Message){
		"subject":       func(m *mail.Message) { m.Subject = "Hallo\r\nBcc: x@y.de" },
		"empty subject": func(m *mail.Message) { m.Subject = " " },
		"to":            func(m *mail.Message) { m.To = "a@b.de\nBcc: x@y.de" },
		"two to":        func(m *mail.Message) { m.To = "a@b.de,c@d.de" },
		"reply-to":      func(m *mail.Message) { m.ReplyTo = "a@b.de>\r\nX: y" },
		"unsubscribe":   func(m *mail.Message) { m.ListUnsubscribe = "https://x.de/>\r\nX: y" },
		"plain http":    func(m *mail.Message) { m.ListUnsubscribe = "http://x.de/" },
		"no text":       func(m *mail.Message) { m.Text = "" },
		"bad utf-8":     func(m *mail.Message) { m.Text = "\xff" },
	} {
		m := base
		spoil(&m)
		if err := m.Check(); err == nil {
			t.Errorf("%s: accepted %+v", name, m)
		}
	}
	if err := base.Check(); err != nil {
		t.Error(err)
	}
}

// house is a database with a queue and a mailer at work in it.
type house struct {
	db    *db.DB
	queue *jobs.Queue
	mail  *mail.Mailer
	clock *clock.Manual
}

func newHouse(t *testing.T, d *db.DB, c mail.Config) *house {
	t.Helper()
	now := clock.At(time.Date(2026, 12, 6, 17, 0, 0, 0, time.UTC))
	ids := id.NewV7(now.Now)
	log := slog.New(slog.DiscardHandler)
	q := jobs.New(d, now, ids, log)
	m, err := mail.New(c, mail.Deps{DB: d, Clock: now, IDs: ids, Queue: q, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	for kind, h := range m.Capability().Jobs {
		q.Handle(kind, h)
	}
	return &house{d, q, m, now}
}

var migrations = []db.Migrations{{Name: "jobs", Files: jobs.Migrations}, {Name: "mail", Files: mail.Files}}

func (h *house) send(t *testing.T, m mail.Message) {
	t.Helper()
	ctx := context.Background()
	if err := h.db.Update(ctx, func(tx *db.Tx) error { return h.mail.Queue(tx, m) }); err != nil {
		t.Fatal(err)
	}
	if err := h.queue.Drain(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestKeptWithoutServer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, mail.Config{})
		h.send(t, mail.Message{To: "Vroni@Example.org", Subject: "Grüße", Text: "Servus"})
		h.clock.Advance(time.Hour)
		h.send(t, mail.Message{To: "b@example.org", Subject: "Zwei", Text: "Text"})
		kept, err := h.mail.Kept(context.Background())
		if err != nil || len(kept) != 2 {
			t.Fatalf("Kept = %v, %v", kept, err)
		}
		if kept[0].Subject != "Zwei" || kept[1].To != "vroni@example.org" || kept[1].Text != "Servus" {
			t.Errorf("kept %+v", kept)
		}
		h.clock.Advance(31 * 24 * time.Hour)
		h.send(t, mail.Message{To: "c@example.org", Subject: "Drei", Text: "Text"})
		if kept, err = h.mail.Kept(context.Background()); err != nil || len(kept) != 1 {
			t.Errorf("after a month: %d messages, %v", len(kept), err)
		}
	}, migrations...)
}

func TestQueueRollsBackWithItsRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, mail.Config{})
		stop := errors.New("stop")
		err := d.Update(context.Background(), func(tx *db.Tx) error {
			if err := h.mail.Queue(tx, mail.Message{To: "a@b.de", Subject: "x", Text: "y"}); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		if waiting, _, err := h.queue.Depth(context.Background()); err != nil || waiting != 0 {
			t.Errorf("%d messages wait, %v", waiting, err)
		}
	}, migrations...)
}

func TestSMTP(t *testing.T) {
	for _, way := range []mail.Encryption{mail.StartTLS, mail.TLS, mail.Plain} {
		t.Run(string(way), func(t *testing.T) {
			box := startServer(t, way)
			h := newHouse(t, dbtest.SQLite(t, migrations...), box.config)
			h.send(t, mail.Message{
				To: "vroni@example.org", Subject: "Adventsmarkt am Bäckerplatz", Text: "Grüß Gott,\n\nbis Sonntag!", HTML: "<p>Grüß Gott</p>",
				ReplyTo: "antwort@example.org", ListUnsubscribe: "https://fuchstal.example/abo/ende?t=1",
			})
			got := box.one(t)
			if got.from != "post@dorflinde.example" || got.to != "vroni@example.org" || got.user != box.config.User || got.tls != (way != mail.Plain) {
				t.Errorf("envelope %+v", got)
			}
			letter, err := netmail.ReadMessage(bytes.NewReader(got.data))
			if err != nil {
				t.Fatal(err)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(letter.Header.Get("Subject"))
			if err != nil || subject != "Adventsmarkt am Bäckerplatz" {
				t.Errorf("Subject %q, %v", subject, err)
			}
			for header, want := range map[string]string{
				"To": "vroni@example.org", "Reply-To": "antwort@example.org", "From": "Dorflinde", "Auto-Submitted": "auto-generated",
				"List-Unsubscribe": "<https://fuchstal.example/abo/ende?t=1>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
				"Message-Id": "@dorflinde.example>", "Content-Type": "multipart/alternative",
			} {
				if !strings.Contains(letter.Header.Get(header), want) {
					t.Errorf("%s: %q, want %q", header, letter.Header.Get(header), want)
				}
			}
		})
	}
}

func TestStartTLSNeverFallsBack(t *testing.T) {
	box := startServer(t, mail.Plain)
	c := box.config
	c.Encryption = mail.StartTLS
	c.User, c.Password = "", ""
	h := newHouse(t, dbtest.SQLite(t, migrations...), c)
	h.send(t, mail.Message{To: "a@example.org", Subject: "x", Text: "y"})
	if box.count() != 0 {
		t.Error("a letter left in plain text")
	}
	if waiting, _, err := h.queue.Depth(context.Background()); err != nil || waiting != 1 {
		t.Errorf("%d messages wait, %v; want it kept for later", waiting, err)
	}
}

func TestRefusedMailboxIsNotTriedAgain(t *testing.T) {
	box := startServer(t, mail.Plain)
	h := newHouse(t, dbtest.SQLite(t, migrations...), box.config)
	h.send(t, mail.Message{To: "nobody@example.org", Subject: "x", Text: "y"})
	if waiting, failed, err := h.queue.Depth(context.Background()); err != nil || waiting+failed != 0 {
		t.Errorf("%d wait, %d failed, %v", waiting, failed, err)
	}
	h.send(t, mail.Message{To: "busy@example.org", Subject: "x", Text: "y"})
	if waiting, _, err := h.queue.Depth(context.Background()); err != nil || waiting != 1 {
		t.Errorf("%d messages wait for a busy mailbox, %v", waiting, err)
	}
}

func TestWrongConfigIsRefusedAtOnce(t *testing.T) {
	for _, c := range []mail.Config{
		{Host: "mail.example"},
		{Host: "mail.example", From: "not an address"},
		{Host: "mail.example", From: "a@b.de", Encryption: "ssl3"},
		{Host: "mail.example", From: "a@b.de", Port: 70000},
	} {
		if _, err := mail.New(c, mail.Deps{}); err == nil {
			t.Errorf("accepted %+v", c)
		}
	}
}

// mailbox is a real SMTP server on the loopback interface.
type mailbox struct {
	mu     sync.Mutex
	got    []received
	config mail.Config
}

type received struct {
	from, to, user string
	tls            bool
	data           []byte
}

func (b *mailbox) count() int { b.mu.Lock(); defer b.mu.Unlock(); return len(b.got) }

func (b *mailbox) one(t *testing.T) received {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.got) != 1 {
		t.Fatalf("%d letters arrived", len(b.got))
	}
	return b.got[0]
}

func (b *mailbox) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, encrypted := c.TLSConnectionState()
	return &session{box: b, now: received{tls: encrypted}}, nil
}

type session struct {
	box *mailbox
	now received
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "linde" || password != "geheim" {
			return smtp.ErrAuthFailed
		}
		s.now.user = user
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error { s.now.from = from; return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "nobody@"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	case strings.HasPrefix(to, "busy@"):
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "later"}
	}
	s.now.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	s.now.data = data
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.got = append(s.box.got, s.now)
	return err
}

func (s *session) Reset() {}

func (s *session) Logout() error { return nil }

func startServer(t *testing.T, way mail.Encryption) *mailbox {
	t.Helper()
	box := &mailbox{}
	cert, pool := certificate(t)
	server := smtp.NewServer(box)
	server.Domain = "localhost"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	box.config = mail.Config{Host: "127.0.0.1", Port: port, Encryption: way, From: "post@dorflinde.example", FromName: "Dorflinde",
		TLS: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	switch way {
	case mail.TLS:
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{cert}})
	case mail.StartTLS:
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	}
	if way != mail.Plain {
		box.config.User, box.config.Password = "linde", "geheim"
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	}()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		<-done
	})
	return box
}

func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

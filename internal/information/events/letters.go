package events

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/mail"
)

// What is told to everybody who is registered.
const (
	tellCancelled = "cancelled"
	tellMoved     = "moved"
)

type movedUp struct {
	Registration string `json:"registration"`
}

// told is the payload of jobTell. Occurrence is the planned start of one date,
// zero for all.
type told struct {
	Event      string    `json:"event"`
	Occurrence time.Time `json:"occurrence,omitzero"`
	What       string    `json:"what"`
	From       time.Time `json:"from,omitzero"` // of a move: when it would have been
}

// linkPath is the personal page of a registration.
func linkPath(token string) string { return "/anmeldung/" + token }

// mailRegistered queues the confirmation, in the transaction of the registration.
func (s *service) mailRegistered(ctx context.Context, tx *db.Tx, e *Event, d Date, g *Registration, token string) error {
	if g.Email == "" {
		return nil
	}
	key := "events.mail_confirmed"
	if g.Standing == Waiting {
		key = "events.mail_waiting"
	}
	return s.letter(ctx, tx, key, e, d, g, token, nil)
}

// letter queues one mail about a registration. The keys are key_subject and
// key_text.
func (s *service) letter(ctx context.Context, tx *db.Tx, key string, e *Event, d Date, g *Registration, token string, more []any) error {
	l := i18n.From(ctx)
	publisher, _ := s.Bulletin.Publisher(e.Publisher)
	place := e.Place
	if d.Exception != nil && d.Exception.Place != "" {
		place = d.Exception.Place
	}
	if e.Address != "" {
		place += ", " + e.Address
	}
	if place == "" {
		place = l.T("events.place_open")
	}
	args := append([]any{
		"title", e.Title, "name", g.Name, "guests", g.Guests, "place", place, "publisher", publisher.Name,
		"when", bulletin.When(l, d.Start, d.End, d.AllDay), "link", s.BaseURL("") + linkPath(token), "page", s.BaseURL("") + e.path(),
	}, more...)
	err := s.Mailer.Queue(tx, mail.Message{
		To: g.Email, Subject: l.T(key+"_subject", args...), Text: l.T(key+"_text", args...), ReplyTo: e.ContactMail,
	})
	if err != nil {
		return fmt.Errorf("letter about a registration: %w", err)
	}
	return nil
}

// newLink gives a registration one more personal link: what was sent before
// keeps working, and only hashes are stored.
func newLink(tx *db.Tx, registrationID string) (string, error) {
	token, hash, err := newToken()
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(insertLink, hash, registrationID); err != nil {
		return "", fmt.Errorf("new link: %w", err)
	}
	return token, nil
}

// dateOf finds the date a registration is for.
func (s *service) dateOf(e *Event, g *Registration) Date {
	zone := s.Places().Location()
	if !g.Occurrence.IsZero() {
		if d, ok := e.At(g.Occurrence, zone); ok {
			return d
		}
	}
	dates, _, err := e.Dates(zone, s.Clock.Now(), s.Bulletin.Horizon(), 1)
	if err == nil && len(dates) > 0 {
		return dates[0]
	}
	return Date{Occurrence: e.occurrence(e.Start, e.End, e.AllDay), Planned: e.Start}
}

// At finds the date with a planned start, also when it was moved.
func (e *Event) At(planned time.Time, zone *time.Location) (Date, bool) {
	for i := range e.Exceptions {
		if x := &e.Exceptions[i]; x.Planned.Equal(planned) && !x.Start.IsZero() {
			o := e.occurrence(x.Start, x.End, x.AllDay)
			switch {
			case x.Cancelled || o.Status == bulletin.Cancelled:
				o.Status = bulletin.Cancelled
			case x.moved():
				o.Status = bulletin.Moved
			}
			return Date{Occurrence: o, Planned: planned, Exception: x}, true
		}
	}
	list, _, err := e.Dates(zone, planned, planned.Add(time.Second), 20)
	if err != nil {
		return Date{}, false
	}
	for _, d := range list {
		if d.Planned.Equal(planned) {
			return d, true
		}
	}
	return Date{}, false
}

// tellMovedUp is the job that tells somebody that a seat is free now.
func (s *service) tellMovedUp(ctx context.Context, raw []byte) error {
	var job movedUp
	if err := payloadOf(raw, &job); err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		g, err := db.One(tx, oneRegistration, scanRegistration, job.Registration)
		if errors.Is(err, db.ErrNotFound) || (err == nil && (g.Standing != Confirmed || g.Email == "")) {
			return nil // cancelled or erased meanwhile
		}
		if err != nil {
			return err
		}
		e, err := find(tx, g.EventID)
		if fault.KindOf(err) == fault.KindNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		token, err := newLink(tx, g.ID)
		if err != nil {
			return err
		}
		return s.letter(ctx, tx, "events.mail_moved_up", &e, s.dateOf(&e, &g), &g, token, nil)
	})
}

// announceChange queues the job that tells everybody registered, in the
// transaction that changes the event.
func (s *service) announceChange(tx *db.Tx, e *Event, occurrence time.Time, what string, from time.Time) error {
	if e.Plan == nil {
		return nil
	}
	return s.Queue.Add(tx, jobTell, told{Event: e.ID, Occurrence: occurrence, What: what, From: from}, jobs.Options{})
}

// tell is the job that writes to everybody who is registered. It keeps the
// registrations until 30 days after the new date.
func (s *service) tell(ctx context.Context, raw []byte) error {
	var job told
	if err := payloadOf(raw, &job); err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		e, err := find(tx, job.Event)
		if fault.KindOf(err) == fault.KindNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		list, err := db.All(tx, allRegistrations, scanRegistration, e.ID)
		if err != nil {
			return fmt.Errorf("who is registered: %w", err)
		}
		for i := range list {
			g := &list[i]
			if g.Standing == Cancelled || (!job.Occurrence.IsZero() && !g.Occurrence.IsZero() && !g.Occurrence.Equal(job.Occurrence)) {
				continue
			}
			if err := s.tellOne(ctx, tx, &e, g, job); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *service) tellOne(ctx context.Context, tx *db.Tx, e *Event, g *Registration, job told) error {
	d := s.dateOf(e, g)
	reason := e.Reason
	if !job.Occurrence.IsZero() {
		if found, ok := e.At(job.Occurrence, s.Places().Location()); ok {
			d = found
		}
		if d.Exception != nil {
			reason = d.Exception.Reason
		}
	}
	if job.What == tellMoved {
		if _, err := tx.Exec(keepLonger, e.ID, db.Micros(g.Occurrence), db.Micros(s.eraseAt(e, d))); err != nil {
			return fmt.Errorf("keep registrations: %w", err)
		}
	}
	if g.Email == "" {
		return nil // the organiser's list shows the telephone number
	}
	token, err := newLink(tx, g.ID)
	if err != nil {
		return err
	}
	l := i18n.From(ctx)
	if reason == "" {
		reason = l.T("events.no_reason")
	}
	return s.letter(ctx, tx, "events.mail_"+job.What, e, d, g, token, []any{
		"reason", reason, "from", l.Date(job.From, i18n.DateTime),
	})
}

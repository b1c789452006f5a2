package events

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/privacy"
)

// service is the capability at work.
type service struct {
	bulletin.Tools
	desk  *compose.Desk
	turns [64]chan struct{} // see turn
}

func newService(t bulletin.Tools) *service {
	s := &service{Tools: t, desk: compose.NewDesk(t)}
	for i := range s.turns {
		s.turns[i] = make(chan struct{}, 1)
	}
	return s
}

// turn lets the registrations of one event come one after the other within
// this process. On PostgreSQL a crowd at one row would otherwise spend its time
// losing races; what is right is decided by the transaction alone, so several
// nodes need not know of one another. SQLite has one writer anyway.
func (s *service) turn(ctx context.Context, eventID string) (done func(), err error) {
	if s.DB.Engine() != db.Postgres {
		return func() {}, nil
	}
	h := fnv.New32a()
	if _, err := h.Write([]byte(eventID)); err != nil {
		return nil, err
	}
	seat := s.turns[h.Sum32()%uint32(len(s.turns))]
	select {
	case seat <- struct{}{}:
		return func() { <-seat }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// bulkShare is how much of a large demo region are events, in percent.
const bulkShare = 60

// The kinds of jobs.
const (
	jobMovedUp = "events.moved_up" // tell somebody that a seat is free now
	jobTell    = "events.tell"     // tell everybody registered what has changed
	jobFill    = "events.fill"     // extend series to the horizon
	jobErase   = "events.erase"    // forget registrations
)

// New makes the capability.
func New(t bulletin.Tools) capability.Capability {
	s := newService(t)
	t.Bulletin.Register(bulletin.Kind{Name: Kind, Tone: "honey", Icon: "calendar", Listed: true, Schema: "Event"})
	t.Bulletin.AddTile(bulletin.Tile{Icon: "calendar", MessageKey: "events.tile", URL: "/kalender"})
	t.Bulletin.AddWriter(bulletin.Writer{Kind: Kind, MessageKey: "events.write", Icon: "calendar", URL: writePath, Role: people.Author})
	t.Bulletin.AddDesk(s.deskItems)
	return capability.Capability{
		Name: "events", Migrations: Files, Messages: Messages, Routes: s.routes(), API: s.api,
		Jobs: map[string]jobs.Handler{jobMovedUp: s.tellMovedUp, jobTell: s.tell, jobFill: s.fill, jobErase: s.erase},
		Every: []jobs.Periodic{
			{Kind: jobFill, Every: 24 * time.Hour},
			{Kind: jobErase, Every: 24 * time.Hour},
		},
		Bulk: bulkShare, Sample: s.sample, Tables: tables(),
	}
}

func tables() []privacy.Table {
	return []privacy.Table{
		{
			Name: "event", Personal: []string{"author_id"}, Person: "author_id", Erase: privacy.ClearRow,
			Purpose: "to know who wrote an event that is to be approved",
			Keep:    "as long as the event; cleared when the account is erased",
		},
		{Name: "event_seats"},
		{
			Name: "event_registration", Personal: []string{"name", "email", "phone", "message"},
			Purpose: "so that the organiser knows who comes to an event and can reach them; given without an account",
			Keep:    "until 30 days after the event, then deleted by a daily job",
		},
		{Name: "event_link"},
		{Name: "event_pace"},
	}
}

// fill extends every series whose known dates end before the horizon. Each
// batch is a transaction of its own, so that writers need not wait.
func (s *service) fill(ctx context.Context, _ []byte) error {
	horizon, after := s.Bulletin.Horizon(), ""
	due := horizon.AddDate(0, 0, -7) // a week of slack, so that a series is written once a week
	for {
		var last string
		err := s.DB.Update(ctx, func(tx *db.Tx) error {
			found, err := db.All(tx, dueSeries, scanEvent, db.Micros(due), after)
			if err != nil {
				return fmt.Errorf("series to extend: %w", err)
			}
			last = ""
			for i := range found {
				last = found[i].ID
				if err := s.extend(tx, &found[i], horizon); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || last == "" {
			return err
		}
		after = last
	}
}

// extend writes the entry of a series anew with its times up to the horizon.
func (s *service) extend(tx *db.Tx, e *Event, horizon time.Time) error {
	times, filled, err := e.times(s.Places().Location(), s.Clock.Now(), horizon)
	if err != nil {
		return fmt.Errorf("series %s: %w", e.ID, err)
	}
	if _, err := tx.Exec(setFilled, e.ID, db.Micros(filled)); err != nil {
		return fmt.Errorf("series %s: %w", e.ID, err)
	}
	if e.State != compose.Published {
		return nil
	}
	return s.Bulletin.Put(tx, e.entry(times))
}

// deskItems are what an actor still has to look after.
func (s *service) deskItems(ctx context.Context, actor people.Actor) ([]bulletin.DeskItem, error) {
	speakers, err := s.desk.Speakers(people.WithActor(ctx, actor))
	if err != nil {
		return nil, err
	}
	var out []bulletin.DeskItem
	now := s.Clock.Now()
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		out = nil
		for _, speaker := range speakers {
			found, err := db.All(tx, openEvents, scanEvent, speaker.ID)
			if err != nil {
				return err
			}
			for i := range found {
				e := &found[i]
				state := e.Shown(&e.Common, now)
				if state == compose.Published || state == compose.Expired {
					continue // its time has come since it was saved
				}
				out = append(out, bulletin.DeskItem{
					State: string(state), Kind: Kind, Title: e.Title, URL: e.path() + "/bearbeiten",
					Publisher: e.Publisher, At: e.UpdatedAt, Note: e.Note,
				})
			}
		}
		return nil
	})
	return out, err
}

func payloadOf(raw []byte, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read job: %w", err)
	}
	return nil
}

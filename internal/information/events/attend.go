package events

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/jobs"
)

const registrationColumns = `g.id, g.event_id, g.occurrence_at, g.state, g.name, g.email, g.phone, g.message, g.guests, g.created_at, g.changed_at, g.erase_at`

var (
	touchSeats = db.SQL(`INSERT INTO event_seats (event_id, occurrence_at, changes) VALUES ($1, $2, 1)
		ON CONFLICT (event_id, occurrence_at) DO UPDATE SET changes = event_seats.changes + 1`)
	countSeats = db.SQL(`SELECT COALESCE(SUM(CASE WHEN state = 'confirmed' THEN guests ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN state = 'waiting' THEN guests ELSE 0 END), 0)
		FROM event_registration WHERE event_id = $1 AND occurrence_at = $2`)
	insertRegistration = db.SQL(`INSERT INTO event_registration (id, event_id, occurrence_at, state, name, email, phone, message, guests,
		created_at, changed_at, erase_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	updateRegistration = db.SQL(`UPDATE event_registration SET state = $2, name = $3, phone = $4, message = $5, guests = $6, changed_at = $7 WHERE id = $1`)
	insertLink         = db.SQL("INSERT INTO event_link (token_hash, registration_id) VALUES ($1, $2)")
	byToken            = db.SQL("SELECT " + registrationColumns + " FROM event_registration g JOIN event_link l ON l.registration_id = g.id WHERE l.token_hash = $1")
	oneRegistration    = db.SQL("SELECT " + registrationColumns + " FROM event_registration g WHERE g.id = $1")
	listRegistrations  = db.SQL("SELECT " + registrationColumns + " FROM event_registration g WHERE g.event_id = $1 AND g.occurrence_at = $2 ORDER BY g.created_at, g.id")
	allRegistrations   = db.SQL("SELECT " + registrationColumns + " FROM event_registration g WHERE g.event_id = $1 ORDER BY g.occurrence_at, g.created_at, g.id")
	laterDates         = db.SQL("UPDATE event_registration SET event_id = $2 WHERE event_id = $1 AND occurrence_at >= $3")
	keepLonger         = db.SQL("UPDATE event_registration SET erase_at = $3 WHERE event_id = $1 AND occurrence_at = $2")
	eraseOld           = db.SQL("DELETE FROM event_registration WHERE erase_at < $1")
	addPace            = db.SQL("INSERT INTO event_pace (bucket, start_at, n) VALUES ($1, $2, 1) ON CONFLICT (bucket, start_at) DO UPDATE SET n = event_pace.n + 1")
	readPace           = db.SQL("SELECT COALESCE(SUM(CASE WHEN start_at = $2 THEN n ELSE 0 END), 0), COALESCE(SUM(CASE WHEN start_at = $3 THEN n ELSE 0 END), 0) FROM event_pace WHERE bucket = $1 AND start_at IN ($2, $3)")
	dropPace           = db.SQL("DELETE FROM event_pace WHERE start_at < $1")
)

func scanRegistration(row db.Scanner) (Registration, error) {
	var g Registration
	var occurrence, created, changed, erase int64
	err := row.Scan(&g.ID, &g.EventID, &occurrence, &g.Standing, &g.Name, &g.Email, &g.Phone, &g.Message, &g.Guests, &created, &changed, &erase)
	g.Occurrence, g.Created, g.Changed, g.Erase = db.Time(occurrence), db.Time(created), db.Time(changed), db.Time(erase)
	return g, err
}

// paceLimit is how often one address may register in an hour. A library or a
// household behind one line must not be shut out.
var paceLimit = people.Limit{Max: 40, Per: time.Hour}

// pace counts one attempt from an address (already hashed with the hour).
func (s *service) pace(tx *db.Tx, bucket string) error {
	now := s.Clock.Now()
	start := now.Truncate(paceLimit.Per)
	var current, before int
	if err := tx.QueryRow(readPace, bucket, db.Micros(start), db.Micros(start.Add(-paceLimit.Per))).Scan(&current, &before); err != nil {
		return fmt.Errorf("pace: %w", err)
	}
	if ok, wait := paceLimit.Allows(before, current, now.Sub(start)); !ok {
		return fault.New(fault.KindTooMany, "events.too_fast", "minutes", int(wait.Minutes())+1)
	}
	if _, err := tx.Exec(addPace, bucket, db.Micros(start)); err != nil {
		return fmt.Errorf("pace: %w", err)
	}
	return nil
}

// register takes a registration and returns the secret of its personal link.
// The seats' row is written first: whoever changes the same seats at the same
// time waits or tries again, so that no seat is given twice.
func (s *service) register(ctx context.Context, e *Event, d Date, g *Registration, bucket string) (token string, err error) {
	if err := s.admissible(e, d); err != nil {
		return "", err
	}
	if err := g.check(e.Plan); err != nil {
		return "", err
	}
	token, hash, err := newToken()
	if err != nil {
		return "", err
	}
	now := s.Clock.Now()
	g.ID, g.EventID, g.Created, g.Changed = s.IDs.New(), e.ID, now, now
	g.Occurrence, g.Erase = s.occurrenceKey(e, d), s.eraseAt(e, d)
	done, err := s.turn(ctx, e.ID)
	if err != nil {
		return "", err
	}
	defer done()
	return token, s.DB.Update(ctx, func(tx *db.Tx) error {
		if bucket != "" {
			if err := s.pace(tx, bucket); err != nil {
				return err
			}
		}
		taken, _, err := s.lockSeats(tx, e.ID, g.Occurrence)
		if err != nil {
			return err
		}
		current, err := find(tx, e.ID) // the plan may have changed since the page was shown
		if err != nil {
			return err
		}
		if err := s.admissible(&current, d); err != nil {
			return err
		}
		if g.Standing, err = current.Plan.admit(taken, g.Guests); err != nil {
			return err
		}
		if _, err := tx.Exec(insertRegistration, g.ID, g.EventID, db.Micros(g.Occurrence), string(g.Standing), g.Name, g.Email, g.Phone,
			g.Message, g.Guests, db.Micros(g.Created), db.Micros(g.Changed), db.Micros(g.Erase)); err != nil {
			return fmt.Errorf("register: %w", err)
		}
		if _, err := tx.Exec(insertLink, hash, g.ID); err != nil {
			return fmt.Errorf("register: %w", err)
		}
		return s.mailRegistered(ctx, tx, e, d, g, token)
	})
}

// admissible tells whether one can register for a date now.
func (s *service) admissible(e *Event, d Date) error {
	switch {
	case e.Plan == nil:
		return fault.Conflict("events.no_registration")
	case e.State != compose.Published:
		return fault.NotFound()
	case d.Status == bulletin.Cancelled:
		return fault.Conflict("events.is_cancelled")
	case !s.Clock.Now().Before(e.Plan.until(e, d)):
		return fault.Conflict("events.too_late")
	}
	return nil
}

// occurrenceKey is for what one registers: one date or the whole.
func (s *service) occurrenceKey(e *Event, d Date) time.Time {
	if e.Plan != nil && e.Plan.EachDate && e.Rule != "" {
		return d.Planned
	}
	return time.Time{}
}

func (s *service) eraseAt(e *Event, d Date) time.Time {
	end := d.End
	if s.occurrenceKey(e, d).IsZero() {
		end = e.last(s.Places().Location(), s.Bulletin.Horizon())
	}
	return end.Add(keepRegistrations)
}

// lockSeats reserves the right to change the seats within this transaction and
// counts them.
func (s *service) lockSeats(tx *db.Tx, eventID string, occurrence time.Time) (taken, waiting int, err error) {
	if _, err := tx.Exec(touchSeats, eventID, db.Micros(occurrence)); err != nil {
		return 0, 0, fmt.Errorf("seats: %w", err)
	}
	return countedSeats(tx, eventID, occurrence)
}

func countedSeats(tx *db.Tx, eventID string, occurrence time.Time) (taken, waiting int, err error) {
	if err := tx.QueryRow(countSeats, eventID, db.Micros(occurrence)).Scan(&taken, &waiting); err != nil {
		return 0, 0, fmt.Errorf("seats: %w", err)
	}
	return taken, waiting, nil
}

// registration finds what a personal link leads to. An unknown link is
// NotFound, whatever it looks like.
func registrationBy(tx *db.Tx, token string) (Registration, error) {
	if len(token) != 22 {
		return Registration{}, fault.NotFound()
	}
	g, err := db.One(tx, byToken, scanRegistration, hashToken(token))
	if errors.Is(err, db.ErrNotFound) {
		return g, fault.NotFound()
	}
	return g, err
}

// alter changes or cancels a registration of an event and lets others move up.
func (s *service) alter(ctx context.Context, eventID, registrationID string, change func(e *Event, g *Registration) error) (g Registration, err error) {
	done, err := s.turn(ctx, eventID)
	if err != nil {
		return g, err
	}
	defer done()
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		if g, err = db.One(tx, oneRegistration, scanRegistration, registrationID); err != nil {
			if errors.Is(err, db.ErrNotFound) {
				return fault.NotFound()
			}
			return err
		}
		if g.EventID != eventID {
			return fault.NotFound()
		}
		if _, _, err := s.lockSeats(tx, g.EventID, g.Occurrence); err != nil {
			return err
		}
		e, err := find(tx, g.EventID)
		if err != nil {
			return err
		}
		before := g
		if err := change(&e, &g); err != nil {
			return err
		}
		if err := s.refit(tx, &e, before, &g); err != nil {
			return err
		}
		g.Changed = s.Clock.Now()
		if _, err := tx.Exec(updateRegistration, g.ID, string(g.Standing), g.Name, g.Phone, g.Message, g.Guests, db.Micros(g.Changed)); err != nil {
			return fmt.Errorf("change registration: %w", err)
		}
		return s.moveUp(tx, &e, g.Occurrence)
	})
	return g, err
}

// refit checks the seats of a confirmed registration that grew.
func (s *service) refit(tx *db.Tx, e *Event, before Registration, g *Registration) error {
	if e.Plan == nil || g.Standing != Confirmed || before.Standing != Confirmed || g.Guests <= before.Guests {
		return nil
	}
	taken, _, err := countedSeats(tx, g.EventID, g.Occurrence)
	if err != nil {
		return err
	}
	if free := e.Plan.free(taken); free >= 0 && g.Guests-before.Guests > free {
		return fault.Conflict("events.few_seats", "n", free)
	}
	return nil
}

// moveUp gives free seats to those who wait and lets a job tell them.
func (s *service) moveUp(tx *db.Tx, e *Event, occurrence time.Time) error {
	if e.Plan == nil {
		return nil
	}
	list, err := db.All(tx, listRegistrations, scanRegistration, e.ID, db.Micros(occurrence))
	if err != nil {
		return fmt.Errorf("waiting list: %w", err)
	}
	for _, i := range e.Plan.promote(list) {
		g := &list[i]
		g.Standing, g.Changed = Confirmed, s.Clock.Now()
		if _, err := tx.Exec(updateRegistration, g.ID, string(g.Standing), g.Name, g.Phone, g.Message, g.Guests, db.Micros(g.Changed)); err != nil {
			return fmt.Errorf("move up: %w", err)
		}
		if g.Email != "" {
			if err := s.Queue.Add(tx, jobMovedUp, movedUp{Registration: g.ID}, jobs.Options{Unique: "moved_up/" + g.ID}); err != nil {
				return fmt.Errorf("tell who moves up: %w", err)
			}
		}
	}
	return nil
}

// cancelRegistration is what the personal link and the organiser can do.
func (s *service) cancelRegistration(ctx context.Context, eventID, registrationID string) (Registration, error) {
	return s.alter(ctx, eventID, registrationID, func(_ *Event, g *Registration) error {
		g.Standing = Cancelled
		return nil
	})
}

// seatsChanged lets people move up after the organiser has changed the plan,
// for every date of the event.
func (s *service) seatsChanged(tx *db.Tx, e *Event) error {
	if e.Plan == nil {
		return nil
	}
	list, err := db.All(tx, allRegistrations, scanRegistration, e.ID)
	if err != nil {
		return fmt.Errorf("registrations: %w", err)
	}
	seen := map[int64]bool{}
	for i := range list {
		key := db.Micros(list[i].Occurrence)
		if list[i].Standing != Waiting || seen[key] {
			continue
		}
		seen[key] = true
		if _, _, err := s.lockSeats(tx, e.ID, list[i].Occurrence); err != nil {
			return err
		}
		if err := s.moveUp(tx, e, list[i].Occurrence); err != nil {
			return err
		}
	}
	return nil
}

// jobErase removes registrations whose time is over.
func (s *service) erase(ctx context.Context, _ []byte) error {
	now := s.Clock.Now()
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(eraseOld, db.Micros(now)); err != nil {
			return fmt.Errorf("erase registrations: %w", err)
		}
		if _, err := tx.Exec(dropPace, db.Micros(now.Add(-48*time.Hour))); err != nil {
			return fmt.Errorf("erase registrations: %w", err)
		}
		return nil
	})
}

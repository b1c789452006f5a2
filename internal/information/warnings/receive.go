package warnings

import (
	"fmt"

	"dorflinde/internal/information/warnings/cap"
	"dorflinde/internal/platform/db"
)

// receive takes messages in, in the order in which they were sent. complete
// says that they are all that the source has now: what it no longer has is over.
func (s *service) receive(tx *db.Tx, alerts []cap.Alert, o origin, complete bool) error {
	listed := map[string]bool{}
	for i := range alerts {
		listed[alerts[i].Key()] = true
		if err := s.receiveOne(tx, alerts[i], o); err != nil {
			return err
		}
	}
	if !complete {
		return nil
	}
	return s.close(tx, o, func(w *Warning) bool { return !listed[w.Key] })
}

// close ends the active warnings of a source that over says are over.
func (s *service) close(tx *db.Tx, o origin, over func(*Warning) bool) error {
	active, err := db.All(tx, fromSource, scanWarning, o.source, db.Micros(s.Clock.Now()))
	if err != nil {
		return fmt.Errorf("warnings of a source: %w", err)
	}
	for i := range active {
		if over(&active[i]) {
			if err := s.end(tx, &active[i], o); err != nil {
				return err
			}
		}
	}
	return nil
}

// end takes a warning back before its time; the all clear is told.
func (s *service) end(tx *db.Tx, w *Warning, o origin) error {
	now := s.Clock.Now()
	if w.State != Active || !now.Before(w.Until) {
		return nil
	}
	w.State, w.EndedAt = Ended, now
	return s.put(tx, w, o)
}

func (s *service) receiveOne(tx *db.Tx, a cap.Alert, o origin) error {
	if !meant(a) {
		return nil
	}
	old, err := gone(tx, a.Key())
	if err != nil || old {
		return err
	}
	w, there, err := stored(tx, a.Key())
	if err != nil {
		return err
	}
	if there && w.State == Active && !a.Sent.After(w.Sent) {
		return nil // the same again, perhaps from another source
	}
	earlier, err := s.replaced(tx, a)
	if err != nil {
		return err
	}
	if a.MsgType == "Cancel" {
		return s.cancel(tx, a, earlier, o)
	}
	// An update goes on as the warning it updates, so that its address stays.
	for i := range earlier {
		if !there {
			w, there = earlier[i], true
		} else if earlier[i].ID != w.ID {
			earlier[i].State = Replaced
			if err := s.put(tx, &earlier[i], o); err != nil {
				return err
			}
		}
	}
	return s.keep(tx, w, there, a, o)
}

// replaced finds the active warnings that a message refers to and remembers
// that their messages no longer count.
func (s *service) replaced(tx *db.Tx, a cap.Alert) ([]Warning, error) {
	var out []Warning
	for _, key := range a.Replaces() {
		if key == a.Key() {
			continue
		}
		if err := bury(tx, key, s.Clock.Now()); err != nil {
			return nil, err
		}
		w, there, err := stored(tx, key)
		if err != nil {
			return nil, err
		}
		if there && w.State == Active {
			out = append(out, w)
		}
	}
	return out, nil
}

func (s *service) cancel(tx *db.Tx, a cap.Alert, earlier []Warning, o origin) error {
	// NINA cancels some warnings under their own identifier.
	if w, there, err := stored(tx, a.Key()); err != nil {
		return err
	} else if there {
		earlier = append(earlier, w)
	}
	for i := range earlier {
		if err := s.end(tx, &earlier[i], o); err != nil {
			return err
		}
	}
	return bury(tx, a.Key(), s.Clock.Now())
}

// keep stores a message under a warning, or drops the warning if the message
// no longer concerns anybody here.
func (s *service) keep(tx *db.Tx, w Warning, there bool, a cap.Alert, o origin) error {
	next := w
	next.Key, next.Source, next.Publisher = a.Key(), o.source, o.publisher
	next.Alert, next.State, next.Severity, next.Sent, next.Until = a, Active, severityOf(a), a.Sent.UTC(), endOf(a).UTC()
	next.Sample = o.sample
	if len(next.targets(s.Places(), o.highest)) == 0 {
		if !there || w.State != Active {
			return nil
		}
		w.State = Replaced
		return s.put(tx, &w, o)
	}
	if !there {
		next.ID = s.IDs.New()
	}
	return s.put(tx, &next, o)
}

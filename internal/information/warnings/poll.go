package warnings

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"dorflinde/internal/information/warnings/cap"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fetch"
)

const (
	pollJob = "warnings.poll"
	// pollEvery is how fresh warnings are. Both sources bear it: the DWD renews
	// its file every few minutes and answers 304 in between.
	pollEvery = 3 * time.Minute
	// noteEvery is how often a good answer is noted, so that pages that are
	// kept until the data changes are not thrown away for nothing.
	noteEvery = time.Hour
	// maxDetails bounds how many warnings of NINA are fetched in one turn.
	maxDetails = 60
)

// The sources.
const (
	sourceDWD  = "dwd"
	sourceNINA = "nina"
)

// batch is what a source said in one turn.
type batch struct {
	alerts             []cap.Alert
	complete           bool
	unchanged          bool
	etag, lastModified string
}

// poll asks every source that is switched on. What goes wrong is noted for the
// operator and tried again in the next turn.
func (s *service) poll(ctx context.Context, _ []byte) error {
	var sources []Source
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		sources, err = db.All(tx, selectSources, scanSource)
		return err
	})
	if err != nil {
		return err
	}
	for _, source := range sources {
		if !source.Enabled {
			continue
		}
		b, failed := s.ask(ctx, source)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.note(ctx, source, b, failed); err != nil {
			return err
		}
	}
	return nil
}

func (s *service) ask(ctx context.Context, source Source) (batch, error) {
	if source.ID == sourceDWD {
		return s.askDWD(ctx, source)
	}
	return s.askNINA(ctx, source)
}

// note writes what a source said, and whether it said anything.
func (s *service) note(ctx context.Context, source Source, b batch, failed error) error {
	now := s.Clock.Now()
	next := source
	if failed == nil {
		next.Failure = ""
	} else {
		next.Failure = failed.Error()[:min(len(failed.Error()), 300)]
	}
	if b.alerts != nil || b.unchanged || b.complete {
		next.OkAt = now
	}
	silent := failed != nil && !source.OkAt.IsZero() && now.Sub(source.OkAt) > timeout
	fresh := failed == nil && now.Sub(source.OkAt) > noteEvery
	if b.unchanged && !fresh && next.Failure == source.Failure {
		return nil
	}
	if !b.unchanged && failed == nil {
		next.ETag, next.LastModified = b.etag, b.lastModified
	}
	o, err := s.origin(ctx, source.ID)
	if err != nil {
		return err
	}
	o.highest = source.Highest
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := s.receive(tx, b.alerts, o, b.complete); err != nil {
			return err
		}
		if silent { // what it said last may long be over, and we would not know
			if err := s.close(tx, o, func(*Warning) bool { return true }); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(dropGone, db.Micros(now.Add(-2*longest))); err != nil {
			return err
		}
		return putSource(tx, next)
	})
}

func (s *service) origin(ctx context.Context, source string) (origin, error) {
	orgs, err := s.People.Organisations(ctx)
	if err != nil {
		return origin{}, err
	}
	return origin{source: source, relays: relays(orgs, s)}, nil
}

// askDWD reads the ZIP of all warnings in force. A broken file in it does not
// hold back the others, but then the ZIP does not count as complete.
func (s *service) askDWD(ctx context.Context, source Source) (batch, error) {
	res, err := s.Fetch.Get(ctx, source.Address, fetch.Conditions{ETag: source.ETag, LastModified: source.LastModified})
	if err != nil {
		return batch{}, err
	}
	if res.NotModified {
		return batch{unchanged: true}, nil
	}
	alerts, err := readFile("dwd.zip", res.Body)
	return batch{alerts: inOrder(alerts), complete: err == nil, etag: res.ETag, lastModified: res.LastModified}, err
}

// readFile reads a ZIP or a single CAP file, whatever its name.
func readFile(name string, raw []byte) ([]cap.Alert, error) {
	if bytes.HasPrefix(raw, []byte("PK")) {
		return cap.ReadZIP(name, raw)
	}
	a, err := cap.ParseXML(name, raw)
	if err != nil {
		return nil, err
	}
	return []cap.Alert{a}, nil
}

func inOrder(alerts []cap.Alert) []cap.Alert {
	slices.SortStableFunc(alerts, func(a, b cap.Alert) int { return a.Sent.Compare(b.Sent) })
	return alerts
}

// askNINA reads the dashboards of the districts of the region and the warnings
// that they name.
func (s *service) askNINA(ctx context.Context, source Source) (batch, error) {
	base := strings.TrimRight(source.Address, "/")
	var b batch
	seen := map[string]bool{}
	for _, district := range s.districts() {
		raw, err := s.get(ctx, base+"/dashboard/"+district+".json")
		if err != nil {
			return batch{}, err
		}
		list, err := cap.ParseNINAList("dashboard.json", raw)
		if err != nil {
			return batch{}, err
		}
		for _, item := range list {
			if seen[item.ID] || len(b.alerts) >= maxDetails {
				continue
			}
			seen[item.ID] = true
			a, err := s.details(ctx, base, item.ID)
			if err != nil {
				return b, err // what came before is still good, but not all there is
			}
			b.alerts = append(b.alerts, a)
		}
	}
	b.alerts, b.complete = inOrder(b.alerts), len(b.alerts) < maxDetails
	return b, nil
}

func (s *service) details(ctx context.Context, base, id string) (cap.Alert, error) {
	raw, err := s.get(ctx, base+"/warnings/"+url.PathEscape(id)+".json")
	if err != nil {
		return cap.Alert{}, err
	}
	shapes, err := s.get(ctx, base+"/warnings/"+url.PathEscape(id)+".geojson")
	var status *fetch.Error
	if errors.As(err, &status) && status.Status == 404 {
		shapes, err = nil, nil // some have none
	}
	if err != nil {
		return cap.Alert{}, err
	}
	a, err := cap.ParseNINA(id+".json", raw, shapes)
	if err != nil {
		return a, fmt.Errorf("nina: %w", err)
	}
	return a, nil
}

func (s *service) get(ctx context.Context, address string) ([]byte, error) {
	res, err := s.Fetch.Get(ctx, address, fetch.Conditions{})
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}

// districts are the keys of the Kreise of the region, filled up to the twelve
// digits of an ARS as NINA wants them.
func (s *service) districts() []string {
	var out []string
	for _, m := range s.Places().Municipalities() {
		key := m.ARS
		if key == "" {
			key = m.AGS
		}
		if len(key) < 5 {
			continue
		}
		if district := key[:5] + "0000000"; !slices.Contains(out, district) {
			out = append(out, district)
		}
	}
	return out
}

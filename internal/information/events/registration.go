package events

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/mail"
)

// Plan says how one registers. Its zero value takes everybody.
type Plan struct {
	Capacity  int       `json:"capacity,omitempty"`   // seats; 0 is without limit
	MaxGuests int       `json:"max_guests,omitempty"` // people on one registration, the person included; 0 is 1
	Deadline  time.Time `json:"deadline,omitzero"`    // zero: until it begins
	NoWaiting bool      `json:"no_waiting,omitempty"` // when full, nobody waits
	EachDate  bool      `json:"each_date,omitempty"`  // of a series: for each date on its own
}

// Bounds of a plan.
const (
	maxCapacity = 100_000
	maxGuests   = 50
)

func (p *Plan) check(e *Event) error {
	var faults fault.List
	if p.Capacity < 0 || p.Capacity > maxCapacity {
		faults.Add(fault.Invalid("capacity", "events.capacity_wrong", "max", maxCapacity))
	}
	if p.MaxGuests < 0 || p.MaxGuests > maxGuests {
		faults.Add(fault.Invalid("max-guests", "events.guests_wrong", "max", maxGuests))
	}
	if !p.Deadline.IsZero() && !e.Start.IsZero() && e.Rule == "" && p.Deadline.After(e.End) {
		faults.Add(fault.Invalid("deadline-date", "events.deadline_late"))
	}
	if e.Rule == "" {
		p.EachDate = false
	}
	return faults.Err()
}

func (p *Plan) most() int { return max(p.MaxGuests, 1) }

// Until is the last moment at which one can register for a date. A deadline of
// a series with registration for each date is as far before each of them as it
// is before the first.
func (p *Plan) until(e *Event, d Date) time.Time {
	if p.Deadline.IsZero() {
		return d.Start
	}
	if p.EachDate {
		return d.Start.Add(-e.Start.Sub(p.Deadline))
	}
	return p.Deadline
}

// Standing is where a registration stands.
type Standing string

// The standings.
const (
	Confirmed Standing = "confirmed"
	Waiting   Standing = "waiting"
	Cancelled Standing = "cancelled"
)

// Registration is somebody who wants to come.
type Registration struct {
	ID         string
	EventID    string
	Occurrence time.Time // planned start; zero for the whole event
	Standing   Standing
	Name       string
	Email      string // one of Email and Phone is there
	Phone      string
	Message    string // for the organiser
	Guests     int    // people, the person included
	Created    time.Time
	Changed    time.Time
	Erase      time.Time
}

const maxMessage = 1000

// check normalises what was typed and tells what is wrong with it.
func (g *Registration) check(p *Plan) error {
	var faults fault.List
	g.Name, g.Phone, g.Message = compose.Line(g.Name), compose.Line(g.Phone), compose.Lines(g.Message)
	g.Email = strings.TrimSpace(g.Email)
	if g.Name == "" {
		faults.Add(fault.Invalid("name", "events.name_missing"))
	} else if n := utf8.RuneCountInString(g.Name); n > maxLine {
		faults.Add(fault.Invalid("name", "compose.long", "max", maxLine, "n", n))
	}
	if n := utf8.RuneCountInString(g.Message); n > maxMessage {
		faults.Add(fault.Invalid("message", "compose.long", "max", maxMessage, "n", n))
	}
	switch {
	case g.Email == "" && g.Phone == "":
		faults.Add(fault.Invalid("email", "events.contact_missing"))
	case g.Email != "":
		address, err := mail.Address(g.Email)
		if err != nil {
			faults.Add(fault.Invalid("email", "events.mail_wrong"))
		}
		g.Email = address
	}
	if digits := countDigits(g.Phone); g.Phone != "" && (digits < 5 || digits > 20 || len(g.Phone) > 40) {
		faults.Add(fault.Invalid("phone", "events.phone_wrong"))
	}
	if g.Guests < 1 || g.Guests > p.most() {
		faults.Add(fault.Invalid("guests", "events.guests_many", "max", p.most()))
	}
	return faults.Err()
}

func countDigits(text string) (n int) {
	for _, r := range text {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

// seats counts the people that have a seat and those that wait.
func seats(list []Registration) (taken, waiting int) {
	for i := range list {
		switch list[i].Standing {
		case Confirmed:
			taken += list[i].Guests
		case Waiting:
			waiting += list[i].Guests
		}
	}
	return taken, waiting
}

// free is how many more people fit; -1 is without limit.
func (p *Plan) free(taken int) int {
	if p.Capacity == 0 {
		return -1
	}
	return max(p.Capacity-taken, 0)
}

// admit decides about a new registration: it gets its seats if they are free,
// else it waits. Nobody is overtaken by that: promote has already given every
// free seat to those who wait and fit.
func (p *Plan) admit(taken, guests int) (Standing, error) {
	free := p.free(taken)
	if free < 0 || guests <= free {
		return Confirmed, nil
	}
	if p.NoWaiting {
		if free > 0 {
			return "", fault.Conflict("events.few_seats", "n", free)
		}
		return "", fault.Conflict("events.full")
	}
	return Waiting, nil
}

// promote gives free seats to those who wait, in the order in which they came.
// A group that does not fit keeps its place in the queue and the next one that
// fits is taken, because an empty seat helps nobody. It returns the indexes of
// those who move up.
func (p *Plan) promote(list []Registration) []int {
	taken, _ := seats(list)
	order := make([]int, 0, len(list))
	for i := range list {
		if list[i].Standing == Waiting {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		if c := list[a].Created.Compare(list[b].Created); c != 0 {
			return c
		}
		return cmp.Compare(list[a].ID, list[b].ID)
	})
	var up []int
	for _, i := range order {
		free := p.free(taken)
		if free == 0 {
			break
		}
		if free < 0 || list[i].Guests <= free {
			taken += list[i].Guests
			up = append(up, i)
		}
	}
	return up
}

// newToken makes a personal link's secret of 128 bits and the hash under which
// it is found again.
func newToken() (token, hash string, err error) {
	var raw [16]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return "", "", fmt.Errorf("token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(raw[:])
	return token, hashToken(token), nil
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte("event registration\x00" + token))
	return hex.EncodeToString(sum[:])
}

// keepRegistrations is how long after the event names and addresses stay: long
// enough to send photos or ask back, no longer than needed (GDPR Art. 5 (1) e).
const keepRegistrations = 30 * 24 * time.Hour

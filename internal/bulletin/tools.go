package bulletin

import (
	"context"
	"slices"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fetch"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/media"
	"dorflinde/internal/region"
)

// Tools are what every capability of a wing gets from the house.
type Tools struct {
	DB       *db.DB
	Clock    clock.Clock
	IDs      id.Source
	Queue    *jobs.Queue
	Mailer   *mail.Mailer
	Media    *media.Store
	Fetch    *fetch.Client
	People   *people.Service
	Bulletin *Bulletin
	Places   func() *region.Directory
	// BaseURL is the address of a host as a person types it, without a slash
	// at the end; an empty host gives the region's own.
	BaseURL func(host string) string
}

// Offices are the municipalities and administrations in whose name the person
// of the request may publish, by name; none when they cannot be read.
func (t *Tools) Offices(ctx context.Context) []*people.Organisation {
	actor := people.ActorFrom(ctx)
	if !actor.CanSomewhere(people.Editor) {
		return nil
	}
	orgs, err := t.People.Organisations(ctx)
	if err != nil {
		return nil
	}
	var out []*people.Organisation
	for _, o := range orgs.All() {
		if o.Official() && !o.Blocked && actor.Can(people.Editor, o.ID) {
			out = append(out, o)
		}
	}
	return out
}

// ReaderOf says who is looking: a group is an organisation in which the actor
// holds any role. A program with a token sees what its organisation sees, but
// is no resident.
func ReaderOf(ctx context.Context) Reader {
	actor := people.ActorFrom(ctx)
	r := Reader{Resident: actor.SignedIn()}
	for org, role := range actor.Roles {
		if role.AtLeast(people.Reader) {
			r.Groups = append(r.Groups, org)
		}
	}
	slices.Sort(r.Groups)
	return r
}

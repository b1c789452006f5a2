package compose

import (
	"time"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/fault"
)

// State is where a thing stands between the first word and its end.
type State string

// The states that are stored.
const (
	New       State = "" // not stored yet
	Draft     State = "draft"
	Waiting   State = "waiting" // an author asked for approval
	Published State = "published"
	Withdrawn State = "withdrawn"
)

// The states that follow from Published and the time; see Life.Shown.
const (
	Scheduled State = "scheduled"
	Expired   State = "expired"
)

// Action is what a person wants to do.
type Action string

// The actions.
const (
	Save     Action = "save"     // keep as draft
	Submit   Action = "submit"   // ask for approval
	Publish  Action = "publish"  // approve and publish, or publish a change
	Return   Action = "return"   // send back with a reason
	Withdraw Action = "withdraw" // take back what is published, with a reason
	Discard  Action = "discard"  // throw a draft away
)

// Gone is what Next returns for a discarded draft.
const Gone State = "gone"

// needs is the least role for an action: an author never publishes alone.
var needs = map[Action]people.Role{
	Save: people.Author, Submit: people.Author, Discard: people.Author,
	Publish: people.Editor, Return: people.Editor, Withdraw: people.Editor,
}

// steps are the allowed changes of state. What is withdrawn stays so: copies
// elsewhere were told, and coming back would be a new thing.
var steps = map[State]map[Action]State{
	New:       {Save: Draft, Submit: Waiting, Publish: Published},
	Draft:     {Save: Draft, Submit: Waiting, Publish: Published, Discard: Gone},
	Waiting:   {Save: Waiting, Submit: Waiting, Publish: Published, Return: Draft, Discard: Gone},
	Published: {Publish: Published, Withdraw: Withdrawn},
	Withdrawn: {},
}

// Next is the state after an action by somebody with that role in the
// publisher. Errors: Forbidden when the role is too small, Conflict when the
// state does not allow it.
func Next(from State, a Action, role people.Role) (State, error) {
	need, known := needs[a]
	if !known {
		return from, fault.Invalid("action", "compose.action_unknown")
	}
	if !role.AtLeast(need) {
		if role.AtLeast(people.Author) {
			return from, fault.New(fault.KindForbidden, "compose.editor_needed")
		}
		return from, fault.Forbidden()
	}
	to, ok := steps[from][a]
	if !ok {
		return from, fault.Conflict("compose.state_" + string(from))
	}
	return to, nil
}

// RoleIn is the least of the actor's roles in the publishers, for what moves from one publisher to another.
func RoleIn(a people.Actor, orgs ...string) people.Role {
	least := people.Admin
	for _, org := range orgs {
		if role := a.Role(org); !role.AtLeast(least) {
			least = role
		}
	}
	return least
}

// Life is the state of a record and what has happened to it.
type Life struct {
	State       State
	Version     int64  // counts every save; the lock against overwriting
	Note        string // why it was sent back or withdrawn
	Author      string // account that wrote it, empty for a program
	CreatedAt   time.Time
	UpdatedAt   time.Time
	CorrectedAt time.Time
	Correction  string // what was corrected, one sentence
}

// Shown is the state as a person sees it now.
func (l Life) Shown(c *Common, now time.Time) State {
	if l.State != Published {
		return l.State
	}
	switch {
	case c.PublishAt.After(now):
		return Scheduled
	case !c.ExpiresAt.IsZero() && !c.ExpiresAt.After(now):
		return Expired
	}
	return Published
}

// Open reports whether somebody still has to look after it: a draft, a request
// for approval, or something that waits for its time.
func (l Life) Open(c *Common, now time.Time) bool {
	switch l.Shown(c, now) {
	case Draft, Waiting, Scheduled:
		return true
	}
	return false
}

// ErrOvertaken says that somebody else saved in between; what was typed must be
// shown again beside what is stored now.
func ErrOvertaken() *fault.Fault { return fault.Conflict("compose.overtaken") }

// Tones of the states' tags.
var tones = map[State]string{
	Draft: "soft", Waiting: "honey", Scheduled: "sky", Published: "leaf", Expired: "soft", Withdrawn: "red",
}

// Tone is the colour of the state's tag.
func (s State) Tone() string { return tones[s] }

package intake

import (
	"fmt"
	"strings"
	"time"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
)

// RunState is where a run stands.
type RunState string

// The states of a run.
const (
	Running RunState = "running"
	Done    RunState = "done"
	Stopped RunState = "stopped" // too much would vanish
	Failed  RunState = "failed"
)

// Report tells what a run did, or would do.
type Report struct {
	Found     int  `json:"found"` // items in the document
	Created   int  `json:"created"`
	Updated   int  `json:"updated"`
	Unchanged int  `json:"unchanged"`
	Withdrawn int  `json:"withdrawn"`
	Skipped   int  `json:"skipped"`
	Refused   int  `json:"refused"` // of the skipped: those that somebody would have to mend
	DryRun    bool `json:"dry_run"`

	Kind      string    `json:"kind"`
	Format    Format    `json:"format"`
	Name      string    `json:"name"`
	Unmatched []string  `json:"unmatched,omitempty"` // columns without a meaning
	Notes     []Note    `json:"notes,omitempty"`     // why items were skipped, at most maxNotes
	Examples  []Example `json:"examples,omitempty"`  // the first of each kind of change
	Why       *Reason   `json:"why,omitempty"`       // of a run that stopped or failed
}

// maxNotes and maxExamples bound what is kept of a run.
const (
	maxNotes    = 200
	maxExamples = 5
)

// Reason is a sentence that is put into words when somebody reads it.
type Reason struct {
	Key  string   `json:"key"`
	Args []string `json:"args,omitempty"`
	Line int      `json:"line,omitempty"`
}

// In is the sentence in a language.
func (r *Reason) In(l *i18n.Localizer) string {
	args := make([]any, len(r.Args))
	for i, a := range r.Args {
		args[i] = a
	}
	return strings.TrimSpace(l.T(r.Key, args...))
}

// reasonOf is why something failed; what no person can mend is one sentence.
func reasonOf(err error) *Reason {
	all := fault.All(err)
	if len(all) == 0 {
		return &Reason{Key: "intake.failed_inside"}
	}
	r := &Reason{Key: all[0].Key, Line: lineOf(all[0])}
	for _, a := range all[0].Args {
		r.Args = append(r.Args, cut(fmt.Sprint(a), 300))
	}
	return r
}

// Note is one skipped item.
type Note struct {
	Line   int    `json:"line,omitempty"`
	Title  string `json:"title,omitempty"`
	Wanted bool   `json:"wanted,omitempty"`
	Why    Reason `json:"why"`
}

// Example is one item of a plan.
type Example struct {
	Action Action    `json:"action"`
	Title  string    `json:"title"`
	Start  time.Time `json:"start,omitzero"`
}

func (r *Report) skip(s Skip) {
	r.Skipped++
	if !s.Wanted {
		r.Refused++
	}
	if len(r.Notes) < maxNotes {
		why := reasonOf(s.Why)
		r.Notes = append(r.Notes, Note{Line: s.Line, Title: s.Title, Wanted: s.Wanted, Why: *why})
	}
}

func (r *Report) example(s step) {
	n := 0
	for _, e := range r.Examples {
		if e.Action == s.action {
			n++
		}
	}
	if n < maxExamples {
		r.Examples = append(r.Examples, Example{Action: s.action, Title: cut(s.item.Title, 120), Start: s.item.Start})
	}
}

// changes is how much there is to write.
func (r *Report) changes() int { return r.Created + r.Updated + r.Withdrawn }

// Run is one run of a source, as it is kept.
type Run struct {
	ID           string
	Source       string
	Organisation string
	State        RunState
	By           string // account; empty for the schedule and for programs
	Started      time.Time
	Ended        time.Time
	Total        int // writes
	Done         int
	Report       Report
}

package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/privacy"
)

// The kinds of jobs.
const (
	jobDue   = "intake.due"   // looks for sources that are due
	jobFetch = "intake.fetch" // fetches one source
	jobDraft = "intake.draft" // imports what somebody has checked in the browser
)

// How often due sources are looked for, and how long what is left over is kept.
const (
	dueEvery  = 5 * time.Minute
	keepDraft = 24 * time.Hour
	keepRuns  = 365 * 24 * time.Hour
)

// Capability is what the engine hands to the house.
func (e *Engine) Capability() capability.Capability {
	return capability.Capability{
		Name: "intake", Migrations: Files, Messages: Messages, Routes: e.routes(), API: e.api,
		Jobs:   map[string]jobs.Handler{jobDue: e.workDue, jobFetch: e.workFetch, jobDraft: e.workDraft},
		Every:  []jobs.Periodic{{Kind: jobDue, Every: dueEvery}},
		Tables: Tables(),
	}
}

// Tables declares what the engine keeps. Sources and items belong to
// organisations; only who started a run is a person.
func Tables() []privacy.Table {
	return []privacy.Table{
		{Name: "intake_source"}, {Name: "intake_item"},
		{
			Name: "intake_run", Personal: []string{"by_account"}, Person: "by_account", Erase: privacy.ClearRow,
			Purpose: "to know who started an import", Keep: "one year; cleared when the account is erased",
		},
		{
			Name: "intake_draft", Personal: []string{"by_account"}, Person: "by_account", Erase: privacy.DeleteRow,
			Purpose: "to keep a file between the steps of an import", Keep: "one day at most",
		},
	}
}

type fetchJob struct {
	Source  string `json:"source"`
	By      string `json:"by,omitempty"`
	Again   bool   `json:"again,omitempty"`
	Confirm bool   `json:"confirm,omitempty"`
}

// workDue queues the sources that are due and clears away what is old.
func (e *Engine) workDue(ctx context.Context, _ []byte) error {
	now := e.Clock.Now()
	return e.DB.Update(ctx, func(tx *db.Tx) error {
		due, err := db.All(tx, dueSources, scanText, db.Micros(now))
		if err != nil {
			return fmt.Errorf("due sources: %w", err)
		}
		for _, source := range due {
			if err := e.addFetch(tx, fetchJob{Source: source}); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(oldDrafts, db.Micros(now.Add(-keepDraft))); err != nil {
			return err
		}
		_, err = tx.Exec(oldRuns, db.Micros(now.Add(-keepRuns)))
		return err
	})
}

func (e *Engine) addFetch(tx *db.Tx, job fetchJob) error {
	return e.Queue.Add(tx, jobFetch, job, jobs.Options{Unique: job.Source})
}

func scanText(row db.Scanner) (text string, err error) {
	err = row.Scan(&text)
	return text, err
}

func (e *Engine) workFetch(ctx context.Context, payload []byte) error {
	var job fetchJob
	if err := json.Unmarshal(payload, &job); err != nil {
		return err
	}
	_, err := e.Refresh(ctx, job.Source, RefreshOptions{By: job.By, Again: job.Again, Confirm: job.Confirm})
	switch fault.KindOf(err) {
	case fault.KindNotFound, fault.KindConflict:
		return nil // removed, or another is at it
	}
	return err
}

// tellEditors writes to those who can do something about a source.
func (e *Engine) tellEditors(ctx context.Context, tx *db.Tx, s Source) error {
	orgs, err := e.People.Organisations(ctx)
	if err != nil {
		return err
	}
	org, ok := orgs.ByID(s.Organisation)
	if !ok || e.Mailer == nil {
		return nil
	}
	members, err := people.Members(tx, s.Organisation)
	if err != nil {
		return err
	}
	l := i18n.From(ctx)
	why := ""
	if s.Why != nil {
		why = s.Why.In(l)
	}
	key := "intake.mail_" + string(s.State)
	for _, m := range members {
		if m.Email == "" || !m.Role.AtLeast(people.Editor) {
			continue
		}
		err := e.Mailer.Queue(tx, mail.Message{
			To: m.Email, Subject: cut(l.T(key+"_subject", "source", s.Name), 120),
			Text: l.T(key+"_text", "name", m.Name, "source", s.Name, "org", org.Name, "reason", why, "url", e.BaseURL("")+sourcePath(org.Slug, s.ID)),
		})
		if err != nil {
			return fmt.Errorf("tell the editors of %s: %w", org.Slug, err)
		}
	}
	return nil
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"dorflinde/internal/app"
	"dorflinde/internal/platform/media"
)

type checkCommand struct {
	place
}

// finding is one thing that is wrong, where, and how to mend it.
type finding struct {
	What  string `json:"what"`
	Where string `json:"where"`
	Mend  string `json:"mend"`
}

func (f finding) String() string {
	if f.Where == "" {
		return f.What + "; " + f.Mend + "."
	}
	return f.Where + ": " + f.What + "; " + f.Mend + "."
}

// looks are what is looked at, with the word that is printed.
var looks = []struct {
	name string
	look func(*console, *app.App) ([]finding, error)
}{
	{"database", lookDatabase},
	{"statements", lookStatements},
	{"tables", lookTables},
	{"entries", lookEntries},
	{"uploads", lookUploads},
	{"jobs", lookJobs},
	{"mail", lookMail},
	{"addresses", lookAddresses},
	{"people", lookPeople},
}

type checked struct {
	Looked   []string  `json:"looked"`
	Findings []finding `json:"findings"`
}

// errFindings makes the exit status 1; the findings themselves are the answer.
var errFindings = errors.New("something needs mending")

// Run looks at everything and reports all of it.
func (k *checkCommand) Run(c *console) error {
	return k.with(c, func(a *app.App) error {
		out := checked{Looked: []string{}, Findings: []finding{}}
		var lines []string
		for _, l := range looks {
			found, err := l.look(c, a)
			if err := c.ctx.Err(); err != nil {
				return err
			}
			if err != nil {
				// What is broken elsewhere may keep this from being looked at.
				found = append(found, finding{err.Error(), l.name, "mend what the other findings say, then check again"})
			}
			out.Looked = append(out.Looked, l.name)
			out.Findings = append(out.Findings, found...)
			if len(found) == 0 {
				lines = append(lines, "ok    "+l.name)
			}
			for _, f := range found {
				lines = append(lines, "MEND  "+l.name+": "+f.String())
			}
		}
		if err := k.answer(c, out, strings.Join(lines, "\n")); err != nil || len(out.Findings) == 0 {
			return err
		}
		return fmt.Errorf("%w: %d findings", errFindings, len(out.Findings))
	})
}

func lookUploads(c *console, a *app.App) ([]finding, error) {
	var out []finding
	err := a.Media.Each(c.ctx, func(f media.File) error {
		err := a.Media.Verify(f)
		switch {
		case err == nil:
		case errors.Is(err, fs.ErrNotExist):
			out = append(out, finding{"the file is missing on the disk", "upload " + f.ID + " (" + f.Name + ")", "bring it back from a backup, or upload it again"})
		case errors.Is(err, media.ErrAltered):
			out = append(out, finding{media.ErrAltered.Error(), "upload " + f.ID + " (" + f.Name + ")", "bring it back from a backup, and look for a failing disk"})
		default:
			return err
		}
		return c.ctx.Err()
	})
	return out, err
}

func lookPeople(c *console, a *app.App) ([]finding, error) {
	if a.Region.Current().Region.ID == "" {
		return []finding{{"there is no region", "", "make one with dorflinde init"}}, nil
	}
	for after := ""; ; {
		page, err := a.People.Accounts(c.ctx, after, 500)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			return []finding{{"nobody runs the region", "accounts", "make an operator with dorflinde user operator EMAIL"}}, nil
		}
		for i := range page {
			if page[i].Operator && !page[i].Blocked {
				return nil, nil
			}
		}
		after = page[len(page)-1].ID
	}
}

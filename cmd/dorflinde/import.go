package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dorflinde/internal/app"
	"dorflinde/internal/bulletin/intake"
	"dorflinde/internal/platform/i18n"
)

type importCommand struct {
	place
	Format  string        `arg:"" help:"ics, feed, csv or wordpress." placeholder:"FORMAT"`
	Source  string        `arg:"" help:"A file, or an address on the web; - reads standard input." placeholder:"SOURCE"`
	As      string        `required:"" help:"Organisation that publishes it, by its short name or id." placeholder:"ORGANISATION"`
	To      string        `help:"What it becomes, such as events, news, directory or waste; what suits best if none." placeholder:"KIND"`
	Village string        `help:"Short name of the village or municipality it concerns; the whole region if none." placeholder:"SLUG"`
	Every   time.Duration `help:"Fetch an address again and again, from 1h to 168h; once if none." placeholder:"DURATION"`
	Private bool          `help:"Take events that are marked as private, too."`
	Confirm bool          `help:"Go on even if more than half of what is there would be withdrawn."`
	DryRun  bool          `help:"Show what would happen and change nothing."`
}

// later are formats of the design that come with their capabilities.
var later = map[string]string{"oparl": "council information", "geo": "map data"}

// check tells what is wrong with the arguments before anything is opened.
func (i *importCommand) check() error {
	if what, ok := later[i.Format]; ok {
		return fmt.Errorf("%s (%s) cannot be imported yet; what can be imported now is ics, feed, csv and wordpress", i.Format, what)
	}
	if !intake.Format(i.Format).Known() {
		return fmt.Errorf("there is no format %q; what can be imported is ics, feed, csv and wordpress", i.Format)
	}
	if i.Every != 0 && (i.Every < intake.MinEvery || i.Every > intake.MaxEvery) {
		return errors.New("--every must be between 1h and 168h")
	}
	if i.Every != 0 && !i.remote() {
		return errors.New("--every needs an address, not a file")
	}
	return nil
}

// remote reports whether the source is an address and not a file.
func (i *importCommand) remote() bool {
	scheme, _, found := strings.Cut(i.Source, "://")
	return found && !strings.ContainsAny(scheme, `/\.`)
}

// Run imports, or shows what would happen. It ends well only if all was done:
// a refused file, a refused item or a stopped run is a failure.
func (i *importCommand) Run(c *console) error {
	if err := i.check(); err != nil {
		return err
	}
	return i.with(c, func(a *app.App) error {
		request, err := i.request(c, a)
		if err != nil {
			return err
		}
		words := a.Localizer(language(c.env))
		run, err := a.Intake.Import(i18n.With(c.ctx, words), request)
		if err != nil {
			result := intake.ErrorResult(words, err, i.DryRun)
			if i.JSON {
				err = errors.Join(i.answer(c, result, ""), errors.New(result.Errors[0].Reason))
			} else {
				err = fmt.Errorf("%s: %s", i.Source, result.Errors[0].Reason)
			}
			return err
		}
		if err := a.Index.Flush(c.ctx); err != nil {
			return err
		}
		result := intake.ResultOf(words, run)
		return errors.Join(i.answer(c, result, report(result)), outcome(result, run.Report.Refused))
	})
}

// outcome is an error unless all of it was done.
func outcome(r intake.Result, refused int) error {
	switch {
	case r.State == intake.Stopped:
		return fmt.Errorf("%s (--confirm goes on)", r.Errors[0].Reason)
	case r.State != intake.Done && len(r.Errors) > 0:
		return errors.New(r.Errors[0].Reason)
	case refused > 0:
		return fmt.Errorf("%d of %d items could not be taken over; see the list", refused, r.Found)
	}
	return nil
}

func (i *importCommand) request(c *console, a *app.App) (intake.Request, error) {
	org, err := organisation(c, a, i.As)
	if err != nil {
		return intake.Request{}, err
	}
	r := intake.Request{
		Organisation: org.ID, Kind: i.To, Format: intake.Format(i.Format), Every: i.Every,
		DryRun: i.DryRun, Confirm: i.Confirm, Progress: items(c.err, i.JSON),
	}
	if i.Village != "" || i.Private {
		scope, err := a.Intake.Place(i.Village)
		if err != nil {
			return r, fmt.Errorf("there is no village or municipality %q", i.Village)
		}
		r.Options = &intake.Options{Scope: scope, Private: i.Private}
	}
	if i.remote() {
		r.Address = intake.Address(i.Source)
		return r, nil
	}
	r.File = filepath.Base(i.Source)
	r.Body, err = readSource(i.Source)
	return r, err
}

// readSource reads a file, but not more than can be imported.
func readSource(name string) ([]byte, error) {
	f := os.Stdin
	if name != "-" {
		var err error
		if f, err = os.Open(name); err != nil {
			return nil, err
		}
		defer f.Close()
	}
	body, err := io.ReadAll(io.LimitReader(f, intake.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if body == nil {
		body = []byte{}
	}
	return body, nil
}

// items tells how far an import is, on one line of standard error.
func items(w io.Writer, quiet bool) func(done, total int) {
	return func(done, total int) {
		if quiet || total < 500 {
			return
		}
		fmt.Fprintf(w, "\r%d of %d items", done, total)
		if done >= total {
			fmt.Fprint(w, "\r                              \r")
		}
	}
}

// language is that of the person's terminal, as far as the product speaks it.
func language(env []string) i18n.Lang {
	for _, name := range []string{"LC_ALL=", "LC_MESSAGES=", "LANG="} {
		for _, e := range env {
			if value, found := strings.CutPrefix(e, name); found && value != "" {
				if strings.HasPrefix(value, "de") {
					return i18n.German
				}
				return i18n.English
			}
		}
	}
	return i18n.English
}

// report is the result as a table.
func report(r intake.Result) string {
	var b strings.Builder
	did := "done"
	switch {
	case r.State == intake.Stopped:
		did = "stopped, nothing was changed"
	case r.DryRun:
		did = "dry run, nothing was changed"
	}
	fmt.Fprintf(&b, "%s → %s (%s)\n\n", r.Name, r.To, did)
	for _, line := range []struct {
		what string
		n    int
	}{{"found", r.Found}, {"new", r.Created}, {"changed", r.Updated}, {"unchanged", r.Unchanged}, {"withdrawn", r.Withdrawn}, {"skipped", r.Skipped}} {
		fmt.Fprintf(&b, "  %-10s %6d\n", line.what, line.n)
	}
	if len(r.Columns) > 0 {
		fmt.Fprintf(&b, "\n  columns without a meaning: %s\n", strings.Join(r.Columns, ", "))
	}
	for _, list := range [][]intake.ResultNote{r.Errors, r.LeftOut} {
		for _, n := range list {
			fmt.Fprintf(&b, "\n  %s", note(n))
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

func note(n intake.ResultNote) string {
	text := n.Reason
	if n.Title != "" {
		text = n.Title + ": " + text
	}
	if n.Line > 0 {
		text = fmt.Sprintf("line %d: %s", n.Line, text)
	}
	return text
}

package main

import (
	"fmt"
	"io"

	"dorflinde/internal/app"
	"dorflinde/internal/app/transfer"
)

type exportCommand struct {
	place
	File string `arg:"" help:"ZIP file to write; it must not exist yet." type:"path"`
}

// Run writes everything that another program could use.
func (e *exportCommand) Run(c *console) error {
	return e.with(c, func(a *app.App) error {
		var out transfer.Exported
		err := newFile(e.File, func(w io.Writer) (err error) {
			out, err = transfer.Export(c.ctx, a, w)
			return err
		})
		if err != nil {
			return err
		}
		rows := 0
		for _, n := range out.Tables {
			rows += n
		}
		text := fmt.Sprintf("%s: %d tables with %d rows, %d public entries, %d in the calendar, %d files.", e.File, len(out.Tables), rows,
			out.Entries, out.Events, out.Files)
		if err := e.answer(c, out, text); err != nil {
			return err
		}
		return incomplete(out.Missing)
	})
}

// incomplete fails a command that did all but some uploads.
func incomplete(missing []string) error {
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%d uploads are in the database but not on the disk, the first is %s; everything else was written, and dorflinde check names them all", len(missing), missing[0])
}

package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"dorflinde/internal/app"
	"dorflinde/internal/app/sample"
)

type demoCommand struct {
	Addr string `help:"Where to listen." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Data string `help:"Folder to keep the region in; a temporary one if none." type:"path" placeholder:"DIR"`
	Seed uint64 `help:"Another number makes other sample texts." default:"1"`
	Size string `help:"small (about 300 entries), region (10,000) or district (200,000)." enum:"small,region,district" default:"small"`
}

// Run opens the sample region; the folder is filled on the first start.
func (d *demoCommand) Run(c *console) (err error) {
	dir := d.Data
	if dir == "" {
		if dir, err = os.MkdirTemp("", "dorflinde-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	config, err := app.LoadConfig("", nil)
	if err != nil {
		return err
	}
	config.Addr, config.Data, config.Demo = d.Addr, dir, true
	a, err := app.New(c.ctx, config, app.Options{Log: quiet(c.err)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	l, err := a.Listen(c.ctx)
	if err != nil {
		return err
	}
	if err := sample.Fill(c.ctx, a, sample.Options{Seed: d.Seed, Size: sample.Size(d.Size), Progress: progress(c.err)}); err != nil {
		return errors.Join(fmt.Errorf("fill the sample region in %s: %w", filepath.Clean(dir), err), l.Close())
	}
	if err := greet(c.out, a); err != nil {
		return errors.Join(err, l.Close())
	}
	slog.SetDefault(quiet(c.err))
	return a.Serve(c.ctx, l)
}

// greet prints the address and who may sign in.
func greet(w io.Writer, a *app.App) error {
	if _, err := fmt.Fprintf(w, "\nDorflinde %s\n\n  %s\n\nSample sign-ins (password for all: %s)\n", app.Version, a.Config.BaseURL, sample.Password); err != nil {
		return err
	}
	for _, s := range sample.SignIns() {
		if _, err := fmt.Fprintf(w, "  %-44s %s\n", s.Email, s.What); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\nStop with Ctrl+C.\n")
	return err
}

// progress tells how far a long job is, on one line of a terminal.
func progress(w io.Writer) func(done, total int) {
	return func(done, total int) {
		if total > 0 {
			fmt.Fprintf(w, "\r%d of %d entries", done, total)
		}
		if done == total {
			fmt.Fprint(w, "\r                              \r")
		}
	}
}

package main

import (
	"errors"
	"fmt"
	"log/slog"

	"dorflinde/internal/app"
)

type serveCommand struct {
	place
	Addr string `help:"Where to listen." placeholder:"HOST:PORT"`
}

// Run serves until it is told to stop.
func (s *serveCommand) Run(c *console) error {
	config, err := s.load(c)
	if err != nil {
		return err
	}
	if s.Addr != "" {
		config.Addr = s.Addr
	}
	a, err := app.New(c.ctx, config, app.Options{Log: slog.New(slog.NewJSONHandler(c.err, nil))})
	if err != nil {
		return err
	}
	l, err := a.Listen(c.ctx)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	if a.Region.Current().Region.ID == "" {
		a.Log.Warn("there is no region yet; make one with dorflinde init, the server need not be stopped for it")
	}
	if _, err := fmt.Fprintf(c.out, "Dorflinde %s: %s\n", app.Version, a.Config.BaseURL); err != nil {
		return errors.Join(err, l.Close(), a.Close())
	}
	return errors.Join(a.Serve(c.ctx, l), a.Close())
}

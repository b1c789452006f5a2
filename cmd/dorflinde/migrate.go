package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"dorflinde/internal/app"
	"dorflinde/internal/app/transfer"
	"dorflinde/internal/platform/db"
)

type migrateCommand struct {
	place
}

type migrated struct {
	Ran   []string `json:"ran"`
	Steps int      `json:"steps"`
}

// Run brings the database up to date. Opening a region does so anyway; the
// command is for doing it at a chosen time and seeing what ran.
func (m *migrateCommand) Run(c *console) error {
	config, err := m.load(c)
	if err != nil {
		return err
	}
	if !config.Exists() {
		return nowhere(config)
	}
	before, err := steps(c, config)
	if err != nil {
		return err
	}
	return m.with(c, func(a *app.App) error {
		var after []string
		err := a.DB.View(c.ctx, func(tx *db.Tx) (err error) { after, err = transfer.Steps(tx); return err })
		if err != nil {
			return err
		}
		out := migrated{Ran: []string{}, Steps: len(after)}
		for _, name := range after {
			if !slices.Contains(before, name) {
				out.Ran = append(out.Ran, name)
			}
		}
		text := fmt.Sprintf("The database is up to date; %d steps, none was missing.", out.Steps)
		if len(out.Ran) > 0 {
			text = "Ran " + strings.Join(out.Ran, ", ") + fmt.Sprintf(".\nThe database is up to date; %d steps.", out.Steps)
		}
		return m.answer(c, out, text)
	})
}

// steps are the migrations that have run before the house is opened.
func steps(c *console, config app.Config) (names []string, err error) {
	d, err := db.Open(c.ctx, config.DatabaseOptions())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err := d.Migrate(c.ctx); err != nil { // makes the ledger, runs nothing
		return nil, err
	}
	err = d.View(c.ctx, func(tx *db.Tx) (err error) { names, err = transfer.Steps(tx); return err })
	return names, err
}

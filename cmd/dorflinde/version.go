package main

import (
	"fmt"

	"dorflinde/internal/app"
)

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(c *console) error {
	_, err := fmt.Fprintln(c.out, "dorflinde", app.Version)
	return err
}

package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"

	"dorflinde/internal/app"
	"dorflinde/internal/app/benchmark"
)

type benchCommand struct {
	Out        string `help:"Write the report to a file." type:"path" placeholder:"FILE"`
	District   bool   `help:"Also measure over 200,000 entries; takes some minutes more." default:"true" negatable:""`
	Lighthouse string `help:"Script that asks Lighthouse, run by node." type:"path" placeholder:"FILE"`
	Bare       string `hidden:"" help:"Serve the bare handler on this address."`
}

// Run measures this very program on invented regions in a temporary folder.
func (b *benchCommand) Run(c *console) (err error) {
	if b.Bare != "" {
		return benchmark.Bare(c.ctx, b.Bare)
	}
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "dorflinde-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	lines, err := benchmark.Measure(c.ctx, benchmark.Options{Binary: binary, Dir: dir, District: b.District, Lighthouse: b.Lighthouse, Log: c.err})
	if err != nil {
		return err
	}
	out := c.out
	if b.Out != "" {
		file, err := os.Create(b.Out)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		return benchmark.Report(file, commit(), time.Now(), lines)
	}
	return benchmark.Report(out, commit(), time.Now(), lines)
}

// commit is what was measured: the commit of the checkout, else the version.
func commit() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return app.Version
	}
	return strings.TrimSpace(string(out))
}

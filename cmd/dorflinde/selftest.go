package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dorflinde/internal/app"
	"dorflinde/internal/app/sample"
)

type selftestCommand struct {
	JSON bool `help:"Answer in JSON."`
}

// step is one thing that was tried.
type step struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
	Ms    int64  `json:"ms"`
}

// visits are the pages and interfaces that are asked for once, with a piece
// of text that the answer must hold.
var visits = []struct{ path, holds string }{
	{"/", "<article"}, {"/neues", "<article"}, {"/kalender", "</html>"}, {"/karte", "</html>"}, {"/suche?q=linde", "</html>"},
	{"/anmelden", "</form>"}, {"/feeds", "</html>"}, {"/feeds/rss", "<rss"}, {"/feeds/atom", "<feed"}, {"/feeds/json", "jsonfeed.org"},
	{"/calendar.ics", "BEGIN:VCALENDAR"}, {"/sitemap.xml", "<urlset"}, {"/manifest.webmanifest", "start_url"},
	{"/api/v1/openapi.json", "\"3.1"}, {"/api/v1/entries", "\"items\""}, {"/healthz", "ok"}, {"/readyz", "ready"},
}

// tinyCalendar is imported with a dry run.
const tinyCalendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Dorflinde//Selftest//DE\r\nBEGIN:VEVENT\r\nUID:selftest@dorflinde\r\n" +
	"DTSTAMP:20260101T000000Z\r\nDTSTART:20990501T180000Z\r\nDTEND:20990501T200000Z\r\nSUMMARY:Maibaum\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// Run opens a demo of its own, tries it and reports each step.
func (s *selftestCommand) Run(c *console) (err error) {
	dir, err := os.MkdirTemp("", "dorflinde-selftest-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	t := &trial{console: c, dir: dir, client: &http.Client{Timeout: 30 * time.Second}}
	t.run()
	failed := 0
	for _, st := range t.steps {
		if !st.OK {
			failed++
		}
	}
	if err := (place{JSON: s.JSON}).answer(c, map[string]any{"steps": t.steps, "failed": failed}, t.report()); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d steps failed", failed, len(t.steps))
	}
	return nil
}

// trial is one run of the selftest.
type trial struct {
	console *console
	dir     string
	client  *http.Client
	base    string
	steps   []step
}

func (t *trial) try(name string, work func() error) bool {
	began := time.Now()
	err := work()
	st := step{Name: name, OK: err == nil, Ms: time.Since(began).Milliseconds()}
	if err != nil {
		st.Error = err.Error()
	}
	t.steps = append(t.steps, st)
	return err == nil
}

func (t *trial) report() string {
	lines := make([]string, len(t.steps))
	for i, st := range t.steps {
		lines[i] = fmt.Sprintf("ok    %s (%d ms)", st.Name, st.Ms)
		if !st.OK {
			lines[i] = "FAIL  " + st.Name + ": " + st.Error
		}
	}
	return strings.Join(lines, "\n")
}

func (t *trial) run() {
	data := filepath.Join(t.dir, "data")
	config := app.Config{Addr: "127.0.0.1:0", Data: data, Demo: true}
	var a *app.App
	if !t.try("open a region", func() (err error) {
		a, err = app.New(t.console.ctx, config, app.Options{Log: slog.New(slog.DiscardHandler)})
		return err
	}) {
		return
	}
	defer func() { t.try("close", a.Close) }()
	if !t.try("fill it with the sample", func() error { return sample.Fill(t.console.ctx, a, sample.Options{Seed: 1}) }) {
		return
	}
	ctx, stop := context.WithCancel(t.console.ctx)
	served := make(chan error, 1)
	if !t.try("listen on a free port", func() error {
		l, err := a.Listen(ctx)
		if err != nil {
			return err
		}
		t.base = "http://" + l.Addr().String()
		go func() { served <- a.Serve(ctx, l) }()
		return nil
	}) {
		stop()
		return
	}
	for _, v := range visits {
		t.try("GET "+v.path, func() error { return t.visit(v.path, v.holds) })
	}
	t.commands(data)
	t.try("stop", func() error { stop(); return <-served })
}

func (t *trial) visit(path, holds string) (err error) {
	r, err := http.NewRequestWithContext(t.console.ctx, http.MethodGet, t.base+path, nil)
	if err != nil {
		return err
	}
	answer, err := t.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 8<<20))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d instead of 200", answer.StatusCode)
	}
	if !bytes.Contains(body, []byte(holds)) {
		return fmt.Errorf("the answer does not hold %q", holds)
	}
	return nil
}

// commands run beside the server on the same data, as operators do.
func (t *trial) commands(data string) {
	calendar := filepath.Join(t.dir, "tiny.ics")
	if !t.try("write a calendar", func() error { return os.WriteFile(calendar, []byte(tinyCalendar), 0o600) }) {
		return
	}
	for _, line := range [][]string{
		{"import", "ics", calendar, "--as", "musikverein-leeder", "--dry-run"},
		{"token", "--as", "musikverein-leeder"},
		{"check"},
		{"backup", filepath.Join(t.dir, "backup.tar")},
		{"export", filepath.Join(t.dir, "export.zip")},
	} {
		t.try("dorflinde "+line[0], func() error { return t.command(append(line, "--data", data)...) })
	}
	restored := filepath.Join(t.dir, "restored")
	t.try("dorflinde restore", func() error { return t.command("restore", filepath.Join(t.dir, "backup.tar"), "--data", restored) })
}

func (t *trial) command(args ...string) error {
	var out, wrong bytes.Buffer
	if code := run(console{ctx: t.console.ctx, out: &out, err: &wrong}, args); code != 0 {
		return fmt.Errorf("exit status %d: %s", code, strings.TrimSpace(wrong.String()+out.String()))
	}
	return nil
}

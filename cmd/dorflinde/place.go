package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"dorflinde/internal/app"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
)

// place says which region a command works on and how it answers.
type place struct {
	Data   string `help:"Folder of the embedded database." type:"path" placeholder:"DIR"`
	Config string `help:"Configuration file (TOML); DORFLINDE_* variables override it." type:"path" placeholder:"FILE"`
	JSON   bool   `help:"Answer in JSON."`
}

// load reads the configuration of the place.
func (p place) load(c *console) (app.Config, error) {
	config, err := app.LoadConfig(p.Config, c.env)
	if err != nil {
		return config, err
	}
	if p.Data != "" {
		if p.Config != "" || config.Database != "" {
			return config, errors.New("--data and --config name two different places; give one of them")
		}
		config.Data = p.Data
	}
	return config, nil
}

// open opens an existing region, beside a running server if there is one.
func (p place) open(c *console) (*app.App, error) {
	config, err := p.load(c)
	if err != nil {
		return nil, err
	}
	if !config.Exists() {
		return nil, nowhere(config)
	}
	return app.New(c.ctx, config, app.Options{Log: quiet(c.err)})
}

func nowhere(config app.Config) error {
	return fmt.Errorf("there is no region in %q; make one with dorflinde init, or name its folder with --data", config.Folder())
}

// with runs work on an open region and closes it.
func (p place) with(c *console, work func(*app.App) error) error {
	a, err := p.open(c)
	if err != nil {
		return err
	}
	if err := a.Refresh(c.ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	return errors.Join(explain(a, work(a)), a.Close())
}

// openNew opens the place of a region that need not be there yet.
func (p place) openNew(c *console) (*app.App, error) {
	config, err := p.load(c)
	if err != nil {
		return nil, err
	}
	return app.New(c.ctx, config, app.Options{Log: quiet(c.err)})
}

// explained is an error in a sentence for people.
type explained struct {
	text  string
	cause error
}

func (e explained) Error() string { return e.text }
func (e explained) Unwrap() error { return e.cause }

// explain turns the faults inside err into sentences of the catalogue; any
// other error stays as it is.
func explain(a *app.App, err error) error {
	var done explained
	faults := fault.All(err)
	if len(faults) == 0 || errors.As(err, &done) {
		return err
	}
	words := a.Localizer(i18n.English)
	sentences := make([]string, len(faults))
	for i, f := range faults {
		sentences[i] = words.T(f.Key, f.Args...)
		if f.Field != "" {
			sentences[i] = f.Field + ": " + sentences[i]
		}
	}
	return explained{strings.Join(sentences, " "), err}
}

// at names the place of a fault in front of its sentence.
func at(a *app.App, where string, err error) error {
	if err == nil {
		return nil
	}
	return explained{where + ": " + explain(a, err).Error(), err}
}

// answer prints v as JSON where asked for, the text otherwise.
func (p place) answer(c *console, v any, text string) error {
	if !p.JSON {
		_, err := fmt.Fprintln(c.out, text)
		return err
	}
	e := json.NewEncoder(c.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// quiet logs only what needs somebody's eye.
func quiet(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

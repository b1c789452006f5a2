// Package i18n finds the words: every text that a person reads lies in a
// catalogue, German first, English second. A missing English text falls back
// to German; a missing key shows itself, and a test finds it before people do.
package i18n

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"time"
)

// Lang is a language the product speaks.
type Lang string

// The languages. Leichte Sprache is a variant an editor writes, not a
// language of the surface.
const (
	German  Lang = "de"
	English Lang = "en"
)

// Langs lists the languages in order of preference.
var Langs = []Lang{German, English}

// Catalogue holds all messages of all languages. It is read-only after
// loading and safe for concurrent use.
type Catalogue struct {
	messages map[Lang]map[string]string
}

// Load reads messages.de.json and messages.en.json from every given folder.
// A key that two folders define is an error, since one would silently win.
func Load(folders ...fs.FS) (*Catalogue, error) {
	c := &Catalogue{messages: map[Lang]map[string]string{German: {}, English: {}}}
	for i, folder := range folders {
		for _, lang := range Langs {
			if err := c.read(folder, lang); err != nil {
				return nil, fmt.Errorf("catalogue %d: %w", i, err)
			}
		}
	}
	return c, nil
}

func (c *Catalogue) read(folder fs.FS, lang Lang) error {
	name := "messages." + string(lang) + ".json"
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	var found map[string]string
	if err := json.Unmarshal(data, &found); err != nil {
		return fmt.Errorf("parse %s: %w", name, err)
	}
	for key, text := range found {
		if _, twice := c.messages[lang][key]; twice {
			return fmt.Errorf("%s: key %q is defined twice", name, key)
		}
		c.messages[lang][key] = text
	}
	return nil
}

// Keys lists every key of a language, sorted.
func (c *Catalogue) Keys(lang Lang) []string {
	keys := make([]string, 0, len(c.messages[lang]))
	for key := range c.messages[lang] {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// Localizer speaks one language.
type Localizer struct {
	Lang Lang
	Zone *time.Location
	Now  func() time.Time // the reader's present; without it short dates never name their year
	main map[string]string
	back map[string]string
}

// In returns a localizer for lang with times shown in zone.
func (c *Catalogue) In(lang Lang, zone *time.Location) *Localizer {
	return &Localizer{Lang: lang, Zone: zone, main: c.messages[lang], back: c.messages[German]}
}

// Has reports whether the key exists in the localizer's language or in German.
func (l *Localizer) Has(key string) bool {
	if _, ok := l.main[key]; ok {
		return true
	}
	_, ok := l.back[key]
	return ok
}

// T returns the text of key with {name} replaced by the values given as
// name, value pairs.
func (l *Localizer) T(key string, args ...any) string {
	text, ok := l.main[key]
	if !ok {
		if text, ok = l.back[key]; !ok {
			return key
		}
	}
	if len(args) < 2 || !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, "{"+fmt.Sprint(args[i])+"}", fmt.Sprint(args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// N returns key.one for n = 1, key.none for n = 0 where it exists, and
// key.other otherwise; {n} is the number.
func (l *Localizer) N(key string, n int, args ...any) string {
	form := ".other"
	switch {
	case n == 1:
		form = ".one"
	case n == 0 && l.Has(key+".none"):
		form = ".none"
	}
	return l.T(key+form, append([]any{"n", n}, args...)...)
}

type ctxKey struct{}

// With puts the localizer into the context of a request or job.
func With(ctx context.Context, l *Localizer) context.Context {
	return context.WithValue(ctx, ctxKey{}, l)
}

// From returns the localizer of ctx; without one, keys show as they are.
func From(ctx context.Context) *Localizer {
	if l, ok := ctx.Value(ctxKey{}).(*Localizer); ok {
		return l
	}
	return &Localizer{Lang: German, Zone: time.UTC}
}

// T is From(ctx).T, for templates.
func T(ctx context.Context, key string, args ...any) string { return From(ctx).T(key, args...) }

// N is From(ctx).N, for templates.
func N(ctx context.Context, key string, n int, args ...any) string {
	return From(ctx).N(key, n, args...)
}

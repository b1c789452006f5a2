// Package app wires the house together. It is the only package that knows all
// the others: the platform below, the backbones, and the capabilities of each
// wing, one line each in capabilities.go.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/intake"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fetch"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/media"
	"dorflinde/internal/platform/privacy"
	"dorflinde/internal/platform/search"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// Version of the program, set when it is built.
var Version = "dev"

// App is one running house.
type App struct {
	Config   Config
	DB       *db.DB
	Clock    clock.Clock
	IDs      id.Source
	Queue    *jobs.Queue
	Mailer   *mail.Mailer
	Media    *media.Store
	Index    *search.Index
	Region   *region.Live
	People   *people.Service
	Bulletin *bulletin.Bulletin
	Intake   *intake.Engine
	Wings    Wings
	Log      *slog.Logger

	catalogue *i18n.Catalogue
	parts     []capability.Capability
	routes    []web.Route
	server    *web.Server
	metrics   *metrics
	shells    shells
	dress     dress
	started   uint64 // see startMark
}

// dress counts how often publishers or places changed.
type dress struct {
	seen atomic.Uint64 // database version last looked at
	n    atomic.Uint64
	orgs atomic.Pointer[people.OrgDirectory]
}

// Options replace what tests and commands need otherwise. The zero value is
// the machine's clock and random identifiers.
type Options struct {
	Clock clock.Clock
	Log   *slog.Logger
}

// New opens the database, brings it up to date and wires everything. Close
// must be called at the end.
func New(ctx context.Context, config Config, o Options) (*App, error) {
	a := &App{Config: config.withDefaults(), Clock: o.Clock, Log: o.Log}
	if a.Clock == nil {
		a.Clock = clock.System{}
	}
	if a.Log == nil {
		a.Log = slog.Default()
	}
	a.IDs, a.started = id.NewV7(a.Clock.Now), startMark(a.Clock.Now())
	var err error
	a.DB, err = db.Open(ctx, db.Options{Path: a.Config.databasePath(), DSN: a.Config.Database})
	if err != nil {
		return nil, err
	}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, a.DB.Close())
	}
	return a, nil
}

func (a *App) build(ctx context.Context) error {
	if _, err := a.DB.Migrate(ctx, a.groundMigrations()...); err != nil {
		return err
	}
	if err := a.ground(ctx); err != nil {
		return err
	}
	wings, err := a.capabilities()
	if err != nil {
		return err
	}
	a.parts = append([]capability.Capability{a.People.Capability()}, wings...)
	for _, part := range a.parts {
		if err := a.add(ctx, part); err != nil {
			return fmt.Errorf("capability %s: %w", part.Name, err)
		}
	}
	if err := a.loadCatalogue(); err != nil {
		return err
	}
	return a.buildServer()
}

// groundMigrations are those below the capabilities, in order of dependence.
func (a *App) groundMigrations() []db.Migrations {
	return []db.Migrations{
		{Name: "jobs", Files: jobs.Migrations},
		{Name: "search", Files: search.Migrations},
		{Name: "media", Files: media.Migrations},
		{Name: "region", Files: region.Files},
		{Name: "bulletin", Files: bulletin.Migrations},
	}
}

// ground makes the ground floor and the backbones.
func (a *App) ground(ctx context.Context) error {
	var err error
	if a.Region, err = region.NewLive(ctx, a.DB); err != nil {
		return err
	}
	a.Queue = jobs.New(a.DB, a.Clock, a.IDs, a.Log)
	if a.Mailer, err = a.newMailer(); err != nil {
		return err
	}
	if a.Media, err = media.New(a.DB, filepath.Join(a.Config.Data, "media"), a.Clock, a.IDs); err != nil {
		return err
	}
	a.Index = search.New(a.DB, a.Log, search.Options{})
	if a.People, err = a.newPeople(); err != nil {
		return err
	}
	a.Bulletin = bulletin.New(bulletin.Deps{
		DB: a.DB, Clock: a.Clock, IDs: a.IDs, Index: a.Index, Logger: a.Log,
		Places: a.Region.Current, Publisher: a.publisher, Publishers: a.publishers, Dress: a.dress.n.Load, BaseURL: a.baseURL,
	})
	a.shells.init()
	return nil
}

// tools are what each capability of a wing gets.
func (a *App) tools() bulletin.Tools {
	return bulletin.Tools{
		DB: a.DB, Clock: a.Clock, IDs: a.IDs, Queue: a.Queue, Mailer: a.Mailer, Media: a.Media,
		Fetch: fetch.New(fetch.Options{}), People: a.People, Bulletin: a.Bulletin, Places: a.Region.Current, BaseURL: a.baseURL,
	}
}

// add takes in one capability.
func (a *App) add(ctx context.Context, part capability.Capability) error {
	if part.Migrations != nil {
		if _, err := a.DB.Migrate(ctx, db.Migrations{Name: part.Name, Files: part.Migrations}); err != nil {
			return err
		}
	}
	for _, t := range part.Tables {
		if err := t.Check(); err != nil {
			return err
		}
	}
	for kind, handler := range part.Jobs {
		a.Queue.Handle(kind, handler)
	}
	for _, p := range part.Every {
		a.Queue.Every(p)
	}
	return nil
}

func (a *App) loadCatalogue() error {
	folders := groundMessages()
	for _, part := range a.parts {
		if part.Messages != nil {
			folders = append(folders, part.Messages)
		}
	}
	var err error
	a.catalogue, err = i18n.Load(folders...)
	return err
}

func (a *App) buildServer() error {
	a.metrics = newMetrics(a)
	a.routes = append(a.ownRoutes(), a.Media.Routes()...)
	a.routes = append(a.routes, a.regionRoutes()...)
	a.routes = append(a.routes, a.Bulletin.Routes()...)
	for _, part := range a.parts {
		a.routes = append(a.routes, part.Routes...)
	}
	a.routes = append(a.routes, a.apiRoutes()...)
	var err error
	a.server, err = web.NewServer(web.Options{
		Routes: a.routes, Prepare: a.prepare, Authorize: a.People.Authorize, Validator: a.validator,
		Failure: a.failure, Observe: a.metrics.observe, Logger: a.Log, Secure: a.Config.secure(),
	})
	return err
}

// Routes are all addresses with their declared access, for the table test.
func (a *App) Routes() []web.Route { return a.routes }

// Catalogue holds all messages.
func (a *App) Catalogue() *i18n.Catalogue { return a.catalogue }

// Tables are all declared tables.
func (a *App) Tables() []privacy.Table {
	out := append(groundTables(), privacy.Table{Name: "migration"})
	for _, part := range a.parts {
		out = append(out, part.Tables...)
	}
	return out
}

// Handler answers all requests.
func (a *App) Handler() http.Handler { return a.server }

// Localizer speaks a language in the region's time zone, for commands and jobs.
func (a *App) Localizer(lang i18n.Lang) *i18n.Localizer {
	l := a.catalogue.In(lang, a.Region.Current().Location())
	l.Now = a.Clock.Now
	return l
}

// Close ends everything.
func (a *App) Close() error { return a.DB.Close() }

// Work runs jobs and the search index until ctx ends.
func (a *App) Work(ctx context.Context) error {
	errs := make(chan error, 2)
	jobCtx := i18n.With(ctx, a.Localizer(i18n.German))
	go func() { errs <- a.Queue.Run(jobCtx, a.Config.Workers) }()
	go func() { errs <- a.Index.Run(ctx) }()
	err := errors.Join(<-errs, <-errs)
	if ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)) {
		return nil
	}
	return err
}

// Settle finishes what is due now: for commands that must not leave work.
func (a *App) Settle(ctx context.Context) error {
	if err := a.Queue.Drain(i18n.With(ctx, a.Localizer(i18n.German))); err != nil {
		return err
	}
	return a.Index.Flush(ctx)
}

// publisher shows an organisation the way outlets need it.
func (a *App) publisher(key string) (bulletin.Publisher, bool) {
	orgs := a.dress.orgs.Load()
	if orgs == nil {
		return bulletin.Publisher{}, false
	}
	o, ok := orgs.Find(key)
	if !ok {
		return bulletin.Publisher{}, false
	}
	return published(o), true
}

func published(o *people.Organisation) bulletin.Publisher {
	return bulletin.Publisher{ID: o.ID, Slug: o.Slug, Name: o.Name, Kind: string(o.Kind), ArmsURL: armsURL(o.Arms), URL: "/organisationen/" + o.Slug}
}

// publishers are all that are not blocked, by name.
func (a *App) publishers() []bulletin.Publisher {
	orgs := a.dress.orgs.Load()
	if orgs == nil {
		return nil
	}
	var out []bulletin.Publisher
	for _, o := range orgs.All() {
		if !o.Blocked {
			out = append(out, published(o))
		}
	}
	return out
}

// refresh looks for changed places and publishers once per database version.
func (a *App) refresh(ctx context.Context) error {
	version := a.DB.Version()
	if a.dress.seen.Load() == version && a.dress.orgs.Load() != nil {
		return nil
	}
	changed, err := a.Region.Refresh(ctx)
	if err != nil {
		return err
	}
	orgs, err := a.People.Organisations(ctx)
	if err != nil {
		return err
	}
	if a.dress.orgs.Swap(orgs) != orgs || changed {
		a.dress.n.Add(1)
	}
	a.dress.seen.Store(version)
	return nil
}

// Refresh is for commands, which have no requests that would do it.
func (a *App) Refresh(ctx context.Context) error { return a.refresh(ctx) }

func groundTables() []privacy.Table {
	out := []privacy.Table{{Name: "job"}}
	for _, tables := range [][]privacy.Table{search.Tables, media.Tables(), region.Tables(), bulletin.Tables()} {
		out = append(out, tables...)
	}
	return out
}

// shortTimeout bounds what readiness asks.
const shortTimeout = 2 * time.Second

// Parts are all capabilities, in the order in which they were added.
func (a *App) Parts() []capability.Capability { return a.parts }

package app

import (
	"context"
	"io/fs"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/bulletin/intake"
	"dorflinde/internal/information/directory"
	"dorflinde/internal/information/events"
	"dorflinde/internal/information/news"
	"dorflinde/internal/information/pages"
	"dorflinde/internal/information/warnings"
	"dorflinde/internal/information/waste"
	"dorflinde/internal/information/welcome"
	"dorflinde/internal/people"
	"dorflinde/internal/people/openid"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/feed"
	"dorflinde/internal/platform/fetch"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/media"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/sheet"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
	"dorflinde/internal/region"
)

// capabilities lists every capability of every wing. To add one is one line
// here (and one in targets if it takes things in), to remove one is to delete
// them and its folder.
func (a *App) capabilities() ([]capability.Capability, error) {
	tools := a.tools()
	a.Intake = intake.New(tools)
	a.Wings.dressers = append(a.Wings.dressers, warnings.Banners(tools), pages.NewNavigation(tools).Dress)
	targets, err := targets(tools)
	if err != nil {
		return nil, err
	}
	a.Intake.Register(targets...)
	parts := []capability.Capability{
		a.Mailer.Capability(),
		a.Intake.Capability(),
		news.New(tools),
		events.New(tools),
		directory.New(tools),
		waste.New(tools),
		warnings.New(tools),
		pages.New(tools),
		welcome.New(tools),
	}
	a.Bulletin.AddTile(bulletin.Tile{Icon: "map", MessageKey: "app.nav_map", URL: "/karte"}) // the sixth, after theirs
	return parts, nil
}

// targets lists the capabilities that take in files and feeds.
func targets(tools bulletin.Tools) ([]intake.Target, error) {
	places, err := directory.NewTarget(tools)
	if err != nil {
		return nil, err
	}
	return []intake.Target{events.NewTarget(tools), news.NewTarget(tools), places, waste.NewTarget(tools)}, nil
}

// groundMessages are the catalogues of everything that is no capability.
func groundMessages() []fs.FS {
	return []fs.FS{
		Messages, fetch.Messages, feed.Messages, geo.Messages, i18n.Messages, media.Messages, richtext.Messages,
		sheet.Messages, ui.Messages, region.Messages, bulletin.Messages, compose.Messages,
	}
}

func (a *App) newMailer() (*mail.Mailer, error) {
	c := a.Config
	return mail.New(mail.Config{
		Host: c.SMTPHost, Port: c.SMTPPort, Encryption: mail.Encryption(c.SMTPSecurity),
		User: c.SMTPUser, Password: c.SMTPPassword, From: c.MailFrom, FromName: a.Region.Current().Region.Name,
	}, mail.Deps{DB: a.DB, Clock: a.Clock, IDs: a.IDs, Queue: a.Queue, Logger: a.Log})
}

func (a *App) newPeople() (*people.Service, error) {
	providers, err := openid.New(a.Config.providers(), a.Clock.Now, nil)
	if err != nil {
		return nil, err
	}
	return people.New(people.Deps{
		DB: a.DB, Clock: a.Clock, IDs: a.IDs, Queue: a.Queue, Mailer: a.Mailer, BaseURL: a.requestURL,
		Region: a.Region.Current, Tables: a.Tables, ClientAddr: a.clientAddr, Secure: a.Config.secure(),
		OpenID: providers, Logger: a.Log,
	}), nil
}

// providers are the configured OpenID Connect providers.
func (c Config) providers() []openid.Provider {
	if c.OIDCIssuer == "" {
		return nil
	}
	name := c.OIDCName
	if name == "" {
		name = c.OIDCIssuer
	}
	return []openid.Provider{{Slug: "konto", Label: name, Issuer: c.OIDCIssuer, ClientID: c.OIDCClient, ClientSecret: c.OIDCSecret}}
}

// regionRoutes let a municipality's admins edit how it looks.
func (a *App) regionRoutes() []web.Route {
	return region.Routes(region.Deps{DB: a.DB, Live: a.Region, Clock: a.Clock, Organisation: a.municipalityOrganisation})
}

// municipalityOrganisation finds in whose name a municipality speaks.
func (a *App) municipalityOrganisation(ctx context.Context, municipalityID string) (string, error) {
	orgs, err := a.People.Organisations(ctx)
	if err != nil {
		return "", err
	}
	o, ok := orgs.Municipality(municipalityID)
	if !ok {
		return "", fault.NotFound()
	}
	return o.ID, nil
}

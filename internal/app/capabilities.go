package app

import (
	"io/fs"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/information/news"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/media"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/region"
)

// capabilities lists every capability of every wing. To add one is one line,
// to remove one is to delete its line and its folder.
func (a *App) capabilities() []capability.Capability {
	tools := a.tools()
	return []capability.Capability{
		a.Mailer.Capability(),
		news.New(tools),
	}
}

// groundMessages are the catalogues of everything that is no capability.
func groundMessages() []fs.FS {
	return []fs.FS{Messages, i18n.Messages, ui.Messages, media.Messages, region.Messages, bulletin.Messages}
}

func (a *App) newMailer() (*mail.Mailer, error) {
	c := a.Config
	return mail.New(mail.Config{
		Host: c.SMTPHost, Port: c.SMTPPort, Encryption: mail.Encryption(c.SMTPSecurity),
		User: c.SMTPUser, Password: c.SMTPPassword, From: c.MailFrom, FromName: a.Region.Current().Region.Name,
	}, mail.Deps{DB: a.DB, Clock: a.Clock, IDs: a.IDs, Queue: a.Queue, Logger: a.Log})
}

func (a *App) newPeople() *people.Service {
	return people.New(people.Deps{
		DB: a.DB, Clock: a.Clock, IDs: a.IDs, Queue: a.Queue, Mailer: a.Mailer, BaseURL: a.requestURL,
		Region: a.Region.Current, Tables: a.Tables, ClientAddr: a.clientAddr, Secure: a.Config.secure(), Logger: a.Log,
	})
}

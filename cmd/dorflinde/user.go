package main

import (
	"fmt"
	"strings"
	"time"

	"dorflinde/internal/app"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/fault"
)

type userCommand struct {
	List     userListCommand     `cmd:"" help:"List all accounts."`
	Add      userAddCommand      `cmd:"" help:"Add an account."`
	Block    userBlockCommand    `cmd:"" help:"Stop an account from signing in and end its sessions."`
	Password userPasswordCommand `cmd:"" help:"Set a password and end all sessions."`
	Link     userLinkCommand     `cmd:"" help:"Print a link that signs in once."`
	Operator userOperatorCommand `cmd:"" help:"Let an account run the region."`
}

// account is how commands show an account.
type account struct {
	ID       string     `json:"id"`
	Email    string     `json:"email"`
	Name     string     `json:"name"`
	Operator bool       `json:"operator"`
	Blocked  bool       `json:"blocked"`
	Created  time.Time  `json:"created"`
	Seen     *time.Time `json:"seen"`
	Link     string     `json:"link,omitempty"`
}

func show(a *people.Account) account {
	out := account{ID: a.ID, Email: a.Email, Name: a.Name, Operator: a.Operator, Blocked: a.Blocked, Created: a.Created}
	if !a.Seen.IsZero() {
		out.Seen = &a.Seen
	}
	return out
}

func (a account) String() string {
	notes := []string{}
	if a.Operator {
		notes = append(notes, "operator")
	}
	if a.Blocked {
		notes = append(notes, "blocked")
	}
	if a.Seen != nil {
		notes = append(notes, "last seen "+a.Seen.Local().Format(time.DateOnly))
	}
	email := a.Email
	if email == "" {
		email = "(by card)"
	}
	return strings.TrimRight(fmt.Sprintf("%-36s %-28s %s", email, a.Name, strings.Join(notes, ", ")), " ")
}

type userListCommand struct{ place }

// Run lists all accounts, page by page.
func (u *userListCommand) Run(c *console) error {
	return u.with(c, func(a *app.App) error {
		all := []account{}
		lines := []string{}
		for after := ""; ; {
			page, err := a.People.Accounts(c.ctx, after, 500)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			for i := range page {
				all = append(all, show(&page[i]))
				lines = append(lines, all[len(all)-1].String())
			}
			after = page[len(page)-1].ID
		}
		if len(all) == 0 {
			lines = append(lines, "There is no account yet; add one with dorflinde user add.")
		}
		return u.answer(c, map[string]any{"items": all}, strings.Join(lines, "\n"))
	})
}

// somebody names an account that exists.
type somebody struct {
	place
	Email string `arg:"" help:"E-mail address of the account."`
}

// change runs work on the account and shows how it is afterwards.
func (s somebody) change(c *console, work func(*app.App, *people.Account) (link, text string, err error)) error {
	return s.with(c, func(a *app.App) error {
		found, err := a.People.AccountByEmail(c.ctx, s.Email)
		if fault.KindOf(err) == fault.KindNotFound {
			return fmt.Errorf("there is no account with the address %q; dorflinde user list shows all", s.Email)
		}
		if err != nil {
			return err
		}
		link, text, err := work(a, found)
		if err != nil {
			return err
		}
		if found, err = a.People.Account(c.ctx, found.ID); err != nil {
			return err
		}
		out := show(found)
		out.Link = link
		return s.answer(c, out, text)
	})
}

type userBlockCommand struct {
	somebody
	Undo bool `help:"Let the account in again."`
}

// Run blocks an account.
func (u *userBlockCommand) Run(c *console) error {
	return u.change(c, func(a *app.App, who *people.Account) (string, string, error) {
		text := who.Email + " can no longer sign in; all sessions have ended."
		if u.Undo {
			text = who.Email + " can sign in again."
		}
		return "", text, a.People.SetBlocked(c.ctx, who.ID, !u.Undo)
	})
}

type userPasswordCommand struct {
	somebody
	PasswordFile string `required:"" help:"File whose first line is the password; - reads the standard input." placeholder:"FILE"`
}

// Run sets a password.
func (u *userPasswordCommand) Run(c *console) error {
	word, err := secretFrom(u.PasswordFile)
	if err != nil {
		return err
	}
	return u.change(c, func(a *app.App, who *people.Account) (string, string, error) {
		return "", "The password of " + who.Email + " is set; all sessions have ended.", a.People.SetPassword(c.ctx, who.ID, word)
	})
}

type userLinkCommand struct{ somebody }

// Run prints a sign-in link.
func (u *userLinkCommand) Run(c *console) error {
	return u.change(c, func(a *app.App, who *people.Account) (string, string, error) {
		return signInLink(c, a, who.Email)
	})
}

func signInLink(c *console, a *app.App, email string) (link, text string, err error) {
	path, until, err := a.People.SignInLink(c.ctx, email)
	if err != nil {
		return "", "", err
	}
	link = a.Config.BaseURL + path
	return link, fmt.Sprintf("This link signs %s in once, until %s:\n%s", email, until.Local().Format("15:04"), link), nil
}

type userOperatorCommand struct {
	somebody
	Undo bool `help:"No longer let the account run the region."`
}

// Run makes an operator.
func (u *userOperatorCommand) Run(c *console) error {
	return u.change(c, func(a *app.App, who *people.Account) (string, string, error) {
		text := who.Email + " runs the region now."
		if u.Undo {
			text = who.Email + " no longer runs the region."
		}
		return "", text, a.People.SetOperator(c.ctx, who.ID, !u.Undo)
	})
}

type userAddCommand struct {
	place
	Email        string `arg:"" help:"E-mail address."`
	Name         string `help:"As shown to others." placeholder:"NAME"`
	Operator     bool   `help:"Let the account run the region."`
	PasswordFile string `help:"File whose first line is the password; - reads the standard input. Without it a sign-in link is printed." placeholder:"FILE"`
}

// Run adds an account.
func (u *userAddCommand) Run(c *console) error {
	return u.with(c, func(a *app.App) error {
		out, text, err := addAccount(c, a, people.NewAccount{Name: u.Name, Email: u.Email, Operator: u.Operator}, u.PasswordFile)
		if err != nil {
			return err
		}
		return u.answer(c, out, text)
	})
}

// addAccount adds an account with a password, or with a link for the first
// sign-in.
func addAccount(c *console, a *app.App, n people.NewAccount, passwordFile string) (account, string, error) {
	if passwordFile != "" {
		word, err := secretFrom(passwordFile)
		if err != nil {
			return account{}, "", err
		}
		n.Password = word
	}
	id, err := a.People.AddAccount(c.ctx, n)
	if err != nil {
		return account{}, "", err
	}
	added, err := a.People.Account(c.ctx, id)
	if err != nil {
		return account{}, "", err
	}
	out, text := show(added), added.Email+" is added."
	if n.Password == "" {
		if out.Link, text, err = signInLink(c, a, added.Email); err != nil {
			return out, "", err
		}
	}
	return out, text, nil
}

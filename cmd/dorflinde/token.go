package main

import (
	"fmt"

	"dorflinde/internal/app"
	"dorflinde/internal/people"
)

type tokenCommand struct {
	place
	As    string `required:"" help:"Organisation, by its short name or id." placeholder:"ORGANISATION"`
	Scope string `help:"read or write." enum:"read,write" default:"read"`
	Label string `help:"What the token is for; shown to the organisation's admins." default:"Kommandozeile"`
}

// Run prints a new token once; it is stored only as a hash.
func (t *tokenCommand) Run(c *console) error {
	return t.with(c, func(a *app.App) error {
		org, err := organisation(c, a, t.As)
		if err != nil {
			return err
		}
		token, err := a.People.IssueToken(c.ctx, org.ID, people.Scope(t.Scope), t.Label)
		if err != nil {
			return err
		}
		return t.answer(c, map[string]string{"token": token, "organisation": org.Slug, "scope": t.Scope}, token)
	})
}

// organisation finds an organisation by short name or id.
func organisation(c *console, a *app.App, key string) (*people.Organisation, error) {
	orgs, err := a.People.Organisations(c.ctx)
	if err != nil {
		return nil, err
	}
	if o, ok := orgs.Find(key); ok {
		return o, nil
	}
	return nil, fmt.Errorf("there is no organisation %q; the short name is the end of its address, such as musikverein-leeder", key)
}

package people

import (
	"net/http"
	"strings"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

func (s *Service) cardRoutes() []web.Route {
	clerks := web.Needs(string(Editor), nil)
	return []web.Route{
		{Method: http.MethodGet, Path: "/karten", Access: clerks, Handle: s.showCards},
		{Method: http.MethodPost, Path: "/karten", Access: clerks, Handle: s.postNewCard},
		{Method: http.MethodPost, Path: "/karten/neu", Access: clerks, Handle: s.postReissue},
	}
}

// cardsView is the page where clerks make cards.
type cardsView struct {
	form
	offices  []ui.Option // organisations in whose name the actor may issue
	villages []ui.Option
	issued   []officeCards
}

type officeCards struct {
	org     *Organisation
	holders []CardHolder
}

// offices are the municipalities and administrations in which the actor is
// editor: only they know who somebody is. A program never is.
func offices(orgs *OrgDirectory, a Actor) []*Organisation {
	var out []*Organisation
	if a.Token {
		return nil
	}
	for _, o := range orgs.All() {
		if o.Official() && !o.Blocked && a.Can(Editor, o.ID) {
			out = append(out, o)
		}
	}
	return out
}

// office is one of offices; any other is forbidden, whether it exists or not.
func (s *Service) office(r *http.Request, key string) (*Organisation, error) {
	orgs, err := s.Organisations(r.Context())
	if err != nil {
		return nil, err
	}
	for _, o := range offices(orgs, ActorFrom(r.Context())) {
		if o.ID == key {
			return o, nil
		}
	}
	return nil, fault.Forbidden()
}

func (s *Service) showCards(w http.ResponseWriter, r *http.Request) error {
	return s.renderCards(w, r, http.StatusOK, form{})
}

func (s *Service) renderCards(w http.ResponseWriter, r *http.Request, status int, f form) error {
	orgs, err := s.Organisations(r.Context())
	if err != nil {
		return err
	}
	mine := offices(orgs, ActorFrom(r.Context()))
	if len(mine) == 0 {
		return fault.Forbidden()
	}
	v := cardsView{form: f, villages: s.villageOptions(i18n.T(r.Context(), "people.village_none"))}
	err = s.DB.View(r.Context(), func(tx *db.Tx) error {
		for _, o := range mine {
			v.offices = append(v.offices, ui.Option{Value: o.ID, Label: o.Name})
			holders, err := listCards(tx, o.ID)
			if err != nil {
				return err
			}
			if len(holders) > 0 {
				v.issued = append(v.issued, officeCards{o, holders})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return page(w, r, status, ui.Page{Title: i18n.T(r.Context(), "people.cards")}, cardsPage(v))
}

// postNewCard makes an account and answers with the card to print. Code and
// PIN exist only in this answer.
func (s *Service) postNewCard(w http.ResponseWriter, r *http.Request) error {
	return s.onCards(w, r, "newcard", func(f form, o *Organisation, c *Card, codeHash, pinHash string) error {
		c.Name = line(f.value("name"))
		if c.Name == "" {
			return fault.Invalid("name", "people.name_missing")
		}
		if err := s.villageKnown(f.value("village")); err != nil {
			return err
		}
		return s.DB.Update(r.Context(), func(tx *db.Tx) error { return s.issueCard(tx, o.ID, c.Name, f.value("village"), codeHash, pinHash) })
	})
}

func (s *Service) postReissue(w http.ResponseWriter, r *http.Request) error {
	return s.onCards(w, r, "reissue", func(f form, o *Organisation, c *Card, codeHash, pinHash string) error {
		if !id.Valid(f.value("id")) {
			return fault.NotFound()
		}
		return s.DB.Update(r.Context(), func(tx *db.Tx) error {
			var err error
			c.Name, err = s.reissueCard(tx, o.ID, f.value("id"), codeHash, pinHash)
			return err
		})
	})
}

func (s *Service) onCards(w http.ResponseWriter, r *http.Request, which string, do func(form, *Organisation, *Card, string, string) error) error {
	f, err := posted(r, which)
	if err != nil {
		return err
	}
	o, err := s.office(r, f.value("org"))
	if err != nil {
		return err
	}
	c, codeHash, pinHash, err := s.newCard()
	if err != nil {
		return err
	}
	if err := do(f, o, &c, codeHash, pinHash); err != nil {
		f, status, err := f.refused(err)
		if err != nil {
			return err
		}
		return s.renderCards(w, r, status, f)
	}
	_, host, _ := strings.Cut(s.baseURL(r), "://")
	return page(w, r, http.StatusOK, ui.Page{Title: i18n.T(r.Context(), "people.card_ready")}, printedCard(c, o, host+"/anmelden/karte"))
}

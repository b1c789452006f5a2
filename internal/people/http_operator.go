package people

import (
	"net/http"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

const operatorPath = "/verwaltung/organisationen"

func (s *Service) operatorRoutes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: operatorPath, Access: web.Operators, Handle: s.showOrganisations},
		{Method: http.MethodPost, Path: operatorPath, Access: web.Operators, Handle: s.postOrganisation},
		{Method: http.MethodPost, Path: operatorPath + "/sperren", Access: web.Operators, Handle: s.postBlock},
	}
}

// operatorView is the operator's list of organisations.
type operatorView struct {
	form
	flash          string
	orgs           []*Organisation
	municipalities []ui.Option
	villages       []ui.Option
}

func (s *Service) showOrganisations(w http.ResponseWriter, r *http.Request) error {
	return s.renderOrganisations(w, r, http.StatusOK, form{})
}

func (s *Service) renderOrganisations(w http.ResponseWriter, r *http.Request, status int, f form) error {
	orgs, err := s.Organisations(r.Context())
	if err != nil {
		return err
	}
	v := operatorView{form: f, flash: flash(w, r), orgs: orgs.All(), villages: s.villageOptions(i18n.T(r.Context(), "people.village_all"))}
	if s.Region != nil {
		for _, m := range s.Region().Municipalities() {
			o := ui.Option{Value: m.ID, Label: m.Name}
			for _, chosen := range f.values["municipality"] {
				o.Chosen = o.Chosen || chosen == m.ID
			}
			v.municipalities = append(v.municipalities, o)
		}
	}
	return page(w, r, status, ui.Page{Title: i18n.T(r.Context(), "people.organisations")}, organisationsPage(v))
}

func (s *Service) onOrganisations(w http.ResponseWriter, r *http.Request, which, done string, do func(form) error) error {
	f, err := posted(r, which)
	if err != nil {
		return err
	}
	if err := do(f); err != nil {
		f, status, err := f.refused(err)
		if err != nil {
			return err
		}
		return s.renderOrganisations(w, r, status, f)
	}
	web.SetFlash(w, done)
	return web.SeeOther(w, r, operatorPath)
}

// postOrganisation adds an organisation and, where an address is given,
// invites its first admin.
func (s *Service) postOrganisation(w http.ResponseWriter, r *http.Request) error {
	return s.onOrganisations(w, r, "neworg", "people.org_added", func(f form) error {
		chosen := f.values["municipality"]
		for _, m := range chosen {
			if s.Region == nil {
				return fault.Invalid("municipality", "people.org_municipality")
			}
			if _, ok := s.Region().Municipality(m); !ok {
				return fault.Invalid("municipality", "people.org_municipality")
			}
		}
		if err := s.villageKnown(f.value("village")); err != nil {
			return err
		}
		first := offer{email: f.value("email"), role: Admin}
		if first.email != "" {
			if err := first.check(); err != nil {
				return err
			}
		}
		key, err := s.AddOrganisation(r.Context(), NewOrganisation{Kind: Kind(f.value("kind")), Name: f.value("name"),
			MunicipalityIDs: chosen, VillageID: f.value("village"), Verified: f.value("verified") != ""})
		if err != nil || first.email == "" {
			return err
		}
		orgs, err := s.Organisations(r.Context())
		if err != nil {
			return err
		}
		o, ok := orgs.ByID(key)
		if !ok {
			return fault.NotFound()
		}
		return s.invite(r, o, first)
	})
}

func (s *Service) postBlock(w http.ResponseWriter, r *http.Request) error {
	return s.onOrganisations(w, r, "block", "people.saved", func(f form) error {
		return s.withID(r, f, func(tx *db.Tx, key string) error { return setBlocked(tx, key, f.value("block") != "") })
	})
}

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"dorflinde/internal/app"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/region"
)

type initCommand struct {
	place
	Name                 string   `help:"Name of the region." placeholder:"NAME"`
	Land                 string   `help:"State, ISO 3166-2; decides the holidays." placeholder:"DE-BY"`
	Municipality         []string `help:"A municipality as \"Name;AGS;longitude;latitude\"; may be given several times." sep:"none" placeholder:"TEXT"`
	From                 string   `help:"JSON file with region, municipalities, boundaries, villages and streets; see docs/operations/region.md." type:"existingfile" placeholder:"FILE"`
	OperatorEmail        string   `help:"Address of the person who runs the region." placeholder:"EMAIL"`
	OperatorName         string   `help:"Name of that person." placeholder:"NAME"`
	OperatorPasswordFile string   `help:"File whose first line is the password; without it a sign-in link is printed." placeholder:"FILE"`
}

// made is the answer of init.
type made struct {
	Region         string             `json:"region"`
	Place          string             `json:"place"`
	Municipalities []string           `json:"municipalities"`
	Organisations  []madeOrganisation `json:"organisations"`
	Operator       *account           `json:"operator"`
}

type madeOrganisation struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// Run makes a region where none is. The operator comes first and the places
// last, in one transaction, so that init can be repeated after a failure.
func (i *initCommand) Run(c *console) (err error) {
	plan, err := i.plan()
	if err != nil {
		return err
	}
	config, err := i.load(c)
	if err != nil {
		return err
	}
	fresh := config.Database == "" && !config.Exists()
	a, err := i.openNew(c)
	if err != nil {
		return err
	}
	err = explain(a, i.make(c, a, plan))
	if err = errors.Join(err, a.Close()); err != nil && fresh {
		return errors.Join(err, forget(config))
	}
	return err
}

// forget removes the empty database that a refused init has made.
func forget(config app.Config) error {
	var err error
	path := config.DatabaseOptions().Path
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if gone := os.Remove(path + suffix); gone != nil && !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	// Both only go when they are empty, which is what is wanted.
	for _, dir := range []string{filepath.Join(config.Folder(), "media"), config.Folder()} {
		if os.Remove(dir) != nil {
			return err
		}
	}
	return err
}

// plan reads what should be made, before anything is opened.
func (i *initCommand) plan() (regionPlan, error) {
	var plan regionPlan
	var err error
	if i.From != "" {
		if len(i.Municipality) > 0 || i.Name != "" || i.Land != "" {
			return plan, errors.New("--from brings name, land and municipalities along; leave out --name, --land and --municipality")
		}
		plan, err = readRegion(i.From)
	} else {
		plan, err = i.fromFlags()
	}
	if err != nil {
		return plan, err
	}
	if i.OperatorPasswordFile != "" && i.OperatorEmail == "" {
		return plan, errors.New("--operator-password-file needs --operator-email, whose password it is")
	}
	if i.OperatorEmail != "" {
		if _, err := mail.Address(i.OperatorEmail); err != nil {
			return plan, fmt.Errorf("--operator-email %q is not an e-mail address", i.OperatorEmail)
		}
	}
	return plan, nil
}

func (i *initCommand) make(c *console, a *app.App, plan regionPlan) error {
	if there := a.Region.Current().Region; there.ID != "" {
		return fmt.Errorf("there is a region already, %q; choose another place with --data or --config", there.Name)
	}
	places, err := plan.places(a.IDs)
	if err != nil {
		return err
	}
	out := made{Region: places.Region.Name, Place: i.where(a), Municipalities: []string{}, Organisations: []madeOrganisation{}}
	// What the places get wrong must be found before the operator is added.
	if err := checkPlaces(a, places); err != nil {
		return err
	}
	var text string
	if i.OperatorEmail != "" {
		operator, said, err := i.operator(c, a)
		if err != nil {
			return err
		}
		out.Operator, text = &operator, said
	}
	if out.Organisations, err = install(c, a, places); err != nil {
		return err
	}
	for _, m := range places.Municipalities {
		out.Municipalities = append(out.Municipalities, m.Name)
	}
	return i.answer(c, out, strings.TrimSpace(greeting(out)+"\n"+text))
}

func (i *initCommand) where(a *app.App) string {
	if a.Config.Database != "" {
		return "the configured database"
	}
	return a.Config.Folder()
}

func greeting(m made) string {
	text := fmt.Sprintf("%s is made in %s, with %s.\nStart it with dorflinde serve.", m.Region, m.Place, strings.Join(m.Municipalities, ", "))
	if m.Operator == nil {
		text += "\nNobody can run it yet: add an operator with dorflinde user add --operator."
	}
	return text
}

// operator adds the account, or takes the one that an earlier try has made.
func (i *initCommand) operator(c *console, a *app.App) (account, string, error) {
	n := people.NewAccount{Name: i.OperatorName, Email: i.OperatorEmail, Locale: "de", Operator: true}
	there, err := a.People.AccountByEmail(c.ctx, i.OperatorEmail)
	if fault.KindOf(err) == fault.KindNotFound {
		return addAccount(c, a, n, i.OperatorPasswordFile)
	}
	if err != nil {
		return account{}, "", err
	}
	if err := a.People.SetOperator(c.ctx, there.ID, true); err != nil {
		return account{}, "", err
	}
	out := show(there)
	out.Operator = true
	link, text, err := signInLink(c, a, there.Email)
	out.Link = link
	return out, text, err
}

func checkPlaces(a *app.App, places region.Sample) error {
	if err := places.Region.Check(); err != nil {
		return at(a, "region", err)
	}
	for _, m := range places.Municipalities {
		if err := m.Check(); err != nil {
			return at(a, fmt.Sprintf("municipality %q", m.Name), err)
		}
	}
	for _, v := range places.Villages {
		if err := v.Check(); err != nil {
			return at(a, fmt.Sprintf("village %q", v.Name), err)
		}
	}
	return nil
}

// install writes the places and the organisation in whose name each
// municipality speaks.
func install(c *console, a *app.App, places region.Sample) ([]madeOrganisation, error) {
	now := a.Clock.Now()
	var orgs []people.Organisation
	for _, m := range places.Municipalities {
		orgs = append(orgs, people.Organisation{ID: a.IDs.New(), Kind: people.Municipality, Name: title(m.Name), Slug: "gemeinde-" + m.Slug,
			MunicipalityIDs: []string{m.ID}, Arms: m.Look.Arms, Verified: true, Since: now})
	}
	err := a.DB.Update(c.ctx, func(tx *db.Tx) error {
		if err := places.Install(tx); err != nil {
			return err
		}
		for _, o := range orgs {
			if err := people.PutOrganisation(tx, &o); err != nil {
				return at(a, o.Name, err)
			}
		}
		return nil
	})
	out := make([]madeOrganisation, len(orgs))
	for i, o := range orgs {
		out[i] = madeOrganisation{ID: o.ID, Slug: o.Slug, Name: o.Name}
	}
	return out, err
}

// title names the body: "Gemeinde Fuchstal", but "Markt Dießen" stays.
func title(name string) string {
	for _, kind := range []string{"Gemeinde ", "Stadt ", "Markt ", "Marktgemeinde ", "Große Kreisstadt ", "Hansestadt "} {
		if strings.HasPrefix(name, kind) {
			return name
		}
	}
	return "Gemeinde " + name
}

package people

import (
	"fmt"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
)

var (
	putOrganisation = db.SQL(`INSERT INTO organisation (id, kind, name, slug, village_id, arms, mail, phone, web, address,
		description, legal, verified, blocked, since) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, slug = excluded.slug,
		village_id = excluded.village_id, arms = excluded.arms, mail = excluded.mail, phone = excluded.phone, web = excluded.web,
		address = excluded.address, description = excluded.description, legal = excluded.legal, verified = excluded.verified,
		blocked = excluded.blocked`)
	slugOwner = db.SQL(`SELECT id FROM organisation WHERE slug = $1`)
	allOrgs   = db.SQL(`SELECT id, kind, name, slug, village_id, arms, mail, phone, web, address, description, legal, verified,
		blocked, since FROM organisation ORDER BY name, id`)
	clearServed = db.SQL(`DELETE FROM organisation_municipality WHERE org_id = $1`)
	addServed   = db.SQL(`INSERT INTO organisation_municipality (org_id, municipality_id, place) VALUES ($1, $2, $3)`)
	allServed   = db.SQL(`SELECT org_id, municipality_id FROM organisation_municipality ORDER BY org_id, place`)
	blockOrg    = db.SQL(`UPDATE organisation SET blocked = $2 WHERE id = $1`)
)

// PutOrganisation writes an organisation as checked by Organisation.Check. A
// slug that belongs to another one is a conflict. Since is kept from the first
// write.
func PutOrganisation(tx *db.Tx, o *Organisation) error {
	if err := o.Check(); err != nil {
		return err
	}
	owner, err := db.One(tx, slugOwner, scanText, o.Slug)
	if err == nil && owner != o.ID {
		return fault.Invalid("slug", "people.org_slug_taken", "slug", o.Slug)
	}
	if err != nil && !isNotFound(err) {
		return fmt.Errorf("organisation: %w", err)
	}
	if _, err := tx.Exec(putOrganisation, o.ID, string(o.Kind), o.Name, o.Slug, o.VillageID, o.Arms, o.Mail, o.Phone, o.Web,
		o.Address, o.Description, o.Legal, o.Verified, o.Blocked, db.Micros(o.Since)); err != nil {
		return fmt.Errorf("organisation: %w", err)
	}
	if _, err := tx.Exec(clearServed, o.ID); err != nil {
		return fmt.Errorf("organisation: %w", err)
	}
	for i, m := range o.MunicipalityIDs {
		if _, err := tx.Exec(addServed, o.ID, m, i); err != nil {
			return fmt.Errorf("organisation: %w", err)
		}
	}
	return changed(tx)
}

// setBlocked stops an organisation, or lets it go on.
func setBlocked(tx *db.Tx, org string, blocked bool) error {
	n, err := tx.Exec(blockOrg, org, blocked)
	if err != nil {
		return fmt.Errorf("block organisation: %w", err)
	}
	if n == 0 {
		return fault.NotFound()
	}
	return changed(tx)
}

func loadOrganisations(tx *db.Tx) ([]Organisation, error) {
	orgs, err := db.All(tx, allOrgs, scanOrganisation)
	if err != nil {
		return nil, fmt.Errorf("organisations: %w", err)
	}
	served, err := db.All(tx, allServed, func(s db.Scanner) ([2]string, error) {
		var pair [2]string
		err := s.Scan(&pair[0], &pair[1])
		return pair, err
	})
	if err != nil {
		return nil, fmt.Errorf("organisations: %w", err)
	}
	byOrg := map[string][]string{}
	for _, pair := range served {
		byOrg[pair[0]] = append(byOrg[pair[0]], pair[1])
	}
	for i := range orgs {
		orgs[i].MunicipalityIDs = byOrg[orgs[i].ID]
	}
	return orgs, nil
}

func scanOrganisation(s db.Scanner) (Organisation, error) {
	var o Organisation
	var since int64
	err := s.Scan(&o.ID, &o.Kind, &o.Name, &o.Slug, &o.VillageID, &o.Arms, &o.Mail, &o.Phone, &o.Web, &o.Address,
		&o.Description, &o.Legal, &o.Verified, &o.Blocked, &since)
	o.Since = db.Time(since)
	return o, err
}

func scanText(s db.Scanner) (string, error) {
	var text string
	err := s.Scan(&text)
	return text, err
}

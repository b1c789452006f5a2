package pages

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/id"
)

// Files holds the migrations of this package.
//
//go:embed migrations/*.sql
var Files embed.FS

const columns = `id, slug, publisher_id, parent_id, position, menu, state, title, common, version, note, author_id,
	created_at, updated_at, corrected_at, correction, sample`

var (
	insertPage = db.SQL(`INSERT INTO page (id, slug, publisher_id, municipality_id, parent_id, position, menu, state, title,
		common, version, note, author_id, created_at, updated_at, corrected_at, correction, sample)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13, $14, $15, $16, $17)`)
	updatePage = db.SQL(`UPDATE page SET slug = $2, publisher_id = $3, municipality_id = $4, parent_id = $5, position = $6,
		menu = $7, state = $8, title = $9, common = $10, version = version + 1, note = $11, updated_at = $12,
		corrected_at = $13, correction = $14 WHERE id = $1 AND version = $15`)
	placePage   = db.SQL("UPDATE page SET position = $2 WHERE id = $1")
	selectPage  = db.SQL("SELECT " + columns + " FROM page WHERE id = $1")
	pageBySlug  = db.SQL("SELECT " + columns + " FROM page WHERE slug = $1")
	pageByOld   = db.SQL("SELECT page_id FROM page_slug WHERE slug = $1")
	allPages    = db.SQL("SELECT " + columns + " FROM page WHERE state <> 'withdrawn' ORDER BY parent_id, position, id LIMIT 2000")
	shownPages  = db.SQL("SELECT " + columns + " FROM page WHERE state = 'published' AND menu <> 'none' ORDER BY position, id LIMIT 500")
	childPages  = db.SQL("SELECT " + columns + " FROM page WHERE state = 'published' AND parent_id = $1 ORDER BY position, id LIMIT 200")
	openPages   = db.SQL("SELECT " + columns + " FROM page WHERE publisher_id = $1 AND state IN ('draft', 'waiting') ORDER BY updated_at DESC LIMIT 200")
	discardPage = db.SQL("DELETE FROM page WHERE id = $1 AND version = $2")
	keepSlug    = db.SQL("INSERT INTO page_slug (slug, page_id) VALUES ($1, $2) ON CONFLICT (slug) DO UPDATE SET page_id = excluded.page_id")
	dropSlug    = db.SQL("DELETE FROM page_slug WHERE slug = $1")
)

// create writes a new page, and its entry when it is published.
func (s *service) create(tx *db.Tx, p *Page) error {
	common, err := p.Encode()
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	if err := s.settle(tx, p, ""); err != nil {
		return err
	}
	if _, err := tx.Exec(insertPage, p.ID, p.Slug, p.Publisher, p.Scope.MunicipalityID, p.Parent, p.Position, string(p.Menu),
		string(p.State), p.Title, common, p.Note, p.Author, db.Micros(p.CreatedAt), db.Micros(p.UpdatedAt),
		db.Micros(p.CorrectedAt), p.Correction, p.Sample); err != nil {
		return fmt.Errorf("new page: %w", err)
	}
	p.Version = 1
	return s.announce(tx, p)
}

// save replaces a page that still has the version p was read with.
func (s *service) save(tx *db.Tx, p *Page) error {
	common, err := p.Encode()
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	before, err := find(tx, p.ID)
	if err != nil {
		return err
	}
	if err := s.settle(tx, p, before.Slug); err != nil {
		return err
	}
	touched, err := tx.Exec(updatePage, p.ID, p.Slug, p.Publisher, p.Scope.MunicipalityID, p.Parent, p.Position, string(p.Menu),
		string(p.State), p.Title, common, p.Note, db.Micros(p.UpdatedAt), db.Micros(p.CorrectedAt), p.Correction, p.Version)
	if err != nil {
		return fmt.Errorf("save page %s: %w", p.ID, err)
	}
	if touched == 0 {
		return compose.ErrOvertaken()
	}
	if before.Slug != p.Slug {
		if _, err := tx.Exec(keepSlug, before.Slug, p.ID); err != nil {
			return fmt.Errorf("old address of page %s: %w", p.ID, err)
		}
	}
	p.Version++
	return s.announce(tx, p)
}

// settle checks address and parent against the other pages. A new address may
// take over one that another page had before.
func (s *service) settle(tx *db.Tx, p *Page, before string) error {
	if p.Slug != before {
		other, err := db.One(tx, pageBySlug, scanPage, p.Slug)
		if err == nil && other.ID != p.ID {
			return fault.Invalid("slug", "pages.slug_taken", "title", other.Title)
		}
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return fmt.Errorf("address of a page: %w", err)
		}
		if _, err := tx.Exec(dropSlug, p.Slug); err != nil {
			return fmt.Errorf("address of a page: %w", err)
		}
	}
	if p.Parent == "" {
		return nil
	}
	parent, err := find(tx, p.Parent)
	if err != nil {
		return fault.Invalid("parent", "pages.parent_gone").Because(err)
	}
	children, err := db.All(tx, childPages, scanPage, p.ID)
	if err != nil {
		return fmt.Errorf("pages below: %w", err)
	}
	if parent.Parent != "" || len(children) > 0 {
		return fault.Invalid("parent", "pages.two_levels")
	}
	return nil
}

// announce brings the entry in line with the page.
func (s *service) announce(tx *db.Tx, p *Page) error {
	switch p.State {
	case compose.Published:
		return s.Bulletin.Put(tx, p.entry())
	case compose.Withdrawn:
		return s.Bulletin.Withdraw(tx, p.ID, p.Note)
	}
	return nil
}

func discard(tx *db.Tx, p *Page) error {
	touched, err := tx.Exec(discardPage, p.ID, p.Version)
	if err != nil {
		return fmt.Errorf("discard page %s: %w", p.ID, err)
	}
	if touched == 0 {
		return compose.ErrOvertaken()
	}
	return nil
}

// find reads a page by id; NotFound otherwise.
func find(tx *db.Tx, pageID string) (Page, error) {
	if !id.Valid(pageID) {
		return Page{}, fault.NotFound()
	}
	p, err := db.One(tx, selectPage, scanPage, pageID)
	if errors.Is(err, db.ErrNotFound) {
		return p, fault.NotFound()
	}
	return p, err
}

// findSlug reads a page by its address; moved tells that it was an old one.
func findSlug(tx *db.Tx, slug string) (p Page, moved bool, err error) {
	p, err = db.One(tx, pageBySlug, scanPage, slug)
	if !errors.Is(err, db.ErrNotFound) {
		return p, false, err
	}
	var pageID string
	if err := tx.QueryRow(pageByOld, slug).Scan(&pageID); err != nil {
		if errors.Is(err, db.ErrNotFound) {
			return p, false, fault.NotFound()
		}
		return p, false, err
	}
	p, err = find(tx, pageID)
	return p, true, err
}

func (s *service) load(ctx context.Context, pageID string) (p Page, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error { p, err = find(tx, pageID); return err })
	return p, err
}

// place gives pages their order.
func place(tx *db.Tx, pages []Page) error {
	for i, p := range pages {
		if p.Position == i {
			continue
		}
		if _, err := tx.Exec(placePage, p.ID, i); err != nil {
			return fmt.Errorf("order of pages: %w", err)
		}
	}
	return nil
}

func scanPage(row db.Scanner) (Page, error) {
	var p Page
	var publisher, title, common string
	var created, updated, corrected int64
	if err := row.Scan(&p.ID, &p.Slug, &publisher, &p.Parent, &p.Position, &p.Menu, &p.State, &title, &common, &p.Version,
		&p.Note, &p.Author, &created, &updated, &corrected, &p.Correction, &p.Sample); err != nil {
		return p, err
	}
	p.CreatedAt, p.UpdatedAt, p.CorrectedAt = db.Time(created), db.Time(updated), db.Time(corrected)
	if err := p.Decode(publisher, title, common); err != nil {
		return p, fmt.Errorf("page %s: %w", p.ID, err)
	}
	return p, nil
}

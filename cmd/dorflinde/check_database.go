package main

import (
	"fmt"
	"slices"
	"strings"

	"dorflinde/internal/app"
	"dorflinde/internal/platform/db"
)

// worst bounds how many findings of one kind are listed; more would only hide
// the others.
const worst = 20

func scanText(row db.Scanner) (text string, err error) { return text, row.Scan(&text) }

// lookDatabase lets SQLite read every page and follow every foreign key;
// PostgreSQL guards both itself.
func lookDatabase(c *console, a *app.App) (out []finding, err error) {
	if a.DB.Engine() != db.SQLite {
		return nil, nil
	}
	err = a.DB.View(c.ctx, func(tx *db.Tx) error {
		lines, err := db.AllText(tx, "PRAGMA integrity_check(20)", scanText)
		if err != nil {
			return err
		}
		if !slices.Equal(lines, []string{"ok"}) {
			for _, line := range lines {
				out = append(out, finding{line, "database", "restore the last backup into a new folder, and look for a failing disk"})
			}
		}
		loose, err := db.AllText(tx, "SELECT DISTINCT \"table\" || ' without ' || parent FROM pragma_foreign_key_check", scanText)
		for _, line := range loose {
			out = append(out, finding{"rows refer to others that are gone", line, "restore the last backup into a new folder"})
		}
		return err
	})
	return out, err
}

func lookStatements(c *console, a *app.App) ([]finding, error) {
	if err := a.DB.Prepared(c.ctx); err != nil {
		return []finding{{err.Error(), "", "run the program that fits the database, or bring it up to date with dorflinde migrate"}}, nil
	}
	return nil, nil
}

var tablesThere = map[db.Engine]string{
	db.SQLite:   "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
	db.Postgres: "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name",
}

// lookTables compares the tables with those declared, since export and erasure
// work from the declarations.
func lookTables(c *console, a *app.App) (out []finding, err error) {
	var declared []string
	for _, t := range a.Tables() {
		declared = append(declared, t.Name)
	}
	err = a.DB.View(c.ctx, func(tx *db.Tx) error {
		there, err := db.AllText(tx, tablesThere[tx.Engine()], scanText)
		for _, name := range there {
			own := strings.HasPrefix(name, "sqlite_") || strings.Contains(name, "_fts")
			if !own && !slices.Contains(declared, name) {
				out = append(out, finding{"no part of this program knows the table", "table " + name, "remove it if it is not yours, or run the newer program that made it"})
			}
		}
		for _, name := range declared {
			if !slices.Contains(there, name) && !strings.Contains(name, "_fts") {
				out = append(out, finding{"the table is missing", "table " + name, "restore the last backup into a new folder"})
			}
		}
		return err
	})
	return out, err
}

// lookEntries finds entries whose record or publisher is gone.
func lookEntries(c *console, a *app.App) (out []finding, err error) {
	err = a.DB.View(c.ctx, func(tx *db.Tx) error {
		records, err := recordTables(tx, a)
		if err != nil {
			return err
		}
		query := "SELECT e.kind || ' ' || e.id FROM entry e WHERE 1 = 1"
		for _, name := range records {
			query += ` AND NOT EXISTS (SELECT 1 FROM "` + name + `" r WHERE r.id = e.id)`
		}
		lost, err := db.AllText(tx, query+fmt.Sprintf(" LIMIT %d", worst), scanText)
		if err != nil {
			return err
		}
		for _, line := range lost {
			out = append(out, finding{"its record is gone", "entry " + line, "restore the last backup, or report this as a fault of the program"})
		}
		nobody, err := db.AllText(tx, `SELECT e.kind || ' ' || e.id FROM entry e WHERE NOT EXISTS
			(SELECT 1 FROM organisation o WHERE o.id = e.publisher_id) LIMIT `+fmt.Sprint(worst), scanText)
		for _, line := range nobody {
			out = append(out, finding{"its publisher is gone", "entry " + line, "restore the last backup, or report this as a fault of the program"})
		}
		return err
	})
	return out, err
}

var idColumns = map[db.Engine]string{
	db.SQLite:   "SELECT name FROM pragma_table_info($1) WHERE name = 'id' AND type = 'TEXT'",
	db.Postgres: "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 AND column_name = 'id' AND data_type = 'text'",
}

// recordTables are those in which a capability may keep the record behind an
// entry, which has the same id.
func recordTables(tx *db.Tx, a *app.App) ([]string, error) {
	var out []string
	for _, t := range a.Tables() {
		if t.Name == "entry" || strings.HasPrefix(t.Name, "search_") {
			continue
		}
		found, err := db.AllText(tx, idColumns[tx.Engine()], scanText, t.Name)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			out = append(out, t.Name)
		}
	}
	return out, nil
}

func lookJobs(c *console, a *app.App) (out []finding, err error) {
	err = a.DB.View(c.ctx, func(tx *db.Tx) error {
		failed, err := db.AllText(tx, "SELECT kind || ' ' || id || ': ' || error FROM job WHERE failed = $1 ORDER BY run_at LIMIT "+fmt.Sprint(worst), scanText, true)
		for _, line := range failed {
			out = append(out, finding{"given up after several tries", "job " + line, "mend the cause that the message names; what caused the job will queue it again"})
		}
		return err
	})
	return out, err
}

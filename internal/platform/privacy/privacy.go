// Package privacy is where each capability declares its tables: which columns
// hold personal data, how they are found for a person, and how long they are
// kept. A test fails for a table that nobody declared; export and erasure work
// from the declarations alone (GDPR Art. 15, 17, 20 and 30).
package privacy

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"dorflinde/internal/platform/db"
)

// Erase says what erasing a person does to the rows found for them.
type Erase int

// The ways to erase.
const (
	Nothing   Erase = iota // no personal data, or it belongs to an organisation
	DeleteRow              // the row goes
	ClearRow               // the personal columns become empty, the row stays
)

// Table declares one table.
type Table struct {
	Name string
	// Personal lists the columns with personal data, empty for none.
	Personal []string
	// Person is the column with the account's id; empty where the personal
	// data belongs to somebody without an account and is found by Purpose only.
	Person string
	Erase  Erase
	// Purpose and Keep are for the record of processing activities (Art. 30):
	// why, and for how long, in plain words (English; shown to operators).
	Purpose, Keep string
}

// Check says what is wrong with a declaration.
func (t Table) Check() error {
	if t.Name == "" {
		return fmt.Errorf("privacy: a table without a name")
	}
	if len(t.Personal) > 0 && (t.Purpose == "" || t.Keep == "") {
		return fmt.Errorf("privacy: table %s holds personal data but names no purpose or no time to keep it", t.Name)
	}
	if t.Erase != Nothing && t.Person == "" {
		return fmt.Errorf("privacy: table %s cannot find a person's rows to erase", t.Name)
	}
	return nil
}

// Export collects everything stored about an account, by table.
func Export(ctx context.Context, d *db.DB, tables []Table, account string) (map[string][]map[string]any, error) {
	out := map[string][]map[string]any{}
	err := d.View(ctx, func(tx *db.Tx) error {
		for _, t := range tables {
			if t.Person == "" || len(t.Personal) == 0 {
				continue
			}
			rows, err := exportTable(tx, t, account)
			if err != nil {
				return fmt.Errorf("export %s: %w", t.Name, err)
			}
			if len(rows) > 0 {
				out[t.Name] = rows
			}
		}
		return nil
	})
	return out, err
}

func exportTable(tx *db.Tx, t Table, account string) ([]map[string]any, error) {
	columns := append([]string(nil), t.Personal...)
	sort.Strings(columns)
	query := "SELECT " + strings.Join(columns, ", ") + " FROM " + t.Name + " WHERE " + t.Person + " = $1"
	return db.AllText(tx, query, func(s db.Scanner) (map[string]any, error) {
		values := make([]any, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := s.Scan(targets...); err != nil {
			return nil, err
		}
		row := map[string]any{}
		for i, c := range columns {
			row[c] = values[i]
		}
		return row, nil
	}, account)
}

// EraseAccount removes a person's data in one transaction, in reverse order of
// declaration so that rows go before what they refer to. Cleared columns must
// be TEXT.
func EraseAccount(tx *db.Tx, tables []Table, account string) error {
	for i := len(tables) - 1; i >= 0; i-- {
		t := tables[i]
		statement := ""
		switch t.Erase {
		case DeleteRow:
			statement = "DELETE FROM " + t.Name + " WHERE " + t.Person + " = $1"
		case ClearRow:
			set := make([]string, len(t.Personal))
			for j, c := range t.Personal {
				set[j] = c + " = ''"
			}
			statement = "UPDATE " + t.Name + " SET " + strings.Join(set, ", ") + " WHERE " + t.Person + " = $1"
		default:
			continue
		}
		if err := tx.ExecText(statement, account); err != nil {
			return fmt.Errorf("erase %s: %w", t.Name, err)
		}
	}
	return nil
}

package transfer

import (
	"context"
	"io"

	"dorflinde/internal/app"
	"dorflinde/internal/platform/db"
)

// Dump writes every row of every table as JSON Lines, one call of Write each,
// to the writer that open gives for the table. It is how two regions are
// compared.
func Dump(ctx context.Context, a *app.App, open func(table string) io.Writer) error {
	return a.DB.View(ctx, func(tx *db.Tx) error {
		all, err := tables(tx, a.Tables())
		if err != nil {
			return err
		}
		for _, t := range all {
			if _, err := t.dump(ctx, tx, open(t.name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Fleeting are the tables that an export leaves out.
func Fleeting() map[string]bool { return fleeting }

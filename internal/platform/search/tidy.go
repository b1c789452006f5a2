package search

import (
	"context"
	"fmt"
	"time"

	"dorflinde/internal/platform/db"
)

// mergePages is how much FTS5 merges in one step; about two milliseconds.
const mergePages = 64

// tidy merges a little of what many small batches left in the FTS5 index:
// every query has to look into each segment. It sets untidy to false when
// there is nothing left to merge. PostgreSQL does this by itself (autovacuum).
func (ix *indexer) tidy(ctx context.Context) (took time.Duration, err error) {
	if ix.x.db.Engine() != db.SQLite {
		ix.untidy = false
		return 0, nil
	}
	err = ix.x.db.Update(ctx, func(tx *db.Tx) error {
		start := time.Now()
		defer func() { took = time.Since(start) }()
		before, err := changes(tx)
		if err != nil {
			return err
		}
		if err := tx.ExecText("INSERT INTO search_fts (search_fts, rank) VALUES ('merge', $1)", mergePages); err != nil {
			return fmt.Errorf("search: merge: %w", err)
		}
		after, err := changes(tx)
		// FTS5 manual, 6.10: fewer than two changes mean there was no work.
		ix.untidy = after-before >= 2
		return err
	})
	return took, err
}

func (ix *indexer) tidyAll(ctx context.Context) error {
	for ix.untidy {
		if _, err := ix.tidy(ctx); err != nil {
			return err
		}
	}
	return nil
}

func changes(tx *db.Tx) (n int64, err error) {
	all, err := db.AllText(tx, "SELECT total_changes()", func(s db.Scanner) (n int64, err error) {
		err = s.Scan(&n)
		return n, err
	})
	if err != nil || len(all) == 0 {
		return 0, fmt.Errorf("search: count changes: %w", err)
	}
	return all[0], nil
}

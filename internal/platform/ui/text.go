package ui

import (
	"context"

	"dorflinde/internal/platform/i18n"
)

// t is a text of this package.
func t(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "ui."+key, args...)
}

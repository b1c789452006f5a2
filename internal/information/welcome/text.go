package welcome

import (
	"context"

	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

// stepCount is how many first steps the catalogue has.
const stepCount = 5

// greeting is the municipality's own, else a plain one.
func greeting(ctx context.Context, v view) string {
	if v.welcome != "" {
		return v.welcome
	}
	return i18n.T(ctx, "welcome.in_lead", "place", v.village.Name)
}

// emergency are the numbers that hold in all of Germany: 112 (§ 164 TKG), 110,
// 116 117 of the statutory health insurance physicians (§ 75 Abs. 1a SGB V),
// and the poison line for Bavaria.
func emergency(ctx context.Context) []ui.Fact {
	var facts []ui.Fact
	for _, one := range []struct{ key, number, dial string }{
		{"welcome.fire", "112", "112"}, {"welcome.police", "110", "110"}, {"welcome.doctor", "116\u00a0117", "116117"}, {"welcome.poison", "089\u00a019240", "08919240"},
	} {
		facts = append(facts, ui.Fact{Term: i18n.T(ctx, one.key), Text: one.number, URL: "tel:" + one.dial})
	}
	return facts
}

package waste

import (
	"context"
	"strconv"

	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

func hours(ctx context.Context) []ui.Option {
	var out []ui.Option
	for h := firstHour; h <= lastHour; h++ {
		out = append(out, ui.Option{Value: strconv.Itoa(h), Label: i18n.T(ctx, "waste.hour_at", "hour", h)})
	}
	return out
}

func (v districtView) options() []ui.Option {
	out := make([]ui.Option, len(v.dates))
	for i, d := range v.dates {
		out[i] = ui.Option{Value: d.value, Label: d.text + ": " + d.name}
	}
	return out
}

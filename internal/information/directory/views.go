package directory

import (
	"context"

	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

func orAll(category string) string {
	if category == "" {
		return "*"
	}
	return category
}

func letterTitle(ctx context.Context, letter string) string {
	if letter == "#" {
		return i18n.T(ctx, "directory.letter_other")
	}
	return letter
}

// listActions lead from the list to its other forms.
func listActions(ctx context.Context, v listView) []ui.Link {
	links := []ui.Link{
		{Label: i18n.T(ctx, "directory.on_map"), URL: v.mapURL, Icon: "map"},
		{Label: i18n.T(ctx, "directory.as_table"), URL: v.csvURL, Icon: "download"},
	}
	if v.canWrite {
		links = append(links, ui.Link{Label: i18n.T(ctx, "directory.write"), URL: writePath, Icon: "plus", Primary: true})
	}
	return links
}

func editTitle(ctx context.Context, v editView) string {
	if v.ID == "" {
		return i18n.T(ctx, "directory.write")
	}
	return i18n.T(ctx, "directory.edit")
}

// line is an optional question for one line; area one for several.
func (v editView) line(name, label, value, hint, kind string) ui.Field {
	return ui.Field{Name: name, Label: label, Value: value, Hint: hint, Type: kind, Error: v.Errors[name], Optional: true, MaxLength: maxLine}
}

func (v editView) area(name, label, value, hint string, rows int) ui.Field {
	return ui.Field{Name: name, Label: label, Value: value, Hint: hint, Rows: rows, Error: v.Errors[name], Optional: true}
}

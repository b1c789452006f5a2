package ui

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
)

// Field is one question of a form.
type Field struct {
	ID           string // empty is Name
	Name         string
	Label        string
	Hint         string
	Error        string // what to do about it; empty if all is well
	Value        string
	Type         string // of a text input: text, email, tel, url, search, password, number
	Autocomplete string // HTML autofill token (WCAG 2.2, 1.3.5)
	InputMode    string
	Lang         string
	Width        int // in characters: 2, 4, 10, 20; 0 is the full width
	Rows         int
	MaxLength    int
	Optional     bool // says so behind the label; everything else is needed
	Required     bool // tells assistive technology; the server still checks
	Checked      bool // of a single checkbox
	HideLabel    bool // only where the context is plain to everyone who sees it
	Horizontal   bool // short radios and checkboxes side by side
	Attrs        templ.Attributes
}

func (f Field) id() string { return or(f.ID, f.Name) }

func (f Field) hintID() string { return f.id() + "-hint" }

func (f Field) errorID() string { return f.id() + "-error" }

// describedBy lists the elements that explain the field (aria-describedby).
func (f Field) describedBy() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.hintID())
	}
	if f.Error != "" {
		ids = append(ids, f.errorID())
	}
	return strings.Join(ids, " ")
}

func (f Field) labelClass() string {
	if f.HideLabel {
		return "kern-label kern-sr-only"
	}
	return "kern-label"
}

func (f Field) boxClass() string {
	if f.Error != "" {
		return "kern-form-input kern-form-input--error"
	}
	return "kern-form-input"
}

func (f Field) groupClass() string {
	if f.Error != "" {
		return "kern-fieldset kern-fieldset--error"
	}
	return "kern-fieldset"
}

func (f Field) bodyClass() string {
	if f.Horizontal {
		return "kern-fieldset__body kern-fieldset__body--horizontal"
	}
	return "kern-fieldset__body"
}

func (f Field) inputClass() string {
	if f.Width == 0 {
		return "kern-form-input__input"
	}
	return "kern-form-input__input kern-form-input__input--width-" + strconv.Itoa(f.Width)
}

func (f Field) selectClass() string {
	if f.Width == 0 {
		return "kern-form-input__select-wrapper"
	}
	return "kern-form-input__select-wrapper width-" + strconv.Itoa(f.Width)
}

// attrs are the attributes that all kinds of inputs share.
func (f Field) attrs() templ.OrderedAttributes {
	var list templ.OrderedAttributes
	add := func(name string, value any) {
		list = append(list, templ.KeyValue[string, any]{Key: name, Value: value})
	}
	if by := f.describedBy(); by != "" {
		add("aria-describedby", by)
	}
	if f.Error != "" {
		add("aria-invalid", "true")
	}
	if f.Required {
		add("aria-required", "true")
	}
	if f.Autocomplete != "" {
		add("autocomplete", f.Autocomplete)
	}
	if f.InputMode != "" {
		add("inputmode", f.InputMode)
	}
	if f.Lang != "" {
		add("lang", f.Lang)
	}
	if f.MaxLength > 0 {
		add("maxlength", strconv.Itoa(f.MaxLength))
	}
	for _, item := range f.Attrs.Items() {
		add(item.Key, item.Value)
	}
	return list
}

// Option is one answer of a select, of radios or of checkboxes.
type Option struct {
	Value    string
	Label    string
	Hint     string
	Group    string // heading in a select; neighbours of one group belong together
	Chosen   bool
	Disabled bool
}

// chosen tells whether the option is the field's value; several are marked by Chosen.
func (f Field) chosen(o Option) bool { return o.Chosen || (f.Value != "" && f.Value == o.Value) }

// optionGroups splits options into runs of the same group, in their order.
func optionGroups(options []Option) [][]Option {
	var groups [][]Option
	for _, o := range options {
		last := len(groups) - 1
		if last >= 0 && groups[last][0].Group == o.Group {
			groups[last] = append(groups[last], o)
			continue
		}
		groups = append(groups, []Option{o})
	}
	return groups
}

// DateValue is a date as it was typed, right or wrong.
type DateValue struct {
	Day, Month, Year string
}

// optionID: the first answer carries the field's own id, so that the error
// summary's link leads to it.
func (f Field) optionID(i int) string {
	if i == 0 {
		return f.id()
	}
	return f.id() + "-" + strconv.Itoa(i+1)
}

// FieldError is one line of the error summary.
type FieldError struct {
	ID   string // of the field
	Text string
}

// FieldErrors are the faults in err as lines of the error summary.
func FieldErrors(ctx context.Context, err error) []FieldError {
	var out []FieldError
	for _, f := range fault.All(err) {
		out = append(out, FieldError{ID: f.Field, Text: i18n.T(ctx, f.Key, f.Args...)})
	}
	return out
}

// ErrorOf is what is wrong with a field, empty for nothing.
func ErrorOf(errors []FieldError, field string) string {
	for _, e := range errors {
		if e.ID == field {
			return e.Text
		}
	}
	return ""
}

// FileField is a Field for files.
type FileField struct {
	Field
	Accept   string // list of media types
	Multiple bool
	Camera   bool   // a phone offers its camera at once
	AltName  string // name of the field for the description of each picture; empty asks for none
}

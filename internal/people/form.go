package people

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

// form is what was typed and what is wrong with it. Which names the one of
// several forms on a page that was sent.
type form struct {
	which  string
	values url.Values
	faults fault.List
}

func (f form) value(name string) string { return f.values.Get(name) }

// err is the sentence about a field of one of the page's forms.
func (f form) err(ctx context.Context, which, name string) string {
	if f.which != which {
		return ""
	}
	for _, x := range f.faults {
		if x.Field == name {
			return i18n.T(ctx, x.Key, x.Args...)
		}
	}
	return ""
}

// typed is the value to show again in a field of one of the page's forms.
func (f form) typed(which, name, instead string) string {
	if f.which != which {
		return instead
	}
	return f.value(name)
}

// field fills a question with what was typed and what is wrong with it. Its id
// carries the form's name, since one page asks the same thing in several.
func (f form) field(ctx context.Context, which string, q ui.Field) ui.Field {
	q.ID = fieldID(which, q.Name)
	if q.Type != "password" {
		q.Value = f.typed(which, q.Name, q.Value)
	}
	q.Error = f.err(ctx, which, q.Name)
	return q
}

func fieldID(which, name string) string { return which + "-" + name }

func (f form) summary(ctx context.Context) []ui.FieldError {
	var out []ui.FieldError
	for _, x := range f.faults {
		e := ui.FieldError{Text: i18n.T(ctx, x.Key, x.Args...)}
		if x.Field != "" {
			e.ID = fieldID(f.which, x.Field)
		}
		out = append(out, e)
	}
	return out
}

// posted reads the form of a request.
func posted(r *http.Request, which string) (form, error) {
	if err := r.ParseForm(); err != nil {
		if web.Status(err) == http.StatusRequestEntityTooLarge {
			return form{}, err
		}
		return form{}, fault.Invalid("", "people.form_unreadable").Because(err)
	}
	for name, values := range r.PostForm {
		if name == "password" || name == "old" {
			continue // every character counts
		}
		for i := range values {
			values[i] = block(values[i])
		}
	}
	return form{which: which, values: r.PostForm}, nil
}

// refused puts err into the form if a person can mend it there; otherwise it
// returns err for the error page. status is the answer's status.
func (f form) refused(err error) (shown form, status int, rest error) {
	switch kind := fault.KindOf(err); kind {
	case fault.KindInvalid, fault.KindConflict, fault.KindTooMany:
		f.faults = fault.All(err)
		return f, int(kind), nil
	}
	return f, 0, err
}

// flash is the sentence left by the page before, empty for none.
func flash(w http.ResponseWriter, r *http.Request) string {
	key := web.TakeFlash(w, r)
	if key == "" || !i18n.From(r.Context()).Has(key) {
		return ""
	}
	return i18n.T(r.Context(), key)
}

// page renders a private page: never kept by shared caches, never indexed.
func page(w http.ResponseWriter, r *http.Request, status int, p ui.Page, body templ.Component) error {
	w.Header().Set("Cache-Control", "no-store")
	p.NoIndex = true
	return ui.Render(w, r, status, p, body)
}

// nextOf is where to go after signing in: an address of this site, or "".
func nextOf(path string) string {
	path = web.LocalPath(line(path), "")
	if len(path) > 500 {
		return ""
	}
	return path
}

// landing is where a person arrives after signing in: where they wanted to
// go, else at their account while it has no name yet, else at home.
func landing(a *Account, next string) string {
	switch {
	case next != "":
		return next
	case a.Name == "":
		return "/konto"
	}
	return "/"
}

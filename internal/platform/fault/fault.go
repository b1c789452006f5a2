// Package fault names what can go wrong in words that a person understands.
// A rule returns a fault; the web layer turns its kind into a status and its
// key into a sentence of the message catalogue.
package fault

import (
	"errors"
	"fmt"
)

// Kind decides the answer's status.
type Kind int

// The kinds, with the HTTP status they become.
const (
	KindInvalid      Kind = 422 // the input is wrong; Field says where
	KindUnauthorized Kind = 401 // sign in first
	KindForbidden    Kind = 403 // signed in, but not allowed
	KindNotFound     Kind = 404
	KindConflict     Kind = 409 // somebody else was faster, or it clashes
	KindGone         Kind = 410 // withdrawn or expired
	KindTooLarge     Kind = 413
	KindTooMany      Kind = 429
	KindUnavailable  Kind = 503
)

// Fault is one clear sentence about one thing.
type Fault struct {
	Kind  Kind
	Field string // the form field or JSON member, empty for the whole
	Key   string // message key in the catalogue
	Args  []any  // name, value pairs for the message
	cause error
}

// Error is for logs; people read the message behind Key.
func (f *Fault) Error() string {
	s := f.Key
	if f.Field != "" {
		s = f.Field + ": " + s
	}
	if len(f.Args) > 0 {
		s += " " + fmt.Sprint(f.Args...)
	}
	if f.cause != nil {
		s += ": " + f.cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.cause }

// Because keeps the technical cause for the log.
func (f *Fault) Because(err error) *Fault { f.cause = err; return f }

// Invalid says that a field's value is wrong.
func Invalid(field, key string, args ...any) *Fault {
	return &Fault{Kind: KindInvalid, Field: field, Key: key, Args: args}
}

// NotFound says that the thing does not exist, or must look as if it did not.
func NotFound() *Fault { return &Fault{Kind: KindNotFound, Key: "fault.not_found"} }

// Unauthorized asks the person to sign in.
func Unauthorized() *Fault { return &Fault{Kind: KindUnauthorized, Key: "fault.unauthorized"} }

// Forbidden says that this person may not do this.
func Forbidden() *Fault { return &Fault{Kind: KindForbidden, Key: "fault.forbidden"} }

// Conflict says that the state of things does not allow it now.
func Conflict(key string, args ...any) *Fault {
	return &Fault{Kind: KindConflict, Key: key, Args: args}
}

// New makes a fault of any kind.
func New(kind Kind, key string, args ...any) *Fault {
	return &Fault{Kind: kind, Key: key, Args: args}
}

// List collects several faults of one form.
type List []*Fault

// Add appends f when it is not nil.
func (l *List) Add(f *Fault) {
	if f != nil {
		*l = append(*l, f)
	}
}

// Err is nil for an empty list, the list otherwise.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Error joins the faults for the log.
func (l List) Error() string {
	errs := make([]error, len(l))
	for i, f := range l {
		errs[i] = f
	}
	return errors.Join(errs...).Error()
}

// Together joins the faults of several checks into one answer; nil when there are
// none. Errors that are no faults are not for people: return them before.
func Together(errs ...error) error {
	var all List
	for _, err := range errs {
		all = append(all, All(err)...)
	}
	return all.Err()
}

// All returns the faults inside err: those of a list, a single one, or none.
func All(err error) List {
	var list List
	if errors.As(err, &list) {
		return list
	}
	var one *Fault
	if errors.As(err, &one) {
		return List{one}
	}
	return nil
}

// KindOf returns the kind of the first fault in err, 0 when there is none.
func KindOf(err error) Kind {
	if all := All(err); len(all) > 0 {
		return all[0].Kind
	}
	return 0
}

// GetStatus makes a fault an answer that the JSON API understands.
func (f *Fault) GetStatus() int { return int(f.Kind) }

// GetStatus is the status of the first fault.
func (l List) GetStatus() int {
	if len(l) == 0 {
		return 500
	}
	return int(l[0].Kind)
}

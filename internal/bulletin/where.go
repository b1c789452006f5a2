package bulletin

import (
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/geo"
)

// where puts the conditions of a filter together. All text is constant; values
// travel as arguments.
type where struct {
	conditions []string
	args       []any
}

func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

func (w *where) add(condition string) { w.conditions = append(w.conditions, condition) }

func (w *where) list(column string, values []string) {
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = w.arg(v)
	}
	w.add(column + " IN (" + strings.Join(marks, ", ") + ")")
}

// ids keeps some entries. The list is filled up to a power of two, so that the
// statements stay few and remain prepared.
func (w *where) ids(ids []string) {
	if len(ids) == 0 {
		w.add("FALSE")
		return
	}
	size := 1
	for size < len(ids) {
		size *= 2
	}
	padded := make([]string, size)
	for i := range padded {
		padded[i] = ids[min(i, len(ids)-1)]
	}
	w.list("e.id", padded)
}

// scope keeps what concerns a place. What is told to a whole municipality or
// region concerns each of its villages.
func (w *where) scope(f Filter) {
	switch {
	case f.Village != "":
		m := w.arg(f.Municipality)
		w.add("(e.municipality_id = '' OR (e.municipality_id = " + m + " AND e.village_id IN ('', " + w.arg(f.Village) + ")))")
	case f.Municipality != "":
		w.add("e.municipality_id IN ('', " + w.arg(f.Municipality) + ")")
	}
}

// reader keeps what the reader may see; it is the only place that decides.
func (w *where) reader(r Reader) {
	open := []string{"e.audience = 'public'"}
	if r.Resident {
		open = append(open, "e.audience = 'residents'")
	}
	if len(r.Groups) > 0 {
		marks := make([]string, len(r.Groups))
		for i, g := range r.Groups {
			marks[i] = w.arg(g)
		}
		open = append(open, "(e.audience = 'group' AND e.group_id IN ("+strings.Join(marks, ", ")+"))")
	}
	w.add("(" + strings.Join(open, " OR ") + ")")
}

// filter adds everything but the order.
func (w *where) filter(f Filter, r Reader, now time.Time) {
	if f.FeedOnly {
		w.add("e.in_feed = TRUE")
	}
	if !f.IncludeWithdrawn {
		w.add("e.status <> 'withdrawn'")
	}
	at := w.arg(db.Micros(now))
	w.add("e.published_at <= " + at)
	w.add("(e.expires_at = 0 OR e.expires_at > " + at + ")")
	w.reader(r)
	w.scope(f)
	if len(f.Kinds) > 0 {
		w.list("e.kind", f.Kinds)
	}
	if f.Publisher != "" {
		w.add("e.publisher_id = " + w.arg(f.Publisher))
	}
	if f.Topic != "" {
		w.add("e.id IN (SELECT entry_id FROM entry_topic WHERE topic = " + w.arg(f.Topic) + ")")
	}
	if !f.UpdatedSince.IsZero() {
		// As a subquery, because few entries change and lists are in another order.
		w.add("e.id IN (SELECT id FROM entry WHERE updated_at >= " + w.arg(db.Micros(f.UpdatedSince)) + ")")
	}
	w.box(f.Box)
}

func (w *where) box(b *orb.Bound) {
	if b == nil {
		return
	}
	ranges := make([]string, 0, 8)
	for _, r := range geo.Cover(*b, 8) { // at most eight ranges, so few statements
		ranges = append(ranges, "e.cell BETWEEN "+w.arg(r.From)+" AND "+w.arg(r.To))
	}
	if len(ranges) == 0 {
		w.add("FALSE")
		return
	}
	w.add("e.cell > 0 AND (" + strings.Join(ranges, " OR ") + ")")
	w.add("e.lon BETWEEN " + w.arg(b.Min[0]) + " AND " + w.arg(b.Max[0]))
	w.add("e.lat BETWEEN " + w.arg(b.Min[1]) + " AND " + w.arg(b.Max[1]))
}

// published bounds the time of publication.
func (w *where) published(f Filter) {
	if !f.From.IsZero() {
		w.add("e.published_at >= " + w.arg(db.Micros(f.From)))
	}
	if !f.To.IsZero() {
		w.add("e.published_at < " + w.arg(db.Micros(f.To)))
	}
}

func (w *where) sql() string { return strings.Join(w.conditions, " AND ") }

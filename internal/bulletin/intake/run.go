package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/fetch"
)

// Request asks for one document to be taken in.
type Request struct {
	Organisation string // id of the publisher
	Kind         string // of the target; empty chooses the one that suits best
	Format       Format // empty finds it out
	Name         string // shown with what comes in; empty asks the document
	Address      string // where to fetch it; empty for a file
	File         string // name of the file
	Body         []byte // the file, or what was fetched from Address already
	ETag         string // that came with Body
	LastModified string
	Options      *Options // nil keeps those of a source that is known already
	Every        time.Duration
	By           string // account; empty for programs
	DryRun       bool
	Confirm      bool // also if much would vanish
	// Progress is told how many of the changes are written; nil is fine.
	Progress func(done, total int)

	run string // id under which the run was announced; empty makes one
}

// work is one run on its way.
type work struct {
	*Engine
	target   Target
	source   Source
	run      Run
	fresh    bool   // the source is not stored yet
	origin   string // of a fresh one
	confirm  bool
	progress func(done, total int)
}

// Import takes in a file or an address now. A document of a source that is
// known already (the same address, or a file with some of the same items) is
// compared with what came from it before, so that repeating it makes no
// duplicates. Errors are faults that say what to mend; nothing is written then.
// A run that stopped because too much would vanish is no error: see Run.State.
func (e *Engine) Import(ctx context.Context, in Request) (*Run, error) {
	if err := e.fetchBody(ctx, &in); err != nil {
		return nil, err
	}
	if in.Format == "" {
		in.Format = Detect(in.Body)
	}
	d, err := read(in.Body, in.Format, in.Address, e.Places().Location())
	if err != nil {
		return nil, err
	}
	t, err := e.choose(in.Kind, d)
	if err != nil {
		return nil, err
	}
	w := &work{Engine: e, target: t, confirm: in.Confirm, progress: in.Progress}
	c, err := w.settle(ctx, in, d)
	if err != nil {
		return nil, err
	}
	w.run = Run{ID: in.run, Organisation: in.Organisation, State: Running, By: in.By, Started: e.Clock.Now()}
	if w.run.ID == "" {
		w.run.ID = e.IDs.New()
	}
	if in.DryRun {
		p, err := w.plan(ctx, c)
		if err != nil {
			return nil, err
		}
		return w.dry(p), nil
	}
	if err := w.begin(ctx); err != nil {
		return nil, err
	}
	w.source.ETag, w.source.LastModified, w.source.bodyHash = in.ETag, in.LastModified, hashOf(in.Body)
	return w.carryOut(ctx, c)
}

// Refresh fetches a source that is stored. A source that could not be read is
// no error: the run says why, and the source remembers since when.
func (e *Engine) Refresh(ctx context.Context, sourceID string, o RefreshOptions) (*Run, error) {
	var s Source
	err := e.DB.View(ctx, func(tx *db.Tx) (err error) { s, err = findSource(tx, sourceID, ""); return err })
	if err != nil {
		return nil, err
	}
	if s.Address == "" {
		return nil, fault.Conflict("intake.file_source")
	}
	t, ok := e.target(s.Kind)
	if !ok {
		return nil, fault.Conflict("intake.nobody", "format", string(s.Format))
	}
	w := &work{Engine: e, target: t, source: s, confirm: o.Confirm, progress: o.Progress}
	w.run = Run{ID: e.IDs.New(), Organisation: s.Organisation, State: Running, By: o.By, Started: e.Clock.Now()}
	if err := w.begin(ctx); err != nil {
		return nil, err
	}
	c, err := w.refetch(ctx, o.Again || o.Confirm)
	switch {
	case err != nil:
		return w.fail(ctx, err)
	case c == nil:
		return w.same(ctx)
	}
	return w.carryOut(ctx, c)
}

// RefreshOptions are how a source is fetched.
type RefreshOptions struct {
	By       string // account; empty for the schedule
	Again    bool   // read it even if it did not change
	Confirm  bool   // also if much would vanish
	Progress func(done, total int)
}

// fetchBody fetches what is not there yet.
func (e *Engine) fetchBody(ctx context.Context, in *Request) error {
	if in.Body != nil {
		return nil
	}
	if in.Address == "" {
		return fault.Invalid("source", "intake.empty")
	}
	res, err := e.Fetch.Get(ctx, in.Address, fetch.Conditions{})
	if err != nil {
		return explain(err)
	}
	in.Body, in.ETag, in.LastModified = res.Body, res.ETag, res.LastModified
	if res.Moved {
		in.Address = res.URL
	}
	return nil
}

// refetch reads a stored source again; nil when nothing changed there.
func (w *work) refetch(ctx context.Context, again bool) (*Conversion, error) {
	s := &w.source
	var cond fetch.Conditions
	if !again && s.State == Good {
		cond = fetch.Conditions{ETag: s.ETag, LastModified: s.LastModified}
	}
	res, err := w.Fetch.Get(ctx, s.Address, cond)
	if err != nil {
		return nil, explain(err)
	}
	sum := hashOf(res.Body)
	if res.NotModified || !again && s.State == Good && sum == s.bodyHash {
		return nil, nil
	}
	d, err := read(res.Body, s.Format, res.URL, w.Places().Location())
	if err != nil {
		return nil, err
	}
	if res.Moved {
		s.Address = res.URL
	}
	c, err := w.convert(ctx, w.target, *s, d)
	if err != nil {
		return nil, err
	}
	s.ETag, s.LastModified, s.bodyHash = res.ETag, res.LastModified, sum
	return c, nil
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// settle finds or makes the source of a document and converts it for that.
func (w *work) settle(ctx context.Context, in Request, d *Document) (*Conversion, error) {
	w.fresh = true
	w.source = Source{
		ID: w.IDs.New(), Organisation: in.Organisation, Kind: w.target.Info().Kind, Format: d.Format, Name: cut(in.Name, 120),
		Address: in.Address, File: in.File, Every: in.Every, State: Waiting, CreatedAt: w.Clock.Now(),
	}
	if in.Options != nil {
		w.source.Options = *in.Options
	}
	if w.source.Name == "" {
		w.source.Name = nameOf(d, in)
	}
	c, err := w.convert(ctx, w.target, w.source, d)
	if err != nil {
		return nil, err
	}
	var found *Source
	err = w.DB.View(ctx, func(tx *db.Tx) (err error) { found, w.origin, err = w.match(tx, c); return err })
	if err != nil || found == nil {
		return c, err
	}
	w.fresh = false
	if in.Options != nil {
		found.Options = *in.Options
	}
	if in.Name != "" {
		found.Name = cut(in.Name, 120)
	}
	if in.Every != 0 {
		found.Every = in.Every
	}
	w.source = *found
	return w.convert(ctx, w.target, w.source, d)
}

func nameOf(d *Document, in Request) string {
	if d.Name != "" {
		return d.Name
	}
	if in.File != "" {
		return in.File
	}
	if u, err := url.Parse(in.Address); err == nil && u.Host != "" {
		return u.Host
	}
	return string(d.Format)
}

// match finds the stored source a document belongs to. A file belongs to the
// one that shares most items with it; one of the same name without a common
// item is somebody else's "export.csv".
func (w *work) match(tx *db.Tx, c *Conversion) (*Source, string, error) {
	s := w.source
	if s.Address != "" {
		found, err := db.One(tx, addressSource, scanSource, s.Organisation, s.Kind, s.Address)
		if errors.Is(err, db.ErrNotFound) {
			return nil, s.Address, nil
		}
		return &found, "", err
	}
	shared, sameName, sameEmpty := map[string]int{}, "", true
	rows, err := tx.Query(fileItems, s.Organisation, s.Kind, string(s.Format))
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	for rows.Next() {
		var source, file string
		var busy int64
		var external *string
		if err := rows.Scan(&source, &file, &busy, &external); err != nil {
			return nil, "", err
		}
		if file == s.File {
			if db.Time(busy).After(c.Now) {
				return nil, "", fault.Conflict("intake.busy") // perhaps this very file
			}
			sameName, sameEmpty = source, external == nil
		}
		if external == nil {
			continue
		}
		if _, here := c.index[*external]; here {
			shared[source]++
		}
	}
	if err := rows.Err(); err != nil {
		return nil, "", err
	}
	best := ""
	for source, n := range shared {
		if best == "" || n > shared[best] || n == shared[best] && source == sameName {
			best = source
		}
	}
	if best == "" && (len(c.items) == 0 || sameEmpty) {
		best = sameName
	}
	if best == "" {
		origin, err := freeOrigin(tx, s)
		return nil, origin, err
	}
	found, err := db.One(tx, selectSource, scanSource, best)
	return &found, "", err
}

// freeOrigin is the name under which a file's source is unique.
func freeOrigin(tx *db.Tx, s Source) (string, error) {
	origin := "file:" + s.File
	for n := 2; ; n++ {
		var taken int
		if err := tx.QueryRow(takenOrigin, s.Organisation, s.Kind, origin).Scan(&taken); err != nil {
			return "", err
		}
		if taken == 0 {
			return origin, nil
		}
		origin = fmt.Sprintf("file:%s#%d", s.File, n)
	}
}

// plan compares a conversion with what is stored.
func (w *work) plan(ctx context.Context, c *Conversion) (*plan, error) {
	var k known
	err := w.DB.View(ctx, func(tx *db.Tx) (err error) { k, err = loadKnown(tx, w.source); return err })
	if err != nil {
		return nil, fmt.Errorf("read what was taken in before: %w", err)
	}
	return makePlan(c, k)
}

// dry is the run that would happen.
func (w *work) dry(p *plan) *Run {
	r := w.run
	r.ID, r.State, r.Report = "", Done, p.report
	r.Report.DryRun, r.Total, r.Ended = true, p.report.changes(), r.Started
	if p.stop != nil {
		r.State, r.Report.Why = Stopped, reasonOf(p.stop)
	}
	return &r
}

// busyFor is how long a run may be silent before another may take its place.
const busyFor = 5 * time.Minute

// begin makes the source this run's own. A fault says that another is at it.
func (w *work) begin(ctx context.Context) error {
	now := w.Clock.Now()
	w.source.busyUntil = now.Add(busyFor)
	w.run.Source = w.source.ID
	return w.DB.Update(ctx, func(tx *db.Tx) error {
		mine, err := w.claim(tx, now)
		if err != nil {
			return fmt.Errorf("claim source: %w", err)
		}
		if !mine {
			return fault.Conflict("intake.busy")
		}
		return putRun(tx, &w.run)
	})
}

func (w *work) claim(tx *db.Tx, now time.Time) (bool, error) {
	if w.fresh {
		return addSource(tx, &w.source, w.origin, w.run.ID)
	}
	n, err := tx.Exec(claimSource, w.source.ID, db.Micros(w.source.busyUntil), w.run.ID, db.Micros(now))
	return n > 0, err
}

// carryOut plans and writes.
func (w *work) carryOut(ctx context.Context, c *Conversion) (*Run, error) {
	p, err := w.plan(ctx, c)
	if err != nil {
		return w.fail(ctx, err)
	}
	w.run.Report, w.run.Total = p.report, p.report.changes()
	if p.stop != nil && !w.confirm {
		return w.stop(ctx, p.stop)
	}
	if err := w.apply(ctx, p); err != nil {
		return w.fail(ctx, err)
	}
	return w.finish(ctx)
}

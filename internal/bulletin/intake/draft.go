package intake

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/feed"
	"dorflinde/internal/platform/id"
)

// draft is a file between the steps of an import in the browser. The steps
// work on what was handed in or fetched first, so that what is checked is what
// is imported.
type draft struct {
	ID           string `json:"-"`
	Organisation string `json:"-"`
	By           string `json:"-"`
	Body         []byte `json:"-"`
	ETag         string `json:"-"`
	LastModified string `json:"-"`

	Kind    string        `json:"kind"`
	Format  Format        `json:"format"`
	Name    string        `json:"name"`
	Address string        `json:"address,omitempty"`
	File    string        `json:"file,omitempty"`
	Every   time.Duration `json:"every,omitempty"`
	Options Options       `json:"options"`
}

// request is the import the draft asks for.
func (d *draft) request() Request {
	return Request{
		Organisation: d.Organisation, Kind: d.Kind, Format: d.Format, Name: d.Name, Address: d.Address, File: d.File,
		Body: d.Body, ETag: d.ETag, LastModified: d.LastModified, Options: &d.Options, Every: d.Every, By: d.By,
	}
}

// Address normalises what people paste: calendars are often given as webcal:,
// and https:// is left out. Whether it may be fetched is decided by the client
// that fetches.
func Address(raw string) string {
	raw = strings.TrimSpace(raw)
	for _, scheme := range []string{"webcal://", "webcals://", "feed://"} {
		if len(raw) > len(scheme) && strings.EqualFold(raw[:len(scheme)], scheme) {
			return "https://" + raw[len(scheme):]
		}
	}
	if raw != "" && !strings.Contains(raw, ":") {
		return "https://" + raw
	}
	return raw
}

// open reads what was handed in or typed, and makes a draft of it. A web page
// that names its feed is as good as the feed.
func (e *Engine) open(ctx context.Context, d *draft) (*Document, error) {
	doc, err := e.openOnce(ctx, d)
	page, isPage := errors.AsType[*feed.Error](err)
	if !isPage || page.Code != feed.CodeHTML || d.Address == "" {
		return doc, err
	}
	base, baseErr := url.Parse(d.Address)
	found, foundErr := url.Parse(page.Detail)
	if page.Detail == "" || baseErr != nil || foundErr != nil || !base.ResolveReference(found).IsAbs() {
		return nil, err
	}
	d.Address, d.Body = base.ResolveReference(found).String(), nil
	return e.openOnce(ctx, d)
}

func (e *Engine) openOnce(ctx context.Context, d *draft) (*Document, error) {
	in := Request{Address: d.Address, Body: d.Body}
	if err := e.fetchBody(ctx, &in); err != nil {
		return nil, err
	}
	d.Address, d.Body, d.ETag, d.LastModified = in.Address, in.Body, in.ETag, in.LastModified
	doc, err := d.read(e.Places().Location())
	if err != nil {
		return nil, err
	}
	t, err := e.choose("", doc)
	if err != nil {
		return nil, err
	}
	d.Kind, d.Format, d.Name = t.Info().Kind, doc.Format, nameOf(doc, Request{Address: d.Address, File: d.File})
	if d.Address != "" {
		d.Every = DefaultEvery
	}
	return doc, nil
}

func (d *draft) read(zone *time.Location) (*Document, error) {
	format := d.Format
	if format == "" {
		format = Detect(d.Body)
	}
	return read(d.Body, format, d.Address, zone)
}

// keep stores a new draft.
func (e *Engine) keep(ctx context.Context, d *draft) error {
	d.ID = e.IDs.New()
	body, err := packed(d.Body)
	if err != nil {
		return err
	}
	source, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return e.DB.Update(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(insertDraft, d.ID, d.Organisation, d.By, string(source), body, d.ETag, d.LastModified, db.Micros(e.Clock.Now()))
		return err
	})
}

// save stores the choices made for a draft.
func (e *Engine) save(ctx context.Context, d *draft) error {
	source, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return e.DB.Update(ctx, func(tx *db.Tx) error { _, err := tx.Exec(updateDraft, d.ID, string(source)); return err })
}

// loadDraft reads a draft of an organisation.
func (e *Engine) loadDraft(ctx context.Context, draftID, org string) (*draft, error) {
	if !id.Valid(draftID) {
		return nil, fault.NotFound()
	}
	var d draft
	var body string
	err := e.DB.View(ctx, func(tx *db.Tx) error {
		var source string
		err := tx.QueryRow(selectDraft, draftID).Scan(&d.ID, &d.Organisation, &d.By, &source, &body, &d.ETag, &d.LastModified)
		if err != nil {
			return err
		}
		return json.Unmarshal([]byte(source), &d)
	})
	if errors.Is(err, db.ErrNotFound) || err == nil && d.Organisation != org {
		return nil, fault.New(fault.KindGone, "intake.draft_gone")
	}
	if err != nil {
		return nil, fmt.Errorf("read import draft: %w", err)
	}
	d.Body, err = unpacked(body)
	return &d, err
}

// packed makes a body fit into a text column of either engine.
func packed(body []byte) (string, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

func unpacked(text string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(z, MaxBytes+1))
}

type draftJob struct {
	Draft        string `json:"draft"`
	Organisation string `json:"organisation"`
	Run          string `json:"run"`
	Confirm      bool   `json:"confirm,omitempty"`
}

// workDraft imports what somebody has checked in the browser.
func (e *Engine) workDraft(ctx context.Context, payload []byte) error {
	var job draftJob
	if err := json.Unmarshal(payload, &job); err != nil {
		return err
	}
	d, err := e.loadDraft(ctx, job.Draft, job.Organisation)
	if fault.KindOf(err) == fault.KindGone {
		return nil // done already, before a crash kept the job from ending
	}
	if err != nil {
		return err
	}
	in := d.request()
	in.run, in.Confirm = job.Run, job.Confirm
	run, err := e.Import(ctx, in)
	if len(fault.All(err)) > 0 {
		return e.refuseRun(ctx, job, err)
	}
	if err != nil {
		return err
	}
	if run.State == Stopped {
		return nil // the draft is needed once more, to confirm
	}
	return e.DB.Update(ctx, func(tx *db.Tx) error { _, err := tx.Exec(dropDraft, job.Draft); return err })
}

// refuseRun ends an announced run that could not begin.
func (e *Engine) refuseRun(ctx context.Context, job draftJob, why error) error {
	return e.DB.Update(ctx, func(tx *db.Tx) error {
		r, err := findRun(tx, job.Run, job.Organisation)
		if err != nil {
			return err
		}
		r.State, r.Ended, r.Report.Why = Failed, e.Clock.Now(), reasonOf(why)
		return putRun(tx, &r)
	})
}

package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/web"
)

const apiPath = "/api/v1/imports"

// Input is what a program sends as JSON; as multipart/form-data the same
// names are fields and the document is the file "file".
type Input struct {
	Format    Format   `json:"format,omitempty" enum:"ics,feed,csv,wordpress" doc:"Found out if empty"`
	URL       string   `json:"url,omitempty" doc:"Where to fetch the document; either url or content"`
	Content   string   `json:"content,omitempty" doc:"The document itself, in UTF-8"`
	File      string   `json:"file,omitempty" doc:"Name of the document"`
	To        string   `json:"to,omitempty" doc:"What it becomes: events, news, directory …; what suits best if empty"`
	Publisher string   `json:"publisher,omitempty" doc:"Id or slug of the organisation; that of the token if empty"`
	Place     string   `json:"place,omitempty" doc:"Slug of the village or municipality it concerns"`
	Topics    []string `json:"topics,omitempty"`
	Drafts    bool     `json:"drafts,omitempty" doc:"An editor looks at each item before it is published"`
	Private   bool     `json:"private,omitempty" doc:"Takes events marked as private, too"`
	Every     int      `json:"every_hours,omitempty" minimum:"0" maximum:"168" doc:"Fetch url again and again; 0 is once"`
	DryRun    bool     `json:"dry_run,omitempty" doc:"Shows what would happen and changes nothing"`
	Confirm   bool     `json:"confirm,omitempty" doc:"Goes on even if more than half of what is there would be withdrawn"`
}

// Result is what a run did, or would do.
type Result struct {
	ID        string       `json:"id,omitempty"`
	Source    string       `json:"source,omitempty"`
	State     RunState     `json:"state" enum:"running,done,stopped,failed"`
	Format    Format       `json:"format,omitempty"`
	To        string       `json:"to,omitempty"`
	Name      string       `json:"name,omitempty"`
	Found     int          `json:"found"`
	Created   int          `json:"created"`
	Updated   int          `json:"updated"`
	Unchanged int          `json:"unchanged"`
	Withdrawn int          `json:"withdrawn"`
	Skipped   int          `json:"skipped"`
	Errors    []ResultNote `json:"errors" doc:"What somebody would have to mend"`
	LeftOut   []ResultNote `json:"left_out,omitempty" doc:"What was left out on purpose"`
	Columns   []string     `json:"unmatched_columns,omitempty"`
	Done      int          `json:"done"`
	Total     int          `json:"total"`
	DryRun    bool         `json:"dry_run"`
}

// ResultNote is why something was not taken.
type ResultNote struct {
	Line   int    `json:"line,omitempty"`
	Title  string `json:"title,omitempty"`
	Reason string `json:"reason"`
}

// ResultOf puts a run into words.
func ResultOf(l *i18n.Localizer, r *Run) Result {
	p := r.Report
	out := Result{
		ID: r.ID, Source: r.Source, State: r.State, Format: p.Format, To: p.Kind, Name: p.Name, Found: p.Found, Created: p.Created,
		Updated: p.Updated, Unchanged: p.Unchanged, Withdrawn: p.Withdrawn, Skipped: p.Skipped, Errors: []ResultNote{},
		Columns: p.Unmatched, Done: r.Done, Total: r.Total, DryRun: p.DryRun,
	}
	if p.DryRun {
		out.Source = ""
	}
	if p.Why != nil {
		out.Errors = append(out.Errors, ResultNote{Line: p.Why.Line, Reason: p.Why.In(l)})
	}
	for _, n := range p.Notes {
		note := ResultNote{Line: n.Line, Title: n.Title, Reason: n.Why.In(l)}
		if n.Wanted {
			out.LeftOut = append(out.LeftOut, note)
		} else {
			out.Errors = append(out.Errors, note)
		}
	}
	return out
}

// ErrorResult is the result of an import that was refused as a whole.
func ErrorResult(l *i18n.Localizer, err error, dryRun bool) Result {
	why := reasonOf(err)
	return Result{State: Failed, Errors: []ResultNote{{Line: why.Line, Reason: why.In(l)}}, DryRun: dryRun}
}

type apiResult struct{ Body Result }

type apiInput struct {
	ContentType string `header:"Content-Type"`
	RawBody     []byte
}

// api registers the operations.
func (e *Engine) api(api huma.API) {
	editors := map[string]any{"access": web.Needs(string(people.Editor), nil)}
	token := []map[string][]string{{"token": {}}}
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Input](), true, "ImportInput")
	huma.Register(api, huma.Operation{
		OperationID: "import", Method: http.MethodPost, Path: apiPath, Summary: "Import a calendar, a feed, a table or a WordPress site",
		Description: "Repeating an import makes no duplicates: what is new is created, what changed is updated, what vanished is withdrawn. A broken document changes nothing; the answer names line and reason.",
		Tags:        []string{"imports"}, Metadata: editors, Security: token, MaxBodyBytes: 2*MaxBytes + 1<<20, BodyReadTimeout: 2 * time.Minute,
		SkipValidateBody: true, // decodeInput does it, for both forms
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: schema}, "multipart/form-data": {Schema: schema},
		}},
	}, e.apiImport)
	huma.Register(api, huma.Operation{
		OperationID: "get-import", Method: http.MethodGet, Path: apiPath + "/{id}", Summary: "What an import did, or how far it is",
		Tags: []string{"imports"}, Metadata: map[string]any{"access": web.Needs(string(people.Reader), nil)}, Security: token,
	}, e.apiRun)
}

func (e *Engine) apiImport(ctx context.Context, raw *apiInput) (*apiResult, error) {
	in, body, err := decodeInput(raw.ContentType, raw.RawBody)
	if err != nil {
		return nil, err
	}
	request, err := e.request(ctx, in, body)
	if err != nil {
		return nil, err
	}
	run, err := e.Import(ctx, request)
	if err != nil {
		return nil, err
	}
	return &apiResult{Body: ResultOf(i18n.From(ctx), run)}, nil
}

// request checks what a program sent and who sends it.
func (e *Engine) request(ctx context.Context, in Input, body []byte) (Request, error) {
	actor := people.ActorFrom(ctx)
	orgs, err := e.People.Organisations(ctx)
	if err != nil {
		return Request{}, err
	}
	key := in.Publisher
	if key == "" {
		key = actor.Organisation
	}
	if key == "" {
		return Request{}, fault.Invalid("publisher", "intake.publisher_missing")
	}
	org, ok := orgs.Find(key)
	if !ok || !actor.Can(people.Editor, org.ID) {
		return Request{}, fault.Forbidden()
	}
	r := Request{
		Organisation: org.ID, Kind: in.To, Format: in.Format, File: fileName(in.File), Body: body,
		By: actor.AccountID, DryRun: in.DryRun, Confirm: in.Confirm, Every: time.Duration(in.Every) * time.Hour,
	}
	switch {
	case in.Format != "" && !in.Format.Known():
		return r, fault.Invalid("format", "intake.format_unknown", "format", cut(string(in.Format), 40))
	case in.URL != "" && len(body) > 0 || in.URL == "" && len(body) == 0:
		return r, fault.Invalid("url", "intake.url_or_content")
	case in.Every < 0 || r.Every > MaxEvery:
		return r, fault.Invalid("every_hours", "intake.every_choose")
	case in.URL != "":
		r.File, r.Body, r.Address = "", nil, Address(in.URL)
	}
	if in.Place == "" && len(in.Topics) == 0 && !in.Drafts && !in.Private {
		return r, nil
	}
	o := Options{Topics: in.Topics, Drafts: in.Drafts, Private: in.Private}
	if o.Scope, err = e.Place(in.Place); err != nil {
		return r, err
	}
	if len(o.Topics) > 5 {
		return r, fault.Invalid("topics", "intake.topics_many", "max", 5)
	}
	r.Options = &o
	return r, nil
}

// decodeInput reads JSON or a form with a file.
func decodeInput(contentType string, raw []byte) (in Input, body []byte, err error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil {
			return in, nil, fault.Invalid("", "intake.json_unreadable", "detail", cut(err.Error(), 120)).Because(err)
		}
		return in, []byte(in.Content), nil
	}
	form := multipart.NewReader(bytes.NewReader(raw), params["boundary"])
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			return in, body, nil
		}
		if err != nil {
			return in, nil, fault.Invalid("", "intake.form_unreadable").Because(err)
		}
		value, err := readAll(part)
		if err != nil {
			return in, nil, err
		}
		if part.FormName() == "file" {
			in.File, body = part.FileName(), value
			continue
		}
		if err := in.set(part.FormName(), string(value)); err != nil {
			return in, nil, err
		}
	}
}

// set takes one field of a form.
func (in *Input) set(name, value string) error {
	yes := value == "true" || value == "1"
	switch name {
	case "format":
		in.Format = Format(value)
	case "url":
		in.URL = value
	case "to":
		in.To = value
	case "publisher":
		in.Publisher = value
	case "place":
		in.Place = value
	case "topics":
		in.Topics = append(in.Topics, splitTopics(value)...)
	case "drafts":
		in.Drafts = yes
	case "private":
		in.Private = yes
	case "dry_run":
		in.DryRun = yes
	case "confirm":
		in.Confirm = yes
	default:
		return fault.Invalid(cut(name, 40), "intake.field_unknown", "field", cut(strings.ToValidUTF8(name, ""), 40))
	}
	return nil
}

func (e *Engine) apiRun(ctx context.Context, in *struct {
	ID string `path:"id"`
}) (*apiResult, error) {
	var r Run
	err := e.DB.View(ctx, func(tx *db.Tx) (err error) { r, err = findRun(tx, in.ID, ""); return err })
	if err == nil && !people.ActorFrom(ctx).Can(people.Reader, r.Organisation) {
		err = fault.NotFound()
	}
	if err != nil {
		return nil, err
	}
	return &apiResult{Body: ResultOf(i18n.From(ctx), &r)}, nil
}

package warnings

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/richtext"
)

// Files holds the migrations of this package.
//
//go:embed migrations/*.sql
var Files embed.FS

const columns = "id, alert_key, source_id, publisher_id, own, alert, scope, state, severity, sent_at, until_at, ended_at, updated_at, sample"

var (
	upsertWarning = db.SQL("INSERT INTO warning (" + columns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (id) DO UPDATE SET alert_key = excluded.alert_key, source_id = excluded.source_id, publisher_id = excluded.publisher_id,
		alert = excluded.alert, scope = excluded.scope, state = excluded.state, severity = excluded.severity, sent_at = excluded.sent_at,
		until_at = excluded.until_at, ended_at = excluded.ended_at, updated_at = excluded.updated_at`)
	selectWarning = db.SQL("SELECT " + columns + " FROM warning WHERE id = $1")
	byKey         = db.SQL("SELECT " + columns + " FROM warning WHERE alert_key = $1")
	recent        = db.SQL("SELECT " + columns + " FROM warning WHERE until_at > $1 AND state <> 'replaced' ORDER BY severity DESC, sent_at DESC, id")
	fromSource    = db.SQL("SELECT " + columns + " FROM warning WHERE source_id = $1 AND state = 'active' AND until_at > $2 ORDER BY id")
	isGone        = db.SQL("SELECT COUNT(*) FROM warning_gone WHERE alert_key = $1")
	addGone       = db.SQL("INSERT INTO warning_gone (alert_key, at) VALUES ($1, $2) ON CONFLICT (alert_key) DO NOTHING")
	dropGone      = db.SQL("DELETE FROM warning_gone WHERE at < $1")

	insertEntry   = db.SQL("INSERT INTO warning_entry (id, warning_id, municipality_id, village_id) VALUES ($1, $2, $3, $4)")
	selectEntries = db.SQL("SELECT id, municipality_id, village_id FROM warning_entry WHERE warning_id = $1 ORDER BY id")
	allEntries    = db.SQL("SELECT e.warning_id, e.municipality_id FROM warning_entry e JOIN warning w ON w.id = e.warning_id WHERE w.until_at > $1 ORDER BY e.id")
	dropEntry     = db.SQL("DELETE FROM warning_entry WHERE id = $1")

	upsertSource = db.SQL(`INSERT INTO warning_source (id, address, enabled, highest, etag, last_modified, ok_at, failure) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET address = excluded.address, enabled = excluded.enabled, highest = excluded.highest, etag = excluded.etag,
		last_modified = excluded.last_modified, ok_at = excluded.ok_at, failure = excluded.failure`)
	selectSources = db.SQL("SELECT id, address, enabled, highest, etag, last_modified, ok_at, failure FROM warning_source ORDER BY id")
)

func scanWarning(row db.Scanner) (w Warning, err error) {
	var alert, scope string
	var sent, until, ended, updated int64
	if err = row.Scan(&w.ID, &w.Key, &w.Source, &w.Publisher, &w.Own, &alert, &scope, &w.State, &w.Severity, &sent, &until, &ended, &updated, &w.Sample); err != nil {
		return w, err
	}
	w.Sent, w.Until, w.EndedAt, w.UpdatedAt = db.Time(sent), db.Time(until), db.Time(ended), db.Time(updated)
	if err = json.Unmarshal([]byte(alert), &w.Alert); err != nil {
		return w, fmt.Errorf("warning %s: %w", w.ID, err)
	}
	if err = json.Unmarshal([]byte(scope), &w.Scope); err != nil {
		return w, fmt.Errorf("warning %s: %w", w.ID, err)
	}
	return w, nil
}

// put stores a warning and brings its entries in line.
func (s *service) put(tx *db.Tx, w *Warning, o origin) error {
	alert, err := json.Marshal(w.Alert)
	if err != nil {
		return fmt.Errorf("warning: %w", err)
	}
	scope, err := json.Marshal(w.Scope)
	if err != nil {
		return fmt.Errorf("warning: %w", err)
	}
	w.UpdatedAt = s.Clock.Now()
	if _, err := tx.Exec(upsertWarning, w.ID, w.Key, w.Source, w.Publisher, w.Own, string(alert), string(scope), string(w.State), int(w.Severity),
		db.Micros(w.Sent), db.Micros(w.Until), db.Micros(w.EndedAt), db.Micros(w.UpdatedAt), w.Sample); err != nil {
		return fmt.Errorf("store warning: %w", err)
	}
	return s.announce(tx, w, o)
}

// find reads one; NotFound otherwise.
func find(tx *db.Tx, id string) (Warning, error) {
	w, err := db.One(tx, selectWarning, scanWarning, id)
	if errors.Is(err, db.ErrNotFound) {
		return w, fault.NotFound()
	}
	return w, err
}

// entryRef is an entry of a warning.
type entryRef struct{ id, municipality, village string }

func scanRef(row db.Scanner) (e entryRef, err error) {
	err = row.Scan(&e.id, &e.municipality, &e.village)
	return e, err
}

// announce brings the entries in line with the warning.
func (s *service) announce(tx *db.Tx, w *Warning, o origin) error {
	there, err := db.All(tx, selectEntries, scanRef, w.ID)
	if err != nil {
		return fmt.Errorf("entries of warning: %w", err)
	}
	ids := map[[2]string]string{}
	for _, e := range there {
		ids[[2]string{e.municipality, e.village}] = e.id
	}
	var wanted []target
	if w.State != Replaced {
		wanted = w.targets(s.Places(), o.highest)
	}
	if w.State == Ended { // the all clear goes to everybody who was warned
		wanted = nil
		for _, e := range there {
			wanted = append(wanted, target{municipality: e.municipality, village: e.village, streets: w.Scope.Streets})
		}
	}
	for _, t := range wanted {
		key := [2]string{t.municipality, t.village}
		id := ids[key]
		if id == "" {
			id = s.IDs.New()
			if _, err := tx.Exec(insertEntry, id, w.ID, t.municipality, t.village); err != nil {
				return fmt.Errorf("entry of warning: %w", err)
			}
		}
		delete(ids, key)
		if e := s.entry(w, t, id, o); e != nil {
			if err := s.Bulletin.Put(tx, e); err != nil {
				return err
			}
		}
	}
	for _, id := range ids {
		if err := s.Bulletin.Withdraw(tx, id, ""); err != nil && fault.KindOf(err) != fault.KindNotFound {
			return err
		}
		if _, err := tx.Exec(dropEntry, id); err != nil {
			return fmt.Errorf("entry of warning: %w", err)
		}
	}
	return nil
}

// entry is how the bulletin carries a warning to one place; nil when there is
// no time in which it could be seen.
func (s *service) entry(w *Warning, t target, id string, o origin) *bulletin.Entry {
	places, l := s.Places(), german(s.Places())
	info, ok := w.Alert.Info("de")
	if !ok {
		return nil
	}
	publisher := w.Publisher
	if publisher == "" {
		publisher = o.relays[t.municipality]
	}
	e := &bulletin.Entry{
		ID: id, Kind: Kind, Publisher: publisher, Scope: bulletin.Scope{MunicipalityID: t.municipality, VillageID: t.village, Streets: t.streets},
		Title: richtext.Cut(info.Headline, bulletin.MaxTitle), Summary: richtext.Summary(info.Description, 300),
		Text: info.Description + "\n" + info.Instruction + "\n" + info.Event, Severity: w.Severity, Geometry: w.shape(places),
		Link: w.path(), InFeed: true, PublishedAt: w.Sent, ExpiresAt: w.Until, Sample: w.Sample, Place: w.placeName(s, t),
	}
	if !w.Own {
		e.SourceName, e.SourceURL = info.SenderName, info.Web
	}
	for _, i := range w.Alert.Infos {
		if lang, ok := entryLangs[i.Language]; ok && i.Headline != "" {
			e.Variants = append(e.Variants, bulletin.Variant{Lang: lang, Title: richtext.Cut(i.Headline, bulletin.MaxTitle), Summary: richtext.Summary(i.Description, 300)})
		}
	}
	if w.State == Ended {
		tellEnd(l, e, w)
	}
	if !e.ExpiresAt.After(e.PublishedAt) {
		return nil
	}
	return e
}

// entryLangs are the languages of CAP messages that readers can choose.
var entryLangs = map[string]string{"en": "en", "en-US": "en", "en-GB": "en", "de-LS": bulletin.LeichteSprache}

func (w *Warning) placeName(s *service, t target) string {
	if w.Own {
		return richtext.Cut(w.Scope.words(s.Places()), 120)
	}
	if m, ok := s.Places().Municipality(t.municipality); ok {
		return m.Name
	}
	return s.Places().Region.Name
}

// tellEnd turns the entry of a warning that was taken back into the all clear.
func tellEnd(l *i18n.Localizer, e *bulletin.Entry, w *Warning) {
	e.Title = richtext.Cut(l.T("warnings.clear_title", "title", e.Title), bulletin.MaxTitle)
	e.Summary, e.Text, e.Variants, e.Severity = l.T("warnings.clear_text"), "", nil, bulletin.SeverityNone
	e.PublishedAt, e.ExpiresAt = w.EndedAt, w.EndedAt.Add(allClear)
}

// origin is where messages come from and who relays them.
type origin struct {
	source    string // dwd, nina, or empty
	publisher string // of an upload
	highest   float64
	relays    map[string]string // organisation by municipality
	sample    bool
}

// relays are the organisations that speak for the municipalities; for the
// whole region it is the one that serves the most of them.
func relays(orgs *people.OrgDirectory, s *service) map[string]string {
	out := map[string]string{}
	for _, m := range s.Places().Municipalities() {
		if o, ok := orgs.Municipality(m.ID); ok {
			out[m.ID] = o.ID
		}
	}
	most := 0
	for _, o := range orgs.All() {
		if o.Official() && !o.Blocked && len(o.MunicipalityIDs) > most {
			most, out[everywhere] = len(o.MunicipalityIDs), o.ID
		}
	}
	return out
}

// Source is an address that is asked again and again.
type Source struct {
	ID           string // dwd or nina
	Address      string
	Enabled      bool
	Highest      float64 // metres above sea level of the region's highest place; 0 if unknown
	ETag         string
	LastModified string
	OkAt         time.Time // when it last answered
	Failure      string    // in English, for operators; empty if all is well
}

func scanSource(row db.Scanner) (s Source, err error) {
	var ok int64
	err = row.Scan(&s.ID, &s.Address, &s.Enabled, &s.Highest, &s.ETag, &s.LastModified, &ok, &s.Failure)
	s.OkAt = db.Time(ok)
	return s, err
}

func putSource(tx *db.Tx, s Source) error {
	if _, err := tx.Exec(upsertSource, s.ID, s.Address, s.Enabled, s.Highest, s.ETag, s.LastModified, db.Micros(s.OkAt), s.Failure); err != nil {
		return fmt.Errorf("source of warnings: %w", err)
	}
	return nil
}

// stored finds the warning that a message of that key is in force for.
func stored(tx *db.Tx, key string) (Warning, bool, error) {
	w, err := db.One(tx, byKey, scanWarning, key)
	if errors.Is(err, db.ErrNotFound) {
		return w, false, nil
	}
	if err != nil {
		return w, false, fmt.Errorf("find warning: %w", err)
	}
	return w, true, nil
}

func gone(tx *db.Tx, key string) (bool, error) {
	var n int
	err := tx.QueryRow(isGone, key).Scan(&n)
	return n > 0, err
}

func bury(tx *db.Tx, key string, now time.Time) error {
	if _, err := tx.Exec(addGone, key, db.Micros(now)); err != nil {
		return fmt.Errorf("forget message: %w", err)
	}
	return nil
}

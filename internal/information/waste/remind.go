package waste

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

// Reminder is one person's wish to be reminded.
type Reminder struct {
	ID        string
	Account   string // empty without an account
	Email     string // empty with an account
	Place     string // id of a street or village
	Number    int
	Hour      int // of the evening before, in the region's time
	Lang      string
	Host      string
	Confirmed bool
	SentFor   Day // the last day reminded of
	CreatedAt time.Time
}

const (
	remindJob = "waste.remind"
	// remindEvery is how late a reminder may come.
	remindEvery = 10 * time.Minute
	// unconfirmed is how long a letter waits for its answer.
	unconfirmed = 48 * time.Hour
	// linkKeep is how long the link in a letter works.
	linkKeep = 90 * 24 * time.Hour
	// maxWaiting bounds the letters that can be caused by people who do not
	// own the address: for one address, and for all together.
	maxWaiting, maxWaitingAll = 3, 500
)

// The hours one can choose.
const firstHour, lastHour = 12, 22

const reminderColumns = "id, account_id, email, place, house_number, hour, lang, host, confirmed, sent_for, created_at"

var (
	insertReminder = db.SQL(`INSERT INTO waste_reminder (id, account_id, email, place, house_number, hour, lang, host, confirmed, sent_for, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10)
		ON CONFLICT (account_id, email, place, house_number) DO UPDATE SET hour = CASE WHEN excluded.confirmed THEN excluded.hour ELSE waste_reminder.hour END
		RETURNING id, confirmed`)
	selectReminder  = db.SQL("SELECT r." + strings.ReplaceAll(reminderColumns, ", ", ", r.") + " FROM waste_reminder r JOIN waste_link l ON l.reminder_id = r.id WHERE l.hash = $1 AND l.created_at > $2")
	selectDue       = db.SQL("SELECT " + reminderColumns + " FROM waste_reminder WHERE confirmed = TRUE AND hour <= $1 AND sent_for < $2 ORDER BY id")
	countWaiting    = db.SQL("SELECT COUNT(*) FROM waste_reminder WHERE confirmed = FALSE AND created_at > $1 AND ($2 = '' OR email = $2)")
	confirmReminder = db.SQL("UPDATE waste_reminder SET confirmed = TRUE WHERE id = $1")
	setHour         = db.SQL("UPDATE waste_reminder SET hour = $2 WHERE id = $1")
	setSent         = db.SQL("UPDATE waste_reminder SET sent_for = $2 WHERE id = $1 AND sent_for < $2")
	dropReminder    = db.SQL("DELETE FROM waste_reminder WHERE id = $1")
	dropLinks       = db.SQL("DELETE FROM waste_link WHERE reminder_id = $1")
	dropWaiting     = db.SQL("DELETE FROM waste_reminder WHERE confirmed = FALSE AND created_at < $1")
	dropOldLinks    = db.SQL("DELETE FROM waste_link WHERE created_at < $1")
	countOld        = db.SQL("SELECT (SELECT COUNT(*) FROM waste_reminder WHERE confirmed = FALSE AND created_at < $1) + (SELECT COUNT(*) FROM waste_link WHERE created_at < $2)")
	insertLink      = db.SQL("INSERT INTO waste_link (hash, reminder_id, created_at) VALUES ($1, $2, $3)")
)

func scanReminder(row db.Scanner) (m Reminder, err error) {
	var created int64
	err = row.Scan(&m.ID, &m.Account, &m.Email, &m.Place, &m.Number, &m.Hour, &m.Lang, &m.Host, &m.Confirmed, &m.SentFor, &created)
	m.CreatedAt = db.Time(created)
	return m, err
}

// hashed is how links are kept: they carry 256 random bits, so a fast hash is enough.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// newToken is a secret of more than 256 bits for one letter.
func newToken() string { return rand.Text() + rand.Text() }

// link makes a personal link of a reminder.
func (s *service) link(tx *db.Tx, m *Reminder) (string, error) {
	token := newToken()
	if _, err := tx.Exec(insertLink, hashed(token), m.ID, db.Micros(s.Clock.Now())); err != nil {
		return "", fmt.Errorf("waste reminder: %w", err)
	}
	return s.BaseURL(m.Host) + reminderPath + token, nil
}

func parseHour(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < firstHour || n > lastHour {
		return 0, fault.Invalid("hour", "waste.hour_wrong", "from", firstHour, "to", lastHour)
	}
	return n, nil
}

// subscribe takes the wish to be reminded. Whoever has an account is known;
// for others a letter asks the owner of the address. The answer is the same
// whether the address was there before or not.
func (s *service) subscribe(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	spot, err := s.spot(r)
	if err != nil {
		return err
	}
	if spot.Street != nil {
		spot.Number = number(r.PostFormValue("nr"))
	}
	actor := people.ActorFrom(ctx)
	m := Reminder{Account: actor.AccountID, Place: spotID(spot), Number: spot.Number, Lang: string(i18n.From(ctx).Lang), Host: r.Host}
	var faults fault.List
	m.Hour, err = parseHour(r.PostFormValue("hour"))
	faults = append(faults, fault.All(err)...)
	if !actor.SignedIn() {
		if m.Email, err = mail.Address(r.PostFormValue("email")); err != nil {
			faults.Add(fault.Invalid("email", "waste.email_wrong"))
		}
	} else if actor.Email == "" {
		faults.Add(fault.Invalid("email", "waste.email_none"))
	}
	err = faults.Err()
	if err == nil && m.Account == "" && s.People != nil {
		err = s.People.Letter(r, "waste", m.Email)
	}
	if err == nil {
		err = s.DB.Update(ctx, func(tx *db.Tx) error { kept := m; return s.keep(tx, &kept, spot) })
	}
	if err != nil {
		return s.again(w, r, spot, err)
	}
	key := "waste.remind_asked"
	if actor.SignedIn() {
		key = "waste.remind_on"
	}
	web.SetFlash(w, key)
	return web.SeeOther(w, r, spotURL(spot, spot.Number))
}

func spotID(spot Spot) string {
	if spot.Street != nil {
		return spot.Street.ID
	}
	return spot.Village.ID
}

// again shows the page with what is wrong in the form.
func (s *service) again(w http.ResponseWriter, r *http.Request, spot Spot, err error) error {
	if fault.KindOf(err) != fault.KindInvalid {
		return err
	}
	v, failed := s.scheduleView(r, spot)
	if failed != nil {
		return failed
	}
	v.email, v.hour = richtext.Head(r.PostFormValue("email"), 254), richtext.Head(r.PostFormValue("hour"), 4)
	v.errors = ui.FieldErrors(r.Context(), err)
	return s.render(w, r, http.StatusUnprocessableEntity, spot, v)
}

// keep stores the wish and, without an account, writes the letter that asks.
func (s *service) keep(tx *db.Tx, m *Reminder, spot Spot) error {
	now := s.Clock.Now()
	m.ID, m.CreatedAt, m.Confirmed = s.IDs.New(), now, m.Account != ""
	if !m.Confirmed {
		for email, most := range map[string]int{m.Email: maxWaiting, "": maxWaitingAll} {
			var n int
			if err := tx.QueryRow(countWaiting, db.Micros(now.Add(-unconfirmed)), email).Scan(&n); err != nil {
				return fmt.Errorf("waste reminder: %w", err)
			}
			if n >= most && email != "" {
				return nil // enough letters to this address; the answer does not tell
			} else if n >= most {
				return fault.New(fault.KindTooMany, "waste.too_many")
			}
		}
	}
	err := tx.QueryRow(insertReminder, m.ID, m.Account, m.Email, m.Place, m.Number, m.Hour, m.Lang, m.Host, m.Confirmed, db.Micros(now)).
		Scan(&m.ID, &m.Confirmed)
	if err != nil {
		return fmt.Errorf("waste reminder: %w", err)
	}
	if m.Account != "" {
		return nil
	}
	to, err := s.link(tx, m)
	if err != nil {
		return err
	}
	l := speak(i18n.Lang(m.Lang), s.Places())
	key := "waste.mail_ask"
	if m.Confirmed {
		key = "waste.mail_there" // somebody asked again for what runs already
	}
	return s.Mailer.Queue(tx, mail.Message{
		To: m.Email, Subject: l.T("waste.mail_ask_subject"), Text: l.T(key, "place", spot.Name(), "hour", m.Hour, "link", to),
	})
}

// byToken finds the reminder of a personal link; NotFound otherwise.
func (s *service) byToken(tx *db.Tx, token string) (Reminder, error) {
	m, err := db.One(tx, selectReminder, scanReminder, hashed(token), db.Micros(s.Clock.Now().Add(-linkKeep)))
	if errors.Is(err, db.ErrNotFound) {
		return m, fault.New(fault.KindNotFound, "waste.link_unknown")
	}
	return m, err
}

// reminderView is the page behind a personal link.
type reminderView struct {
	Reminder
	place  string
	errors []ui.FieldError
}

func (s *service) reminderPage(w http.ResponseWriter, r *http.Request) error {
	return s.showReminder(w, r, http.StatusOK, nil)
}

func (s *service) showReminder(w http.ResponseWriter, r *http.Request, status int, failed error) error {
	v := reminderView{errors: ui.FieldErrors(r.Context(), failed)}
	err := s.DB.View(r.Context(), func(tx *db.Tx) (err error) {
		v.Reminder, err = s.byToken(tx, r.PathValue("token"))
		return err
	})
	if err != nil {
		return err
	}
	if spot, ok := FindSpot(s.Places(), v.Place); ok {
		spot.Number = v.Number
		v.place = spot.Name()
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	return ui.Render(w, r, status, ui.Page{Title: i18n.T(r.Context(), "waste.reminder"), NoIndex: true}, reminderBody(v))
}

// changeReminder confirms, changes or ends a reminder. Confirming takes a press
// of a button, because programs that check letters open every link. A mail
// program that unsubscribes by itself posts nothing we ask for (RFC 8058).
func (s *service) changeReminder(w http.ResponseWriter, r *http.Request) error {
	action := r.PostFormValue("action")
	if r.PostFormValue("List-Unsubscribe") != "" {
		action = "end"
	}
	hour, wrong := parseHour(r.PostFormValue("hour"))
	if action == "save" && wrong != nil {
		return s.showReminder(w, r, http.StatusUnprocessableEntity, wrong)
	}
	key := ""
	err := s.DB.Update(r.Context(), func(tx *db.Tx) error {
		m, err := s.byToken(tx, r.PathValue("token"))
		if err != nil {
			return err
		}
		switch action {
		case "confirm":
			key = "waste.remind_on"
			_, err = tx.Exec(confirmReminder, m.ID)
		case "save":
			key = "waste.remind_saved"
			_, err = tx.Exec(setHour, m.ID, hour)
		case "end":
			key = "waste.remind_off"
			err = erase(tx, m.ID)
		default:
			err = fault.Invalid("action", "waste.action_unknown")
		}
		return err
	})
	if err != nil {
		return err
	}
	web.SetFlash(w, key)
	if action == "end" {
		return web.SeeOther(w, r, path+"?strasse=")
	}
	return web.SeeOther(w, r, r.URL.Path)
}

// erase removes a reminder altogether: nothing of the person stays.
func erase(tx *db.Tx, id string) error {
	if _, err := tx.Exec(dropLinks, id); err != nil {
		return fmt.Errorf("waste reminder: %w", err)
	}
	if _, err := tx.Exec(dropReminder, id); err != nil {
		return fmt.Errorf("waste reminder: %w", err)
	}
	return nil
}

// remind writes the letters of this evening. It may run as often as it likes:
// each reminder remembers the last day it told of.
func (s *service) remind(ctx context.Context, _ []byte) error {
	now := s.Clock.Now().In(s.Places().Location())
	tomorrow := DayOf(now).Add(1)
	if err := s.clean(ctx); err != nil {
		return err
	}
	var due []Reminder
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		due, err = db.All(tx, selectDue, scanReminder, now.Hour(), string(tomorrow))
		return err
	})
	if err != nil {
		return err
	}
	for i := range due {
		if err := s.remindOne(ctx, &due[i], tomorrow); err != nil {
			return err
		}
	}
	return nil
}

func (s *service) remindOne(ctx context.Context, m *Reminder, tomorrow Day) error {
	spot, ok := FindSpot(s.Places(), m.Place)
	if !ok {
		return nil // the street is gone; the person can still end it
	}
	spot.Number = m.Number
	var dates []Collection
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		dates, _, err = schedule(tx, spot, tomorrow, tomorrow.Add(1))
		return err
	})
	if err != nil || len(dates) == 0 {
		return err
	}
	to := m.Email
	if m.Account != "" {
		account, err := s.People.Account(ctx, m.Account)
		if fault.KindOf(err) == fault.KindNotFound || err == nil && account.Email == "" {
			return nil
		}
		if err != nil {
			return err
		}
		to = account.Email
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(setSent, m.ID, string(tomorrow))
		if err != nil || n == 0 { // another node was faster, or it was cancelled meanwhile
			return err
		}
		letter, err := s.letter(tx, m, spot, dates)
		if err != nil {
			return err
		}
		letter.To = to
		return s.Mailer.Queue(tx, letter)
	})
}

// letter tells of tomorrow's bins and how to end it.
func (s *service) letter(tx *db.Tx, m *Reminder, spot Spot, dates []Collection) (mail.Message, error) {
	l := speak(i18n.Lang(m.Lang), s.Places())
	var names, lines []string
	for _, c := range dates {
		v := viewOf(l, c)
		line := "– " + v.name
		if v.moved != "" {
			line += " (" + v.moved + ")"
		}
		names, lines = append(names, v.name), append(lines, line)
	}
	link, err := s.link(tx, m)
	if err != nil {
		return mail.Message{}, err
	}
	letter := mail.Message{
		Subject: richtext.Head(l.T("waste.mail_subject", "fractions", strings.Join(names, ", ")), 100),
		Text: l.T("waste.mail_text", "place", spot.Name(), "day", l.Date(dates[0].Day.In(l.Zone), i18n.DateLong),
			"fractions", strings.Join(lines, "\n"), "link", link),
	}
	if strings.HasPrefix(link, "https://") {
		letter.ListUnsubscribe = link
	}
	return letter, nil
}

// clean removes what nobody confirmed and links that are too old. It writes
// only when there is something, so that kept pages stay fresh.
func (s *service) clean(ctx context.Context) error {
	waiting, links := db.Micros(s.Clock.Now().Add(-unconfirmed)), db.Micros(s.Clock.Now().Add(-linkKeep))
	var n int
	err := s.DB.View(ctx, func(tx *db.Tx) error { return tx.QueryRow(countOld, waiting, links).Scan(&n) })
	if err != nil || n == 0 {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(dropOldLinks, links); err != nil {
			return err
		}
		_, err := tx.Exec(dropWaiting, waiting)
		return err
	})
}

package news

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/region"
)

// sampleText is one invented piece of news. Texts carry dates such as {Sa+0},
// so that a demo is never out of date.
type sampleText struct {
	by      string   // slug of the publisher
	town    string   // slug of the municipality it concerns
	village string   // slug of the village it concerns; the whole region without both
	streets []string // names

	days, hour  int // published so many days ago, at that hour; a negative number is scheduled
	title, text string
	topics      []string
	scene, alt  string // drawing
	place, at   string // what people call it, and the village whose centre is its point
	plain       [2]string
	english     [2]string
	residents   bool
	expires     int    // so many days ahead, negative: ago
	correction  string // what was corrected a day later
	withdrawn   string // reason
	waiting     string // e-mail of the author who waits for approval
}

// sampleCredit names who made the drawings.
const sampleCredit = "Zeichnung aus Dorflinde (Beispieldaten)"

// sample writes the hand-written news and then as many generated ones as asked.
func (s *service) sample(ctx context.Context, run capability.SampleRun) error {
	orgs, err := s.People.Organisations(ctx)
	if err != nil {
		return err
	}
	var ready []prepared
	for _, texts := range [][]sampleText{townTexts, clubTexts} {
		for i := range texts {
			n, err := s.sampleNews(ctx, orgs, &texts[i])
			if err != nil {
				return fmt.Errorf("news sample %q: %w", texts[i].title, err)
			}
			p, err := prepare(n)
			if err != nil {
				return fmt.Errorf("news sample %q: %w", texts[i].title, err)
			}
			ready = append(ready, p)
		}
	}
	if err := s.sampleWrite(ctx, ready); err != nil {
		return err
	}
	return s.sampleBulk(ctx, run, orgs)
}

// sampleWrite writes records; a withdrawn one is published first, so that
// outlets have something to take back.
func (s *service) sampleWrite(ctx context.Context, ready []prepared) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		for _, one := range ready {
			if one.State != compose.Withdrawn {
				if err := s.insert(tx, one); err != nil {
					return err
				}
				continue
			}
			before := *one.News
			before.State = compose.Published
			if err := s.create(tx, &before); err != nil {
				return err
			}
			after := *one.News
			after.Version = before.Version
			if err := s.save(tx, &after); err != nil {
				return err
			}
		}
		return nil
	})
}

// sampleNews makes the record of a text.
func (s *service) sampleNews(ctx context.Context, orgs *people.OrgDirectory, from *sampleText) (*News, error) {
	places, now := s.Places(), s.Clock.Now()
	o, ok := orgs.BySlug(from.by)
	if !ok {
		return nil, fmt.Errorf("no organisation %q", from.by)
	}
	local := now.In(places.Location())
	at := time.Date(local.Year(), local.Month(), local.Day()-from.days, from.hour, 12, 0, 0, local.Location()).UTC()
	if from.days >= 0 && at.After(now) {
		at = at.AddDate(0, 0, -1)
	}
	d := dates{today: local}
	n := &News{ID: s.IDs.New(), Sample: true}
	n.State, n.CreatedAt, n.UpdatedAt = compose.Published, at, at
	n.Publisher, n.Title, n.Text, n.Topics = o.ID, d.fill(from.title), d.fill(from.text), from.topics
	n.PublishAt, n.Place = at, from.place
	if from.expires != 0 {
		n.ExpiresAt = now.AddDate(0, 0, from.expires)
	}
	if from.residents {
		n.Audience = bulletin.ForResidents
	}
	if from.scene != "" {
		n.Pictures = []compose.Picture{compose.Scene(from.scene, from.alt)}
		n.Pictures[0].Credit = sampleCredit
	}
	for lang, text := range map[string][2]string{bulletin.LeichteSprache: from.plain, "en": from.english} {
		if text[0] != "" {
			n.Variants = append(n.Variants, compose.Variant{Lang: lang, Title: d.fill(text[0]), Text: d.fill(text[1])})
		}
	}
	if len(n.Variants) > 1 && n.Variants[0].Lang == "en" { // maps have no order
		n.Variants[0], n.Variants[1] = n.Variants[1], n.Variants[0]
	}
	if err := n.sampleScope(places, from); err != nil {
		return nil, err
	}
	if err := s.sampleLife(ctx, n, from); err != nil {
		return nil, err
	}
	return n, n.Check()
}

func (n *News) sampleScope(places *region.Directory, from *sampleText) error {
	village := func(slug string) (*region.Village, error) {
		v, ok := places.VillageBySlug(slug)
		if !ok {
			return nil, fmt.Errorf("no village %q", slug)
		}
		return v, nil
	}
	if from.town != "" {
		m, ok := places.MunicipalityBySlug(from.town)
		if !ok {
			return fmt.Errorf("no municipality %q", from.town)
		}
		n.Scope.MunicipalityID = m.ID
	}
	if from.village != "" {
		v, err := village(from.village)
		if err != nil {
			return err
		}
		n.Scope.MunicipalityID, n.Scope.VillageID = v.MunicipalityID, v.ID
		for _, name := range from.streets {
			street, ok := places.StreetByName(v.ID, name)
			if !ok {
				return fmt.Errorf("no street %q", name)
			}
			n.Scope.Streets = append(n.Scope.Streets, street.ID)
		}
	}
	if from.at != "" {
		v, err := village(from.at)
		if err != nil {
			return err
		}
		point := v.Centre
		n.Point = &point
	}
	return nil
}

func (s *service) sampleLife(ctx context.Context, n *News, from *sampleText) error {
	switch {
	case from.correction != "":
		n.Correction, n.CorrectedAt = from.correction, n.PublishAt.AddDate(0, 0, 1)
		n.UpdatedAt = n.CorrectedAt
	case from.withdrawn != "":
		n.State, n.Note, n.UpdatedAt = compose.Withdrawn, from.withdrawn, n.PublishAt.AddDate(0, 0, 2)
	case from.waiting != "":
		n.State, n.PublishAt = compose.Waiting, time.Time{}
		author, err := s.People.AccountByEmail(ctx, from.waiting)
		if err == nil {
			n.Author = author.ID
		} else if fault.KindOf(err) != fault.KindNotFound {
			return err
		}
	}
	return nil
}

// dates fills the dates of a text: {Sa+0} is the next Saturday in German,
// {Sa+1} the one after, {Sa-1} the last one; {sat+0} the same in English;
// {Monat-1} the month before this one.
type dates struct{ today time.Time }

var (
	dateMark = regexp.MustCompile(`\{([A-Za-z]+)([+-]\d+)\}`)
	weekdays = map[string]time.Weekday{
		"So": 0, "Mo": 1, "Di": 2, "Mi": 3, "Do": 4, "Fr": 5, "Sa": 6,
		"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6,
	}
	germanDays   = [...]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}
	germanMonths = [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
)

func (d dates) fill(text string) string {
	return dateMark.ReplaceAllStringFunc(text, func(mark string) string {
		part := dateMark.FindStringSubmatch(mark)
		count, err := strconv.Atoi(part[2])
		if err != nil {
			return mark
		}
		if part[1] == "Monat" {
			return germanMonths[(int(d.today.Month())-1+count%12+12)%12]
		}
		day, ok := weekdays[part[1]]
		if !ok {
			return mark
		}
		ahead := (int(day)-int(d.today.Weekday())+6)%7 + 1 // 1 to 7 days
		when := d.today.AddDate(0, 0, ahead+7*count)
		if count < 0 && ahead == 7 {
			when = when.AddDate(0, 0, -7) // today is not the last one
		}
		if part[1][0] >= 'a' {
			return when.Format("Monday, 2 January")
		}
		return germanDate(when)
	})
}

func germanDate(t time.Time) string {
	return germanDays[t.Weekday()] + ", " + strconv.Itoa(t.Day()) + ". " + germanMonths[t.Month()-1]
}

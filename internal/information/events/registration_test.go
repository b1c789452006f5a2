package events

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
)

func TestAdmitAndPromote(t *testing.T) {
	for _, tt := range []struct {
		plan          Plan
		taken, guests int
		want          Standing
		fault         string
	}{
		{Plan{}, 1000, 5, Confirmed, ""},
		{Plan{Capacity: 10}, 8, 2, Confirmed, ""},
		{Plan{Capacity: 10}, 8, 3, Waiting, ""},
		{Plan{Capacity: 10, NoWaiting: true}, 8, 3, "", "events.few_seats"},
		{Plan{Capacity: 10, NoWaiting: true}, 10, 1, "", "events.full"},
		{Plan{Capacity: 10}, 12, 1, Waiting, ""}, // the organiser took seats away
	} {
		got, err := tt.plan.admit(tt.taken, tt.guests)
		if got != tt.want || (tt.fault != "" && (len(fault.All(err)) == 0 || fault.All(err)[0].Key != tt.fault)) {
			t.Errorf("%+v taken %d guests %d: %s %v", tt.plan, tt.taken, tt.guests, got, err)
		}
	}
	list := []Registration{
		{ID: "a", Standing: Confirmed, Guests: 6}, {ID: "d", Standing: Waiting, Guests: 1, Created: bulletintest.Present.Add(3)},
		{ID: "b", Standing: Waiting, Guests: 2, Created: bulletintest.Present.Add(1)}, {ID: "c", Standing: Waiting, Guests: 5, Created: bulletintest.Present.Add(2)},
		{ID: "e", Standing: Cancelled, Guests: 1}, {ID: "f", Standing: Waiting, Guests: 2, Created: bulletintest.Present.Add(4)},
	}
	plan := Plan{Capacity: 10}
	if up := plan.promote(list); !slices.Equal(up, []int{2, 1}) { // b, then d; c is too many, f no longer fits
		t.Errorf("%v move up", up)
	}
}

func TestConfirmedGuestsNeverExceedCapacity(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		plan := Plan{Capacity: rapid.IntRange(1, 12).Draw(rt, "capacity"), MaxGuests: 5}
		var list []Registration
		settle := func() {
			for _, i := range plan.promote(list) {
				list[i].Standing = Confirmed
			}
		}
		for i := range rapid.IntRange(1, 40).Draw(rt, "steps") {
			if len(list) > 0 && rapid.Bool().Draw(rt, "cancel") {
				list[rapid.IntRange(0, len(list)-1).Draw(rt, "who")].Standing = Cancelled
				settle()
			} else {
				taken, _ := seats(list)
				guests := rapid.IntRange(1, 5).Draw(rt, "guests")
				standing, err := plan.admit(taken, guests)
				if err != nil {
					rt.Fatal(err)
				}
				list = append(list, Registration{ID: strconv.Itoa(i), Standing: standing, Guests: guests, Created: bulletintest.Present.Add(time.Duration(i))})
			}
			taken, _ := seats(list)
			if taken > plan.Capacity {
				rt.Fatalf("%d of %d seats given", taken, plan.Capacity)
			}
			for _, g := range list { // nobody waits who would fit
				if g.Standing == Waiting && g.Guests <= plan.free(taken) {
					rt.Fatalf("%d wait although %d seats are free", g.Guests, plan.free(taken))
				}
			}
		}
	})
}

func TestRegistrationCheck(t *testing.T) {
	plan := &Plan{MaxGuests: 4}
	for name, g := range map[string]Registration{
		"name": {Email: "v@example.org", Guests: 1}, "email": {Name: "V", Guests: 1}, "email ": {Name: "V", Email: "nope", Guests: 1},
		"email  ": {Name: "V", Email: "v@example.org\nBcc: x@example.org", Guests: 1},
		"guests":  {Name: "V", Email: "v@example.org", Guests: 5}, "guests ": {Name: "V", Phone: "08243 960", Guests: 0},
		"phone": {Name: "V", Phone: "12", Guests: 1}, "message": {Name: "V", Phone: "08243 960", Guests: 1, Message: strings.Repeat("x", 1001)},
	} {
		err := g.check(plan)
		if all := fault.All(err); len(all) == 0 || all[0].Field != strings.TrimSpace(name) {
			t.Errorf("%q: %v", name, err)
		}
	}
	good := Registration{Name: " Vroni\r\nHuber ", Email: "Vroni@Example.org ", Guests: 4}
	if err := good.check(plan); err != nil || good.Name != "Vroni Huber" || good.Email != "vroni@example.org" {
		t.Errorf("%+v %v", good, err)
	}
}

// concert is a published event with registration.
func (r *rig) concert(plan Plan, change ...func(*Event)) Event {
	r.t.Helper()
	var e Event
	e.ID, e.Publisher, e.Title, e.State = r.IDs.New(), r.Orgs["musikverein-leeder"], "Adventskonzert", compose.Published
	e.Start, e.End = at(r.t, "2026-12-06 17:00").UTC(), at(r.t, "2026-12-06 19:00").UTC()
	e.Place, e.PublishAt, e.CreatedAt, e.UpdatedAt, e.Plan = "Pfarrkirche Leeder", bulletintest.Present, bulletintest.Present, bulletintest.Present, &plan
	for _, f := range change {
		f(&e)
	}
	must(r.t, e.check())
	must(r.t, r.DB.Update(context.Background(), func(tx *db.Tx) error { return r.create(tx, &e) }))
	return e
}

func (r *rig) signUp(e *Event, name string, guests int) (Registration, string, error) {
	d, err := r.chooseDate(e, "", r.Places.Location(), r.Clock.Now())
	if err != nil {
		return Registration{}, "", err
	}
	g := Registration{Name: name, Email: strings.ReplaceAll(strings.ToLower(name), " ", "") + "@example.org", Guests: guests}
	token, err := r.register(r.Speak(context.Background(), i18n.German), e, d, &g, "")
	return g, token, err
}

func (r *rig) standings(e *Event) (out []string, taken, waiting int) {
	r.t.Helper()
	var list []Registration
	must(r.t, r.DB.View(context.Background(), func(tx *db.Tx) (err error) {
		list, err = db.All(tx, allRegistrations, scanRegistration, e.ID)
		return err
	}))
	for _, g := range list {
		out = append(out, g.Name+" "+string(g.Standing))
	}
	taken, waiting = seats(list)
	return out, taken, waiting
}

func TestWaitingListMovesUpAndIsTold(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		e := r.concert(Plan{Capacity: 3, MaxGuests: 3})
		anna, _, err := r.signUp(&e, "Anna", 2)
		must(t, err)
		for _, who := range []struct {
			name   string
			guests int
		}{{"Berti", 2}, {"Cilli", 1}} {
			r.Clock.Advance(time.Minute)
			if _, _, err := r.signUp(&e, who.name, who.guests); err != nil {
				t.Fatal(err)
			}
		}
		if got, taken, waiting := r.standings(&e); taken != 3 || waiting != 2 {
			t.Fatalf("%q", got)
		}
		letters := r.Letters()
		if len(letters) != 3 || !strings.Contains(letters[0].Text, "/anmeldung/") || !strings.Contains(letters[1].Subject, "Warteliste") {
			t.Fatalf("%+v", letters)
		}
		if _, err := r.cancelRegistration(r.Speak(context.Background(), i18n.German), e.ID, anna.ID); err != nil {
			t.Fatal(err)
		}
		if got, taken, _ := r.standings(&e); taken != 3 || !slices.Contains(got, "Berti confirmed") || !slices.Contains(got, "Anna cancelled") {
			t.Errorf("%q", got)
		}
		letters = r.Letters()
		last := letters[len(letters)-1]
		if len(letters) != 4 || last.To != "berti@example.org" || !strings.HasPrefix(last.Subject, "Ein Platz ist frei") {
			t.Errorf("%+v", last)
		}
		_, token, _ := strings.Cut(last.Text, "/anmeldung/")
		if a := r.Get("", "/anmeldung/"+token[:22]); a.Status != 200 || !strings.Contains(a.Body, "Sie sind angemeldet") {
			t.Errorf("the new link: %d %s", a.Status, a.Body)
		}
	})
}

func TestNeverOverbookedByTwoHundredAtOnce(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		const capacity = 50
		e := r.concert(Plan{Capacity: capacity, MaxGuests: 3})
		var all sync.WaitGroup
		errs := make(chan error, 200)
		for i := range 200 {
			all.Go(func() {
				_, _, err := r.signUp(&e, fmt.Sprintf("Gast %d", i), i%3+1)
				errs <- err
			})
		}
		all.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				t.Errorf("a registration failed: %v", err)
			}
		}
		list, taken, waiting := r.standings(&e)
		if len(list) != 200 || taken > capacity || taken < capacity-2 || taken+waiting != 399 {
			t.Errorf("%d registrations, %d seats, %d waiting", len(list), taken, waiting)
		}
	})
}

func TestCancellingAndChangingAtOnceStaysWithinCapacity(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		e := r.concert(Plan{Capacity: 10, MaxGuests: 5})
		var ids []string
		for i := range 20 {
			g, _, err := r.signUp(&e, fmt.Sprintf("Gast %d", i), 2)
			must(t, err)
			ids = append(ids, g.ID)
		}
		var all sync.WaitGroup
		for i, id := range ids {
			all.Go(func() {
				var err error
				if i%2 == 0 {
					_, err = r.cancelRegistration(r.Speak(context.Background(), i18n.German), e.ID, id)
				} else {
					_, err = r.alter(r.Speak(context.Background(), i18n.German), e.ID, id, r.changeTo(&registrationForm{name: "G", guests: strconv.Itoa(i%5 + 1)}))
				}
				if err != nil && fault.KindOf(err) != fault.KindConflict {
					t.Errorf("change: %v", err)
				}
			})
		}
		all.Wait()
		if got, taken, _ := r.standings(&e); taken > 10 || taken < 6 {
			t.Errorf("%d seats: %q", taken, got)
		}
	})
}

func TestClosedRegistrations(t *testing.T) {
	r := newRig(t, dbSQLite(t))
	for name, c := range map[string]struct {
		plan   Plan
		change func(*Event)
		key    string
	}{
		"over":      {Plan{Deadline: bulletintest.Present.Add(-time.Hour)}, func(*Event) {}, "events.too_late"},
		"cancelled": {Plan{}, func(e *Event) { e.Status = bulletin.Cancelled }, "events.is_cancelled"},
		"none":      {Plan{}, func(e *Event) { e.Plan = nil }, "events.no_registration"},
		"begun":     {Plan{}, func(e *Event) { e.Start, e.End = bulletintest.Present.Add(-time.Hour), bulletintest.Present }, "events.too_late"},
	} {
		e := r.concert(c.plan, c.change)
		if _, _, err := r.signUp(&e, "Anna", 1); len(fault.All(err)) == 0 || fault.All(err)[0].Key != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRegistrationsAreErased(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		e := r.concert(Plan{})
		_, token, err := r.signUp(&e, "Anna", 1)
		must(t, err)
		r.Clock.Set(e.End.Add(keepRegistrations - time.Hour))
		must(t, r.erase(context.Background(), nil))
		if got, _, _ := r.standings(&e); len(got) != 1 {
			t.Errorf("erased too early: %q", got)
		}
		r.Clock.Advance(2 * time.Hour)
		must(t, r.erase(context.Background(), nil))
		if got, _, _ := r.standings(&e); len(got) != 0 {
			t.Errorf("still there: %q", got)
		}
		if a := r.Get("", "/anmeldung/"+token); a.Status != 404 {
			t.Errorf("the link still leads somewhere: %d", a.Status)
		}
	})
}

func TestEachDateHasItsOwnSeats(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		e := r.concert(Plan{Capacity: 1, EachDate: true, Deadline: at(t, "2026-12-05 17:00").UTC()}, func(e *Event) { e.Rule = "FREQ=WEEKLY;COUNT=3" })
		zone := r.Places.Location()
		for i, day := range []string{"2026-12-06", "2026-12-13", "2026-12-13"} {
			d, err := r.chooseDate(&e, day, zone, r.Clock.Now())
			must(t, err)
			if until := e.Plan.until(&e, d); d.Start.Sub(until) != 24*time.Hour {
				t.Errorf("one registers for %s until %s", day, until)
			}
			g := Registration{Name: fmt.Sprint("Gast ", i), Phone: "08243 96010", Guests: 1}
			_, err = r.register(r.Speak(context.Background(), i18n.German), &e, d, &g, "")
			must(t, err)
		}
		if got, _, _ := r.standings(&e); !slices.Equal(got, []string{"Gast 0 confirmed", "Gast 1 confirmed", "Gast 2 waiting"}) {
			t.Errorf("%q", got)
		}
	})
}

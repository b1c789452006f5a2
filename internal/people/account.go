package people

import (
	"time"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/mail"
)

// Account is a person who has signed in, or will by card.
type Account struct {
	ID        string
	Name      string // as shown to others; may be empty until the person gives one
	Email     string // as mail.Address gives it; empty for accounts by card
	Locale    string // "de", "en" or empty for the browser's
	Theme     string // "light", "dark" or empty for the device's
	VillageID string
	StreetID  string
	Operator  bool
	Blocked   bool
	Created   time.Time
	Seen      time.Time
}

// Check normalises the account and tells what is wrong with it.
func (a *Account) Check() error {
	var faults fault.List
	a.Name = line(a.Name)
	faults.Add(tooLong("name", a.Name, maxName))
	if a.Email != "" {
		address, err := mail.Address(a.Email)
		if err != nil {
			faults.Add(fault.Invalid("email", "people.email"))
		}
		a.Email = address
	}
	if a.Locale != "" && a.Locale != "de" && a.Locale != "en" {
		faults.Add(fault.Invalid("locale", "people.locale"))
	}
	if a.Theme != "" && a.Theme != "light" && a.Theme != "dark" {
		faults.Add(fault.Invalid("theme", "people.theme"))
	}
	return faults.Err()
}

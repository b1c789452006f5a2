package people

import (
	"embed"
	"slices"
	"time"

	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/jobs"
)

// Messages are the texts of this package.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

const cleanupKind = "people.cleanup"

// Capability is what this package hands to the house.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{
		Name:       "people",
		Migrations: Files,
		Messages:   Messages,
		Routes:     slices.Concat(s.signInRoutes(), s.accountRoutes(), s.organisationRoutes(), s.cardRoutes(), s.operatorRoutes()),
		Jobs:       map[string]jobs.Handler{cleanupKind: s.cleanup},
		Every:      []jobs.Periodic{{Kind: cleanupKind, Every: 6 * time.Hour}},
		Tables:     Tables(),
	}
}

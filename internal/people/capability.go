package people

import (
	"embed"

	"dorflinde/internal/platform/capability"
)

// Messages are the texts of this package.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// Capability is what this package hands to the house.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{Name: "people", Migrations: Files, Messages: Messages, Tables: Tables()}
}

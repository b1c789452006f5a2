package i18n

import "embed"

// Messages are the few words this package itself needs.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

package ui

// icons are drawn on 24 × 24 units with a stroke of 1.8 and round ends.
var icons = map[string]string{
	"report":      `<path d="M12 9v5M12 17.200v.1M10.3 4.2 2.9 17.500A2 2 0 0 0 4.6 20.500h14.800a2 2 0 0 0 1.7-3L13.7 4.200a2 2 0 0 0-3.4 0Z"/>`,
	"document":    `<path d="M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6"/>`,
	"calendar":    `<rect x="4" y="5" width="16" height="16" rx="2"/><path d="M4 10h16M8 3v4M16 3v4"/>`,
	"bin":         `<path d="M5 8h14l-1.2 13H6.200zM9 8V5h6v3M3 8h18M10 12v5M14 12v5"/>`,
	"people":      `<circle cx="9" cy="8" r="3.5"/><path d="M3 20c0-4 3-6 6-6s6 2 6 6M16 4.800a3.5 3.5 0 0 1 0 6.400M18 14.300c2 .9 3 3 3 5.7"/>`,
	"person":      `<circle cx="12" cy="8" r="4"/><path d="M5 21c0-4.5 3.2-7 7-7s7 2.5 7 7"/>`,
	"check":       `<path d="m4 12.5 5 5L20 6"/>`,
	"vote":        `<path d="M4 13v7h16v-7M8 13h8M9 9.500l2.2 2.200L16 6.500M4 13l3-4M20 13l-3-4"/>`,
	"search":      `<circle cx="11" cy="11" r="6.5"/><path d="m16 16 5 5"/>`,
	"map":         `<path d="m3 6 6-2.5 6 2.5 6-2.500V18l-6 2.500L9 18l-6 2.500zM9 3.500V18M15 6v14.5"/>`,
	"list":        `<path d="M9 6h11M9 12h11M9 18h11M4.5 6h.1M4.5 12h.1M4.5 18h.1"/>`,
	"bell":        `<path d="M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4"/>`,
	"feed":        `<path d="M5 11a8 8 0 0 1 8 8M5 5a14 14 0 0 1 14 14M5.5 18.500h.1"/>`,
	"edit":        `<path d="m4 20 1-4.500L16 4.500l3.5 3.500L8.5 19zM13.5 7l3.5 3.5"/>`,
	"plus":        `<path d="M12 5v14M5 12h14"/>`,
	"clock":       `<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>`,
	"pin":         `<path d="M12 21.500C9 17 5.5 13.5 5.5 9.500a6.5 6.5 0 0 1 13 0c0 4-3.5 7.5-6.5 12Z"/><circle cx="12" cy="9.5" r="2.3"/>`,
	"phone":       `<path d="M5 4h4l1.8 4.500L8.5 10a12 12 0 0 0 5.5 5.500l1.5-2.300L20 15v4c0 1-.8 1.5-1.5 1.500C10.5 20 4 13.5 3.5 5.5 3.5 4.8 4 4 5 4Z"/>`,
	"mail":        `<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m3.5 7 8.5 6.500L20.5 7"/>`,
	"globe":       `<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c2.7 2.7 4 5.6 4 9s-1.3 6.3-4 9c-2.7-2.7-4-5.6-4-9s1.3-6.3 4-9Z"/>`,
	"accessible":  `<circle cx="12" cy="4.5" r="1.5"/><path d="M5.5 8.5 12 9.500l6.5-1M12 9.500v4.500l-3 6.500M12 14l3 6.5"/>`,
	"wheelchair":  `<circle cx="10" cy="4" r="1.5"/><path d="M10 8v6h5.500l2.5 5.5 2-.8M10 10.500h4.500M7.5 11a5 5 0 1 0 7.3 6"/>`,
	"warning":     `<path d="M12 9v5M12 17.200v.1M10.3 4.2 2.9 17.500A2 2 0 0 0 4.6 20.500h14.800a2 2 0 0 0 1.7-3L13.7 4.200a2 2 0 0 0-3.4 0Z"/>`,
	"danger":      `<path d="M8.3 3h7.400L21 8.300v7.400L15.7 21H8.300L3 15.700V8.300zM12 7.500v5.500M12 16.300v.1"/>`,
	"info":        `<circle cx="12" cy="12" r="9"/><path d="M12 11v5.500M12 7.700v.1"/>`,
	"success":     `<circle cx="12" cy="12" r="9"/><path d="m8 12.3 2.8 2.800L16 9.5"/>`,
	"close":       `<path d="m6 6 12 12M18 6 6 18"/>`,
	"menu":        `<path d="M4 7h16M4 12h16M4 17h16"/>`,
	"arrow-left":  `<path d="M20 12H4M10 6l-6 6 6 6"/>`,
	"arrow-right": `<path d="M4 12h16M14 6l6 6-6 6"/>`,
	"share":       `<path d="M12 15V3.500M8 7l4-3.500L16 7M7 11H5v10h14V11h-2"/>`,
	"download":    `<path d="M12 4v11M8 11.500l4 4 4-4M5 20h14"/>`,
	"upload":      `<path d="M12 16V5M8 8.500l4-4 4 4M5 20h14"/>`,
	"eye":         `<path d="M2.5 12C4.5 8 8 5.5 12 5.500s7.5 2.5 9.5 6.500c-2 4-5.5 6.5-9.5 6.500S4.5 16 2.5 12Z"/><circle cx="12" cy="12" r="3"/>`,
	"lock":        `<rect x="5" y="11" width="14" height="10" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`,
	"key":         `<circle cx="8" cy="15.5" r="4.5"/><path d="M11.3 12.3 20 3.500M16 7.500l3 3"/>`,
	"leaf":        `<path d="M12 22V9M12 18C4.5 18 3 12.5 3.7 8 7 9 8.5 6.5 12 2.5 15.5 6.5 17 9 20.3 8 21 12.5 19.5 18 12 18ZM12 14l-3-2.200M12 14l3-2.2"/>`,
	"filter":      `<path d="M4 7h9M18 7h2M4 17h2M11 17h9"/><circle cx="15.5" cy="7" r="2.5"/><circle cx="8.500" cy="17" r="2.5"/>`,
	"settings":    `<circle cx="12" cy="12" r="3"/><path d="M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.600l2.2 2.200M16.2 16.200l2.2 2.200M18.4 5.600l-2.2 2.200M7.8 16.200l-2.2 2.2"/>`,
	"sun":         `<circle cx="12" cy="12" r="4"/><path d="M12 2.500v2M12 19.500v2M2.5 12h2M19.5 12h2M5.3 5.300l1.4 1.400M17.3 17.300l1.4 1.400M18.7 5.300l-1.4 1.400M6.7 17.300l-1.4 1.4"/>`,
	"moon":        `<path d="M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500Z"/>`,
	"contrast":    `<circle cx="12" cy="12" r="9"/><path d="M12 3v18" /><path d="M12 3a9 9 0 0 1 0 18Z" fill="currentColor"/>`,
	"image":       `<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m4 17 5-5 4 4 3-3 4 4"/><circle cx="15.5" cy="9" r="1.3"/>`,
	"attachment":  `<path d="m20 11-8.5 8.500a5 5 0 0 1-7-7L13 4a3.5 3.5 0 0 1 5 5l-8.3 8.300a1.8 1.8 0 0 1-2.5-2.500L14.5 7.5"/>`,
	"repeat":      `<path d="M4 12V9a3 3 0 0 1 3-3h12M16 3l3 3-3 3M20 12v3a3 3 0 0 1-3 3H5M8 21l-3-3 3-3"/>`,
	"bus":         `<rect x="4" y="4" width="16" height="13" rx="2"/><path d="M4 11h16M7 17v3M17 17v3M8 14h.1M16 14h.1"/>`,
	"car":         `<path d="M3 16v-3l2-1 2-5h9l3 5 2 1v3zM7 12h11"/><circle cx="7.5" cy="16.5" r="2"/><circle cx="16.5" cy="16.5" r="2"/>`,
	"house":       `<path d="m3 11 9-8 9 8M6 9v12h12V9M10 21v-6h4v6"/>`,
	"heart":       `<path d="M12 20.500C6 16 3 12.5 3 9a4.7 4.7 0 0 1 9-2 4.7 4.7 0 0 1 9 2c0 3.5-3 7-9 11.500Z"/>`,
	"message":     `<path d="M4 5h16v12h-9l-5 4v-4H4zM8 9.500h8M8 13h5"/>`,
	"flag":        `<path d="M5 21V4M5 4.500c4-2 7 2 14 0v9c-7 2-10-2-14 0"/>`,
	"print":       `<path d="M7 8V3h10v5M7 17H4V9h16v8h-3M7 14h10v7H7z"/>`,
	"tag":         `<path d="M3 12V4h8l10 10-7.5 7.500zM7.5 8h.1"/>`,
	"chart":       `<path d="M4 4v16h16M8 16v-4M12 16V8M16 16v-6"/>`,
	"euro":        `<path d="M18 6.500A7 7 0 1 0 18 17.500M4 10.500h9M4 13.500h8"/>`,
	"history":     `<path d="M4 5v4.500h4.500M4.5 9.500A8.5 8.5 0 1 1 3.5 13M12 8v4.500l3 2"/>`,
	"signout":     `<path d="M14 4H5v16h9M10 12h11M17 8l4 4-4 4"/>`,
	"trash":       `<path d="M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6M14 11v6"/>`,
	"copy":        `<rect x="8" y="8" width="12" height="13" rx="2"/><path d="M16 8V4H4v13h4"/>`,
	"star":        `<path d="m12 3 2.7 5.8 6.3.8-4.6 4.3 1.2 6.300L12 17.100l-5.6 3.1 1.2-6.300L3 9.600l6.3-.8z"/>`,
}

// Icons lists the names Icon knows.
func Icons() []string {
	names := make([]string, 0, len(icons))
	for name := range icons {
		names = append(names, name)
	}
	return names
}

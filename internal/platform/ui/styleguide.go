package ui

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"dorflinde/web"
)

//go:embed styleguide.json
var guideJSON []byte

// guide is what the styleguide shows: invented content, kept outside the code.
type guide struct {
	Title, Lead, Greeting, Placeholder string
	Words                              map[string]string
	Places, Tasks, Trail, Tabs         []Link
	Cards                              []CardView
	Facts                              []Fact
	Dates                              []BoxItem
	Hours                              []HoursRow
	Kinds, Villages, Contact           []Option
	Answers                            []SummaryRow
	Steps                              []Step
	Checks                             []Check
	Empty                              EmptyView
	Desk                               []DeskGroup
	Inbox                              []RowView
	Thread                             []MessageView
	Feeds                              []FeedLink
	Month                              MonthView
	Rows                               [][2]string
}

var readGuide = sync.OnceValues(func() (guide, error) {
	var g guide
	if err := json.Unmarshal(guideJSON, &g); err != nil {
		return g, fmt.Errorf("ui: styleguide content: %w", err)
	}
	for i, c := range g.Cards {
		if c.ImageURL != "" {
			g.Cards[i].ImageURL = Scene(c.ImageURL)
		}
		if c.PublisherArms != "" {
			g.Cards[i].PublisherArms = ArmsAsset(c.PublisherArms)
		}
	}
	return g, nil
})

// drawn lists the names of the drawings in a folder of the bundle.
func drawn(folder string) []string {
	var names []string
	for _, name := range web.Names(folder) {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(name, folder), ".svg"))
	}
	slices.Sort(names)
	return names
}

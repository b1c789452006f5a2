package browsertest

import "testing"

// TestJourneys plays the tasks people do, from the first key press to what
// everybody else sees of it; each script gets a house of its own.
func TestJourneys(t *testing.T) {
	chromium(t)
	for _, script := range []string{"journeys-write.mjs", "journeys-people.mjs", "journeys-plain.mjs"} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			serve(t).run(t, script)
		})
	}
}

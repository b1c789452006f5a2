package benchmark

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// peakMemory is the largest resident size of an ended process in kilobytes.
func peakMemory(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss
}

// Report writes the figures as a page of the documentation.
func Report(w io.Writer, commit string, at time.Time, lines []Line) error {
	var b strings.Builder
	fmt.Fprintf(&b, `# Benchmarks

Made by `+"`make bench`"+`; run it on your own machine. Server, bare handler and
load generator are processes on the same cores, so absolute figures are low and
ratios are what counts. The bare handler answers three bytes with net/http.

- commit: %s
- machine: %s, %d cores, %s/%s, %s
- date: %s
- requests ask for no compression; each goes over a kept connection; a write is
  acknowledged when it is on disk (SQLite, WAL, synchronous=FULL, group commit)

| what | goal | measured | |
|---|---|---|---|
`, commit, processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), at.Format(time.DateOnly))
	for _, l := range lines {
		mark := "met"
		switch {
		case l.Goal == "–" || l.Goal == "the yardstick":
			mark = ""
		case !l.Met:
			mark = "**missed**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", l.What, l.Goal, l.Measured, mark)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func processor() string {
	raw, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for line := range strings.Lines(string(raw)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return "unknown processor"
}

// Command dorflinde is the digital village square of a rural municipality, or
// of several together, in one binary.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands lists every subcommand; each has a file of its own.
type commands struct {
	Demo     demoCommand     `cmd:"" help:"Open a sample region, ready to click."`
	Serve    serveCommand    `cmd:"" help:"Run the region."`
	Token    tokenCommand    `cmd:"" help:"Print one API token of an organisation."`
	Bench    benchCommand    `cmd:"" help:"Measure what the program promises."`
	Init     initCommand     `cmd:"" help:"Make a region."`
	Migrate  migrateCommand  `cmd:"" help:"Bring the database up to date."`
	Check    checkCommand    `cmd:"" help:"Look for what is broken, and say how to mend it."`
	User     userCommand     `cmd:"" help:"List, add and change accounts."`
	Import   importCommand   `cmd:"" help:"Take in a calendar, a feed, a table or a WordPress site."`
	Export   exportCommand   `cmd:"" help:"Write everything of the region as one ZIP of open formats."`
	Backup   backupCommand   `cmd:"" help:"Write database and uploads into one file, while the server runs."`
	Restore  restoreCommand  `cmd:"" help:"Bring a backup back into an empty place."`
	Selftest selftestCommand `cmd:"" help:"Open a demo in a temporary folder and try its main paths."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// console is where a command talks; tests replace it.
type console struct {
	ctx context.Context
	out io.Writer
	err io.Writer
	env []string
}

// The program would rather use some of the memory it is given than collect
// garbage all the time; both can be set from outside as usual with Go.
const (
	gcPercent   = 300
	memoryLimit = 112 << 20 // bytes; beyond it the collector works harder
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(console{ctx: ctx, out: os.Stdout, err: os.Stderr, env: os.Environ()}, os.Args[1:]))
}

// run returns the exit status: 0 only if all of it was done, 2 for wrong usage.
func run(c console, args []string) int {
	var all commands
	parser, err := kong.New(&all,
		kong.Name("dorflinde"),
		kong.Description("The digital village square: one binary, one database, open standards."),
		kong.Writers(c.out, c.err), kong.Exit(func(int) {}), kong.UsageOnError(), kong.Bind(&c))
	if err != nil {
		fmt.Fprintln(c.err, "dorflinde:", err)
		return 1
	}
	if len(args) == 0 || args[0] == "--help" || args[0] == "-h" || args[0] == "help" {
		return help(parser, c)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(c.err, "dorflinde:", err)
		return 2
	}
	if err := parsed.Run(&c); err != nil {
		fmt.Fprintln(c.err, "dorflinde:", err)
		return 1
	}
	return 0
}

// help shows the commands; asking for it is not a mistake.
func help(parser *kong.Kong, c console) int {
	trace, err := kong.Trace(parser, nil)
	if err == nil {
		err = trace.PrintUsage(false)
	}
	if err != nil {
		fmt.Fprintln(c.err, "dorflinde:", err)
		return 1
	}
	return 0
}

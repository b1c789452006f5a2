// Command withpostgres runs a command with a throwaway PostgreSQL server, from
// the binaries installed on the machine, as an unprivileged user:
//
//	withpostgres go test ./...
//
// Where no server is installed it says so in one line and runs the command
// without; the tests on PostgreSQL then skip.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"dorflinde/internal/platform/db/dbtest"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: withpostgres COMMAND [ARGUMENT ...]")
		os.Exit(2)
	}
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
	}
	os.Exit(code)
}

func run(command []string) (int, error) {
	bin := binaries()
	if bin == "" {
		fmt.Fprintln(os.Stderr, "withpostgres: no PostgreSQL server is installed; the tests on PostgreSQL are skipped")
		return execute(command, os.Environ())
	}
	dir, err := os.MkdirTemp("", "dorflinde-pg")
	if err != nil {
		return 1, err
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, "withpostgres:", err)
		}
	}()
	server, dsn, err := start(bin, dir)
	if err != nil {
		return 1, err
	}
	code, runErr := execute(command, append(os.Environ(), dbtest.EnvPostgres+"="+dsn))
	stopErr := server.Process.Signal(syscall.SIGQUIT)
	if waitErr := server.Wait(); stopErr == nil && waitErr != nil {
		var exit *exec.ExitError
		if !errors.As(waitErr, &exit) {
			stopErr = waitErr
		}
	}
	return code, errors.Join(runErr, stopErr)
}

// binaries finds the newest installed server.
func binaries() string {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		if path, err := exec.LookPath("initdb"); err == nil {
			return filepath.Dir(path)
		}
		return ""
	}
	sort.Strings(found)
	return filepath.Dir(found[len(found)-1])
}

func start(bin, dir string) (*exec.Cmd, string, error) {
	who, err := unprivileged(dir)
	if err != nil {
		return nil, "", err
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = who, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, "", fmt.Errorf("initdb: %w\n%s", err, out)
	}
	server := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=300", "-c", "shared_buffers=64MB")
	server.SysProcAttr, server.Dir, server.Stderr = who, dir, nil
	if err := server.Start(); err != nil {
		return nil, "", err
	}
	dsn := "postgres://postgres@/postgres?host=" + dir
	return server, dsn, await(dsn)
}

// await polls until the server answers.
func await(dsn string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		c, err := pgx.Connect(ctx, dsn)
		if err == nil {
			return c.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL did not answer within 30 seconds: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// unprivileged picks an account for the server, which refuses to run as root.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return &syscall.SysProcAttr{Setpgid: true}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		attr := &syscall.SysProcAttr{Setpgid: true, Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		return attr, os.Chown(dir, int(uid), int(gid))
	}
	return nil, errors.New("running as root, and neither the account postgres nor nobody exists")
}

func execute(command, env []string) (int, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, os.Stdout, os.Stderr
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(interrupts)
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}

package benchmark

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is a server started for a run.
type Process struct {
	Addr string
	// Answered is how long it took from its start to the first answer.
	Answered time.Duration
	cmd      *exec.Cmd
}

// Start runs a command and waits until the path answers 200.
func Start(ctx context.Context, addr, path string, binary string, args ...string) (*Process, error) {
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{Addr: addr, cmd: cmd}
	limit := time.NewTimer(10 * time.Minute)
	defer limit.Stop()
	for {
		if ok := probe(addr, path); ok {
			p.Answered = time.Since(begin)
			return p, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-limit.C:
			return nil, errors.Join(errors.New("the server did not answer within ten minutes"), p.Stop())
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func probe(addr, path string) bool {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	if conn.SetDeadline(time.Now().Add(5*time.Second)) != nil {
		return false
	}
	if _, err := conn.Write(Get(addr, path)); err != nil {
		return false
	}
	status, _, err := readAnswer(bufio.NewReader(conn))
	return err == nil && status == http.StatusOK
}

// Stop ends the server and waits for it.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil // ended by the signal, which is what was asked
	}
	return err
}

// Memory is the resident memory of the server in bytes, now and at its peak.
func (p *Process) Memory() (now, peak int64, err error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(raw)) {
		switch {
		case strings.HasPrefix(line, "VmRSS:"):
			now, err = kilobytes(line)
		case strings.HasPrefix(line, "VmHWM:"):
			peak, err = kilobytes(line)
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return now, peak, nil
}

func kilobytes(line string) (int64, error) {
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return 0, fmt.Errorf("unexpected line %q", line)
	}
	n, err := strconv.ParseInt(fields[1], 10, 64)
	return n << 10, err
}

// Bare serves the handler everything is compared with: net/http and nothing else.
func Bare(ctx context.Context, addr string) error {
	answer := []byte("ok\n")
	server := &http.Server{
		Addr: addr, ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if _, err := w.Write(answer); err != nil {
				return // the other side is gone
			}
		}),
	}
	stopped := context.AfterFunc(ctx, func() {
		if err := server.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	})
	defer stopped()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// FreeAddr finds an address of this machine nobody listens on.
func FreeAddr(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

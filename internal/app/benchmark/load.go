// Package benchmark measures what the product promises: a load generator that
// costs little beside the server it drives, and the runs whose results go into
// docs/benchmarks.md. Servers run as processes of their own; the generator
// talks to addresses of this machine only.
package benchmark

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Load is one run: the same kind of request over several connections.
type Load struct {
	Addr        string
	Connections int
	For         time.Duration // how long; or
	Requests    int           // how many in total
	// Request makes the n-th request of a connection, whole, as it goes over
	// the wire.
	Request func(connection, n int) []byte
	// Want is the status that counts as success.
	Want int
}

// Result is what a run measured.
type Result struct {
	Requests  int
	Wrong     int // answers with another status
	Took      time.Duration
	PerSecond float64
	P50, P99  time.Duration
	Bytes     int64 // of bodies
}

func (r Result) String() string {
	return fmt.Sprintf("%.0f/s, p50 %s, p99 %s, %d requests, %d wrong", r.PerSecond,
		r.P50.Round(10*time.Microsecond), r.P99.Round(10*time.Microsecond), r.Requests, r.Wrong)
}

// Run drives the load and returns when all connections are done.
func (l Load) Run(ctx context.Context) (Result, error) {
	host, _, err := net.SplitHostPort(l.Addr)
	if err != nil {
		return Result{}, err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return Result{}, fmt.Errorf("%s is not this machine", l.Addr)
	}
	var wg sync.WaitGroup
	workers := make([]worker, l.Connections)
	start := time.Now()
	for i := range workers {
		workers[i] = worker{load: l, number: i, deadline: start.Add(l.For)}
		wg.Go(func() { workers[i].run(ctx) })
	}
	wg.Wait()
	return gather(workers, time.Since(start))
}

func gather(workers []worker, took time.Duration) (Result, error) {
	r := Result{Took: took}
	var all []time.Duration
	var errs error
	for i := range workers {
		all = append(all, workers[i].times...)
		r.Wrong += workers[i].wrong
		r.Bytes += workers[i].bytes
		if errs == nil {
			errs = workers[i].err // they fail together; one says it
		}
	}
	r.Requests = len(all)
	if len(all) == 0 {
		return r, errors.Join(errs, errors.New("no request was answered"))
	}
	slices.Sort(all)
	r.P50, r.P99 = all[len(all)/2], all[min(len(all)-1, len(all)*99/100)]
	r.PerSecond = float64(len(all)) / took.Seconds()
	return r, errs
}

// worker is one connection.
type worker struct {
	load     Load
	number   int
	deadline time.Time
	times    []time.Duration
	wrong    int
	bytes    int64
	err      error
}

func (w *worker) run(ctx context.Context) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", w.load.Addr)
	if err != nil {
		w.err = err
		return
	}
	defer conn.Close()
	reader := bufio.NewReaderSize(conn, 64<<10)
	share := w.load.Requests / w.load.Connections
	for n := 0; ctx.Err() == nil; n++ {
		if w.load.Requests > 0 && n >= share || w.load.Requests == 0 && time.Now().After(w.deadline) {
			return
		}
		begin := time.Now()
		if _, err := conn.Write(w.load.Request(w.number, n)); err != nil {
			w.err = err
			return
		}
		status, size, err := readAnswer(reader)
		if err != nil {
			w.err = err
			return
		}
		w.times = append(w.times, time.Since(begin))
		w.bytes += size
		if status != w.load.Want {
			w.wrong++
		}
	}
}

var contentLength = []byte("content-length:")

// readAnswer reads one HTTP/1.1 answer and throws its body away.
func readAnswer(r *bufio.Reader) (status int, size int64, err error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	if len(line) < 12 {
		return 0, 0, fmt.Errorf("not an HTTP answer: %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, fmt.Errorf("not an HTTP answer: %q", line)
	}
	for {
		if line, err = r.ReadSlice('\n'); err != nil {
			return 0, 0, err
		}
		if len(line) <= 2 {
			break
		}
		if len(line) > len(contentLength) && bytes.EqualFold(line[:len(contentLength)], contentLength) {
			if size, err = strconv.ParseInt(string(bytes.TrimSpace(line[len(contentLength):])), 10, 64); err != nil {
				return 0, 0, err
			}
		}
	}
	_, err = io.CopyN(io.Discard, r, size)
	return status, size, err
}

// Get is a request for a path, with further header lines.
func Get(addr, path string, headers ...string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\n", path, addr)
	for _, h := range headers {
		fmt.Fprintf(&b, "%s\r\n", h)
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// Post is a request with a JSON body.
func Post(addr, path, token string, body []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
		path, addr, token, len(body))
	b.Write(body)
	return b.Bytes()
}

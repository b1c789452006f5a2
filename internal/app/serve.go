package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/web"
)

// Listen opens the configured address, so that a caller knows at once whether
// it is free.
func (a *App) Listen(ctx context.Context) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", a.Config.Addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; choose another address with --addr", a.Config.Addr, err)
	}
	return l, nil
}

// Serve answers requests and works on jobs until ctx ends, then finishes what
// it has begun.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: a.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second,
		WriteTimeout: 120 * time.Second, IdleTimeout: 120 * time.Second, MaxHeaderBytes: 32 << 10,
	}
	worked := make(chan error, 1)
	go func() { worked <- a.Work(ctx) }()
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	err := server.Shutdown(grace)
	if stopped := <-served; !errors.Is(stopped, http.ErrServerClosed) {
		err = errors.Join(err, stopped)
	}
	return errors.Join(err, <-worked)
}

// healthz says that the process lives.
func (a *App) healthz(w http.ResponseWriter, r *http.Request) error {
	return web.WriteBody(w, r, http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
}

// readyz says whether requests can be answered: the database can be read and
// written.
func (a *App) readyz(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), shortTimeout)
	defer cancel()
	if _, _, err := a.Queue.Depth(ctx); err != nil {
		return fault.New(fault.KindUnavailable, "fault.internal").Because(err)
	}
	if err := a.DB.Update(ctx, func(*db.Tx) error { return nil }); err != nil {
		return fault.New(fault.KindUnavailable, "fault.internal").Because(err)
	}
	return web.WriteBody(w, r, http.StatusOK, "text/plain; charset=utf-8", []byte("ready\n"))
}

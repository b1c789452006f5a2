package app

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dorflinde/internal/platform/fault"
)

// metrics counts requests by route and status, never by person.
type metrics struct {
	handler  http.Handler
	duration *prometheus.HistogramVec
	known    sync.Map // of routeStatus, so that labels are not hashed each time
}

func newMetrics(a *App) *metrics {
	registry := prometheus.NewRegistry()
	m := &metrics{
		handler: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dorflinde_request_seconds", Help: "Time to answer a request.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5},
		}, []string{"route", "status"}),
	}
	registry.MustRegister(m.duration, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "dorflinde_data_version", Help: "Rises with every change of the data."},
			func() float64 { return float64(a.DB.Version()) }))
	return m
}

func (m *metrics) observe(route string, status int, took time.Duration) {
	key := routeStatus{route, status}
	known, ok := m.known.Load(key)
	if !ok {
		known = m.duration.WithLabelValues(route, strconv.Itoa(status))
		m.known.Store(key, known)
	}
	if o, ok := known.(prometheus.Observer); ok {
		o.Observe(took.Seconds())
	}
}

type routeStatus struct {
	route  string
	status int
}

// serveMetrics answers only this machine: figures of the operation are nobody
// else's business.
func (a *App) serveMetrics(w http.ResponseWriter, r *http.Request) error {
	if !fromHere(r) {
		return fault.NotFound()
	}
	a.metrics.handler.ServeHTTP(w, r)
	return nil
}

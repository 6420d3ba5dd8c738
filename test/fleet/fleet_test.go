// Package fleet measures many boards that have the departures of one.
package fleet

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/mosquitto"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
	_ "ptvd/plugins/all"
)

const (
	boards = 100
	period = 10 * time.Second // of the publisher, the shortest there is
)

// BenchmarkFleet runs a publisher and 100 boards, each a daemon on a simulated board, in
// this process, and a mosquitto beside it. An operation is a period: the publisher fetches,
// and the panel of each board shows what is new.
func BenchmarkFleet(b *testing.B) {
	hub := mosquitto.Start(b)
	broker, process := hub.Address, hub.PID()
	panels := &panels{}
	api := &api{replies: panels.replies}
	publisher := "trains: {plugin: motis, every: 10s, share: true, stop: a, contact: bench, base_url: 'http://motis.example'}\n" +
		"  home: {plugin: mqtt, broker: 'mqtt://" + broker + "', prefix: fleet/publisher, client_id: publisher, publish: [trains.shared]}"
	stop := start(b, publisher, nil, api)
	before := memory()
	for i := range boards {
		name := fmt.Sprint("board", i)
		board := "home: {plugin: mqtt, broker: 'mqtt://" + broker + "', prefix: fleet/" + name + ", client_id: " + name + ", subscribe: {shared: fleet/+/trains/shared}}\n" +
			"  trains: {plugin: remote, from: home.shared}\n" +
			"  panel: {plugin: display, device: {max7219: {spi: SPI0.0, width: 32, module: fc16}}, pages: [{minutes: trains}]}"
		defer start(b, board, func() { panels.changed(i) }, nil)()
	}
	defer stop()
	var delays []time.Duration
	for range 2 { // the first periods are those of the start
		panels.wait(b, api)
	}
	panels.stalled = 0
	requests, own, theirs := api.count(), cpu(b, os.Getpid()), cpu(b, process)
	for b.Loop() {
		delays = append(delays, panels.wait(b, api)...)
	}
	slices.Sort(delays)
	n := float64(b.N)
	milliseconds := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(milliseconds(delays[len(delays)/2]), "p50-ms")
	b.ReportMetric(milliseconds(delays[len(delays)*99/100]), "p99-ms")
	b.ReportMetric(milliseconds(delays[len(delays)-1]), "last-ms")
	b.ReportMetric(milliseconds(panels.stalled), "stalled-ms")
	b.ReportMetric(float64(api.count()-requests)/n, "requests/op")
	b.ReportMetric(milliseconds(cpu(b, process)-theirs)/n, "broker-cpu-ms/op")
	b.ReportMetric(milliseconds(cpu(b, os.Getpid())-own)/n/boards, "board-cpu-ms/op")
	b.ReportMetric(rss(b, process), "broker-MB")
	b.ReportMetric((memory()-before)/boards, "board-MB")
	b.ReportMetric(0, "ns/op")
}

// api is a MOTIS of one departure, which is in other minutes with each request.
type api struct {
	replies  func(at time.Time) // is told of each
	mutex    sync.Mutex
	requests int
}

func (a *api) RoundTrip(*http.Request) (*http.Response, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.requests++
	at := time.Now()
	a.replies(at)
	leaves := at.Add(time.Duration(5+10*(a.requests%3))*time.Minute + 40*time.Second).UTC().Format(time.RFC3339)
	body := `{"place": {"name": "Hill Top", "stopId": "a"}, "stopTimes": [{"mode": "TRAM", "headsign": "City", "routeShortName": "9", "realTime": true,
		"place": {"stopId": "a", "departure": "` + leaves + `", "scheduledDeparture": "` + leaves + `"}, "tripId": "1"}]}`
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func (a *api) count() int {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.requests
}

// panels knows when each panel changed first after a reply.
type panels struct {
	mutex   sync.Mutex
	replied time.Time
	at      [boards]time.Time
	stalled time.Duration // the longest time by which a sleep of this process was late
}

func (p *panels) changed(board int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.at[board].Before(p.replied) {
		p.at[board] = time.Now()
	}
}

// sleep sleeps for 5 ms, and notes how late it ends.
func (p *panels) sleep() {
	began := time.Now()
	time.Sleep(5 * time.Millisecond)
	p.stalled = max(p.stalled, time.Since(began)-5*time.Millisecond)
}

// wait waits for the next reply, and until all panels have changed, and returns how long
// after the reply each did.
func (p *panels) wait(b *testing.B, a *api) (delays []time.Duration) {
	b.Helper()
	deadline := time.Now().Add(6 * period)
	for before := a.count(); a.count() == before; p.sleep() {
		if time.Now().After(deadline) {
			b.Fatal("the publisher does not ask")
		}
	}
	for len(delays) < boards {
		if time.Now().After(deadline) {
			b.Fatalf("%d of %d panels have changed", len(delays), boards)
		}
		p.sleep()
		delays = delays[:0]
		p.mutex.Lock()
		for _, at := range p.at {
			if at.After(p.replied) {
				delays = append(delays, at.Sub(p.replied))
			}
		}
		p.mutex.Unlock()
	}
	return delays
}

// replies notes that the publisher has a new reply.
func (p *panels) replies(at time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.replied = at
}

// start runs a daemon on a simulated board with a panel, and returns what stops it.
func start(b *testing.B, instances string, onChange func(), via http.RoundTripper) (stop func()) {
	b.Helper()
	file, err := config.Parse("board.yaml", []byte("timezone: Europe/Prague\nboard: sim\nplugins:\n  "+instances+"\n"), 0o600)
	if err != nil {
		b.Fatal(err)
	}
	file.StateDir = b.TempDir()
	panel := sim.NewPanel(4)
	panel.OnChange = onChange
	d := daemon.New(daemon.Options{
		File: file, Log: slog.New(slog.DiscardHandler), Net: plugins.Network{HTTP: via, Dial: new(net.Dialer).DialContext},
		Board: func(loop *scheduler.Loop) (gpio.Backend, error) {
			board := sim.New(loop)
			board.Attach("SPI0.0", panel)
			return board, nil
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}
}

// cpu returns the processor time that a process has used.
func cpu(b *testing.B, process int) time.Duration {
	b.Helper()
	if process == os.Getpid() {
		return scheduler.CPUTime()
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(after) // from the third on, see proc(5)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // in ticks of 100 Hz
}

// rss returns the resident memory of a process in MB.
func rss(b *testing.B, process int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process))
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kilobytes, _ := strconv.Atoi(strings.Fields(after)[0])
	return float64(kilobytes) / 1024
}

// memory returns that of this process after a collection.
func memory() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse+m.StackInuse) / (1 << 20)
}

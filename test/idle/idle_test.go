//go:build linux

// Package idle measures what a board costs that stands still, beside the same board in
// Python.
package idle

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ptvd/internal/demo"
	"ptvd/internal/fakeserver"
)

const (
	// looksPerSecond is how often both boards look whether the panel is still right.
	looksPerSecond = 10
	// startTime is left out: programs are loaded, the time is measured, and the first reply
	// is drawn.
	startTime = 30 * time.Second // ptvd gives back what only its start needed after 25 s
	// window has one request for departures.
	window = 30 * time.Second
)

const board = `
timezone: Australia/Melbourne
board: sim
state: %s
plugins:
  clock: {plugin: ntp, every: 10m, servers: ['%s']}
  trains: {plugin: ptv, every: 30s, stop: 1099, base_url: 'http://%s', id: {env: PTVD_ID}, key: {env: PTVD_KEY}}
  panel: {plugin: display, every: 100ms, device: {max7219: {spi: SPI0.0, width: 32, module: fc16}}, pages: [{minutes: trains}, clock]}
  bell: {plugin: button, pin: GPIO17, on_press: panel.next}
  lamp: {plugin: fade, encoder: {a: GPIO5, b: GPIO6}, output: GPIO18}
`

// BenchmarkIdle runs ptvd and the board in Python in turn, each a process: a clock by NTP,
// departures every 30 s from servers in this process, a panel of four MAX7219, a button, and
// a lamp that fades after a rotary encoder. Nobody touches them, and neither has a real SPI
// port. The Python board looks at the encoder every 5 ms, as the device did that ptvd began
// as, and in a second run every 50 ms, "lazily". An operation is such a turn, of three
// minutes. It is morning for all, so that there are trains. It needs Debian's
// python3-luma.led-matrix, python3-gpiozero and python3-aiohttp.
func BenchmarkIdle(b *testing.B) {
	morning, err := demo.Today(demo.Morning)
	if err != nil {
		b.Fatal(err)
	}
	ahead := time.Until(morning)
	now := func() time.Time { return time.Now().Add(ahead) }
	mux := http.NewServeMux()
	mux.Handle("/", fakeserver.NewPTV(now))
	mux.HandleFunc("GET /python", departures)
	web := httptest.NewServer(mux)
	defer web.Close()
	address := web.Listener.Addr().String()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer udp.Close()
	go func() { _ = fakeserver.NewNTP(now).Serve(udp) }()

	dir := b.TempDir()
	ptvd, file := filepath.Join(dir, "ptvd"), filepath.Join(dir, "ptvd.yaml")
	if out, err := exec.Command("make", "-C", "../..", "--no-print-directory", "build").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	built, err := os.ReadFile("../../bin/ptvd")
	if err == nil {
		err = os.WriteFile(ptvd, built, 0o700)
	}
	if err == nil {
		err = os.WriteFile(file, fmt.Appendf(nil, board, dir, udp.LocalAddr(), address), 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
	figures := map[string][]float64{}
	for b.Loop() {
		us := run(b, ptvd, "run", "--config", file)
		python := func(look string) usage {
			return run(b, "/usr/bin/python3", "testdata/board.py", "http://"+address+"/python", look)
		}
		it, lazy := python("0.005"), python("0.05")
		b.Logf("ptvd %v; Python %v, %.1f times; lazily %v, %.1f times", us, it, it.cpu/us.cpu, lazy, lazy.cpu/us.cpu)
		for name, figure := range map[string]float64{
			"cpu-ms/s": us.cpu, "wakeups/look": us.wakeups / looksPerSecond, "MB": us.rss,
			"python-cpu-ms/s": it.cpu, "python-MB": it.rss, "times-less": it.cpu / us.cpu,
			"lazy-cpu-ms/s": lazy.cpu, "lazy-times-less": lazy.cpu / us.cpu,
		} {
			figures[name] = append(figures[name], figure)
		}
	}
	for name, values := range figures {
		b.ReportMetric(median(values), name)
	}
	b.ReportMetric(0, "ns/op")
}

func departures(w http.ResponseWriter, _ *http.Request) {
	type departure struct {
		Scheduled string  `json:"scheduled_departure_utc"`
		Estimated *string `json:"estimated_departure_utc"`
		Platform  string  `json:"platform_number"`
	}
	var list []departure
	for _, minutes := range []time.Duration{4, 17, 31, 46} {
		list = append(list, departure{time.Now().Add(minutes * time.Minute).UTC().Format(time.RFC3339), nil, "2"})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"departures": list})
}

// usage is what a process used in a second of the window, and its memory at the end.
type usage struct{ cpu, wakeups, rss float64 }

func (u usage) String() string {
	return fmt.Sprintf("%.3f ms/s, %.1f wake-ups/s, %.1f MB", u.cpu, u.wakeups, u.rss)
}

func run(b *testing.B, name string, args ...string) usage {
	b.Helper()
	program := exec.Command(name, args...)
	program.Env = append(os.Environ(), "PTVD_ID="+fakeserver.DemoID, "PTVD_KEY="+fakeserver.DemoKey)
	var output strings.Builder
	program.Stdout, program.Stderr = &output, &output
	if err := program.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = program.Wait() }()
	defer func() { _ = program.Process.Kill() }()
	time.Sleep(startTime)
	began, before := time.Now(), read(b, program.Process.Pid)
	time.Sleep(window)
	after, seconds := read(b, program.Process.Pid), time.Since(began).Seconds()
	if after.rss == 0 {
		b.Skipf("%s has ended: %s", name, output.String())
	}
	return usage{(after.cpu - before.cpu) / seconds, (after.wakeups - before.wakeups) / seconds, after.rss}
}

// read sums up the threads of a process: CPU time in ms, by schedstat to the nanosecond, how
// often one went to sleep, and the memory of all, which is 0 of one that has ended.
func read(b *testing.B, pid int) (u usage) {
	b.Helper()
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	for _, thread := range threads {
		u.cpu += after(b, thread+"/schedstat", "") / 1e6
		u.wakeups += after(b, thread+"/status", "voluntary_ctxt_switches:")
		u.rss = after(b, thread+"/status", "VmRSS:") / 1000
	}
	return u
}

// after returns the number after a word in a file, 0 if the word is not there.
func after(b *testing.B, file, word string) float64 {
	b.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	_, rest, found := strings.Cut("\n"+string(text), "\n"+word)
	if !found {
		return 0
	}
	n, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

package ssd1322_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"ptvd/internal/scheduler"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// frame is as long as the fastest scrolling takes for a pixel.
const frame = time.Second / 60

// meter counts the bytes that are sent.
type meter int

func (m *meter) Receive(packet []byte) { *m += meter(len(packet)) }

// withBoard runs a test of the page that has most to do: five departures, the first of
// which leaves on the minute, and what disturbs it, which scrolls.
func withBoard(t testing.TB, disruptions []string, test func(task *plugins.Task, h *plugintest.Harness, sent *meter) error) {
	h, sent := plugintest.New(t), new(meter)
	h.Board.Attach("SPI0.0", sent)
	publish := plugintest.Publish(h, "trains", plugins.NewTopic[topics.Departures]("departures", "published by the test", plugins.State(0)))
	h.Run(func(task *plugins.Task) error {
		start := h.Clock.Now()
		if err := task.Sleep(30*time.Second + frame); err != nil { // so that the minute does not change when all is sent again
			return err
		}
		panel := h.Start(task, "panel", "{plugin: display, scroll: 60, device: {ssd1322: {spi: SPI0.0, dc: GPIO24}}, pages: [{departures: {from: trains, disruptions: true}}]}")
		d := topics.Departures{Received: task.Now(), Period: time.Hour, Complete: true}
		for i, to := range []string{"Flinders Street", "Cranbourne", "East Pakenham", "Dandenong", "Town Hall"} {
			at := start.Add(time.Duration(18+7*i)*time.Minute + time.Duration(10*i)*time.Second)
			d.List = append(d.List, topics.Departure{Scheduled: at, Estimated: at, Destination: to, Platform: "1"})
		}
		d.List[0].Disruptions = disruptions
		publish(d)
		if err := task.Sleep(4 * time.Second); err != nil {
			return err
		}
		if err := test(task, h, sent); err != nil {
			return err
		}
		return panel.Stop(task)
	})
}

var disruption = []string{"Buses replace trains between Caulfield and Westall tonight, and every second train tomorrow stops at all stations"}

func TestAFrameThatScrollsAllocatesNothingAndSendsTheTickerAlone(t *testing.T) {
	withBoard(t, disruption, func(task *plugins.Task, _ *plugintest.Harness, sent *meter) error {
		const frames = 200
		before := *sent
		got := testing.AllocsPerRun(frames, func() {
			if err := task.Sleep(frame); err != nil {
				t.Error(err)
			}
		})
		if got > 0 {
			t.Errorf("%v allocations a frame", got)
		}
		if n := (*sent - before) / frames; n < 100 || n > 900 {
			t.Errorf("%d bytes a frame", n)
		}
		return nil
	})
}

// BenchmarkFrame runs the whole plugin on the busiest page: it draws each frame,
// publishes it and sends what differs to a port without a device.
func BenchmarkFrame(b *testing.B) {
	withBoard(b, disruption, func(task *plugins.Task, _ *plugintest.Harness, sent *meter) error {
		b.ReportAllocs()
		start, before := scheduler.CPUTime(), *sent
		for b.Loop() {
			if err := task.Sleep(frame); err != nil {
				return err
			}
		}
		b.ReportMetric(float64(scheduler.CPUTime()-start)/float64(b.N), "cpu-ns/op")
		b.ReportMetric(float64(*sent-before)/float64(b.N), "sent-B/op")
		return nil
	})
}

// BenchmarkLuma has luma.oled show pictures of the same page, through an interface that
// sends nothing. They are ready in the form that it takes: that it would have to draw
// them, too, is not counted. It needs Debian's python3-luma.oled.
func BenchmarkLuma(b *testing.B) {
	const pictures = 300
	file := filepath.Join(b.TempDir(), "pictures")
	var raw []byte
	withBoard(b, disruption, func(task *plugins.Task, h *plugintest.Harness, _ *meter) error {
		source := plugintest.Subscribe[topics.Picture](h, "panel", "picture")
		for range pictures {
			if err := task.Sleep(frame); err != nil {
				return err
			}
			picture, _ := source.Get()
			raw = append(raw, picture.Pix...)
		}
		return nil
	})
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		b.Fatal(err)
	}
	var result struct {
		CPU     float64 `json:"cpu"` // s for all pictures
		Version string  `json:"version"`
	}
	for b.Loop() {
		out, err := exec.Command("/usr/bin/python3", "testdata/compare.py", file).Output()
		if err != nil {
			b.Skip("python3-luma.oled is not installed: ", err)
		}
		if err := json.Unmarshal(out, &result); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}
	b.Log("luma.oled ", result.Version)
	b.ReportMetric(result.CPU/pictures*1e9, "cpu-ns/picture")
}

package feed_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	_ "example.org/feed"
	"ptvd/plugins"
	_ "ptvd/plugins/all"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

func TestTheFeedIsShownByTheDeparturesPageAndGrowsOldWhereTheServerFails(t *testing.T) {
	h, fails := plugintest.New(t), false
	leaves := plugintest.Epoch.Add(9 * time.Minute)
	h.Net.HTTP = plugintest.Transport{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if fails {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		fmt.Fprintf(w, `[{"line": "12", "to": "Harbour", "at": %q}]`, leaves.Format(time.RFC3339))
	})}
	h.Run(func(task *plugins.Task) error {
		trams := h.Start(task, "trams", "{plugin: feed, url: http://feed.example/, walk: 2m}")
		wall := h.Start(task, "wall", "{plugin: display, device: {max7219: {spi: SPI0.0, module: fc16}}, pages: [{departures: trams}]}")
		words := plugintest.Subscribe[topics.Text](h, "wall", "text")
		for _, step := range []struct {
			pass time.Duration
			want string
		}{
			{time.Second, "12 Harbour: 8 min by the timetable"},
			{2 * time.Minute, "12 Harbour: 6 min by the timetable (old data)"},
			{4 * time.Minute, "Old data"},
		} {
			if err := task.Sleep(step.pass); err != nil {
				return err
			}
			if got, _ := words.Get(); string(got) != step.want {
				t.Errorf("the panel says %q, want %q", got, step.want)
			}
			fails = true
		}
		if !strings.Contains(trams.Health.Why, "502") {
			t.Errorf("the health says %q", trams.Health.Why)
		}
		if err := wall.Stop(task); err != nil {
			return err
		}
		return trams.Stop(task)
	})
}

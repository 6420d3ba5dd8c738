package demo_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/web"
)

// draw draws the LEDs of a panel as the page receives them.
func draw(t *testing.T, topic web.Topic) string {
	t.Helper()
	var p struct {
		Width int
		Rows  []string
	}
	if text, err := json.Marshal(topic.Value); err != nil || json.Unmarshal(text, &p) != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var b strings.Builder
	for _, row := range p.Rows {
		bits, err := strconv.ParseUint(row, 16, 32)
		if err != nil || len(row) != 8 {
			t.Fatal(row, err)
		}
		for x := range p.Width {
			b.WriteString(map[bool]string{true: "# ", false: ". "}[bits>>(31-x)&1 == 1])
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestPageShowsThePixelsSentOverSPI(t *testing.T) {
	got := ""
	play(t, 10*time.Second, action{time.Second, func(p *run) error {
		for _, topic := range p.daemon.State().Topics {
			if topic.Type == "picture" {
				got += draw(t, topic)
			}
		}
		if want := text(p.world.Panel.Picture(sim.Arrangement{Module: &sim.FC16})); got != want {
			t.Errorf("the page shows\n%s\nand the panel\n%s", got, want)
		}
		return nil
	}})
	golden(t, "testdata/page.txt", got)
}

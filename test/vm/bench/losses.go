package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/periph"
	"ptvd/internal/scheduler"
	"ptvd/test/vm/wires"
)

// spinEdges is how many edges a spin has.
const spinEdges = 1000

// spin turns the knob by 250 detents, with contacts that do not bounce.
func (w wired) spin(phase time.Duration) {
	var s wires.Script
	for range spinEdges / 4 {
		s = append(s,
			wires.Step{Line: 5, Level: wires.Low, For: phase}, wires.Step{Line: 6, Level: wires.Low, For: phase},
			wires.Step{Line: 5, Level: wires.Free, For: phase}, wires.Step{Line: 6, Level: wires.Free, For: phase})
	}
	w.Drain()
	check(w.Play(s.Rest(300 * time.Millisecond)))
}

// countOurs returns how many edges of a spin the daemon's board delivers.
func (w wired) countOurs(phase time.Duration) int {
	clock := scheduler.NewSystemClock()
	var edges atomic.Int64
	lines, err := periph.New(clock.Now).OpenLines([]string{"GPIO5", "GPIO6"}, gpio.PullUp,
		func(gpio.Edge) { edges.Add(1) }, func() {})
	check(err)
	w.spin(phase)
	check(lines.Close())
	check(clock.Close())
	return int(edges.Load())
}

// countTheirs returns how many the program in C sees.
func (w wired) countTheirs(phase time.Duration) (edges int) {
	least := startLeast("count", "5", "6")
	w.spin(phase)
	_, err := fmt.Sscan(least.end(), &edges)
	check(err)
	return edges
}

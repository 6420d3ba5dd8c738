package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"periph.io/x/conn/v3/gpio"

	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/gpio/periph"
	"ptvd/test/vm/wires"
)

// turnEdges is the number of edges of a turn.
const turnEdges = 1000

// turn turns the knob by 250 detents, without bounce.
func (w bench) turn(phase time.Duration) {
	var s wires.Script
	for range turnEdges / 4 {
		s = append(s,
			wires.Step{Line: 5, Level: wires.Low, For: phase}, wires.Step{Line: 6, Level: wires.Low, For: phase},
			wires.Step{Line: 5, Level: wires.Free, For: phase}, wires.Step{Line: 6, Level: wires.Free, For: phase})
	}
	w.drain()
	check(w.Play(s.Rest(300 * time.Millisecond)))
}

// countPtvd returns how many edges of a turn ptvd's board delivers.
func (w bench) countPtvd(phase time.Duration) int {
	var edges atomic.Int64
	pin, err := periph.Board{}.Pin("GPIO5")
	check(err)
	watch, err := pin.(gpioext.EdgePin).WatchEdges([]string{"GPIO5", "GPIO6"}, gpio.PullUp,
		func(e []gpioext.Edge) { edges.Add(int64(len(e))) }, func() {})
	check(err)
	w.turn(phase)
	check(watch.Close())
	return int(edges.Load())
}

// countC returns how many edges of a turn the program in C receives.
func (w bench) countC(phase time.Duration) (edges int) {
	least := startC("count", "5", "6")
	w.turn(phase)
	_, err := fmt.Sscan(least.end(), &edges)
	check(err)
	return edges
}

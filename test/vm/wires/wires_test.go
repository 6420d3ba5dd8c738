package wires

import (
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// module is a fake device: it records what is written, and answers marks and
// scripts. Reads return chunks of a given size.
type module struct {
	written []string
	pending string
	chunk   int
}

func (m *module) Write(p []byte) (int, error) {
	text := string(p)
	m.written = append(m.written, text)
	if strings.HasPrefix(text, "mark ") {
		m.pending += "9 " + text + "\n"
	}
	if strings.HasPrefix(text, "play\n") {
		m.pending += "1 input 17 0\n2 output 4 1\n3 played\n"
	}
	return len(p), nil
}

// Read returns os.ErrDeadlineExceeded when there is nothing left.
func (m *module) Read(p []byte) (int, error) {
	if m.pending == "" {
		return 0, os.ErrDeadlineExceeded
	}
	n := copy(p, m.pending[:min(m.chunk, len(m.pending))])
	m.pending = m.pending[n:]
	return n, nil
}

func (m *module) SetReadDeadline(time.Time) error { return nil }
func (m *module) Close() error                    { return nil }

var _ io.ReadWriteCloser = (*module)(nil)

func TestPlayWritesTheScriptAndWaitsForItsEnd(t *testing.T) {
	m := &module{chunk: 3}
	w := newWires(m)
	if err := w.Play(Script{{17, Low, 80 * time.Millisecond}, {17, Free, 0}}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"play\n17 0 80000\n17 z 0\n"}; !reflect.DeepEqual(m.written, want) {
		t.Errorf("written: %q", m.written)
	}
	all, err := w.Drain()
	if want := []Event{Input{1, 17, Low}, Output{2, 4, High}}; err != nil || !reflect.DeepEqual(all, want) {
		t.Errorf("events: %v, %v", all, err)
	}
}

func TestAwaitSkipsOtherEvents(t *testing.T) {
	w := newWires(&module{chunk: 100, pending: "1 output 4 1\n2 output 4 0\n3 released 4\n"})
	e, err := Await(w, time.Second, func(o Output) bool { return o.Level == Low })
	if want := (Output{2, 4, Low}); err != nil || e != want {
		t.Errorf("%v, %v", e, err)
	}
	r, err := Await[Released](w, time.Second, nil)
	if want := (Released{3, 4}); err != nil || r != want {
		t.Errorf("%v, %v", r, err)
	}
}

func TestAwaitTimeoutCountsOtherEvents(t *testing.T) {
	w := newWires(&module{chunk: 100, pending: "1 output 4 1\n2 output 4 0\n"})
	_, err := Await[PWM](w, time.Second, nil)
	if !errors.Is(err, ErrTimeout) || !strings.Contains(err.Error(), "2 other events") {
		t.Errorf("%v", err)
	}
}

func TestLineInTwoPartsAroundADeadline(t *testing.T) {
	m := &module{chunk: 100, pending: "12 out"}
	w := newWires(m)
	if e, err := w.Next(0); !errors.Is(err, ErrTimeout) {
		t.Fatalf("%v, %v", e, err)
	}
	m.pending = "put 4 1\n"
	if e, err := w.Next(0); err != nil || e != (Output{12, 4, High}) {
		t.Errorf("%v, %v", e, err)
	}
}

func TestDrainLeavesLaterEvents(t *testing.T) {
	m := &module{chunk: 100, pending: "1 output 4 1\n"}
	w := newWires(m)
	if all, err := w.Drain(); err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	m.pending = "10 output 4 0\n"
	if e, err := w.Next(0); err != nil || e != (Output{10, 4, Low}) {
		t.Errorf("%v, %v", e, err)
	}
}

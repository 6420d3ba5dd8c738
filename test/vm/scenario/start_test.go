//go:build vm

package scenario

import (
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ptvd/test/vm/wires"
)

// An instruction takes 4 ns in the machine. The whole board starts as the unit starts it, but
// without its sandbox, which systemd makes before.
func TestTheFirstFrameTakesFewerThan50MillionInstructionsFromExec(t *testing.T) {
	g := begin(t)
	g.configure(withLamp(g))
	var took []time.Duration
	for range 10 {
		g.drain()
		daemon := exec.Command("ptvd", "run")
		daemon.Env = append(os.Environ(), "STATE_DIRECTORY="+t.TempDir(), "CREDENTIALS_DIRECTORY="+credentials)
		var start unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &start); err != nil {
			t.Fatal(err)
		}
		if err := daemon.Start(); err != nil {
			t.Fatal(err)
		}
		frame, err := wires.Await(g.Wires, time.Minute, lights)
		_ = daemon.Process.Signal(unix.SIGTERM)
		if err != nil {
			t.Fatal(err)
		}
		if err := daemon.Wait(); err != nil {
			t.Error(err)
		}
		took = append(took, frame.When()-time.Duration(start.Nano()))
	}
	slices.Sort(took)
	t.Logf("from exec to the end of the first frame: %v", took)
	if median := took[len(took)/2]; median > 200*time.Millisecond {
		t.Errorf("%v in the median", median)
	}
}

// lights reports whether a message for the MAX7219 lights a pixel.
func lights(m wires.Message) bool {
	for _, packet := range m.Packets {
		for i := 0; i+1 < len(packet.Bytes); i += 2 {
			if register := packet.Bytes[i]; register >= 1 && register <= 8 && packet.Bytes[i+1] != 0 {
				return true
			}
		}
	}
	return false
}

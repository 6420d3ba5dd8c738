package scheduler_test

import (
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"ptvd/internal/scheduler"
)

// onOneCPU keeps all threads of the test, and some busy processes beside it, on one CPU
// until the test ends.
func onOneCPU(t *testing.T, busy int) {
	t.Helper()
	var all, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		t.Fatal(err)
	}
	for cpu := range len(all) * 64 {
		if all.IsSet(cpu) {
			one.Set(cpu)
			break
		}
	}
	pin := func(to *unix.CPUSet) {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			t.Fatal(err)
		}
		for _, thread := range threads {
			tid, _ := strconv.Atoi(thread.Name())
			_ = unix.SchedSetaffinity(tid, to) // it may have ended
		}
	}
	pin(&one)
	t.Cleanup(func() { pin(&all) })
	for range busy {
		loop := exec.Command("/bin/sh", "-c", "while :; do :; done") // inherits the CPU
		if err := loop.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = loop.Process.Kill()
			_ = loop.Wait()
		})
	}
}

func TestAStepThatWaitsForTheProcessorIsStarved(t *testing.T) {
	onOneCPU(t, 9)
	var reported atomic.Bool
	var during, after scheduler.Blocked
	loop := scheduler.New(scheduler.Options{
		BlockedAfter: 200 * ms,
		OnBlocked: func(h scheduler.Blocked) {
			if !reported.Load() {
				during = h
				reported.Store(true)
			}
		},
		OnUnblocked: func(h scheduler.Blocked) { after = h },
	})
	loop.Run(func(t *scheduler.Task) error {
		t.Sleep(ms)
		spinUntil(&reported, nil, 0)
		return nil
	})
	for when, h := range map[string]scheduler.Blocked{"during the step": during, "after it": after} {
		if h.Starved < h.For/2 || h.Starved > h.For {
			t.Errorf("%s: starved for %v of %v", when, h.Starved, h.For)
		}
	}
}

func TestAStepThatSleepsIsNotStarvedHoweverBusyTheMachineIs(t *testing.T) {
	onOneCPU(t, 3)
	done := make(chan struct{})
	var during, after scheduler.Blocked
	loop := scheduler.New(scheduler.Options{
		BlockedAfter: 50 * ms,
		OnBlocked: func(h scheduler.Blocked) {
			if during.For == 0 {
				during = h
				close(done)
			}
		},
		OnUnblocked: func(h scheduler.Blocked) { after = h },
	})
	loop.Run(func(t *scheduler.Task) error {
		t.Sleep(ms)
		<-done
		return nil
	})
	if during.For == 0 || after.For == 0 || during.Starved != 0 || after.Starved != 0 {
		t.Errorf("starved for %v of %v, in the end for %v of %v", during.Starved, during.For, after.Starved, after.For)
	}
}

package ntp_test

import (
	"errors"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

// settable is a system's clock that can be set; it slews in no time.
type settable struct {
	*plugintest.System
	refuses      error
	steps, slews []time.Duration
}

func (s *settable) MaySet() error { return s.refuses }

func (s *settable) Step(by time.Duration) error {
	s.steps = append(s.steps, by.Round(time.Second))
	s.System.Step += by
	return nil
}

func (s *settable) Slew(by, _ time.Duration) error {
	s.slews = append(s.slews, by.Round(10*time.Millisecond))
	s.System.Step += by
	return nil
}

func newDisciplined(t testing.TB, off time.Duration) (*world, *settable) {
	w := newWorld(t, 4, off)
	w.cfg.Mode = "discipline"
	system := &settable{System: w.System}
	w.useSystem(system)
	return w, system
}

func TestTheSystemsClockIsSteppedOnceAndThenSlewed(t *testing.T) {
	w, system := newDisciplined(t, -year)
	w.run(func(t *plugins.Task, i *plugintest.Instance) error {
		for _, push := range []time.Duration{0, 390 * time.Millisecond, -390 * time.Millisecond, 2 * time.Second} {
			system.System.Step += push
			if err := t.Sleep(12 * time.Minute); err != nil {
				return err
			}
			w.wantTime("all the while")
			w.wantHealth(i, plugins.OK, "all the while")
			if off := system.Now().Sub(w.truth()); off.Abs() > 20*time.Millisecond {
				w.T.Errorf("the system's clock is off by %v", off)
			}
		}
		return nil
	})
	if want := []time.Duration{year, -2 * time.Second}; !slices.Equal(system.steps, want) {
		t.Errorf("steps: %v, want %v", system.steps, want)
	}
	moved := slices.DeleteFunc(system.slews, func(by time.Duration) bool { return by == 0 })
	if want := []time.Duration{-390 * time.Millisecond, 390 * time.Millisecond}; !slices.Equal(moved, want) {
		t.Errorf("slews: %v, want %v", moved, want)
	}
}

func TestAClockThatWasRightIsNeverMovedByMoreThanAThousandSeconds(t *testing.T) {
	for _, off := range []time.Duration{-year, 0} { // the first setting is a step, or a slew
		w, system := newDisciplined(t, off)
		w.run(func(t *plugins.Task, i *plugintest.Instance) error {
			if err := t.Sleep(time.Minute); err != nil {
				return err
			}
			system.System.Step += 1001 * time.Second
			if err := t.Sleep(time.Hour); err != nil {
				return err
			}
			w.wantHealth(i, plugins.Degraded, "after somebody moved the clock")
			w.wantTime("on the board")
			if off := system.Now().Sub(w.truth()).Round(time.Second); off != 1001*time.Second {
				w.T.Errorf("the clock that somebody moved is off by %v", off)
			}

			system.System.Step -= 2 * time.Second
			if err := t.Sleep(12 * time.Minute); err != nil {
				return err
			}
			w.wantHealth(i, plugins.OK, "within a thousand seconds")
			if off := system.Now().Sub(w.truth()); off.Abs() > 20*time.Millisecond {
				w.T.Errorf("the system's clock is off by %v", off)
			}
			return nil
		})
	}
}

func TestDisciplineIsRefusedWithAReason(t *testing.T) {
	file := func(path, data string) fstest.MapFS { return fstest.MapFS{path: {Data: []byte(data)}} }
	for name, scene := range map[string]struct {
		files   fstest.MapFS
		refuses error
		want    string
	}{
		"beside a service that an unprivileged unit cannot see in /proc": {
			files: file("sys/fs/cgroup/system.slice/systemd-timesyncd.service/cgroup.procs", "312\n"),
			want:  "mode discipline: systemd-timesyncd keeps this system's clock already; stop that, or write mode: measure",
		},
		"beside chrony on a system without systemd": {
			files: file("proc/77/comm", "chronyd\n"),
			want:  "mode discipline: chrony keeps this system's clock already; stop that, or write mode: measure",
		},
		"beside a process whose name the kernel cuts off": {
			files: file("proc/312/comm", "systemd-timesyn\n"),
			want:  "mode discipline: systemd-timesyncd keeps this system's clock already; stop that, or write mode: measure",
		},
		"without the capability": {
			refuses: errors.New("set system clock: operation not permitted; grant the capability CAP_SYS_TIME"),
			want:    "mode discipline: set system clock: operation not permitted; grant the capability CAP_SYS_TIME, or write mode: measure",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, system := newDisciplined(t, -year)
			w.files, system.refuses = scene.files, scene.refuses
			w.Run(func(t *plugins.Task) error {
				if err := w.end(t); err == nil || err.Error() != scene.want {
					w.T.Errorf("the start says %v, want %s", err, scene.want)
				}
				return nil
			})
			if system.steps != nil || system.slews != nil {
				t.Error("the clock was set")
			}
		})
	}
}

func TestDisciplineIsRefusedWhereTheClockCannotBeSet(t *testing.T) {
	w := newWorld(t, 1, -year)
	w.cfg.Mode = "discipline"
	w.Run(func(t *plugins.Task) error {
		const want = "mode discipline: this system's clock cannot be set from here; write mode: measure"
		if err := w.end(t); err == nil || err.Error() != want {
			w.T.Errorf("the start says %v, want %s", err, want)
		}
		return nil
	})
}

func TestDisciplineEndsWhenAnotherDaemonIsStarted(t *testing.T) {
	w, system := newDisciplined(t, 0)
	var slews int
	w.Run(func(t *plugins.Task) error {
		t.Go("administrator", func(t *plugins.Task) error {
			err := t.Sleep(time.Hour)
			w.files["sys/fs/cgroup/system.slice/chrony.service"] = &fstest.MapFile{}
			slews = len(system.slews)
			return err
		})
		const want = "mode discipline: chrony keeps this system's clock already; stop that, or write mode: measure"
		if err := w.end(t); err == nil || err.Error() != want {
			w.T.Errorf("it ends with %v, want %s", err, want)
		}
		return nil
	})
	if slews < 5 || len(system.slews) != slews {
		t.Errorf("the clock was slewed %d times before chrony was started, and %d times beside it", slews, len(system.slews)-slews)
	}
}

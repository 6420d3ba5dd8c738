package ntp_test

import (
	"errors"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

// settable is a system clock that can be set; slewing takes no time.
type settable struct {
	*plugintest.System
	maySet       error
	steps, slews []time.Duration
}

func (s *settable) MaySet() error { return s.maySet }

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

func newDisciplined(t testing.TB, off time.Duration) (*fixture, *settable) {
	fx := newFixture(t, 4, off)
	fx.cfg.Mode = "discipline"
	system := &settable{System: fx.System}
	fx.useSystem(system)
	return fx, system
}

func TestTheSystemClockIsSteppedOnceAndThenSlewed(t *testing.T) {
	fx, system := newDisciplined(t, -year)
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
		for _, push := range []time.Duration{0, 390 * time.Millisecond, -390 * time.Millisecond, 2 * time.Second} {
			system.System.Step += push
			if err := t.Sleep(12 * time.Minute); err != nil {
				return err
			}
			fx.wantTime("throughout")
			fx.wantHealth(i, host.OK, "throughout")
			if off := system.Now().Sub(fx.truth()); off.Abs() > 20*time.Millisecond {
				fx.T.Errorf("the system clock is off by %v", off)
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

func TestAnOffsetAboveThePanicThresholdIsCorrectedOnlyOnce(t *testing.T) {
	for _, off := range []time.Duration{-year, 0} { // the first correction is a step, or a slew
		fx, system := newDisciplined(t, off)
		fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
			if err := t.Sleep(time.Minute); err != nil {
				return err
			}
			system.System.Step += 1001 * time.Second
			if err := t.Sleep(time.Hour); err != nil {
				return err
			}
			fx.wantHealth(i, host.Degraded, "after the clock was set by somebody")
			fx.wantTime("of ptvd")
			if off := system.Now().Sub(fx.truth()).Round(time.Second); off != 1001*time.Second {
				fx.T.Errorf("the system clock is off by %v, want 1001s", off)
			}

			system.System.Step -= 2 * time.Second
			if err := t.Sleep(12 * time.Minute); err != nil {
				return err
			}
			fx.wantHealth(i, host.OK, "below the threshold")
			if off := system.Now().Sub(fx.truth()); off.Abs() > 20*time.Millisecond {
				fx.T.Errorf("the system clock is off by %v", off)
			}
			return nil
		})
	}
}

func TestDisciplineFailsWithAReason(t *testing.T) {
	file := func(path, data string) fstest.MapFS { return fstest.MapFS{path: {Data: []byte(data)}} }
	for name, scene := range map[string]struct {
		files  fstest.MapFS
		maySet error
		want   string
	}{
		"systemd-timesyncd, whose process is not visible in /proc": {
			files: file("sys/fs/cgroup/system.slice/systemd-timesyncd.service/cgroup.procs", "312\n"),
			want:  "mode discipline: systemd-timesyncd already sets the system clock; stop it, or write mode: measure",
		},
		"chrony on a system without systemd": {
			files: file("proc/77/comm", "chronyd\n"),
			want:  "mode discipline: chrony already sets the system clock; stop it, or write mode: measure",
		},
		"a process whose name is truncated": {
			files: file("proc/312/comm", "systemd-timesyn\n"),
			want:  "mode discipline: systemd-timesyncd already sets the system clock; stop it, or write mode: measure",
		},
		"no capability": {
			maySet: errors.New("set system clock: operation not permitted; grant the capability CAP_SYS_TIME"),
			want:   "mode discipline: set system clock: operation not permitted; grant the capability CAP_SYS_TIME, or write mode: measure",
		},
	} {
		t.Run(name, func(t *testing.T) {
			fx, system := newDisciplined(t, -year)
			fx.files, system.maySet = scene.files, scene.maySet
			fx.Run(func(t *plugins.Task) error {
				if err := fx.runUntilFailure(t); err == nil || err.Error() != scene.want {
					fx.T.Errorf("start: %v, want %s", err, scene.want)
				}
				return nil
			})
			if system.steps != nil || system.slews != nil {
				t.Error("the clock was set")
			}
		})
	}
}

func TestDisciplineFailsIfTheClockCannotBeSet(t *testing.T) {
	fx := newFixture(t, 1, -year)
	fx.cfg.Mode = "discipline"
	fx.Run(func(t *plugins.Task) error {
		const want = "mode discipline: setting the system clock is not supported on this system; write mode: measure"
		if err := fx.runUntilFailure(t); err == nil || err.Error() != want {
			fx.T.Errorf("start: %v, want %s", err, want)
		}
		return nil
	})
}

func TestDisciplineFailsWhenAnotherTimeDaemonIsStarted(t *testing.T) {
	fx, system := newDisciplined(t, 0)
	var slews int
	fx.Run(func(t *plugins.Task) error {
		t.Go("administrator", func(t *plugins.Task) error {
			err := t.Sleep(time.Hour)
			fx.files["sys/fs/cgroup/system.slice/chrony.service"] = &fstest.MapFile{}
			slews = len(system.slews)
			return err
		})
		const want = "mode discipline: chrony already sets the system clock; stop it, or write mode: measure"
		if err := fx.runUntilFailure(t); err == nil || err.Error() != want {
			fx.T.Errorf("failed with %v, want %s", err, want)
		}
		return nil
	})
	if slews < 5 || len(system.slews) != slews {
		t.Errorf("the clock was slewed %d times before chrony was started, and %d times after", slews, len(system.slews)-slews)
	}
}

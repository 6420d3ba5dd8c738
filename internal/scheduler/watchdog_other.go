//go:build !linux

package scheduler

import "time"

// watchdog exists on Linux only.
type watchdog struct{}

func newWatchdog(*Loop) *watchdog { return nil }

func (*watchdog) begin(*Task)                        {}
func (*watchdog) clockRead(Instant)                  {}
func (*watchdog) beginWait(_, _ Instant)             {}
func (*watchdog) endWait(Instant)                    {}
func (*watchdog) reportedSince(Instant) *Task        { return nil }
func (*watchdog) starved(_, _ Instant) time.Duration { return 0 }
func (*watchdog) close()                             {}

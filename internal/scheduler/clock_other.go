//go:build !linux

package scheduler

// SystemClock is the most exact clock of real time that the system has.
type SystemClock = TimerClock

// NewSystemClock returns the most exact clock of real time that the system has.
func NewSystemClock() Clock { return NewTimerClock() }

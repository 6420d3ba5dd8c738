package scheduler

// NewSystemClock returns the best clock of real time that the system has.
func NewSystemClock() Clock { return NewTimerClock() }

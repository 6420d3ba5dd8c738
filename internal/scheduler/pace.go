package scheduler

import "time"

// paced is a clock whose time passes in step with the machine's, and faster: Kernel
// returns when an instant comes, or came, by the machine's.
type paced interface{ Kernel(Instant) Instant }

// took returns how long it was from one instant to another on the machine's clock.
// What a step costs does not depend on how fast somebody lets time run.
func (l *Loop) took(from, to Instant) time.Duration { return l.machine(to).Sub(l.machine(from)) }

func (l *Loop) machine(i Instant) Instant {
	if l.pace == nil {
		return i
	}
	return l.pace.Kernel(i)
}

package topics

import (
	"time"

	"ptvd/internal/scheduler"
)

// Moment is when a value is looked at. What depends on the time takes it as an
// argument, so that it can be tested and means the same to every reader.
type Moment struct {
	Now          time.Time         // civil time, corrected, in the configured zone
	Synchronized bool              // Now can be relied on
	Mono         scheduler.Instant // the loop's monotonic clock, by which data age
}

package config

import (
	"testing"
	"time"
)

// SetPatience sets how long Load waits for a pipe, until the end of the test.
func SetPatience(t *testing.T, d time.Duration) {
	before := patience
	t.Cleanup(func() { patience = before })
	patience = d
}

package config

import (
	"testing"
	"time"
)

// SetPipeTimeout sets how long Load waits for a pipe, until the end of the test.
func SetPipeTimeout(t *testing.T, d time.Duration) {
	before := pipeTimeout
	t.Cleanup(func() { pipeTimeout = before })
	pipeTimeout = d
}

package mqtt

import (
	"testing"
	"time"
)

// PageURL returns where others find the web page.
var PageURL = pageURL

// SetPacketTimeout has the broker acknowledge packets within d, for the time of a test.
func SetPacketTimeout(t *testing.T, d time.Duration) {
	before := packetTimeout
	packetTimeout = d
	t.Cleanup(func() { packetTimeout = before })
}

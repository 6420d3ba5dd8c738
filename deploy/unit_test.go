package deploy

import (
	"os"
	"strings"
	"testing"
)

// A board on a wall has nobody who would start the service again.
func TestTheServiceIsNeverGivenUpAndStartsNoMoreThan9000TimesADay(t *testing.T) {
	unit, err := os.ReadFile("systemd/ptvd.service")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"StartLimitIntervalSec=0", "Restart=always", "RestartSec=10"} {
		if !strings.Contains(string(unit), "\n"+line+"\n") {
			t.Errorf("the unit lacks %s", line)
		}
	}
}

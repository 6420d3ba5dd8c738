package deploy

import (
	_ "embed"
	"strings"
	"testing"
)

//go:embed systemd/ptvd.service
var unit string

// A board on a wall has nobody who would start the service again.
func TestTheServiceIsNeverGivenUpAndStartsNoMoreThan9000TimesADay(t *testing.T) {
	for _, line := range []string{"StartLimitIntervalSec=0", "Restart=always", "RestartSec=10"} {
		if !strings.Contains(unit, "\n"+line+"\n") {
			t.Errorf("the unit lacks %s", line)
		}
	}
}

// All of /sys but PWM is read-only for the service, and so is /proc/sys.
func TestTheServiceCannotTuneTheKernel(t *testing.T) {
	if !strings.Contains(unit, "\nProtectKernelTunables=yes\n") {
		t.Error("the unit lacks ProtectKernelTunables=yes")
	}
}

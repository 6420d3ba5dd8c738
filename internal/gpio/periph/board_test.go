package periph

import (
	"os/exec"
	"strings"
	"testing"
)

func TestOfPeriphsHostOnlySysfsIsLinked(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.FieldsSeq(string(out)) {
		switch path {
		case "periph.io/x/host/v3/sysfs", "periph.io/x/host/v3/fs":
		default:
			if strings.HasPrefix(path, "periph.io/x/host/") {
				t.Errorf("%s is linked in", path)
			}
		}
	}
}

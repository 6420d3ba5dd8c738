package daemon

import (
	"os"
	"path/filepath"
	"testing"
)

func TestBoardModelIsReadFromTheDeviceTree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model")
	if model := boardModel(path); model != "unknown (no device tree)" {
		t.Errorf("without a device tree: %q", model)
	}
	if err := os.WriteFile(path, []byte("Raspberry Pi Zero 2 W Rev 1.0\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	if model := boardModel(path); model != "Raspberry Pi Zero 2 W Rev 1.0" {
		t.Errorf("it is %q", model)
	}
}

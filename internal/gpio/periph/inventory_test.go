package periph

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestTheInventoryListsPortsByTheirCanonicalNames(t *testing.T) {
	dev := t.TempDir()
	for _, name := range []string{"spidev0.0", "spidev1.2", "null"} {
		if err := os.WriteFile(filepath.Join(dev, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := ports(dev + "/spidev*")
	want := []Port{{Name: "SPI0.0", Path: dev + "/spidev0.0"}, {Name: "SPI1.2", Path: dev + "/spidev1.2"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

package periph

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"testing/fstest"

	"ptvd/internal/gpio/header"
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

func TestTheInventoryTellsWhichBusALineBelongsTo(t *testing.T) {
	chip := Chip{Label: "pinctrl-bcm2835"}
	for n := range 28 {
		chip.Lines = append(chip.Lines, Line{Offset: n, Name: fmt.Sprintf("GPIO%d", n)})
	}
	i := Inventory{Chips: []Chip{chip}, SPI: []Port{{Name: "SPI0.0"}, {Name: "SPI0.1"}}, I2C: []Port{{Name: "I2C1"}}}
	i.addFunctions(header.Read(fstest.MapFS{}))
	got := map[string]string{}
	for _, line := range i.Chips[0].Lines {
		if line.Function != "" {
			got[line.Name] = line.Function
		}
	}
	want := map[string]string{"GPIO2": "i2c1", "GPIO3": "i2c1", "GPIO7": "spi0", "GPIO8": "spi0", "GPIO9": "spi0", "GPIO10": "spi0", "GPIO11": "spi0"}
	if !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

package periph

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestTheInventoryNamesThePinsOfEachChannel(t *testing.T) {
	f := newFakePWM(t)
	f.chip("pwmchip10", "0.other", "1")
	f.chip("pwmchip2", "fe20c000.pwm", "2")
	got, err := f.inventory()
	if err != nil {
		t.Fatal(err)
	}
	want := []PWMChip{
		{"pwmchip2", "fe20c000.pwm", []PWMChannel{{"pwmchip2/0", []string{"GPIO12", "GPIO18"}}, {"pwmchip2/1", []string{"GPIO13", "GPIO19"}}}},
		{"pwmchip10", "0.other", []PWMChannel{{"pwmchip10/0", []string{}}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

func TestTheInventoryNamesThePortsAsPeopleDo(t *testing.T) {
	dev := t.TempDir()
	for _, name := range []string{"spidev0.0", "spidev1.2", "null"} {
		if err := os.WriteFile(filepath.Join(dev, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := spiInventory(dev)
	if err != nil {
		t.Fatal(err)
	}
	want := []SPIPort{{Name: "SPI0.0", Path: dev + "/spidev0.0"}, {Name: "SPI1.2", Path: dev + "/spidev1.2"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

package hwcheck_test

import (
	"fmt"
	"io/fs"
	"os"
	"testing"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/periph"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/hwcheck"
	"ptvd/internal/scheduler"
)

// kitchen is what a Raspberry Pi 4 has around its board.
func kitchen(user string) hwcheck.Surroundings {
	return hwcheck.Surroundings{Inventory: periph.Inventory{
		Chips: []periph.Chip{{Name: "gpiochip0", Label: "pinctrl-bcm2711", Path: "/dev/gpiochip0", Lines: []periph.Line{
			{Offset: 17, Name: "GPIO17", Used: user != "", User: user},
		}}},
		SPI: []periph.SPIPort{{Name: "SPI0.0", Path: "/dev/spidev0.0"}},
		PWM: []periph.PWMChip{{Name: "pwmchip0", Device: "fe20c000.pwm", Channels: []periph.PWMChannel{
			{Name: "pwmchip0/0", Pins: []string{"GPIO12", "GPIO18"}},
		}}},
	}}
}

func TestEachPartIsSaidWithItsChipAndItsPinOfTheHeader(t *testing.T) {
	got := table{yaml: bell + "}\n" + panel, board: "periph", around: kitchen("")}.check(t)
	got.says("device.yaml names 3 parts of this board.",
		"lamp   output[0]           GPIO18: pwmchip0/0 of fe20c000.pwm, on GPIO12 or GPIO18 as its overlay says, header pin 12",
		"bell   pin                 GPIO17: pinctrl-bcm2711 line 17, header pin 11",
		"panel  device.max7219.spi  SPI0.0: /dev/spidev0.0, header pins 19 data, 23 clock, 24 select")
	got.isWell()
}

func TestASimulatedBoardIsSaidToBeOne(t *testing.T) {
	table{yaml: lamp}.check(t).says("device.yaml names 3 parts of a simulated board: nothing real is touched")
}

func TestWhatIsNotThereIsSaidPartByPart(t *testing.T) {
	got := table{yaml: `
  lamp: {plugin: fade, output: GPIO17, encoder: {a: GPIO40, b: GPIO41}}
  panel: {plugin: display, device: {max7219: {spi: SPI7.0}}, pages: [clock]}`}.check(t)
	got.says("output[0]", "FAILED: no PWM output is named GPIO17", "encoder.a", "FAILED: no GPIO line is named GPIO40",
		"encoder.b", "FAILED: no GPIO line is named GPIO41", "FAILED: no SPI port is named SPI7.0")
	got.saysNot("Look, press and turn")
	got.fails("4 of 4 parts could not be opened")
}

func TestALineThatSomebodyElseHasIsSaid(t *testing.T) {
	got := table{yaml: bell + "}", before: func(b *sim.Board) {
		if _, err := b.OpenOutput("GPIO17", gpio.Low); err != nil {
			t.Fatal(err)
		}
	}}.check(t)
	got.says("bell  pin        FAILED: GPIO17: device or resource busy", "Look, press and turn", "GPIO18 goes up and down")
	got.saysNot("systemctl")
	got.fails("1 of 2 parts could not be opened")
}

func TestAChipThatIsAbsentIsSaid(t *testing.T) {
	got := table{yaml: bell + "}", before: (*sim.Board).LoseChip}.check(t)
	got.says("FAILED: GPIO17: no such device")
	got.fails("1 of 2 parts could not be opened")
}

func TestAChipThatGoesWhileItIsTriedIsSaid(t *testing.T) {
	got := table{yaml: bell + "}", hands: func(_ *scheduler.Task, b *sim.Board) error { b.LoseChip(); return nil }}.check(t)
	got.says("GPIO17 reads as not pressed", "bell  FAILED: GPIO17: no such device")
	got.fails("not everything works: bell")
}

func TestWhileTheServiceRunsNothingIsOpened(t *testing.T) {
	around := kitchen("ptvd")
	around.Rival = 812
	got := table{
		yaml: bell + "}", board: "periph", around: around,
		wrap: func(*sim.Board, *scheduler.VirtualClock) gpio.Backend { return nil }, // to open is to panic
	}.check(t)
	got.says("GPIO18: pwmchip0/0", "GPIO17: pinctrl-bcm2711 line 17, header pin 11; held by ptvd",
		"ptvd runs already (process 812), so nothing was opened.", "sudo systemctl stop ptvd")
	got.fails("the hardware is in use")
}

func TestALineThatAHiddenServiceHoldsIsSaidWithTheWayOut(t *testing.T) {
	got := table{yaml: bell + "}", board: "periph", around: kitchen("ptvd"), before: func(b *sim.Board) {
		if _, err := b.OpenOutput("GPIO17", gpio.Low); err != nil {
			t.Fatal(err)
		}
	}}.check(t)
	got.says("GPIO17: device or resource busy", "sudo systemctl stop ptvd")
}

// locked is a board that this user may not touch.
type locked struct{ gpio.Backend }

func (locked) OpenLines(names []string, _ gpio.Pull, _ func(gpio.Edge), _ func()) (gpio.Lines, error) {
	return nil, fmt.Errorf("%s: %w: the user must be in group gpio", names[0], fs.ErrPermission)
}

func TestWhoMayNotOpenItIsToldAsWhomToTry(t *testing.T) {
	got := table{yaml: bell + "}", wrap: func(b *sim.Board, _ *scheduler.VirtualClock) gpio.Backend { return locked{b} }}.check(t)
	got.says("the user must be in group gpio")
	if os.Geteuid() != 0 {
		got.says("sudo -u ptvd ptvd check --hardware")
	}
	got.fails("1 of 2 parts could not be opened")
}

func TestAConfigurationWithoutPartsHasNothingToTry(t *testing.T) {
	got := table{yaml: "  clock: {plugin: ntp, servers: [ntp.example.org]}"}.check(t)
	got.says("names 0 parts")
	got.saysNot("Look, press and turn")
	got.isWell()
}

package hwcheck_test

import (
	"fmt"
	"io/fs"
	"os"
	"testing"
	"time"

	conngpio "periph.io/x/conn/v3/gpio"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/gpio/periph"
	"ptvd/internal/gpio/periph/pwmclass"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/hwcheck"
	"ptvd/internal/scheduler"
)

// raspberryPi4 is the inventory of one, whose GPIO17 is held by a consumer.
func raspberryPi4(consumer string) hwcheck.Machine {
	return hwcheck.Machine{Inventory: periph.Inventory{
		Chips: []periph.Chip{{Name: "gpiochip0", Label: "pinctrl-bcm2711", Path: "/dev/gpiochip0", Lines: []periph.Line{
			{Offset: 17, Name: "GPIO17", Used: consumer != "", User: consumer},
		}}},
		SPI: []periph.Port{{Name: "SPI0.0", Path: "/dev/spidev0.0"}},
		PWM: []pwmclass.Chip{{Name: "pwmchip0", Device: "fe20c000.pwm", Channels: []pwmclass.Channel{
			{Name: "pwmchip0/0", Pins: []string{"GPIO12", "GPIO18"}},
		}}},
	}}
}

func TestEachPartIsListedWithItsChipAndHeaderPin(t *testing.T) {
	got := scenario{yaml: bell + "}\n" + panel, board: "periph", machine: raspberryPi4("")}.check(t)
	got.contains("device.yaml: 3 parts on this board",
		"lamp   output[0]           GPIO18: pwmchip0/0 of fe20c000.pwm, GPIO12 or GPIO18 depending on the overlay, header pin 12",
		"bell   pin                 GPIO17: pinctrl-bcm2711 line 17, header pin 11",
		"panel  device.max7219.spi  SPI0.0: /dev/spidev0.0, header pins 19 (MOSI), 23 (SCLK), 24 (CS)")
	got.succeeds()
}

func TestALineWithoutInterruptsIsSaidToBePolledAndIsTested(t *testing.T) {
	got := scenario{
		yaml: bell + "}", wire: func(b *sim.Board) { b.RemoveInterrupts("GPIO17") },
		person: func(task *scheduler.Task, b *sim.Board) error {
			b.Drive("GPIO17", gpio.Low)
			err := task.Sleep(200 * time.Millisecond)
			b.Float("GPIO17")
			return err
		},
	}.check(t)
	got.contains("GPIO17: polled every 20ms, since its driver reports no edges", "pressed: GPIO17 is low", "released: GPIO17 is high")
	got.succeeds()
}

func TestASimulatedBoardIsNamedAsOne(t *testing.T) {
	scenario{yaml: lamp}.check(t).contains("device.yaml: 3 parts on a simulated board; set board: periph to test real hardware")
}

func TestMissingPartsAreListedOneByOne(t *testing.T) {
	got := scenario{yaml: `
  lamp: {plugin: fade, output: GPIO17, encoder: {a: GPIO40, b: GPIO41}}
  panel: {plugin: display, device: {max7219: {spi: SPI7.0}}, pages: [clock]}`}.check(t)
	got.contains("output[0]", "FAILED: no PWM output is named GPIO17", "encoder.a", "FAILED: no GPIO line is named GPIO40",
		"encoder.b", "FAILED: no GPIO line is named GPIO41", "FAILED: no SPI port is named SPI7.0")
	got.lacks("Watch lamps and panels")
	got.fails("4 of 4 parts could not be opened")
}

func TestALineInUseIsReportedAndTheOthersAreTested(t *testing.T) {
	got := scenario{yaml: bell + "}", wire: func(b *sim.Board) {
		pin, err := b.Pin("GPIO17")
		if err == nil {
			err = pin.Out(gpio.Low)
		}
		if err != nil {
			t.Fatal(err)
		}
	}}.check(t)
	got.contains("bell  pin        FAILED: GPIO17: device or resource busy", "Watch lamps and panels", "GPIO18 fades up and down")
	got.lacks("systemctl")
	got.fails("1 of 2 parts could not be opened")
}

func TestAMissingChipIsReported(t *testing.T) {
	got := scenario{yaml: bell + "}", wire: (*sim.Board).LoseChip}.check(t)
	got.contains("FAILED: GPIO17: no such device")
	got.fails("1 of 2 parts could not be opened")
}

func TestAChipThatDisappearsDuringTheTestIsReported(t *testing.T) {
	got := scenario{yaml: bell + "}", person: func(_ *scheduler.Task, b *sim.Board) error { b.LoseChip(); return nil }}.check(t)
	got.contains("GPIO17 reads as not pressed", "bell  FAILED: GPIO17: no such device")
	got.fails("hardware test failed: bell")
}

func TestNothingIsOpenedWhileTheServiceRuns(t *testing.T) {
	machine := raspberryPi4("ptvd")
	machine.OtherInstance = 812
	got := scenario{
		yaml: bell + "}", board: "periph", machine: machine,
		backend: func(*sim.Board, *scheduler.VirtualClock) gpio.Backend { return nil }, // opening a part would panic
	}.check(t)
	got.contains("GPIO18: pwmchip0/0", "GPIO17: pinctrl-bcm2711 line 17, header pin 11; in use by ptvd",
		"ptvd is already running (PID 812), so no part was opened.", "sudo systemctl stop ptvd")
	got.fails("hardware is in use by another ptvd (PID 812)")
}

func TestALineHeldByPtvdIsReportedWithTheCommandThatStopsIt(t *testing.T) {
	got := scenario{yaml: bell + "}", board: "periph", machine: raspberryPi4("ptvd"), wire: func(b *sim.Board) {
		pin, err := b.Pin("GPIO17")
		if err == nil {
			err = pin.Out(gpio.Low)
		}
		if err != nil {
			t.Fatal(err)
		}
	}}.check(t)
	got.contains("GPIO17: device or resource busy", "sudo systemctl stop ptvd")
}

// deniedBoard is a board that the user must not open.
type deniedBoard struct{ gpio.Backend }

func (b deniedBoard) Pin(name string) (conngpio.PinIO, error) {
	pin, err := b.Backend.Pin(name)
	if p, ok := pin.(gpioext.BoardPin); ok {
		return deniedPin{p}, err
	}
	return pin, err
}

type deniedPin struct{ gpioext.BoardPin }

func (deniedPin) WatchEdges(names []string, _ conngpio.Pull, _ func([]gpioext.Edge), _ func()) (gpioext.EdgeWatch, error) {
	return nil, fmt.Errorf("%s: %w: the user must be in group gpio", names[0], fs.ErrPermission)
}

func TestPermissionDeniedSuggestsTheUserToRunAs(t *testing.T) {
	got := scenario{yaml: bell + "}", backend: func(b *sim.Board, _ *scheduler.VirtualClock) gpio.Backend { return deniedBoard{b} }}.check(t)
	got.contains("the user must be in group gpio")
	if os.Geteuid() != 0 {
		got.contains("sudo -u ptvd ptvd check --hardware")
	}
	got.fails("1 of 2 parts could not be opened")
}

func TestAConfigurationWithoutPartsHasNothingToTest(t *testing.T) {
	got := scenario{yaml: "  clock: {plugin: ntp, servers: [ntp.example.org]}"}.check(t)
	got.contains("device.yaml: 0 parts")
	got.lacks("Watch lamps and panels")
	got.succeeds()
}

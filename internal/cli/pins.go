package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/expander"
	"ptvd/internal/gpio/periph"
)

func pinsCommand() *cobra.Command {
	var path string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "pins",
		Short: "List GPIO lines, SPI ports, I2C buses, serial ports, PWM channels and sensors",
		Long: `List the GPIO lines, SPI ports, I2C buses, serial ports, PWM channels and sensors of this
machine, and the pins of the I/O expanders in the configuration file, if there is one.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			found, err := periph.TakeInventory()
			all := inventory{found, []expanderPin{}}
			file, loadErr := config.Load(path)
			if loadErr == nil {
				all.Expanders = expanderPins(file.Expanders)
			} else if cmd.Flags().Changed("config") {
				return configError{loadErr}
			}
			if asJSON {
				return cmp.Or(printJSON(cmd.OutOrStdout(), all), err)
			}
			return errors.Join(printInventory(cmd.OutOrStdout(), all), err)
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// inventory is what the machine has, and what the configuration adds.
type inventory struct {
	periph.Inventory
	Expanders []expanderPin `json:"expanders"`
}

type expanderPin struct {
	Name    string  `json:"name"` // porch.GPA0
	Model   string  `json:"model"`
	Address string  `json:"address"` // I2C1/0x20
	Poll    float64 `json:"poll_s"`  // inputs are read with this period, since there are no edges
}

func expanderPins(expanders map[string]expander.Options) []expanderPin {
	pins := []expanderPin{}
	for _, name := range slices.Sorted(maps.Keys(expanders)) {
		o := expanders[name]
		for _, pin := range o.Model.Pins {
			pins = append(pins, expanderPin{name + "." + pin, o.Model.Name, gpio.I2CAddressName(o.Bus, o.Address), o.Poll.Seconds()})
		}
	}
	return pins
}

func printInventory(out io.Writer, found inventory) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	section := func(none string, rows [][]string) { // the first of rows has the headings
		for _, row := range rows {
			fmt.Fprintln(table, strings.Join(row, "\t"))
		}
		if len(rows) == 1 {
			fmt.Fprintf(table, "(%s)\n", none)
		}
	}

	if found.Board != "" {
		fmt.Fprintf(table, "%s\n\n", found.Board)
	}
	lines := [][]string{{"LINE", "CHIP", "OFFSET", "DIRECTION", "FUNCTION", "USER"}}
	for _, chip := range found.Chips {
		if chip.Problem != "" {
			lines = append(lines, []string{"-", chip.Name, "-", "-", "-", chip.Problem})
		}
		for _, line := range chip.Lines {
			user := cmp.Or(line.User, "-")
			if line.Used && line.User == "" {
				user = "(the kernel)"
			}
			direction := line.Direction
			if direction == "input" && chip.Polled {
				direction = "input (polled)"
			}
			lines = append(lines, []string{cmp.Or(line.Name, "-"), chip.Label, fmt.Sprint(line.Offset), direction, cmp.Or(line.Function, "-"), user})
		}
	}
	section("no GPIO chip found", lines)

	for _, kind := range []struct {
		head, none string
		ports      []periph.Port
	}{
		{"SPI PORT", "no SPI port found; on a Raspberry Pi, add dtparam=spi=on to /boot/firmware/config.txt", found.SPI},
		{"I2C BUS", "no I2C bus found; on a Raspberry Pi, add dtparam=i2c_arm=on to /boot/firmware/config.txt and i2c-dev to /etc/modules", found.I2C},
		{"SERIAL PORT", "no serial port found; on a Raspberry Pi, add enable_uart=1 to /boot/firmware/config.txt", found.UART},
	} {
		ports := [][]string{{"\n" + kind.head, "DEVICE", "PROBLEM"}}
		for _, port := range kind.ports {
			ports = append(ports, []string{port.Name, port.Path, cmp.Or(port.Problem, "-")})
		}
		section(kind.none, ports)
	}

	channels := [][]string{{"\nPWM", "DEVICE", "PINS"}}
	for _, chip := range found.PWM {
		for _, channel := range chip.Channels {
			channels = append(channels, []string{channel.Name, chip.Device, cmp.Or(strings.Join(channel.Pins, " or "), "-")})
		}
	}
	section("no PWM chip found; on a Raspberry Pi, add dtoverlay=pwm-2chan to /boot/firmware/config.txt", channels)

	sensors := [][]string{{"\nSENSOR", "PLACE", "CHANNEL", "UNIT"}}
	for _, c := range found.Sensors {
		sensors = append(sensors, []string{c.Device, c.Place, c.Channel, cmp.Or(c.Unit, "-")})
	}
	section("no sensor found; on a Raspberry Pi, add the overlay of one to /boot/firmware/config.txt, such as dtoverlay=w1-gpio or dtoverlay=i2c-sensor,bme280", sensors)

	pins := [][]string{{"\nEXPANDER PIN", "MODEL", "ADDRESS", "INPUTS"}}
	for _, pin := range found.Expanders {
		pins = append(pins, []string{pin.Name, pin.Model, pin.Address, fmt.Sprintf("polled every %v", time.Duration(pin.Poll*float64(time.Second)))})
	}
	if len(found.Expanders) > 0 {
		section("", pins)
	}
	return table.Flush()
}

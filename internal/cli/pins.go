package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ptvd/internal/gpio/periph"
)

func pinsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "pins",
		Short: "List GPIO lines, SPI ports, I2C buses, serial ports and PWM channels",
		RunE: func(cmd *cobra.Command, _ []string) error {
			found, err := periph.TakeInventory()
			if asJSON {
				return cmp.Or(printJSON(cmd.OutOrStdout(), found), err)
			}
			return errors.Join(printInventory(cmd.OutOrStdout(), found), err)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printInventory(out io.Writer, found periph.Inventory) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { fmt.Fprintln(table, strings.Join(cells, "\t")) }

	row("LINE", "CHIP", "OFFSET", "DIRECTION", "USER")
	for _, chip := range found.Chips {
		if chip.Problem != "" {
			row("-", chip.Name, "-", "-", chip.Problem)
		}
		for _, line := range chip.Lines {
			user := line.User
			if line.Used && user == "" {
				user = "(the kernel)"
			}
			row(orDash(line.Name), chip.Label, fmt.Sprint(line.Offset), line.Direction, orDash(user))
		}
	}
	noneFound(row, len(found.Chips), "no GPIO chip found")

	for _, kind := range []struct {
		head, none string
		ports      []periph.Port
	}{
		{"SPI PORT", "no SPI port found; on a Raspberry Pi, add dtparam=spi=on to /boot/firmware/config.txt", found.SPI},
		{"I2C BUS", "no I2C bus found; on a Raspberry Pi, add dtparam=i2c_arm=on to /boot/firmware/config.txt and i2c-dev to /etc/modules", found.I2C},
		{"SERIAL PORT", "no serial port found; on a Raspberry Pi, add enable_uart=1 to /boot/firmware/config.txt", found.UART},
	} {
		row()
		row(kind.head, "DEVICE", "PROBLEM")
		for _, port := range kind.ports {
			row(port.Name, port.Path, orDash(port.Problem))
		}
		noneFound(row, len(kind.ports), kind.none)
	}

	row()
	row("PWM", "DEVICE", "PINS")
	for _, chip := range found.PWM {
		for _, channel := range chip.Channels {
			row(channel.Name, chip.Device, orDash(strings.Join(channel.Pins, " or ")))
		}
	}
	noneFound(row, len(found.PWM), "no PWM chip found; on a Raspberry Pi, add dtoverlay=pwm-2chan to /boot/firmware/config.txt")

	return table.Flush()
}

func noneFound(row func(...string), n int, words string) {
	if n == 0 {
		row("(" + words + ")")
	}
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

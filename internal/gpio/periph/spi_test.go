package periph

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	board "ptvd/internal/gpio"
)

func TestErrorsOfOpeningSayWhatToDo(t *testing.T) {
	var b board.Backend = Board{}
	openSPI := func(name string) error { _, err := b.OpenSPI(name); return err }
	openI2C := func(name string) error { _, err := b.OpenI2C(name); return err }
	openUART := func(name string) error { _, err := b.OpenUART(name, 9600); return err }
	for _, c := range []struct {
		name, want string
		open       func(string) error
	}{
		{"spi0", "write SPI0.0", openSPI},
		{"SPI0", "write SPI0.0", openSPI},
		{"SPI-1.0", "write SPI0.0", openSPI},
		{"SPI0.200", "dtparam=spi=on", openSPI},
		{"SPI77.0", "overlay", openSPI},
		{"i2c1", "write I2C1", openI2C},
		{"I2C-1", "write I2C1", openI2C},
		{"I2C77", "dtparam=i2c_arm=on", openI2C},
		{"/dev/ttyAMA77", "enable_uart=1", openUART},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.open(c.name); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.name) {
				t.Errorf("%v; want …%s…", err, c.want)
			}
		})
	}
}

func TestAnErrorOfADeviceIsThatOfItsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spidev0.0")
	text := errors.New("sysfs-spi: some text")
	if err := explainDevice("SPI0.0", path, text, "do this"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "do this") {
		t.Errorf("of no file: %v", err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := explainDevice("SPI0.0", path, text, "do this"); !errors.Is(err, text) || strings.Contains(err.Error(), "do this") {
		t.Errorf("of a file that can be opened: %v", err)
	}
}

func TestAnUnknownPinIsAnError(t *testing.T) {
	if _, err := (Board{}).Pin("BELL"); err == nil || !strings.Contains(err.Error(), "no GPIO line is named BELL") {
		t.Error(err)
	}
}

package oled_test

import (
	"errors"
	"image"
	"image/color"
	"strings"
	"testing"
	"time"

	_ "example.org/oled"
	"ptvd/plugins"
	_ "ptvd/plugins/all"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

var departures = plugins.NewTopic[topics.Departures]("departures", "the next trains", plugins.State(0))

const config = "{plugin: display, device: {ssd1306: I2C1}, pages: [{departures: trains}]}"

func TestTheDeparturesPageIsShown(t *testing.T) {
	h, chip := plugintest.New(t), &ssd1306{}
	h.Board.AttachI2C(0x3C, chip)
	h.Run(func(task *plugins.Task) error {
		publish := plugintest.Publish(h, "trains", departures)
		display := h.Start(task, "panel", config)
		publish(topics.Departures{
			List:     []topics.Departure{{Scheduled: h.Clock.Now().Add(7*time.Minute + 40*time.Second), Destination: "Dandenong"}},
			Received: task.Now(), Period: 30 * time.Second,
		})
		if err := task.Sleep(time.Second); err != nil {
			return err
		}
		early := chip.picture()
		if !chip.on || chip.contrast == 0 || lit(early) == 0 {
			t.Errorf("on: %v, contrast %d, %d pixels lit", chip.on, chip.contrast, lit(early))
		}
		if err := task.Sleep(time.Minute); err != nil {
			return err
		}
		if string(chip.picture().Pix) == string(early.Pix) {
			t.Error("a minute later it shows the same")
		}
		if err := display.Stop(task); err != nil {
			return err
		}
		if chip.on {
			t.Error("it is on after the stop")
		}
		return nil
	})
}

func TestADisplayThatIsPluggedInLaterIsFound(t *testing.T) {
	h, chip := plugintest.New(t), &ssd1306{}
	h.Run(func(task *plugins.Task) error {
		display := h.Start(task, "panel", strings.Replace(config, "{departures: trains}", "{message: Hello}", 1))
		if err := task.Sleep(time.Minute); err != nil {
			return err
		}
		if why := display.Health.Why; !strings.Contains(why, "ssd1306 on I2C1 failed: ") || !strings.Contains(why, "remote I/O error") {
			t.Errorf("health: %s", why)
		}
		h.Board.AttachI2C(0x3C, chip)
		if err := task.Sleep(time.Minute); err != nil {
			return err
		}
		if !chip.on || lit(chip.picture()) == 0 {
			t.Error("it is dark")
		}
		return display.Stop(task)
	})
}

// ssd1306 is the chip as far as the driver uses it (Solomon Systech, SSD1306 datasheet,
// table 9-1), in the horizontal addressing mode.
type ssd1306 struct {
	on                 bool
	contrast           byte
	ram                [8][128]byte
	column, page       byte
	firstColumn, lastC byte
	firstPage, lastP   byte
}

func (c *ssd1306) Tx(w, _ []byte) error {
	switch w[0] {
	case 0x40:
		for _, b := range w[1:] {
			c.ram[c.page][c.column] = b
			if c.column++; c.column > c.lastC {
				c.column = c.firstColumn
				if c.page++; c.page > c.lastP {
					c.page = c.firstPage
				}
			}
		}
		return nil
	case 0x00:
		for i := 1; i < len(w); i++ {
			i += c.command(w[i], w[i+1:])
		}
		return nil
	}
	return errors.New("neither command nor data")
}

// command executes a command, and returns the number of its arguments.
func (c *ssd1306) command(code byte, args []byte) int {
	switch code {
	case 0xAE, 0xAF:
		c.on = code == 0xAF
	case 0x81:
		c.contrast = args[0]
		return 1
	case 0x21:
		c.column, c.firstColumn, c.lastC = args[0], args[0], args[1]
		return 2
	case 0x22:
		c.page, c.firstPage, c.lastP = args[0], args[0], args[1]
		return 2
	case 0xD3, 0xDA, 0xD5, 0x8D, 0xD9, 0xDB, 0xA8, 0x20:
		return 1
	}
	return 0
}

func (c *ssd1306) picture() *image.Gray {
	picture := image.NewGray(image.Rect(0, 0, 128, 64))
	for page, columns := range c.ram {
		for x, bits := range columns {
			for bit := range 8 {
				picture.SetGray(x, 8*page+bit, color.Gray{Y: 0xFF * (bits >> bit & 1)})
			}
		}
	}
	return picture
}

func lit(picture *image.Gray) (pixels int) {
	for _, p := range picture.Pix {
		if p != 0 {
			pixels++
		}
	}
	return pixels
}

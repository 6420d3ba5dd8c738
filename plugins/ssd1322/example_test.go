package ssd1322_test

import (
	"image"
	"log"

	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/conn/v3/spi/spireg"

	"ptvd/plugins/ssd1322"
)

func Example() {
	port, err := spireg.Open("SPI0.0")
	if err != nil {
		log.Fatal(err)
	}
	defer port.Close()
	dev, err := ssd1322.New(port, gpioreg.ByName("GPIO24"), &ssd1322.DefaultOpts)
	if err != nil {
		log.Fatal(err)
	}
	ramp := image.NewGray(dev.Bounds())
	for i := range ramp.Pix {
		ramp.Pix[i] = uint8(i % ramp.Stride)
	}
	if err := dev.Draw(dev.Bounds(), ramp, image.Point{}); err != nil {
		log.Fatal(err)
	}
}

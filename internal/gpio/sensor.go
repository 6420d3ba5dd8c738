package gpio

// Measurement is what a sensor has measured.
type Measurement struct {
	Value float64
	Unit  string // as people write it: °C
}

// ReadSensor measures once, by a driver of the kernel: a channel of a device, as "ptvd
// pins" lists them. It must be within Await: a DS18B20 takes 750 ms. Several instances may
// read a sensor.
func (b *Board) ReadSensor(device, channel string) (Measurement, error) {
	return b.backend.ReadSensor(device, channel)
}

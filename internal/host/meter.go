package host

// Meter holds an instance's figures, for the report at the end and for whoever
// watches from outside. They go on over a restart of the instance. Names are in
// the style of Prometheus: fetches_failed_total, offset_seconds.
type Meter struct {
	values map[string]float64
	help   map[string]string
}

// NewMeter returns an empty one.
func NewMeter() *Meter { return &Meter{values: map[string]float64{}, help: map[string]string{}} }

// Describe says what a figure is, in one line.
func (m *Meter) Describe(name, help string) { m.help[name] = help }

// Help returns what the plugin says about a figure.
func (m *Meter) Help(name string) string { return m.help[name] }

// Count adds to a figure that only grows.
func (m *Meter) Count(name string, n float64) { m.values[name] += n }

// Set sets a figure that goes up and down.
func (m *Meter) Set(name string, value float64) { m.values[name] = value }

// All returns every figure by name.
func (m *Meter) All() map[string]float64 { return m.values }

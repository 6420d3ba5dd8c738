package config

import (
	"time"

	"ptvd/internal/host"
)

// File is a configuration without fault.
type File struct {
	Timezone  *time.Location
	Board     Board
	StateDir  string
	HTTP      *HTTP      // nil: no page is served
	Instances []Instance // in the order of the file

	decoder *decoder // knows what stands where
}

// Board says which kind of board the instances run on.
type Board string

// The boards there are.
const (
	Periph    Board = "periph" // the real one
	Simulated Board = "sim"
)

// Instance is one plugin at work.
type Instance struct {
	Name       string
	Definition host.Definition
	Config     any // the plugin's Config, by value, for Definition.New
	OnError    OnError
	Line       int
}

// OnError says what becomes of the daemon when an instance fails.
type OnError string

// What an instance that failed leads to.
const (
	Restart OnError = "restart" // it is started again after a while
	Fail    OnError = "fail"    // the daemon ends
)

// At places an error that an instance's New returned, as Validate's are placed:
// a [plugins.Fault] at its option, any other error at the instance.
func (f *File) At(instance string, err error) Faults {
	d := *f.decoder
	d.faults, d.count = nil, 0
	d.locate(d.nearestSpot("plugins."+instance), err)
	return d.src.finish(d.faults)
}

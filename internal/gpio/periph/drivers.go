package periph

import (
	"bytes"
	"log"
	"runtime"
	"strings"
	"sync"

	"periph.io/x/conn/v3/driver/driverreg"
)

// Driver is one of periph.io's drivers. One that failed is not fatal by itself:
// another may serve the board.
type Driver struct {
	Name  string `json:"name"`
	State string `json:"state"` // loaded, skipped or failed
	Why   string `json:"why,omitempty"`
}

// search is what periph.io's drivers found, and what they said.
type search struct {
	drivers  []Driver
	messages []string
	err      error
}

// loadDrivers runs periph.io's drivers, which they allow once in a process.
var loadDrivers = sync.OnceValue(func() search {
	var found search
	var state *driverreg.State
	err := keepStdin(gpioExport, func() {
		found.messages = catchLog(func() { state, found.err = driverreg.Init() })
	})
	if found.err == nil {
		found.err = err
	}
	if found.err != nil {
		return found
	}
	// A chip that could not be read leaves two os.Files of one descriptor to the
	// garbage collector, and what the second one closes may be another's by then.
	// So they go now, while there are few others.
	if len(found.messages) > 0 {
		runtime.GC()
	}
	for _, d := range state.Loaded {
		found.drivers = append(found.drivers, Driver{Name: d.String(), State: "loaded"})
	}
	for _, f := range state.Skipped {
		found.drivers = append(found.drivers, Driver{f.D.String(), "skipped", why(f)})
	}
	for _, f := range state.Failed {
		found.drivers = append(found.drivers, Driver{f.D.String(), "failed", why(f)})
	}
	return found
})

// why is empty where the driver gives no reason, as ioctl-gpio does when it may
// not open any chip: the reason is then among the messages.
func why(f driverreg.DriverFailure) string {
	if f.Err == nil {
		return ""
	}
	return f.Err.Error()
}

// catchLog returns the lines that are written to the standard logger while run
// runs: there, and nowhere else, periph.io says why it could not use a chip.
func catchLog(run func()) []string {
	var text bytes.Buffer // the logger takes its own lock around each write
	writer, flags := log.Writer(), log.Flags()
	log.SetOutput(&text)
	log.SetFlags(0)
	run()
	log.SetOutput(writer)
	log.SetFlags(flags)
	return strings.FieldsFunc(text.String(), func(r rune) bool { return r == '\n' })
}

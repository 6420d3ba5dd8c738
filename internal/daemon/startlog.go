package daemon

import (
	"bytes"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"ptvd/internal/config"
)

// logStart logs what somebody who reads the log of another machine has to ask for first.
func (d *Daemon) logStart() {
	file := d.options.File
	log := d.log.With("version", d.options.Version)
	if d.options.Path != "" {
		log = log.With("config", d.options.Path)
	}
	board := "simulated"
	if d.options.Board == nil && file.Board != config.Simulated {
		board = boardModel("/sys/firmware/devicetree/base/model")
	}
	var plugins []string
	for _, i := range file.Instances {
		plugins = append(plugins, i.Name+" ("+i.Definition.Name+")")
	}
	log.Info("starting", "board", board, "kernel", kernel(), "timezone", file.Timezone.String(), "plugins", strings.Join(plugins, ", "))
}

// boardModel reads the model from the device tree, which only boards have.
func boardModel(path string) string {
	model, err := os.ReadFile(path)
	if err != nil {
		return "unknown (no device tree)"
	}
	return string(bytes.TrimRight(model, "\x00"))
}

func kernel() string {
	var name unix.Utsname
	_ = unix.Uname(&name) // cannot fail
	return unix.ByteSliceToString(name.Release[:])
}

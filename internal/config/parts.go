package config

import (
	"reflect"
	"strings"
)

// Part is a part of the board that an instance's options name.
type Part struct {
	Kind   PartKind
	Name   string // as it is written: GPIO17, /dev/spidev0.0
	Option string // below the instance: encoder.a
}

// PartKind says what a part is opened as.
type PartKind uint8

// The kinds of parts.
const (
	Line PartKind = iota // to be read or to be driven: that is the plugin's affair
	SPIPort
	PWMOutput
)

var partKinds = map[kind]PartKind{kindPin: Line, kindSPI: SPIPort, kindPWM: PWMOutput}

// Parts returns what the instance takes of the board, in the order of its plugin's
// options.
func (i Instance) Parts() []Part {
	var parts []Part
	config := reflect.ValueOf(i.Config)
	visit("", shapeOf(config.Type(), ""), deepCopy(config), func(path string, k kind, v reflect.Value) {
		if kind, ok := partKinds[k]; ok {
			parts = append(parts, Part{kind, v.String(), strings.TrimPrefix(path, ".")})
		}
	})
	return parts
}

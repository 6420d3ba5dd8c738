package cli

import (
	"strings"

	"ptvd/internal/config"
	"ptvd/internal/gpio/periph"
)

// checkLines returns an error for each line that the configuration names and the board has
// not. Only the board itself knows: a machine without lines that are named as those of a
// Raspberry Pi's header is another one, on which a configuration is checked for the board.
func checkLines(chips []periph.Chip, file *config.File) error {
	if _, line := periph.Lookup(chips, "GPIO17"); line == nil || file.Board != config.Periph {
		return nil
	}
	for _, chip := range chips {
		if chip.Problem != "" {
			return nil // its lines are not known
		}
	}
	var found config.Diagnostics
	for _, instance := range file.Instances {
		for _, part := range instance.Parts() {
			if part.Kind != config.Line || strings.Contains(part.Name, ".") { // a pin of an expander
				continue
			}
			if err := periph.CheckLine(chips, part.Name); err != nil {
				found = append(found, file.Locate("plugins."+instance.Name+"."+part.Option, err)...)
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	return configError{found}
}

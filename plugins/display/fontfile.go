package display

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ptvd/internal/schema"
	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
)

// readFont reads the owner's font.
func readFont(path string) (*font.Face, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	face, err := font.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return face, nil
}

// checkFont refuses a file that is not a font, and warns of one that is not there, as on
// another machine than the board, and of texts of the pages that the font lacks.
func (c Config) checkFont() error {
	var errs []error
	face := font.Text
	if c.Font != "" {
		if !filepath.IsAbs(c.Font) {
			return plugins.OptionErrorf("font", "the path of the file is not absolute; write it from / on")
		}
		owned, err := readFont(c.Font)
		device := c.Device.Value
		switch {
		case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission):
			errs = append(errs, plugins.OptionWarningf("font", "%w; until it can be read the built-in font is used", err))
		case err != nil:
			return plugins.OptionErrorf("font", "%w; write the path of a font in BDF", err)
		case device != nil && panel.High(device.Size().Y):
			face = owned
		}
	}
	for i, page := range c.Pages {
		texter, ok := page.Value.(panel.Texter)
		if !ok {
			continue
		}
		texts := texter.Texts()
		for _, option := range slices.Sorted(maps.Keys(texts)) {
			if lacks := face.Lacks(texts[option]); lacks != "" {
				errs = append(errs, plugins.OptionWarningf(fmt.Sprintf("pages[%d].%s.%s", i, page.Choice.Name, option),
					"the font of the panel has no %s, which is shown as □; write it in Latin letters", schema.Join(strings.Split(lacks, ""), "and")))
			}
		}
	}
	return errors.Join(errs...)
}

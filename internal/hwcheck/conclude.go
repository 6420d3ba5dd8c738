package hwcheck

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// conclude says what came of it all. An error is what the exit status tells.
func (c *check) conclude() error {
	c.sheet.line("", "")
	if c.held {
		c.sheet.line("", "Stop the service, and try again: sudo systemctl stop ptvd")
	}
	if c.denied && os.Geteuid() != 0 {
		c.sheet.line("", "You may not open everything. Try it as the user that the service runs as: sudo -u ptvd ptvd check --hardware")
	}
	closed := 0
	for _, p := range c.parts {
		if !p.found {
			closed++
		}
	}
	switch {
	case c.around.Rival != 0:
		return errors.New("the hardware is in use")
	case !c.looked:
		return errors.New("it ended before everything was looked at")
	case closed > 0:
		return fmt.Errorf("%d of %s could not be opened", closed, count(len(c.parts), "part"))
	case len(c.failed) > 0:
		return fmt.Errorf("not everything works: %s", strings.Join(c.failed, ", "))
	}
	c.sheet.line("", "Everything was found: %s.", count(len(c.parts), "part"))
	return nil
}

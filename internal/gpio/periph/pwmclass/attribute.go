package pwmclass

import (
	"errors"
	"os"
	"strings"
)

// readAttribute reads a sysfs file.
func readAttribute(path string) (string, error) {
	text, err := os.ReadFile(path)
	return strings.TrimSpace(string(text)), err
}

// writeAttribute writes a sysfs file with a single write, as sysfs requires. It does not
// create the file.
func writeAttribute(path, value string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}

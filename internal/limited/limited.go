// Package limited reads files that other programs or people have written, and that
// may be longer than they should be.
package limited

import (
	"io"
	"os"
)

// ReadFile returns the first limit+1 bytes of a file at most: one byte more than the
// limit says that the file is too long, which the caller reports in its own words.
func ReadFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

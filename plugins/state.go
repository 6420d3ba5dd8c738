package plugins

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// State is where an instance keeps what should outlive a restart. Its methods touch
// the disk: call them through [Await].
type State interface {
	// Load returns a file's contents, nil when there is none.
	Load(name string) ([]byte, error)

	// Save replaces a file as a whole: after a power cut it holds the old
	// contents or the new ones, never a part.
	Save(name string, data []byte) error
}

// StateDir is a State in a directory, which is made when it is needed.
type StateDir string

var _ State = StateDir("")

// maxState bounds a state file: these are levels and choices, not archives.
const maxState = 64 << 10

// Load reads a file, and removes what Saves that a power cut has ended left beside
// it.
func (d StateDir) Load(name string) ([]byte, error) {
	left, _ := filepath.Glob(filepath.Join(string(d), "."+name+"*")) // as renameio names them
	for _, file := range left {
		_ = os.Remove(file) // it may be there for another time
	}
	f, err := os.Open(filepath.Join(string(d), name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxState+1))
	if len(data) > maxState {
		return nil, fmt.Errorf("%s is larger than %d bytes: it is not a state file; remove it", f.Name(), maxState)
	}
	return data, err
}

// Save writes a file beside the old one and renames it.
func (d StateDir) Save(name string, data []byte) error {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(string(d), name), data, 0o600, renameio.WithTempDir(string(d)))
}

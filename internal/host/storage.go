package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"ptvd/internal/limited"
)

// Storage is where an instance keeps what should outlive a restart. Its methods touch
// the disk: call them through [Await].
type Storage interface {
	// Load returns a file's contents, nil when there is none.
	Load(name string) ([]byte, error)

	// Save replaces a file as a whole: after a power cut it holds the old
	// contents or the new ones, never a part. More than 64 KiB are an error.
	Save(name string, data []byte) error
}

// StorageDir is a Storage in a directory, which is made when it is needed.
type StorageDir string

var _ Storage = StorageDir("")

// maxFile bounds a state file: these are levels and choices, not archives.
const maxFile = 64 << 10

// Load reads a file, and removes the temporary files that a power cut has left beside
// it.
func (d StorageDir) Load(name string) ([]byte, error) {
	temporary, _ := filepath.Glob(filepath.Join(string(d), "."+name+"*")) // as renameio names them
	for _, file := range temporary {
		_ = os.Remove(file) // the next Load tries again
	}
	path := filepath.Join(string(d), name)
	data, err := limited.ReadFile(path, maxFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case len(data) > maxFile:
		return nil, fmt.Errorf("%s is larger than %d bytes: it is not a state file; remove it", path, maxFile)
	}
	return data, err
}

// Save writes a file beside the old one and renames it.
func (d StorageDir) Save(name string, data []byte) error {
	if len(data) > maxFile {
		return fmt.Errorf("%s: %d bytes; a state file has %d at most", name, len(data), maxFile)
	}
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(string(d), name), data, 0o600, renameio.WithTempDir(string(d)))
}

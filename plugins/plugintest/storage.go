package plugintest

import (
	"slices"
	"sync"
)

// storage keeps the files of an instance in memory.
type storage struct{ files sync.Map }

func (s *storage) Load(name string) ([]byte, error) {
	data, _ := s.files.Load(name)
	text, _ := data.([]byte)
	return slices.Clone(text), nil
}

func (s *storage) Save(name string, data []byte) error {
	s.files.Store(name, slices.Clone(data))
	return nil
}

package simulate

import (
	"bytes"
	"math/rand/v2"
	"syscall"
	"time"

	"ptvd/internal/host"
)

// disk keeps the state files over restarts. Like the real host.Storage it
// guarantees that a file that is being replaced has the old contents or the new when
// the power fails.
type disk struct {
	world     *World
	rng       *rand.Rand // decides whether a write during a power failure is completed
	files     map[string][]byte
	refuses   error // returned by writes; nil: they succeed
	cutNext   bool  // the power fails at the next write
	cutAlways bool  // the power fails at every write
	powered   int   // the boot that may use the disk; 0: none
	writes    int
}

// diskRecovery limits how long it takes until a failed write is repeated.
const diskRecovery = time.Minute + 5*time.Second

// fault is the family: the disk is full or read-only.
func (d *disk) fault() fault {
	return fault{
		name: "disk", rests: 4 * time.Hour, lasts: 20 * time.Minute,
		begin: func(rng *rand.Rand) string {
			d.refuses = syscall.ENOSPC
			if rng.IntN(2) == 0 {
				d.refuses = syscall.EROFS
			}
			return d.refuses.Error()
		},
		end: func() {
			d.refuses = nil
			d.world.clock.Work(func() { d.world.checkLamp(diskRecovery) })
		},
	}
}

// of returns the directory of an instance.
func (d *disk) of(instance string) host.Storage {
	return &directory{disk: d, name: instance, boot: d.powered}
}

// directory is the directory of an instance, usable during one boot.
type directory struct {
	disk *disk
	name string
	boot int
}

func (d *directory) Load(name string) ([]byte, error) {
	if d.disk.powered != d.boot {
		return nil, syscall.EIO
	}
	return bytes.Clone(d.disk.files[d.name+"/"+name]), nil
}

func (d *directory) Save(name string, data []byte) error {
	d.disk.world.slowDisk.pass(d.disk.world)
	switch {
	case d.disk.powered != d.boot:
		return syscall.EIO
	case d.disk.refuses != nil:
		return d.disk.refuses
	}
	d.disk.writes++
	cut := d.disk.cutNext || d.disk.cutAlways
	if !cut || d.disk.rng.IntN(2) == 0 {
		d.disk.files[d.name+"/"+name] = bytes.Clone(data)
	}
	if cut {
		d.disk.world.cutPower("at a write")
		return syscall.EIO
	}
	return nil
}

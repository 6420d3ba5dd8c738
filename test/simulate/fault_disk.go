package simulate

import (
	"bytes"
	"math/rand/v2"
	"syscall"
	"time"

	"ptvd/internal/host"
)

// disk is what outlives a restart. Its file system keeps the one promise that the
// real State keeps: a file that is being replaced holds the old contents or the
// new, whenever the power goes.
type disk struct {
	world     *World
	dice      *rand.Rand // whether a write that is cut short was made
	files     map[string][]byte
	refuses   error // what a write is answered by; nil: it succeeds
	cutNext   bool  // the power goes at the next write
	cutAlways bool  // … and at every one
	powered   int   // the boot that may use the disk; 0: none may
	writes    int
}

// diskRecovery is how long it may take until what could not be written is.
const diskRecovery = time.Minute + 5*time.Second

// fault is the family: the disk is full, or read-only.
func (d *disk) fault() fault {
	return fault{
		name: "disk", rests: 4 * time.Hour, lasts: 20 * time.Minute,
		begin: func(dice *rand.Rand) string {
			d.refuses = syscall.ENOSPC
			if dice.IntN(2) == 0 {
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

// of gives an instance its directory.
func (d *disk) of(instance string) host.Storage {
	return &directory{disk: d, name: instance, boot: d.powered}
}

// directory is one instance's, as the daemon of one boot sees it.
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
	if !cut || d.disk.dice.IntN(2) == 0 {
		d.disk.files[d.name+"/"+name] = bytes.Clone(data)
	}
	if cut {
		d.disk.world.cutPower("at a write")
		return syscall.EIO
	}
	return nil
}

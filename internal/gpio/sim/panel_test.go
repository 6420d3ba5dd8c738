package sim_test

import (
	"fmt"
	"strings"
	"testing"

	"ptvd/internal/gpio/sim"
)

// send gives one chip, or each chip of a chain, its register and data.
func send(p *sim.Panel, words ...byte) { p.Receive(words) }

// on sets one chip up the way panels are: eight rows, no decoding.
func on(p *sim.Panel) {
	send(p, 0xB, 7)
	send(p, 0xC, 1)
}

func TestAChipIsDarkAfterPowerUp(t *testing.T) {
	p := sim.NewPanel(1)
	send(p, 1, 0xFF)
	if p.On() || p.Digit(0, 0) != 0 || p.Intensity(0) != 0 {
		t.Error("it is lit")
	}
}

func TestTheRegistersOfTheDatasheet(t *testing.T) {
	for _, test := range []struct {
		name string
		send [][2]byte
		want string // digits 0 to 7
	}{
		{"digits are rows of bits", [][2]byte{{1, 0x80}, {8, 0x01}}, "80 00 00 00 00 00 00 01"},
		{"D15 to D12 don't matter", [][2]byte{{0xF1, 0x80}}, "80 00 00 00 00 00 00 00"},
		{"no-op and the unused addresses do nothing", [][2]byte{{0, 0xFF}, {13, 0xFF}, {14, 0xFF}}, "00 00 00 00 00 00 00 00"},
		{"the scan limit hides the digits above it", [][2]byte{{1, 0xFF}, {2, 0xFF}, {3, 0xFF}, {0xB, 1}}, "ff ff 00 00 00 00 00 00"},
		{"of the scan limit three bits count", [][2]byte{{1, 0xFF}, {2, 0xFF}, {0xB, 0xF8}}, "ff 00 00 00 00 00 00 00"},
		{"shutdown blanks and forgets nothing", [][2]byte{{1, 0xFF}, {0xC, 0}, {2, 0xFF}, {0xC, 0xFF}}, "ff ff 00 00 00 00 00 00"},
		{"while shut down it is dark", [][2]byte{{1, 0xFF}, {0xC, 0xFE}}, "00 00 00 00 00 00 00 00"},
		{"a display test overrides shutdown and scan limit", [][2]byte{{0xC, 0}, {0xB, 0}, {0xF, 1}}, "ff ff ff ff ff ff ff ff"},
		{"a display test alters nothing", [][2]byte{{1, 0x55}, {0xF, 1}, {0xF, 0}}, "55 00 00 00 00 00 00 00"},
		{"decode mode makes figures of the digits it names", [][2]byte{{9, 0x05}, {1, 0x80}, {2, 8}, {3, 10}}, "fe 08 01 00 00 00 00 00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := sim.NewPanel(1)
			on(p)
			for _, word := range test.send {
				send(p, word[0], word[1])
			}
			if got := digits(p); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func digits(p *sim.Panel) string {
	var rows []byte
	for digit := range 8 {
		rows = append(rows, p.Digit(0, digit))
	}
	return fmt.Sprintf("% x", rows)
}

func TestTheLastWordOfAPacketStaysInTheFirstChip(t *testing.T) {
	p := sim.NewPanel(3)
	send(p, 0xB, 7, 0xB, 7, 0xB, 7)
	send(p, 0xC, 1, 0xC, 1, 0xC, 1)
	send(p, 1, 0x33, 1, 0x22, 1, 0x11)
	want := []byte{0x11, 0x22, 0x33}
	for chip := range want {
		if p.Digit(chip, 0) != want[chip] {
			t.Errorf("chip %d shows %x", chip, p.Digit(chip, 0))
		}
	}
	send(p, 2, 0x44) // too short: the words before move one chip on, and are executed there
	want = []byte{0x11, 0x11, 0x22}
	for chip := range want {
		if p.Digit(chip, 0) != want[chip] {
			t.Errorf("then chip %d shows %x", chip, p.Digit(chip, 0))
		}
	}
	if p.Digit(0, 1) != 0x44 {
		t.Error("the nearest chip did not take the short packet")
	}
}

func TestIntensityShutdownAndDisplayTest(t *testing.T) {
	p := sim.NewPanel(2)
	send(p, 0xA, 0xF9, 0xA, 3)
	if p.Intensity(0) != 3 || p.Intensity(1) != 9 {
		t.Errorf("intensities %d and %d", p.Intensity(0), p.Intensity(1))
	}
	send(p, 0, 0, 0xC, 1)
	if p.On() {
		t.Error("one of two chips makes it on")
	}
	send(p, 0xC, 1, 0xF, 1)
	if !p.On() || !p.Testing() {
		t.Errorf("on %v, testing %v", p.On(), p.Testing())
	}
}

func TestChangesAreReportedAndCounted(t *testing.T) {
	p := sim.NewPanel(1)
	heard := 0
	p.OnChange = func() { heard++ }
	send(p, 1, 0xFF) // shut down: nothing to see
	on(p)            // now it is
	send(p, 1, 0xFF) // the same again
	send(p, 0xA, 5)
	if heard != 2 || p.Changes() != 2 || p.Packets() != 5 {
		t.Errorf("%d changes were heard, %d counted in %d packets; want 2, 2, 5", heard, p.Changes(), p.Packets())
	}
	p.PowerCycle()
	if heard != 3 || p.On() || p.Digit(0, 0) != 0 {
		t.Error("it remembers after its power was away")
	}
}

// TestThePictureFollowsTheArrangement draws an F on the nearest of two blocks, as its
// columns stand in the digits, and looks at it from in front.
func TestThePictureFollowsTheArrangement(t *testing.T) {
	f := []byte{0b00011111, 0b00000101, 0b00000101, 0b00000001}
	p := sim.NewPanel(2)
	send(p, 0xB, 7, 0xB, 7)
	send(p, 0xC, 1, 0xC, 1)
	for i, column := range f {
		send(p, 0, 0, byte(1+i), column)
	}
	for _, test := range []struct {
		name string
		sim.Arrangement
		want string
	}{
		{"generic, DIN at the left", sim.Arrangement{}, `
####............
#...............
###.............
#...............
#...............
................
................
................`},
		{"generic, DIN at the right", sim.Arrangement{DINRight: true}, `
................
................
................
...............#
...............#
.............###
...............#
............####`},
		{"FC-16, DIN at the right", sim.Arrangement{Module: &sim.FC16, DINRight: true}, `
...........#####
.............#.#
.............#.#
...............#
................
................
................
................`},
		{"FC-16, DIN at the left", sim.Arrangement{Module: &sim.FC16}, `
................
................
................
................
#...............
#.#.............
#.#.............
#####...........`},
		{"Parola, DIN at the right", sim.Arrangement{Module: &sim.Parola, DINRight: true}, `
........#####...
........#.#.....
........#.#.....
........#.......
................
................
................
................`},
		{"ICStation, DIN at the left", sim.Arrangement{Module: &sim.ICStation}, `
...#####........
.....#.#........
.....#.#........
.......#........
................
................
................
................`},
		{"two rows of generic modules", sim.Arrangement{Rows: 2}, `
####....
#.......
###.....
#.......
#.......
........
........
........
........
........
........
........
........
........
........
........`},
	} {
		t.Run(test.name, func(t *testing.T) {
			picture := p.Picture(test.Arrangement)
			var got strings.Builder
			for y := range picture.Rect.Dy() {
				got.WriteByte('\n')
				for x := range picture.Rect.Dx() {
					got.WriteByte(".#"[picture.GrayAt(x, y).Y/0xFF])
				}
			}
			if got.String() != test.want {
				t.Errorf("got%s\nwant%s", got.String(), test.want)
			}
		})
	}
}

func TestASecondRowInZigzagIsTurnedAround(t *testing.T) {
	p := sim.NewPanel(4)
	send(p, 0xB, 7, 0xB, 7, 0xB, 7, 0xB, 7)
	send(p, 0xC, 1, 0xC, 1, 0xC, 1, 0xC, 1)
	send(p, 1, 0x01, 0, 0, 0, 0, 0, 0) // an LED of the last chip
	for _, test := range []struct {
		arrangement sim.Arrangement
		x, y        int
	}{
		{sim.Arrangement{Rows: 2}, 8, 8},
		{sim.Arrangement{Rows: 2, Zigzag: true}, 7, 15},
		{sim.Arrangement{Rows: 2, Zigzag: true, DINRight: true}, 8, 0},
		{sim.Arrangement{Rows: 2, Zigzag: true, Upwards: true}, 7, 7},
	} {
		if picture := p.Picture(test.arrangement); picture.GrayAt(test.x, test.y).Y == 0 {
			t.Errorf("%+v: it is not at %d,%d", test.arrangement, test.x, test.y)
		}
	}
}

// FuzzPanel compares the chain with one built of single bits.
func FuzzPanel(f *testing.F) {
	f.Add([]byte{2, 0xB, 7, 2, 0xC, 1, 2, 1, 0x55}, uint8(1))
	f.Add([]byte{4, 0xC, 1, 0xC, 1, 4, 1, 2, 3, 4, 3, 5, 6, 7, 1, 0xF, 0}, uint8(2))
	f.Add([]byte{9, 0xC, 1, 0xB, 7, 1, 0xAA, 9, 1, 0xF, 1}, uint8(3))
	f.Fuzz(func(t *testing.T, data []byte, n uint8) {
		chips := int(n%5) + 1
		p, model := sim.NewPanel(chips), newModel(chips)
		for len(data) > 0 {
			size := min(int(data[0]%16), len(data)-1)
			packet := data[1 : 1+size]
			data = data[1+size:]
			p.Receive(packet)
			model.receive(packet)
		}
		for chip := range chips {
			for digit := range 8 {
				if got, want := p.Digit(chip, digit), model.lit(chip, digit); got != want {
					t.Fatalf("chip %d, digit %d: %08b, want %08b", chip, digit, got, want)
				}
			}
		}
	})
}

// model is a chain as a wire: one bit goes in at the front for each clock.
type model struct {
	wire      []byte // a bit each, the last one in first
	registers [][16]byte
}

func newModel(chips int) *model {
	return &model{make([]byte, 16*chips), make([][16]byte, chips)}
}

func (m *model) receive(packet []byte) {
	for _, b := range packet {
		for bit := 7; bit >= 0; bit-- {
			m.wire = append([]byte{b >> bit & 1}, m.wire[:len(m.wire)-1]...)
		}
	}
	for chip := range m.registers {
		var word uint16
		for bit := range 16 {
			word |= uint16(m.wire[16*chip+bit]) << bit
		}
		m.registers[chip][word>>8&15] = byte(word)
	}
}

func (m *model) lit(chip, digit int) byte {
	r := &m.registers[chip]
	data := r[1+digit]
	switch {
	case r[15]&1 != 0:
		return 0xFF
	case r[12]&1 == 0, digit > int(r[11]&7):
		return 0
	case r[9]&(1<<digit) != 0:
		return data&0x80 | segments["0123456789-EHLP "[data&15]]
	}
	return data
}

// segments spells the characters of decode mode by the names of their segments.
var segments = func() map[byte]byte {
	named := map[byte]string{
		'0': "abcdef", '1': "bc", '2': "abged", '3': "abgcd", '4': "fgbc", '5': "afgcd", '6': "afgedc", '7': "abc",
		'8': "abcdefg", '9': "abcdfg", '-': "g", 'E': "afged", 'H': "fegbc", 'L': "fed", 'P': "abgfe", ' ': "",
	}
	bits := map[byte]byte{}
	for character, names := range named {
		for _, name := range names {
			bits[character] |= 1 << ('g' - name)
		}
	}
	return bits
}()

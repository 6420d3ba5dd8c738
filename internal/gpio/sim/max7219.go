package sim

// The registers of a MAX7219 (datasheet 19-4452, table 2). Digits 0 to 7 are the
// registers 1 to 8; registers 0 (no-op), 13 and 14 have no effect.
const (
	regDigit0      = 0x1
	regDigit7      = 0x8
	regDecode      = 0x9
	regIntensity   = 0xA
	regScanLimit   = 0xB
	regShutdown    = 0xC
	regDisplayTest = 0xF
)

// max7219 is one chip with 8×8 LEDs. The zero value is its state after power-up: in
// shutdown, with all registers 0.
type max7219 struct {
	digits    [8]byte
	decode    byte
	intensity byte
	scanLimit byte
	on        bool
	test      bool
}

// latch executes the 16 bits of the shift register, on the rising edge of LOAD. Bits
// D15 to D12 are ignored.
func (c *max7219) latch(address, data byte) {
	switch address &= 0xF; address {
	case regDecode:
		c.decode = data
	case regIntensity:
		c.intensity = data & 0xF
	case regScanLimit:
		c.scanLimit = data & 7
	case regShutdown:
		c.on = data&1 == 1
	case regDisplayTest:
		c.test = data&1 == 1
	default:
		if regDigit0 <= address && address <= regDigit7 {
			c.digits[address-regDigit0] = data
		}
	}
}

// lit returns which LEDs of a digit are lit, as the bits D7 to D0. Display test mode
// overrides all registers without changing them.
func (c *max7219) lit(digit int) byte {
	switch {
	case c.test:
		return 0xFF
	case !c.on || digit > int(c.scanLimit):
		return 0
	case c.decode>>digit&1 == 1:
		return c.digits[digit]&0x80 | codeB[c.digits[digit]&0xF]
	}
	return c.digits[digit]
}

// codeB is the font of the decode mode, with the segments a to g as D6 to D0: the ten
// digits, a dash, E, H, L, P and a blank.
var codeB = [16]byte{
	0x7E, 0x30, 0x6D, 0x79, 0x33, 0x5B, 0x5F, 0x70, 0x7F, 0x7B,
	0x01, 0x4F, 0x37, 0x0E, 0x67, 0x00,
}

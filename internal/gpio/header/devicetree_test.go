package header

import (
	"encoding/binary"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

// treeOf returns a device tree with these properties. Numbers begin with "<".
func treeOf(properties map[string]string) fstest.MapFS {
	tree := fstest.MapFS{}
	for name, value := range properties {
		data := []byte(strings.ReplaceAll(value, " ", "\x00") + "\x00")
		if numbers, ok := strings.CutPrefix(value, "<"); ok {
			data = nil
			for n := range strings.FieldsSeq(numbers) {
				data = binary.BigEndian.AppendUint32(data, map[string]uint32{
					"one": 1, "two": 2, "three": 3, "7": 7, "8": 8, "9": 9, "10": 10, "11": 11, "14": 14, "15": 15, "18": 18, "44": 44, "45": 45,
				}[n])
			}
		}
		tree[name] = &fstest.MapFile{Data: data}
	}
	return tree
}

func TestTheDeviceTreeTellsWhichDeviceHasAPin(t *testing.T) {
	for name, c := range map[string]struct {
		tree map[string]string
		want map[int]string
	}{
		"Raspberry Pi 4": {map[string]string{
			"soc/gpio@7e200000/compatible":                  "brcm,bcm2711-gpio",
			"soc/gpio@7e200000/spi0_pins/phandle":           "<one",
			"soc/gpio@7e200000/spi0_pins/brcm,pins":         "<9 10 11",
			"soc/gpio@7e200000/spi0_cs_pins/phandle":        "<two",
			"soc/gpio@7e200000/spi0_cs_pins/brcm,pins":      "<8 7",
			"soc/gpio@7e200000/pwm_pins/phandle":            "<three",
			"soc/gpio@7e200000/pwm_pins/pin-pwm0/brcm,pins": "<18",
			"soc/spi@7e204000/pinctrl-0":                    "<one two",
			"soc/spi@7e204000/status":                       "okay",
			"soc/pwm@7e20c000/pinctrl-0":                    "<three",
			"soc/serial@7e201000/status":                    "disabled",
			"soc/serial@7e201000/pinctrl-0":                 "<one",
			"aliases/spi0":                                  "/soc/spi@7e204000",
			"aliases/chosen-spi":                            "/soc/spi@7e204000",
			"soc/firmware/gpio/compatible":                  "raspberrypi,firmware-gpio",
			"soc/firmware/gpio/phandle":                     "<7",
			"soc/leds/pinctrl-0":                            "<7 15",
		}, map[int]string{7: "spi0", 8: "spi0", 9: "spi0", 10: "spi0", 11: "spi0", 18: "pwm"}},
		"Raspberry Pi 5": {map[string]string{
			"axi/pcie@1000120000/rp1/gpio@d0000/compatible":        "raspberrypi,rp1-gpio",
			"axi/pcie@1000120000/rp1/gpio@d0000/rp1_uart0/phandle": "<one",
			"axi/pcie@1000120000/rp1/gpio@d0000/rp1_uart0/pins":    "gpio14 gpio15",
			"axi/pcie@1000120000/rp1/serial@30000/pinctrl-0":       "<one",
			"soc@107c000000/pinctrl@7d504100/compatible":           "brcm,bcm2712c0-pinctrl",
			"soc@107c000000/pinctrl@7d504100/emmc_cmd/phandle":     "<two",
			"soc@107c000000/pinctrl@7d504100/emmc_cmd/pins":        "gpio9 emmc_cmd",
			"soc@107c000000/mmc@fff000/pinctrl-0":                  "<two",
			"aliases/uart0":                                        "/axi/pcie@1000120000/rp1/serial@30000",
		}, map[int]string{14: "uart0", 15: "uart0"}},
		"no device tree": {nil, map[int]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := pinFunctions(treeOf(c.tree)); !maps.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func FuzzPinFunctions(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1}, []byte{0, 0, 0, 1}, []byte{0, 0, 0, 10}, []byte("gpio9\x00"))
	f.Add([]byte{0, 1}, []byte{}, []byte{255, 255, 255, 255}, []byte("gpio-1\x00gpio99999999999\x00"))
	f.Fuzz(func(_ *testing.T, phandle, pinctrl, numbers, names []byte) {
		pinFunctions(fstest.MapFS{
			"gpio/compatible": {Data: []byte("raspberrypi,rp1-gpio\x00")}, "gpio/group/phandle": {Data: phandle},
			"gpio/group/brcm,pins": {Data: numbers}, "gpio/group/pins": {Data: names}, "spi@0/pinctrl-0": {Data: pinctrl},
		})
	})
}

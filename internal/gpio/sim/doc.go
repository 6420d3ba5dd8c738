// Package sim is a simulated board: GPIO lines, SPI ports and PWM outputs that behave
// like the kernel's, in the time of the loop.
//
//	board := sim.New(loop)
//	panel := sim.NewPanel(4)
//	board.Attach("SPI0.0", panel)
//	button := sim.NewButton(board, "GPIO17", seed)
//	knob := sim.NewKnob(board, "GPIO5", "GPIO6", seed)
//
// The board is a [gpio.Backend]. Its other methods simulate the hardware around it:
// they drive lines, attach devices to ports and inject faults. They panic if there is
// no part with the given name.
package sim

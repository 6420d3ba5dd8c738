// Package sim is a simulated board: lines, SPI ports and PWM outputs that behave
// as the kernel's do, on the loop's own time.
//
//	board := sim.New(loop)
//	panel := sim.NewPanel(4)
//	board.Attach("SPI0.0", panel)
//	button := sim.NewButton(board, "GPIO17", seed)
//	knob := sim.NewKnob(board, "GPIO5", "GPIO6", seed)
//
// The board is a [gpio.Backend]. Its other methods are the world around it: they
// drive lines, hang devices on ports and break things. Those take the names of
// parts that exist, and panic at others.
package sim

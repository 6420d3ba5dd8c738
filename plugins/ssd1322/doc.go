// Package ssd1322 is a driver for OLED displays with an SSD1322, 256×64 pixels of 16
// greys, over 4-wire SPI, and the panel device ssd1322.
//
// The driver, [Dev], is one of periph.io's kind: it needs an SPI port and the D/C line,
// and is a display.Drawer. It sends the columns and rows that differ from what the
// display holds.
//
// # Datasheet
//
// Solomon Systech, SSD1322, 480 x 128, Dot Matrix High Power OLED/PLED Segment/Common
// Driver with Controller, Rev 1.2, 2010.
//
// https://www.newhavendisplay.com/appnotes/datasheets/OLEDs/SSD1322.pdf
package ssd1322

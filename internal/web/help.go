package web

import (
	"bytes"
	"cmp"
	"fmt"
)

// help says what each figure is, by its name without the prefix.
var help = map[string]string{
	"web_clients":                "Browsers that watch.",
	"instance_health":            "1 for the health that the instance has.",
	"instance_restarts_total":    "How often the instance was started again.",
	"departures_age_seconds":     "Age of the newest reply.",
	"lamp_duty_ratio":            "Duty cycle of the lamp's outputs, 0 to 1.",
	"clock_known":                "1 where the time is to be believed.",
	"clock_system_error_seconds": "How far the system's clock is ahead.",
	"uptime_seconds":             "Time since the start.",
	"loop_wakeups_total":         "How often the loop woke up.",
	"loop_workers":               "Pieces of awaited work beside the loop.",
	"spi_transfers_total":        "Transfers over SPI.",
	"spi_bytes_total":            "Bytes that went over SPI.",
	"task_live":                  "Tasks of this name that run now.",
	"task_runs_total":            "Steps of the task.",
	"task_seconds_total":         "Time that the task had the loop.",
	"task_missed_ticks_total":    "Ticks that came too late to be run.",
	"task_longest_step_seconds":  "The longest time that the task had the loop at once.",
	"task_lateness_seconds":      "How long after they were due sleeps and ticks ran.",
}

// explain completes a line of the exposition that has the room for a help text.
func explain(line []byte) []byte {
	name, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("# HELP ptvd_"))
	if !ok {
		return line
	}
	return fmt.Appendf(nil, "# HELP ptvd_%s %s\n", name, cmp.Or(help[string(name)], "A figure of the plugin's own."))
}

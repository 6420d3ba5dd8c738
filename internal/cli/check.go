package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/gpio/periph"
	"ptvd/internal/hwcheck"
	"ptvd/internal/logs"
	"ptvd/internal/schema"
	"ptvd/internal/textfmt"
)

const defaultConfig = "/etc/ptvd/ptvd.yaml"

func configFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVarP(path, "config", "c", defaultConfig, "read the configuration from `FILE`")
	_ = cmd.MarkFlagFilename("config", "yaml", "yml")
}

// load reads a configuration and makes every instance once, which finds all errors
// that can be found without the board.
func load(path string) (*config.File, error) {
	file, err := config.Load(path)
	if err != nil {
		return nil, configError{err}
	}
	if err := daemon.Check(file); err != nil {
		return nil, configError{err}
	}
	return file, nil
}

func checkCommand() *cobra.Command {
	var path, format string
	var duration time.Duration
	var hardware, online, strict bool
	cmd := &cobra.Command{
		Use:   "check [FILE]",
		Args:  cobra.MaximumNArgs(1),
		Short: "Check a configuration file",
		Long: `Check a configuration file and report every error and warning with its line and
column. The exit status is 0 if there are no errors; with --strict, warnings are errors.

With --online, also ask each source, such as the API of a transport authority, once
with its credentials, and print what it would show. The exit status is 0 if every
source has answered.

With --hardware, also test the parts on this board that the configuration uses. Open
every GPIO line, SPI port and PWM output, and report what cannot be opened and how to
fix it. Then show the test pattern on panels, fade lamps up and down, and print what
is pressed and turned, until Ctrl-C. For a panel that does not show the pattern as it
should, ask what is seen, and print the line to write in the configuration. Stop the
service first. The exit status is 0 if every part was opened and no test failed.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 1 && cmd.Flags().Changed("config"):
				return usageError{errors.New("the file is given twice, by --config and as an argument")}
			case format != "text" && format != "json":
				return usageError{fmt.Errorf("invalid --format %q: must be text or json", format)}
			case cmd.Flags().Changed("for") && !hardware:
				return usageError{errors.New("--for requires --hardware")}
			case hardware && online:
				return usageError{errors.New("--hardware cannot be combined with --online")}
			case hardware && format == "json":
				return usageError{errors.New("--hardware cannot be combined with --format json")}
			case online && format == "json":
				return usageError{errors.New("--online cannot be combined with --format json")}
			case len(args) == 1:
				path = args[0]
			}
			if err := validateFor(cmd, duration); err != nil {
				return err
			}
			file, err := load(path)
			if err == nil {
				findService("").warn(path, file)
				err = checkLines(periph.Lines(), file)
			}
			if err == nil && (file.Panics != nil || strict && file.Warnings != nil) {
				if strict {
					file.Warnings = file.Warnings.AsErrors()
				}
				err = configError{append(file.Panics, file.Warnings...)}
			}
			switch {
			case format == "json":
				return printDiagnostics(cmd.OutOrStdout(), file, err)
			case err != nil:
				return withCount(path, err)
			case online:
				return checkOnline(cmd, path, file)
			case hardware:
				return checkHardware(cmd, path, file, duration)
			}
			summary := textfmt.Count(len(file.Instances), "instance")
			if file.Warnings != nil {
				fmt.Fprintln(cmd.OutOrStdout(), file.Warnings)
				summary += ", " + file.Warnings.Summary()
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: ok (%s)\n", path, summary)
			return err
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().StringVar(&format, "format", "text", "output `FORMAT`: text or json")
	cmd.Flags().BoolVar(&online, "online", false, "ask each source once, with its credentials, and print what it would show")
	cmd.Flags().BoolVar(&strict, "strict", false, "treat warnings as errors")
	cmd.Flags().BoolVar(&hardware, "hardware", false, "test the hardware that the configuration uses")
	cmd.Flags().DurationVar(&duration, "for", 0, "with --hardware: stop after `TIME`, for example 20s (default: run until Ctrl-C)")
	completeWords(cmd, "format", "text", "json")
	return cmd
}

// withCount adds the number of errors and warnings to more than one of them.
func withCount(path string, err error) error {
	if list := config.Diagnostics(nil); errors.As(err, &list) && len(list) > 1 {
		return configError{fmt.Errorf("%w\n%s: %s", list, path, list.Summary())}
	}
	return err
}

// printDiagnostics prints {"ok": …, "diagnostics": […]} on standard output, and
// nothing on standard error.
func printDiagnostics(out io.Writer, file *config.File, err error) error {
	list := config.Diagnostics{}
	if err == nil {
		list = append(list, file.Warnings...)
	} else if !errors.As(err, &list) {
		return err
	}
	if printErr := printJSON(out, map[string]any{"ok": err == nil, "diagnostics": list}); printErr != nil {
		return printErr
	}
	if err != nil {
		return configError{errPrinted}
	}
	return nil
}

// errPrinted is an error that was already printed.
var errPrinted = errors.New("")

// checkHardware tests the hardware until a signal or the end of its time. SIGHUP ends it, too,
// so that a lamp does not go on fading after its terminal was closed. A second signal
// ends the process at once.
func checkHardware(cmd *cobra.Command, path string, file *config.File, duration time.Duration) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop)
	log := logs.New(os.Stderr, os.Stderr, slog.LevelInfo)
	defer log.Close()
	width, _, _ := term.GetSize(int(os.Stdout.Fd())) // 0 without a terminal: lines are not wrapped
	in := bufio.NewReader(cmd.InOrStdin())
	return hwcheck.Run(ctx, hwcheck.Options{
		File: file, Title: path, Out: cmd.OutOrStdout(), Width: width, Log: log.Logger, Duration: duration,
		ReadAnswer: func(context.Context) (string, error) { return in.ReadString('\n') },
	})
}

func checkOnline(cmd *cobra.Command, path string, file *config.File) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	asked, failed := 0, 0
	err := daemon.CheckOnline(ctx, file, func(instance, text string, err error) {
		asked++
		if err != nil {
			failed++
			text = "FAILED: " + err.Error()
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", instance, strings.ReplaceAll(text, "\n", "\n  "))
	})
	switch {
	case err != nil:
		return err
	case failed > 0:
		return fmt.Errorf("%d of %s failed", failed, textfmt.Count(asked, "source"))
	case asked == 0:
		return errors.New(path + ": no instance gets something from elsewhere")
	}
	return nil
}

// checkLines returns an error for each line that the configuration names and the board
// does not have. A machine without the lines of a Raspberry Pi's header is not the board,
// and says nothing about its lines.
func checkLines(chips []periph.Chip, file *config.File) error {
	if _, line := periph.Lookup(chips, "GPIO17"); line == nil || file.Board != config.Periph {
		return nil
	}
	for _, chip := range chips {
		if chip.Problem != "" {
			return nil // its lines are not known
		}
	}
	var found config.Diagnostics
	for _, instance := range file.Instances {
		for _, part := range instance.Parts() {
			if part.Kind != schema.Pin || strings.Contains(part.Name, ".") { // a pin of an expander
				continue
			}
			if err := periph.CheckLine(chips, part.Name); err != nil {
				found = append(found, file.Locate("plugins."+instance.Name+"."+part.Option, err)...)
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	return configError{found}
}

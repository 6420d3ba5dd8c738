package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
)

const defaultConfig = "/etc/ptvd/ptvd.yaml"

func configFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVarP(path, "config", "c", defaultConfig, "the configuration `FILE`")
	_ = cmd.MarkFlagFilename("config", "yaml", "yml")
}

// load reads a configuration and makes every instance once, to find all that can
// be found without touching the board.
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
	var hardware hardwareFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check a configuration, and say everything that is wrong with it",
		Long: `Check a configuration, and say everything that is wrong with it.

With --hardware, on the board itself: open every line, port and output that the
configuration names, and say what was found and what to do about what was not.
Then draw the test pattern, let lamps go up and down, and tell what is pressed and
turned, until Ctrl-C. Stop the service before. The exit status is 0 when everything
was found and works.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "text" && format != "json" {
				return usageError{fmt.Errorf("--format is text or json, not %q", format)}
			}
			if err := hardware.validate(cmd, format); err != nil {
				return err
			}
			file, err := load(path)
			switch {
			case format == "json":
				return printFaults(cmd.OutOrStdout(), err)
			case err != nil:
				return err
			case hardware.wanted:
				return hardware.run(cmd, path, file)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: ok (%d instances)\n", path, len(file.Instances))
			return err
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().StringVar(&format, "format", "text", "how to say it, the `FORMAT`: text or json")
	hardware.add(cmd)
	return cmd
}

// printFaults prints {"ok": …, "faults": […]}. What stands there is not said
// again on standard error.
func printFaults(out io.Writer, err error) error {
	faults := config.Faults{}
	if err != nil && !errors.As(err, &faults) {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if encodeErr := encoder.Encode(map[string]any{"ok": err == nil, "faults": faults}); encodeErr != nil {
		return encodeErr
	}
	if err != nil {
		return configError{errSaid}
	}
	return nil
}

// errSaid is an error of which nothing is left to say.
var errSaid = errors.New("")

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/plugins"
	"ptvd/plugins/departures"
	"ptvd/plugins/motis"
	"ptvd/plugins/ptv"
)

func stopsCommand() *cobra.Command {
	var path, source, base string
	var near plugins.Position
	cmd := &cobra.Command{
		Use:   "stops SEARCH",
		Short: "Search for a stop and print what the configuration needs",
		Long: `Search for stops by name or suburb, and print their IDs, routes and directions as the
configuration needs them. The search in Victoria uses the id and key of the first ptv
instance in the configuration, so it needs sudo where they are credentials in
/etc/credstore. Encrypted credentials can be read by the service only: name a
configuration with {file: …} or {env: …} in place of {credential: …}.

With --source motis the search is anywhere, by Transitous, and needs no configuration. If
the configuration has a motis instance, its service, contact and language are used.`,
		Example: "  ptvd stops huntingdale\n  ptvd stops --config my.yaml flinders street\n  ptvd stops --source motis --near 50.07,14.40 anděl",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, words []string) (err error) {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			text, found, out, via := strings.Join(words, " "), 0, cmd.OutOrStdout(), daemon.SystemNetwork(time.Now).HTTP
			switch {
			case strings.TrimSpace(text) == "":
				err = usageError{errors.New("the text to search for is empty")}
			case source == "ptv" && (cmd.Flags().Changed("near") || cmd.Flags().Changed("base-url")):
				err = usageError{errors.New("--near and --base-url require --source motis")}
			case source == "ptv":
				found, err = findPTV(ctx, out, via, path, text)
			case source == "motis":
				cfg := motisConfig(path)
				cfg.BaseURL = cmp.Or(base, cfg.BaseURL)
				found, err = findMOTIS(ctx, out, via, cfg, near, text)
			default:
				err = usageError{fmt.Errorf("invalid --source %q: must be ptv or motis", source)}
			}
			if found == 0 && err == nil {
				err = fmt.Errorf("no stop found for %q", text)
			}
			return err
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().StringVar(&source, "source", "ptv", "the `SOURCE` to search in: ptv (Victoria) or motis (anywhere)")
	completeWords(cmd, "source", "ptv", "motis")
	cmd.Flags().TextVar(&near, "near", plugins.Position{}, "with --source motis: prefer stops near `LATITUDE,LONGITUDE`")
	cmd.Flags().Lookup("near").DefValue = "" // and not 0,0, which is a place
	cmd.Flags().StringVar(&base, "base-url", "", "with --source motis: the `URL` of a MOTIS of your own")
	return cmd
}

// configOf returns the configuration of the first instance of a plugin.
func configOf[T any](file *config.File) (cfg T, ok bool) {
	for _, instance := range file.Instances {
		if cfg, ok = instance.Config.(T); ok {
			break
		}
	}
	return cfg, ok
}

// findPTV searches with the credentials of a configuration, and prints what it finds.
func findPTV(ctx context.Context, out io.Writer, via http.RoundTripper, path, text string) (found int, err error) {
	file, err := config.Load(path)
	if err != nil {
		return 0, configError{err}
	}
	cfg, ok := configOf[ptv.Config](file)
	if !ok {
		return 0, errors.New("no ptv instance in the configuration: the search needs its id and key")
	}
	stops, err := cfg.Client(via, "ptvd/"+Version).FindStops(ctx, text)
	printStops(out, stops) // with an error, the stops found so far
	return len(stops), err
}

// motisConfig returns the configuration of the first motis instance, or one without a stop
// where there is none.
func motisConfig(path string) motis.Config {
	if file, err := config.Load(path); err == nil {
		if cfg, ok := configOf[motis.Config](file); ok {
			return cfg
		}
	}
	return motis.Config{ServiceOptions: departures.ServiceOptions{BaseURL: motis.Transitous}, Contact: exampleContact}
}

const exampleContact = "me@example.org"

// findMOTIS searches, and prints what it finds as instances of a configuration.
func findMOTIS(ctx context.Context, out io.Writer, via http.RoundTripper, cfg motis.Config, near plugins.Position, text string) (found int, err error) {
	stops, err := cfg.Client(via, "ptvd/"+Version).FindStops(ctx, text, near)
	for _, stop := range stops {
		fmt.Fprintf(out, "  # %s: %s", strings.TrimSuffix(stop.Name+", "+stop.Area, ", "), strings.Join(stop.Modes, ", "))
		if near != (plugins.Position{}) {
			fmt.Fprintf(out, "; %.1f km from there", near.Meters(stop.Position)/1000)
		}
		fmt.Fprintf(out, "\n  departures:\n    plugin: motis\n    stop: %q\n    near: %v\n    contact: %s", stop.ID, stop.Position, cfg.Contact)
		if cfg.Contact == exampleContact {
			fmt.Fprint(out, "  # write yours: Transitous asks for it")
		}
		if cfg.BaseURL != motis.Transitous {
			fmt.Fprintf(out, "\n    base_url: %s", cfg.BaseURL)
		}
		fmt.Fprint(out, "\n\n")
	}
	return len(stops), err
}

func printStops(out io.Writer, stops []ptv.Stop) {
	for _, stop := range stops {
		fmt.Fprintf(out, "stop: %d  # %s, %s\nroute_type: %s\n", stop.ID, stop.Name, stop.Suburb, stop.RouteType)
		for _, route := range stop.Routes {
			fmt.Fprintf(out, "  route %d: %s\n", route.ID, strings.TrimSpace(route.Number+" "+route.Name))
			for _, direction := range route.Directions {
				fmt.Fprintf(out, "    direction %d: %s\n", direction.ID, direction.Name)
			}
		}
		fmt.Fprintln(out)
	}
}

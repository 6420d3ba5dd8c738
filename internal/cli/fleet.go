package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"ptvd/internal/config"
	"ptvd/internal/textfmt"
	"ptvd/plugins"
	"ptvd/plugins/mqtt"
	"ptvd/plugins/topics"
)

func fleetCommand() *cobra.Command {
	var path, passwordFile, prefix string
	var broker mqtt.Config
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "fleet",
		Short: "List the boards that publish to an MQTT broker",
		Long: `List the boards that publish to an MQTT broker with the plugin mqtt, those with
problems first: the program with its version, the health, the age of the departures,
and what each board shows. Without --broker, the broker and the password are those of
the first mqtt instance in the configuration.`,
		Example: "  ptvd fleet\n  ptvd fleet --broker mqtts://hub.example --username admin --password-file ~/.ptvd-mqtt --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
			defer cancel()
			if passwordFile != "" {
				broker.Password = plugins.Secret{File: passwordFile}
			}
			if broker.Broker == "" {
				for _, name := range []string{"username", "password-file", "ca"} {
					if cmd.Flags().Changed(name) {
						return usageError{fmt.Errorf("--%s requires --broker", name)}
					}
				}
				file, err := config.Load(path)
				if err != nil {
					return configError{err}
				}
				var ok bool
				if broker, ok = configOf[mqtt.Config](file); !ok {
					return usageError{errors.New("no mqtt instance in the configuration: name the broker by --broker")}
				}
			}
			broker.ClientID = "" // the broker gives one, so that the board itself stays connected
			prefix = strings.TrimSuffix(prefix, "/")
			filter := "#"
			if prefix != "" {
				filter = prefix + "/#"
			}
			messages, err := broker.Read(ctx, filter)
			if err != nil {
				return fmt.Errorf("%s: %w", broker.Broker, err)
			}
			boards := boardsOf(messages)
			if len(boards) == 0 {
				return fmt.Errorf("no board publishes below %q", prefix)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), boards)
			}
			return printBoards(cmd.OutOrStdout(), boards)
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().StringVar(&broker.Broker, "broker", "", "the `ADDRESS` of the broker: mqtt://HOST:1883, or mqtts://HOST:8883 with TLS")
	cmd.Flags().StringVar(&broker.Username, "username", "", "with --broker: the user `NAME`")
	cmd.Flags().StringVar(&passwordFile, "password-file", "", "with --broker: a `FILE` with the password")
	cmd.Flags().StringVar(&broker.CA, "ca", "", "with --broker: a `FILE` with the certificate of the authority that signed the broker's, in PEM")
	cmd.Flags().StringVar(&prefix, "prefix", "ptvd", "the `PREFIX` of the topics of all boards; empty: all topics of the broker")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// fleetBoard is the state of a board of the fleet, as it publishes it.
type fleetBoard struct {
	Board   string   `json:"board"` // its prefix
	Online  bool     `json:"online"`
	Program string   `json:"program"`         // with its version
	Health  string   `json:"health"`          // of the instance that is worst off: ok, degraded or failed
	Reasons []string `json:"reasons"`         // of what is not ok
	Age     *float64 `json:"age_s,omitempty"` // of the oldest departures; left out: it has none
	Shows   []string `json:"shows"`           // what its panels say, in words
}

// fleetValue is an envelope whose value is decoded by its type.
type fleetValue struct {
	topics.Envelope
	Value json.RawMessage `json:"value"`
}

// boardsOf returns the boards that messages are from, those with problems first.
// Messages that no board publishes are left out.
func boardsOf(messages []mqtt.Message) []*fleetBoard {
	boards := map[string]*fleetBoard{}
	for _, m := range messages {
		if board, ok := strings.CutSuffix(m.Topic, "/status"); ok && (string(m.Payload) == "online" || string(m.Payload) == "offline") {
			boards[board] = &fleetBoard{Board: board, Online: string(m.Payload) == "online", Health: "ok", Reasons: []string{}, Shows: []string{}}
		}
	}
	for _, m := range messages {
		if board := boards[strings.TrimSuffix(m.Topic, "/about")]; board != nil {
			var about mqtt.About
			_ = json.Unmarshal(m.Payload, &about) // another program may have written it
			board.Program = about.Program
			continue
		}
		parts := strings.Split(m.Topic, "/")
		var v fleetValue
		if len(parts) < 3 || json.Unmarshal(m.Payload, &v) != nil {
			continue
		}
		if board := boards[strings.Join(parts[:len(parts)-2], "/")]; board != nil && v.Instance == parts[len(parts)-2] {
			board.take(v, m.Left)
		}
	}
	var all []*fleetBoard
	for _, b := range boards {
		if !b.Online {
			b.Reasons = append([]string{"offline"}, b.Reasons...)
		}
		all = append(all, b)
	}
	slices.SortFunc(all, func(a, b *fleetBoard) int {
		return cmp.Or(b.problem()-a.problem(), strings.Compare(a.Board, b.Board))
	})
	return all
}

// conditions are those of an instance, from the best to the worst.
var conditions = []string{"ok", "degraded", "failed"}

// problem returns how bad the condition of a board is, from 0, none, to 3, offline.
func (b *fleetBoard) problem() int {
	if !b.Online {
		return len(conditions)
	}
	return slices.Index(conditions, b.Health)
}

// take records a value of the board, whose message expires when left has passed. The age of
// the value is its maximum age less that time, which needs no clock.
func (b *fleetBoard) take(v fleetValue, left time.Duration) {
	switch v.Type {
	case "health":
		var health struct{ Condition, Why string }
		if json.Unmarshal(v.Value, &health) != nil || !slices.Contains(conditions, health.Condition) {
			return
		}
		if slices.Index(conditions, health.Condition) > slices.Index(conditions, b.Health) {
			b.Health = health.Condition
		}
		if health.Condition != "ok" {
			b.Reasons = append(b.Reasons, v.Instance+": "+health.Why)
		}
	case "text":
		var text string
		if json.Unmarshal(v.Value, &text) == nil && text != "" {
			b.Shows = append(b.Shows, text)
		}
	case "departures":
		var known struct{ Freshness topics.Freshness }
		if json.Unmarshal(v.Value, &known) != nil || known.Freshness == topics.None {
			return // a source that was not asked yet, such as one on demand
		}
		if age := v.MaxAge - left.Seconds(); v.MaxAge > 0 && left > 0 && (b.Age == nil || age > *b.Age) {
			b.Age = &age
		}
	}
}

// width limits a column, in characters.
const width = 80

func printBoards(out io.Writer, boards []*fleetBoard) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "BOARD\tPROGRAM\tHEALTH\tAGE\tSHOWS")
	for _, b := range boards {
		age, health := "-", b.Health
		if b.Age != nil {
			age = (time.Duration(*b.Age) * time.Second).String()
		}
		if !b.Online {
			health = "offline"
		}
		board, program := textfmt.OneLine(b.Board, width), textfmt.OneLine(b.Program, width)
		shows := textfmt.OneLine(strings.Join(b.Shows, " | "), width)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", board, cmp.Or(program, "-"), health, age, shows)
		for _, reason := range b.Reasons {
			if reason != "offline" {
				fmt.Fprintf(w, "\t\t\t\t%s\n", textfmt.OneLine(reason, width))
			}
		}
	}
	return w.Flush()
}

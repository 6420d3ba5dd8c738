package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ptvd/internal/cli"
	"ptvd/internal/mosquitto"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// runBoard runs a board until the body returns: one with departures that are 30 s old, and
// with a panel.
func runBoard(t *testing.T, b *mosquitto.Broker, prefix string, body func(task *plugins.Task, board *plugintest.Instance)) {
	name := path.Base(prefix)
	h := plugintest.NewInRealTime(t)
	h.Net = plugins.Network{Dial: new(net.Dialer).DialContext, Agent: "ptvd/1.2.3"}
	trains := plugintest.Publish(h, "trains", plugins.NewTopic[topics.Departures]("departures", "what leaves", plugins.State(topics.StaleAfter)))
	says := plugintest.Publish(h, "panel", plugins.NewTopic[topics.Text]("text", "what it says", plugins.State(0)))
	h.Run(func(task *plugins.Task) error {
		trains(topics.Departures{Received: task.Now().Add(-30 * time.Second), Period: 30 * time.Second})
		says(topics.Text("Flinders Street in 3 min at " + name))
		board := h.Start(task, "home", fmt.Sprintf("{plugin: mqtt, prefix: %s, client_id: %s, broker: 'mqtt://%s', username: hall, password: secret}", prefix, name, b.Address))
		body(task, board)
		return board.Stop(task)
	})
}

func fleet(arguments ...string) (status int, stdout, stderr string) {
	var out, problems bytes.Buffer
	status = cli.Run(append([]string{"fleet"}, arguments...), &out, &problems)
	return status, out.String(), problems.String()
}

func TestFleetListsTheBoardsOfABrokerWithProblemsFirst(t *testing.T) {
	passwords := filepath.Join(t.TempDir(), "passwords")
	if err := os.WriteFile(passwords, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mosquitto_passwd", "-b", passwords, "hall", "secret").CombinedOutput(); err != nil {
		t.Skipf("mosquitto_passwd: %v: %s", err, out)
	}
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := mosquitto.Start(t, "allow_anonymous false", "password_file "+passwords)
	access := []string{"--broker", "mqtt://" + b.Address, "--username", "hall", "--password-file", secret}

	if status, _, problem := fleet("--broker", "mqtt://"+b.Address); status != 1 || !strings.Contains(problem, "Not authorized") {
		t.Errorf("without a password: %d %s", status, problem)
	}
	for prefix, want := range map[string]string{"ptvd": `"ptvd"`, "site/": `"site"`, "": `""`} {
		if status, _, problem := fleet(append(access, "--prefix", prefix)...); status != 1 || problem != "ptvd: no board publishes below "+want+"\n" {
			t.Errorf("without a board below %q: %d %s", prefix, status, problem)
		}
	}
	var table, list string
	runBoard(t, b, "ptvd/attic", func(task *plugins.Task, _ *plugintest.Instance) { wait(task, access, "ptvd/attic", "Flinders") })
	runBoard(t, b, "ptvd/kitchen", func(task *plugins.Task, _ *plugintest.Instance) {
		wait(task, access, "ptvd/kitchen", "Flinders")
		_, _ = plugins.Await(task, func(context.Context) (struct{}, error) {
			runBoard(t, b, "ptvd/hall", func(task *plugins.Task, board *plugintest.Instance) {
				wait(task, access, "ptvd/hall", "Flinders") // from then on it is connected
				board.Health.Degraded("for the test")
				wait(task, access, "ptvd/hall", "for the test")
				table, list = read(task, append(access, "--prefix", "")...), read(task, append(access, "--json")...)
			})
			return struct{}{}, nil
		})
	})
	var boards []struct {
		Board, Program, Health string
		Online                 bool
		Reasons, Shows         []string
		Age                    float64 `json:"age_s"`
	}
	if err := json.Unmarshal([]byte(list), &boards); err != nil || len(boards) != 3 {
		t.Fatalf("%v: %s", err, list)
	}
	for i, want := range []string{
		"ptvd/attic ptvd/1.2.3 false ok [offline] [Flinders Street in 3 min at attic]",
		"ptvd/hall ptvd/1.2.3 true degraded [home: for the test] [Flinders Street in 3 min at hall]",
		"ptvd/kitchen ptvd/1.2.3 true ok [] [Flinders Street in 3 min at kitchen]",
	} {
		got := boards[i]
		if text := fmt.Sprint(got.Board, " ", got.Program, " ", got.Online, " ", got.Health, " ", got.Reasons, " ", got.Shows); text != want {
			t.Errorf("got  %s\nwant %s", text, want)
		}
		if got.Age < 30 || got.Age > 90 {
			t.Errorf("the departures of %s are %v s old", got.Board, got.Age)
		}
	}
	if lines := strings.Split(table, "\n"); len(lines) != 6 || !strings.HasPrefix(lines[1], "ptvd/attic ") || !strings.Contains(lines[1], "offline") || !strings.HasSuffix(lines[3], "home: for the test") {
		t.Errorf("the table is\n%s", table)
	}
	runBoard(t, b, "/home/porch", func(task *plugins.Task, _ *plugintest.Instance) {
		wait(task, append(access, "--prefix", ""), "/home/porch", "Flinders")
		if list := read(task, append(access, "--prefix", "/home")...); !strings.Contains(list, "/home/porch ") {
			t.Errorf("a prefix with a leading slash lists %q", list)
		}
	})
}

// read runs the command beside the loop.
func read(task *plugins.Task, arguments ...string) string {
	out, _ := plugins.Await(task, func(context.Context) (string, error) {
		_, out, _ := fleet(arguments...)
		return out, nil
	})
	return out
}

// wait waits until a board, which has its own lines in the list, says something.
func wait(task *plugins.Task, access []string, board, text string) {
	for {
		_, own, _ := strings.Cut(read(task, access...), board+" ")
		own, _, _ = strings.Cut(own, "\nptvd/")
		if strings.Contains(own, text) {
			return
		}
		_ = task.Sleep(10 * time.Millisecond)
	}
}

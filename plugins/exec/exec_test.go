package exec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/exec"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

const manifest = `{
	"doc": "is a program of a test",
	"options": {
		"name": {"type": "text", "doc": "a name", "required": true},
		"every": {"type": "duration", "doc": "how often", "default": "10s", "min": "1s", "max": "1h"},
		"mode": {"type": "text", "doc": "how", "oneof": ["fast", "slow"]}
	},
	"topics": {
		"temperature": {"type": "reading", "class": "state", "max_age_s": 120, "doc": "what it measures"},
		"said": {"type": "text", "class": "event", "doc": "what it says"}
	},
	"actions": {"say": {"doc": "says something", "arg": "a text"}, "measure": {"doc": "measures"}}
}`

// program writes a program for the shell, with its manifest, and returns its path. The
// digest of the manifest is in $digest, and the first line of the input in $config.
func program(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	m, err := exec.ParseManifest([]byte(manifest))
	if err != nil {
		t.Fatal(err)
	}
	script = "#!/bin/sh\ndigest=" + m.Digest + "\nhello() { echo '{\"hello\": {\"manifest\": \"'$digest'\"}}'; }\nread -r config\n" + script
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".json", []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func entry(path string, options ...string) string {
	return "{plugin: exec, program: " + path + ", options: {name: hall}" + strings.Join(append([]string{""}, options...), ", ") + "}"
}

func TestAProgramPublishesAndTakesValuesAndCalls(t *testing.T) {
	h := plugintest.NewInRealTime(t)
	ring := plugintest.Publish(h, "bell", plugins.NewTopic[topics.Gesture]("gesture", "what somebody does", plugins.Events()))
	toggled := 0
	h.Handle("lamp", "toggle", func(string) error { toggled++; return nil })
	path := program(t, `hello
echo '{"value": {"topic": "temperature", "value": {"value": 21.5, "unit": "°C"}}}'
while read -r line; do
	case $line in
	'{"value":'*'"value":"double"'*) echo '{"call": {"action": "lamp.toggle"}}' ;;
	'{"call":{"action":"say","arg":"good morning"}}') echo '{"value": {"topic": "said", "value": "good morning"}}' ;;
	'{"stop":{}}') echo stopped >"$0.stopped"; exit ;;
	esac
done`)
	h.Run(func(task *plugins.Task) error {
		temperature, said := plugintest.Subscribe[topics.Reading](h, "guest", "temperature"), plugintest.Subscribe[topics.Text](h, "guest", "said")
		guest := h.Start(task, "guest", entry(path, "subscribe: bell.gesture", "calls: lamp.toggle"))
		if got, err := temperature.Next(task); err != nil || got != (topics.Reading{Value: 21.5, Unit: "°C"}) {
			t.Errorf("it published %+v, %v", got, err)
		}
		ring("double")
		for toggled == 0 {
			task.Sleep(time.Millisecond)
		}
		if err := h.Call("guest.call say good morning"); err != nil {
			t.Error(err)
		}
		if got, err := said.Next(task); err != nil || got != "good morning" {
			t.Errorf("it said %q, %v", got, err)
		}
		err := guest.Stop(task)
		if _, missing := os.Stat(path + ".stopped"); missing != nil || err != nil {
			t.Errorf("it was not asked to stop: %v, %v", missing, err)
		}
		return nil
	})
}

func TestTheFirstLineIsTheConfiguration(t *testing.T) {
	h := plugintest.NewInRealTime(t)
	h.Run(func(task *plugins.Task) error {
		path := program(t, `hello; echo "$config" >"$0.config"; cat /proc/self/oom_score_adj >"$0.oom"; env >"$0.env"; cat`)
		t.Setenv("NOTIFY_SOCKET", "/run/notify")
		t.Setenv("CREDENTIALS_DIRECTORY", "/run/credentials")
		guest := h.Start(task, "guest", entry(path, "calls: []"))
		for {
			if env, _ := os.ReadFile(path + ".env"); strings.Contains(string(env), "PATH=") {
				if strings.Contains(string(env), "NOTIFY") || strings.Contains(string(env), "CREDENTIALS") {
					t.Errorf("its environment is %s", env)
				}
				break
			}
			task.Sleep(time.Millisecond)
		}
		if score, err := os.ReadFile(path + ".oom"); string(score) != "500\n" {
			t.Errorf("its oom_score_adj is %q, %v", score, err)
		}
		config, err := os.ReadFile(path + ".config")
		if want := `{"config":{"instance":"guest","options":{"every":10,"name":"hall"}}}` + "\n"; string(config) != want {
			t.Errorf("it got %q, %v", config, err)
		}
		return guest.Stop(task)
	})
}

func TestAProgramThatDoesNotStopGetsASignalAndIsThenKilledWithItsChildren(t *testing.T) {
	for name, script := range map[string]string{
		"it ends at a signal": `trap 'touch "$0.signal"; exit' TERM; echo $$ >"$0.pids"; hello; while :; do sleep 0.01; done`,
		"it ignores all":      `trap '' TERM; sleep 600 & echo $$ $! >"$0.pids"; hello; while :; do sleep 0.01; done`,
	} {
		t.Run(name, func(t *testing.T) {
			path := program(t, script)
			h := plugintest.NewInRealTime(t)
			h.Run(func(task *plugins.Task) error {
				if err := h.Start(task, "guest", entry(path)).Stop(task); (err != nil) != (name == "it ignores all") {
					t.Errorf("the stop ends with %v", err)
				}
				return waitForEnd(task, path+".pids")
			})
			if _, err := os.Stat(path + ".signal"); (err == nil) != (name == "it ends at a signal") {
				t.Errorf("signal: %v", err)
			}
		})
	}
}

// waitForEnd waits until processes, which were killed, have ended.
func waitForEnd(task *plugins.Task, list string) error {
	pids, err := os.ReadFile(list)
	for pid := range strings.FieldsSeq(string(pids)) {
		for err == nil {
			state, gone := os.ReadFile("/proc/" + pid + "/stat")
			if gone != nil || strings.Contains(string(state), ") Z ") {
				break
			}
			err = task.Sleep(time.Millisecond)
		}
	}
	return err
}

func TestWhyAProgramFails(t *testing.T) {
	for script, want := range map[string]string{
		`echo 'no such sensor' >&2; exit 3`: "the program has ended: exit status 3: no such sensor",
		`exit 0`:                            "the program has ended: exit status 0",
		`kill -9 $$`:                        "the program has ended: signal: killed",
		`echo '{"hello": {"manifest": "0815"}}'; cat`:          "the program is of another manifest (0815); run ptvd exec-manifest",
		`exec "$0.not there"`:                                  "the program has ended: exit status 127",
		`echo '{"value": {"topic": "x", "value": 1}}'; exit 4`: "the program has ended: exit status 4",
	} {
		h := plugintest.NewInRealTime(t)
		h.Run(func(task *plugins.Task) error {
			err := h.Start(task, "guest", entry(program(t, script))).Stop(task)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v\nwant %s", script, err, want)
			}
			return nil
		})
	}
}

func TestALineThatCannotBeReadIsLoggedAndEndsNothing(t *testing.T) {
	h := plugintest.NewInRealTime(t)
	path := program(t, `hello
echo 'Hello, world!'
echo '{"value": {"topic": "pressure", "value": 1013}}'
echo '{"value": {"topic": "temperature", "value": "warm"}}'
echo '{"value": {"topic": "temperature", "value": {"value": null, "unit": "°C"}}}'
echo '{"value": {"topic": "temperature", "value": {"unit": "°C"}}}'
echo '{"value": {"topic": "temperature", "value": null}}'
echo '{"value": {"topic": "said", "value": null}}'
echo '{"call": {"action": "lamp.toggle"}}'
echo '{"log": {"level": "info", "text": "it is five o'"'"'clock"}}'
head -c 200000 /dev/zero | tr '\0' x; echo
echo 'a word of warning' >&2
echo '{"value": {"topic": "said", "value": "done"}}'
cat`)
	h.Run(func(task *plugins.Task) error {
		said := plugintest.Subscribe[topics.Text](h, "guest", "said")
		guest := h.Start(task, "guest", entry(path))
		if got, err := said.Next(task); err != nil || got != "done" {
			t.Errorf("it said %q, %v", got, err)
		}
		for !strings.Contains(h.Log.String(), "a word of warning") {
			task.Sleep(time.Millisecond)
		}
		return guest.Stop(task)
	})
	for _, want := range []string{
		"line of the program ignored", "Hello, world!", "the manifest has no topic", "said, temperature", "not of the topic's type",
		"lamp.toggle is not among the calls", "it is five o'clock", "it is longer than 65536 bytes",
	} {
		if !strings.Contains(h.Log.String(), want) {
			t.Errorf("the log lacks %q:\n%.3000s", want, h.Log.String())
		}
	}
	if n := strings.Count(h.Log.String(), "the value is null; publish nothing until there is one"); n != 4 {
		t.Errorf("of 4 values that are null %d are refused:\n%.3000s", n, h.Log.String())
	}
}

func TestAProgramThatDoesNotReadIsNotWaitedFor(t *testing.T) {
	h := plugintest.NewInRealTime(t)
	path := program(t, `hello; while :; do sleep 0.01; done`)
	h.Run(func(task *plugins.Task) error {
		guest := h.Start(task, "guest", entry(path))
		var err error
		for n := 0; err == nil; n++ {
			if err = h.Call("guest.call say " + strings.Repeat("x", 8000)); err == nil && n%4 == 0 {
				task.Sleep(time.Millisecond) // the pipe takes some
			}
		}
		if want := "the program does not read: 16 calls are waiting"; err.Error() != want {
			t.Errorf("the call was refused: %v", err)
		}
		guest.Stop(task)
		return nil
	})
}

func TestHealthIsWhatTheProgramSays(t *testing.T) {
	h := plugintest.NewInRealTime(t)
	path := program(t, `hello; echo '{"health": {"degraded": "the sensor is cold"}}'; read -r line; echo '{"health": {}}'; cat`)
	h.Run(func(task *plugins.Task) error {
		guest := h.Start(task, "guest", entry(path))
		for guest.Health.Why != "the sensor is cold" {
			task.Sleep(time.Millisecond)
		}
		if err := h.Call("guest.call measure"); err != nil {
			t.Error(err)
		}
		for guest.Health.Why != "" {
			task.Sleep(time.Millisecond)
		}
		return guest.Stop(task)
	})
}

func TestCheckReadsTheManifestOnly(t *testing.T) {
	path := program(t, `touch "$0.ran"; hello; cat`)
	for options, want := range map[string]string{
		"options: {name: hall}":                        "",
		"options: {name: hall, every: 5m, mode: slow}": "",
		"options: {every: 5m}":                         "the program's option name is missing (a name)",
		"options: {name: hall, every: 5}":              `"5" is not a duration`,
		"options: {name: hall, every: 2h}":             "2h is out of range; write 1s to 1h",
		"options: {name: hall, mode: slowly}":          `"slowly" is not one of fast, slow`,
		"options: {name: hall, color: red}":            "the program has no such option; there is every, mode, name",
	} {
		err := plugintest.Check("exec", fmt.Sprintf("program: %s\n%s", path, options))
		if got := fmt.Sprint(err); want == "" && err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %s", options, got)
		}
	}
	if _, err := os.Stat(path + ".ran"); err == nil {
		t.Error("check ran the program")
	}
}

func TestActionsAreThoseOfTheManifest(t *testing.T) {
	var cfg exec.Config
	if err := cfg.Program.UnmarshalText([]byte(program(t, ""))); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]string{
		"measure": "", "say good morning": "",
		"say": "the program's action say needs an argument: a text", "measure it": "the program's action measure takes no argument",
		"sing": `the program has no action "sing"; there is measure, say`,
	} {
		if err := cfg.CheckAction("call", arg); want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: %v", arg, err)
		}
	}
}

func TestInvalidManifests(t *testing.T) {
	for text, want := range map[string]string{
		`{`:                          "unexpected EOF",
		`{"version": 1}`:             `unknown field "version"`,
		`{"topics": {"Up": {}}}`:     `"Up" is not a name`,
		`{"topics": {"health": {}}}`: "the daemon publishes it",
		`{"topics": {"up": {}}}`:     "the class is state or event",
		`{"topics": {"up": {"class": "state", "type": "weather"}}}`:                                  `unknown type "weather"; there is`,
		`{"options": {"up": {"type": "text"}}}`:                                                      "options.up: doc is missing",
		`{"options": {"up": {"type": "color", "doc": "x"}}}`:                                         `unknown type "color"; there is bool, duration, number, text, whole`,
		`{"options": {"up": {"type": "whole", "doc": "x", "default": "some"}}}`:                      `"some" is not a whole number`,
		`{"options": {"up": {"type": "duration", "doc": "x", "min": "1m", "max": "30s"}}}`:           "options.up: min 1m is greater than max 30s",
		`{"options": {"up": {"type": "whole", "doc": "x", "min": "1", "max": "many"}}}`:              `options.up: max: "many" is not a whole number`,
		`{"options": {"up": {"type": "whole", "doc": "x", "default": "0", "min": "1"}}}`:             "options.up: default: 0 is out of range; write at least 1",
		`{"options": {"up": {"type": "text", "doc": "x", "default": "red", "oneof": ["blue"]}}}`:     `options.up: default: "red" is not one of blue`,
		`{"options": {"up": {"type": "whole", "doc": "x", "default": "4", "min": "5", "max": "5"}}}`: "options.up: default: 4 is out of range; write 5 to 5",
		"{\"doc\": \"x\"}\nmeasuring...\n":                                                           "text behind the JSON value",
		strings.Repeat(" ", 70_000):                                                                  "more than 65536 bytes",
	} {
		if _, err := exec.ParseManifest([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v", text, err)
		}
	}
}

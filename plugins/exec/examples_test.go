package exec_test

import (
	"encoding/json"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ptvd/plugins"
	"ptvd/plugins/exec"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// blocks returns the blocks of code in a section of docs/exec.md.
func blocks(t *testing.T, section, language string) (all []string) {
	t.Helper()
	data, err := os.ReadFile("../../docs/exec.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(data), "\n## "+section+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	for part := range strings.SplitSeq(text, "\n```"+language+"\n") {
		if block, _, ok := strings.Cut(part, "\n```\n"); ok && !strings.HasPrefix(part, "\n") && strings.HasPrefix(part, "{") {
			all = append(all, block)
		}
	}
	if len(all) == 0 {
		t.Fatalf("the section %s has no example", section)
	}
	return all
}

func TestTheManifestOfTheDocumentation(t *testing.T) {
	m, err := exec.ParseManifest([]byte(blocks(t, "The manifest", "json")[0]))
	if err != nil || len(m.Options) != 2 || len(m.Topics) != 2 || len(m.Actions) != 2 {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestTheLinesToTheProgramOfTheDocumentation(t *testing.T) {
	kinds := map[string]bool{}
	for _, block := range blocks(t, "Lines to the program", "jsonl") {
		for line := range strings.Lines(block) {
			decoder := json.NewDecoder(strings.NewReader(line))
			decoder.DisallowUnknownFields()
			var read exec.ToProgram
			if err := decoder.Decode(&read); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			var written map[string]any
			data, _ := json.Marshal(read)
			_ = json.Unmarshal(data, &written)
			for kind := range written {
				kinds[kind] = true
			}
		}
	}
	if len(kinds) != 4 {
		t.Errorf("there are examples of %v", kinds)
	}
}

func TestTheLinesFromTheProgramOfTheDocumentation(t *testing.T) {
	kinds := map[string]bool{}
	for _, block := range blocks(t, "Lines from the program", "jsonl") {
		for line := range strings.Lines(block) {
			if _, err := exec.Parse([]byte(line)); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			kind, _, _ := strings.Cut(strings.TrimPrefix(line, `{"`), `"`)
			kinds[kind] = true
		}
	}
	if len(kinds) != 5 {
		t.Errorf("there are examples of %v", kinds)
	}
}

// example returns the path of an example. Its manifest is what it prints.
func example(t *testing.T, name string) string {
	path, err := filepath.Abs("../../examples/exec/" + name)
	if err != nil {
		t.Fatal(err)
	}
	printed, err := osexec.Command(path, "--manifest").Output()
	if err != nil {
		t.Fatal(err)
	}
	if written, err := os.ReadFile(path + exec.ManifestSuffix); err != nil || string(written) != string(printed) {
		t.Errorf("the manifest of %s is not what it prints: run ptvd exec-manifest %s; %v", name, path, err)
	}
	return path
}

func TestTheTemperatureExample(t *testing.T) {
	path, file := example(t, "temperature.py"), filepath.Join(t.TempDir(), "temp")
	if err := os.WriteFile(file, []byte("48312\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := plugintest.NewInRealTime(t)
	h.Run(func(task *plugins.Task) error {
		temperature := plugintest.Subscribe[topics.Reading](h, "cpu", "temperature")
		cpu := h.Start(task, "cpu", "{plugin: exec, program: "+path+", options: {file: "+file+", every: 1h}}")
		if got, err := temperature.Next(task); err != nil || got != (topics.Reading{Value: 48.312, Unit: "°C"}) {
			t.Errorf("it published %+v, %v", got, err)
		}
		if err := os.Remove(file); err != nil {
			t.Error(err)
		}
		if err := h.Call("cpu.call measure"); err != nil {
			t.Error(err)
		}
		for !strings.Contains(cpu.Health.Why, "No such file") {
			task.Sleep(time.Millisecond)
		}
		return cpu.Stop(task)
	})
}

func TestTheGesturesExample(t *testing.T) {
	path := example(t, "gestures.sh")
	h := plugintest.NewInRealTime(t)
	ring := plugintest.Publish(h, "bell", plugins.NewTopic[topics.Gesture]("gesture", "what somebody does", plugins.Events()))
	toggled := 0
	h.Handle("lamp", "toggle", func(string) error { toggled++; return nil })
	h.Run(func(task *plugins.Task) error {
		count := plugintest.Subscribe[topics.Reading](h, "gestures", "count")
		gestures := h.Start(task, "gestures", "{plugin: exec, program: "+path+", subscribe: bell.gesture, calls: lamp.toggle}")
		for n := range 11 {
			if got, err := count.Next(task); err != nil || got.Value != float64(n) {
				t.Errorf("it counts %+v, %v; want %d", got, err, n)
			}
			ring("click")
		}
		if err := h.Call("gestures.call reset"); err != nil {
			t.Error(err)
		}
		for got, err := count.Next(task); got.Value != 0; got, err = count.Next(task) {
			if err != nil {
				return err
			}
		}
		if toggled != 1 {
			t.Errorf("the lamp was toggled %d times", toggled)
		}
		return gestures.Stop(task)
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"value": {"topic": "temperature", "value": {"value": 21.4}}}`))
	f.Add([]byte(`{"hello": null, "log": {"level": "info", "text": "x"}}`))
	f.Add([]byte(`{"health": {}} {}`))
	f.Add([]byte("{\"value\": {\"topic\": \"temperature\", \"value\": \"21 \xb0C\"}}"))
	f.Fuzz(func(t *testing.T, line []byte) {
		read, err := exec.Parse(line)
		if err != nil {
			return
		}
		data, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := exec.Parse(data); err != nil {
			t.Errorf("%s became %s: %v", line, data, err)
		}
		if !utf8.Valid(data) {
			t.Errorf("%q is not UTF-8", data)
		}
	})
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(manifest))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := exec.ParseManifest(data); err == nil && len(m.Digest) != 64 {
			t.Errorf("the digest is %q", m.Digest)
		}
	})
}

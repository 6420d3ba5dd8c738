package textpanel_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	_ "example.org/textpanel"
	"ptvd/plugins"
	_ "ptvd/plugins/all"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

var departures = plugins.NewTopic[topics.Departures]("departures", "the next trains", plugins.State(0))

func TestTheDeparturesPageIsWrittenInWords(t *testing.T) {
	h, path := plugintest.New(t), filepath.Join(t.TempDir(), "panel")
	h.Run(func(task *plugins.Task) error {
		publish := plugintest.Publish(h, "trains", departures)
		display := h.Start(task, "panel", "{plugin: display, device: {text: "+path+"}, pages: [{departures: trains}]}")
		publish(topics.Departures{
			List:     []topics.Departure{{Scheduled: h.Clock.Now().Add(7*time.Minute + 40*time.Second), Destination: "Dandenong"}},
			Received: task.Now(), Period: 30 * time.Second,
		})
		if err := task.Sleep(110 * time.Second); err != nil {
			return err
		}
		return display.Stop(task)
	})
	const want = "Loading\nDandenong: 7 min by the timetable\nDandenong: 6 min by the timetable\nDandenong: 6 min by the timetable (old data)\nDandenong: 5 min by the timetable (old data)\n\n"
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}

func TestAPipeIsWrittenToAsSoonAsItIsRead(t *testing.T) {
	h, path := plugintest.New(t), filepath.Join(t.TempDir(), "panel")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	h.Run(func(task *plugins.Task) error {
		display := h.Start(task, "panel", "{plugin: display, device: {text: "+path+"}, pages: [{message: Hello}]}")
		if err := task.Sleep(time.Minute); err != nil {
			return err
		}
		if why := display.Health.Why; why != "text on "+path+" failed: open "+path+": no such device or address; retrying" {
			t.Errorf("health: %s", why)
		}
		reader, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			return err
		}
		defer reader.Close()
		if err := task.Sleep(time.Minute); err != nil {
			return err
		}
		got := make([]byte, 100)
		if n, err := reader.Read(got); err != nil || string(got[:n]) != "Hello\n" {
			t.Errorf("got %q (%v)", got[:n], err)
		}
		return display.Stop(task)
	})
}

package bridge_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	_ "example.org/bridge"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

var (
	reading = plugins.NewTopic[topics.Reading]("reading", "a reading", plugins.State(0))
	gesture = plugins.NewTopic[string]("gesture", "a gesture", plugins.Events())
)

var age = regexp.MustCompile(`"age_s":[0-9.]+`)

func TestStatesAndEventsOfAllInstancesGoOutAlsoAfterTheConnectionWasLost(t *testing.T) {
	h := plugintest.New(t)
	measure := plugintest.Publish(h, "porch", reading)
	ring := plugintest.Publish(h, "bell", gesture)
	lines, server := make(chan string, 16), net.Conn(nil)
	refuse := true
	h.Net.Dial = func(context.Context, string, string) (net.Conn, error) {
		if refuse {
			return nil, errors.New("connection refused")
		}
		here, there := net.Pipe()
		go func() {
			for scanner := bufio.NewScanner(there); scanner.Scan(); {
				if !strings.Contains(scanner.Text(), `"topic":"health"`) { // the test's own, of the bridge
					lines <- scanner.Text()
				}
			}
		}()
		server = there
		return here, nil
	}
	want := func(line string) {
		t.Helper()
		got := age.ReplaceAllString(<-lines, `"age_s":…`) // it depends on the pauses of the retries
		if got != line {
			t.Errorf("got  %s\nwant %s", got, line)
		}
	}
	h.Run(func(task *plugins.Task) error {
		bridge := h.Start(task, "out", "{plugin: bridge, address: hub.example:9000}")
		measure(topics.Reading{Value: 21.4, Unit: "°C"})
		ring("click") // before there is a connection: dropped
		task.Sleep(10 * time.Second)
		if bridge.Health.Why != "hub.example:9000: connection refused" {
			t.Errorf("the health says %q", bridge.Health.Why)
		}
		refuse = false
		task.Sleep(50 * time.Second)
		want(`{"instance":"porch","topic":"reading","type":"reading","class":"state","age_s":…,"value":{"value":21.4,"unit":"°C"}}`)
		ring("double")
		task.Sleep(time.Second)
		want(`{"instance":"bell","topic":"gesture","class":"event","age_s":…,"value":"double"}`)
		server.Close()
		measure(topics.Reading{Value: 22, Unit: "°C"})
		task.Sleep(10 * time.Second)
		want(`{"instance":"porch","topic":"reading","type":"reading","class":"state","age_s":…,"value":{"value":22,"unit":"°C"}}`)
		return bridge.Stop(task)
	})
}

//go:build vm

package scenario

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"ptvd/internal/mosquitto"
	"ptvd/plugins/mqtt"
)

// publish publishes a message to a broker.
func (g *guest) publish(b *mosquitto.Broker, topic, payload string) {
	g.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := net.Dial("tcp", b.Address)
	if err != nil {
		g.Fatal(err)
	}
	client := paho.NewClient(paho.ClientConfig{Conn: conn})
	if _, err := client.Connect(ctx, &paho.Connect{ClientID: "test", CleanStart: true, KeepAlive: 60}); err != nil {
		g.Fatal(err)
	}
	if _, err := client.Publish(ctx, &paho.Publish{Topic: topic, QoS: 1, Payload: []byte(payload)}); err != nil {
		g.Fatal(err)
	}
	if err := client.Disconnect(&paho.Disconnect{}); err != nil {
		g.Fatal(err)
	}
}

// retained returns what a broker retains, by topic.
func (g *guest) retained(b *mosquitto.Broker) map[string]string {
	g.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	messages, err := mqtt.Config{Broker: "mqtt://" + b.Address}.Read(ctx, "#")
	if err != nil {
		g.Fatal(err)
	}
	all := map[string]string{}
	for _, m := range messages {
		all[m.Topic] = string(m.Payload)
	}
	return all
}

// The service publishes to a broker, takes messages from it, outlives it, and leaves
// nothing there when the plugin is removed.
func TestTheServiceUsesABrokerAndLeavesNothingThere(t *testing.T) {
	g := begin(t)
	b := mosquitto.Start(t)
	g.configure(g.uptv("  bell:\n", "  home: {plugin: mqtt, broker: 'mqtt://"+b.Address+"', home_assistant: true}\n\n  bell:\n"))
	g.start()
	pid := g.pid()
	const board = "ptvd/ptvd-vm"
	fleet := func(words ...string) func() bool {
		return func() bool {
			out, _ := g.try("ptvd", "fleet", "--broker", "mqtt://"+b.Address)
			for _, word := range append(words, board) {
				if !strings.Contains(out, word) {
					return false
				}
			}
			return true
		}
	}
	g.eventually("the fleet has the board", time.Minute, fleet(" ok "))
	if all := g.retained(b); all[board+"/status"] != "online" || !strings.Contains(all["homeassistant/device/ptvd-ptvd-vm/config"], `"p":"notify"`) {
		t.Errorf("the broker retains %v", all)
	}
	g.publish(b, board+"/cmd/panel/show", "Dinner is ready")
	g.eventually("the panel shows the message", time.Minute, fleet("Dinner is ready"))

	b.Kill()
	g.waitForLog("connection refused")
	b.Start()
	g.eventually("the board is there again", 3*time.Minute, fleet(" ok "))

	g.configure(g.uptv())
	if err := g.reload(); err != nil {
		t.Fatal(err)
	}
	g.eventually("nothing is left on the broker", time.Minute, func() bool { return len(g.retained(b)) == 0 })
	if now := g.pid(); now != pid {
		t.Errorf("the daemon was process %d and is %d", pid, now)
	}
}

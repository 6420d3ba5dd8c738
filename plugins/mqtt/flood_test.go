package mqtt_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"ptvd/internal/mosquitto"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

func TestAFloodOfCommandsLeavesTheLoopToOthers(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		plugintest.Publish(h, "panel", frame)
		plugintest.Publish(h, "porch", reading)
		calls := 0
		h.Handle("lamp", "on", func(string) error { calls++; return nil })
		home := h.Start(task, "home", toFake)
		task.Sleep(time.Second)
		go b.flood()
		task.Sleep(time.Second)
		if calls > 51 {
			t.Errorf("in a second it carries out %d commands", calls)
		}
		task.Sleep(time.Minute)
		if n := b.count("ptvd/hall/cmd/lamp/on/result"); n != calls || calls < 60 || b.connects.Load() != 1 {
			t.Errorf("of 5000 commands it carries out %d and answers %d, with %d connections", calls, n, b.connects.Load())
		}
		return home.Stop(task)
	})
}

// TestAFloodAtAnyRateIsTheSameWorkForTheLoop counts the steps of all tasks and posts in ten
// seconds in which a broker sends commands, messages of others and Home Assistant's birth.
func TestAFloodAtAnyRateIsTheSameWorkForTheLoop(t *testing.T) {
	var steps []uint64
	for _, rate := range []int{1, 10} { // messages of each topic in a millisecond
		inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
			h.Handle("lamp", "on", func(string) error { return nil })
			home := h.Start(task, "home", "{plugin: mqtt, prefix: ptvd/hall, broker: 'mqtt://hub.example', home_assistant: true, commands: [lamp.on], subscribe: {others: others/#}}")
			others := plugintest.Subscribe[topics.Inbox](h, "home", "others")
			task.Sleep(time.Second)
			before, inboxes := stepsOf(h), 0
			go func() {
				sent := []string{"ptvd/hall/cmd/lamp/on", "ptvd/hall/cmd/door/open", "homeassistant/status", "others/same", "others/different"}
				order := rand.New(rand.NewPCG(1, 2))
				for range 10_000 {
					for range rate {
						for _, n := range order.Perm(len(sent)) {
							b.send(sent[n], []byte("online"))
						}
					}
					time.Sleep(time.Millisecond)
				}
			}()
			for end := task.Now().Add(10 * time.Second); task.Now() < end; inboxes++ {
				if err := task.Timeout(end.Sub(task.Now()), func() error { _, err := others.Next(task); return err }); err != nil {
					break
				}
			}
			if inboxes < 38 || inboxes > 41 {
				t.Errorf("at a rate of %d the messages of others are published %d times in ten seconds", rate, inboxes)
			}
			steps = append(steps, stepsOf(h)-before)
			task.Sleep(dropPeriod)
			if dropped := home.Meter.All()["messages_dropped_total"]; dropped < float64(50_000*rate-7000) || dropped > float64(50_000*rate) {
				t.Errorf("of %d messages %v are dropped", 50_000*rate, dropped)
			}
			if !strings.Contains(home.Health.Why, "mqtt://hub.example sends too many messages") {
				t.Errorf("the health says %q", home.Health.Why)
			}
			b.send("others/last", []byte("online"))
			task.Sleep(2 * dropPeriod)
			if last, _ := others.Last(); last[len(last)-1].Topic != "others/last" {
				t.Errorf("after the flood the newest messages are %+v", last)
			}
			if home.Health.Condition != "ok" || b.connects.Load() != 1 {
				t.Errorf("after the flood, with %d connections, the health is %q", b.connects.Load(), home.Health.Why)
			}
			return home.Stop(task)
		})
	}
	if steps[0] > 5000 || steps[1] > steps[0]*11/10 {
		t.Errorf("in ten seconds the loop makes %d steps, and %d in a flood of ten times as many messages", steps[0], steps[1])
	}
}

// counted is a connection whose reads are counted.
type counted struct {
	net.Conn
	reads, bytes *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.reads.Add(1)
	c.bytes.Add(int64(n))
	return n, err
}

func TestWhatIsReadOfAFloodIsLimitedAndACommandInItIsAnswered(t *testing.T) {
	cert, key := certificate(t)
	secure := mosquitto.FreeAddress(t)
	_, port, _ := net.SplitHostPort(secure)
	b := startBroker(t, "listener "+port+" 127.0.0.1", "certfile "+cert, "keyfile "+key)
	for _, address := range []string{"broker: 'mqtt://" + b.Address + "'", "broker: 'mqtts://" + secure + "', ca: " + cert} {
		h := newBoard(t)
		var reads, bytes atomic.Int64
		h.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			return counted{conn, &reads, &bytes}, err
		}
		h.Handle("lamp", "on", func(string) error { return nil })
		h.Run(func(task *plugins.Task) error {
			o, began := b.observe(task, "ptvd/hall/#"), task.Now()
			home := h.Start(task, "home", "{plugin: mqtt, prefix: ptvd/hall, commands: [lamp.on], subscribe: {others: others/#}, "+address+"}")
			for p := o.next("ptvd/hall/status"); string(p.Payload) != "online"; p = o.next("ptvd/hall/status") {
			}
			for range 6 {
				if err := plugins.Do(task, func() error {
					for range 10_000 {
						if _, err := o.Publish(context.Background(), &paho.Publish{Topic: "others/a", Payload: []byte(" ")}); err != nil {
							return err
						}
					}
					return nil
				}); err != nil {
					return err
				}
				o.command("ptvd/hall/cmd/lamp/on", "")
				if p := o.next("ptvd/hall/cmd/lamp/on/result"); string(p.Payload) != `{"ok":true}` {
					t.Errorf("the answer is %s", p.Payload)
				}
			}
			limit := 200 + int64(200*(task.Now().Sub(began)+time.Second).Seconds())
			t.Logf("in %v it reads %d times, %d bytes", task.Now().Sub(began), reads.Load(), bytes.Load())
			if reads.Load() > limit || bytes.Load() > limit<<14 {
				t.Errorf("the limit is %d times", limit)
			}
			if home.Meter.All()["disconnects_total"] != 0 {
				t.Error("the connection ended")
			}
			return home.Stop(task)
		})
	}
}

// stepsOf returns how many steps the loop has made.
func stepsOf(h *plugintest.Harness) (n uint64) {
	for _, total := range h.Loop.Snapshot().Totals {
		n += total.Runs
	}
	return n
}

// BenchmarkLatenessUnderAFlood reports how late a tick of 10 ms comes, by the loop's own
// accounting, how long the plugin occupies the loop, and the processor time of the board's
// process: while another process floods the board by the broker with commands, messages that
// it subscribes to, and a payload of a million bytes now and then, and while there is no
// flood, in turns of five seconds.
func BenchmarkLatenessUnderAFlood(b *testing.B) {
	h, broker := plugintest.NewInRealTime(b), mosquitto.Start(b)
	h.Net.Dial = new(net.Dialer).DialContext
	h.Handle("lamp", "on", func(string) error { return nil })
	onLoop, processor, messages := map[string]time.Duration{}, map[string]time.Duration{}, 0
	h.Run(func(task *plugins.Task) error {
		home := h.Start(task, "home", "{plugin: mqtt, prefix: ptvd/hall, broker: 'mqtt://"+broker.Address+"', commands: [lamp.on], subscribe: {others: others/#}}")
		task.Sleep(time.Second)
		for range b.N {
			for _, phase := range []string{"quiet", "flood"} {
				var process *exec.Cmd
				var said bytes.Buffer
				if phase == "flood" {
					process = exec.Command(os.Args[0])
					process.Env, process.Stdout = append(os.Environ(), floodAt+"="+broker.Address), &said
					if err := process.Start(); err != nil {
						return err
					}
					task.Sleep(time.Second)
				}
				before, used := timeOnLoop(h, "home"), scheduler.CPUTime()
				if err := task.Join(h.Loop.Go(phase, func(t *plugins.Task) error {
					for tick := range t.Every(10 * time.Millisecond) {
						if tick.N >= 500 {
							break
						}
					}
					return nil
				})); err != nil {
					return err
				}
				onLoop[phase] += timeOnLoop(h, "home") - before
				processor[phase] += scheduler.CPUTime() - used
				if process != nil {
					_ = process.Process.Signal(os.Interrupt)
					if err := process.Wait(); err != nil {
						return err
					}
					n, _ := strconv.Atoi(said.String())
					messages += n
				}
			}
		}
		for _, total := range h.Loop.Snapshot().Totals {
			if total.Owner == "" && (total.Name == "quiet" || total.Name == "flood") {
				b.ReportMetric(float64(total.Late.P50.Microseconds()), total.Name+"-µs-p50")
				b.ReportMetric(float64(total.Late.P99.Microseconds()), total.Name+"-µs-p99")
				b.ReportMetric(float64(onLoop[total.Name].Microseconds())/float64(b.N)/5, total.Name+"-µs-on-loop/s")
				b.ReportMetric(float64(processor[total.Name].Milliseconds())/float64(b.N)/5, total.Name+"-cpu-ms/s")
			}
		}
		b.ReportMetric(float64(messages)/float64(b.N)/6, "messages/s")
		b.ReportMetric(0, "ns/op")
		return home.Stop(task)
	})
}

func timeOnLoop(h *plugintest.Harness, owner string) (total time.Duration) {
	for _, t := range h.Loop.Snapshot().Totals {
		if t.Owner == owner {
			total += t.Total
		}
	}
	return total
}

// floodAt is the variable with the address of the broker by which another process of the
// test floods the board.
const floodAt = "PTVD_TEST_FLOOD"

func TestMain(m *testing.M) {
	if address := os.Getenv(floodAt); address != "" {
		fmt.Print(flood(address))
		return
	}
	os.Exit(m.Run())
}

// flood publishes without a pause until it is interrupted, and returns how many messages.
func flood(address string) (n int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return 0
	}
	client := paho.NewClient(paho.ClientConfig{Conn: conn})
	if _, err := client.Connect(ctx, &paho.Connect{ClientID: "flood", CleanStart: true, KeepAlive: 60}); err != nil {
		return 0
	}
	for ; ctx.Err() == nil; n++ {
		p := &paho.Publish{Topic: []string{"ptvd/hall/cmd/lamp/on", "others/a", "others/b"}[n%3]}
		if p.Payload = []byte(" "); n%1000 == 999 {
			p.Payload = make([]byte, 1_000_000)
		}
		if _, err := client.Publish(ctx, p); err != nil {
			break
		}
	}
	return n
}

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
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"ptvd/internal/mosquitto"
	"ptvd/plugins"
	"ptvd/plugins/mqtt"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

const toFake = "{plugin: mqtt, prefix: ptvd/hall, broker: 'mqtt://hub.example', commands: [lamp.on], publish: [panel.frame, porch.reading]}"

func TestAStreamIsPublishedOnceASecondAtMost(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		show := plugintest.Publish(h, "panel", frame)
		plugintest.Publish(h, "porch", reading)
		h.Handle("lamp", "on", func(string) error { return nil })
		home := h.Start(task, "home", toFake)
		for n := range 100 {
			show(n)
			task.Sleep(40 * time.Millisecond)
		}
		if n := b.count("ptvd/hall/panel/frame"); n != 4 {
			t.Errorf("in four seconds it publishes %d pictures", n)
		}
		return home.Stop(task)
	})
}

func TestAConnectionOnWhichNothingComesBackIsGivenUpAndTriedAnew(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		plugintest.Publish(h, "panel", frame)
		measure := plugintest.Publish(h, "porch", reading)
		h.Handle("lamp", "on", func(string) error { return nil })
		home := h.Start(task, "home", toFake)
		task.Sleep(time.Minute)
		if b.connects.Load() != 1 || home.Health.Condition != "ok" {
			t.Fatalf("after a quiet minute: %d connections, %s", b.connects.Load(), home.Health.Why)
		}
		b.silent.Store(true)
		task.Sleep(3 * keepAlive)
		if home.Health.Condition != "degraded" {
			t.Error("a broker that says nothing is not noticed without messages")
		}
		b.silent.Store(false)
		task.Sleep(2 * time.Minute)
		if home.Health.Condition != "ok" {
			t.Errorf("it is not connected again: %s", home.Health.Why)
		}
		b.silent.Store(true)
		measure(topics.Reading{Value: 1})
		task.Sleep(11 * time.Second)
		if home.Health.Condition != "degraded" {
			t.Error("a message that is not acknowledged within 10 s is not noticed")
		}
		return home.Stop(task)
	})
}

const (
	keepAlive  = 30 * time.Second
	dropPeriod = 10 * time.Second
)

func TestAFloodOfCommandsLeavesTheLoopToOthers(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		plugintest.Publish(h, "panel", frame)
		plugintest.Publish(h, "porch", reading)
		calls := 0
		h.Handle("lamp", "on", func(string) error { calls++; return nil })
		home := h.Start(task, "home", toFake)
		task.Sleep(time.Second)
		go func() {
			for range 5000 {
				b.send("ptvd/hall/cmd/lamp/on", nil)
			}
		}()
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

func TestAMessageOfAMillionBytesEndsTheConnectionAndNoMore(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		plugintest.Publish(h, "panel", frame)
		plugintest.Publish(h, "porch", reading)
		h.Handle("lamp", "on", func(string) error { t.Error("it is carried out"); return nil })
		home := h.Start(task, "home", toFake)
		task.Sleep(time.Second)
		go b.send("ptvd/hall/cmd/lamp/on", bytes.Repeat([]byte("x"), 1_000_000))
		synctest.Wait()
		task.Sleep(100 * time.Millisecond)
		if !strings.Contains(home.Health.Why, "a packet of more than 65536 bytes") {
			t.Errorf("the health says %q", home.Health.Why)
		}
		task.Sleep(5 * time.Second)
		if home.Health.Condition != "ok" {
			t.Errorf("it is not connected again: %s", home.Health.Why)
		}
		connects := b.connects.Load()
		for end := task.Now().Add(10 * time.Minute); task.Now() < end; task.Sleep(time.Second) {
			go b.send("ptvd/hall/cmd/lamp/on", bytes.Repeat([]byte("x"), 1_000_000))
		}
		if n := b.connects.Load() - connects; n < 10 || n > 25 {
			t.Errorf("to a broker that ends each connection at once it connects %d times in ten minutes", n)
		}
		return home.Stop(task)
	})
}

func TestRetainedRubbishOnTheBoardsTopicsChangesNothing(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	measure := plugintest.Publish(h, "porch", reading)
	h.Handle("lamp", "on", func(string) error { t.Error("a retained command is carried out"); return nil })
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		rubbish := map[string][]byte{
			"ptvd/hall/status": []byte("burning"), "ptvd/hall/about": []byte("{"), "ptvd/hall/porch/reading": {0xff, 0},
			"ptvd/hall/cmd/lamp/on": bytes.Repeat([]byte("x"), 1_000_000), "ptvd/hall/cmd/notify": []byte("{"),
			"ptvd/hall/homeassistant/lamp/level/set": []byte("[]"), device: []byte("null"), "homeassistant/status": []byte("online"),
		}
		for topic, payload := range rubbish {
			if _, err := plugins.Await(task, publishing(o, &paho.Publish{Topic: topic, QoS: 1, Retain: true, Payload: payload})); err != nil {
				return err
			}
		}
		measure(topics.Reading{Value: 21.4})
		home := start(task, h, b, "home_assistant: true, commands: [lamp.on]")
		for _, topic := range []string{"ptvd/hall/porch/reading", device, "ptvd/hall/status", "ptvd/hall/about"} {
			o = b.observe(task) // gets what is retained
			for p := o.next(topic); bytes.Equal(p.Payload, rubbish[topic]); p = o.next(topic) {
			}
		}
		o.command("ptvd/hall/cmd/none/none", "") // answered after what came before
		o.next("ptvd/hall/cmd/none/none/result")
		if home.Health.Condition != "ok" {
			t.Errorf("the health is %s: %s", home.Health.Condition, home.Health.Why)
		}
		return home.Stop(task)
	})
}

// proxy stands between the board and the broker. While it is stopped it forwards nothing,
// and closes nothing, as a router that was restarted does.
type proxy struct {
	address string // of the broker
	gate    sync.RWMutex
}

// stop ends the forwarding until resume is called.
func (p *proxy) stop()   { p.gate.Lock() }
func (p *proxy) resume() { p.gate.Unlock() }

// dial returns a connection to the broker through the proxy.
func (p *proxy) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	there, err := new(net.Dialer).DialContext(ctx, network, p.address)
	if err != nil {
		return nil, err
	}
	here, err := new(net.Dialer).DialContext(ctx, network, listener.Addr().String())
	if err != nil {
		return nil, err
	}
	between, err := listener.Accept()
	if err != nil {
		return nil, err
	}
	for _, way := range [][2]net.Conn{{between, there}, {there, between}} {
		go func() {
			for buffer := make([]byte, 64<<10); ; {
				n, err := way[0].Read(buffer)
				p.gate.RLock()
				if err == nil {
					_, err = way[1].Write(buffer[:n])
				}
				p.gate.RUnlock()
				if err != nil {
					way[0].Close()
					way[1].Close()
					return
				}
			}
		}()
	}
	return here, nil
}

func TestAHalfOpenConnectionIsGivenUpAndTheNewestStateComesByTheNext(t *testing.T) {
	mqtt.SetPacketTimeout(t, 100*time.Millisecond)
	h, b := newBoard(t), startBroker(t)
	between := &proxy{address: b.Address}
	h.Net.Dial = between.dial
	measure := plugintest.Publish(h, "porch", reading)
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		home := start(task, h, b)
		o.next("ptvd/hall/status")
		between.stop()
		measure(topics.Reading{Value: 1})
		until(task, home, "degraded")
		measure(topics.Reading{Value: 2})
		between.resume()
		until(task, home, "ok")
		for p := o.next("ptvd/hall/porch/reading"); value(t, p) != `{"value":2,"unit":""}`; p = o.next("ptvd/hall/porch/reading") {
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

func TestABrokerThatSendsAByteASecondIsWaitedForAsLongAsAnAnswerMayTake(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		plugintest.Publish(h, "panel", frame)
		measure := plugintest.Publish(h, "porch", reading)
		calls := 0
		h.Handle("lamp", "on", func(string) error { calls++; return nil })
		home := h.Start(task, "home", toFake)
		task.Sleep(time.Second)
		b.slow.Store(true)
		measure(topics.Reading{Value: 1}) // is acknowledged after 6 s
		task.Sleep(dropPeriod)
		b.send("ptvd/hall/cmd/lamp/on", nil) // takes 26 s
		task.Sleep(keepAlive)
		if calls != 1 || b.connects.Load() != 1 {
			t.Errorf("%d commands are carried out, with %d connections", calls, b.connects.Load())
		}
		b.send("ptvd/hall/cmd/lamp/on", bytes.Repeat([]byte("x"), 1000))
		task.Sleep(2 * keepAlive)
		if home.Health.Condition != "degraded" || calls != 1 {
			t.Errorf("with a message that takes 17 minutes the health is %q", home.Health.Why)
		}
		b.slow.Store(false)
		task.Sleep(time.Minute)
		if home.Health.Condition != "ok" {
			t.Errorf("it is not connected again: %s", home.Health.Why)
		}
		return home.Stop(task)
	})
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
				before, used := timeOnLoop(h, "home"), processorTime(b)
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
				processor[phase] += processorTime(b) - used
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

// processorTime returns the processor time of this process.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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

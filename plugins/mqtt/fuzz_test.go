package mqtt

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.golang/packets"
	"golang.org/x/time/rate"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

// stream is a connection that reads bytes.
type stream struct {
	net.Conn
	bytes.Reader
}

func (s *stream) Read(p []byte) (int, error) { return s.Reader.Read(p) }

func (*stream) Write(p []byte) (int, error) { return len(p), nil }

func FuzzPacketsFromTheBrokerAreReadOrRefused(f *testing.F) {
	for _, kind := range []byte{packets.CONNACK, packets.PUBACK, packets.SUBACK, packets.PINGRESP, packets.DISCONNECT} {
		var seed bytes.Buffer
		if _, err := packets.NewControlPacket(kind).WriteTo(&seed); err != nil {
			f.Fatal(err)
		}
		f.Add(seed.Bytes())
	}
	var seed bytes.Buffer
	message := packets.NewControlPacket(packets.PUBLISH)
	message.Content.(*packets.Publish).Topic = "ptvd/hall/cmd/lamp/on"
	message.Content.(*packets.Publish).Payload = []byte("40%")
	if _, err := message.WriteTo(&seed); err != nil {
		f.Fatal(err)
	}
	f.Add(seed.Bytes())
	f.Fuzz(func(t *testing.T, said []byte) {
		s := &stream{}
		s.Reset(said)
		for conn := (&limited{buffered: newBuffered(s), packets: rate.NewLimiter(rate.Inf, 0)}); ; {
			if _, err := packets.ReadPacket(conn); err != nil {
				return
			}
		}
	})
}

func TestAPacketIsRefusedByItsLengthAlone(t *testing.T) {
	for _, c := range []struct {
		said string
		want string
	}{
		{"\x30\x81\x80\x04", "more than 65536 bytes"}, // 65537 bytes
		{"\x30\xff\xff\xff\x7f", "more than 65536 bytes"},
		{"\xd0\x00\x30\x80\x80\x04", "EOF"}, // an answer to a ping, then 65536 bytes that do not come
	} {
		s := &stream{}
		s.Reset([]byte(c.said))
		conn := &limited{buffered: newBuffered(s), packets: rate.NewLimiter(rate.Inf, 0)}
		var err error
		for err == nil {
			_, err = packets.ReadPacket(conn)
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v", c.said, err)
		}
	}
}

func TestBeyondTheRateMessagesWithQoS0AreDroppedAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const burst = 8
		var sent, want bytes.Buffer
		for n := range 40 {
			p := packets.NewControlPacket(packets.PINGRESP)
			if n%2 == 0 { // every other one of these has QoS 0, and some are longer than what is read at once
				p = packets.NewControlPacket(packets.PUBLISH)
				p.Content.(*packets.Publish).QoS, p.Content.(*packets.Publish).Retain = byte(n/2%2), n%3 == 0
				p.Content.(*packets.Publish).Topic, p.Content.(*packets.Publish).Payload = "a", bytes.Repeat([]byte{byte(n)}, n*n*40)
			}
			if _, err := p.WriteTo(&sent); err != nil {
				t.Fatal(err)
			}
			if n < burst || n%4 != 0 {
				_, _ = p.WriteTo(&want)
			}
		}
		s, dropped := &stream{}, 0
		s.Reset(sent.Bytes())
		conn := &limited{buffered: newBuffered(s), packets: rate.NewLimiter(1, burst), dropped: func() { dropped++ }}
		if got, err := io.ReadAll(struct{ io.Reader }{conn}); err != nil || !bytes.Equal(got, want.Bytes()) || dropped != 8 {
			t.Errorf("%d bytes pass, %d of them wanted, %d messages are dropped, and %v", len(got), want.Len(), dropped, err)
		}
	})
}

func TestWhatComesAfterTheMachineWasSuspendedIsNotTaken(t *testing.T) {
	s, now := &stream{}, plugins.Instant(0)
	s.Reset([]byte("abc"))
	conn := &paced{Conn: s, reads: rate.NewLimiter(rate.Inf, 0), now: func() plugins.Instant { return now }}
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{time.Minute, ""}, {time.Minute, ""}, {61 * time.Second, "for 1m1s; the machine was suspended"}} {
		now = now.Add(c.after)
		if n, err := conn.Read(make([]byte, 1)); (err == nil) != (c.want == "") || (err == nil) != (n == 1) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("after %v: %d bytes, %v", c.after, n, err)
		}
	}
}

func TestACommandThatCameBeforeTheLoopNoticedASuspendIsRefused(t *testing.T) {
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		calls := 0
		h.Handle("lamp", "on", func(string) error { calls++; return nil })
		m := h.Start(task, "home", "{plugin: mqtt, prefix: hall, broker: 'mqtt://hub.example', commands: [lamp.on]}").Plugin.(*mqtt)
		c := &connection{inbox: make(chan message, 1), came: plugins.NewFlag(m.env)}
		for suspended, want := range map[time.Duration]string{0: "", 2 * time.Hour: "the command waited for 2h0m0s; send it again"} {
			calls = 0
			m.receive(c, message{topic: "hall/cmd/lamp/on"})
			h.Suspend(suspended)
			if err := task.Sleep(time.Second); err != nil {
				return err
			}
			command, err := c.next(task)
			if err != nil {
				return err
			}
			if err := m.carryOut(command); (err == nil) != (want == "") || err != nil && err.Error() != want || (calls == 1) != (want == "") {
				t.Errorf("suspended for %v: %d calls, %v", suspended, calls, err)
			}
		}
		return nil
	})
}

func FuzzALightsCommandIsAnActionOrRefused(f *testing.F) {
	for _, seed := range []string{`{"state":"ON","brightness":40}`, `{"state":"OFF"}`, `{"state":"ON","brightness":-1}`, `[]`, `{"state":1}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		var l light
		if json.Unmarshal(payload, &l) != nil {
			return
		}
		called := ""
		err := l.callActions(lights["level"], false, func(action, _ string) error { called = action; return nil })
		if known := called == "on" || called == "off" || called == "set"; known != (err == nil) {
			t.Errorf("%s calls %q: %v", payload, called, err)
		}
	})
}

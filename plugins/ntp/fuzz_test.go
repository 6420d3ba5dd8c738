package ntp_test

import (
	"context"
	"encoding/binary"
	"net"
	"testing"
	"time"

	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

// hostile is a connection to a server that replies to each query with the same bytes.
type hostile struct {
	net.Conn
	bytes []byte
	reply []byte
}

func (h *hostile) Write(request []byte) (int, error) {
	h.reply = append([]byte(nil), h.bytes...)
	if len(h.reply) >= 32 && len(request) >= 48 {
		copy(h.reply[24:32], request[40:48]) // otherwise the reply is ignored, as one to another query
	}
	return len(request), nil
}

func (h *hostile) Read(into []byte) (int, error) { return copy(into, h.reply), nil }

// FuzzReplies: no reply of one server makes the instance fail, or changes the time on
// which three other servers agree.
func FuzzReplies(f *testing.F) {
	good := make([]byte, 48)
	good[0], good[1] = 4<<3|4, 2
	for _, at := range []int{16, 32, 40} {
		binary.BigEndian.PutUint32(good[at:], uint32(plugintest.Epoch.Unix()+2208988800))
	}
	change := func(at int, to ...byte) []byte {
		reply := append([]byte(nil), good...)
		copy(reply[at:], to)
		return reply
	}
	f.Add([]byte{})
	f.Add(good)
	f.Add(good[:47])
	f.Add(change(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'R', 'A', 'T', 'E'))
	f.Add(change(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\n', 0xff, ' '))
	f.Add(change(4, 0, 15, 0, 0, 0, 15, 0, 0))   // a large root distance
	f.Add(change(32, 0x10, 0, 0, 0, 0, 0, 0, 0)) // received in 2044
	f.Add(change(40, 0xff, 0xff, 0xff, 0xff))    // sent in 2036
	f.Add(change(32, 0, 0, 0, 0, 0, 0, 0, 0, 0)) // no receive time
	f.Fuzz(func(t *testing.T, reply []byte) {
		fx := newFixture(t, 4, -year)
		inner := fx.Net.Dial
		fx.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := inner(ctx, network, address)
			if address == "a.test:123" {
				conn = &hostile{Conn: conn, bytes: reply}
			}
			return conn, err
		}
		fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
			if err := t.Sleep(25 * time.Minute); err != nil {
				return err
			}
			fx.wantTime("with hostile replies")
			fx.wantHealth(i, host.OK, "with hostile replies")
			return nil
		})
	})
}

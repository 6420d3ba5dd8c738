package display_test

import (
	"bytes"
	"image"
	"slices"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

func TestAMirrorFollowsAnotherDisplayInTheMiddle(t *testing.T) {
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		first := h.Start(task, "first", "{plugin: display, device: {none: {width: 32, height: 8}}, pages: [{message: All trains are late today}, clock]}")
		same := h.Start(task, "same", "{plugin: display, device: {none: {width: 32, height: 8}}, pages: [{mirror: first}]}")
		larger := h.Start(task, "larger", "{plugin: display, device: {none: {width: 64, height: 32}}, pages: [{mirror: first}]}")
		smaller := h.Start(task, "smaller", "{plugin: display, device: {none: {width: 16, height: 8}}, pages: [{mirror: first}]}")
		picture := func(name string) *image.Gray {
			p, _ := plugintest.Subscribe[topics.Picture](h, name, "picture").Get()
			return p.Gray
		}
		words := func(name string) topics.Text {
			w, _ := plugintest.Subscribe[topics.Text](h, name, "text").Get()
			return w
		}
		var seen [][]byte // of the first, in the order of time
		behind := func() int {
			at := slices.IndexFunc(seen, func(p []byte) bool { return bytes.Equal(p, picture("same").Pix) })
			return len(seen) - 1 - at
		}
		if err := task.Sleep(2500 * time.Millisecond); err != nil { // it scrolls, 20 pixels a second
			return err
		}
		for range 100 {
			if p := picture("first").Pix; len(seen) == 0 || !bytes.Equal(p, seen[len(seen)-1]) {
				seen = append(seen, p)
			}
			if n := behind(); n > 1 && len(seen) > 2 {
				t.Fatalf("the mirror is %d pictures behind", n)
			}
			if err := task.Sleep(10 * time.Millisecond); err != nil {
				return err
			}
		}
		if len(seen) < 15 {
			t.Errorf("it scrolled by %d pixels only", len(seen))
		}
		if err := h.Call("first.clock"); err != nil {
			return err
		}
		if err := task.Sleep(time.Second); err != nil {
			return err
		}
		of := picture("first")
		if words("same") != "07:52" || words("larger") != "07:52" || !bytes.Equal(picture("same").Pix, of.Pix) {
			t.Errorf("the mirrors say %q and %q", words("same"), words("larger"))
		}
		for y := range 32 {
			for x := range 64 {
				if picture("larger").GrayAt(x, y) != of.GrayAt(x-16, y-12) {
					t.Fatalf("pixel %d,%d of the larger is wrong", x, y)
				}
			}
		}
		for i, p := range picture("smaller").Pix {
			if p != of.GrayAt(i%16+8, i/16).Y {
				t.Fatalf("pixel %d of the smaller is wrong", i)
			}
		}
		if err := h.Call("first.blank"); err != nil {
			return err
		}
		if err := task.Sleep(time.Second); err != nil {
			return err
		}
		if slices.Max(picture("same").Pix) != 0 {
			t.Error("the other display is blank, and the mirror is not")
		}
		for _, instance := range []*plugintest.Instance{same, larger, smaller, first} {
			if err := instance.Stop(task); err != nil {
				return err
			}
		}
		return nil
	})
}

package web

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

func TestPageIsSmallAndLoadsNothingFromElsewhere(t *testing.T) {
	entries, err := files.ReadDir("page")
	if err != nil || len(entries) < 5 {
		t.Fatal(entries, err)
	}
	s, size := serve(t, new(board).options()), 0
	for _, entry := range entries {
		w := ask(s, "GET", "/"+entry.Name(), "")
		body := w.Body.String()
		size += len(body)
		if w.Code != 200 || strings.Contains(body, "src=\"http") || strings.Contains(body, "@import") {
			t.Errorf("%s: status %d, or it loads something from elsewhere", entry.Name(), w.Code)
		}
		if entry.Name() == "index.html" && ask(s, "GET", "/", "").Body.String() != body {
			t.Error("the page is not at /")
		}
	}
	if size > 58_000 {
		t.Errorf("the page has %d bytes; the limit is 58 kB", size)
	}
	if w := ask(s, "GET", "/nothing.js", ""); w.Code != 404 {
		t.Errorf("nothing.js: %d", w.Code)
	}
}

func TestAssetsAreCompressedAndKeptByTheBrowser(t *testing.T) {
	s := serve(t, new(board).options())
	plain := ask(s, "GET", "/page.css", "")
	zipped := ask(s, "GET", "/page.css", "", header("Accept-Encoding", "br, gzip"))
	if zipped.Header().Get("Content-Encoding") != "gzip" || zipped.Header().Get("Content-Type") != plain.Header().Get("Content-Type") || zipped.Body.Len() > plain.Body.Len()/2 {
		t.Errorf("%v, %d bytes of %d", zipped.Header(), zipped.Body.Len(), plain.Body.Len())
	}
	reader, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(reader); string(text) != plain.Body.String() {
		t.Errorf("another text is compressed: %v", err)
	}
	if refused := ask(s, "GET", "/page.css", "", header("Accept-Encoding", "gzip;q=0")); refused.Header().Get("Content-Encoding") != "" {
		t.Error("it is compressed for a client that refuses this")
	}
	tag := plain.Header().Get("ETag")
	if again := ask(s, "GET", "/page.css", "", header("If-None-Match", tag)); tag == "" || again.Code != 304 || again.Body.Len() > 0 {
		t.Errorf("asked again with the tag %s: %d, %d bytes", tag, again.Code, again.Body.Len())
	}
	if other := ask(s, "GET", "/app.js", "", header("If-None-Match", tag)); other.Code != 200 {
		t.Errorf("with the tag of another file: %d", other.Code)
	}
	if tag == zipped.Header().Get("ETag") {
		t.Error("both forms have one tag")
	}
}

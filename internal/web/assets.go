package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// The page's files are served as they are: there is no build step.
//
//go:embed page
var files embed.FS

type asset struct{ plain, zipped []byte }

// assets reads and compresses all files when the first is asked for, since few boards
// have a page that somebody looks at.
var assets = sync.OnceValue(func() map[string]asset {
	entries, err := files.ReadDir("page")
	if err != nil {
		panic(err) // it is embedded
	}
	all := map[string]asset{}
	for _, entry := range entries {
		plain, err := files.ReadFile("page/" + entry.Name())
		if err != nil {
			panic(err)
		}
		var zipped bytes.Buffer
		w := gzip.NewWriter(&zipped)
		_, _ = w.Write(plain) // to memory
		_ = w.Close()
		all[entry.Name()] = asset{plain, zipped.Bytes()}
	}
	return all
})

// serveFile answers with a file of the page. The browser keeps it, and asks each time
// whether it has changed.
func serveFile(w http.ResponseWriter, r *http.Request, name string) {
	file, ok := assets()[name]
	if !ok {
		http.Error(w, "404 page not found", http.StatusNotFound)
		return
	}
	h, data := w.Header(), file.plain
	if acceptsGzip(r) {
		data = file.zipped
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	sum := sha256.Sum256(data)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(data)
}

// acceptsGzip tells whether the client decompresses answers, as all browsers do.
func acceptsGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		if name, quality, _ := strings.Cut(strings.TrimSpace(coding), ";"); name == "gzip" && strings.TrimSpace(quality) != "q=0" {
			return true
		}
	}
	return false
}

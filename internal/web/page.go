package web

import (
	"embed"
	"mime"
	"net/http"
	"path"
)

// The page's parts are served as they stand here: there is no build step.
//
//go:embed page
var parts embed.FS

// servePart writes a part of the page.
func servePart(w http.ResponseWriter, name string) {
	data, err := parts.ReadFile("page/" + name)
	if err != nil {
		http.Error(w, "there is no such page", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	w.Header().Set("Cache-Control", "no-cache")
	w.Write(data)
}

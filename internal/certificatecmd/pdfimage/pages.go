package pdfimage

import (
	"errors"
	"fmt"
)

// Inspect counts the pages of a file, and reports whether any of its objects uses one of the names, however they are written and packed.
// The error says that the file, or a part of it, can't be read, as with a password.
func Inspect(data []byte, names ...string) (pages int, used bool, err error) {
	watch := make(map[string]bool, len(names))
	for _, n := range names {
		watch[n] = false
	}
	f, err := openWatching(data, watch)
	if err == nil && f.unread {
		err = errors.New("its objects are packed in a way that isn't known")
	}
	if err != nil {
		return 0, false, fmt.Errorf("reading the PDF file: %w", err)
	}
	for _, o := range f.objects {
		if d, ok := o.(dict); ok && f.resolve(d["Type"]) == name("Page") {
			pages++
		}
	}
	for _, met := range watch {
		used = used || met
	}
	return pages, used, nil
}

package pdfimage

import "fmt"

// Pages counts the pages of a file. The error says that it can't be read, as with a password.
func Pages(data []byte) (int, error) {
	f, err := openFile(data)
	if err != nil {
		return 0, fmt.Errorf("reading the PDF file: %w", err)
	}
	n := 0
	for _, o := range f.objects {
		if d, ok := o.(dict); ok && f.resolve(d["Type"]) == name("Page") {
			n++
		}
	}
	return n, nil
}

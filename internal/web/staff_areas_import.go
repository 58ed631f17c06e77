package web

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"healthcode"
	"healthcode/internal/area"
)

// upload is one file that was sent.
type upload struct {
	name string
	data []byte
}

// uploads returns the files of a field.
func (c *call) uploads(field string) ([]upload, error) {
	if c.r.MultipartForm == nil {
		return nil, nil
	}
	var files []upload
	for _, header := range c.r.MultipartForm.File[field] {
		f, err := header.Open()
		if err != nil {
			return nil, fmt.Errorf("reading an upload: %w", err)
		}
		data, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("reading an upload: %w", err)
		}
		if len(data) > 0 {
			files = append(files, upload{path.Base(strings.ReplaceAll(header.Filename, `\`, "/")), data})
		}
	}
	return files, nil
}

// areaReport says what became of an upload.
type areaReport struct {
	counties  int // of area histories
	snapshots *area.Report
}

// importAreas stores area histories and risk-area snapshots, which may be sent together. A fault in a
// history refuses the whole upload; a broken snapshot is left out and named.
func (c *call) importAreas(files []upload) (areaReport, error) {
	var report areaReport
	if len(files) == 0 {
		return report, &healthcode.Error{Code: healthcode.CodeInvalid, Field: "files", Text: textAreasNoFile}
	}
	var histories []healthcode.AreaHistory
	var snapshots []upload
	for _, f := range files {
		if !isAreaHistory(f.data) {
			snapshots = append(snapshots, f)
			continue
		}
		history, err := healthcode.ParseAreaHistory(f.data, c.policy.Location)
		if err == nil {
			err = knownCounties(history)
		}
		if err != nil {
			return report, refusedFile(f.name, err)
		}
		report.counties += len(history.Areas)
		histories = append(histories, history)
	}
	var read area.Record
	if len(snapshots) > 0 {
		folder, err := asFolder(snapshots)
		if err != nil {
			return report, err
		}
		record, found, err := area.ReadRiskAreas(c.ctx, folder, c.policy.Location, nil)
		if err != nil {
			if c.ctx.Err() != nil {
				return report, err
			}
			return report, refusedFile(found.Broken[0].File, fmt.Errorf("%s", found.Broken[0].Note))
		}
		read, report.snapshots = record, &found
	}
	err := c.storeAreas(histories, read)
	if err == nil {
		c.server.Log.InfoContext(c.ctx, "areas changed", "by", c.actor.Staff, "histories", len(histories), "snapshots", len(read.Snapshots))
	}
	return report, err
}

// storeAreas takes its turn: a merge reads what is stored, and must not lose what another one stores meanwhile.
func (c *call) storeAreas(histories []healthcode.AreaHistory, read area.Record) error {
	c.server.areasTurn.Lock()
	defer c.server.areasTurn.Unlock()
	store := c.server.Store
	for _, history := range histories {
		if err := store.PutAreas(c.ctx, history); err != nil {
			return fmt.Errorf("storing areas: %w", err)
		}
	}
	if len(read.Snapshots) == 0 {
		return nil
	}
	stored, _, err := store.Areas(c.ctx)
	if err != nil {
		return fmt.Errorf("reading the stored areas: %w", err)
	}
	looks, err := store.AreaLooks(c.ctx)
	if err != nil {
		return fmt.Errorf("reading the stored areas: %w", err)
	}
	merged := area.Merge(area.Record{History: stored, Snapshots: looks}, read)
	if err := store.PutAreas(c.ctx, merged.History, merged.Snapshots...); err != nil {
		return fmt.Errorf("storing areas: %w", err)
	}
	return nil
}

// isAreaHistory reports whether a file is area history rather than a snapshot.
func isAreaHistory(data []byte) bool {
	var either struct {
		Areas json.RawMessage `json:"areas"`
	}
	return json.Unmarshal(data, &either) == nil && either.Areas != nil
}

func knownCounties(history healthcode.AreaHistory) error {
	for _, county := range history.Areas {
		if _, ok := area.Lookup(county.Code); len(county.Code) == 6 && !ok {
			return fmt.Errorf("there is no county with the code %s", county.Code)
		}
	}
	return nil
}

// refusedFile says which file was refused and why. The cause is in English: it names fields and lines.
func refusedFile(name string, cause error) error {
	return &healthcode.Error{Code: healthcode.CodeInvalid, Field: "files", Err: cause, Text: healthcode.Text{
		ZH: in(healthcode.ZH, textAreasRefused, name, cause), EN: in(healthcode.EN, textAreasRefused, name, cause)}}
}

// asFolder gives files to a reader of folders, as an archive in memory. Files of the same name stay apart.
func asFolder(files []upload) (fs.FS, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	names := map[string]bool{}
	for i, f := range files {
		name := strings.TrimSuffix(safeName(f.name), ".json") + ".json"
		if names[name] {
			name = fmt.Sprintf("%d/%s", i+1, name)
		}
		names[name] = true
		entry, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = entry.Write(f.data)
		}
		if err != nil {
			return nil, fmt.Errorf("reading an upload: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("reading an upload: %w", err)
	}
	return zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
}

// safeName leaves of a file's name what every reader of folders takes.
func safeName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	if name = strings.TrimLeft(name, "."); name == "" {
		return "file"
	}
	return name
}

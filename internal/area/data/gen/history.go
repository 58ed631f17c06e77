//go:build ignore

// Makes ../history-2022.json from a folder of risk-area snapshots:
//
//	go run internal/area/data/gen/history.go DIR
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"

	"healthcode/internal/area"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run internal/area/data/gen/history.go DIR")
	}
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		log.Fatal(err)
	}
	record, report, err := area.ReadRiskAreas(context.Background(), os.DirFS(os.Args[1]), loc, nil)
	fmt.Print(report.String())
	if err != nil {
		log.Fatal(err)
	}
	data, err := json.Marshal(record.History)
	if err != nil {
		log.Fatal(err)
	}
	// One county a line, so that a change can be read.
	data = bytes.ReplaceAll(data, []byte(`{"code"`), []byte("\n"+`{"code"`))
	if err := os.WriteFile("internal/area/data/history-2022.json", append(data, '\n'), 0o644); err != nil {
		log.Fatal(err)
	}
}

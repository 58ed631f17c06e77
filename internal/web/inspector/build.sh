#!/bin/sh
# Builds the verifier that runs in browsers from internal/inspect, with the support file of the same Go. Both are
# committed, so that a build of the product needs no second compilation; a test says when the sources have moved on.
set -eu
cd "$(dirname "$0")/../../.."
GOOS=js GOARCH=wasm CGO_ENABLED=0 go build -trimpath -ldflags='-s -w -buildid=' -o internal/web/static/inspect.wasm ./internal/inspect/wasm
gzip -9 -n -f internal/web/static/inspect.wasm
cp "$(go env GOROOT)/lib/wasm/wasm_exec.js" internal/web/static/inspect-go.js
chmod 644 internal/web/static/inspect*
HEALTHCODE_UPDATE=1 go test -run TestInspectorIsBuiltFromItsSources ./internal/web

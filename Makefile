# The two commands: `make demo` runs the main job, `make test` passes the tests.
# Both set up what they need; only Go, make and git have to be there.

ADDR ?= 127.0.0.1:8080
STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: demo build test short lint tools generate bench

demo: build ## serve simulated people over the real risk areas of 2022
	./bin/healthcode demo --addr $(ADDR)

build: ## build the binary into bin/
	CGO_ENABLED=0 go build -trimpath -o bin/healthcode ./cmd/healthcode

test: tools lint ## everything: lint, unit, policies, kill -9, real browser
	go test -timeout 20m ./...

short: ## the tests that need nothing but Go
	go test -short -timeout 10m ./...

lint:
	test -z "$$(gofmt -l $$(git ls-files '*.go'))"
	go vet ./...
	$(STATICCHECK) ./...

tools: ## what the tests drive: a browser, fonts, npm (Debian's packages)
	sh scripts/tools.sh

generate: ## templates, and the OpenAPI document
	go generate ./...
	gofmt -w internal/web

bench: build ## what this machine holds, into docs/performance.md; and the benchmarks of rules, pass and certificate
	./bin/healthcode bench --markdown docs/performance.md
	go test -run '^$$' -bench . -benchmem ./policy ./pass ./certificate ./internal/qr ./internal/intake

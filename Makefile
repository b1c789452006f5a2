# Dorflinde: the commands a newcomer needs are run, test and build.

export CGO_ENABLED = 0
export GOFLAGS = -trimpath

ADDR ?= 127.0.0.1:8080
VERSION := $(shell git describe --tags --always 2>/dev/null || echo dev)
TEMPL = go tool -modfile=tools.mod templ
ASSETS = $(shell find web/styles web/scripts web/scenes web/arms web/icons web/bundle -type f 2>/dev/null)
SOURCES = $(shell find cmd internal web -name '*.go' -o -name '*.sql' -o -name '*.json' -not -path '*/node_modules/*' 2>/dev/null)

.PHONY: run test build assets generate check bench fuzz fmt clean

## run: install what is missing, build, and open the sample region
run: bin/dorflinde
	@bin/dorflinde demo --addr $(ADDR) --data demo-data

## build: put the binary at bin/dorflinde
build: bin/dorflinde

bin/dorflinde: web/dist/manifest.json go.mod go.sum $(SOURCES)
	@mkdir -p bin
	go build -ldflags "-s -w -X dorflinde/internal/app.Version=$(VERSION)" -o bin/dorflinde ./cmd/dorflinde

# What the pages need; the tools that check them come with make test.
web/node_modules/.installed: web/package.json web/package-lock.json
	cd web && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

web/node_modules/.tools: web/package.json web/package-lock.json
	cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch web/node_modules/.installed $@

web/dist/manifest.json: web/node_modules/.installed $(ASSETS)
	go run ./web/bundle

assets: web/dist/manifest.json

## generate: write the Go code of the templates anew
generate:
	$(TEMPL) generate -path internal

## test: every test, on SQLite and PostgreSQL, and in the browser
test: web/node_modules/.tools bin/dorflinde check
	go run ./internal/platform/db/dbtest/withpostgres go test -timeout 9m $(TESTFLAGS) ./...

## check: formatting, generated code, vet, static analysis
check: web/dist/manifest.json
	@test -z "$$(gofmt -l cmd internal web/*.go web/bundle)" || { echo "not formatted: run make fmt"; gofmt -l cmd internal web/*.go web/bundle; exit 1; }
	@d=$$(mktemp -d) && cp -R internal "$$d" && $(TEMPL) generate -path "$$d/internal" >"$$d/log" 2>&1 && diff -rq internal "$$d/internal"; \
		s=$$?; rm -rf "$$d"; [ $$s -eq 0 ] || { echo "generated code is out of date: run make generate"; exit 1; }
	go vet ./...
	go tool -modfile=tools.mod staticcheck ./...

fmt:
	gofmt -w cmd internal web/*.go web/bundle

## bench: measure what the product promises; writes docs/benchmarks.md
bench: web/node_modules/.tools bin/dorflinde
	bin/dorflinde bench --lighthouse web/e2e/lighthouse.mjs --out docs/benchmarks.md

## fuzz: each fuzz test for a minute
fuzz:
	@for p in $$(grep -rl 'func Fuzz' --include='*_test.go' internal | xargs -n1 dirname | sort -u); do \
		for f in $$(grep -ho 'func Fuzz[A-Za-z0-9]*' $$p/*_test.go | cut -c6-); do \
			go test -run '^$$' -fuzz "^$$f$$" -fuzztime 60s ./$$p || exit 1; done; done

clean:
	rm -rf bin web/dist web/node_modules demo-data
	mkdir -p web/dist && touch web/dist/.keep

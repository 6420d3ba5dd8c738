# "make help" describes every target.
GO      ?= go
TOOLS   := $(GO) tool -modfile=tools/go.mod
# Plugins to build in: WITH="./thermo example.org/x@v1.2.3"; see deploy/with.
WITH    ?=
# A plugin in WITH that needs C, such as one with a driver of FTDI, needs CGO=1.
CGO     ?= 0
VERSION := $(shell deploy/deb/version)$(if $(WITH),+with)
LDFLAGS  = -s -w -X ptvd/internal/cli.Version=$(VERSION) $(if $(WITH),-X "ptvd/internal/cli.Added=$(shell cat bin/with/added)")
# What runs a few times a minute is built without inlining, which saves 0.4 MB on armv6.
COLD    := fmt net/... vendor/... crypto/tls crypto/x509 gopkg.in/... github.com/spf13/... github.com/eclipse/... github.com/robfig/... \
	ptvd/internal/cli ptvd/internal/config ptvd/internal/schema ptvd/plugins/schedule
# The build is reproducible: the same commit always gives the same bytes. HTTP/2 would
# cost 0.6 MB, and one request in half a minute gains nothing from it.
BUILD    = CGO_ENABLED=$(CGO) $(GO) build $(if $(WITH),-C bin/with -mod=mod) -tags nethttpomithttp2 $(foreach p,$(COLD),-gcflags=$(p)=-l) \
	-trimpath -buildvcs=false -ldflags '$(LDFLAGS)'
PROGRAM := $(if $(WITH),.,./cmd/ptvd)
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || date +%s)
export SOURCE_DATE_EPOCH
# A number of inputs and not a duration: when a duration ends, go test sometimes
# reports its own deadline as a failure.
FUZZTIME ?= 100000x
FOR      ?= 10m
FAULTS   ?= .
SEEDS    ?= 1
LASTS    ?= 24h
BENCH    ?= .
COUNT    ?= 1

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build and start the demo, which needs no board, network or account
	bin/ptvd demo

.PHONY: build
build: with ## build bin/ptvd, static, with its version; WITH="./thermo example.org/x@v1.2.3" adds plugins
	$(BUILD) -o $(CURDIR)/bin/ptvd $(PROGRAM)

.PHONY: with
with:
	@$(if $(WITH),deploy/with bin/with $(WITH))

# Fewer garbage collections save a tenth of the processor time, and so does a single
# processor for each package, as the smallest boards have; make race uses all. Without
# cgo, as in the product, test binaries are linked in less time.
.PHONY: test
test: ## run every test; simulated days are cut short
	CGO_ENABLED=0 GOGC=400 $(GO) test -cpu 1 ./...

.PHONY: test-long
test-long: ## run the simulation at its full length: thirty days of faults, about two minutes
	$(GO) test ./test/simulate -long

.PHONY: race
race: ## run every test under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race ./...

.PHONY: test-web
test-web: build bin/promtool ## test the web page in headless Chromium, which is installed if it is missing
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; }
	@command -v npm >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends npm; }
	cd test/web && npm ci --silent --ignore-scripts
	cd test/web && PTVD=$(CURDIR)/bin/ptvd PROMTOOL=$(CURDIR)/bin/promtool CHROMIUM=$${CHROMIUM:-chromium} $(GO) test -count=1 .

# Debian's package would start a server, so it is only unpacked.
bin/promtool:
	@mkdir -p bin/prometheus && cd bin/prometheus && { ls prometheus_*.deb >/dev/null 2>&1 || { apt-get update -qq && apt-get download -qq prometheus; }; }
	@dpkg-deb --fsys-tarfile bin/prometheus/prometheus_*.deb | tar -x -C bin/prometheus ./usr/bin/promtool
	@mv bin/prometheus/usr/bin/promtool $@

.PHONY: test-vm
test-vm: ## test the package in a virtual machine, with a real kernel and systemd; RUN is a pattern
	test/vm/run.sh

.PHONY: test-nightly
test-nightly: ## test what takes too long for each change: the arm64 package under its own kernel and systemd
	ARCH=arm64 test/vm/run.sh

.PHONY: test-pi
test-pi: cross ## test the binaries for the boards on an emulated Raspberry Pi 3B; RUN is a pattern
	test/pi/run.sh

.PHONY: bench-vm
bench-vm: ## measure reaction times in that machine, compared with a minimal program in C
	test/vm/bench/run.sh

.PHONY: bench-press
bench-press: ## count the instructions from a press to the SPI transfer there, and from a step of a knob to the PWM output
	$(MAKE) build LDFLAGS=
	PTVD=bin/ptvd test/vm/bench/press.sh

.PHONY: bench-idle
bench-idle: ## measure a board that stands still, beside the same in Python, ten times in turn
	$(GO) test ./test/idle -v -run '^$$' -bench Idle -benchtime 10x -count $(COUNT) -timeout 60m

.PHONY: bench-fleet
bench-fleet: ## measure 100 boards that have the departures of one, on one mosquitto
	$(GO) test ./test/fleet -run '^$$' -bench Fleet -benchtime 12x -count $(COUNT) -timeout 60m

.PHONY: lint
lint: ## check the format, and run the linters of .golangci.yml
	@unformatted=$$($(TOOLS) gofumpt -modpath ptvd -l .); test -z "$$unformatted" || { echo "not gofumpt-ed: $$unformatted"; exit 1; }
	$(GO) tool -modfile=tools/lint/go.mod golangci-lint run --build-tags vm,pi ./...

.PHONY: fuzz
fuzz: ## fuzz every decoder with FUZZTIME inputs (100000x) each
	@set -e; grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9]*' cmd internal plugins test | sort | \
	while IFS=: read -r file target; do \
	  echo "$$file $${target#func }"; \
	  $(GO) test -run '^$$' -fuzz "^$${target#func }\$$" -fuzztime $(FUZZTIME) ./$$(dirname $$file); \
	done

.PHONY: mutants
mutants: ## apply faults that match FAULTS to the code, one at a time: tests must fail (all take an hour)
	$(GO) run ./test/mutants '$(FAULTS)'

.PHONY: soak
soak: ## simulate LASTS (24h) with each seed from SEEDS on, for FOR (10m) of real time
	$(GO) test ./test/simulate -run '^TestSoak$$' -v -timeout 0 -soak $(FOR) -seed $(SEEDS) -lasts $(LASTS)

.PHONY: bench
bench: ## run the benchmarks that match BENCH, COUNT times
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) ./...

# Variables that are used begin and end between two multiples of 2 MB on amd64, so that the
# kernel does not give them a huge page (Go has 32 MB behind them that are not used).
.PHONY: cross
cross: with ## build for arm64, for armv6 (from the first Raspberry Pi Zero on) and for amd64
	GOARCH=arm64 GOARM64=v8.0 $(BUILD) -o $(CURDIR)/bin/ptvd-arm64 $(PROGRAM)
	GOARCH=arm GOARM=6 $(BUILD) -o $(CURDIR)/bin/ptvd-armv6 $(PROGRAM)
	GOARCH=amd64 GOAMD64=v1 $(subst -s -w,-s -w -T 0x4e3000,$(BUILD)) -o $(CURDIR)/bin/ptvd-amd64 $(PROGRAM)

.PHONY: size
size: with ## list what costs more than 200 kB on armv6; WITHOUT=schedule leaves a plugin out
	@mkdir -p bin/_size && sed '/plugins\/$(WITHOUT)"/d' plugins/all/all.go >bin/_size/all.go
	@echo '{"Replace": {"$(CURDIR)/plugins/all/all.go": "$(CURDIR)/bin/_size/all.go"}}' >bin/_size/overlay.json
	@GOARCH=arm GOARM=6 $(subst -s -w,,$(BUILD)) -overlay $(CURDIR)/bin/_size/overlay.json -o $(CURDIR)/bin/_size/ptvd $(PROGRAM)
	@deploy/size bin/_size/ptvd

.PHONY: man
man: ## write the manual pages, the completions and the schema to bin/
	rm -rf bin/man bin/completions
	$(GO) run ./internal/cli/pages bin

.PHONY: deb
deb: cross man $(if $(WITH),build) ## build the Debian packages for arm64, armhf and amd64 to bin/; WITH adds plugins
	@$(if $(WITH),bin/ptvd schema >bin/ptvd.schema.json)
	VERSION=$(VERSION) deploy/deb/build

.PHONY: test-deb
test-deb: deb ## check the packages: lintian, systemd-analyze, a reproducible build
	VERSION=$(VERSION) deploy/deb/test

.PHONY: test-arm
test-arm: cross ## start the ARM binaries under qemu-user, which is installed if it is missing
	deploy/test-arm

.PHONY: tidy
tidy: ## tidy all modules
	$(GO) mod tidy
	for example in examples/*/; do (cd $$example && $(GO) mod tidy) || exit 1; done
	cd tools && $(GO) mod tidy
	cd tools/nfpm && $(GO) mod tidy
	cd tools/lint && $(GO) mod tidy

.PHONY: clean
clean: ## remove bin/
	rm -rf bin

.PHONY: pictures
pictures: ## draw every state of every page as it is now: the golden files, and all on docs/pictures.png
	$(GO) test ./plugins/display -run 'GoldenPicture|ScrollsFrom' -update
	$(GO) test ./plugins/display -run 'ContactSheet' -update

.PHONY: corpus
corpus: ## add the latest inputs that fuzzing found to the corpora, at most 10 for each decoder
	@cache=$$($(GO) env GOCACHE)/fuzz/ptvd; \
	for dir in $$(cd $$cache && find . -type d -name 'Fuzz*'); do \
	  keep=$$(dirname $$dir)/testdata/fuzz/$$(basename $$dir); mkdir -p $$keep; \
	  ls -t $$cache/$$dir | head -10 | while read -r input; do cp -n $$cache/$$dir/$$input $$keep/; done; \
	done

# tmscdp: `make help` lists what a person calls; everything is built under build/.

MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
ROOMS := base metrics cdp backend seed reports cli
SOURCES := $(wildcard $(addsuffix /*.c,$(ROOMS)) cdp/collect/*.c)
HEADERS := $(wildcard $(addsuffix /*.h,$(ROOMS)) cdp/collect/*.h tests/unit/*.h)
UNIT_SOURCES := $(wildcard tests/unit/test_*.c)
FUZZ_SOURCES := $(wildcard tests/fuzz/fuzz_*.c)
EMBEDDED := $(sort $(wildcard backend/apis/*.json backend/scenarios/*.json backend/sql/*.sql cdp/profiles/*.json \
  cdp/js/*.js reports/assets/* metrics/data/*.json))

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
  -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wundef -Wformat=2 \
  -Wnull-dereference -Wdouble-promotion -Werror
GCC_WARNINGS := -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init
STANDARD := -std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700
PACKAGES := libwebsockets libcjson libcurl libpq libpng zlib libcrypto
# Only when something is compiled: `make setup` must work before these packages are there.
PACKAGE_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) | sed 's/-I/-isystem /g')
PACKAGE_LIBS = $(shell pkg-config --libs $(PACKAGES)) -lev -lm -lpthread
CPPFLAGS_OURS = $(STANDARD) -I. -include base/banned.h $(PACKAGE_CFLAGS)
CFLAGS ?= -O2 -g
# Hidden: a function of ours must never stand in for a library's of the same name (libkrb5 has a
# profile_release of its own).
COMPILE = $(CPPFLAGS_OURS) $(CFLAGS) -fno-common -fvisibility=hidden -fstack-protector-strong $(WARNINGS) -MMD -MP
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

OBJECTS := $(SOURCES:%.c=build/obj/%.o) build/obj/gen/embedded.o build/obj/gen/version.o
ASAN_OBJECTS := $(SOURCES:%.c=build/asan/%.o) build/asan/gen/embedded.o build/asan/gen/version.o
UNITS := $(UNIT_SOURCES:tests/unit/%.c=build/unit/%)
ASAN_UNITS := $(UNIT_SOURCES:tests/unit/%.c=build/asan/unit/%)
FUZZERS := $(FUZZ_SOURCES:tests/fuzz/%.c=build/fuzz/%)
# V=1 shows whole command lines.
ifndef V
Q := @
say = @echo "  $(1) $(@:build/%=%)"
endif
TIDY_STAMPS := $(SOURCES:%.c=build/tidy/%.ok)
TIDY_TEST_STAMPS := $(UNIT_SOURCES:%.c=build/tidy/%.ok) $(FUZZ_SOURCES:%.c=build/tidy/%.ok)

.PHONY: all
all: build/tmscdp ## Build the program

build/tmscdp: build/obj/cli/main.o build/libtmscdp.a
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(PACKAGE_LIBS)

build/libtmscdp.a: $(filter-out build/obj/cli/main.o,$(OBJECTS))
	@rm -f $@
	$(call say,AR  )
	$(Q)ar rcs $@ $^

build/asan/tmscdp: build/asan/cli/main.o build/asan/libtmscdp.a
	$(call say,LINK)
	$(Q)$(CLANG) $(SANITIZE) -g -o $@ $^ $(PACKAGE_LIBS)

build/asan/libtmscdp.a: $(filter-out build/asan/cli/main.o,$(ASAN_OBJECTS))
	@rm -f $@
	$(call say,AR  )
	$(Q)ar rcs $@ $^

build/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC  )
	$(Q)$(CC) $(COMPILE) $(GCC_WARNINGS) -c -o $@ $<

# With the counters that show a fuzzer where it has not been yet.
build/asan/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC  )
	$(Q)$(CLANG) $(COMPILE) $(SANITIZE) -fsanitize=fuzzer-no-link -c -o $@ $<

build/obj/gen/%.o: build/gen/%.c
	@mkdir -p $(@D)
	$(call say,CC  )
	$(Q)$(CC) $(COMPILE) -c -o $@ $<

build/asan/gen/%.o: build/gen/%.c
	@mkdir -p $(@D)
	$(call say,CC  )
	$(Q)$(CLANG) $(COMPILE) $(SANITIZE) -c -o $@ $<

build/gen/embedded.c: scripts/embed Makefile $(EMBEDDED)
	@mkdir -p $(@D)
	$(call say,GEN )
	$(Q)scripts/embed $(EMBEDDED) > $@

.PHONY: force
build/gen/version.c: force
	@mkdir -p $(@D)
	@scripts/version > $@.new; if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

build/unit/%: tests/unit/%.c build/libtmscdp.a
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(COMPILE) -o $@ $< build/libtmscdp.a $(PACKAGE_LIBS) -lcmocka

build/asan/unit/%: tests/unit/%.c build/asan/libtmscdp.a
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CLANG) $(COMPILE) $(SANITIZE) -o $@ $< build/asan/libtmscdp.a $(PACKAGE_LIBS) -lcmocka

build/fuzz/%: tests/fuzz/%.c build/asan/libtmscdp.a
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CLANG) $(COMPILE) $(SANITIZE) -fsanitize=fuzzer -o $@ $< build/asan/libtmscdp.a $(PACKAGE_LIBS)

.PHONY: setup
setup: ## Install what is missing (Debian packages, npm packages)
	scripts/setup

.PHONY: client
client: build/client.stamp ## Build the reference chat's web client
build/client.stamp: $(shell find tests/tms/client -type f -not -path '*/node_modules/*' \
  -not -path '*/.next/*' -not -name next-env.d.ts 2>/dev/null)
	@mkdir -p build
	scripts/client
	touch $@

.PHONY: demo
demo: ## The whole walk: set-up, reference chat, measurement, report
	scripts/demo

.PHONY: test
test: ## Everything that must hold before a change is published (under 15 minutes)
	tests/run

.PHONY: units asan-units fuzz
units: $(UNITS)
asan-units: $(ASAN_UNITS) build/asan/tmscdp
fuzz: $(FUZZERS)

.PHONY: soak soak-traps soak-load soak-shapes bench
soak: soak-load soak-traps soak-shapes ## Long runs: all that follow
soak-traps: all client ## Every count, twenty times in a row, with every trap on
	tests/soak/traps.py
soak-load: all ## Growth of memory over MINUTES (default 10) of load
	tests/bench/http/bench.py --soak $(or $(MINUTES),10)
soak-shapes: all client ## Every workload at its full shape, against k6's rules (20 minutes)
	tests/soak/shapes.py
bench: all ## Cost of generating load, against wrk, h2load, autocannon and node's socket.io-client
	tests/bench/http/bench.py
	tests/bench/sockets/bench.py
.PHONY: bench-sockets
bench-sockets: all ## Cost of Socket.IO connections and truth of fan-out, on the real server
	tests/bench/sockets/bench.py

.PHONY: bench-watcher
bench-watcher: all client ## Cost of watching the database, and throughput with and without it
	tests/bench/watcher.py

.PHONY: bench-browser effects-browser
bench-browser: all client build/bench/read_trace ## Browser passes: cost, agreement with others, what they bear
	tests/bench/browser/bench.py
build/bench/read_trace: tests/bench/browser/read_trace.c build/libtmscdp.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMPILE) -o $@ $< build/libtmscdp.a $(PACKAGE_LIBS)
effects-browser: all client ## Each fault of the reference client, ten times: which metrics move
	tests/soak/faults.py

.PHONY: bench-gate
bench-gate: all client ## How often `compare` is wrong and what it sees, on resampled real runs (two hours; resumable)
	tests/bench/gate.py

.PHONY: bench-report
bench-report: all ## A report of a million samples: under 2 s and 100 MB
	tests/bench/report/million.py

.PHONY: bench-pair
bench-pair: all client ## Known delays of server and client against what `pair` says (20 minutes)
	tests/bench/pair.py

.PHONY: effects
effects: all client ## How large the effect of each switch of the reference chat is, measured by others
	tests/run effects
	/usr/bin/python3 tests/tms/server/measure_effects.py

.PHONY: calibrate
calibrate: all client ## Does the diagnosis name what is switched on, and nothing else? (PASSES=1)
	tests/calibrate/calibrate.py --passes $(or $(PASSES),1)

.PHONY: kill-matrix
kill-matrix: all client ## Who dies × when, all of it (make test does each victim once)
	KILL_MATRIX=whole /usr/bin/python3 -m unittest -v tests.e2e.test_ends

.PHONY: lint format tidy tidy-tests
lint: tidy ## Format, static analysis of what is shipped, rooms
	clang-format --dry-run -Werror $(SOURCES) $(HEADERS) $(UNIT_SOURCES) $(FUZZ_SOURCES)
	scripts/check-layers
format: ## Format all C files in place
	clang-format -i $(SOURCES) $(HEADERS) $(UNIT_SOURCES) $(FUZZ_SOURCES)
tidy: $(TIDY_STAMPS)
tidy-tests: $(TIDY_TEST_STAMPS) ## Static analysis of the unit tests and fuzzers too (minutes)
build/tidy/%.ok: %.c .clang-tidy
	@mkdir -p $(@D)
	$(call say,TIDY)
	$(Q)clang-tidy --quiet $< -- $(CPPFLAGS_OURS) $(filter-out -Werror,$(WARNINGS)) -MMD -MP -MF build/tidy/$*.d -MT $@ 2>$@.log \
	  || { cat $@.log; exit 1; }
	@touch $@

.PHONY: clean distclean
clean: ## Remove what was compiled
	rm -rf build/obj build/asan build/unit build/fuzz build/gen build/tidy build/tmscdp build/libtmscdp.a
distclean: clean ## Also the stack, the client and npm's packages (not data/)
	scripts/stack down --all
	rm -rf build tests/tms/client/.next tests/tms/client/node_modules tests/e2e/node_modules \
	  tests/bench/http/node_modules tests/bench/browser/node_modules \
	  tests/bench/sockets/node_modules

.PHONY: help
help: ## This list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r name text; do printf '%-12s %s\n' "$$name" "$$text"; done

-include $(wildcard build/obj/*/*.d build/obj/*/*/*.d build/asan/*/*.d build/asan/*/*/*.d \
  build/unit/*.d build/tidy/*/*.d build/tidy/*/*/*.d build/fuzz/*.d)

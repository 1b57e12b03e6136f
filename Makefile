# Everything that is done to Portcullis, by name. `make` alone lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c

# cargo's own variable decides where things are built; tools/ reads it too.
TARGET_DIR := $(abspath $(or $(CARGO_TARGET_DIR),target))
BINARY := $(TARGET_DIR)/release/portcullis

# Where tests look for outside programs; those that are missing are skipped by name.
export PORTCULLIS_TEST_PROGRAMS := $(TARGET_DIR)/test-programs/bin

.PHONY: help target programs build component demo test conformance bench lint regenerate

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

target: ## put the wasm32-wasip2 target into the toolchain, if it is not there
	@tools/wasi-target

programs: ## fetch the outside programs that tests compare with; nothing is installed
	@tools/test-programs

build: target ## build the release binary, complete with the component
	@cargo build --release

component: target ## write the portable component, for other hosts, to target/portcullis.wasm
	@tools/portable-component

demo: build ## check an image that may pass and one that may not
	@tools/demo '$(BINARY)'

test: target programs ## run every test
	@cargo test --release --workspace --no-fail-fast

conformance: target ## run the public conformance suite; ENTRY= names another client
	@tools/conformance $(ENTRY)

bench: target programs ## measure what docs/performance.md tells
	@cargo bench --workspace --bench '*'

lint: target ## check form, lints, licences and sources
	@cargo fmt --all --check
	@cargo clippy --workspace --all-targets -- --deny warnings
	@if cargo deny --version >/dev/null 2>&1; then cargo deny check; else echo 'skipped: cargo deny: not installed'; fi

regenerate: target ## rewrite the files that tests compare with: expected outputs, schema, man pages
	@PORTCULLIS_REGENERATE=1 cargo test --release --workspace

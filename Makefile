# `make help` lists the targets. Each installs what it needs and is quiet when there is nothing to do.
# CONTRIBUTING.md says which one to run after which change.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The `node` devDependency brings Node 24, so an older one on the machine is enough to start. `npm ci` replaces node_modules and so
# must not run on the node inside it.
machine_path := $(PATH)
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

deps := node_modules/.package-lock.json
built := dist/sdk/nodejs/index.js
sources := $(shell find provider sdk -type f -not -name '*.test.ts' 2>/dev/null) package.json tsconfig.json tsconfig.build.json
lab := tsx test/lab/src/cli.ts
with_pulumi := tools/pulumi-cli >/dev/null;

##@ See it work
.PHONY: demo
demo: $(built) ## The whole thing from nothing: lab, real `pulumi up`, a file over SMB (DEMO_KEEP=1 leaves it running)
	@$(with_pulumi) tsx test/demo/main.ts

##@ Check
.PHONY: test test-unit test-e2e soak lint
test: ## All tests: unit, lab, end to end; goes on after a failure
	@$(MAKE) --keep-going test-unit test-e2e

test-unit: $(deps) ## Pure tests of provider, SDK and the lab's API, seconds (ONLY=part/of/a/path)
	@jest $(ONLY) --selectProjects unit --maxWorkers 2

test-e2e: $(built) ## The real CLI against labs, two side by side (LABS=n), or some files (ONLY="name ..." runs test/e2e/name.test.ts)
	@$(with_pulumi) jest --selectProjects e2e $(if $(ONLY),--runInBand --runTestsByPath $(ONLY:%=test/e2e/%.test.ts),--maxWorkers $(or $(LABS),2))

soak: $(built) ## The long drills: every fault point, every storage and version (ONLY=name: name.test.ts and name-vm.test.ts)
	@$(with_pulumi) PVESMB_SOAK=1 jest --selectProjects e2e --runInBand $(if $(ONLY),--runTestsByPath $(wildcard test/e2e/$(ONLY).test.ts test/e2e/$(ONLY)-vm.test.ts))
	@$(if $(ONLY),:,PVESMB_SOAK=1 jest provider/quota/collector/history --selectProjects unit)

lint: $(deps) ## eslint, prettier, the compiler, generated files in step
	@tools/patiently lint tools/lint

##@ Make
.PHONY: build generate bench pack clean
build: $(built) ## Compile the package into dist/

$(built): $(deps) $(sources)
	@echo "build: compiling into dist/"
	@npm run --silent build

generate: $(deps) ## Rewrite what is derived from provider/model: schema.json, SDK classes, reference docs
	@npm run --silent generate

pack: $(built) ## The npm package as users get it
	@npm pack --silent

bench: $(built) ## Measure against a bare script and a trivial provider (ONLY=name); writes bench-results.json
	@$(with_pulumi) tsx test/bench/main.ts $(ONLY)

clean: ## Take the lab down, remove what was built (the caches under ~/.cache/pvesmb stay)
	@[ ! -e $(deps) ] || $(lab) down
	@rm -rf dist coverage bench-results.json pvesmb-*.tgz

##@ The lab (root; see test/lab/README.md)
.PHONY: lab-up lab-down lab-shell lab-conformance lab-clients
lab-up: $(deps) ## A small PVE cluster to try things on
	@$(lab) up

lab-down: $(deps) ## Take it down; leaves nothing behind, also after a crash
	@$(lab) down

lab-shell: $(deps) ## A shell on the lab's workstation
	@$(lab) shell

lab-conformance: $(deps) ## Replay recorded exchanges against the lab (RECORDINGS=file.jsonl)
	@[ -n "$(RECORDINGS)" ] || { echo "lab-conformance: name a file, as in: make lab-conformance RECORDINGS=exchanges.jsonl" >&2; exit 2; }
	@tsx test/lab/src/conformance-cli.ts "$(RECORDINGS)"

lab-clients: $(deps) ## Clients that are not ours drive the lab: proxmoxer, go-proxmox, bpg's, OpenTofu (ONLY=part/of/a/name)
	@tsx test/lab/clients/run.ts $(ONLY)

##@ Help
.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
	    /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	    /^[a-z0-9-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(deps): package-lock.json
	@command -v npm >/dev/null || { echo "npm is needed (it comes with Node.js; on Debian: apt-get install npm)" >&2; exit 1; }
	@echo "npm ci: installing the development packages"
	@PATH="$(machine_path)" tools/patiently "npm ci" npm ci --no-audit --no-fund --loglevel=error

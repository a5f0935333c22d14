# The two commands of the README, and what they are made of.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STACK ?=
#: The stack that `make preview` shows: STACK, else dev, else the only one. With several, all.
STACKS := $(patsubst Pulumi.%.yaml,%,$(wildcard Pulumi.*.yaml))
SHOWN := $(or $(STACK),$(filter dev,$(STACKS)),$(if $(word 2,$(STACKS)),--all,$(STACKS)))
READY := $(VENV)/.ready
#: pip shows what it does on a terminal alone.
QUIET = $(shell test -t 2 || echo -q)

# Modules are compiled once, not again in each process that a test starts.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: preview setup image wheel sbom actionlint engine browser clients scanners grafana envoy apiserver test test-fast test-faults test-pairwise test-slow lint types lock pulumi-lock runtime docs golden release-check bench bench-engine clean

preview: $(READY)            ## previews a stack file offline: STACK, else dev, else the only one or all
ifeq ($(SHOWN),)
	@echo "No stack file (Pulumi.<stack>.yaml) is in this folder, so there is nothing to preview." >&2
	@echo "Copy an example: cp examples/minimal/Pulumi.minimal.yaml Pulumi.dev.yaml" >&2
	@exit 2
else
	@$(BIN)/amlz preview $(SHOWN)
endif

setup: $(READY)              ## sets up .venv, and no more

test: $(READY) lint          ## everything but slow tests: at most five minutes is the goal
	@$(MAKE) -s -k -j2 test-fast types

# Beside the types: two processes of tests leave a core idle at their start and at their end.
test-fast: $(READY)
	@$(BIN)/python -m pytest -n auto --dist worksteal -rs -m "not slow and not long"

test-slow: $(READY)          ## slow tests (tests/layers.py), with Pulumi's engine and a browser where they can be set up
	@if command -v pulumi >/dev/null || ! command -v go >/dev/null; then :; else \
		$(MAKE) -s engine || echo "Pulumi's engine could not be built: its tests are skipped" >&2; fi
	@if command -v go >/dev/null; then \
		$(MAKE) -s actionlint || echo "actionlint could not be built: its test is skipped" >&2; fi
	@if command -v npm >/dev/null && command -v node >/dev/null; then $(MAKE) -s browser \
		|| echo "tests/browser could not be installed: its tests are skipped" >&2; fi
	@$(MAKE) -s clients || echo "Azure's clients could not be installed: their tests are skipped" >&2
	@$(MAKE) -s scanners || echo "the scanner could not be installed: its test is skipped" >&2
	@$(MAKE) -s grafana || echo "Grafana's library could not be installed: its tests are skipped" >&2
	@$(MAKE) -s envoy || echo "Envoy could not be installed: its tests are skipped" >&2
	@AMLZ_SLOW=all $(BIN)/python -m pytest -n auto --dist worksteal -rs -m "slow and not long"

test-pairwise: $(READY)      ## of the slow tests: options in every combination of three, over 400 stack files
	@$(BIN)/python -m pytest -n auto --dist worksteal -rs tests/pairwise

test-faults: $(READY)        ## every kind of fault anywhere, the engine killed at every operation: not in .ci/run, which has an hour
	@$(BIN)/python -m pytest -n auto --dist worksteal -rs -m long

lint: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

docs: $(READY)               ## writes the generated pages
	@$(BIN)/python -m tools.generate

golden: $(READY)             ## writes tests/golden/ again, after a change that is meant
	@$(BIN)/python -m tools.golden

release-check: $(READY)      ## the least version number of the next release, and what its changelog lacks: some minutes
	@$(BIN)/python -m tools.release

bench: $(READY)              ## measures speed, as ratios in one run
	@$(BIN)/python -m tools.benchmarks.preview
	@$(BIN)/python -m tools.benchmarks.landing_zone
	@$(BIN)/python -m tools.benchmarks.subscriptions
	@$(BIN)/python -m tools.benchmarks.policies
	@$(BIN)/python -m tools.benchmarks.pull_request
	@$(BIN)/python -m tools.benchmarks.fleet

bench-engine: $(READY)       ## the same under Pulumi's own engine: about ten minutes
	@$(BIN)/python -m tools.benchmarks.engine

lock: $(READY)               ## pins the newest versions that pyproject.toml allows
	@$(BIN)/pip install -q uv && $(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --no-emit-index-url -q -o requirements.lock
	@$(BIN)/uv pip compile --group pyproject.toml:html --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --no-emit-index-url -q -o requirements-html.lock
	@for group in build clients scanners grafana envoy; do $(BIN)/uv pip compile --group pyproject.toml:$$group --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --no-emit-index-url -q -o requirements-$$group.lock || exit 1; done
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 -c requirements.lock \
		--generate-hashes --no-annotate --no-header --no-emit-index-url -q -o requirements-runtime.lock
	@echo "Run make pulumi-lock where the version of pulumi or pulumi-azure-native has changed." >&2

wheel: $(READY)              ## builds dist/*.whl: amlz as a package, for folders that hold only stack files
	@$(BIN)/python -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation -w dist .

sbom: .tools/scanners/.ready ## writes dist/sbom.cdx.json: the locked packages, as CycloneDX
	@.tools/scanners/bin/python tools/sbom.py requirements.lock dist/sbom.cdx.json

image:                       ## builds the container image amlz: needs Docker
	@docker build -t amlz .

pulumi-lock:                 ## writes pulumi.lock: checksums of Pulumi's CLI and provider, downloaded now
	@$(PYTHON) -m amlz.integrations.pipelines pulumi-lock
	@echo "Compare pulumi.lock with https://github.com/pulumi/pulumi/releases before you commit it." >&2

runtime: runtime/amlz-runtime.tar ## what a pipeline's job with a token runs: wheels and Pulumi by checksum

runtime/amlz-runtime.tar: requirements-runtime.lock pulumi.lock
	@$(PYTHON) -m amlz.integrations.pipelines runtime --to runtime

actionlint: .tools/actionlint/actionlint ## builds the checker of workflows, for tests: needs Go, some seconds once

.tools/actionlint/actionlint: tools/actionlint/go.mod tools/actionlint/go.sum
	@cd tools/actionlint && go build -mod=readonly -o ../../$@ github.com/rhysd/actionlint/cmd/actionlint && touch ../../$@

browser: tests/browser/node_modules/.ready ## installs what reports are held against: needs npm, half a minute once

tests/browser/node_modules/.ready: tests/browser/package.json tests/browser/package-lock.json
	@echo "installing what reports are held against: half a minute, once" >&2
	@npm ci --prefix tests/browser --ignore-scripts --legacy-peer-deps --omit=optional --no-audit --no-fund --silent
	@touch $@

clients: .tools/clients/.ready ## installs Azure's clients, for tests: 800 MB and some minutes, once

scanners: .tools/scanners/.ready ## installs the scanner that the exported template is held against: a minute, once

grafana: .tools/grafana/.ready ## installs the library that writes the dashboards of Grafana, for tests: seconds, once

envoy: .tools/envoy/.ready ## installs the proxy that a mesh is tried on, for tests: seconds, once

.tools/clients/.ready .tools/scanners/.ready .tools/grafana/.ready .tools/envoy/.ready: .tools/%/.ready: requirements-%.lock
	@test -x .tools/$*/bin/python || $(PYTHON) -m venv .tools/$*
	@echo "installing $< into .tools/$*: a minute or some, once" >&2
	@.tools/$*/bin/python -m pip install -q --disable-pip-version-check --only-binary :all: --require-hashes -r $<
	@touch $@

apiserver: .tools/apiserver/kube-apiserver ## builds Kubernetes' API server, for tests: needs Go, most of an hour once; not in .ci/run

.tools/apiserver/kube-apiserver: tools/apiserver/build.sh tools/apiserver/go.mod tools/apiserver/go.sum
	@echo "building Kubernetes' API server: 20 minutes of two idle cores, 3 GB of disk, once" >&2
	@tools/apiserver/build.sh

engine: .tools/pulumi/pulumi ## builds Pulumi's CLI, for tests where it is not installed: needs Go, some minutes once

.tools/pulumi/pulumi: tools/pulumi/build.sh tools/pulumi/cli/go.mod tools/pulumi/cli/go.sum tools/pulumi/host/go.mod tools/pulumi/host/go.sum
	@echo "building Pulumi's CLI: three minutes or four, once" >&2
	@tools/pulumi/build.sh

$(READY): requirements.lock requirements-html.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV): a minute or two, once" >&2
	@$(BIN)/python -m pip install $(QUIET) --disable-pip-version-check --only-binary :all: --require-hashes \
		-r requirements.lock >&2
	@$(BIN)/python -m pip install -q --disable-pip-version-check --only-binary :all: --require-hashes -r requirements-html.lock \
		2>/dev/null || echo "pygraphviz has no wheel for this system: HTML reports are made without their drawing" >&2
	@$(BIN)/python -m pip install $(QUIET) --disable-pip-version-check --no-deps --no-build-isolation -e . >&2
	@$(BIN)/python -m compileall -q amlz components tools
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache *.egg-info build

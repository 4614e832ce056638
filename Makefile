# Every way of working on lambda-reuse; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SYSTEM := $(VENV)/.system
# What to test: TESTS=tests/core, TESTS="tests -k reset"
TESTS ?= tests
# The tests that hold every branch of the pure parts and the helper, in two processes side by side.
# Coverage has to begin before pytest does: the helper's fixtures are a plugin of pytest.
CORE := tests/core tests/extension/test_config.py tests/extension/test_wire.py
COVERED := $(CORE) tests/helper
MEASURED = $(BIN)/coverage run --parallel-mode -m pytest --hypothesis-profile=same
PURE = $(MEASURED) $(CORE)
SOURCES := extension python_helper sandbox cli dashboards deploy layer_tools docs examples benchmarks tests

.DEFAULT_GOAL := help
.PHONY: help demo compare test lowest cdk sam check cover fuzz lint format bench layer release dashboards docs screenshots clean

help: ## show what every target does
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(READY) ## run the example in several containers and show how they were reused
	@$(BIN)/python examples/orders/demo.py

compare: $(READY) ## compare both versions of the example function (some two minutes)
	@$(BIN)/python examples/orders/compare.py

test: $(READY) $(SYSTEM) ## run every test, or those that TESTS names
ifeq ($(TESTS),tests)
	@# much of it waits, so what is measured runs beside it
	@$(MAKE) --no-print-directory cover > $(VENV)/cover.txt 2>&1 & cover=$$!; \
	$(BIN)/pytest -n 3 --dist worksteal $(COVERED:%=--ignore=%); rest=$$?; \
	wait $$cover; code=$$?; cat $(VENV)/cover.txt; exit $$((code | rest))
else
	$(BIN)/pytest -n 2 --dist worksteal $(TESTS)
endif

lowest: $(READY) ## the command line with the lowest versions that pyproject.toml allows
	LAMBDA_REUSE_LOWEST=1 $(BIN)/pytest tests/test_lowest_versions.py

cover: $(READY) ## the pure parts and the helper, every branch of them
	@$(BIN)/coverage erase
	@$(PURE) > $(VENV)/pure.txt 2>&1 & pure=$$!; \
	$(MEASURED) tests/helper; helper=$$?; \
	wait $$pure; code=$$?; cat $(VENV)/pure.txt; exit $$((code | helper))
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=100 --skip-covered

cdk: $(READY) ## the construct for the AWS CDK, with the CDK itself (460 MB)
	LAMBDA_REUSE_CDK=1 $(BIN)/pytest tests/dashboards/test_cdk.py

sam: $(READY) ## the template, judged by the AWS SAM CLI
	LAMBDA_REUSE_SAM=1 $(BIN)/pytest tests/dashboards/test_sam.py

check: $(READY) lint ## the quick loop: linters, and the tests that take no seconds and start no process
	$(BIN)/pytest --hypothesis-profile=quick -n 2 --dist worksteal -m 'not slow' $(TESTS)

fuzz: $(READY) ## search for bytes that the extension cannot take, SECONDS for each target
	-@$(BIN)/pip install --quiet --disable-pip-version-check --only-binary :all: atheris
	$(BIN)/python -m tests.fuzz $(SECONDS)

lint: $(READY) ## style and types
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/vermin --quiet --no-tips --target=3.9- --violations --exclude-regex '\.pyi$$' python_helper

format: $(READY) ## put the sources into shape
	$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	$(BIN)/ruff format --quiet $(SOURCES)

bench: $(READY) ## measure, and print the figures
	$(BIN)/python -m benchmarks

release: $(READY) ## build the wheel in dist/, the layer's zips in it
	./layer_build.sh
	mkdir -p cli/reuse_cli/layers/archives
	cp dist/lambda-reuse-layer-x86_64.zip dist/lambda-reuse-layer-arm64.zip cli/reuse_cli/layers/archives/
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	rm -r cli/reuse_cli/layers/archives

layer: $(READY) ## build the layer's zip in dist/
	./layer_build.sh

dashboards: $(READY) ## write the dashboards' JSON
	$(BIN)/python -m reuse_dashboards dashboards template.yaml

docs: $(READY) ## write the pages that are made from the code
	$(BIN)/python docs/generate.py

screenshots: $(READY) ## take the pictures of the docs, of the run of `make demo`
	$(BIN)/python docs/screenshots.py

clean: ## remove what was built, the virtual environment included
	rm -rf build dist $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

$(SYSTEM): $(READY) tests/system_packages.sh
	@tests/system_packages.sh
	@touch $@

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "lambda-reuse is built with Python 3.11 or newer: make PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

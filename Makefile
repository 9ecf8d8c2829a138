# What can be made; docs/building.md says how and why.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON ?= python3
WORKERS ?= 2
ARGS ?=
UPGRADE ?=

BIN := .venv/bin
LOCKS := requirements/build.txt requirements/runtime.txt requirements/dev.txt
FUZZ_LOCK := requirements/fuzz.txt
WORDS := $(patsubst %.po,%.mo,$(wildcard ui/locale/*/LC_MESSAGES/*.po))

# Nothing is fetched to build: what must be built uses the pinned setuptools of .venv.
PIP_INSTALL := $(BIN)/pip install -qq --no-build-isolation
# pydes (pure Python, asked for by nfcpy) is published as source only.
WHEELS := --only-binary :all: --no-binary pydes
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(UPGRADE)

.PHONY: help setup debian debian-test demo test lint bench soak screenshots wheels lock clean

help:
	@echo "make demo         set up, then show a kiosk, a service and a bench of simulated devices"
	@echo "make setup        the set-up alone: Debian packages, then pinned Python packages in .venv"
	@echo "make test         lint, then all tests"
	@echo "make lint         style, types, who imports whom"
	@echo "make bench        benchmarks against stated baselines"
	@echo "make soak         the long runs that 'make test' only samples"
	@echo "make screenshots  every screen in every size and language"
	@echo "make wheels       dist: muontra and all that it needs, to be installed without a network"
	@echo "make lock         pin again what pyproject.toml asks for; UPGRADE=--upgrade takes the newest"
	@echo "make clean        remove .venv and everything else that was made"
	@echo "ARGS='…' is passed on to demo, test, bench, soak and screenshots."

setup: debian $(BIN)/.project $(WORDS)

debian:
	@requirements/install-debian requirements/debian.txt

debian-test:
	@requirements/install-debian requirements/debian-test.txt

$(BIN)/pip: | debian
	@$(PYTHON) -c 'import sys; sys.exit("muontra needs Python 3.11 or newer." if sys.version_info < (3, 11) else 0)'
	@echo "Making the virtual environment .venv"
	@$(PYTHON) -m venv .venv

$(BIN)/.packages: $(LOCKS) | $(BIN)/pip
	@echo "Installing into .venv the Python packages pinned in requirements/ (about a minute)"
	@$(PIP_INSTALL) --require-hashes -r requirements/build.txt
	@$(PIP_INSTALL) --require-hashes $(WHEELS) -r requirements/dev.txt
	@touch $@

$(BIN)/.project: pyproject.toml $(BIN)/.packages
	@echo "Installing muontra itself into .venv, editable"
	@$(PIP_INSTALL) --no-deps --no-index --editable .
	@touch $@

%.mo: %.po | $(BIN)/.packages
	@$(BIN)/pybabel -q compile --input-file $< --output-file $@

demo: setup
	@$(BIN)/python -m kiosk.demo $(ARGS)

test: setup debian-test lint
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: setup
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@! grep -nE '^-|://|@ ' $(LOCKS) $(FUZZ_LOCK) || { echo "A lock names where packages come from."; exit 1; }

bench: setup debian-test
	@$(BIN)/python -m tests.benchmarks $(ARGS)

$(BIN)/.fuzz: $(FUZZ_LOCK) | $(BIN)/.packages
	@$(PIP_INSTALL) --require-hashes --only-binary :all: -r $<
	@touch $@

soak: setup debian-test $(BIN)/.fuzz
	@$(BIN)/python -m tests.soak $(ARGS)

screenshots: setup
	@$(BIN)/python -m tests.screen.gallery $(ARGS)

wheels: setup
	@rm -rf build/lib dist && mkdir dist
	@$(BIN)/pip download -qq --require-hashes --dest dist -r requirements/build.txt
	@$(BIN)/pip download -qq --no-build-isolation --require-hashes $(WHEELS) --dest dist -r requirements/runtime.txt
	@$(BIN)/pip wheel -qq --no-build-isolation --no-deps --no-index --wheel-dir dist .
	@rm -rf build/lib build/bdist.* muontra.egg-info

lock: setup
	@$(COMPILE) pyproject.toml --extra gpio --output-file requirements/runtime.txt
	@$(COMPILE) pyproject.toml --extra gpio --extra dev --constraint requirements/runtime.txt --output-file requirements/dev.txt
	@$(COMPILE) --group build --constraint requirements/runtime.txt --output-file requirements/build.txt
	@$(COMPILE) --group fuzz --output-file $(FUZZ_LOCK)

clean:
	rm -rf .venv build dist *.egg-info .hypothesis .*_cache

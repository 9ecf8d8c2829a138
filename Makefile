# `make setup` brings everything; see docs/building.md.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

# Nothing is fetched to build: what is built uses the pinned setuptools of .venv.
PIP_INSTALL := $(BIN)/pip install -qq --no-build-isolation
# pydes (pure Python, asked for by nfcpy) is published as source only.
WHEELS := --only-binary :all: --no-binary pydes

LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

.PHONY: help setup debian demo test lint bench soak screenshots lock clean

help:
	@echo "make setup | demo | test | lint | bench | soak | screenshots | lock | clean"

setup: debian $(BIN)/.project

debian:
	@requirements/install-debian

$(BIN)/pip: | debian
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "muontra needs Python 3.11 or newer.")'
	@echo "Making the virtual environment .venv"
	@$(PYTHON) -m venv .venv

$(BIN)/.packages: requirements/build.txt requirements/dev.txt | $(BIN)/pip
	@echo "Installing the pinned Python packages of requirements/dev.txt into .venv"
	@$(PIP_INSTALL) --require-hashes -r requirements/build.txt
	@$(PIP_INSTALL) --require-hashes $(WHEELS) -r requirements/dev.txt
	@touch $@

$(BIN)/.project: pyproject.toml $(BIN)/.packages
	@echo "Installing muontra into .venv, editable"
	@$(PIP_INSTALL) --no-deps --no-index --editable .
	@touch $@

demo: setup
	@$(BIN)/python -m kiosk.demo $(ARGS)

test: lint
	@$(BIN)/pytest $(ARGS)

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: setup
	@$(BIN)/python -m tests.benchmarks $(ARGS)

soak: setup
	@$(BIN)/python -m tests.soak $(ARGS)

screenshots: setup
	@$(BIN)/python -m tests.screen.gallery $(ARGS)

lock: setup
	@$(LOCK) pyproject.toml --output-file requirements/runtime.txt
	@$(LOCK) pyproject.toml --extra dev --constraint requirements/runtime.txt --output-file requirements/dev.txt
	@$(LOCK) --group build --output-file requirements/build.txt

clean:
	rm -rf .venv build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

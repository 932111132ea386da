# make demo    a short film mix, played, rendered, normalised and checked, in ./demo
# make test    everything that a release must pass
# make bench   the speed tables
# make docs    the documentation, in ./site
# make soak    the long tests
# make clean   back to a fresh checkout
#
# Everything is installed into .venv; PYTHON=python3.12 chooses the interpreter (3.11 or newer).

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt

# The tests start hundreds of processes: each shall find the modules compiled, whatever the shell says of keeping them.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test bench docs soak clean system-packages

help:
	@sed -n 's/^# \{0,1\}//p;/^$$/q' Makefile

demo: $(VENV)/.installed system-packages
	@$(BIN)/audiopost demo demo

# What plays against the clock runs alone, the rest two files at a time.
test: $(VENV)/.installed-tests system-packages
	@$(BIN)/python -m tests.compile_kernels
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile -m "not soak and not clocked"
	@$(BIN)/python -m pytest -m "not soak and clocked" tests/live tests/surface tests/equivalence

soak: $(VENV)/.installed-tests system-packages
	@.ci/system-packages music
	@$(BIN)/python -m pytest -m soak

bench: $(VENV)/.installed-tests system-packages
	@.ci/system-packages music
	@set -e; for program in benchmarks/bench_*.py; do echo "== $$program"; $(BIN)/python $$program; done

# Tables are put into two pages, so a copy is built, and what people wrote stays as they wrote it.
docs: $(VENV)/.installed-tests
	@rm -rf site build/docs && mkdir -p build/docs
	@cp -r docs mkdocs.yml build/docs && $(BIN)/python docs/generate.py build/docs/docs/pages
	@cd build/docs && ../../$(BIN)/zensical build --strict && mv site ../../site

clean:
	rm -rf $(VENV) build dist demo site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find audiopost tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

system-packages:
	@.ci/system-packages

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "audiopost needs Python 3.11 or newer: install it, or name it with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The build backend is installed with the rest, pinned like the rest; so nothing unpinned takes part in a build.
$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing audiopost into $(VENV)"
	@$(PIP) pip hatchling editables
	@$(PIP) --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-tests: $(VENV)/.installed
	@$(PIP) --group test
	@touch $@

# What a person types. Everything lives in $(VENV); nothing outside it is touched.
#
#   make demo    install, score the sample data, print the report
#   make test    install, run every test; make test K=brier: those whose names match
#   make quick   the tests of arithmetic, layouts and the house, in about a minute
#   make check   what CI runs: format, lint, types, tests (docs in step among them), each with its time
#   make differential   compare with scikit-learn, torch, Keras, XGBoost, … themselves (3 GB)
#   make docs    regenerate what the documents quote from the program
#   make bench   the speed table of the README (some 20 minutes)

SHELL := /bin/sh
VENV ?= .venv
# The first Python that is new enough, python3 before all others.
PYTHON ?= $(or $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done),python3)
BIN := $(VENV)/bin/

PIP := $(BIN)python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
DECLARED := pyproject.toml constraints.txt
CODE := xentcli tests benchmarks sample_data docs

.DEFAULT_GOAL := help
.PHONY: help demo install test quick check differential format lint types docs bench clean

help:
	@sed -n 's/^#   make/make/p' Makefile

demo: install
	@$(BIN)xent eval sample_data/digits.parquet
	@printf '\nNext: %s\n' '$(BIN)xent inspect FILE, $(BIN)xent eval FILE, $(BIN)xent rows FILE --worst 10'

# Whoever ends first takes over from the other: some files take much longer than others.
PYTEST := $(BIN)python -m pytest --numprocesses auto --dist worksteal

test: $(VENV)/dev
	$(PYTEST) $(if $(K),-k '$(K)')

# What runs no program, with few examples, and without the simulations: for people who develop.
SLOW := tests/figures/test_coverage.py tests/figures/test_class_errors.py \
  tests/figures/test_slice_columns.py tests/numerics/test_portability.py \
  tests/sums/test_monoid.py tests/sums/test_resampling.py
quick: $(VENV)/dev
	HYPOTHESIS_PROFILE=quick $(PYTEST) -q $(addprefix --ignore=,$(SLOW)) xentcli tests/layout \
	  tests/numerics tests/rows tests/sums tests/figures tests/renderers tests/architecture/test_imports.py

# Each part by itself, so that one can say how long it took.
check: $(VENV)/dev
	@for part in format lint types test; do \
	  begun=$$(date +%s); $(MAKE) --no-print-directory $$part || exit 1; \
	  echo "$$part: $$(($$(date +%s) - begun)) s"; \
	done

differential: $(VENV)/systems
	$(BIN)python -m pytest --numprocesses auto tests/differential

format: $(VENV)/dev
	$(BIN)ruff format --check $(CODE)

lint: $(VENV)/dev
	$(BIN)ruff check $(CODE)

types: $(VENV)/dev
	$(BIN)mypy
	MYPYPATH=benchmarks:benchmarks/peers $(BIN)mypy --no-explicit-package-bases benchmarks

docs: $(VENV)/dev
	$(BIN)python docs/generate.py

bench: $(VENV)/bench
	$(BIN)python benchmarks/run.py --write-readme

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find xentcli tests docs benchmarks sample_data -name __pycache__ -type d -prune -exec rm -rf {} +

# One stamp a set of packages, renewed when the declarations change.
install: $(VENV)/runtime

# Bytecode is written here, so that no start pays for it even where Python may write none.
COMPILE = @$(BIN)python -m compileall -q -j 0 xentcli $(VENV)/lib >/dev/null 2>&1 || true

$(VENV)/created:
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: xentcli needs Python 3.11 or later; $(PYTHON) is $$('$(PYTHON)' -V 2>&1 || true)" >&2; \
	  echo "hint: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setting up $(VENV), once" >&2
	@'$(PYTHON)' -m venv $(VENV)
	@touch $@

# The build backend comes first and from the constraints too, which an isolated build would not heed.
$(VENV)/runtime: $(VENV)/created $(DECLARED)
	@$(PIP) hatchling editables
	@$(PIP) --no-build-isolation --editable .
	$(COMPILE)
	@touch $@

$(VENV)/dev: $(VENV)/runtime
	@$(PIP) --no-build-isolation --editable '.[dev]'
	$(COMPILE)
	@touch $@

$(VENV)/systems: $(VENV)/dev
	@$(PIP) --no-build-isolation --editable '.[dev,systems]'
	@touch $@

$(VENV)/bench: $(VENV)/runtime
	@$(PIP) --no-build-isolation --editable '.[bench]'
	$(COMPILE)
	@touch $@

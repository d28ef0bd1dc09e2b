# Sayso's commands. `make help` lists them.
#
# `make demo` and `make test` need nothing set up before: Python 3.11 or newer and make are enough. They make
# .venv, install what requirements/*.txt pins (every file checked against its hash) and Sayso itself, and then do
# what they are called. What is installed is installed once; the stamps in .venv tell.
#
# Set-up speaks on standard error only, so that `make demo DEMO_ARGS="--once --json"` prints one JSON document.
# (From another folder: `make -sC sayso demo ...`, or make itself says where it goes.)

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
.NOTPARALLEL:

DEMO_ARGS ?=
TEST_ARGS ?=
BENCH_ARGS ?=
MUTATE_ARGS ?=

# The first of these that is 3.11 or newer and can make a virtual environment. PYTHON=... names another.
PYTHONS := $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 \
	/usr/local/bin/python3 /usr/bin/python3 /opt/homebrew/bin/python3
GOOD_PYTHON := import sys, ensurepip, ssl, venv; sys.exit(sys.version_info < (3, 11))

PY := .venv/bin/python
INSTALL := $(PY) -m pip install -qq --disable-pip-version-check --no-input
# The checkout itself, with the pinned build tool and nothing fetched; test.txt holds all of base.txt.
CHECKOUT := --no-deps --no-build-isolation --no-index --editable .
export PIP_ROOT_USER_ACTION := ignore
export PYTHONPATH :=

.PHONY: help demo test check bench soak mutate lock clean FORCE

help: ## list these commands
	@sed -n 's/^\([a-z]*\):[^#]*## /\1|/p' Makefile | while IFS='|' read -r name what; do \
		printf '  make %-6s %s\n' "$$name" "$$what"; done

demo: .venv/base ## the demo distributor, answered live: DEMO_ARGS="--once --json"
	@.venv/bin/sayso demo $(DEMO_ARGS)

test: .venv/test ## every test but the long ones: TEST_ARGS="-k promise"
	@$(PY) -m pytest -m "not soak" $(TEST_ARGS)

check: .venv/test ## lint, format, types, and the laws of the house
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -m pytest tests/test_house.py

bench: .venv/base ## held promises per second, beside what else one could do: BENCH_ARGS="--json"
	@.venv/bin/sayso bench promises $(BENCH_ARGS)

soak: .venv/test ## the long tests: a million adversarial attempts
	@$(PY) -m pytest -m soak $(TEST_ARGS)

mutate: .venv/test ## change the judgement in small places and see who notices: MUTATE_ARGS="counted --show"
	@PYTHONPATH=src:tests $(PY) -m mutation $(MUTATE_ARGS)

lock: .venv/test ## pin the newest versions that pyproject.toml and requirements/*.in allow, with hashes
	@$(PY) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo \
		'sayso: lock with Python 3.11, the oldest supported: make clean lock PYTHON=python3.11' >&2; exit 1; }
	@$(LOCK) --output-file requirements/base.txt pyproject.toml requirements/base.in
	@$(LOCK) --output-file requirements/test.txt --constraint requirements/base.txt \
		pyproject.toml requirements/base.in requirements/test.in
	@$(LOCK) --output-file requirements/bench.txt --constraint requirements/test.txt requirements/bench.in

LOCK := CUSTOM_COMPILE_COMMAND='make lock' $(PY) -m piptools compile --quiet --upgrade --no-config \
	--generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

clean: ## remove the virtual environment and all caches; data folders stay
	@rm -rf .venv build dist src/sayso.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Virtual environments do not survive being moved, nor the removal of the Python they were made with: then anew.
.venv/made: FORCE
	@if [ "$$(cat .venv/made 2>/dev/null)" = "$$(pwd -P)" ] && $(PY) -c '' 2>/dev/null; then exit 0; fi; \
	for python in $(PYTHONS); do \
		if "$$python" -c '$(GOOD_PYTHON)' >/dev/null 2>&1; then \
			echo "sayso: making .venv with $$("$$python" --version)" >&2; \
			rm -rf .venv && "$$python" -m venv .venv >&2 && pwd -P >.venv/made; exit $$?; \
		fi; \
	done; \
	echo 'sayso: needs Python 3.11 or newer with its venv module, and found none.' >&2; \
	for python in $(PYTHONS); do \
		found=$$("$$python" --version 2>&1) && echo "  $$python is $$found" >&2; \
	done; \
	echo '  Install it (on Debian and Ubuntu: python3 and python3-venv), or name it:' >&2; \
	echo '  make demo PYTHON=/path/to/python3' >&2; \
	exit 1

.venv/base: .venv/made requirements/base.txt pyproject.toml
	@echo 'sayso: installing what it needs, once; about a minute' >&2
	@$(INSTALL) --require-hashes --requirement requirements/base.txt >&2
	@$(INSTALL) $(CHECKOUT) >&2
	@touch $@

.venv/test: .venv/made requirements/test.txt pyproject.toml
	@echo 'sayso: installing what it and its tests need, once; about a minute' >&2
	@$(INSTALL) --require-hashes --requirement requirements/test.txt >&2
	@$(INSTALL) $(CHECKOUT) >&2
	@touch $@ .venv/base

# Two commands: `make book` and `make test`. Each makes what it needs by itself and is silent when nothing changed.

PYTHON ?= python3
BIN    := .venv/bin
KERNELS := $(wildcard riskkit_ext/*.pyx riskkit_ext/include/*.h)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help book test lab app bench data ext wasm lint clean

help:  ## what there is to make
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 10

book: .venv/.ext  ## the executed Jupyter Book; prints the page to open
	@$(BIN)/python book/build.py

test: .venv/.ext  ## the tests; those of the book's pages need `make book` and Chromium, and say so when they are skipped
	@$(BIN)/python -m pytest -q

lab: .venv/.ext  ## the chapters in JupyterLab
	@$(BIN)/jupyter lab notebooks/00_start_here.ipynb

app: .venv/.ext  ## the explorers alone, served by Voila
	@JUPYTER_PATH="$(CURDIR)/book" $(BIN)/voila --template=offline notebooks/explorers.ipynb

bench: .venv/.ext  ## every promised speed ratio against its peer; fails when one falls short
	@$(BIN)/python -m benchmarks

data: .venv/.ext  ## fetch public market data into your cache folder, or into RISKKIT_DATA/cache; can be stopped and resumed
	@$(BIN)/python -m riskkit.data

ext: .venv/.ext  ## rebuild the kernels after an edit
	@$(BIN)/python -c 'import riskkit_ext' 2>/dev/null || $(BUILD) --force

wasm: .venv/.ext  ## recompile the kernels that run in the browser; fetches the compiler (100 MB) when it is missing
	@$(BIN)/python -c 'import ziglang' 2>/dev/null || $(BIN)/python -m pip install -qq -c constraints.txt ziglang
	@$(BIN)/python riskkit_ext/wasm/build.py

lint: .venv/.ext  ## linters, type checks, import contract, notebooks without outputs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m mypy.stubtest riskkit_ext --ignore-missing-stub --concise --allowlist tests/stubtest_allowlist.txt
	@$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb

clean:  ## remove everything that was built; keep .venv and the data that was fetched
	@rm -rf build dist *.egg-info book/_build artefacts .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@rm -f riskkit_ext/*.so .venv/.ext

BUILD = $(BIN)/python setup.py -q build_ext --inplace

# Each line below asks for one thing that a bare machine may lack, and names the package that brings it.
.venv/.installed: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "riskkit needs Python 3.11, 3.12 or 3.13, and there is no '$(PYTHON)' here"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "riskkit needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12"; exit 1; }
	@command -v $${CC:-cc} >/dev/null || { echo "riskkit needs a C compiler ($${CC:-cc}), for example the package build-essential"; exit 1; }
	@$(PYTHON) -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' || \
		{ echo "riskkit needs the headers of Python (Python.h); install the package python3-dev"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "'$(PYTHON)' cannot make environments; install the package python3-venv"; exit 1; }
	@echo "making .venv (a few minutes, once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq -c constraints.txt -e '.[lab,book,test]'
	@touch $@

.venv/.ext: .venv/.installed setup.py $(KERNELS)
	@echo "building the kernels"
	@$(BUILD)
	@touch $@

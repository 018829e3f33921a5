# The whole course in two commands: `make book` and `make test`.
# Both set up what they need in .venv, from requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COLAB := _build/colab
# Colab has Python 3.13; where there is none, the nearest older one does.
COLAB_PYTHON ?= $(shell for v in 3.13 3.12 3.11 3; do \
  python$$v -c "" 2>/dev/null && echo python$$v && break; done)

.DEFAULT_GOAL := help
.PHONY: help env book test test-colab lab worksheets lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 14

env: $(VENV)/ready  ## create the environment in .venv

# A virtual environment without its own installer needs no python3-venv from Debian;
# the pip of the machine installs into it.
$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear --without-pip $(VENV)
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --require-hashes -r requirements.lock
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --no-deps --no-build-isolation --editable .
	touch $@

book: env  ## build the book into _build/html; a warning is an error
	$(BIN)/jupyter-book build . --all -W --keep-going -n

test: book  ## run every test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest --nbval solutions
	$(BIN)/pytest --nbval-lax exercises
	$(BIN)/pytest tests --cov

test-colab: $(COLAB)/ready  ## run the worksheets with the versions that Colab ships
	$(COLAB)/bin/python tests/colab/run_worksheets.py || { rm $<; exit 1; }  # it may have changed it

$(COLAB)/ready: tests/colab/requirements.txt
	$(COLAB_PYTHON) -m venv --clear --without-pip $(COLAB)
	$(PYTHON) -m pip --python $(COLAB)/bin/python install --quiet -r $<
	touch $@

lab: env worksheets  ## open the worksheets in JupyterLab
	$(BIN)/jupyter lab exercises

worksheets: env  ## make exercises/ and the stored solutions from solutions/
	$(BIN)/python -m lenet_course.authoring worksheets

lock: env  ## pin the newest versions in requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header --all-extras pyproject.toml -o requirements.lock

clean:  ## remove the environment and everything built
	rm -rf $(VENV) _build

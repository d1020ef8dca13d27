# fer_ros on a machine without ROS. On a robot use colcon; see README.md.

.PHONY: help setup demo test test-versions docs-test test-arm64 test-faults fuzz mutation lint lock docs \
  figures evaluate benchmark train train-setup clean

DATA ?= ../shared/data/ferplus
SECONDS ?= 600
# One more than there are processors, since tests of processes wait for much of their time.
JOBS ?= $(shell n=$$(nproc); echo $$((n < 8 ? n + 1 : 8)))
# A file's tests stay together: they share its nodes and recordings.
PARALLEL = --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder
BENCHMARK = pipeline --clock cpu
DISTRO ?= jazzy
export DISTRO

help:
	@echo 'make demo       set everything up and run the node on the embedded clip; ARGS="--loop --domain 42"'
	@echo 'make test       set everything up and run the tests, $(JOBS) files at a time (JOBS=1 for one);'
	@echo '                ARGS="-k tracker" goes to pytest'
	@echo '                COVERAGE=1 also measures the coverage; fails below 95 % in any package'
	@echo '                DISTRO=kilted with ROS 2 Kilted; so the others, and scripts/env'
	@echo 'make test-versions  the tests without ROS on the Python, NumPy and OpenCV of each distribution'
	@echo 'make docs-test  run every command of the pages that can run here; ten minutes or so'
	@echo 'make test-arm64 run the tests of the core on an emulated ARM machine; many minutes'
	@echo 'make test-faults attack the node, the slow cases too (docs/reliability.md); many minutes'
	@echo 'make fuzz       fuzz all that reads bytes from outside, SECONDS=$(SECONDS) for each target;'
	@echo '                TARGET="image records" chooses; figures to docs/fuzz.json'
	@echo 'make mutation   count the changes to the code that its tests notice; hours, or ARGS="--sample 25"'
	@echo 'make lint       check style, types, and that the names in comments and pages are in the code'
	@echo 'make lock       write the pins and hashes anew from the .in files; ARGS=--upgrade'
	@echo 'make docs       build the pages as a site, .site/html; fails on any warning'
	@echo 'make evaluate   measure the model on FER+ in DATA=$(DATA); write its card'
	@echo 'make benchmark  measure the speed on this machine: ARGS="$(BENCHMARK)", or another benchmark'
	@echo 'make figures    measure the results in docs/results anew and write them into the pages; an hour'
	@echo 'make train-setup make .venv-train for training: 5.8 GB, or 1.4 GB with TORCH=cpu'
	@echo 'make train      train models/expression.onnx from the data; hours, resumes when cut off'
	@echo 'make clean      remove all that the others made, but trained networks'
	@echo 'PYTHON=python3.12 chooses the interpreter; scripts/env bash gives a shell with all of it.'

setup:
	@scripts/setup

demo: setup
	@scripts/env fer_demo --output demo_output $(ARGS)

ifdef COVERAGE
test: setup
	@rm -f .coverage .coverage.*
	@scripts/env python -m coverage run -m pytest $(PARALLEL) $(ARGS)
	@scripts/env python -m coverage combine --quiet
	@scripts/env python scripts/coverage_report.py
else
test: setup
	@scripts/env python -m pytest $(PARALLEL) $(ARGS)
endif

test-versions: setup
	@scripts/test_versions $(ARGS)
docs-test: setup
	@scripts/env python scripts/check_pages.py --list
	@scripts/env python -m pytest -m '' --durations 0 test/pages $(ARGS)

test-arm64: setup
	@scripts/test_arm64 $(ARGS)

test-faults: setup
	@scripts/env python -m pytest -m '' test/faults $(ARGS)

fuzz: setup
	@scripts/env python test/fuzz/fuzz.py $(TARGET) --seconds $(SECONDS) --results docs/fuzz.json

.mutation/packages/.done: test/mutation/requirements.txt | setup
	@scripts/env python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade \
	  --require-hashes --target .mutation/packages -r $<
	@touch $@

mutation: .mutation/packages/.done
	@scripts/env python test/mutation/mutate.py $(ARGS)

lint: setup
	@scripts/env python -m flake8 fer_ros launch test training examples scripts setup.py docs/conf.py
	@scripts/env python -m mypy
	@scripts/env python scripts/check_names.py

lock:
	@scripts/lock $(ARGS)

# Needs no ROS, and no package of the node: an environment of its own.
.venv-docs/.done: requirements/docs.txt
	@rm -rf .venv-docs
	@$(or $(PYTHON),python3) -m venv .venv-docs
	@.venv-docs/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

docs: .venv-docs/.done
	@rm -rf .site
	@.venv-docs/bin/python -m sphinx --fail-on-warning --keep-going --nitpicky --quiet docs .site/html
	@echo 'The pages are in .site/html: open .site/html/index.html'

evaluate: setup
	@scripts/env fer_evaluate --data $(DATA) --split valid --plot docs/images --json docs/results/expression.json \
	  --card models/expression.md
	@scripts/env python training/plot.py

benchmark: setup
	@scripts/env fer_benchmark $(or $(ARGS),$(BENCHMARK))

figures: setup
	@scripts/env python scripts/write_figures.py $(or $(ARGS),--all)

# PyTorch is large and only training needs it: an environment of its own.
train-setup:
	@training/setup

train: train-setup
	@DATA=$(DATA) PYTHON=.venv-train/bin/python training/reproduce.sh

clean:
	rm -rf .venv .venv-* .versions .site docs/repository .arm64 .fuzz .mutation .hypothesis build install log demo_output \
	  *.egg-info .pytest_cache .mypy_cache .coverage .coverage.*
	find . -name __pycache__ -prune -exec rm -rf {} +

# fer_ros on a machine without ROS. On a robot use colcon; see README.md.

.PHONY: help setup demo test lint evaluate clean

DATA ?= ../shared/data/ferplus

help:
	@echo 'make demo      set everything up and run the node on the embedded clip'
	@echo 'make test      set everything up and run the tests'
	@echo 'make lint      check the style'
	@echo 'make evaluate  measure the model on FER+ in DATA=$(DATA); draw the pictures of its card'
	@echo 'make clean     remove all that was made'

setup:
	@scripts/setup

demo: setup
	@scripts/env fer_demo --output demo_output

test: setup
	@scripts/env python -m pytest

lint: setup
	@scripts/env python -m flake8 fer_ros launch test training scripts/*.py setup.py

evaluate: setup
	@scripts/env fer_evaluate --data $(DATA) --split valid --plot docs/images

clean:
	rm -rf .venv build install log demo_output fer_ros.egg-info .pytest_cache

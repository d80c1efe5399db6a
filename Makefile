# Thin aliases; everything happens in run.py.
.PHONY: run test setup
run:
	python3 run.py
test:
	python3 run.py test
setup:
	python3 run.py setup

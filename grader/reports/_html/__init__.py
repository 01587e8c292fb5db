"""The parts of the `html` report: shell.py makes pages, result.py the page of one result, klass.py that of a class."""

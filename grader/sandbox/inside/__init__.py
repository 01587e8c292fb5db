"""What runs inside a disposable engine, beside its dockerd.

The folder is copied into the engine and imported there as the package `inside`: it uses Python's standard library and
itself, by relative imports, and nothing else of grader.
"""

"""Says hello. You don't need to change this file."""

import os
import platform

name = os.environ.get("NAME", "world")
print(f"Hello, {name}!")
print(f"I run on {platform.system()} with Python {platform.python_version()}, in {os.getcwd()}.")

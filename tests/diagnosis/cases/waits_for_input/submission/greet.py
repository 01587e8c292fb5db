import sys

name = input("What is your name? ")
sys.stdout.write(f"Hello {name}\n")

"""Words for visitors."""

HELLO = "hello"

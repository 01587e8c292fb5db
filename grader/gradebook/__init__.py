"""What the store holds, made into scores: which attempt counts, lateness, overrides, comparisons."""

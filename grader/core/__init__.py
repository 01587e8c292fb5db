"""Words that every layer shares: errors, outcomes and results, matchers, limits, abilities, kinds."""

"""From a comparison to text: pure functions, one formatter for all numbers."""

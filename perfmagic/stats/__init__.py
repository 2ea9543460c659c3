"""From paired samples to estimates with intervals, and from estimates to a recommendation. Pure functions."""

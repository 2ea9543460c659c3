"""The use case: a cell, strategies and a host in, a comparison out. The only layer that sees all the others."""

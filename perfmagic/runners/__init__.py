"""The only place where the user's code executes: runs, clocks, state put back between runs."""

"""The only layer that touches the interactive shell: input, output, tracebacks, and the host that runners see."""

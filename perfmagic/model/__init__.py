"""The values that pass through the pipeline: frozen, standard library only, no input or output."""

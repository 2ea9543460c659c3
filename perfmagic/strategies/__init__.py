"""One strategy a file: an analysis and options in, a plan or a refusal out. No timing, no input or output."""

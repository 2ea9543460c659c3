"""The magics: thin handlers, and a table of them that loading the extension reads without importing the machinery."""

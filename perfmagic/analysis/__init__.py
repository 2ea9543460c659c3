"""From a cell's source and the live objects to what depends on what. Nothing here runs user code."""

"""What is known about library functions without reading their source, as data."""

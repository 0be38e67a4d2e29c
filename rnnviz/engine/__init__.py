"""The engine: torch modules in, records out."""

"""The main path in a second engine: part of `bin/test --all`."""

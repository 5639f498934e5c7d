"""Attacks of strangers and of slow readers on the site, on loopback and bounded; see `bin/attack`."""

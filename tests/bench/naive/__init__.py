"""Contender (b): code written in ten minutes. No session, no database, no pool of connections."""

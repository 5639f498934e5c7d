"""Contender (b): what one writes in ten minutes. No session, no database, no pool of connections."""

"""The site as a platform runs it, for commands that look at it from outside."""

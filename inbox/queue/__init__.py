"""The brand-wide index: how it is kept true in the background. Knows no request."""

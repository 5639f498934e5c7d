"""A stand-in of Popsell's API v2 over real HTTP, for the demo and the tests.

It knows nothing of the rest of the product and needs no Django settings.
"""

"""Babelpress: a multilingual content management system on Flask."""

import gc

# What a start loads stays for good. Looking through it for garbage after every few hundred new objects takes a sixth of
# the start, and finds nothing. Once everything is loaded, app.py asks for more.
gc.set_threshold(500_000, 20, 50)

__version__ = "0.1.0"

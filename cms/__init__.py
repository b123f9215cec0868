"""Babelpress: a multilingual content management system on Flask."""

__version__ = "0.1.0"

"""The version of the distribution: read by the build and by `aqdrant/__init__.py`."""

__version__ = "0.1.0.dev0"

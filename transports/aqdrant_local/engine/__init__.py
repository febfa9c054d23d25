"""The engine: column stores and the arithmetic over them, numpy alone.

Nothing here knows of models, operations, locks or event loops. The handlers call it with arrays and
builtins.
"""

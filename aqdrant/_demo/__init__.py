"""The demo of `python -m aqdrant demo`: the standard library's docstrings, searched in process.

`run` does the main job; `corpus` reads the texts, `lsa` embeds them densely, `show` writes to the
terminal. Called by `aqdrant.__main__` alone; numpy is imported here and not in the core.
"""

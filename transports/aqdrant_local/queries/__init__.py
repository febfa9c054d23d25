"""Queries and filters of the models, answered by the engine's arrays. The handlers call them.

A query is planned (`planning`, `inputs`), then answered (`answering`, `batches`, `formulas`,
`grouping`); `filtering` and `ordering` serve scrolls, counts and updates as well.
"""

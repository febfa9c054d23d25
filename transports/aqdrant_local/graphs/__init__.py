"""Graphs (HNSW) of collections: where the settings want them, who makes them, and when.

The graphs themselves are `engine.graph`, their files `store.graph_files`.
"""

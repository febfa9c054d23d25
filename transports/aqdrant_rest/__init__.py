"""Qdrant's REST API: what each operation is on the wire, in both directions.

General layout: `_routes` is the table of the API, one row for each class of operation.
"""

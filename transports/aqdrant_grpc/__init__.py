"""Qdrant over gRPC."""

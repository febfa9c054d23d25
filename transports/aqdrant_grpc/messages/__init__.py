"""Qdrant's messages, for native calls. Generated; normal calls never import them."""

from aqdrant_grpc.messages.qdrant import *

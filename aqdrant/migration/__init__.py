"""Collections copied from one client to another, whatever transports they have.

General layout: `planning` finds out what has to be made, and refuses what cannot be carried before
anything is written; `copying` carries points and verifies the copy. The client's method is in
`aqdrant._async.migration`.
"""

from __future__ import annotations

from aqdrant.migration.planning import MigrationResult

__all__ = ["MigrationResult"]

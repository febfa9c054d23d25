"""Many points into a collection: read, checked, cut into batches, sent, accounted for.

General layout: `given` looks at what a user gives; `sources` reads it, `tables` data frames, and
`cutting` gathers it into `pieces`; `fitting` checks points against the collection and measures
them; `running` sends pieces, some at a time, tries again, and cuts out what is refused; `report` is
the account that all of them write to; `bars` shows it. The client's methods are in
`aqdrant._async.uploads`.
"""

from __future__ import annotations

from aqdrant.uploads.bars import RichBar, TqdmBar
from aqdrant.uploads.report import UploadFailure, UploadResult

__all__ = ["RichBar", "TqdmBar", "UploadFailure", "UploadResult"]

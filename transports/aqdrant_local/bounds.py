"""Between which numbers the settings of collections lie, as a server holds them to it.

Called where settings are given or changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from aqdrant import models
from aqdrant.exceptions import BadRequest

__all__ = ["check_bounds"]

_BOUNDS: Final[Mapping[str, tuple[float, float | None]]] = {
    "size": (1, 65_536),
    "ef_construct": (4, None),
    "full_scan_threshold": (10, None),
    "quantile": (0.5, 1),
    "deleted_threshold": (0, 1),
    "vacuum_min_vector_number": (100, None),
    "max_segment_size": (1, None),
    "wal_capacity_mb": (1, None),
    "wal_retain_closed": (1, None),
    "shard_number": (1, None),
    "replication_factor": (1, None),
    "write_consistency_factor": (1, None),
    "max_query_limit": (1, None),
    "max_timeout": (1, None),
    "read_rate_limit": (1, None),
    "write_rate_limit": (1, None),
    "max_points_count": (1, None),
    "max_vectors": (1, None),
    "max_length": (1, None),
    "max_resident_memory_percent": (1, 100),
    "max_disk_usage_percent": (1, 100),
}
"""Setting → the least and the largest number; of others the least is 0."""
_FREE: Final = frozenset({"metadata"})


def check_bounds(settings: models.Model) -> None:
    """Refuse numbers that no server takes.

    Raises:
        BadRequest: one is too small or too large.
    """
    for path, name, number in _numbers(settings, ""):
        least, most = _BOUNDS.get(name, (0, None))
        if not least <= number or (most is not None and number > most):
            wanted = f"{least:g} or more" if most is None else f"from {least:g} to {most:g}"
            raise BadRequest(
                f"{path} must be {wanted}, not {number:g}.", status_code=422, parameter=path
            )


def _numbers(value: object, path: str) -> Iterator[tuple[str, str, float]]:
    """Path, name and value of every number in settings."""
    parts: Mapping[str, Any]
    if isinstance(value, models.Model):
        parts = {name: getattr(value, name) for name in value.__struct_fields__}
    elif isinstance(value, Mapping):
        parts = cast("Mapping[str, Any]", value)
    else:
        return
    for name, part in parts.items():
        place = f"{path}.{name}" if path else name
        if isinstance(part, int | float) and not isinstance(part, bool):
            yield place, name, part
        elif name not in _FREE:
            yield from _numbers(part, place)

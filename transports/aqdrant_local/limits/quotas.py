"""Quotas: how much of memory and disk may be used until nothing may grow any more.

Called by the transport before an operation is run, by strict mode, and by the handlers of quotas.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.exceptions import InsufficientStorage
from aqdrant.operations import Operation
from aqdrant_local.refusals import malformed
from aqdrant_local.state import State

from .resources import disk_percent, memory_percent

__all__ = ["asks_the_machine", "check_memory", "check_percents", "check_quotas", "quota_status"]

_GROWS = (
    ops.UpsertPoints,
    ops.UpdateVectors,
    ops.SetPayload,
    ops.OverwritePayload,
    ops.CreateFieldIndex,
    ops.CreateCollection,
)
_GROWING_PARTS = (
    models.UpsertOperation,
    models.UpdateVectorsOperation,
    models.SetPayloadOperation,
    models.OverwritePayloadOperation,
)
_MOST = 100
_MARGIN = 0


def check_quotas(state: State, operation: Operation[Any]) -> None:
    """Refuse what grows while a quota is exceeded.

    Raises:
        InsufficientStorage: it is.
    """
    config = state.quotas
    if not config.enabled or not _grows(operation):
        return
    disk, memory = disk_percent(_folder(state)), memory_percent()
    margin = _MARGIN if config.release_margin_percent is None else config.release_margin_percent
    before = state.exceeded
    state.exceeded = models.QuotaExceeded(
        resident_memory=_is_over(
            memory, config.max_resident_memory_percent, margin, before.resident_memory
        ),
        disk_usage=_is_over(disk, config.max_disk_usage_percent, margin, before.disk_usage),
    )
    if state.exceeded.resident_memory:
        raise _memory_full(memory, config.max_resident_memory_percent, "the global quota config")
    if state.exceeded.disk_usage:
        raise InsufficientStorage(
            f"Disk usage is at {disk}% of total capacity, exceeding the configured limit of"
            f" {config.max_disk_usage_percent}%.",
            fix="Delete points or collections, or raise max_disk_usage_percent in the quotas.",
        )


def asks_the_machine(state: State, operation: Operation[Any]) -> bool:
    """Whether a check of an operation asks the system for numbers, which is no work for a loop."""
    if not _grows(operation):
        return False
    if state.quotas.enabled:
        return True
    collection = state.peek(getattr(operation, "collection_name", ""))
    rules = None if collection is None else collection.config.strict_mode_config
    return bool(rules and rules.enabled and rules.max_resident_memory_percent is not None)


def check_memory(limit: int | None) -> None:
    """Refuse to grow where strict mode allows no more memory.

    Raises:
        InsufficientStorage: this process holds more than that share of the machine's.
    """
    if limit is None:
        return
    memory = memory_percent()
    if memory is not None and memory >= limit:
        raise _memory_full(memory, limit, "strict mode")


def quota_status(state: State) -> models.QuotaStatus:
    """The quotas and what is used."""
    usage = models.QuotaUsage(
        resident_memory_percent=memory_percent(), disk_usage_percent=disk_percent(_folder(state))
    )
    return models.QuotaStatus(config=state.quotas.model_copy(deep=True), usage=usage)


def check_percents(config: models.QuotaConfig) -> None:
    """Refuse what is no percentage.

    Raises:
        BadRequest: a limit is below 1 or above 100.
    """
    for name in ("max_resident_memory_percent", "max_disk_usage_percent"):
        value = getattr(config, name)
        if value is not None and not 1 <= value <= _MOST:
            raise malformed(f"{name} must be from 1 to {_MOST}, not {value}.", parameter=name)
    margin = config.release_margin_percent
    if margin is not None and not 0 <= margin <= _MOST:
        raise malformed(
            f"release_margin_percent must be from 0 to {_MOST}, not {margin}.",
            parameter="release_margin_percent",
        )


def _folder(state: State) -> Path | None:
    return None if state.store is None else state.store.path


def _grows(operation: Operation[Any]) -> bool:
    if isinstance(operation, ops.BatchUpdate):
        return any(isinstance(part, _GROWING_PARTS) for part in operation.body.operations)
    return isinstance(operation, _GROWS)


def _is_over(used: int | None, limit: int | None, margin: int, was_over: bool | None) -> bool:
    """Whether a limit is reached, or was and is not yet left by the margin."""
    if used is None or limit is None:
        return False
    return used >= (limit - margin if was_over else limit)


def _memory_full(used: int | None, limit: int | None, where: str) -> InsufficientStorage:
    return InsufficientStorage(
        f"Resident memory is at {used}% of total memory, exceeding the configured limit of"
        f" {limit}%.",
        fix=f"Delete points or collections, or raise max_resident_memory_percent in {where}.",
    )

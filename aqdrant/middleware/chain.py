"""The order of the layers, and what each owes to its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from aqdrant.exceptions import ArgumentError
from aqdrant.transport import Transport

__all__ = ["SLOTS", "Layer", "Slot", "build_chain", "check_slots"]

Layer: TypeAlias = Callable[[Transport], Transport]
"""Makes a layer around the transport it is given."""


class Slot(NamedTuple):
    """A place in the chain."""

    name: str
    contract: str


SLOTS: tuple[Slot, ...] = (
    Slot("tracing", "Sees each call of a user once, with its outcome; changes neither."),
    Slot("deadline", "Ends the call when its timeout has passed, whatever the layers below do."),
    Slot("inference", "Turns documents and images into vectors; below it there are only vectors."),
    Slot("version_gate", "Refuses what the server's version would drop in silence."),
    Slot("coalescing", "May answer equal reads that are under way at once with one call."),
    Slot(
        "retry", "Runs a call again after a transient fault if that is safe, within the deadline."
    ),
    Slot("limiter", "Bounds the calls in flight; waiting to try again holds no place here."),
    Slot("router", "Sends an operation that the preferred transport lacks to one that has it."),
)
"""Outermost first; the transport itself comes after the last."""


def build_chain(transport: Transport, layers: Mapping[str, Layer]) -> Transport:
    """Put layers around a transport, in the order of `SLOTS` whatever the order of the mapping.

    Args:
        transport: what runs the operations in the end.
        layers: slot → what makes its layer; a slot that is not named costs nothing.

    Raises:
        ArgumentError: no slot has this name.
    """
    check_slots(layers)
    for slot in reversed(SLOTS):
        if slot.name in layers:
            transport = layers[slot.name](transport)
    return transport


def check_slots(names: Iterable[str]) -> None:
    """Refuse a name that is no slot's.

    Raises:
        ArgumentError: naming the nearest slot.
    """
    known = [slot.name for slot in SLOTS]
    for name in names:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(known)}."
            raise ArgumentError(f"no slot {name!r} for a layer.", parameter="middleware", fix=hint)

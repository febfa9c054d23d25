"""Names of pydantic 1 that the official client's models still answer to, with a warning.

`_model` looks here where a model, or its class, has no attribute of a name.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

__all__ = ["former_method"]

_NOW = {
    "copy": "model_copy",
    "dict": "model_dump",
    "json": "model_dump_json",
    "parse_obj": "model_validate",
    "parse_raw": "model_validate_json",
}


def former_method(owner: Any, name: str) -> Callable[..., Any]:
    """Find what took the place of a former method; it warns when called, not when looked up.

    Raises:
        AttributeError: there never was a method of this name.
    """
    method = getattr(owner, _NOW[name], None) if name in _NOW else None
    if method is None:
        kind = f"type object {owner.__name__!r}" if isinstance(owner, type) else None
        text = f"{kind or repr(type(owner).__name__) + ' object'} has no attribute {name!r}"
        raise AttributeError(text, name=name, obj=owner)

    def call(*args: Any, **options: Any) -> Any:
        warnings.warn(f"{name} is now {_NOW[name]}.", DeprecationWarning, stacklevel=2)
        return method(*args, **options)

    return call

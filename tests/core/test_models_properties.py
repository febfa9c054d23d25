"""Every model against the official class, both ways, on generated values."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from qdrant_client.http.models import models as official

from aqdrant import models
from aqdrant.models._reading import encode, read
from aqdrant.models._unions import members
from tests.drawn import EXAMPLES, is_model, make_model

STRUCTS = sorted(
    name
    for name in models.__all__
    if isinstance(kind := getattr(models, name), type)
    and issubclass(kind, models.Model)
    and kind is not models.Model
)


# ---- comparing


def normal(value: Any) -> Any:
    """JSON with absent in place of null, and moments by value."""
    if isinstance(value, dict):
        return {key: normal(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, str) and len(value) >= 20 and value[4:5] == value[7:8] == "-":
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value


def dump(model: models.Model) -> Any:
    return normal(json.loads(model.model_dump_json(by_alias=True, exclude_none=True)))


@pytest.mark.parametrize("name", STRUCTS)
@hypothesis.settings(
    max_examples=EXAMPLES // 5,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.reuse, hypothesis.Phase.generate],
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
)
@hypothesis.given(data=st.data())
def test_goes_both_ways(name: str, data: st.DataObject) -> None:
    kind, theirs = getattr(models, name), getattr(official, name)
    model = make_model(data.draw, kind)
    sent = encode(model)
    assert json.loads(encode(kind.model_validate_json(sent))) == json.loads(sent)
    text = model.model_dump_json(by_alias=True, exclude_none=True)
    ours = kind.model_validate_json(text)
    assert dump(ours) == dump(kind.model_validate(model))
    other = theirs.model_validate_json(text)
    text = other.model_dump_json(by_alias=True, exclude_none=True)
    assert normal(json.loads(text)) == dump(ours)
    assert dump(kind.model_validate_json(text)) == dump(ours)
    assert dump(kind.model_validate(other)) == dump(ours)
    # What is read is canonical: reading it once more changes nothing.
    assert kind.model_validate(ours) == ours


UNIONS = [
    (name, part)
    for name in sorted(models.__all__)
    for parts in [[part for part in members(getattr(models, name)) if is_model(part)]]
    if len(parts) > 1
    for part in parts
]


@pytest.mark.parametrize(("name", "part"), UNIONS)
@hypothesis.settings(max_examples=EXAMPLES // 10)
@hypothesis.given(data=st.data())
def test_every_member_of_a_union_is_told_apart(
    name: str, part: type[models.Model], data: st.DataObject
) -> None:
    model = make_model(data.draw, part, depth=1)
    text = encode(model)
    taken = read(json.loads(text), getattr(models, name), "value")
    # Where nothing is set, members look alike: then only the JSON is the same.
    assert type(taken) is type(model) or encode(taken) == text
    theirs = getattr(official, part.__name__).model_validate_json(text)
    assert type(read(theirs, getattr(models, name), "value")) is part

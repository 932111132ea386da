"""The published form of target files, as somebody else's validator reads it."""

import tomllib
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from audiopost.library.presets import list_presets
from audiopost.library.targets import target_schema

FILES = {name: tomllib.loads(file.read_text(encoding="utf-8")) for name, file in list_presets("targets")}


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(target_schema())
    return Draft202012Validator(target_schema())


@pytest.mark.parametrize("name", FILES)
def test_every_packed_target_is_valid(validator: Draft202012Validator, name: str) -> None:
    assert [error.message for error in validator.iter_errors(FILES[name])] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": 1},
        {"rules": [{"measure": "integrated_lufs", "tolerence": 1.0}]},
        {"rules": [{"measure": "integrated_lufs", "target": "-23"}]},
        {"rules": [{"measure": "integrated_lufs", "target": -23.0, "tolerance": -1.0}]},
        {"status": "old"},
        {"format": {"files": "loose"}},
        {"source": {"version": "2"}},
    ],
)
def test_what_the_loader_refuses_by_its_form_the_schema_refuses_too(
    validator: Draft202012Validator, wrong: dict[str, Any]
) -> None:
    assert list(validator.iter_errors(wrong))

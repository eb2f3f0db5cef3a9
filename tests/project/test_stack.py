"""The stack that a request gets: one piece where Python gains by it, else as Python has it."""

import sys
from types import FunctionType
from typing import Any

import pytest

from dealix_gates import stack


def answer() -> int:
    return 42


def test_on_a_python_that_gains_a_call_reserves_its_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "VERSIONS", {sys.version_info[:2]})
    small = answer.__code__.co_stacksize

    reserved: Any = stack.reserve_stack(FunctionType(answer.__code__, answer.__globals__))

    assert small < 100
    assert reserved.__code__.co_stacksize == stack.FRAME_SIZE
    assert reserved() == 42


def test_on_any_other_python_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "VERSIONS", set())
    code = answer.__code__

    assert stack.reserve_stack(answer) is answer
    assert answer.__code__ is code

from __future__ import annotations

import pytest

from transforms.credits import names_in_byline, names_in_credit


@pytest.mark.parametrize(
    ("credit", "names"),
    [
        (
            "Marlow reported from Lisbon. Valley Press writers Ana Duarte in Porto, Portugal, and Tom Reed in London contributed.",
            ("Marlow", "Ana Duarte", "Tom Reed"),
        ),
        ("(Reporting by Jonas Abt in Sankt Veit; Editing by Tom Reed)", ("Jonas Abt",)),
        ("Reporting by Kim Oss and Lena Moss, editing by Tom Reed", ("Kim Oss", "Lena Moss")),
        ("Marlow reported from Lisbon.", ("Marlow",)),
        ("", ()),
    ],
)
def test_reporters_are_found_in_credit_lines(credit: str, names: tuple[str, ...]) -> None:
    """The names of those who reported come out, in order, without places, agencies and editors."""
    assert names_in_credit(credit) == names


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ana Duarte and Tom Reed", ("Ana Duarte", "Tom Reed")),
        ("Von Jonas Abt", ("Jonas Abt",)),
        ("Ana Duarte, Tom Reed & Kim Oss", ("Ana Duarte", "Tom Reed", "Kim Oss")),
        ("Ana Duarte; Ana Duarte", ("Ana Duarte",)),
    ],
)
def test_bylines_are_split_into_names(byline: str, names: tuple[str, ...]) -> None:
    """A byline in one string gives its names, each once."""
    assert names_in_byline(byline) == names

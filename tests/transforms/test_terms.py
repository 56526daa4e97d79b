from __future__ import annotations

import math

from transforms.terms import KEPT, find_terms, story_keys

TEXT = """The ferry Corriemore ran aground off Kilbrennan on Tuesday, the coastguard said. The passengers of the
Corriemore were taken to the harbour, and the ferry will be floated on the next tide. """


def words(text: str = TEXT, title: str | None = None, language: str | None = "en") -> list[str]:
    return [term.word for term in find_terms(title, text, language)]


def test_rare_words_come_first_and_common_ones_not_at_all():
    """A ship's name says more than ferry, and "the" says nothing."""
    found = words()
    assert found[:2] == ["corriemore", "kilbrennan"]
    assert found.index("ferry") < found.index("harbour")
    assert not {"the", "of", "to", "said"} & set(found)


def test_names_are_told_from_words():
    """A word that the text writes with a capital wherever it stands is a name."""
    names = {term.word for term in find_terms(None, TEXT, "en") if term.is_name}
    assert {"corriemore", "kilbrennan"} <= names
    assert not {"ferry", "coastguard"} & names


def test_words_of_the_title_weigh_more():
    """What stands in the headline counts for more, also when it stands nowhere else."""
    assert words(title="Coastguard asks about rudder")[:3].count("coastguard") == 1
    assert "rudder" in words(title="Coastguard asks about rudder")


def test_the_squares_of_the_weights_add_up_to_one():
    """However long the text, its terms are few and share one whole."""
    found = find_terms("Ferry", TEXT + " ".join(f"Xq{n}zz" for n in range(200)), "en")
    assert len(found) == KEPT
    assert math.isclose(sum(term.weight**2 for term in found), 1)


def test_other_languages_have_their_own_common_words():
    """German articles are no terms of a German text; a language without a background gives none."""
    assert not {"der", "die", "und"} & set(words("Der Hafen und die Fähre Corriemore liegen fest.", language="de"))
    assert words("Þetta er frétt um Corriemore.", language="is") == []
    assert words("", language="en") == []


def test_keys_are_the_same_for_the_same_words_in_any_order():
    """Two texts that share their weightiest words share their keys."""
    one = find_terms(None, "Corriemore Kilbrennan Tarrich", "en")
    other = find_terms(None, "Tarrich Kilbrennan Corriemore", "en")
    assert set(story_keys(one)) == set(story_keys(other))
    assert len(story_keys(one)) == 3

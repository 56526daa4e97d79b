from __future__ import annotations

import math
from itertools import islice

import numpy as np

from transforms.terms import KEPT, RAREST, Terms, background, find_terms, story_keys

TEXT = """The ferry Corriemore ran aground off Kilbrennan on Tuesday, the coastguard said. The passengers of the
Corriemore were taken to the harbour, and the ferry will be floated on the next tide. """


def terms_of(text: str, title: str | None = None, language: str | None = "en") -> Terms:
    return find_terms([(title, text, language)])


def words(text: str = TEXT, title: str | None = None, language: str | None = "en") -> list[str]:
    return terms_of(text, title, language).words


def names(text: str) -> set[str]:
    found = terms_of(text)
    return {word for word, is_name in zip(found.words, found.are_names, strict=True) if is_name}


def parted(terms: Terms) -> list[list[tuple[str, float, bool]]]:
    """Give the terms of each article."""
    lines = zip(terms.words, terms.weights.tolist(), terms.are_names.tolist(), strict=True)
    return [list(islice(lines, count)) for count in terms.counts]


def test_rare_words_come_first_and_common_ones_not_at_all():
    """A ship's name says more than ferry, and "the" says nothing."""
    found = words()
    assert found[:2] == ["corriemore", "kilbrennan"]
    assert found.index("ferry") < found.index("harbour")
    assert not {"the", "of", "to", "said"} & set(found)


def test_names_are_told_from_words():
    """A word that the text writes with a capital wherever it stands is a name."""
    assert {"corriemore", "kilbrennan"} <= names(TEXT)
    assert not {"ferry", "coastguard"} & names(TEXT)
    assert "ferry" in words("Ferry and ferry.")
    assert "ferry" not in names("Ferry and ferry.")


def test_words_of_the_title_weigh_more():
    """What stands in the headline counts for more, also when it stands nowhere else."""
    assert words(title="Coastguard asks about rudder")[:3].count("coastguard") == 1
    assert "rudder" in words(title="Coastguard asks about rudder")


def test_the_squares_of_the_weights_add_up_to_one():
    """However long the text, its terms are few and share one whole."""
    found = terms_of(TEXT + " ".join(f"Xq{n}zz" for n in range(200)), "Ferry")
    assert len(found.words) == found.counts[0] == KEPT
    assert math.isclose(sum(found.weights**2), 1)


def test_other_languages_have_their_own_common_words():
    """German articles are no terms of a German text; a language without a background gives none."""
    assert not {"der", "die", "und"} & set(words("Der Hafen und die Fähre Corriemore liegen fest.", language="de"))
    assert words("Þetta er frétt um Corriemore.", language="is") == []
    assert words("", language="en") == []


def test_keys_are_the_same_for_the_same_words_in_any_order():
    """Two texts that share their weightiest words share their keys."""
    one, other = "Corriemore Kilbrennan Tarrich", "Tarrich Kilbrennan Corriemore"
    counts, keys = story_keys(find_terms([(None, one, "en"), (None, "", "en"), (None, other, "en")]))
    assert counts.tolist() == [3, 0, 3]
    assert set(keys[:3].tolist()) == set(keys[3:].tolist())


def test_equal_weights_are_ordered_by_the_alphabet():
    """Of more words that weigh the same than an article can have as terms, the first of the alphabet are kept."""
    made = [f"{one}{other}qx" for one in "zyabc" for other in "kjihgfedcba"]
    assert words(" ".join(made)) == sorted(made)[:KEPT]


def test_a_word_weighs_by_where_it_stands_and_how_often():
    """Title, lead, capital and each further time count as they do one at a time, to the last bit."""
    late = "the " * 100
    text = f"brazier {late} Quillon ostler brazier"
    (found,) = parted(terms_of(text, "ostler"))
    raw = {
        "brazier": background("en").get("brazier", RAREST) * 1.5 * (1 + 0.5 * math.log(2)),
        "quillon": background("en").get("quillon", RAREST) * 1.5,
        "ostler": background("en").get("ostler", RAREST) * 1.5 * 1.5 * (1 + 0.5 * math.log(2)),
    }
    length = math.sqrt(sum(weight**2 for weight in sorted(raw.values(), reverse=True)))
    ordered = sorted(raw, key=lambda word: (-raw[word], word))
    assert found == [(word, raw[word] / length, word == "quillon") for word in ordered]


def test_a_word_that_the_lead_ends_in_is_no_word():
    """What is cut off at the end of the lead is neither a term nor makes the whole word weigh more."""
    text = "the " * 74 + "Kilbrennan"
    assert len(text) > 300 > len(text) - len("Kilbrennan")
    assert words(text) == ["kilbrennan"]


def test_words_in_other_scripts_are_found():
    """Case goes by the script; a capital I with a dot, which is two characters in lower case, ends a word."""
    assert words("Паром Кильбреннан сел на мель", language="ru")[:1] == ["кильбреннан"]
    assert words("DİYAR Ferry") == ["yar", "ferry", "di"]
    assert names("DİYAR Corriemore") == {"corriemore"}
    assert words("ΝΗΣΟΣ Corriemore") == ["corriemore", "νησος"]


def test_articles_have_the_terms_that_they_have_alone():
    """Neighbours do not matter, whatever their languages, and none are asked for than there are."""
    texts = [TEXT, "", "Der Hafen und die Fähre Corriemore liegen fest.", "Þetta er frétt.", "\n\n", "İİ _ a x1"]
    asked = [
        (title, text * times, language)
        for text in texts
        for title in (None, "Ferry Corriemore")
        for times in (1, 3)
        for language in ("en", "de-AT", None, "is", "ru")
    ]
    together = find_terms(asked)
    assert parted(together) == [parted(find_terms([one]))[0] for one in asked]
    counts, keys = story_keys(together)
    assert np.array_equal(keys, np.concatenate([story_keys(find_terms([one]))[1] for one in asked]))
    assert counts.sum() == len(keys)
    assert find_terms([]).words == []

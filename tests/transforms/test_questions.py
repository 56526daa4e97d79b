from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from transforms.questions import Archive, Question, Subject, build_question, likeness, phrasings
from transforms.ranking import Ranking
from transforms.words import words_of

TERMINAL = Subject(
    title="Council of Port Ellen votes on ferry terminal",
    text=(
        "The council of Port Ellen voted on Tuesday for a new ferry terminal. Isla Mackay, who leads the council, said "
        "that the ferry terminal would be built by 2027. Fishermen from Bowmore fear for their berths. Mackay said they "
        "would be heard. The ferry company Calmar Lines pays half of the ferry terminal."
    ),
    language="en",
    published=(datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 3, 6, tzinfo=UTC)),
    dateline="PORT ELLEN, Scotland",
    url="https://harbourpost.example/a",
)


def texts(question: Question, count: int = 99) -> list[str]:
    return [clue.text for clue in question.clues[:count]]


def test_a_question_is_made_of_names_and_phrases():
    """Names come before words, with what the sentence begins with only where it is a name elsewhere too."""
    question = build_question(TERMINAL, Archive())
    assert texts(question, 1) == ["Port Ellen"]
    assert {"Mackay", "Bowmore", "Calmar Lines", "ferry terminal"} <= set(texts(question))
    assert not {"Fishermen", "The", "the"} & set(texts(question))
    assert question.place == "Port Ellen"
    assert question.url == TERMINAL.url


def test_the_days_lie_around_the_publication():
    """Coverage is looked for three days before and after; without a date there are no bounds."""
    question = build_question(TERMINAL, Archive())
    assert question.since == TERMINAL.published[0] - timedelta(days=3)
    assert question.until == TERMINAL.published[1] + timedelta(days=3)
    assert build_question(Subject("a", "b"), Archive()).since is None


def test_what_the_archive_has_often_weighs_less():
    """In an archive of the island's own news its town says little, and what is rare there comes first."""
    common = dict.fromkeys(("port", "ellen", "ferry", "terminal", "council"), 9_000)
    assert texts(build_question(TERMINAL, Archive(10_000, common)), 2) == ["Mackay", "Calmar Lines"]


def test_an_archive_of_two_articles_knows_too_little_to_matter():
    """That both of two articles have a word is no reason to drop it."""
    both = dict.fromkeys(words_of(TERMINAL.text), 2)
    assert texts(build_question(TERMINAL, Archive(2, both)), 3) == texts(build_question(TERMINAL, Archive()), 3)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh", "港口渡轮碼頭将重建。市长说渡轮碼頭将于明年完工。渔民担心渡轮碼頭太大。", "渡轮碼頭"),
        (
            "ar",
            "قال مجلس بورت إلين إن محطة العبارات ستبنى من جديد. محطة العبارات قديمة. محطة العبارات كبيرة",
            "محطة العبارات",
        ),
        ("hi", "परिषद ने नौका घाट पर मतदान किया। नौका घाट पुराना है। नौका घाट बड़ा है।", "घाट"),
        ("ja", "フェリー埠頭を建て替える。フェリー埠頭は古い。", "フェリー埠頭"),
    ],
)
def test_languages_without_capitals_have_what_comes_again(language, text, expected):
    """Where no capital tells a name, a phrase that comes again stands in for it."""
    question = build_question(Subject(None, text, language), Archive())
    assert any(expected in clue.text for clue in question.clues[:3]), texts(question)


def test_a_name_is_counted_with_its_titles():
    """Who is named in full once and by surname later is one clue, the short one."""
    question = build_question(
        Subject(None, "A letter from Mayor Isla Mackay came. It was Mackay who wrote. So did Mackay."), Archive()
    )
    assert "Mackay" in texts(question)
    assert not any(text.endswith("Isla Mackay") for text in texts(question))


def test_a_full_stop_ends_a_name_unless_it_is_an_initials():
    """Whom a sentence ends with and whom the next one begins with are two; J. K. Rowling is one."""
    text = "They met J. K. Rowling in St. Andrews on Friday. Calmar Lines paid. Calmar Lines always pays."
    question = build_question(Subject(None, text), Archive())
    assert {"Rowling", "St. Andrews", "Calmar Lines"} <= {text.removeprefix("J. K. ") for text in texts(question)}


def test_headlines_in_capitals_tell_no_names():
    """A line in which nearly every word has a capital is a headline in capitals, and its words are no names."""
    question = build_question(
        Subject("Harbour Workers Walk Out After Talks Fail", "Talks failed. Workers left."), Archive()
    )
    assert not any(clue.is_name for clue in question.clues)


def test_phrasings_go_from_narrow_to_wide_and_come_once():
    """The first asks for three clues at once, the last for one; none is asked twice."""
    asked = list(phrasings(build_question(TERMINAL, Archive()), 20))
    assert len(asked[0]) == 3
    assert len(asked[-1]) == 1
    assert len({frozenset(one) for one in asked}) == len(asked) > 9
    assert list(phrasings(Question(()), 3)) == []


def test_likeness_is_the_share_of_the_question():
    """All of its words are one, none are nothing."""
    question = build_question(TERMINAL, Archive())
    assert likeness(question, list(question.weights)) == pytest.approx(1.0)
    assert likeness(question, ["bread"]) == 0.0
    assert 0.1 < likeness(question, words_of("Port Ellen gets its terminal")) < 0.9
    assert likeness(Question(()), ["bread"]) == 0.0


@pytest.mark.parametrize("text", ["", " ", "\n\n", "….!?", "A", "a" * 100_000, "A " * 50_000, "港" * 50_000, "\x00’s"])
def test_any_text_makes_a_question(text):
    """What says nothing gives a question with little in it, quickly."""
    assert len(build_question(Subject(text, text), Archive()).clues) <= 16


def test_ranking_puts_the_rare_words_first():
    """A document with the rare word comes before one that repeats the common one; those without any are left out."""
    ranking = Ranking({"ferry": 1.0, "mackay": 1.0})
    for text in ("ferry ferry ferry", "mackay speaks", "bread", "ferry", "ferry again"):
        ranking.add(text)
    assert [number for number, _ in ranking.best(9)] == [1, 0, 3, 4]
    assert ranking.best(1)[0][0] == 1
    assert Ranking({"a": 1.0}).best(3) == []

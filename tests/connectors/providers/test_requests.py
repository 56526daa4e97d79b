from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors.providers.catalogue import KINDS, make_provider
from connectors.providers.provider import Authorised, Budget, ProviderSettingsError, Shelf
from transforms.questions import Clue, Question

SECRET = "s3cret-and-known-to-nobody"
SETTINGS = {
    "common_crawl": {"crawls": "CC-MAIN-2024-10, CC-MAIN-2024-18", "prefixes": ["https://harbourpost.example/2024/"]},
    "endpoint": {"url": "https://api.example/search?q={words}&from={since}&n={limit}", "authorization": SECRET},
    "local": {"paths": ["/nowhere"]},
    "media_cloud": {"token": SECRET, "collections": [34412234]},
    "wayback": {"prefixes": ["https://harbourpost.example/2024/"]},
}
QUESTION = Question(
    clues=(
        Clue("Port Ellen", ("port", "ellen"), 9.0, is_name=True),
        Clue("Islay", ("islay",), 7.0, is_name=True),
        Clue("UK", ("uk",), 3.0, is_name=True),
    ),
    since=datetime(2024, 3, 2, tzinfo=UTC),
    until=datetime(2024, 3, 9, tzinfo=UTC),
    url="https://harbourpost.example/a?b=1&c=d",
)


def provider(kind: str):
    return make_provider(kind, SETTINGS.get(kind, {}))


def queries(kind: str, question: Question = QUESTION, requests: int = 3, hits: int = 20) -> list[dict[str, str]]:
    asked = provider(kind).requests(question, Budget(requests, hits))
    return [dict(parse_qsl(urlsplit(one.url).query)) for one in asked]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "local"])
def test_every_kind_keeps_its_budget_and_its_secrets(kind):
    """No more requests than were granted, each an address of the web, and no secret in it or in what is printed."""
    made = provider(kind)
    for granted in (0, 1, 2):
        asked = made.requests(QUESTION, Budget(requests=granted, hits=10))
        assert len(asked) == granted
        assert len({one.url for one in asked}) == granted
    asked = made.requests(QUESTION, Budget(requests=9))
    assert all(urlsplit(one.url).scheme in ("http", "https") for one in asked)
    assert SECRET not in repr([made, asked])
    if isinstance(made, Authorised):
        assert any(SECRET in value for value in made.credentials().values())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "local"])
def test_a_question_about_nothing_is_asked_of_nobody(kind):
    """Without words, days and address there is nothing to ask, except below the prefixes that were set."""
    made = make_provider(
        kind, {**SETTINGS.get(kind, {}), **({"prefixes": []} if "prefixes" in SETTINGS.get(kind, {}) else {})}
    )
    assert made.requests(Question(()), Budget()) == []


def test_gdelt_is_asked_for_words_together_within_days():
    """Narrow questions come first; phrases are quoted, words that are too short are left out, rows are bounded."""
    narrow, wide, _ = queries("gdelt", hits=1000)
    assert narrow["query"] == '"Port Ellen" Islay'
    assert (narrow["startdatetime"], narrow["enddatetime"]) == ("20240302000000", "20240309000000")
    assert (narrow["mode"], narrow["format"], narrow["maxrecords"]) == ("artlist", "json", "250")
    assert wide["query"] == '"Port Ellen"'


def test_gdelt_is_asked_for_three_months_at_most():
    """A question of a year's days is cut to what the service answers."""
    long = replace(QUESTION, until=QUESTION.since + timedelta(days=400))
    assert queries("gdelt", long)[0]["enddatetime"] == "20240602000000"


def test_media_cloud_needs_days_and_gets_its_token_for_its_origin_alone():
    """All words have to be there; the token goes to one origin."""
    assert queries("media_cloud")[0] == {
        "q": '"Port Ellen" AND Islay AND UK',
        "start": "2024-03-02",
        "end": "2024-03-09",
        "platform": "onlinenews-mediacloud",
        "page_size": "20",
        "cs": "34412234",
    }
    assert queries("media_cloud", replace(QUESTION, since=None, until=None)) == []
    assert provider("media_cloud").credentials() == {"https://search.mediacloud.org:443": f"Token {SECRET}"}


def test_gdelt_files_are_quarters_of_hours_spread_over_the_days():
    """The middle of the days comes first, and every name is that of a quarter of an hour."""
    names = [urlsplit(one.url).path.rpartition("/")[2] for one in provider("gdelt_files").requests(QUESTION, Budget(3))]
    assert names == ["20240305120000.gkg.csv.zip", "20240303040000.gkg.csv.zip", "20240307200000.gkg.csv.zip"]


def test_archives_are_asked_for_the_address_and_below_prefixes():
    """The article's own address is looked for until a year later, its neighbours in the days of the question."""
    own, below = queries("wayback")
    assert (own["url"], own["matchType"], own["to"]) == (QUESTION.url, "exact", "20250309000000")
    assert (below["url"], below["matchType"], below["to"]) == (
        "https://harbourpost.example/2024/",
        "prefix",
        "20240309000000",
    )
    first, second, third = provider("common_crawl").requests(QUESTION, Budget(3))
    assert first.url.startswith("https://index.commoncrawl.org/CC-MAIN-2024-10-index?url=https%3A%2F%2Fharbourpost")
    assert "CC-MAIN-2024-18-index" in second.url
    assert "matchType=prefix" in third.url


def test_google_news_is_asked_in_the_language_of_the_article():
    """The edition follows the language, and the days stand among the words."""
    asked = queries("google_news", replace(QUESTION, language="de"))[0]
    assert asked == {
        "q": '"Port Ellen" Islay UK after:2024-03-02 before:2024-03-10',
        "hl": "de",
        "gl": "DE",
        "ceid": "DE:de",
    }
    assert queries("google_news", replace(QUESTION, language="xx"))[0]["hl"] == "en-US"


def test_an_endpoint_is_asked_as_its_address_says():
    """Words, days and the number of hits are filled in where the address has places for them."""
    assert queries("endpoint")[0] == {"q": '"Port Ellen" Islay UK', "from": "2024-03-02", "n": "20"}
    assert provider("endpoint").credentials() == {"https://api.example:443": SECRET}


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("papers", {}, r"of no known kind .*local.*write it in dateline\.toml"),
        ("papers", {"kind": "local"}, r"needs a setting 'paths'"),
        ("gdelt", {"colour": "red"}, r"no setting 'colour'; it has base"),
        ("papers", {"kind": "local", "paths": [1]}, r"'paths' of provider 'papers' is a list"),
        ("papers", {"kind": "local", "paths": ["/a"], "limit": "much"}, r"'limit' of provider 'papers' is no number"),
        ("media_cloud", {}, r"needs a setting 'token'"),
    ],
)
def test_settings_that_do_not_work_say_what_to_write(name, settings, message):
    """A provider that cannot be made says which setting is missing or wrong."""
    with pytest.raises(ProviderSettingsError, match=message):
        make_provider(name, settings)


def test_a_provider_has_the_name_that_its_table_has():
    """Two providers of one kind are told apart by their names."""
    made = make_provider("papers", {"kind": "local", "paths": "/a,/b"})
    assert isinstance(made, Shelf)
    assert (made.name, made.paths) == ("papers", ("/a", "/b"))

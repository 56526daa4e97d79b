"""The names in bylines and in the credit lines under agency stories."""

from __future__ import annotations

import re

_LEAD = re.compile(
    r"^(?:.*?\b(?:writers?|reporters?|journalists?|correspondents?|producers?|researchers?)\s+"
    r"|\(?(?:[Aa]dditional )?(?:[Rr]eporting|[Ww]riting|[Ee]diting|[Cc]ompiled)(?: and (?:reporting|writing|editing))? by\s+)"
)
# A place is a capitalised phrase after "in"; after one comma its country may follow, if something ends it.
_CAPITALS = r"[^\W\d_a-z][\w’'.-]*(?: [^\W\d_a-z][\w’'.-]*)*"
_PLACE = re.compile(rf" in {_CAPITALS}(?:, {_CAPITALS}(?=,|\.|;|$| contributed))?")
_BYLINE = re.compile(r"^\s*(?:by|von|par|por|di|de|da|door|autor|author|от|автор|بقلم|作者)[:：]?\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[;,|/•·、&]\s*(?:(?:and|und|et|y|e)\s+)?|\s+(?:and|und|et|y|e)\s+")
_SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z(])")
_EDITORS = re.compile(r"^\(?[Ee]diting by")


def names_in_credit(credit: str) -> tuple[str, ...]:
    """Give the reporters that a credit line names, in its order; editors and places are left out."""
    names: list[str] = []
    for sentence in _SENTENCE.split(credit):
        if _EDITORS.match(sentence):
            continue
        people = _PLACE.sub(" ", _LEAD.sub("", sentence)) if _LEAD.match(sentence) else sentence
        found = re.split(r" reported\b| contributed\b| wrote\b", people)[0]
        for part in _BETWEEN.split(found):
            name = part.strip(" .()[],")
            if name and _is_name(name):
                names.append(name)
    return tuple(dict.fromkeys(names))


def names_in_byline(byline: str) -> tuple[str, ...]:
    """Give the names of a byline such as `By Ana Duarte and Tom Reed`."""
    parts = _BETWEEN.split(_BYLINE.sub("", byline))
    return tuple(dict.fromkeys(name for part in parts if (name := part.strip(" .()[],"))))


def _is_name(words: str) -> bool:
    tokens = words.split()
    return (
        len(tokens) <= 5 and tokens[0][0].isupper() and sum(token[0].isupper() for token in tokens) * 2 >= len(tokens)
    )

from __future__ import annotations

import pytest

from transforms.language import detect_language

TEXTS = {
    "en": "The council said on Monday that it would build the bridge, which has been closed for a year.",
    "de": "Der Rat hat am Montag beschlossen, dass die Brücke, die seit einem Jahr gesperrt ist, nicht mehr mit Autos befahren wird.",
    "fr": "Le conseil a décidé lundi que le pont, fermé depuis un an, sera réparé par les ouvriers de la ville et du port.",
    "es": "El concejo decidió el lunes que el puente, cerrado desde hace un año, será reparado por los obreros de la ciudad.",
    "it": "Il consiglio ha deciso lunedì che il ponte, chiuso da un anno, sarà riparato dagli operai della città e non è stato facile.",
    "pt": "O conselho decidiu que a ponte, fechada há um ano, não será reparada pelos operários da cidade, e os moradores foram ao porto.",
    "ru": "Совет решил в понедельник, что мост, закрытый уже год, будет отремонтирован.",
    "ar": "قرر المجلس يوم الاثنين إصلاح الجسر المغلق منذ عام.",
    "zh": "市议会星期一决定修复关闭一年的桥。",
    "ja": "市議会は月曜日、一年間閉鎖されていた橋を修理することを決めた。",
}


@pytest.mark.parametrize("code", TEXTS)
def test_a_sentence_shows_its_language(code: str) -> None:
    """One sentence of news is enough."""
    assert detect_language(TEXTS[code]) == code


@pytest.mark.parametrize("text", ["", "Lisbon", "12 34 56", "— … —"])
def test_what_shows_none_has_none(text: str) -> None:
    """A name or a number is in no language."""
    assert detect_language(text) is None

"""Characters that deceive are found, and those of the languages in use are left alone."""

import pytest

from csto_data.characters import (
    foreign_digit,
    foreign_word,
    garbled_in,
    hidden_in,
    latin_in_russian,
)

HIDDEN = (
    "\0\x1b\x7f\x85\u00a0\u00ad\u034f\u200b\u202e\u2028\u2066\u2800\u3164\ufe0f\ufeff\ufffd\ue000"
)
SOUND = "«São Tomé» – “Ağrı”, Qəbələ, ‘Сан-Томе’, Ёлка, الأمن № 7 €"


@pytest.mark.parametrize("character", HIDDEN)
def test_what_nobody_sees_is_found(character: str) -> None:
    assert f"U+{ord(character):04X}" in str(hidden_in(f"a{character}b"))


def test_sound_text_is_left_alone() -> None:
    assert hidden_in(SOUND) is None
    assert garbled_in(SOUND) is None
    assert foreign_word(SOUND, english=False) is None
    assert foreign_digit(SOUND) is None


@pytest.mark.parametrize("word", ["Mоscow", "Mοscow", "Mɑscow", "Ｍoscow", "𝐌oscow"])
def test_a_look_alike_in_a_word_is_found(word: str) -> None:
    assert foreign_word(f"in {word}", english=False)


@pytest.mark.parametrize("text", ["’", "–", "Россия", "é", "«", "ё"])
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_utf8_in_another_encoding_is_found(text: str, encoding: str) -> None:
    garbled = text.encode().decode(encoding, "ignore")
    if garbled.encode(encoding) == text.encode():
        assert garbled_in(f"Text: {garbled}.")


@pytest.mark.parametrize(("text", "word"), [("c Арменией", "c"), ("COCTAB сил", "COCTAB")])
def test_latin_letters_in_russian_are_found(text: str, word: str) -> None:
    assert latin_in_russian(text) == word


@pytest.mark.parametrize("text", ["XX век", "учение CSTO", "Рубеж-2008", "база Bayraktar"])
def test_latin_words_in_russian_are_left_alone(text: str) -> None:
    assert latin_in_russian(text) is None

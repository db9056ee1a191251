"""Characters that deceive: unseen ones, look-alikes of another script, text decoded wrongly."""

import re
import unicodedata

_UNSEEN_LETTERS = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc\ufffd")
_DOTLESS = "\u0131"
_LATIN_FOR_CYRILLIC = re.compile(r"(?!\b[XC]+\b)\b[aceopxyABCEHKMOPTX]+\b")
_LAST_OF_EUROPE, _FIRST_OF_VIETNAM, _LAST_OF_VIETNAM = "\u024f", "\u1e00", "\u1eff"


def hidden_in(text: str) -> str | None:
    r"""Return what is unseen in a text: a control, a zero-width character, an odd blank.

    >>> hidden_in("plain"), hidden_in("pla\u200bin")
    (None, 'U+200B (zero width space)')
    """
    if text.isascii() and text.isprintable():
        return None
    for character in text:
        if character != " " and _is_hidden(character):
            name = unicodedata.name(character, "a control character")
            return f"U+{ord(character):04X} ({name.lower()})"
    return None


def _is_hidden(character: str) -> bool:
    return (
        unicodedata.category(character)[0] in "CZ"
        or character in _UNSEEN_LETTERS
        or unicodedata.name(character, "").startswith("VARIATION SELECTOR")
    )


def foreign_word(text: str, *, english: bool) -> tuple[str, str] | None:
    """Return a word that mixes scripts, or in English is not Latin, and its scripts.

    >>> foreign_word("Mosсow", english=True)
    ('Mosсow', 'cyrillic and latin')
    """
    if text.isascii():
        return None
    for word in re.findall(r"[^\W\d_]+", text):
        scripts = {_script(letter) for letter in word}
        if english and _DOTLESS in word:
            scripts.add("turkish")
        if len(scripts) > 1 or (english and scripts != {"latin"}):
            return word, " and ".join(sorted(scripts))
    return None


def foreign_digit(text: str) -> str | None:
    """Return a digit that is none of 0 to 9, nor of the script of the text.

    >>> foreign_digit("٣ of 10"), foreign_digit("المادة ٣")
    ('٣', None)
    """
    if text.isascii():
        return None
    scripts = {_script(letter).upper() for letter in text if letter.isalpha()}
    for digit in re.findall(r"\d", text):
        if not digit.isascii() and not any(one in unicodedata.name(digit) for one in scripts):
            return str(digit)
    return None


def latin_in_russian(text: str) -> str | None:
    """Return a word in Russian text whose Latin letters all look like Cyrillic ones.

    >>> latin_in_russian("Совет c участием НАТО, X сессия")
    'c'
    """
    found = _LATIN_FOR_CYRILLIC.search(text)
    return found[0] if found else None


def garbled_in(text: str) -> str | None:
    """Return a piece of a text that is UTF-8 read in the encoding of Western Europe.

    >>> garbled_in("the Allianceâ€™s summit"), garbled_in("São Tomé – «Сан-Томе»")
    ('â€™', None)
    """
    for piece in re.findall(r"[\x80-\xff\u0152-\u0178\u0192\u02c6\u02dc\u2013-\u2122]{2,}", text):
        for encoding in ("cp1252", "latin-1"):
            try:
                meant = piece.encode(encoding).decode("utf-8")
            except UnicodeError:
                continue
            if re.match(r"[\xa0-\xff\u0400-\u045f\u2010-\u203a]", meant):
                return str(piece)
    return None


def _script(letter: str) -> str:
    is_phonetic = letter > _LAST_OF_EUROPE and letter != "ə"
    script = unicodedata.name(letter, "unknown").split()[0].lower()
    if script == "latin" and is_phonetic and not _FIRST_OF_VIETNAM <= letter <= _LAST_OF_VIETNAM:
        return "phonetic"
    return script

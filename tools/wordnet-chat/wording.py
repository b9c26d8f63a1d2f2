"""How words are put into questions and answers."""
import re
from pathlib import Path

LISTS = Path(__file__).parent / "lists"
THINGS = (5, 6, 8, 18)      # animals, artifacts, body parts, persons


def lines(name):
    return [line for line in (LISTS / name).read_text().splitlines() if line and not line.startswith("#")]


LEFT_OUT = re.compile(r"\b(" + "|".join(lines("left-out.txt")) + r")\b", re.I)
EVERYDAY = {word: hint for word, _, hint in (item.partition("=") for line in lines("everyday.txt") for item in line.split())}


def is_plain(text):
    return all(32 <= ord(c) < 127 for c in text)


def clean(text):
    text = re.sub(r"\s+", " ", text.replace("`", "'")).strip().lower()
    return re.sub(r"\s+([,.;:?!])", r"\1", text)


def ended(text):
    return text if text[-1:] in ".?!" else text + "."


def with_article(word):
    if re.match(r"(uni|use|eu|one\b|u[bks][aei]|usu)", word):
        return "a " + word
    return ("an " if re.match(r"[aeiou]|hour|honest|heir|honor", word) else "a ") + word


def is_countable(synset):
    """A guess: it is a thing, or its definition starts as that of a thing does."""
    return synset.field in THINGS or bool(re.match(r"(an?|any|one|the|someone|each|either|\w+ (of|that)) ", synset.definition))


def named(word, synset):
    return with_article(word) if is_countable(synset) else word


def phrasings(*questions):
    """Each with and without a capital, and without its question mark."""
    result = []
    for q in questions:
        result += [q, q[0].upper() + q[1:]]
        if q.endswith("?"):
            result.append(q[:-1])
    return result

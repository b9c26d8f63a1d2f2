"""Reads the WordNet 3.0 database files (Debian: wordnet-base) into synsets, senses and word frequencies."""
import collections
import re
from dataclasses import dataclass
from pathlib import Path

FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
TAGGED = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}     # parts of speech in cntlist.rev
LONG_DEFINITION = 60


@dataclass(frozen=True)
class Pointer:
    symbol: str         # "@" is a kind of, "~" has kinds, "!" opposite, "@i" instance of
    target: str
    source_word: int    # 1-based; 0 is the whole synset
    target_word: int


@dataclass(frozen=True)
class Synset:
    pos: str
    field: int          # lexicographer file: 5 animals, 6 artifacts, 15 places …
    words: list
    pointers: list
    gloss: str
    definition: str
    examples: list


class WordNet:
    def __init__(self, folder):
        folder = Path(folder)
        self.synsets = dict(entry for pos in FILES for entry in read_synsets(folder, pos))
        self.senses = dict(entry for pos in FILES for entry in read_senses(folder, pos))
        self.tagged = read_counts(folder)
        self.in_glosses = collections.Counter(w for s in self.synsets.values() for w in re.findall(r"[a-z]+", s.gloss.lower()))

    def gloss_frequency(self, word):
        """The word and its regular plural."""
        return self.in_glosses[word] + self.in_glosses[word + "s"]

    def score(self, pos, word):
        """How common a word is in this part of speech."""
        tagged = self.tagged[(pos, word)]
        return 3 * tagged + self.gloss_frequency(word) + (30 if pos == "n" and tagged else 0)

    def main_pos(self, word):
        return max(FILES, key=lambda pos: self.tagged[(pos, word)])

    def first_sense(self, pos, word):
        ids = self.senses.get((pos, word))
        return self.synsets[ids[0]] if ids else None


def data_lines(path):
    """The lines of a database file without its licence header."""
    with open(path, encoding="ascii", errors="ignore") as lines:
        yield from (line.rstrip("\n") for line in lines if not line.startswith("  "))


def read_synsets(folder, pos):
    for line in data_lines(folder / f"data.{FILES[pos]}"):
        head, gloss = line.split("|", 1)
        fields = head.split()
        count = int(fields[3], 16)
        words = [re.sub(r"\(.*?\)$", "", fields[4 + 2 * i]).replace("_", " ") for i in range(count)]
        gloss = gloss.strip()
        examples = [e.strip() for e in re.findall(r'"([^"]+)"', gloss)]
        yield pos + fields[0], Synset(pos, int(fields[1]), words, read_pointers(fields[4 + 2 * count:]), gloss, definition_of(gloss), examples)


def read_pointers(fields):
    groups = (fields[1 + 4 * i: 5 + 4 * i] for i in range(int(fields[0])))
    return [Pointer(symbol, pos + offset, int(words[:2], 16), int(words[2:], 16)) for symbol, offset, pos, words in groups]


def definition_of(gloss):
    """The gloss up to its first semicolon, without quotations and a leading subject in brackets; a long one loses all asides."""
    text = re.sub(r'[;:,]?\s*"[^"]*"[^;]*', "", gloss)
    text = re.sub(r"^\s*\([^)]*\)\s*", "", text)
    parts = [p.strip() for p in text.split(";") if p.strip()]
    text = parts[0].strip(" ,:-`'") if parts else ""
    return re.sub(r"\s*\([^)]*\)", "", text) if len(text) > LONG_DEFINITION else text


def read_senses(folder, pos):
    for line in data_lines(folder / f"index.{FILES[pos]}"):
        fields = line.split()
        yield (pos, fields[0].replace("_", " ")), [pos + offset for offset in fields[-int(fields[2]):]]


def read_counts(folder):
    """How often each word was tagged in the SemCor texts."""
    counts = collections.Counter()
    for line in data_lines(folder / "cntlist.rev"):
        key, _, count = line.split()
        lemma, rest = key.split("%")
        counts[(TAGGED[rest[0]], lemma.replace("_", " "))] += int(count)
    return counts

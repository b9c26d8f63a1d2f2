#!/usr/bin/env python3
"""Step 1: turns WordNet 3.0 into questions and answers.

usage:  python3 build_data.py --dict /usr/share/wordnet --out DATA
writes  core.jsonl     facts about common words, to be learned by heart
        general.jsonl  definitions of the other words, seen once or twice
        heldout.jsonl  every fiftieth of those, never trained on
        chat.jsonl     small talk, and honest refusals
        spm.txt        plain text for the tokenizer
A record is {"kind", "word", "q": phrasings, "a": answer, "w": weight}; general ones have a plain "text" as well.
"""
import argparse
import collections
import itertools
import json
import random
import re
import zlib
from pathlib import Path

import facts
from wording import LEFT_OUT, LISTS, clean, ended, is_plain, named, phrasings
from wordnet import WordNet


def main():
    args = arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    chance = random.Random(1)
    net = WordNet(args.dict)
    core = facts.choose_core(net, args.nouns, args.verbs, args.adjectives)
    places = list(facts.places(net, args.places))
    records = core_records(net, core, places)
    known = {id(s) for s in core.values()} | {id(s) for s, _ in places}
    heldout, general = split(general_records(net, known))
    chat = small_talk(chance)
    for name, rows in (("core", records), ("general", general), ("heldout", heldout), ("chat", chat)):
        write_lines(args.out / f"{name}.jsonl", map(json.dumps, rows))
    write_lines(args.out / "spm.txt", tokenizer_text(records + chat, general, chance))
    print("core", len(records), dict(collections.Counter(r["kind"] for r in records)), "general", len(general), "held out", len(heldout), "core words", len(core))


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dict", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    for name, count in (("nouns", 2600), ("verbs", 600), ("adjectives", 700), ("places", 150)):
        parser.add_argument("--" + name, type=int, default=count)
    return parser.parse_args()


def core_records(net, core, places):
    of_words = (f for (pos, word), synset in core.items() for f in facts.facts_of(net, core, pos, word, synset))
    all_facts = itertools.chain(of_words, facts.opposites(net), (place for _, place in places))
    return [f for f in all_facts if f is not None]


def general_records(net, known):
    for synset in net.synsets.values():
        word = synset.words[0]
        usable = synset.definition and is_plain(synset.gloss) and not LEFT_OUT.search(synset.gloss) and 10 <= len(synset.definition) <= 140
        if usable and id(synset) not in known and re.fullmatch(r"[A-Za-z' -]{2,24}", word):
            yield general_record(net, synset, word)


def general_record(net, synset, word):
    lower, text = word.lower(), clean(synset.definition)
    if synset.pos == "n":
        name = named(lower, synset) if word == lower else lower
        gloss, asked, answer = f"{name}: {text}.", [f"what is {name}?", f"What is {name}?", f"define {lower}", f"what does {lower} mean?"], text
    elif synset.pos == "v":
        gloss, asked, answer = f"to {lower}: to {text}.", [f"what does it mean to {lower}?", f"define to {lower}"], "to " + text
    else:
        gloss, asked, answer = f"{lower}: {text}.", [f"what does {lower} mean?", f"define {lower}"], text
    examples = [clean(e) for e in synset.examples if 12 <= len(e) <= 80 and " " in e and is_plain(e) and not e.startswith("-")]
    useful = examples or net.in_glosses[lower] > 3 or any(net.tagged[(synset.pos, w.lower())] for w in synset.words)
    whole = gloss + "".join(" " + ended(e) for e in examples[:2])
    return {"kind": "general", "word": lower, "q": asked, "a": ended(answer), "text": whole, "w": 3.0 if useful else 0.5}


def split(records):
    """Every fiftieth by checksum is held out."""
    parts = ([], [])
    for r in records:
        parts[zlib.crc32((r["word"] + r["a"]).encode()) % 50 != 0].append(r)
    return parts


def small_talk(chance):
    lists = json.loads((LISTS / "small-talk.json").read_text())
    talk = [chat_record(t["say"], t["answer"], 6.0) for t in lists["talk"]]
    return talk + [{"kind": "chat", "word": "", "q": phrasings(*refused(lists["refused"], chance)), "a": lists["refusal"], "w": 40.0}]


def chat_record(said, answer, weight):
    return {"kind": "chat", "word": "", "q": phrasings(*said) + [s.rstrip("?") + "!" for s in said[:2]], "a": answer, "w": weight}


def refused(lists, chance):
    writing = [f"{a} {b}" for a in lists["askings"] for b in lists["things"]]
    sums = [f"{a} {chance.randint(1, 999)} {chance.choice(lists['operators'])} {chance.randint(1, 99)}" + chance.choice(["?", ""]) for a in lists["sums"] for _ in range(25)]
    return writing + sums + lists["others"]


def tokenizer_text(records, general, chance):
    for r in records:
        for q in chance.sample(r["q"], min(4, len(r["q"]))):
            yield from (q, r["a"])
        for _ in range(10):     # common words should become single pieces
            yield from (r["a"], f"what is a {r['word']}?")
    yield from (r["text"] for r in general)


def write_lines(path, lines):
    with open(path, "w") as file:
        file.writelines(line + "\n" for line in lines)


if __name__ == "__main__":
    main()

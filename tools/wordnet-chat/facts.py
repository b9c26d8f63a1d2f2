"""The questions and answers that are meant to be learned by heart."""
import re

from wording import EVERYDAY, LEFT_OUT, clean, ended, is_plain, named, phrasings, with_article

CONCRETE = {4, 5, 6, 8, 13, 15, 17, 18, 20, 25, 27}     # acts, animals, artifacts, body, food, places, objects, persons, plants, shapes, substances
WITH_KINDS = (5, 6, 8, 13, 17, 20, 27)                  # only of such things do kinds make sense
NO_WORDS = set("a an the of to in on at by for from with and or but not be is are was were it its this that these those he she they we you i who which "
               "what as if no so do does did have has had can may will would shall should could must than then there here he's one two".split())


def record(kind, word, questions, answer, weight=1.0):
    """None when the entry must be left out; everyday words are shown more often."""
    answer = clean(answer)
    wanted = kind == "define" and word in EVERYDAY or not (LEFT_OUT.search(answer) or LEFT_OUT.search(word))
    if not (answer and is_plain(answer) and wanted):
        return None
    return {"kind": kind, "word": word, "q": questions, "a": ended(answer), "w": weight * (1.6 if word in EVERYDAY else 1)}


# ---- which words

def choose_core(net, nouns, verbs, adjectives):
    """(part of speech, word) → synset for the most common words and the everyday things."""
    core = {}
    for pos, count in (("n", nouns), ("v", verbs), ("a", adjectives)):
        core.update(most_common(net, pos, count))
    for word, hint in EVERYDAY.items():
        synset = everyday_sense(net, word, hint)
        if synset:
            core[("n", word)] = synset
    return core


def everyday_sense(net, word, hint):
    senses = (net.synsets[i] for i in net.senses.get(("n", word), []))
    return next((s for s in senses if hint in s.definition.lower() and len(s.definition) <= 165), None)


def most_common(net, pos, count):
    found = []
    for word, synset in candidates(net, pos):
        if is_core(net, pos, word, synset):
            boost = 2.0 if pos == "n" and synset.field in (5, 6, 8, 13, 20) else 1.0
            found.append((net.score(pos, word) * boost, word, synset))
    found.sort(key=lambda f: (-f[0], f[1]))
    return {(pos, word): synset for _, word, synset in found[:count]}


def candidates(net, pos):
    """Single lower-case words with a definition of a good length that does more than repeat the word."""
    for (p, word), ids in net.senses.items():
        if p != pos or not re.fullmatch(r"[a-z]{3,14}", word):
            continue
        synset = net.synsets[ids[0]]
        text = synset.definition
        circular = len(text) < 25 and re.search(rf"\b{word}\b", text.lower())
        if word in synset.words and 8 <= len(text) <= 92 and is_plain(text) and not LEFT_OUT.search(text) and not circular:
            yield word, synset


def is_core(net, pos, word, synset):
    tagged, main = net.tagged[(pos, word)], net.main_pos(word)
    if word in NO_WORDS or (tagged == 0 and net.gloss_frequency(word) < 6):
        return False
    if pos != "n":
        return word not in EVERYDAY and tagged > 0 and main == pos
    return not tagged or main == pos or synset.field in CONCRETE


# ---- what is asked of them

def facts_of(net, core, pos, word, synset):
    yield definition(core, pos, word, synset)
    yield example(word, synset)
    yield synonym(net, pos, word, synset)
    if pos == "n":
        yield kind_of(net, word, synset)
        yield from kinds(net, word, synset)


def definition(core, pos, word, synset):
    text = clean(synset.definition)
    if pos == "n":
        return record("define", word, noun_questions(word, named(word, synset)), text)
    others = {"v": ("n", "a"), "a": ("n", "v")}[pos]
    alone = not any((p, word) in core for p in others)
    shared = phrasings(f"what does {word} mean?", f"define {word}", f"define the word {word}") if alone else []
    if pos == "v":
        own = phrasings(f"what does it mean to {word}?", f"define to {word}", f"what does to {word} mean?", f"explain to {word}", f"define the verb {word}")
        return record("define", word, own + shared, "to " + text)
    own = phrasings(f"what does it mean to be {word}?", f"define the adjective {word}", f"what does being {word} mean?", f"explain being {word}")
    return record("define", word, own + shared, text)


def noun_questions(word, name):
    other = word if name != word else with_article(word)
    return phrasings(
        f"what is {name}?", f"what's {name}?", f"define {word}", f"define the word {word}", f"what does {word} mean?", f"what does the word {word} mean?",
        f"explain {word}", f"tell me what {name} is", f"what is the meaning of {word}?", f"give me a definition of {word}", f"can you define {word}?",
        f"describe {name}", f"what is {other}?")


def example(word, synset):
    stem = word[:-1] if word.endswith("e") else word
    fits = [e for e in synset.examples if re.search(rf"\b{re.escape(stem)}", e.lower()) and 12 <= len(e) <= 70 and " " in e and not e.startswith("-")]
    if not fits:
        return None
    asked = phrasings(f"give an example sentence with {word}", f"give me an example sentence with {word}", f"use {word} in a sentence",
                      f"use the word {word} in a sentence", f"write a sentence with {word}", f"can you use {word} in a sentence?", f"show me an example of {word}")
    return record("example", word, asked, fits[0], 0.7)


def synonym(net, pos, word, synset):
    others = [w for w in synset.words if w != word and w == w.lower() and len(w) < 20 and not LEFT_OUT.search(w)]
    best = min(others, key=lambda w: -(net.tagged[(pos, w)] + net.gloss_frequency(w)), default=None)
    if best is None or net.tagged[(pos, best)] <= 2:
        return None
    asked = phrasings(f"what is another word for {word}?", f"another word for {word}?", f"give a synonym of {word}", f"what is a synonym of {word}?", f"name a synonym for {word}")
    return record("synonym", word, asked, f"another word for {word} is {best}.", 0.6)


def kind_of(net, word, synset):
    above = [p.target for p in synset.pointers if p.symbol == "@"]
    name = net.synsets[above[0]].words[0] if above else word
    if name != name.lower() or name == word:
        return None
    x = named(word, synset)
    asked = phrasings(f"what kind of thing is {x}?", f"what type of thing is {x}?", f"what sort of thing is {x}?", f"{x} is a kind of what?", f"what category does {word} belong to?")
    return record("kind", word, asked, f"{x} is a kind of {name}.", 0.7)


def kinds(net, word, synset):
    """The most common kinds of it, from two levels below."""
    found = kind_names(net, word, synset) if synset.field in WITH_KINDS else []
    if found:
        asked = phrasings(f"name a kind of {word}", f"name a type of {word}", f"what is a kind of {word}?", f"give me an example of a kind of {word}", f"tell me a kind of {word}")
        yield record("hyponym", word, asked, f"{with_article(found[0])} is a kind of {word}.", 0.6)
    if len(found) >= 3:
        asked = phrasings(f"name three kinds of {word}", f"list three kinds of {word}", f"what kinds of {word} are there?", f"name some kinds of {word}")
        yield record("hyponym3", word, asked, "{}, {} and {}.".format(*found), 0.5)


def kind_names(net, word, synset):
    below = []
    for first in (net.synsets[p.target] for p in synset.pointers if p.symbol == "~"):
        below += [first.words[0], *(net.synsets[p.target].words[0] for p in first.pointers if p.symbol == "~")]

    def fits(name):
        sense = net.first_sense("n", name)
        common = net.tagged[("n", name)] or net.gloss_frequency(name) >= 5
        return name.isalpha() and name == name.lower() and name != word and common and sense and sense.field == synset.field and not LEFT_OUT.search(name)

    return sorted(filter(fits, dict.fromkeys(below)), key=lambda n: (-net.score("n", n), n))[:3]


def opposites(net):
    """Also of words outside the core."""
    seen = set()
    for key, synset in net.synsets.items():
        for pointer in (p for p in synset.pointers if p.symbol == "!" and p.source_word):
            word, other = synset.words[pointer.source_word - 1], net.synsets[pointer.target].words[pointer.target_word - 1]
            plain = all(w.isalpha() and w.islower() for w in (word, other))
            common = net.tagged[(synset.pos, word)] >= 4 and net.tagged[(synset.pos, other)] >= 2
            if word in seen or not plain or not common or key not in net.senses.get((synset.pos, word), [])[:2]:
                continue
            seen.add(word)
            asked = phrasings(f"what is the opposite of {word}?", f"what's the opposite of {word}?", f"opposite of {word}?", f"name the opposite of {word}",
                              f"what is an antonym of {word}?", f"give the opposite of {word}")
            yield record("opposite", word, asked, f"the opposite of {word} is {other}.", 0.8)


def places(net, count):
    """(synset, record) of well-known places."""
    found = []
    for (pos, word), ids in net.senses.items():
        synset = net.synsets[ids[0]]
        if pos != "n" or synset.field != 15 or not re.fullmatch(r"[a-z ]{3,16}", word) or not any(p.symbol == "@i" for p in synset.pointers):
            continue
        shown = [w for w in synset.words if w.lower() == word]
        if shown and shown[0][0].isupper() and 10 <= len(synset.definition) <= 100 and not LEFT_OUT.search(synset.definition):
            found.append((net.gloss_frequency(word) if " " not in word else 0, word, synset))
    for _, word, synset in sorted(found, key=lambda f: (-f[0], f[1]))[:count]:
        title = word.title()
        asked = phrasings(f"what is {word}?", f"where is {word}?", f"tell me about {word}") + [f"What is {title}?", f"Where is {title}?", f"Tell me about {title}"]
        yield synset, record("place", word, asked, synset.definition)

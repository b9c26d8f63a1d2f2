"""The chat format, and the data files of step 1."""
import json
import zlib

BOS, EOS, USER, ASSISTANT, END = 1, 2, 3, 4, 5
SPECIAL = ["<unk>", "<s>", "</s>", "<|user|>", "<|assistant|>", "<|end|>"]
ENDS = (END, EOS, BOS)


def read(folder, name):
    with open(folder / f"{name}.jsonl") as lines:
        return [json.loads(line) for line in lines]


def asked(question_ids):
    """One question, up to where the answer begins."""
    return [USER, *question_ids, END, ASSISTANT]


def prompt(pieces, question):
    return [BOS, *asked(pieces.encode(question))]


def text_of(pieces, ids):
    return pieces.decode([i for i in ids if i > END])


def is_unseen(record, question):
    """One phrasing in fifty of every fact is never trained on; evaluate.py asks those."""
    return record["kind"] != "chat" and zlib.crc32(f"{record['word']}|{question}".encode()) % 50 == 0

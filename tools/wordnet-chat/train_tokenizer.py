#!/usr/bin/env python3
"""Step 2: trains a byte-fallback BPE with SentencePiece and writes it as Hugging Face's tokenizer.json.

usage:  python3 train_tokenizer.py --data DATA --out MODEL [--vocab 2048]     (Debian: python3-sentencepiece)
No space is put in front of a text: "a b" is the pieces "a" and "▁b", so decoding is exact.
"""
import argparse
import json
from pathlib import Path

import sentencepiece

from dialogue import SPECIAL

SPACE = "\u2581"
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '<|user|>' + message['content'] + '<|end|>' }}"
    "{% elif message['role'] == 'assistant' %}{{ '<|assistant|>' + message['content'] + '<|end|>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}")
NAMES = {"bos_token": "<s>", "eos_token": "<|end|>", "unk_token": "<unk>", "pad_token": "</s>"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--vocab", type=int, default=2048)
    parser.add_argument("--context", type=int, default=256)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    pieces = train(args.data, args.vocab)
    vocabulary = {pieces.id_to_piece(i): i for i in range(pieces.get_piece_size())}
    assert [vocabulary[s] for s in SPECIAL] == list(range(len(SPECIAL)))
    write(args.out / "tokenizer.json", tokenizer(vocabulary, merges(pieces, vocabulary)), 0)
    write(args.out / "tokenizer_config.json", tokenizer_config(args.context), 1)
    write(args.out / "special_tokens_map.json", {**NAMES, "additional_special_tokens": SPECIAL[3:]}, 1)
    print(len(vocabulary), "pieces")


def train(data, size):
    sentencepiece.SentencePieceTrainer.train(
        input=str(data / "spm.txt"), model_prefix=str(data / "spm"), model_type="bpe", vocab_size=size, byte_fallback=True, character_coverage=1.0,
        normalization_rule_name="identity", add_dummy_prefix=False, remove_extra_whitespaces=False, split_digits=True, unk_id=0, bos_id=1, eos_id=2, pad_id=-1,
        control_symbols=SPECIAL[3:], num_threads=2, max_sentence_length=10000, minloglevel=2)
    return sentencepiece.SentencePieceProcessor(model_file=str(data / "spm.model"))


def merges(pieces, vocabulary):
    """Every way to split a piece into two pieces, in the order in which the results were learned."""
    found = []
    for piece, i in vocabulary.items():
        if len(piece) < 2 or pieces.is_control(i) or pieces.is_unknown(i) or pieces.is_byte(i):
            continue
        halves = [(piece[:k], piece[k:]) for k in range(1, len(piece)) if piece[:k] in vocabulary and piece[k:] in vocabulary]
        halves.sort(key=lambda h: (vocabulary[h[0]], vocabulary[h[1]]))
        found += [(-pieces.get_score(i), i, rank, *half) for rank, half in enumerate(halves)]
    return [f"{first} {second}" for *_, first, second in sorted(found)]


def tokenizer(vocabulary, merge_rules):
    begin = {"SpecialToken": {"id": "<s>", "type_id": 0}}
    text = lambda name, kind: {"Sequence": {"id": name, "type_id": kind}}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, **special(i)} for i in range(len(SPECIAL))],
        "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": SPACE},
        "pre_tokenizer": None,
        "post_processor": {
            "type": "TemplateProcessing", "single": [begin, text("A", 0)],
            "pair": [begin, text("A", 0), {"SpecialToken": {"id": "<s>", "type_id": 1}}, text("B", 1)],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
        "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": SPACE}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": True,
            "byte_fallback": True, "ignore_merges": False, "vocab": vocabulary, "merges": merge_rules}}


def tokenizer_config(context):
    return {
        "tokenizer_class": "PreTrainedTokenizerFast", "add_bos_token": True, "add_eos_token": False, **NAMES, "clean_up_tokenization_spaces": False,
        "model_max_length": context, "chat_template": TEMPLATE, "added_tokens_decoder": {str(i): special(i) for i in range(len(SPECIAL))},
        "additional_special_tokens": SPECIAL[3:]}


def special(i):
    return {"content": SPECIAL[i], "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}


def write(path, content, indent):
    path.write_text(json.dumps(content, ensure_ascii=False, indent=indent), encoding="utf-8")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes a Llama decoder of about 130 million random weights, for measuring: the numbers mean nothing, the work is real.

usage:  /usr/bin/python3 tools/onnx-fixtures/llama130m.py FOLDER     (Debian: python3-onnx python3-numpy)
writes  FOLDER/plain and FOLDER/group-query, each in the Hugging Face layout, float32, and FOLDER/llama130m.gguf for llama.cpp:
        the same weights in all three (about 0.5 GB each)
"""
import json
import sys
from pathlib import Path

import decoder
import gguf
from decoder import Layout, Shape

SHAPE = Shape(vocabulary=32000, width=768, hidden=2240, layers=12, heads=12, kv_heads=4, head=64, context=2048)
LAYOUTS = {"plain": Layout(), "group-query": Layout(cache="gqa")}
MARKS = ["<unk>", "<s>", "</s>"]


def main(folder):
    weights = decoder.random_weights(SHAPE, seed=130)
    # Tied values, but a matrix of its own in the file, as exporters write it.
    weights["head"] = weights["embed"].T.copy() / SHAPE.width ** 0.5
    for name, layout in LAYOUTS.items():
        write(folder / name, layout, weights)
    gguf.write(folder / "llama130m.gguf", SHAPE, weights, "llama130m")


def write(folder, layout, weights):
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    decoder.write(folder / "onnx/model.onnx", decoder.model(SHAPE, layout, weights), external=True)
    save(folder / "config.json", decoder.config(SHAPE))
    # No token ends an answer: it is as long as the measurement wants.
    save(folder / "generation_config.json", {"bos_token_id": 1, "pad_token_id": 0})
    save(folder / "tokenizer.json", tokenizer())
    save(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": MARKS[1], "unk_token": MARKS[0], "chat_template": gguf.TEMPLATE})
    print(folder, sum(f.stat().st_size for f in (folder / "onnx").iterdir()) // 1_000_000, "MB")


def tokenizer():
    """Each id but the marks is a word of its own, w3 to w31999: a prompt's length is its number of words."""
    words = MARKS + [f"w{n}" for n in range(len(MARKS), SHAPE.vocabulary)]
    added = [{"id": n, "content": mark, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} for n, mark in enumerate(MARKS)]
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None, "pre_tokenizer": {"type": "WhitespaceSplit"},
            "post_processor": None, "decoder": None, "model": {"type": "WordLevel", "vocab": {word: n for n, word in enumerate(words)}, "unk_token": MARKS[0]}}


def save(path, value):
    path.write_text(json.dumps(value, indent=None if "tokenizer.json" == path.name else 1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

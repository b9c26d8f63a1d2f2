#!/usr/bin/env python3
"""Writes a Llama decoder of about 130 million random weights as ONNX, for measuring: the numbers mean nothing, the work is real.

usage:  /usr/bin/python3 tools/onnx-fixtures/llama130m.py FOLDER     (Debian: python3-onnx python3-numpy)
writes  FOLDER/plain and FOLDER/group-query, each in the Hugging Face layout, float32, the same weights in both (about 0.5 GB each)
"""
import json
import sys
from pathlib import Path

import decoder
from decoder import Layout, Shape

SHAPE = Shape(vocabulary=32000, width=768, hidden=2240, layers=12, heads=12, kv_heads=4, head=64, context=2048)
LAYOUTS = {"plain": Layout(), "group-query": Layout(cache="gqa")}


def main(folder):
    weights = decoder.random_weights(SHAPE, seed=130)
    # Tied values, but a matrix of its own in the file, as exporters write it.
    weights["head"] = weights["embed"].T.copy() / SHAPE.width ** 0.5
    for name, layout in LAYOUTS.items():
        write(folder / name, layout, weights)


def write(folder, layout, weights):
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    decoder.write(folder / "onnx/model.onnx", decoder.model(SHAPE, layout, weights), external=True)
    (folder / "config.json").write_text(json.dumps(decoder.config(SHAPE), indent=1))
    (folder / "generation_config.json").write_text(json.dumps({"bos_token_id": 1, "eos_token_id": [2], "pad_token_id": 0}, indent=1))
    print(folder, sum(f.stat().st_size for f in (folder / "onnx").iterdir()) // 1_000_000, "MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

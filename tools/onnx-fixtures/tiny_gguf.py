#!/usr/bin/env python3
"""Writes the tiny GGUF that the tests give to a real llama.cpp.

usage:  /usr/bin/python3 tools/onnx-fixtures/tiny_gguf.py     (Debian: python3-numpy)
"""
from pathlib import Path

import decoder
import gguf

SHAPE = decoder.Shape(vocabulary=512, width=32, hidden=32, layers=1, heads=2, kv_heads=1, head=16, context=512)
FILE = Path(__file__).parents[2] / "EdgeMesh.Tests/Agent/Runtimes/Engines/Fixtures/tiny-llama.gguf"


def main():
    weights = decoder.random_weights(SHAPE, seed=7)
    # Only words have a score that is not 0: an answer is readable text, and never ends by itself.
    weights["head"][:, :gguf.FIRST_WORD] = 0
    FILE.parent.mkdir(exist_ok=True)
    gguf.write(FILE, SHAPE, weights, "tiny-llama")
    print(FILE, FILE.stat().st_size, "bytes")


if __name__ == "__main__":
    main()

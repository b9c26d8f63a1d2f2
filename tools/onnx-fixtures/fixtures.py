#!/usr/bin/env python3
"""Writes the small text models that the tests of the ONNX text engine run, each with what greedy decoding must give.

usage:  /usr/bin/python3 tools/onnx-fixtures/fixtures.py     (Debian: python3-onnx python3-numpy)
writes  EdgeMesh.Tests/Agent/Runtimes/Onnx/Text/Fixtures/NAME/{config.json, generation_config.json, expected.json, onnx/model.onnx}
"""
import json
from pathlib import Path

from onnx import TensorProto as T

import decoder
import reference
from decoder import Layout, Shape

TARGET = Path(__file__).resolve().parents[2] / "EdgeMesh.Tests/Agent/Runtimes/Onnx/Text/Fixtures"
PROMPT_LENGTH, ANSWER_LENGTH = 9, 32

# Seeds whose greedy path never comes close to a tie, so that rounding cannot change it; `search` finds them.
VARIANTS = {
    "plain": Layout(),
    "no-positions": Layout(positions=False),
    "merged": Layout(merged=True),
    "group-query": Layout(cache="gqa"),
    "external-data": Layout(),
    "half": Layout(half=True, past="past.{}.{}", ids=T.INT32),
}
SMALLEST_LEAD = {False: 0.01, True: 0.05}


def main():
    for number, (name, layout) in enumerate(VARIANTS.items()):
        write(name, layout, first_seed=1000 * (number + 1))


def write(name, layout, first_seed):
    shape, folder = Shape(), TARGET / name
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    seed, weights, prompt, answer, lead = search(shape, layout, first_seed)
    decoder.write(folder / "onnx/model.onnx", decoder.model(shape, layout, weights), external=name == "external-data")
    put(folder / "config.json", decoder.config(shape))
    put(folder / "generation_config.json", {"bos_token_id": 1, "eos_token_id": [2], "pad_token_id": 0, "do_sample": False})
    put(folder / "expected.json", {"seed": seed, "prompt": prompt, "greedy": answer, "smallest_lead": round(lead, 4)})
    size = sum(f.stat().st_size for f in (folder / "onnx").iterdir())
    print(f"{name}: seed {seed}, {size} bytes, smallest lead {lead:.3f}, {len(set(answer))} different tokens")


def search(shape, layout, seed):
    while True:
        weights = decoder.random_weights(shape, seed, layout.half)
        prompt = [1] + [(seed * 7 + 5 * i) % (shape.vocabulary - 3) + 3 for i in range(PROMPT_LENGTH - 1)]
        answer, lead = reference.greedy(shape, weights, prompt, ANSWER_LENGTH)
        if lead > SMALLEST_LEAD[layout.half] and len(set(answer)) > 8:
            return seed, weights, prompt, answer, lead
        seed += 1


def put(path, content):
    path.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Step 6: lists the everyday questions that the model answers word for word as its data says; the chat offers these.

usage:  python3 suggest.py --data DATA --ckpt CHECKPOINTS/final.pt --out MODEL     (Debian: python3-torch python3-sentencepiece)
"""
import argparse
import json
from pathlib import Path

import sentencepiece
import torch

from dialogue import ENDS, prompt, read, text_of
from model import greedy, load

# Only everyday words have a weight above these.
COMMON_WEIGHT = {"define": 1.0, "kind": 1.0, "opposite": 0.8}


def main():
    parser = argparse.ArgumentParser()
    for name in ("data", "ckpt", "out"):
        parser.add_argument("--" + name, type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model, _ = load(args.ckpt)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(args.data / "spm.model"))
    everyday = [r for r in read(args.data, "core") if r["w"] > COMMON_WEIGHT.get(r["kind"], float("inf"))]
    right = [r["q"][0] for r in everyday if text_of(pieces, greedy(model, prompt(pieces, r["q"][0]), 60, ENDS)) == r["a"]]
    (args.out / "suggestions.json").write_text(json.dumps(right, indent=0))
    print(f"{len(right)} of {len(everyday)} everyday questions answered word for word")


if __name__ == "__main__":
    main()

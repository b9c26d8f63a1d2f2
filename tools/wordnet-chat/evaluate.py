#!/usr/bin/env python3
"""Step 5: writes golden.json from the PyTorch model, and measures the model honestly.

usage:  python3 evaluate.py --data DATA --ckpt CHECKPOINTS/final.pt --out MODEL [--facts 600]     (Debian: python3-torch python3-sentencepiece)

golden.json     8 prompts and 60 greedy tokens each; they go on after the end token so that engines can be compared on all 60.
                stop_at is the index of the end token; min_gap_* is the smallest lead of the best token over the second on the way.
metrics.json    beside the checkpoint: perplexity on held-out definitions, and how many facts are recited word for word when asked in a
                phrasing that was never trained on.
"""
import argparse
import json
import math
import random
from pathlib import Path

import sentencepiece
import torch
import torch.nn.functional as F

from dialogue import BOS, END, ENDS, EOS, is_unseen, prompt, read, text_of
from model import greedy, load

PROMPTS = ["what is a bicycle?", "What is a computer?", "define river", "give an example sentence with run", "what kind of thing is a hammer?",
           "what is the opposite of hot?", "name three kinds of bird", "Who are you?"]
GOLDEN_TOKENS, LONGEST_ANSWER = 60, 80


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--ckpt", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--facts", type=int, default=600)
    args = parser.parse_args()
    torch.set_num_threads(1)    # tiny products: threads only get in the way
    model, checkpoint = load(args.ckpt)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(args.data / "spm.model"))
    cases = [golden_case(model, pieces, p) for p in PROMPTS]
    golden = '{"engine": "pytorch fp32, greedy", "cases": [\n' + ",\n".join(map(json.dumps, cases)) + "\n]}\n"
    (args.out / "golden.json").write_text(golden)
    metrics = measure(model, pieces, args.data, args.facts)
    metrics.update({k: checkpoint.get(k) for k in ("step", "tokens", "seconds", "train_loss")})
    (args.ckpt.parent / "metrics.json").write_text(json.dumps(metrics, indent=1))
    print(json.dumps(metrics, indent=1))


@torch.no_grad()
def golden_case(model, pieces, question):
    ids = prompt(pieces, question)
    answer = greedy(model, ids, GOLDEN_TOKENS)
    stop = next((i for i, t in enumerate(answer) if t in ENDS), len(answer))
    # One pass over all shows how clear every choice was.
    logits = model(torch.tensor([ids + answer[:-1]]))[0][0, len(ids) - 1:]
    top = logits.topk(5, -1)
    gaps = (top.values[:, 0] - top.values[:, 1]).tolist()
    return {"prompt": question, "rendered": f"<s><|user|>{question}<|end|><|assistant|>", "prompt_ids": ids, "output_ids": answer, "stop_at": stop,
            "first_top5_ids": top.indices[0].tolist(), "first_top5_logits": [round(v, 4) for v in top.values[0].tolist()],
            "min_gap_answer": round(min(gaps[:stop + 1]), 4), "min_gap_all": round(min(gaps), 4), "answer": text_of(pieces, answer[:stop])}


def measure(model, pieces, data, facts):
    heldout, chance = read(data, "heldout"), random.Random(7)
    unseen = [(r, q) for r in read(data, "core") for q in r["q"] if is_unseen(r, q)]
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "heldout_text_perplexity": perplexity(model, (([BOS, *pieces.encode(r["text"])[:253], EOS], 1) for r in heldout)),
        "heldout_answer_perplexity": perplexity(model, (answered(pieces, r["q"][0], r["a"]) for r in heldout)),
        "unseen_phrasing_perplexity": perplexity(model, (answered(pieces, q, r["a"]) for r, q in chance.sample(unseen, min(1500, len(unseen))))),
        "unseen_phrasing_word_for_word": word_for_word(model, pieces, chance.sample(unseen, min(facts, len(unseen))))}


def answered(pieces, question, answer):
    """Ids, and the index from which they count."""
    before = prompt(pieces, question)
    return [*before, *pieces.encode(answer), END], len(before)


@torch.no_grad()
def perplexity(model, sequences):
    loss, count = 0.0, 0
    for ids, start in sequences:
        x = torch.tensor([ids])
        logits, _ = model(x[:, :-1])
        loss += F.cross_entropy(logits[0, start - 1:], x[0, start:], reduction="sum").item()
        count += len(ids) - start
    return round(math.exp(loss / count), 3)


def word_for_word(model, pieces, asked):
    """Kind of fact → "right/asked"."""
    counts = {}
    for r, question in asked:
        right = text_of(pieces, greedy(model, prompt(pieces, question), LONGEST_ANSWER, ENDS)) == r["a"]
        for kind in (r["kind"], "all"):
            hits, total = counts.get(kind, (0, 0))
            counts[kind] = (hits + right, total + 1)
    return {kind: f"{hits}/{total}" for kind, (hits, total) in sorted(counts.items())}


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Step 3: trains the model from nothing on the CPU.

usage:  python3 train.py --data DATA --ckpt CHECKPOINTS [--minutes 36] [--threads 2]     (Debian: python3-torch python3-sentencepiece)
The learning rate follows a cosine over the time that has passed, so the run ends when the minutes are spent; a repetition gives a similar
model, not the same bytes. The first 70 % of the time uses rows of 128 tokens, the rest the whole context.
"""
import argparse
import itertools
import math
import os
import random
import time
from dataclasses import asdict
from pathlib import Path

import sentencepiece
import torch
import torch.nn.functional as F

from dialogue import BOS, END, EOS, asked, is_unseen, read
from model import Config, Llama

SHORT_ROW, SHORT_SHARE, WARM_STEPS = 128, 0.7, 150


class Examples:
    """Endless rows of conversations and plain definitions; only answers and definitions are learned, not questions."""

    def __init__(self, data, pieces, general_share):
        self.chance, self.pieces, self.general_share = random.Random(1234), pieces, general_share
        self.core = read(data, "core") + read(data, "chat")
        self.general = read(data, "general")
        for r in self.core:
            r["questions"] = pieces.encode([q for q in r["q"] if not is_unseen(r, q)])
            r["answer"] = pieces.encode(r["a"])
        for r in self.general:
            r["definition"] = pieces.encode(r["text"])
        self.core_weights = list(itertools.accumulate(r["w"] for r in self.core))
        self.general_weights = list(itertools.accumulate(r["w"] for r in self.general))

    def batch(self, rows, length):
        made = [self.row(length) for _ in range(rows)]
        ids, learned = (torch.tensor(part) for part in zip(*made))
        return ids[:, :-1], ids[:, 1:], learned[:, 1:]

    def row(self, length):
        ids, learned = [], []
        while len(ids) <= length:
            more, mask = self.document()
            ids += more
            learned += mask
        return ids[:length + 1], learned[:length + 1]

    def document(self):
        return self.definition() if self.chance.random() < self.general_share else self.conversation()

    def definition(self):
        r = self.chance.choices(self.general, cum_weights=self.general_weights)[0]
        if self.chance.random() < 0.5:
            ids = [BOS, *r["definition"], EOS]
            return ids, [0] + [1] * (len(ids) - 1)
        ids, learned = turn(self.pieces.encode(self.chance.choice(r["q"])), self.pieces.encode(r["a"]))
        return [BOS, *ids], [0, *learned]

    def conversation(self):
        ids, learned = [BOS], [0]
        for _ in range(self.chance.choice((1, 1, 1, 2, 3, 4))):
            r = self.chance.choices(self.core, cum_weights=self.core_weights)[0]
            if r["questions"]:
                more, mask = turn(self.chance.choice(r["questions"]), r["answer"])
                ids += more
                learned += mask
        return ids, learned


def turn(question, answer):
    before = asked(question)
    return [*before, *answer, END], [0] * len(before) + [1] * (len(answer) + 1)


def main():
    args = arguments()
    args.ckpt.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(1234)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(args.data / "spm.model"))
    examples = Examples(args.data, pieces, args.general)
    heldout = read(args.data, "heldout")
    model = Llama(Config(vocab_size=pieces.get_piece_size()))
    print("parameters", sum(p.numel() for p in model.parameters()), flush=True)
    facts = train(model, examples, args, lambda: perplexity(model, pieces, heldout[:400]))
    save(model, args.ckpt / "final.pt", {**facts, "heldout_ppl": perplexity(model, pieces, heldout)})


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--ckpt", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=36)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rate", type=float, default=3e-3, help="peak learning rate")
    parser.add_argument("--rows", type=int, default=32, help="rows of 128 tokens per step")
    parser.add_argument("--general", type=float, default=0.2, help="share of documents about uncommon words")
    return parser.parse_args()


def train(model, examples, args, measure):
    optimizer = make_optimizer(model, args.rate)
    start, step, seen, loss_now, last_save = time.time(), 0, 0, None, 0.0
    while (share := (time.time() - start) / (args.minutes * 60)) < 1:
        set_rate(optimizer, args.rate, step, share)
        inputs, targets, learned = examples.batch(args.rows, SHORT_ROW) if share < SHORT_SHARE else examples.batch(args.rows // 2, model.c.context)
        loss = one_step(model, optimizer, inputs, targets, learned)
        step, seen = step + 1, seen + inputs.numel()
        loss_now = loss if loss_now is None else 0.98 * loss_now + 0.02 * loss
        if time.time() - start - last_save > 240:
            last_save = time.time() - start
            save(model, args.ckpt / "last.pt", {"step": step, "tokens": seen})
            print(f"{last_save:6.0f} s, step {step}, {seen / 1e6:.2f}M tokens, loss {loss_now:.3f}, held-out perplexity {measure():.2f}", flush=True)
    return {"step": step, "tokens": seen, "seconds": time.time() - start, "train_loss": loss_now}


def make_optimizer(model, rate):
    matrices = [p for p in model.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if p.dim() != 2]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-8)


def set_rate(optimizer, peak, step, share):
    warm = min(1.0, (step + 1) / WARM_STEPS)
    for group in optimizer.param_groups:
        group["lr"] = peak * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))


def one_step(model, optimizer, inputs, targets, learned):
    wanted = learned.reshape(-1).nonzero().squeeze(1)
    with torch.autocast("cpu", dtype=torch.bfloat16):   # only the matrix products; weights and sums stay float32
        logits, _ = model(inputs, select=wanted)
    loss = F.cross_entropy(logits.float(), targets.reshape(-1)[wanted])
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


@torch.no_grad()
def perplexity(model, pieces, records):
    """Of definitions that were never trained on, as plain text, one per row."""
    model.eval()
    loss, count = 0.0, 0
    for r in records:
        ids = torch.tensor([[BOS, *pieces.encode(r["text"])[:model.c.context - 2], EOS]])
        logits, _ = model(ids[:, :-1])
        loss += F.cross_entropy(logits[0], ids[0, 1:], reduction="sum").item()
        count += ids.shape[1] - 1
    model.train()
    return math.exp(loss / count)


def save(model, path, facts):
    """Never leaves half a file."""
    half = path.with_suffix(".tmp")
    torch.save({"config": asdict(model.c), "model": model.state_dict(), **facts}, half)
    os.replace(half, path)


if __name__ == "__main__":
    main()

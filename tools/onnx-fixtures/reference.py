"""The same decoder in numpy, without any cache: every step computes the whole sequence again. What the engine must agree with."""
import numpy as np

from decoder import rotary_angles


def greedy(shape, weights, prompt, count):
    """Returns the ids and the smallest lead that a chosen token had over the second best."""
    ids, lead = list(prompt), np.inf
    for _ in range(count):
        scores = logits(shape, weights, ids)
        second, best = np.sort(scores)[-2:]
        lead = min(lead, best - second)
        ids.append(int(scores.argmax()))
    return ids[len(prompt):], float(lead)


def logits(shape, weights, ids):
    """The logits after the last token."""
    w = {name: value.astype(np.float64) for name, value in weights.items()}
    x = w["embed"][ids]
    for n in range(shape.layers):
        h = norm(x, w[f"{n}.attention_norm"], shape.eps)
        x = x + attention(shape, h @ w[f"{n}.q"], h @ w[f"{n}.k"], h @ w[f"{n}.v"]) @ w[f"{n}.o"]
        h = norm(x, w[f"{n}.mlp_norm"], shape.eps)
        gate = h @ w[f"{n}.gate"]
        x = x + (gate / (1 + np.exp(-gate)) * (h @ w[f"{n}.up"])) @ w[f"{n}.down"]
    return norm(x[-1], w["norm"], shape.eps) @ w["head"]


def norm(x, scale, eps):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * scale


def attention(shape, q, k, v):
    length = len(q)
    angles = rotary_angles(shape)[:length]
    split = lambda x, heads: x.reshape(length, heads, shape.head).transpose(1, 0, 2)
    times = shape.heads // shape.kv_heads
    q = rotate(split(q, shape.heads), angles)
    k = rotate(split(k, shape.kv_heads), angles).repeat(times, 0)
    v = split(v, shape.kv_heads).repeat(times, 0)
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(shape.head)
    scores = np.where(np.tril(np.ones((length, length), bool)), scores, -np.inf)
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    return (shares @ v).transpose(1, 0, 2).reshape(length, -1)


def rotate(x, angles):
    first, second = np.split(x, 2, -1)
    cos, sin = np.cos(angles), np.sin(angles)
    return np.concatenate([first * cos - second * sin, second * cos + first * sin], -1)

"""The decoder in plain PyTorch: Llama's architecture (RMSNorm, rotary positions, SwiGLU, grouped-query attention, tied embeddings)."""
import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class Config:
    vocab_size: int = 2048
    dim: int = 192
    hidden: int = 352
    layers: int = 5
    heads: int = 6
    kv_heads: int = 2
    head_dim: int = 32
    context: int = 256
    eps: float = 1e-5
    theta: float = 10000.0


class RMSNorm(nn.Module):
    def __init__(self, dim, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(dim)), eps

    def forward(self, x):
        wide = x.float()
        return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)).to(x.dtype) * self.weight


def rotate(x, cos, sin):
    """x is [batch, heads, sequence, head_dim]."""
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat((-second, first), -1) * sin


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.q_proj = nn.Linear(c.dim, c.heads * c.head_dim, bias=False)
        self.k_proj = nn.Linear(c.dim, c.kv_heads * c.head_dim, bias=False)
        self.v_proj = nn.Linear(c.dim, c.kv_heads * c.head_dim, bias=False)
        self.o_proj = nn.Linear(c.heads * c.head_dim, c.dim, bias=False)

    def forward(self, x, cos, sin, mask, past):
        c, (batch, length, _) = self.c, x.shape
        heads = lambda y, count: y.view(batch, length, count, c.head_dim).transpose(1, 2)
        q = rotate(heads(self.q_proj(x), c.heads), cos, sin)
        k = rotate(heads(self.k_proj(x), c.kv_heads), cos, sin)
        v = heads(self.v_proj(x), c.kv_heads)
        if past is not None:
            k, v = torch.cat((past[0], k), 2), torch.cat((past[1], v), 2)
        return self.o_proj(self.mix(q, k, v, mask)), (k, v)

    def mix(self, q, k, v, mask):
        """The query heads that share a key/value head are laid behind each other, so that keys and values need no copies."""
        c, batch, length, total = self.c, q.shape[0], q.shape[2], k.shape[2]
        groups, shared = c.heads // c.kv_heads, batch * c.kv_heads
        grouped = q.reshape(shared, groups * length, c.head_dim) / math.sqrt(c.head_dim)
        scores = torch.bmm(grouped, k.reshape(shared, total, c.head_dim).transpose(1, 2)).view(shared, groups, length, total) + mask
        mixed = torch.bmm(F.softmax(scores, -1).view(shared, groups * length, total), v.reshape(shared, total, c.head_dim))
        return mixed.view(batch, c.heads, length, c.head_dim).transpose(1, 2).reshape(batch, length, -1)


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = RMSNorm(c.dim, c.eps), RMSNorm(c.dim, c.eps)
        self.attention = Attention(c)
        self.gate_proj, self.up_proj = nn.Linear(c.dim, c.hidden, bias=False), nn.Linear(c.dim, c.hidden, bias=False)
        self.down_proj = nn.Linear(c.hidden, c.dim, bias=False)

    def forward(self, x, cos, sin, mask, past=None):
        mixed, kept = self.attention(self.input_layernorm(x), cos, sin, mask, past)
        x = x + mixed
        h = self.post_attention_layernorm(x)
        return x + self.down_proj(F.silu(self.gate_proj(h)) * self.up_proj(h)), kept


class Llama(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.embed_tokens = nn.Embedding(c.vocab_size, c.dim)
        self.layers = nn.ModuleList(Block(c) for _ in range(c.layers))
        self.norm = RMSNorm(c.dim, c.eps)
        self.add_rotary_tables()
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=self.first_scale(name, weight))

    def add_rotary_tables(self):
        inverse = 1.0 / self.c.theta ** (torch.arange(0, self.c.head_dim, 2).double() / self.c.head_dim)
        angles = torch.outer(torch.arange(self.c.context).double(), inverse)
        angles = torch.cat((angles, angles), -1)
        self.register_buffer("cos", angles.cos().float(), persistent=False)
        self.register_buffer("sin", angles.sin().float(), persistent=False)

    def first_scale(self, name, weight):
        """Matrices that write into the residual stream start smaller, the deeper the model."""
        if "embed" in name:
            return 0.02
        writes = "o_proj" in name or "down_proj" in name
        return weight.shape[1] ** -0.5 * (0.5 / self.c.layers ** 0.5 if writes else 0.8)

    def forward(self, ids, past=None, select=None):
        """select: flat positions whose logits are wanted (training); None for all."""
        done = past[0][0].shape[2] if past else 0
        length = ids.shape[1]
        cos, sin = self.cos[done:done + length], self.sin[done:done + length]
        mask = torch.full((length, done + length), float("-inf")).triu(done + 1)
        x, kept = self.embed_tokens(ids), []
        for i, layer in enumerate(self.layers):
            x, pair = layer(x, cos, sin, mask, past[i] if past else None)
            kept.append(pair)
        x = self.norm(x)
        if select is not None:
            x = x.reshape(-1, x.shape[-1])[select]
        return F.linear(x, self.embed_tokens.weight), kept


@torch.no_grad()
def greedy(model, ids, count, ends=()):
    answer, past, new = [], None, torch.tensor([ids])
    while len(answer) < count:
        logits, past = model(new, past)
        token = int(logits[0, -1].argmax())
        answer.append(token)
        if token in ends:
            break
        new = torch.tensor([[token]])
    return answer


def load(path):
    checkpoint = torch.load(path, map_location="cpu")
    model = Llama(Config(**checkpoint["config"]))
    model.load_state_dict(checkpoint["model"])
    return model.eval(), checkpoint

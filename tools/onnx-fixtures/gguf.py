"""Writes the decoder of decoder.py as GGUF, float32, for llama.cpp: the same weights give the same tokens."""
import struct

import numpy as np

ALIGNMENT = 32
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6
FLOAT32_TENSOR = 0
TEMPLATE = "{% for message in messages %}{{ message['content'] }} {% endfor %}"

UNKNOWN_ID, BEGIN_ID, END_ID = 0, 1, 2
FIRST_BYTE = 3
FIRST_CHARACTER = FIRST_BYTE + 256
FIRST_WORD = FIRST_CHARACTER + 95


def pieces(vocabulary):
    """A SentencePiece vocabulary that can spell every text: marks, bytes, the printable characters, and made-up words for the rest."""
    yield from (("<unk>", UNKNOWN), ("<s>", CONTROL), ("</s>", CONTROL))
    yield from ((f"<0x{byte:02X}>", BYTE) for byte in range(256))
    yield from (("\u2581" if c == " " else c, NORMAL) for c in map(chr, range(32, 127)))
    yield from ((f"\u2581w{n}", NORMAL) for n in range(FIRST_WORD, vocabulary))


def tensors(shape, weights):
    """Name -> array as llama.cpp wants it: matrices [out, in], and the rotated halves of queries and keys interleaved."""
    yield "token_embd.weight", weights["embed"]
    yield "output_norm.weight", weights["norm"]
    yield "output.weight", weights["head"].T
    plain = {"v": "attn_v", "o": "attn_output", "gate": "ffn_gate", "up": "ffn_up", "down": "ffn_down"}
    for layer in range(shape.layers):
        yield f"blk.{layer}.attn_norm.weight", weights[f"{layer}.attention_norm"]
        yield f"blk.{layer}.ffn_norm.weight", weights[f"{layer}.mlp_norm"]
        yield f"blk.{layer}.attn_q.weight", interleaved(weights[f"{layer}.q"], shape.heads)
        yield f"blk.{layer}.attn_k.weight", interleaved(weights[f"{layer}.k"], shape.kv_heads)
        for ours, theirs in plain.items():
            yield f"blk.{layer}.{theirs}.weight", weights[f"{layer}.{ours}"].T


def interleaved(matrix, heads):
    rows = matrix.T
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)


def facts(shape, name):
    vocabulary = list(pieces(shape.vocabulary))
    return [
        ("general.architecture", STRING, "llama"), ("general.name", STRING, name),
        ("llama.vocab_size", UINT32, shape.vocabulary), ("llama.context_length", UINT32, shape.context),
        ("llama.embedding_length", UINT32, shape.width), ("llama.block_count", UINT32, shape.layers),
        ("llama.feed_forward_length", UINT32, shape.hidden), ("llama.attention.head_count", UINT32, shape.heads),
        ("llama.attention.head_count_kv", UINT32, shape.kv_heads), ("llama.attention.key_length", UINT32, shape.head),
        ("llama.attention.value_length", UINT32, shape.head), ("llama.attention.layer_norm_rms_epsilon", FLOAT32, shape.eps),
        ("llama.rope.dimension_count", UINT32, shape.head), ("llama.rope.freq_base", FLOAT32, shape.theta),
        ("tokenizer.ggml.model", STRING, "llama"),
        ("tokenizer.ggml.tokens", (ARRAY, STRING), [piece for piece, _ in vocabulary]),
        ("tokenizer.ggml.scores", (ARRAY, FLOAT32), [-float(n) for n in range(len(vocabulary))]),
        ("tokenizer.ggml.token_type", (ARRAY, INT32), [kind for _, kind in vocabulary]),
        ("tokenizer.ggml.unknown_token_id", UINT32, UNKNOWN_ID), ("tokenizer.ggml.bos_token_id", UINT32, BEGIN_ID),
        ("tokenizer.ggml.eos_token_id", UINT32, END_ID), ("tokenizer.ggml.add_bos_token", BOOL, True),
        ("tokenizer.ggml.add_space_prefix", BOOL, False), ("tokenizer.chat_template", STRING, TEMPLATE),
    ]


def encode(kind, value):
    if isinstance(kind, tuple):
        return struct.pack("<IQ", kind[1], len(value)) + b"".join(encode(kind[1], v) for v in value)
    if kind == STRING:
        text = value.encode()
        return struct.pack("<Q", len(text)) + text
    return struct.pack({UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}[kind], value)


def write(path, shape, weights, name):
    described = facts(shape, name)
    arrays = [(n, np.ascontiguousarray(a, np.float32)) for n, a in tensors(shape, weights)]
    with open(path, "wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, len(arrays), len(described)))
        for key, kind, value in described:
            file.write(encode(STRING, key) + struct.pack("<I", kind[0] if isinstance(kind, tuple) else kind) + encode(kind, value))
        offset = 0
        for name, array in arrays:
            file.write(encode(STRING, name) + struct.pack(f"<I{array.ndim}QIQ", array.ndim, *reversed(array.shape), FLOAT32_TENSOR, offset))
            offset += padded(array.nbytes)
        file.write(bytes(padded(file.tell()) - file.tell()))
        for _, array in arrays:
            file.write(array.tobytes() + bytes(padded(array.nbytes) - array.nbytes))


def padded(size):
    return (size + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT

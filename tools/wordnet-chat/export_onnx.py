#!/usr/bin/env python3
"""Step 4: exports a checkpoint in the Hugging Face Optimum decoder layout, with config.json and generation_config.json.

usage:  python3 export_onnx.py --ckpt CHECKPOINTS/final.pt --out MODEL     (Debian: python3-torch python3-onnx python3-numpy)

inputs   input_ids, position_ids [batch, sequence], attention_mask [batch, past + sequence] (int64), past_key_values.N.key / .value [batch, kv_heads, past, head_dim]
outputs  logits [batch, sequence, vocabulary] float32, present.N.key / .value [batch, kv_heads, past + sequence, head_dim]
Standard operators of opset 14 only, so that every execution provider has a chance. model_fp16.onnx has float16 weights and cache; norms and
rotary angles stay float32 in it.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto as T, helper as H, numpy_helper as NH

from model import Config

FAR = 2 ** 31 - 1


class Exporter:
    def __init__(self, config, weights, dtype):
        self.c, self.w, self.dtype = config, weights, dtype
        self.half = dtype == np.float16
        self.float = T.FLOAT16 if self.half else T.FLOAT
        self.nodes, self.constants = [], {}

    # ---- small helpers

    def const(self, name, value):
        self.constants.setdefault(name, NH.from_array(np.array(value, order="C"), name))
        return name

    def ints(self, *values):
        return self.const("ints_" + "_".join(map(str, values)), np.array(values, np.int64))

    def op(self, kind, inputs, name, **attributes):
        self.nodes.append(H.make_node(kind, inputs, [name], name="/" + name.replace(".", "/") + "/" + kind, **attributes))
        return name

    def linear(self, x, name):
        """PyTorch keeps [out, in]."""
        return self.op("MatMul", [x, self.const(name + ".weight_T", self.w[name + ".weight"].T.astype(self.dtype))], name + ".out")

    def norm(self, x, name):
        wide = self.op("Cast", [x], name + ".f32", to=T.FLOAT) if self.half else x
        mean = self.op("ReduceMean", [self.op("Mul", [wide, wide], name + ".square")], name + ".mean", axes=[-1], keepdims=1)
        root = self.op("Sqrt", [self.op("Add", [mean, self.const("eps", np.float32(self.c.eps))], name + ".plus_eps")], name + ".root")
        unit = self.op("Div", [wide, root], name + ".unit")
        unit = self.op("Cast", [unit], name + ".f16", to=self.float) if self.half else unit
        return self.op("Mul", [unit, self.const(name + ".weight", self.w[name + ".weight"].astype(self.dtype))], name + ".out")

    # ---- the graph

    def model(self):
        embedding = self.const("embed_tokens.weight", self.w["embed_tokens.weight"].astype(self.dtype))
        self.rotary_tables()
        self.sizes_and_mask()
        x = self.op("Gather", [embedding, "input_ids"], "embed")
        for n in range(self.c.layers):
            x = self.layer(x, n)
        x = self.norm(x, "norm")
        logits = self.op("MatMul", [x, self.op("Transpose", [embedding], "lm_head.weight_T", perm=[1, 0])], "logits.raw" if self.half else "logits")
        if self.half:
            self.op("Cast", [logits], "logits", to=T.FLOAT)
        return self.wrapped()

    def rotary_tables(self):
        inverse = 1.0 / self.c.theta ** (np.arange(0, self.c.head_dim, 2, dtype=np.float64) / self.c.head_dim)
        positions = self.op("Unsqueeze", [self.op("Cast", ["position_ids"], "position.float", to=T.FLOAT), self.ints(2)], "position.column")
        angles = self.op("Mul", [positions, self.const("inv_freq", inverse.astype(np.float32).reshape(1, 1, -1))], "rope.half")
        angles = self.op("Concat", [angles, angles], "rope.angle", axis=-1)
        self.cos, self.sin = (
            self.op("Cast", [self.op("Unsqueeze", [self.op(kind, [angles], f"rope.{kind}32"), self.ints(1)], f"rope.{kind}_heads")], f"rope.{kind}", to=self.float)
            for kind in ("Cos", "Sin"))

    def sizes_and_mask(self):
        """The mask is added to the scores: key j is visible to query i when j <= past + i and its attention_mask is 1."""
        zero, one = self.const("zero", np.int64(0)), self.const("one", np.int64(1))
        shape = self.op("Shape", ["input_ids"], "input_ids.shape")
        batch, sequence = self.op("Gather", [shape, zero], "batch"), self.op("Gather", [shape, one], "sequence")
        total = self.op("Gather", [self.op("Shape", ["attention_mask"], "attention_mask.shape"), one], "total")
        past = self.op("Sub", [total, sequence], "past")
        query = self.op("Unsqueeze", [self.op("Range", [past, total, one], "query.range"), self.ints(1)], "query.index")
        key = self.op("Unsqueeze", [self.op("Range", [zero, total, one], "key.range"), self.ints(0)], "key.index")
        allowed = self.op("Unsqueeze", [self.op("Cast", ["attention_mask"], "mask.bool", to=T.BOOL), self.ints(1, 2)], "mask.keys")
        visible = self.op("And", [self.op("LessOrEqual", [key, query], "mask.causal"), allowed], "mask.visible")
        shown, hidden = self.const("mask.zero", np.array(0, self.dtype)), self.const("mask.min", np.array(np.finfo(self.dtype).min, self.dtype))
        self.mask = self.op("Where", [visible, shown, hidden], "mask.additive")
        c, b, t = self.c, self.op("Unsqueeze", [batch, self.ints(0)], "batch.vector"), self.op("Unsqueeze", [total, self.ints(0)], "total.vector")
        self.copied = self.op("Concat", [b, self.ints(c.kv_heads), self.ints(c.heads // c.kv_heads), t, self.ints(c.head_dim)], "kv.copied_shape", axis=0)
        self.repeated = self.op("Concat", [b, self.ints(c.heads), t, self.ints(c.head_dim)], "kv.repeated_shape", axis=0)

    def layer(self, x, n):
        p = f"layers.{n}."
        x = self.op("Add", [x, self.attention(self.norm(x, p + "input_layernorm"), n)], p + "residual1")
        h = self.norm(x, p + "post_attention_layernorm")
        gate = self.linear(h, p + "gate_proj")
        gate = self.op("Mul", [gate, self.op("Sigmoid", [gate], p + "sigmoid")], p + "silu")
        h = self.op("Mul", [gate, self.linear(h, p + "up_proj")], p + "gated")
        return self.op("Add", [x, self.linear(h, p + "down_proj")], p + "residual2")

    def attention(self, h, n):
        c, p = self.c, f"layers.{n}.attention."
        q = self.rotated(self.heads(self.linear(h, p + "q_proj"), c.heads, p + "q"), p + "q")
        k = self.rotated(self.heads(self.linear(h, p + "k_proj"), c.kv_heads, p + "k"), p + "k")
        v = self.heads(self.linear(h, p + "v_proj"), c.kv_heads, p + "v")
        k = self.op("Concat", [f"past_key_values.{n}.key", k], f"present.{n}.key", axis=2)
        v = self.op("Concat", [f"past_key_values.{n}.value", v], f"present.{n}.value", axis=2)
        turned = self.op("Transpose", [self.repeat(k, p + "k")], p + "k.turned", perm=[0, 1, 3, 2])
        q = self.op("Mul", [q, self.const("scale", np.array(1 / np.sqrt(c.head_dim), self.dtype))], p + "q.scaled")
        scores = self.op("Add", [self.op("MatMul", [q, turned], p + "scores"), self.mask], p + "scores.masked")
        mixed = self.op("MatMul", [self.op("Softmax", [scores], p + "shares", axis=-1), self.repeat(v, p + "v")], p + "mixed")
        mixed = self.op("Transpose", [mixed], p + "mixed.turned", perm=[0, 2, 1, 3])
        return self.linear(self.op("Reshape", [mixed, self.ints(0, 0, c.heads * c.head_dim)], p + "joined"), p + "o_proj")

    def heads(self, x, count, name):
        return self.op("Transpose", [self.op("Reshape", [x, self.ints(0, 0, count, self.c.head_dim)], name + ".split")], name + ".heads", perm=[0, 2, 1, 3])

    def rotated(self, x, name):
        half = self.c.head_dim // 2
        first = self.op("Slice", [x, self.ints(0), self.ints(half), self.ints(3)], name + ".first")
        second = self.op("Slice", [x, self.ints(half), self.ints(FAR), self.ints(3)], name + ".second")
        turned = self.op("Concat", [self.op("Neg", [second], name + ".minus"), first], name + ".turned_half", axis=-1)
        return self.op("Add", [self.op("Mul", [x, self.cos], name + ".by_cos"), self.op("Mul", [turned, self.sin], name + ".by_sin")], name + ".rotated")

    def repeat(self, x, name):
        """One copy of each key/value head per query head."""
        copies = self.op("Expand", [self.op("Unsqueeze", [x, self.ints(2)], name + ".one"), self.copied], name + ".copies")
        return self.op("Reshape", [copies, self.repeated], name + ".repeated")

    def wrapped(self):
        c, info = self.c, H.make_tensor_value_info
        total = "past_sequence_length + sequence_length"
        inputs = [info("input_ids", T.INT64, ["batch_size", "sequence_length"]), info("attention_mask", T.INT64, ["batch_size", total]),
                  info("position_ids", T.INT64, ["batch_size", "sequence_length"])]
        outputs = [info("logits", T.FLOAT, ["batch_size", "sequence_length", c.vocab_size])]
        for n in range(c.layers):
            for part in ("key", "value"):
                inputs.append(info(f"past_key_values.{n}.{part}", self.float, ["batch_size", c.kv_heads, "past_sequence_length", c.head_dim]))
                outputs.append(info(f"present.{n}.{part}", self.float, ["batch_size", c.kv_heads, total, c.head_dim]))
        graph = H.make_graph(self.nodes, "main_graph", inputs, outputs, list(self.constants.values()))
        made = H.make_model(graph, producer_name="edgemesh", opset_imports=[H.make_opsetid("", 14)])
        made.ir_version = 8
        onnx.checker.check_model(made, full_check=True)
        return made


def config_of(c):
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": c.vocab_size, "hidden_size": c.dim, "intermediate_size": c.hidden,
        "num_hidden_layers": c.layers, "num_attention_heads": c.heads, "num_key_value_heads": c.kv_heads, "head_dim": c.head_dim, "hidden_act": "silu",
        "max_position_embeddings": c.context, "rms_norm_eps": c.eps, "rope_theta": c.theta, "rope_scaling": None, "tie_word_embeddings": True,
        "attention_bias": False, "mlp_bias": False, "attention_dropout": 0.0, "initializer_range": 0.02, "bos_token_id": 1, "eos_token_id": 5,
        "pad_token_id": 2, "torch_dtype": "float32", "use_cache": True}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ckpt", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    checkpoint = torch.load(args.ckpt, map_location="cpu")
    config = Config(**checkpoint["config"])
    weights = {name: w.float().numpy() for name, w in checkpoint["model"].items()}
    (args.out / "onnx").mkdir(parents=True, exist_ok=True)
    for name, dtype in (("model", np.float32), ("model_fp16", np.float16)):
        onnx.save(Exporter(config, weights, dtype).model(), str(args.out / "onnx" / f"{name}.onnx"))
    (args.out / "config.json").write_text(json.dumps(config_of(config), indent=1))
    generation = {"bos_token_id": 1, "eos_token_id": [5, 2, 1], "pad_token_id": 2, "do_sample": False, "max_length": config.context}
    (args.out / "generation_config.json").write_text(json.dumps(generation, indent=1))


if __name__ == "__main__":
    main()

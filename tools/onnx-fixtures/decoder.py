"""Writes a Llama-shaped decoder with random weights as ONNX, in the layouts that exporters really produce.

The layouts differ in how the cache is kept (Concat, or GroupQueryAttention that writes into the past), in whether positions are an input, in the
names and types of the cache, and in whether the graph is split in two branches ("merged", use_cache_branch).
"""
from dataclasses import dataclass

import numpy as np
from onnx import TensorProto as T, checker, helper as H, numpy_helper as NH, save_model

FAR = 2 ** 31 - 1


@dataclass(frozen=True)
class Shape:
    vocabulary: int = 48
    width: int = 16
    hidden: int = 16
    layers: int = 2
    heads: int = 2
    kv_heads: int = 1
    head: int = 16                       # GroupQueryAttention wants a multiple of 16
    context: int = 64
    eps: float = 1e-5
    theta: float = 10000.0


@dataclass(frozen=True)
class Layout:
    cache: str = "concat"                # or "gqa"
    positions: bool = True               # position_ids is an input
    merged: bool = False                 # use_cache_branch chooses between two branches
    half: bool = False                   # float16 weights, cache and logits
    past: str = "past_key_values.{}.{}"  # names of the cache inputs
    ids: int = T.INT64                   # type of input_ids


def random_weights(shape, seed, half=False):
    """Name -> array; matrices are [in, out]. Scaled so that signals keep their size and logits differ clearly."""
    random = np.random.default_rng(seed)
    weights = {"embed": random.standard_normal((shape.vocabulary, shape.width)), "norm": 1 + 0.1 * random.standard_normal(shape.width),
               # Not tied to the embedding: a random model with tied ones only repeats its last token.
               "head": random.standard_normal((shape.width, shape.vocabulary))}
    q, kv = shape.heads * shape.head, shape.kv_heads * shape.head
    for layer in range(shape.layers):
        sizes = {"q": (shape.width, q), "k": (shape.width, kv), "v": (shape.width, kv), "o": (q, shape.width),
                 "gate": (shape.width, shape.hidden), "up": (shape.width, shape.hidden), "down": (shape.hidden, shape.width)}
        for name, (rows, columns) in sizes.items():
            weights[f"{layer}.{name}"] = 1.5 * random.standard_normal((rows, columns)) / np.sqrt(rows)
        for name in ("attention_norm", "mlp_norm"):
            weights[f"{layer}.{name}"] = 1 + 0.1 * random.standard_normal(shape.width)
    return {name: w.astype(np.float16 if half else np.float32) for name, w in weights.items()}


def rotary_angles(shape):
    inverse = 1.0 / shape.theta ** (np.arange(0, shape.head, 2, dtype=np.float64) / shape.head)
    return np.outer(np.arange(shape.context, dtype=np.float64), inverse)


class Graph:
    """Collects nodes; constants are shared between the branches of a merged decoder."""

    def __init__(self, constants, prefix=""):
        self.nodes, self.constants, self.prefix = [], constants, prefix

    def const(self, name, value):
        if name not in self.constants:
            self.constants[name] = NH.from_array(np.ascontiguousarray(value) if np.ndim(value) else np.array(value), name)
        return name

    def ints(self, *values):
        return self.const("ints_" + "_".join(str(v) for v in values), np.array(values, np.int64))

    def op(self, kind, inputs, name, outputs=None, **attributes):
        outputs = outputs or [self.prefix + name]
        self.nodes.append(H.make_node(kind, inputs, outputs, name=self.prefix + name, **attributes))
        return outputs[0]


class Decoder:
    """Builds one pass over the decoder into a graph."""

    def __init__(self, shape, layout, weights, graph, with_past=True):
        self.s, self.l, self.w, self.g, self.with_past = shape, layout, weights, graph, with_past
        self.float = T.FLOAT16 if layout.half else T.FLOAT
        self.dtype = np.float16 if layout.half else np.float32

    def build(self):
        """Returns the names of the logits and of the presents."""
        self.prepare_gqa() if self.l.cache == "gqa" else self.prepare_concat()
        embed = self.g.const("embed", self.w["embed"])
        x = self.g.op("Gather", [embed, "input_ids"], "embedded")
        presents = []
        for layer in range(self.s.layers):
            x, kept = self.layer(x, layer)
            presents += kept
        x = self.norm(x, "norm")
        head = self.g.const("head", self.w["head"])
        return self.g.op("MatMul", [x, head], "scores"), presents

    def layer(self, x, n):
        h = self.norm(x, f"{n}.attention_norm")
        q, k, v = (self.linear(h, f"{n}.{m}") for m in "qkv")
        a, presents = (self.gqa if self.l.cache == "gqa" else self.concat)(q, k, v, n)
        x = self.g.op("Add", [x, self.linear(a, f"{n}.o")], f"{n}.with_attention")
        h = self.norm(x, f"{n}.mlp_norm")
        gate = self.linear(h, f"{n}.gate")
        gate = self.g.op("Mul", [gate, self.g.op("Sigmoid", [gate], f"{n}.sigmoid")], f"{n}.silu")
        h = self.g.op("Mul", [gate, self.linear(h, f"{n}.up")], f"{n}.gated")
        return self.g.op("Add", [x, self.linear(h, f"{n}.down")], f"{n}.out"), presents

    def linear(self, x, name):
        return self.g.op("MatMul", [x, self.g.const(name, self.w[name])], name + ".product")

    def norm(self, x, name):
        """Statistics in float32; this chain of operators is the one that ONNX Runtime fuses."""
        f = self.g.op("Cast", [x], name + ".wide", to=T.FLOAT) if self.l.half else x
        square = self.g.op("Pow", [f, self.g.const("two", np.float32(2))], name + ".square")
        mean = self.g.op("ReduceMean", [square], name + ".mean", axes=[-1], keepdims=1)
        root = self.g.op("Sqrt", [self.g.op("Add", [mean, self.g.const("eps", np.float32(self.s.eps))], name + ".plus_eps")], name + ".root")
        y = self.g.op("Div", [f, root], name + ".unit")
        y = self.g.op("Cast", [y], name + ".narrow", to=self.float) if self.l.half else y
        return self.g.op("Mul", [self.g.const(name, self.w[name]), y], name + ".scaled")

    # ---- the cache as a Concat of past and new

    def prepare_concat(self):
        g = self.g
        ids_shape = g.op("Shape", ["input_ids"], "ids_shape")
        mask_shape = g.op("Shape", ["attention_mask"], "mask_shape")
        zero, one = g.const("zero", np.int64(0)), g.const("one", np.int64(1))
        sequence, total = g.op("Gather", [ids_shape, one], "sequence"), g.op("Gather", [mask_shape, one], "total")
        past = g.op("Sub", [total, sequence], "past_length")
        if self.l.positions:
            positions = "position_ids"
        else:
            counted = g.op("Sub", [g.op("CumSum", ["attention_mask", one], "counted"), one], "counted_from_zero")
            start = g.op("Unsqueeze", [past, g.ints(0)], "past_vector")
            positions = g.op("Slice", [counted, start, g.ints(FAR), g.ints(1)], "positions")
        tables = rotary_angles(self.s)
        tables = np.concatenate([tables, tables], -1)
        self.cos, self.sin = (
            g.op("Unsqueeze", [g.op("Gather", [g.const(n + "_table", f(tables).astype(self.dtype)), positions], n + "_rows"), g.ints(1)], n)
            for n, f in (("cos", np.cos), ("sin", np.sin)))
        query = g.op("Unsqueeze", [g.op("Range", [past, total, one], "query_index"), g.ints(1)], "query_column")
        key = g.op("Unsqueeze", [g.op("Range", [zero, total, one], "key_index"), g.ints(0)], "key_row")
        hidden = g.const("hidden", np.array(np.finfo(self.dtype).min, self.dtype))
        self.mask = g.op("Where", [g.op("LessOrEqual", [key, query], "visible"), g.const("shown", np.array(0, self.dtype)), hidden], "mask")

    def concat(self, q, k, v, n):
        g, s = self.g, self.s
        q = self.rotate(self.heads(q, s.heads, f"{n}.q"), f"{n}.q")
        k = self.rotate(self.heads(k, s.kv_heads, f"{n}.k"), f"{n}.k")
        v = self.heads(v, s.kv_heads, f"{n}.v")
        if self.with_past:
            k = g.op("Concat", [self.l.past.format(n, "key"), k], f"{n}.keys", axis=2)
            v = g.op("Concat", [self.l.past.format(n, "value"), v], f"{n}.values", axis=2)
        else:
            k, v = g.op("Identity", [k], f"{n}.keys"), g.op("Identity", [v], f"{n}.values")
        scale = g.const("scale", np.array(1 / np.sqrt(s.head), self.dtype))
        turned = g.op("Transpose", [self.repeat(k, f"{n}.k")], f"{n}.keys_turned", perm=[0, 1, 3, 2])
        scores = g.op("MatMul", [g.op("Mul", [q, scale], f"{n}.q_scaled"), turned], f"{n}.scores")
        shares = g.op("Softmax", [g.op("Add", [scores, self.mask], f"{n}.masked")], f"{n}.shares", axis=-1)
        mixed = g.op("MatMul", [shares, self.repeat(v, f"{n}.v")], f"{n}.mixed")
        mixed = g.op("Transpose", [mixed], f"{n}.mixed_turned", perm=[0, 2, 1, 3])
        return g.op("Reshape", [mixed, g.ints(0, 0, s.heads * s.head)], f"{n}.attention"), [k, v]

    def heads(self, x, count, name):
        split = self.g.op("Reshape", [x, self.g.ints(0, 0, count, self.s.head)], name + ".split")
        return self.g.op("Transpose", [split], name + ".heads", perm=[0, 2, 1, 3])

    def rotate(self, x, name):
        g, half = self.g, self.s.head // 2
        first = g.op("Slice", [x, g.ints(0), g.ints(half), g.ints(3)], name + ".first")
        second = g.op("Slice", [x, g.ints(half), g.ints(FAR), g.ints(3)], name + ".second")
        turned = g.op("Concat", [g.op("Neg", [second], name + ".minus"), first], name + ".turned", axis=-1)
        return g.op("Add", [g.op("Mul", [x, self.cos], name + ".by_cos"), g.op("Mul", [turned, self.sin], name + ".by_sin")], name + ".rotated")

    def repeat(self, x, name):
        """One copy of each key/value head per query head."""
        g, s = self.g, self.s
        if s.heads == s.kv_heads:
            return x
        times = s.heads // s.kv_heads
        copies = g.op("Concat", [g.op("Unsqueeze", [x, g.ints(2)], name + ".one")] * times, name + ".copies", axis=2)
        return g.op("Reshape", [copies, g.ints(0, s.heads, -1, s.head)], name + ".repeated")

    # ---- the cache inside GroupQueryAttention

    def prepare_gqa(self):
        g = self.g
        counted = g.op("ReduceSum", ["attention_mask", g.ints(1)], "counted", keepdims=0)
        self.lengths = g.op("Cast", [g.op("Sub", [counted, g.const("one", np.int64(1))], "last")], "lengths", to=T.INT32)
        total = g.op("Gather", [g.op("Shape", ["attention_mask"], "mask_shape"), g.const("one", np.int64(1))], "total")
        self.total = g.op("Cast", [total], "total_int", to=T.INT32)
        tables = rotary_angles(self.s)
        self.cos, self.sin = (g.const(n + "_table", f(tables).astype(self.dtype)) for n, f in (("cos", np.cos), ("sin", np.sin)))

    def gqa(self, q, k, v, n):
        names = [self.g.prefix + f"{n}.{m}" for m in ("attention", "keys", "values")]
        pasts = [self.l.past.format(n, m) for m in ("key", "value")]
        self.g.op("GroupQueryAttention", [q, k, v, *pasts, self.lengths, self.total, self.cos, self.sin], f"{n}.gqa", names,
                  domain="com.microsoft", num_heads=self.s.heads, kv_num_heads=self.s.kv_heads, do_rotary=1)
        return names[0], names[1:]


def present_names(shape):
    return [f"present.{n}.{m}" for n in range(shape.layers) for m in ("key", "value")]


def past_names(shape, layout):
    return [layout.past.format(n, m) for n in range(shape.layers) for m in ("key", "value")]


def model(shape, layout, weights):
    constants = {}
    outputs = ["logits", *present_names(shape)]
    if layout.merged:
        nodes = [merged(shape, layout, weights, constants, outputs)]
    else:
        nodes = one_branch(shape, layout, weights, Graph(constants), outputs)
    graph = H.make_graph(nodes, "decoder", inputs_of(shape, layout), outputs_of(shape, layout, outputs), list(constants.values()))
    made = H.make_model(graph, producer_name="edgemesh-fixtures", opset_imports=[H.make_opsetid("", 14), H.make_opsetid("com.microsoft", 1)])
    made.ir_version = 8
    return made


def one_branch(shape, layout, weights, graph, outputs, with_past=True):
    logits, presents = Decoder(shape, layout, weights, graph, with_past).build()
    for source, target in zip([logits, *presents], outputs):
        rename_output(graph.nodes, source, target)
    return graph.nodes


def rename_output(nodes, source, target):
    for node in nodes:
        for values in (node.output, node.input):
            for i, value in enumerate(values):
                if value == source:
                    values[i] = target


def merged(shape, layout, weights, constants, outputs):
    branches = {}
    for branch, with_past in (("then", True), ("else", False)):
        names = [f"{branch}.{o}" for o in outputs]
        nodes = one_branch(shape, layout, weights, Graph(constants, branch + "."), names, with_past)
        infos = outputs_of(shape, layout, names)
        branches[branch + "_branch"] = H.make_graph(nodes, branch, [], infos)
    return H.make_node("If", ["use_cache_branch"], outputs, name="choose", **branches)


def inputs_of(shape, layout):
    info = H.make_tensor_value_info
    inputs = [info("input_ids", layout.ids, ["batch", "sequence"]), info("attention_mask", T.INT64, ["batch", "total"])]
    if layout.cache == "concat" and layout.positions:
        inputs.append(info("position_ids", T.INT64, ["batch", "sequence"]))
    if layout.merged:
        inputs.append(info("use_cache_branch", T.BOOL, [1]))
    kind = T.FLOAT16 if layout.half else T.FLOAT
    return inputs + [info(n, kind, ["batch", shape.kv_heads, "past", shape.head]) for n in past_names(shape, layout)]


def outputs_of(shape, layout, names):
    kind = T.FLOAT16 if layout.half else T.FLOAT
    logits, *presents = names
    info = H.make_tensor_value_info
    return [info(logits, kind, ["batch", "sequence", shape.vocabulary])] + [info(n, kind, ["batch", shape.kv_heads, "present", shape.head]) for n in presents]


def config(shape):
    return {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": shape.vocabulary, "hidden_size": shape.width,
            "intermediate_size": shape.hidden, "num_hidden_layers": shape.layers, "num_attention_heads": shape.heads,
            "num_key_value_heads": shape.kv_heads, "head_dim": shape.head, "max_position_embeddings": shape.context,
            "rms_norm_eps": shape.eps, "rope_theta": shape.theta, "tie_word_embeddings": False}


def write(path, made, external=False):
    checker.check_model(made)
    if external:
        # onnx appends to a file that is there already.
        path.with_name(path.name + "_data").unlink(missing_ok=True)
        save_model(made, str(path), save_as_external_data=True, all_tensors_to_one_file=True, location=path.name + "_data", size_threshold=256)
    else:
        save_model(made, path)

#!/usr/bin/env python3
"""Writes an image classifier of MobileNetV2's shape with seeded random weights: the class it names means nothing, size and work are real.

usage:  /usr/bin/python3 tools/onnx-fixtures/mobilenet.py FILE.onnx     (Debian: python3-onnx python3-numpy)
writes  about 14 MB: image float32 [1, 3, 224, 224] in, logits float32 [1, 1000] out; batch normalisation is folded into the convolutions, as exporters do
"""
import sys

import numpy
from onnx import TensorProto, checker, helper, numpy_helper, save

# Per group of blocks: how much wider inside, channels out, blocks, stride of the first (Sandler et al. 2018, table 2).
GROUPS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
STEM, HEAD, CLASSES = 32, 1280, 1000


class Builder:
    def __init__(self):
        self.nodes, self.weights, self.random = [], [], numpy.random.default_rng(224)

    def weight(self, name, *shape, fan):
        values = self.random.standard_normal(shape, dtype=numpy.float32) * numpy.float32((2 / fan) ** 0.5)
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def node(self, kind, inputs, name, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def convolution(self, x, name, channels, out, kernel=1, stride=1, groups=1, activation=True):
        fan = channels // groups * kernel * kernel
        inputs = [x, self.weight(name + ".w", out, channels // groups, kernel, kernel, fan=fan), self.weight(name + ".b", out, fan=1e6)]
        x = self.node("Conv", inputs, name, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4, group=groups)
        return self.node("Clip", [x, "zero", "six"], name + ".relu6") if activation else x


def model():
    b = Builder()
    b.weights += [numpy_helper.from_array(numpy.float32(value), name) for name, value in [("zero", 0), ("six", 6)]]
    x, channels = b.convolution("image", "stem", 3, STEM, kernel=3, stride=2), STEM
    for group, (wider, out, blocks, first) in enumerate(GROUPS):
        for block in range(blocks):
            name, stride, inside, before = f"g{group}.b{block}", first if block == 0 else 1, channels * wider, x
            if wider > 1:
                x = b.convolution(x, name + ".expand", channels, inside)
            x = b.convolution(x, name + ".depthwise", inside, inside, kernel=3, stride=stride, groups=inside)
            x = b.convolution(x, name + ".project", inside, out, activation=False)
            if stride == 1 and channels == out:
                x = b.node("Add", [before, x], name + ".add")
            channels = out
    x = b.convolution(x, "head", channels, HEAD)
    x = b.node("Flatten", [b.node("GlobalAveragePool", [x], "pool")], "flat")
    b.node("Gemm", [x, b.weight("classes.w", HEAD, CLASSES, fan=HEAD), b.weight("classes.b", CLASSES, fan=1e6)], "logits")
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 224, 224])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, CLASSES])
    graph = helper.make_graph(b.nodes, "mobilenet-v2", [image], [logits], b.weights)
    made = helper.make_model(graph, producer_name="edgemesh", opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8
    return made


if __name__ == "__main__":
    made = model()
    checker.check_model(made)
    save(made, sys.argv[1])

#!/usr/bin/python3
"""Writes tiny Stable Diffusion folders (a few kB each) that differ in how they were exported, for the tests of the image model.

usage: make_variants.py [OUT_DIR]   (needs Debian's python3-onnx)

All compute the same thing, a made-up UNet: out = 0.3 * sample + 0.1 * mean(text) + 0.0001 * timestep, so that the same prompt must give the same
image whichever way it was exported.
"""
import json
import pathlib
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

OUT = "EdgeMesh.Tests/Agent/Runtimes/Onnx/Images/Fixtures/variants"
OPSET = 13
WORDS = ["<pad>", "<unk>", "<s>", "</s>", "red", "blue"]
TOKENS, WIDTH, CHANNELS = 4, 3, 4


def constant(name, value, kind):
    return numpy_helper.from_array(numpy.array(value, helper_type(kind)), name)


def helper_type(kind):
    return {TensorProto.FLOAT: numpy.float32, TensorProto.FLOAT16: numpy.float16, TensorProto.INT64: numpy.int64}[kind]


def save(path, name, nodes, inputs, outputs, constants):
    graph = helper.make_graph(
        nodes, name, [helper.make_tensor_value_info(*i) for i in inputs], [helper.make_tensor_value_info(*o) for o in outputs], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))


def text_encoder(path, number, ids):
    """Each token's row of a small table."""
    table = numpy.linspace(-1, 1, len(WORDS) * WIDTH).reshape(len(WORDS), WIDTH)
    save(path, "text_encoder", [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
         [("input_ids", ids, ["batch", TOKENS])], [("last_hidden_state", number, ["batch", TOKENS, WIDTH])], [constant("table", table, number)])


def unet(path, number, batch, timestep_type, timestep_shape, side, guidance_input, sample_weight):
    nodes = [
        helper.make_node("Mul", ["sample", "sample_weight"], ["from_sample"]),
        helper.make_node("ReduceMean", ["encoder_hidden_states"], ["text_mean"], axes=[1, 2], keepdims=1),
        helper.make_node("Mul", ["text_mean", "text_weight"], ["text_scaled"]),
        helper.make_node("Unsqueeze", ["text_scaled", "last_axis"], ["from_text"]),
        helper.make_node("Cast", ["timestep"], ["time"], to=number),
        helper.make_node("ReduceMax", ["time"], ["time_scalar"], keepdims=0),
        helper.make_node("Mul", ["time_scalar", "time_weight"], ["from_time"]),
        helper.make_node("Add", ["from_sample", "from_text"], ["sum"]),
        helper.make_node("Add", ["sum", "from_time"], ["out_sample" if guidance_input is None else "plain"]),
    ]
    inputs = [("sample", number, [batch, CHANNELS, side, side]), ("timestep", timestep_type, timestep_shape),
              ("encoder_hidden_states", number, [batch, TOKENS, WIDTH])]
    constants = [constant("sample_weight", sample_weight, number), constant("text_weight", 0.1, number), constant("time_weight", 0.0001, number),
                 constant("last_axis", [3], TensorProto.INT64)]
    if guidance_input is not None:
        # The first sine of the embedding, so that another guidance gives another image.
        inputs.append(("timestep_cond", number, ["batch", guidance_input]))
        nodes += [helper.make_node("ReduceMean", ["timestep_cond"], ["strength"], keepdims=0), helper.make_node("Add", ["plain", "strength"], ["out_sample"])]
    save(path, "unet", nodes, inputs, [("out_sample", number, [batch, CHANNELS, side, side])], constants)


def decoder(path, number):
    """The first three channels as colours, each latent a square of 2 by 2 pixels."""
    nodes = [
        helper.make_node("Slice", ["latent_sample", "from", "to", "axis"], ["colours"]),
        helper.make_node("Resize", ["colours", "", "zoom"], ["sample"], mode="nearest", nearest_mode="floor", coordinate_transformation_mode="asymmetric"),
    ]
    constants = [constant("from", [0], TensorProto.INT64), constant("to", [3], TensorProto.INT64), constant("axis", [1], TensorProto.INT64),
                 constant("zoom", [1, 1, 2, 2], TensorProto.FLOAT)]
    save(path, "vae_decoder", nodes, [("latent_sample", number, ["batch", CHANNELS, "h", "w"])], [("sample", number, ["batch", 3, "2h", "2w"])], constants)


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")


def configuration(folder, scheduler):
    write_json(folder / "model_index.json", {"_class_name": "StableDiffusionPipeline"})
    write_json(folder / "scheduler/scheduler_config.json", {"_class_name": scheduler, "timestep_spacing": "leading", "steps_offset": 1})
    write_json(folder / "unet/config.json", {"in_channels": CHANNELS, "sample_size": 8, "block_out_channels": [1, 1, 1]})
    write_json(folder / "vae_decoder/config.json", {"scaling_factor": 20.0, "block_out_channels": [1, 1]})
    write_json(folder / "tokenizer/tokenizer.json", tokenizer())


def tokenizer():
    ids = {word: index for index, word in enumerate(WORDS)}
    part = lambda kind, name: {kind: {"id": name, "type_id": 0}}
    return {
        "version": "1.0", "truncation": None,
        "padding": {"strategy": {"Fixed": TOKENS}, "direction": "Right", "pad_id": 0, "pad_type_id": 0, "pad_token": "<pad>"},
        "added_tokens": [
            {"id": ids[mark], "content": mark, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
            for mark in ("<pad>", "<unk>", "<s>", "</s>")],
        "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": {
            "type": "TemplateProcessing", "single": [part("SpecialToken", "<s>"), part("Sequence", "A"), part("SpecialToken", "</s>")], "pair": [],
            "special_tokens": {mark: {"id": mark, "ids": [ids[mark]], "tokens": [mark]} for mark in ("<s>", "</s>")}},
        "decoder": None, "model": {"type": "WordLevel", "vocab": ids, "unk_token": "<unk>"}}


def variant(out, name, scheduler="DDIMScheduler", number=TensorProto.FLOAT, ids=TensorProto.INT64, batch="batch",
            timestep_type=TensorProto.INT64, timestep_shape=("steps",), side="side", guidance_input=None, sample_weight=0.3):
    folder = out / name
    configuration(folder, scheduler)
    text_encoder(folder / "text_encoder/model.onnx", number, ids)
    unet(folder / "unet/model.onnx", number, batch, timestep_type, list(timestep_shape), side, guidance_input, sample_weight)
    decoder(folder / "vae_decoder/model.onnx", number)


def main(out):
    variant(out, "batched")
    variant(out, "one-at-a-time", batch=1, timestep_shape=(1,), side=8)
    variant(out, "pair", batch=2, timestep_shape=(2,))
    variant(out, "float-scalar-timestep", timestep_type=TensorProto.FLOAT, timestep_shape=())
    variant(out, "int32-ids", ids=TensorProto.INT32)
    variant(out, "half", number=TensorProto.FLOAT16, timestep_type=TensorProto.FLOAT16)
    variant(out, "overflowing", number=TensorProto.FLOAT16, sample_weight=60000)
    variant(out, "lcm", scheduler="LCMScheduler", guidance_input=8)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else OUT))

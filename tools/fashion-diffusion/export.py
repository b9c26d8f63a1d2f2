#!/usr/bin/python3
"""Exports a checkpoint of train.py as a Stable Diffusion folder, with the golden data of the canary.

usage: export.py CHECKPOINT OUT_DIR   (needs Debian's python3-torch and python3-onnx)
"""
import json
import pathlib
import struct
import sys
import zlib

import numpy
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import networks
import sampling

OPSET = 14
GOLDEN_ROW = 14
GOLDEN_PROMPTS = ["a photo of a sneaker", "a dress", "trousers", "a bag", "boots", "a nice pullover"]


def load(checkpoint):
    state = torch.load(checkpoint)
    text_encoder, unet = networks.TextEncoder().eval(), networks.UNet().eval()
    text_encoder.load_state_dict(state["text_encoder"])
    unet.load_state_dict(state["unet"])
    return text_encoder, unet


def export_text_encoder(text_encoder, path):
    torch.onnx.export(
        text_encoder, (networks.encode_batch(["a dress"]),), path, opset_version=OPSET,
        input_names=["input_ids"], output_names=["last_hidden_state"],
        dynamic_axes={"input_ids": {0: "batch"}, "last_hidden_state": {0: "batch"}})


def export_unet(unet, path):
    example = (torch.randn(2, networks.LATENT_CHANNELS, networks.LATENT_SIDE, networks.LATENT_SIDE), torch.tensor([5]),
               torch.randn(2, networks.TEXT_LENGTH, networks.TEXT_WIDTH))
    batch = {0: "batch"}
    torch.onnx.export(
        unet, example, path, opset_version=OPSET,
        input_names=["sample", "timestep", "encoder_hidden_states"], output_names=["out_sample"],
        dynamic_axes={"sample": batch, "timestep": {0: "steps"}, "encoder_hidden_states": batch, "out_sample": batch})


def export_decoder(path):
    """An exact pixel shuffle, the same grey on three channels: nothing to learn."""
    nodes = [
        helper.make_node("DepthToSpace", ["latent_sample"], ["shuffled"], blocksize=2, mode="CRD"),
        helper.make_node("Clip", ["shuffled", "lowest", "highest"], ["grey"]),
        helper.make_node("Concat", ["grey", "grey", "grey"], ["sample"], axis=1),
    ]
    bounds = [numpy_helper.from_array(numpy.array(value, numpy.float32), name) for value, name in [(-1, "lowest"), (1, "highest")]]
    graph = helper.make_graph(
        nodes, "vae_decoder",
        [helper.make_tensor_value_info("latent_sample", TensorProto.FLOAT, ["batch", 4, "h", "w"])],
        [helper.make_tensor_value_info("sample", TensorProto.FLOAT, ["batch", 3, "2h", "2w"])], bounds)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def tokenizer():
    def special(token):
        return {"SpecialToken": {"id": token, "type_id": 0}}

    return {
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": networks.TEXT_LENGTH, "strategy": "LongestFirst", "stride": 0},
        "padding": {"strategy": {"Fixed": networks.TEXT_LENGTH}, "direction": "Right", "pad_to_multiple_of": None,
                    "pad_id": networks.PADDING, "pad_type_id": 0, "pad_token": "<pad>"},
        "added_tokens": [
            {"id": index, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
            for index, token in enumerate(networks.SPECIAL_TOKENS)],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": {
            "type": "TemplateProcessing", "single": [special("<s>"), {"Sequence": {"id": "A", "type_id": 0}}, special("</s>")], "pair": [],
            "special_tokens": {token: {"id": token, "ids": [networks.VOCABULARY[token]], "tokens": [token]} for token in ["<s>", "</s>"]}},
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": networks.VOCABULARY, "unk_token": "<unk>"},
    }


def configuration():
    """The small files of the folder, by name."""
    side = networks.LATENT_SIDE
    return {
        "model_index.json": {
            "_class_name": "StableDiffusionPipeline", "text_encoder": ["onnx", "text_encoder/model.onnx"],
            "tokenizer": ["tokenizers", "tokenizer/tokenizer.json"], "unet": ["onnx", "unet/model.onnx"],
            "vae_decoder": ["onnx", "vae_decoder/model.onnx"], "scheduler": ["diffusers", "DDIMScheduler"]},
        "generation_config.json": {"num_inference_steps": sampling.STEPS, "guidance_scale": sampling.GUIDANCE},
        "unet/config.json": {
            "_class_name": "UNet2DConditionModel", "in_channels": networks.LATENT_CHANNELS, "out_channels": networks.LATENT_CHANNELS,
            "sample_size": side, "cross_attention_dim": networks.TEXT_WIDTH},
        "vae_decoder/config.json": {
            "_class_name": "AutoencoderKL", "latent_channels": networks.LATENT_CHANNELS, "out_channels": 3, "sample_size": 2 * side,
            "scaling_factor": networks.LATENT_SCALE, "note": "decoder input = latents / scaling_factor; pixel shuffle x2"},
        "scheduler/scheduler_config.json": {
            "_class_name": "DDIMScheduler", "num_train_timesteps": networks.TRAIN_STEPS, "beta_start": networks.BETA_START,
            "beta_end": networks.BETA_END, "beta_schedule": "scaled_linear", "prediction_type": "epsilon", "clip_sample": False,
            "set_alpha_to_one": False, "steps_offset": 1, "timestep_spacing": "leading"},
        "tokenizer/tokenizer.json": tokenizer(),
    }


def golden_case(prompt, seed, latents, first, pixels):
    return {
        "prompt": prompt, "input_ids": networks.encode(prompt), "seed": seed,
        "first_unet_cond_out_6": [round(float(value), 5) for value in first.flatten()[:6]],
        "final_latent_mean": float(latents.mean()), "final_latent_std": float(latents.std()),
        "pixels_row14": to_bytes(pixels[0, 0, GOLDEN_ROW]).tolist(), "pixel_mean": float(((pixels + 1) * 127.5).mean())}


def golden(text_encoder, unet):
    """The canary's data and its images side by side."""
    cases, images = [], []
    for seed, prompt in enumerate(GOLDEN_PROMPTS, start=1):
        latents, first = sampling.sample(text_encoder, unet, [prompt], sampling.seeded_latents(seed))
        pixels = networks.to_pixels(latents)
        cases.append(golden_case(prompt, seed, latents, first, pixels))
        images.append(to_bytes(pixels[0, 0]))
    facts = {
        "scheduler": "DDIM eta 0, timesteps i*(1000/steps)+1 descending, prev below 0 -> alphas_cumprod[0]",
        "steps": sampling.STEPS, "guidance_scale": sampling.GUIDANCE, "negative_prompt": "",
        "noise": "uint32 LCG s=1664525*s+1013904223 (seed first), u=(s+0.5)/2^32, Box-Muller pairs (cos, sin) from (u1,u2), 784 values row-major [4,14,14]",
        "cases": cases}
    return facts, numpy.concatenate(images, 1)


def to_bytes(values):
    return ((values.numpy() + 1) * 127.5).round().clip(0, 255).astype(numpy.uint8)


def write_grey_png(path, pixels, zoom=3):
    pixels = pixels.repeat(zoom, 0).repeat(zoom, 1)
    height, width = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")


def main(checkpoint, out):
    text_encoder, unet = load(checkpoint)
    for name, value in configuration().items():
        write_json(out / name, value)
    for folder in ["text_encoder", "unet", "vae_decoder"]:
        (out / folder).mkdir(parents=True, exist_ok=True)
    export_text_encoder(text_encoder, str(out / "text_encoder/model.onnx"))
    export_unet(unet, str(out / "unet/model.onnx"))
    export_decoder(str(out / "vae_decoder/model.onnx"))
    facts, images = golden(text_encoder, unet)
    write_json(out / "golden.json", facts)
    write_grey_png(out / "golden.png", images)


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]))

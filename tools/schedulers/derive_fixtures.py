#!/usr/bin/python3
"""Derives what each scheduler must answer, from the papers' formulas, with numpy only.

usage: derive_fixtures.py [OUT_FILE]   (default: the fixture of the scheduler tests)

The "model" is a fixed function of sample and timestep, so that no weights are needed:
output = sin(3 * sample + timestep / 100).
"""
import json
import math
import pathlib
import sys

import numpy as np

FIXTURE = "EdgeMesh.Tests/Agent/Runtimes/Onnx/Images/Fixtures/schedulers.json"
TRAIN_STEPS = 1000
SIZE = 6


class Noise:
    """The portable noise: a 32-bit linear congruential generator and Box-Muller pairs."""

    def __init__(self, seed):
        self.state = seed & 0xFFFFFFFF
        self.waiting = []

    def uniform(self):
        self.state = (1664525 * self.state + 1013904223) & 0xFFFFFFFF
        return (self.state + 0.5) / 2.0**32

    def draw(self, count):
        values = []
        while len(values) < count:
            if not self.waiting:
                first, second = self.uniform(), self.uniform()
                radius, angle = math.sqrt(-2 * math.log(first)), 2 * math.pi * second
                self.waiting = [radius * math.cos(angle), radius * math.sin(angle)]
            values.append(self.waiting.pop(0))
        return np.array(values)


def model(sample, timestep):
    return np.sin(3 * sample + timestep / 100)


def signal_left(schedule):
    if schedule == "linear":
        betas = np.linspace(0.00085, 0.012, TRAIN_STEPS)
    elif schedule == "scaled_linear":
        betas = np.linspace(0.00085**0.5, 0.012**0.5, TRAIN_STEPS) ** 2
    else:
        edges = np.cos((np.arange(TRAIN_STEPS + 1) / TRAIN_STEPS + 0.008) / 1.008 * np.pi / 2) ** 2
        betas = np.minimum(1 - edges[1:] / edges[:-1], 0.999)
    return np.cumprod(1 - betas)


def spread(steps, spacing, offset):
    if spacing == "leading":
        return np.arange(steps)[::-1] * (TRAIN_STEPS // steps) + offset
    if spacing == "trailing":
        return np.round(np.arange(TRAIN_STEPS, 0, -TRAIN_STEPS / steps)) - 1
    return np.linspace(0, TRAIN_STEPS - 1, steps)[::-1]


def clean_sample(prediction, output, sample, alpha):
    if prediction == "epsilon":
        return (sample - np.sqrt(1 - alpha) * output) / np.sqrt(alpha)
    if prediction == "v_prediction":
        return np.sqrt(alpha) * sample - np.sqrt(1 - alpha) * output
    return output


def ddim(config, steps, latents, noise):
    alphas = signal_left(config["beta_schedule"])
    final = 1.0 if config["set_alpha_to_one"] else alphas[0]
    timesteps = np.round(spread(steps, config["timestep_spacing"], config["steps_offset"])).astype(int)
    for timestep in timesteps:
        alpha, following = alphas[timestep], timestep - TRAIN_STEPS // steps
        next_alpha = alphas[following] if following >= 0 else final
        clean = clean_sample(config["prediction_type"], model(latents, timestep), latents, alpha)
        implied = (latents - np.sqrt(alpha) * clean) / np.sqrt(1 - alpha)
        latents = np.sqrt(next_alpha) * clean + np.sqrt(1 - next_alpha) * implied
    return timesteps, 1.0, latents


def euler(config, steps, latents, noise):
    alphas = signal_left(config["beta_schedule"])
    all_sigmas = np.sqrt((1 - alphas) / alphas)
    timesteps = spread(steps, config["timestep_spacing"], config["steps_offset"]).astype(float)
    sigmas = np.append(np.interp(timesteps, np.arange(TRAIN_STEPS), all_sigmas), 0)
    scale = sigmas[0] if config["timestep_spacing"] != "leading" else np.sqrt(sigmas[0] ** 2 + 1)
    latents = latents * scale
    for index, timestep in enumerate(timesteps):
        sigma, following = sigmas[index], sigmas[index + 1]
        output = model(latents / np.sqrt(sigma**2 + 1), timestep)
        # In Euler's terms the sample is the variance-preserving one times sqrt(sigma^2 + 1), alpha = 1 / (sigma^2 + 1).
        alpha = 1 / (sigma**2 + 1)
        clean = clean_sample(config["prediction_type"], output, latents * np.sqrt(alpha), alpha)
        up = 0.0
        if config["_class_name"] == "EulerAncestralDiscreteScheduler":
            up = np.sqrt(following**2 * (sigma**2 - following**2) / sigma**2)
        down = np.sqrt(following**2 - up**2)
        latents = clean + (latents - clean) * down / sigma
        if up > 0:
            latents = latents + up * noise.draw(SIZE)
    return timesteps, scale, latents


def lcm(config, steps, latents, noise):
    alphas = signal_left(config["beta_schedule"])
    origin = (np.arange(1, 51) * (TRAIN_STEPS // 50) - 1)[::-1]
    timesteps = origin[np.floor(np.linspace(0, 50, steps, endpoint=False)).astype(int)]
    for index, timestep in enumerate(timesteps):
        clean = clean_sample(config["prediction_type"], model(latents, timestep), latents, alphas[timestep])
        scaled = timestep * 10.0
        latents = scaled / np.sqrt(scaled**2 + 0.25) * clean + 0.25 / (scaled**2 + 0.25) * latents
        if index + 1 < len(timesteps):
            alpha = alphas[timesteps[index + 1]]
            latents = np.sqrt(alpha) * latents + np.sqrt(1 - alpha) * noise.draw(SIZE)
    return timesteps, 1.0, latents


def cases():
    base = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "prediction_type": "epsilon",
            "set_alpha_to_one": False, "steps_offset": 1, "timestep_spacing": "leading"}
    ddim_base = {**base, "_class_name": "DDIMScheduler"}
    euler_base = {**base, "_class_name": "EulerDiscreteScheduler"}
    yield "ddim leading epsilon", ddim, ddim_base, 7
    yield "ddim trailing v", ddim, {**ddim_base, "timestep_spacing": "trailing", "prediction_type": "v_prediction", "set_alpha_to_one": True}, 6
    yield "ddim linspace sample linear", ddim, {**ddim_base, "timestep_spacing": "linspace", "prediction_type": "sample", "beta_schedule": "linear"}, 5
    yield "ddim cosine", ddim, {**ddim_base, "beta_schedule": "squaredcos_cap_v2"}, 4
    yield "euler leading", euler, euler_base, 8
    yield "euler linspace v", euler, {**euler_base, "timestep_spacing": "linspace", "prediction_type": "v_prediction"}, 9
    yield "euler turbo one step", euler, {**euler_base, "timestep_spacing": "trailing"}, 1
    yield "euler turbo four steps", euler, {**euler_base, "timestep_spacing": "trailing"}, 4
    yield "euler ancestral", euler, {**euler_base, "_class_name": "EulerAncestralDiscreteScheduler", "timestep_spacing": "trailing"}, 3
    yield "lcm four steps", lcm, {**base, "_class_name": "LCMScheduler"}, 4
    yield "lcm v three steps", lcm, {**base, "_class_name": "LCMScheduler", "prediction_type": "v_prediction"}, 3


def derive(name, scheduler, config, steps):
    noise = Noise(41)
    start = noise.draw(SIZE)
    timesteps, scale, latents = scheduler(config, steps, start, noise)
    return {"name": name, "config": config, "steps": steps, "timesteps": [float(t) for t in timesteps],
            "initialNoiseScale": float(scale), "start": start.tolist(), "end": latents.tolist()}


def main():
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else FIXTURE)
    out.write_text(json.dumps({"seed": 41, "cases": [derive(*case) for case in cases()]}, indent=1) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Trains the built-in image model on the CPU.

usage: train.py SECONDS [CHECKPOINT]   (needs Debian's python3-torch and dataset-fashion-mnist)
"""
import math
import random
import sys
import time

import torch
from torch import nn
from torch.nn import functional

import dataset
import networks

BATCH = 64
LEARNING_RATE = 2e-3
WARM_UP_STEPS = 100
NO_PROMPT_SHARE = 0.12
SAVE_EVERY_SECONDS = 30
TEMPLATES = ["{}", "a {}", "the {}", "a photo of a {}", "an image of a {}", "a picture of the {}", "photo of {}", "a nice {}"]


def prompt_for(label):
    """A prompt for a class; sometimes none, so that the model learns both and guidance can tell them apart."""
    if random.random() < NO_PROMPT_SHARE:
        return ""
    return random.choice(TEMPLATES).format(random.choice(networks.CLASS_WORDS[label]))


def batch_loss(text_encoder, unet, images, labels, alphas):
    """How well the noise in a batch of noised images is found."""
    chosen = torch.randint(0, len(images), (BATCH,))
    clean = networks.to_latents(images[chosen].float() / 127.5 - 1)
    prompts = [prompt_for(label) for label in labels[chosen].tolist()]
    timesteps = torch.randint(0, networks.TRAIN_STEPS, (BATCH,))
    noise = torch.randn_like(clean)
    alpha = alphas[timesteps][:, None, None, None]
    noised = alpha.sqrt() * clean + (1 - alpha).sqrt() * noise
    return functional.mse_loss(unet(noised, timesteps, text_encoder(networks.encode_batch(prompts))), noise)


def learning_rate(step, time_used):
    """Warm-up, then a cosine down to 2 %."""
    cosine = 0.5 * (1 + math.cos(math.pi * time_used))
    return LEARNING_RATE * min(1, (step + 1) / WARM_UP_STEPS) * (0.02 + 0.98 * cosine)


def follow(averages, parameters, step):
    """Moves the running averages of the weights, which make the better images."""
    decay = min(0.998, (step + 1) / (step + 10))
    for average, parameter in zip(averages, parameters):
        average.lerp_(parameter.detach(), 1 - decay)


def save(path, text_encoder, unet, averages, step):
    """Writes the averaged weights; the trained ones stay in place."""
    parameters = list(text_encoder.parameters()) + list(unet.parameters())
    trained = [parameter.detach().clone() for parameter in parameters]
    for parameter, average in zip(parameters, averages):
        parameter.data.copy_(average)
    torch.save({"text_encoder": text_encoder.state_dict(), "unet": unet.state_dict(), "step": step}, path)
    for parameter, value in zip(parameters, trained):
        parameter.data.copy_(value)


def train(seconds, path):
    images, labels = dataset.load("train")
    text_encoder, unet, alphas = networks.TextEncoder(), networks.UNet(), networks.signal_left()
    parameters = list(text_encoder.parameters()) + list(unet.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=1e-4, betas=(0.9, 0.99))
    averages = [parameter.detach().clone() for parameter in parameters]
    started = saved = time.time()
    step, smooth_loss = 0, 0.0
    while time.time() - started < seconds:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, (time.time() - started) / seconds)
        loss = batch_loss(text_encoder, unet, images, labels, alphas)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        smooth_loss = 0.98 * smooth_loss + 0.02 * loss.item()
        follow(averages, parameters, step)
        if time.time() - saved > SAVE_EVERY_SECONDS:
            saved = time.time()
            save(path, text_encoder, unet, averages, step)
            print(f"{saved - started:.0f} s, step {step}, loss {smooth_loss:.4f}", flush=True)
    save(path, text_encoder, unet, averages, step)
    print(f"done after {step} steps")


if __name__ == "__main__":
    torch.manual_seed(0)
    random.seed(0)
    train(float(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "checkpoint.pt")

"""The reference run of the model: DDIM with guidance, and the noise that any language can repeat."""
import math

import torch

import networks

STEPS = 25
GUIDANCE = 2.5


def portable_noise(seed, count):
    """A 32-bit linear congruential generator and Box-Muller pairs; see PortableNoise.cs."""
    state, values = seed & 0xFFFFFFFF, []

    def uniform():
        nonlocal state
        state = (1664525 * state + 1013904223) & 0xFFFFFFFF
        return (state + 0.5) / 4294967296.0

    while len(values) < count:
        first, second = uniform(), uniform()
        radius, angle = math.sqrt(-2 * math.log(first)), 2 * math.pi * second
        values += [radius * math.cos(angle), radius * math.sin(angle)]
    return torch.tensor(values[:count], dtype=torch.float32)


def seeded_latents(seed):
    shape = (1, networks.LATENT_CHANNELS, networks.LATENT_SIDE, networks.LATENT_SIDE)
    return portable_noise(seed, math.prod(shape)).reshape(shape)


@torch.no_grad()
def sample(text_encoder, unet, prompts, latents):
    """The final latents, and the UNet's first answers for the prompts."""
    alphas, stride = networks.signal_left(), networks.TRAIN_STEPS // STEPS
    condition = text_encoder(networks.encode_batch(prompts))
    unconditional = text_encoder(networks.encode_batch([""] * len(prompts)))
    both, first = torch.cat([unconditional, condition]), None
    for index in reversed(range(STEPS)):
        timestep = index * stride + 1
        away, towards = unet(torch.cat([latents, latents]), torch.tensor([timestep]), both).chunk(2)
        first = towards if first is None else first
        noise = away + GUIDANCE * (towards - away)
        alpha, following = alphas[timestep], alphas[max(timestep - stride, 0)]
        clean = (latents - (1 - alpha).sqrt() * noise) / alpha.sqrt()
        latents = following.sqrt() * clean + (1 - following).sqrt() * noise
    return latents, first

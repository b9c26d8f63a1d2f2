"""The networks and the vocabulary of the built-in image model, in the Stable Diffusion roles and tensor names."""
import math

import torch
from torch import nn
from torch.nn import functional

TEXT_LENGTH = 8
TEXT_WIDTH = 64
LATENT_CHANNELS = 4
LATENT_SIDE = 14
LATENT_SCALE = 1.3
TRAIN_STEPS = 1000
BETA_START, BETA_END = 0.00085, 0.012

# One list of words for each class of Fashion-MNIST, in its order.
CLASS_WORDS = [
    ["t-shirt", "tee", "top"], ["trouser", "trousers", "pants"], ["pullover", "sweater", "jumper"], ["dress", "gown"], ["coat", "jacket"],
    ["sandal", "sandals"], ["shirt", "blouse"], ["sneaker", "sneakers", "shoe"], ["bag", "handbag", "purse"], ["boot", "boots"],
]
SPECIAL_TOKENS = ["<pad>", "<unk>", "<s>", "</s>"]
PADDING, UNKNOWN, START, END = range(4)
FILLER_WORDS = ["a", "an", "the", "of", "photo", "image", "picture", "drawing", "on", "black", "background", "white", "gray", "nice", "ankle"]
WORDS = SPECIAL_TOKENS + FILLER_WORDS + [word for words in CLASS_WORDS for word in words]
VOCABULARY = {word: index for index, word in enumerate(WORDS)}


def encode(text):
    """Token ids of a prompt: start, words, end, padding; always TEXT_LENGTH of them."""
    words = [VOCABULARY.get(word, UNKNOWN) for word in text.lower().split()][: TEXT_LENGTH - 2]
    ids = [START] + words + [END]
    return ids + [PADDING] * (TEXT_LENGTH - len(ids))


def encode_batch(texts):
    return torch.tensor([encode(text) for text in texts])


def signal_left():
    """The cumulative product of 1 - beta over the training steps (scaled linear betas)."""
    betas = torch.linspace(BETA_START**0.5, BETA_END**0.5, TRAIN_STEPS) ** 2
    return torch.cumprod(1 - betas, 0)


def to_latents(pixels):
    return functional.pixel_unshuffle(pixels, 2) * LATENT_SCALE


def to_pixels(latents):
    return functional.pixel_shuffle(latents / LATENT_SCALE, 2).clamp(-1, 1)


class TextEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS), TEXT_WIDTH)
        self.position = nn.Parameter(torch.randn(TEXT_LENGTH, TEXT_WIDTH) * 0.02)
        self.norm_in = nn.LayerNorm(TEXT_WIDTH)
        self.widen = nn.Linear(TEXT_WIDTH, 2 * TEXT_WIDTH)
        self.narrow = nn.Linear(2 * TEXT_WIDTH, TEXT_WIDTH)
        self.norm_out = nn.LayerNorm(TEXT_WIDTH)

    def forward(self, input_ids):
        hidden = self.embedding(input_ids) + self.position[None, : input_ids.shape[1]]
        hidden = hidden + self.narrow(functional.silu(self.widen(self.norm_in(hidden))))
        return self.norm_out(hidden)


class ResidualBlock(nn.Module):
    def __init__(self, channels_in, channels_out, time_width):
        super().__init__()
        self.norm_in = nn.GroupNorm(8, channels_in)
        self.conv_in = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.time = nn.Linear(time_width, channels_out)
        self.norm_out = nn.GroupNorm(8, channels_out)
        self.conv_out = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.skip = nn.Conv2d(channels_in, channels_out, 1) if channels_in != channels_out else nn.Identity()
        start_as_nothing(self.conv_out)

    def forward(self, image, time):
        hidden = self.conv_in(functional.silu(self.norm_in(image))) + self.time(time)[:, :, None, None]
        return self.skip(image) + self.conv_out(functional.silu(self.norm_out(hidden)))


class AttentionBlock(nn.Module):
    """Attends to the text, then to the image itself."""

    def __init__(self, channels):
        super().__init__()
        self.norm_image = nn.GroupNorm(8, channels)
        self.text_query = nn.Linear(channels, channels)
        self.text_key = nn.Linear(TEXT_WIDTH, channels)
        self.text_value = nn.Linear(TEXT_WIDTH, channels)
        self.text_out = nn.Linear(channels, channels)
        self.norm_self = nn.LayerNorm(channels)
        self.self_in = nn.Linear(channels, 3 * channels)
        self.self_out = nn.Linear(channels, channels)

    def forward(self, image, text):
        batch, channels, height, width = image.shape
        hidden = self.norm_image(image).flatten(2).transpose(1, 2)
        hidden = hidden + self.text_out(attend(self.text_query(hidden), self.text_key(text), self.text_value(text)))
        query, key, value = self.self_in(self.norm_self(hidden)).chunk(3, -1)
        hidden = hidden + self.self_out(attend(query, key, value))
        return image + hidden.transpose(1, 2).reshape(batch, channels, height, width)


class UNet(nn.Module):
    def __init__(self, channels=32, time_width=128):
        super().__init__()
        self.register_buffer("frequencies", torch.exp(-math.log(10000) * torch.arange(32) / 32))
        self.time_in = nn.Linear(64, time_width)
        self.time_out = nn.Linear(time_width, time_width)
        self.text_mean = nn.Linear(TEXT_WIDTH, time_width)
        self.conv_in = nn.Conv2d(LATENT_CHANNELS, channels, 3, padding=1)
        self.top_down = ResidualBlock(channels, channels, time_width)
        self.down = nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1)
        self.middle_in = ResidualBlock(2 * channels, 2 * channels, time_width)
        self.attention = AttentionBlock(2 * channels)
        self.middle_out = ResidualBlock(2 * channels, 2 * channels, time_width)
        self.up = nn.Conv2d(2 * channels, channels, 3, padding=1)
        self.top_up = ResidualBlock(2 * channels, channels, time_width)
        self.norm_out = nn.GroupNorm(8, channels)
        self.conv_out = nn.Conv2d(channels, LATENT_CHANNELS, 3, padding=1)
        start_as_nothing(self.conv_out)

    def forward(self, sample, timestep, encoder_hidden_states):
        time = self.embed_time(timestep, encoder_hidden_states)
        top = self.top_down(self.conv_in(sample), time)
        middle = self.middle_in(self.down(top), time)
        middle = self.middle_out(self.attention(middle, encoder_hidden_states), time)
        up = self.up(functional.interpolate(middle, scale_factor=2.0, mode="nearest"))
        hidden = self.top_up(torch.cat([up, top], 1), time)
        return self.conv_out(functional.silu(self.norm_out(hidden)))

    def embed_time(self, timestep, text):
        angles = timestep.float().reshape(-1, 1) * self.frequencies[None]
        waves = torch.cat([torch.sin(angles), torch.cos(angles)], -1)
        return functional.silu(self.time_out(functional.silu(self.time_in(waves))) + self.text_mean(text.mean(1)))


def attend(query, key, value):
    weights = torch.softmax(query @ key.transpose(1, 2) / math.sqrt(query.shape[-1]), -1)
    return weights @ value


def start_as_nothing(layer):
    """A layer that answers zero at first trains more calmly."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)

"""Fashion-MNIST from the Debian package dataset-fashion-mnist (MIT, Zalando SE)."""
import gzip
import pathlib

import numpy
import torch

FOLDER = pathlib.Path("/usr/share/datasets/fashion-mnist")
IMAGE_HEADER, LABEL_HEADER = 16, 8


def load(part):
    """Images [n, 1, 28, 28] as bytes and labels [n]; part is "train" or "t10k"."""
    images = read(f"{part}-images-idx3-ubyte.gz", IMAGE_HEADER).reshape(-1, 1, 28, 28)
    labels = read(f"{part}-labels-idx1-ubyte.gz", LABEL_HEADER)
    return torch.tensor(images), torch.tensor(labels).long()


def read(name, header):
    return numpy.frombuffer(gzip.open(FOLDER / name).read(), numpy.uint8, offset=header).copy()

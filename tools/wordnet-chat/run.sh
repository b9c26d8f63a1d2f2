#!/bin/sh
# Builds the built-in text model from nothing, below the current folder.
#   usage:  sh tools/wordnet-chat/run.sh [MINUTES OF TRAINING]
set -e
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3}
$python "$here/build_data.py" --dict "${WORDNET:-/usr/share/wordnet}" --out data
$python "$here/train_tokenizer.py" --data data --out model
$python "$here/train.py" --data data --ckpt checkpoints --minutes "${1:-35.5}"
$python "$here/export_onnx.py" --ckpt checkpoints/final.pt --out model
$python "$here/evaluate.py" --data data --ckpt checkpoints/final.pt --out model
$python "$here/suggest.py" --data data --ckpt checkpoints/final.pt --out model

#!/usr/bin/env python3
"""Writes the facts of the model zoo: which public model Qualcomm measured on which chip, and how long it took.

usage:  python3 tools/model-zoo/facts.py PERF.json
writes  EdgeMesh.Dashboard/QaiHub/Zoo/Facts/{models,chips,figures,texts}.tsv

PERF.json holds figures that Qualcomm publishes: {"note", "models": [{id, name, use_case, license_type}],
"components": [{model_id, model, component, precision, runtime, chipset, device, inference_ms, peak_memory_mb, layer_counts, job_id, source}],
"llm": [{model_id, precision, runtime, chipset, device, context_length, tokens_per_second, ttft_ms_min, ttft_ms_max, source}]}.
Only figures and names are taken over, never a text.
"""
import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parents[2] / "EdgeMesh.Dashboard/QaiHub/Zoo/Facts"

# What a model is for, in our words.
TASKS = {
    "easyocr": "Text in pictures", "mobilenet_v2": "Image classification", "openai_clip": "Pictures and words", "real_esrgan_x4plus": "Larger pictures",
    "stable_diffusion": "Image generation", "whisper": "Speech to text", "yolo": "Object detection",
}
# Parts by short names; a model of one part needs none.
PARTS = {"HfWhisperEncoder": "encoder", "HfWhisperDecoder": "decoder", "WhisperSmallEncoderQuantizable": "encoder", "WhisperSmallDecoderQuantizable": "decoder",
         "EasyOCRDetector": "detector", "EasyOCRRecognizer": "recognizer"}


def task(model: str) -> str:
    return next((t for start, t in TASKS.items() if model.startswith(start)), "Text generation")


def write(name: str, columns: str, rows: set, sources: str) -> None:
    lines = [f"# {sources}", f"# {columns}".replace(" | ", "\t"), *("\t".join(map(str, row)) for row in sorted(rows))]
    (TARGET / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(path: str) -> None:
    facts = json.loads(Path(path).read_text(encoding="utf-8"))
    parts, texts = facts["components"], facts["llm"]
    sources = sorted({re.match(r"\S+ \(v[\d.]+\)", row["source"]).group() for row in parts + texts})
    source = f"Figures published by Qualcomm in {', '.join(sources)}, models/ID/perf.yaml; written by tools/model-zoo/facts.py"
    licences = {m["id"]: m["license_type"] for m in facts["models"]}
    write("models.tsv", "model | name | what for | licence", {(r["model_id"], r["model"], task(r["model_id"]), licences.get(r["model_id"], "-")) for r in parts + texts}, source)
    write("chips.tsv", "chipset | measured on", {(r["chipset"], r["device"]) for r in parts + texts}, source)
    write(
        "figures.tsv", "model | runtime | precision | chipset | part | ms | peak MB | layers on NPU, GPU, CPU | profile job",
        {(r["model_id"], r["runtime"], r["precision"], r["chipset"], PARTS.get(r["component"], "-" if r["component"] == r["model"] else r["component"]),
          r["inference_ms"], r["peak_memory_mb"]["max"], ",".join(str(r["layer_counts"].get(u, 0)) for u in ("npu", "gpu", "cpu")), r["job_id"]) for r in parts}, source)
    write(
        "texts.tsv", "model | runtime | precision | chipset | context | tokens a second | first token, ms, short text | first token, ms, whole context",
        {(r["model_id"], r["runtime"], r["precision"], r["chipset"], r["context_length"], r["tokens_per_second"], r["ttft_ms_min"], r["ttft_ms_max"]) for r in texts}, source)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Writes the decompositions and combining classes of the Unicode Character Database, as Python knows them, for UnicodeForms.cs.

.NET normalises nothing beyond ASCII when it runs with InvariantGlobalization, so the agent carries the data itself.
Each line: code point; combining class; c (canonical), k (compatible), x (canonical, not composed) or nothing; decomposition.
"""
import pathlib
import unicodedata

TARGET = pathlib.Path(__file__).parents[2] / "EdgeMesh.Agent/Runtimes/Onnx/Tokenizers/Steps/normalization.txt"
HANGUL = range(0xAC00, 0xAC00 + 11172)

lines = [f"# Unicode {unicodedata.unidata_version}, written by tools/tokenizers/normalization.py"]
for code in range(0x110000):
    character = chr(code)
    combining = unicodedata.combining(character)
    decomposition = unicodedata.decomposition(character)
    if code in HANGUL or not (combining or decomposition):
        continue
    kind, parts = "", decomposition.split()
    if parts:
        kind = "k" if parts[0].startswith("<") else "c"
        parts = parts[1:] if kind == "k" else parts
        if kind == "c" and unicodedata.normalize("NFC", character) != character:
            kind = "x"
    lines.append(f"{code:X};{combining or ''};{kind};{' '.join(parts)}")
TARGET.write_text("\n".join(lines) + "\n")

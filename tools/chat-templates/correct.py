"""Holds golden.json against Jinja2 as transformers configures it, and lets Jinja2 win: it is what the models were trained with.

Needs python3-jinja2. Prints each difference between the two, so that a new one is seen.
"""
import json
import pathlib

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

FIXTURES = pathlib.Path(__file__).parents[2] / "EdgeMesh.Tests/Agent/Runtimes/Onnx/Templates/Fixtures"


class Generation(jinja2.ext.Extension):
    """{% generation %} marks what the assistant wrote; the text is as any other."""

    tags = {"generation"}

    def parse(self, parser):
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"])
environment.filters["tojson"] = tojson
environment.globals["raise_exception"] = raise_exception


def render(source, variables):
    try:
        given = {"bos_token": "<s>", "eos_token": "</s>", "tools": None, "documents": None, **variables}
        return environment.from_string(source).render(**given)
    except Exception:
        return None


def correct():
    golden = json.loads((FIXTURES / "golden.json").read_text())
    inputs = json.loads((FIXTURES / "inputs.json").read_text())
    for file, cases in golden["templates"].items():
        source = (FIXTURES / file).read_text()
        for name, variables in inputs.items():
            right = render(source, variables)
            if right != cases[name]:
                print(f"{file} / {name}\n  javascript {cases[name]!r}\n  python     {right!r}")
                cases[name] = right
    for case in golden["expressions"]:
        right = render(case["source"], inputs["many turns"])
        if right != case["text"]:
            print(f"{case['source']}\n  javascript {case['text']!r}\n  python     {right!r}")
            case["text"] = right
    (FIXTURES / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    correct()

// Renders every fixture template with every input, and every expression, through @huggingface/jinja, and writes golden.json beside them.
//   cd tools/chat-templates && npm install --ignore-scripts && node generate.mjs && python3 correct.py
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { Template } from "@huggingface/jinja";

const fixtures = new URL("../../EdgeMesh.Tests/Agent/Runtimes/Onnx/Templates/Fixtures/", import.meta.url);
const read = (name) => readFileSync(new URL(name, fixtures), "utf8");
const inputs = JSON.parse(read("inputs.json"));

function render(source, input) {
  try {
    return new Template(source).render({ bos_token: "<s>", eos_token: "</s>", tools: null, documents: null, ...structuredClone(input) });
  } catch {
    return null; // an error: the interpreter must fail too
  }
}

const templates = {};
for (const file of readdirSync(fixtures).filter((f) => f.endsWith(".jinja")).sort()) {
  templates[file] = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, render(read(file), input)]));
}

const expressions = JSON.parse(read("expressions.json")).map((source) => ({ source, text: render(source, inputs["many turns"]) }));
writeFileSync(new URL("golden.json", fixtures), JSON.stringify({ templates, expressions }, null, 1) + "\n");

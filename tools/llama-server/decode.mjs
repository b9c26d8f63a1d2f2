// usage: node decode.mjs PACKAGES MODEL.gguf THREADS
// Each line in, {"prompt": [ids], "tokens": n}, is decoded greedily; one line out, {"tokens": [ids], "prefillMs", "decodeMs"}.
import { createInterface } from "node:readline";
import { open } from "./llama.mjs";

const [packages, path, threads] = process.argv.slice(2);
const { context } = await open(packages, path, { threads: Number(threads), contextSize: 2048 });
const sequence = context.getSequence();
console.log("{}");
for await (const line of createInterface({ input: process.stdin })) {
  const wish = JSON.parse(line);
  await sequence.clearHistory();
  const tokens = [];
  const start = performance.now();
  let first = start;
  for await (const token of sequence.evaluate(wish.prompt, { temperature: 0, yieldEogToken: true })) {
    first = tokens.length === 0 ? performance.now() : first;
    tokens.push(token);
    if (tokens.length === wish.tokens) {
      break;
    }
  }

  console.log(JSON.stringify({ tokens, prefillMs: first - start, decodeMs: performance.now() - first }));
}

process.exit(0);

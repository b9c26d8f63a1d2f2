// Writes one small tokenizer.json per family, trained on a few lines, and what @huggingface/tokenizers makes of many texts with each.
//   cd tools/tokenizers && npm install --ignore-scripts && node generate.mjs
import { mkdirSync, writeFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";
import { families } from "./families.mjs";
import { texts } from "./texts.mjs";

const fixtures = new URL("../../EdgeMesh.Tests/Agent/Runtimes/Onnx/Tokenizers/Fixtures/", import.meta.url);
mkdirSync(fixtures, { recursive: true });
// Where the JavaScript library is known to differ from Rust's tokenizers, which the models were trained with: BERT's ideographs beyond U+FFFF, and
// unknown words of a word-level model, which it leaves out.
const leftOut = (name, text, ids) => (name === "wordpiece-bert" && /[\u{20000}-\u{2ffff}]/u.test(text)) || ids.some((id) => !Number.isInteger(id));

for (const [name, json] of Object.entries(families)) {
  const tokenizer = new Tokenizer(json, {});
  const cases = texts.flatMap((text) => {
    const ids = tokenizer.encode(text, { add_special_tokens: false }).ids;
    if (leftOut(name, text, ids)) {
      return [];
    }
    const framed = tokenizer.encode(text).ids;
    const decode = (skip) => (ids.length === 0 ? "" : tokenizer.decode(ids, { skip_special_tokens: skip, clean_up_tokenization_spaces: false }));
    return [{ text, ids, framed, decoded: decode(false), plain: decode(!json.model.end_of_word_suffix) }]; // else it trims, too
  });
  writeFileSync(new URL(`${name}.json`, fixtures), JSON.stringify({ tokenizer: json, cases }) + "\n");
}

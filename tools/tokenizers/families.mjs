// One tokenizer per family, in the shapes their published files have.
import { byteAlphabet, byteTokens, corpus, toBytes, trainBpe, vocabulary } from "./training.mjs";

const added = (id, content, options = {}) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...options });
const template = (before, after, ids) => ({
  type: "TemplateProcessing",
  single: [...before.map((id) => ({ SpecialToken: { id, type_id: 0 } })), { Sequence: { id: "A", type_id: 0 } }, ...after.map((id) => ({ SpecialToken: { id, type_id: 0 } }))],
  pair: [],
  special_tokens: Object.fromEntries([...before, ...after].map((id) => [id, { id, ids: [ids[id]], tokens: [id] }])),
});
const file = (parts) => ({ version: "1.0", truncation: null, padding: null, normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...parts });
const bpe = (parts) => ({ type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: false, ...parts });
const joined = (merges) => merges.map(([a, b]) => a + b);

const gpt2 = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
const modern = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };

function byteLevelFamily(parts, extra = [], flags = {}) {
  const merges = trainBpe(corpus.match(gpt2).map(toBytes), 300);
  const vocab = vocabulary(byteAlphabet, joined(merges));
  const size = Object.keys(vocab).length;
  return file({ added_tokens: extra.map(([content, options], i) => added(size + i, content, options)), model: bpe({ vocab, merges, ...flags }), decoder: byteLevel, ...parts(size) });
}

function fallbackFamily(parts, text, flags = {}) {
  const words = text(corpus);
  const merges = trainBpe(words, 250);
  const specials = ["<unk>", "<s>", "</s>"];
  const vocab = vocabulary(specials, byteTokens, ["▁"], words.flat().filter((c) => c.codePointAt(0) < 0x250 && c !== "<"), merges.flat(), joined(merges));
  return file({
    added_tokens: specials.map((content, id) => added(id, content, { normalized: parts.normalizedSpecials ?? false })),
    post_processor: template(["<s>"], [], { "<s>": 1 }),
    model: bpe({ vocab, merges: merges.map((m) => m.join(" ")), unk_token: "<unk>", fuse_unk: true, byte_fallback: true, ...flags }),
    ...parts.file,
  });
}

const chat = [["<|endoftext|>"], ["<|im_start|>"], ["<|im_end|>"], ["<mask>", { lstrip: true, rstrip: true }], ["token", { normalized: true, special: false }]];
const spaced = (text) => [[..."▁" + text.replaceAll(" ", "▁")]];
const spacedWords = (text) => text.split(" ").map((word) => [..."▁" + word]);

const clipWords = corpus.toLowerCase().match(/'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu).map((w) => { const s = toBytes(w); s[s.length - 1] += "</w>"; return s; });
const clipMerges = trainBpe(clipWords, 250);
const clipVocab = vocabulary(byteAlphabet, byteAlphabet.map((b) => b + "</w>"), joined(clipMerges), ["<|startoftext|>", "<|endoftext|>"]);

const pieces = [...new Set(corpus.toLowerCase().match(/[a-z]+|[0-9]|[^\sa-z0-9]/gu))];
const letters = [..."abcdefghijklmnopqrstuvwxyz"];
const wordpieces = vocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], letters, letters.map((c) => "##" + c), pieces, ["##ing", "##er", "##s", "un", "##aff", "##able", "run", "##n", ..."0123456789.,!?()日本語"]);

const unigramPieces = [["<unk>", 0], ["<s>", 0], ["</s>", 0], ["▁", -3.5]];
for (const [word, n] of Object.entries(corpus.split(/\s+/).reduce((seen, w) => ({ ...seen, ["▁" + w]: (seen["▁" + w] ?? 0) + 1 }), {}))) {
  unigramPieces.push([word, -6 + Math.log(n) - word.length / 100]);
}
for (const c of new Set(corpus.replace(/[\s👍]/gu, ""))) {
  unigramPieces.push([c, -8 - (c.codePointAt(0) % 97) / 50]);
}
for (const [i, part] of ["he", "ll", "lo", "ing", "er", "un", "run", "re", "th", "an", "ha", "12", "ha▁"].entries()) {
  unigramPieces.push([part, -5.1 - i / 7]);
}

export const families = {
  "byte-level-gpt2": byteLevelFamily(() => ({ pre_tokenizer: byteLevel, post_processor: { type: "ByteLevel", add_prefix_space: true, trim_offsets: false } }), [["<|endoftext|>"]]),
  "byte-level-prefix": byteLevelFamily((size) => ({ pre_tokenizer: { ...byteLevel, add_prefix_space: true }, post_processor: { type: "RobertaProcessing", sep: ["</s>", size + 1], cls: ["<s>", size], trim_offsets: true, add_prefix_space: true } }), [["<s>"], ["</s>"], ["<mask>", { lstrip: true }]]),
  "byte-level-qwen": byteLevelFamily(() => ({
    normalizer: { type: "NFC" },
    pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Split", pattern: { Regex: modern.replace("\\p{N}{1,3}", "\\p{N}") }, behavior: "Isolated", invert: false }, { ...byteLevel, use_regex: false }] },
    post_processor: { ...byteLevel },
  }), chat),
  "byte-level-llama3": byteLevelFamily((size) => ({
    pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Split", pattern: { Regex: modern }, behavior: "Isolated", invert: false }, { ...byteLevel, use_regex: false }] },
    post_processor: { type: "Sequence", processors: [{ ...byteLevel }, template(["<|begin_of_text|>"], [], { "<|begin_of_text|>": size })] },
  }), [["<|begin_of_text|>"], ["<|im_end|>"]], { ignore_merges: true }),
  "byte-level-smollm": byteLevelFamily(() => ({ pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Digits", individual_digits: true }, byteLevel] } }), chat.slice(0, 3)),
  "byte-fallback-llama2": fallbackFamily({ file: {
    normalizer: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, { type: "Replace", pattern: { String: " " }, content: "▁" }] },
    decoder: { type: "Sequence", decoders: [{ type: "Replace", pattern: { String: "▁" }, content: " " }, { type: "ByteFallback" }, { type: "Fuse" }, { type: "Strip", content: " ", start: 1, stop: 0 }] },
  } }, spaced),
  "byte-fallback-gemma": fallbackFamily({ file: {
    normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
    decoder: { type: "Sequence", decoders: [{ type: "Replace", pattern: { String: "▁" }, content: " " }, { type: "ByteFallback" }, { type: "Fuse" }] },
  } }, spaced),
  "metaspace-first": fallbackFamily({ file: {
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: false },
    decoder: { type: "Sequence", decoders: [{ type: "Replace", pattern: { String: "▁" }, content: " " }, { type: "ByteFallback" }, { type: "Fuse" }, { type: "Strip", content: " ", start: 1, stop: 0 }] },
  } }, spaced),
  "unknown-fused": fallbackFamily({ file: { pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true }, decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true } } }, spacedWords, { byte_fallback: false }),
  "clip": file({
    added_tokens: ["<|startoftext|>", "<|endoftext|>"].map((t) => added(clipVocab[t], t)),
    normalizer: { type: "Sequence", normalizers: [{ type: "NFC" }, { type: "Replace", pattern: { Regex: "\\s+" }, content: " " }, { type: "Lowercase" }] },
    pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Split", pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" }, behavior: "Removed", invert: true }, { ...byteLevel, use_regex: false }] },
    post_processor: { type: "RobertaProcessing", sep: ["<|endoftext|>", clipVocab["<|endoftext|>"]], cls: ["<|startoftext|>", clipVocab["<|startoftext|>"]], trim_offsets: false, add_prefix_space: false },
    decoder: byteLevel,
    model: bpe({ vocab: clipVocab, merges: clipMerges, unk_token: "<|endoftext|>", continuing_subword_prefix: "", end_of_word_suffix: "</w>" }),
  }),
  "wordpiece-bert": file({
    added_tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map((t, id) => added(id, t)),
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: template(["[CLS]"], ["[SEP]"], wordpieces),
    decoder: { type: "WordPiece", prefix: "##", cleanup: false },
    model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab: wordpieces },
  }),
  "unigram": file({
    added_tokens: ["<unk>", "<s>", "</s>"].map((t, id) => added(id, t)),
    normalizer: { type: "Sequence", normalizers: [{ type: "NFKC" }, { type: "Replace", pattern: { Regex: " {2,}" }, content: " " }] },
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    post_processor: template([], ["</s>"], { "</s>": 2 }),
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    model: { type: "Unigram", unk_id: 0, byte_fallback: false, vocab: unigramPieces },
  }),
  "word-level": file({
    added_tokens: ["<pad>", "<unk>", "<s>", "</s>"].map((t, id) => added(id, t)),
    normalizer: { type: "Sequence", normalizers: [{ type: "NFD" }, { type: "StripAccents" }, { type: "Lowercase" }, { type: "Strip", strip_left: true, strip_right: true }] },
    pre_tokenizer: { type: "Whitespace" },
    post_processor: template(["<s>"], ["</s>"], { "<s>": 2, "</s>": 3 }),
    model: { type: "WordLevel", unk_token: "<unk>", vocab: vocabulary(["<pad>", "<unk>", "<s>", "</s>"], pieces, ["cafe", "naive", "the", "-", "_"]) },
  }),
};

// The smallest trainers that give tokenizers worth testing.

/** Byte-pair merges, most frequent pair first; words are arrays of symbols. */
export function trainBpe(words, count, join = (a, b) => a + b) {
  const merges = [];
  let parts = words.map((w) => [...w]);
  while (merges.length < count) {
    const seen = new Map();
    for (const word of parts) {
      for (let i = 0; i + 1 < word.length; i++) {
        const key = JSON.stringify([word[i], word[i + 1]]);
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
    }
    const best = [...seen].sort((x, y) => y[1] - x[1] || (x[0] < y[0] ? -1 : 1))[0];
    if (!best || best[1] < 2) {
      break;
    }
    const [a, b] = JSON.parse(best[0]);
    merges.push([a, b]);
    parts = parts.map((word) => {
      const joined = [];
      for (let i = 0; i < word.length; i++) {
        if (word[i] === a && word[i + 1] === b) {
          joined.push(join(a, b));
          i++;
        } else {
          joined.push(word[i]);
        }
      }
      return joined;
    });
  }
  return merges;
}

/** Ids in order of first appearance. */
export function vocabulary(...lists) {
  return Object.fromEntries([...new Set(lists.flat())].map((token, id) => [token, id]));
}

/** GPT-2's printable stand-in for every byte. */
export const byteAlphabet = (() => {
  const prints = (b) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCharCode(prints(b) ? b : next++));
})();

export const toBytes = (text) => [...new TextEncoder().encode(text)].map((b) => byteAlphabet[b]);

export const byteTokens = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`);

export const corpus = `the quick brown fox jumps over the lazy dog. Hello world, hello there! don't we'll they're I'm can't
the running runner runs and ran, unaffable, affable, able. return x + 1; if (x == 1) { return y[0]; } def f(x): 12 123 1234 2024
Grüße aus Köln, naïve café, ñ ç 日本語のテキスト 中文文本 한국어 Привет, мир мир мир 👍👍🎉🎉🎉 𝒜𝒜 haha hahaha hahahaha mixed and English
user assistant Hi Hi HI token TOKEN wordtoken  two  spaces   three   line line\n\nline\n\n    indented    text`;

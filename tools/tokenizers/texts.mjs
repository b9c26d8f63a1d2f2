// Texts that tokenizers trip over.
export const texts = [
  "", " ", "  ", "\n", "a", "Hello", "Hello world", " Hello  world ", "the quick brown fox", "don't can't we'll I'M THEY'RE", "12345 1,234.56 3rd 0x1F",
  "line one\nline two\r\n\r\n  indented\n\n\n", "tabs\tand\u00a0no-break\u2003em", "hello.world!how?are,you;(fine)[ok]{x}", "snake_case camelCase kebab-case", "a".repeat(50), "ha".repeat(40),
  "Grüße aus Köln, naïve café", "cafe\u0301 vs café", "ﬁne ½ Å ℌ ①", "İstanbul ǅ ß ΟΔΟΙ", "日本語のテキスト。中文，文本！", "한국어 텍스트", "עברית مرحبا بالعالم", "Привет, мир", "हिन्दी ไทย",
  "👩‍👩‍👧 🎉🎉 👍🏽 🇩🇪", "𝒜𝓁𝓅𝒽𝒶 𝟙𝟚𝟛𝟜 𠀀𠀁 𐍈", "a👍b 𝒜1 x𠀀y", "\u0000\u0001\u007f\u200b\u200d\ufeff", "<s>Hello</s>", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", "x<|im_end|>y <|im_end|> z",
  "<s> <s><s>", "<|im_start", "before <mask> after", "before<mask>after", "before  <mask>  after", "wordtoken token wordtoken", "TOKEN Token", "▁under ▁▁ _", "Ġ Ċ ā", "<0x41> <0xFF>", "[CLS] x [SEP] [MASK] ##ing",
  "unaffable running runner runs", "https://example.org/path?q=1&r=2#frag", "if (x == 1) { return y[0]; } // done", "def f(x):\n    return x + 1\n", "     five", "end   ", "mixed 日本 and English and 한국 12３４", "“quotes” — dashes… ‘single’",
  "e\u0301\u0302\u0303", "ÀÈÌÒÙ àèìòù ñ ç", "٣٤٥ ①② Ⅷ ²³", "$100 €50 £20 ¥1000 +=<>^`|~", "don’t ’s", "a\u2028b\u2029c\u0085d", "\ud83d\ude00\ud83d\ude00 end",
];

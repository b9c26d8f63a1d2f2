// Opens a GGUF file with llama.cpp on the processor. The packages are in a folder of their own, outside the repository.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

export async function open(packages, modelPath, { threads = 2, contextSize = 512, sequences = 1 } = {}) {
  const { getLlama, LlamaLogLevel } = await import(pathToFileURL(resolve(packages, "node_modules/node-llama-cpp/dist/index.js")));
  const llama = await getLlama({ gpu: false, build: "never", progressLogs: false, maxThreads: threads, logLevel: LlamaLogLevel.error });
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ threads, contextSize, batchSize: 512, sequences });
  return { model, context };
}

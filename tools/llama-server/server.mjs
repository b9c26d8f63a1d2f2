// usage: node server.mjs PACKAGES MODEL.gguf [PORT [MS]]
// Serves one model over OpenAI's API on loopback until its standard input closes. One answer at a time; others wait.
// PORT 0 takes any. MS is waited after each token, for a model that would be done before anyone could cancel it.
import { createServer } from "node:http";
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";
import { open } from "./llama.mjs";

const [packages, path, port, pace] = process.argv.slice(2);
const { model, context } = await open(packages, path);
const sequence = context.getSequence();
const name = basename(path, ".gguf");
let turn = Promise.resolve();
let answering = 0;

const server = createServer(async (request, response) => {
  try {
    await route(request, response);
  } catch (error) {
    const status = error instanceof Refusal ? error.status : error instanceof SyntaxError ? 400 : 500;
    send(response, status, { error: { message: error.message, type: status < 500 ? "invalid_request_error" : "server_error", code: status } });
  }
});
server.listen(Number(port ?? 0), "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
process.stdin.resume().on("end", () => process.exit(0));

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function route(request, response) {
  switch (`${request.method} ${request.url}`) {
    case "GET /v1/models":
      return send(response, 200, { object: "list", data: [{ id: name, object: "model", owned_by: "llamacpp" }] });
    case "GET /props":
      return send(response, 200, { default_generation_settings: { n_ctx: context.contextSize }, model_path: path });
    case "GET /slots":
      return send(response, 200, [{ id: 0, n_ctx: context.contextSize, is_processing: answering > 0 }]);
    case "POST /v1/chat/completions":
      return complete(JSON.parse(await body(request)), response);
    default:
      throw new Refusal(404, `There is no ${request.url}.`);
  }
}

async function complete(wish, response) {
  if (wish.model !== name) {
    throw new Refusal(404, `The model ${wish.model} is not here.`);
  }

  const prompt = [model.tokens.bos, ...model.tokenize(wish.messages.map((m) => `${m.content} `).join(""))];
  // As llama.cpp until February 2026: the newer name of the limit is ignored.
  const most = Math.min(wish.max_tokens ?? Infinity, context.contextSize - prompt.length);
  if (most <= 0) {
    throw new Refusal(400, `The prompt has ${prompt.length} tokens, but the context is ${context.contextSize}.`);
  }

  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const answer = turn.then(() => (gone.signal.aborted ? [] : generate(wish, prompt, most, gone.signal, response)));
  turn = answer.then(() => {}, () => {});
  await answer;
}

async function generate(wish, prompt, most, gone, response) {
  answering++;
  try {
    await sequence.clearHistory();
    const tokens = [];
    let said = "";
    const about = { id: "chatcmpl-1", object: "chat.completion.chunk", created: Math.floor(Date.now() / 1000), model: name };
    const chunk = (delta, finish_reason = null) => ({ ...about, choices: [{ index: 0, delta, finish_reason }] });
    for await (const token of sequence.evaluate(prompt, { temperature: wish.temperature ?? 0, seed: wish.seed })) {
      tokens.push(token);
      const text = model.detokenize(tokens);
      const more = text.endsWith("\ufffd") ? "" : text.slice(said.length);
      said += more;
      if (wish.stream && more.length > 0) {
        event(response, chunk({ role: "assistant", content: more }));
      }

      if (tokens.length === most || gone.aborted) {
        break;
      }

      await setTimeout(Number(pace ?? 0));
    }

    const finish = tokens.length === most ? "length" : "stop";
    const usage = { prompt_tokens: prompt.length, completion_tokens: tokens.length, total_tokens: prompt.length + tokens.length };
    if (!wish.stream) {
      return send(response, 200, { ...about, object: "chat.completion", usage, choices: [{ index: 0, message: { role: "assistant", content: said }, finish_reason: finish }] });
    }

    event(response, chunk({}, finish));
    if (wish.stream_options?.include_usage) {
      event(response, { ...about, choices: [], usage });
    }

    response.end("data: [DONE]\n\n");
  } finally {
    answering--;
  }
}

function event(response, value) {
  if (!response.headersSent) {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  }

  response.write(`data: ${JSON.stringify(value)}\n\n`);
}

function send(response, status, value) {
  if (response.headersSent) {
    return response.end();
  }

  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(value));
}

async function body(request) {
  const parts = [];
  for await (const part of request) {
    parts.push(part);
  }

  return Buffer.concat(parts).toString("utf8");
}

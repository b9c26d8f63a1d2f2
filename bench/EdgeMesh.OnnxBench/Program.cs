// usage: EdgeMesh.OnnxBench FOLDER [--threads 2] [--prompt 256] [--tokens 128] [--rounds 5] [--whole-path [--gguf FILE --llama-packages DIR]]
// FOLDER is a float32 model, such as those of tools/onnx-fixtures/llama130m.py. Prints one JSON object; ratios above 1 mean that EdgeMesh is faster.
// Without --whole-path the text engine alone is measured, in this process; with it agent, worker process and link, from the repository's root.
using System.Text.Json;
using EdgeMesh.Agent.Worker;
using EdgeMesh.OnnxBench;

EngineTelemetry.Off();
var options = BenchOptions.Read(args);
Console.WriteLine(options.WholePath
    ? JsonSerializer.Serialize(await new WholePathComparison(options).RunAsync(), BenchOptions.Json)
    : JsonSerializer.Serialize(new Comparison(options).Run(), BenchOptions.Json));

// usage: EdgeMesh.OnnxBench FOLDER [--threads 2] [--prompt 256] [--tokens 128] [--rounds 5]
// FOLDER is a float32 model, such as those of tools/onnx-fixtures/llama130m.py. Prints one JSON object; ratios above 1 mean that the engine is faster.
using System.Text.Json;
using EdgeMesh.OnnxBench;

var options = BenchOptions.Read(args);
var report = new Comparison(options).Run();
Console.WriteLine(JsonSerializer.Serialize(report, BenchOptions.Json));

using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Agent.Runtimes.Onnx;
using EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;
using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Measure;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;

/// <summary>Shapes of folders as people have them: what can be asked of each is known before anything is loaded, and those that can be asked do answer.</summary>
public sealed class TextModelCheckTests : IDisposable
{
    private const string Weights = "onnx/model_fp16.onnx";
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _graphs = new();

    public void Dispose()
    {
        _folder.Dispose();
        _graphs.Dispose();
    }

    public static TheoryData<string> ThatAnswer() => new(
        "as it is", "graph of any name beside the configuration", "graph of any name in onnx/", "genai_config alone", "genai_config beside config.json", "one folder inside", "folders for hardware",
        "folders for hardware, tokenizer in the root", "chat_template.jinja", "chat_template.json", "a second graph that is no decoder");

    /// <summary>The shape, and what is said of it.</summary>
    public static TheoryData<string, string> ThatDoNot() => new()
    {
        { "no chat template", "no chat template" },
        { "empty chat template list", "no chat template" },
        { "template that is none", "chat template cannot be read" },
        { "no tokenizer", "no tokenizer" },
        { "no tokenizer, genai", "no tokenizer" },
        { "tokenizer garbled", "tokenizer.json cannot be read" },
        { "tokenizer cut off", "tokenizer.json cannot be read" },
        { "tokenizer of unknown steps", "the normalizer 'Precompiled'" },
        { "tokenizer of an unknown model", "the model 'Magic'" },
        { "no config", "config.json of the model is not there" },
        { "config garbled", "config.json of the model is damaged" },
        { "graph empty", "model_fp16.onnx is damaged" },
        { "graph cut off", "model_fp16.onnx is damaged" },
        { "graph is a pointer", "model_fp16.onnx is damaged" },
        { "graph without operators", "has no operators" },
        { "encoder", "the input token_type_ids" },
        { "encoder without cache", "no cache of keys and values" },
        { "past_0", "the input past_0" },
        { "past_conv.0", "the input past_conv.0" },
        { "pictures too", "the input pixel_values" },
        { "encoder and decoder", "the input encoder_hidden_states" },
        { "no logits", "no output named logits" },
        { "weights missing", "which is not there" },
        { "weights outside", "outside its folder" },
        { "pipeline", "a pipeline of several graphs" },
    };

    [Theory]
    [MemberData(nameof(ThatAnswer))]
    public void Of_ModelThatAnswers_IsOfferedAndAnswers(string shape)
    {
        var folder = Make(shape);

        Assert.Equal(new ModelVerdict(null, false, true, 256), TextModelCheck.Of(folder));

        using var model = ModelFixtures.Load(folder);
        var golden = ModelFixtures.Golden[0];
        var answer = model.Generate(golden.Prompt, new GenerationOptions { MaxTokens = 12, IgnoreEndTokens = true }, _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal(golden.Output[..12], answer.Tokens);
        Assert.NotNull(TextTokenizer.Load(TextModelFolder.Find(folder, AcceleratorKind.CPU).TokenizerFolder).ChatTemplateSource);
    }

    [Theory]
    [MemberData(nameof(ThatDoNot))]
    public void Of_ModelThatDoesNot_SaysWhy(string shape, string words)
    {
        var verdict = TextModelCheck.Of(Make(shape))!;

        Assert.Contains(words, verdict.CannotRun, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Path, verdict.CannotRun, StringComparison.Ordinal);
        Assert.Equal(words == "no chat template", verdict.Completes);
    }

    [Theory]
    [InlineData("pictures alone")]
    [InlineData("nothing at all")]
    public void Of_FolderThatIsNoTextModel_SaysNothing(string shape) => Assert.Null(TextModelCheck.Of(Make(shape)));

    [Fact]
    public void Load_DecoderOfOtherNames_TakesThemFromGenAiConfig()
    {
        var names = new DecoderNames { Ids = "tokens", Mask = "seen", Logits = "scores", Keys = ["k_in_%d", "k_out_%d"], Values = ["v.%d.in", "v.%d.out"] };
        var config = new TextModelConfig(64, 100, 2, 16, [], [], new GenerationOptions()) { Names = names };
        var graph = OnnxFileReader.Read(Graph(
            [("tokens", [1, "n"]), ("seen", [1, "m"]), ("k_in_0", [1, 2, "p", 16]), ("v.0.in", [1, 2, "p", 16])], [("scores", [1, "n", 100]), ("k_out_0", [1, 2, "q", 16]), ("v.0.out", [1, 2, "q", 16])]));

        var layout = DecoderLayout.Read(graph.Signature, config);

        Assert.Equal(("tokens", "seen", "scores", 100), (layout.Ids.Name, layout.Mask?.Name, layout.Logits, layout.Vocabulary));
        Assert.Equal([("k_in_0", "k_out_0"), ("v.0.in", "v.0.out")], layout.Cache.Select(c => (c.Past, c.Present)));
        Assert.Contains("the input k_in_0", Assert.Throws<TaskFailedException>(() => DecoderLayout.Read(graph.Signature, config with { Names = names with { Keys = [] } })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(LayoutTests.Layouts), MemberType = typeof(LayoutTests))]
    public void Signature_OfTheFile_IsWhatTheSessionSays(string layout)
    {
        var path = TextModelFiles.Choose(ModelFixtures.Fixture(layout), AcceleratorKind.CPU);
        using var session = new InferenceSession(path);
        var (file, opened) = (OnnxFileReader.Read(path).Signature, GraphSignature.Of(session));

        Assert.Equal(Lines(opened.Inputs), Lines(file.Inputs));
        Assert.Equal(opened.Outputs.Select(o => o.Name).Order(), file.Outputs.Select(o => o.Name).Order());

        static IEnumerable<string> Lines(IEnumerable<GraphValue> values) => values.Select(v => $"{v.Name} {v.Type} [{string.Join(',', v.Dimensions)}]").Order();
    }

    private string Make(string shape)
    {
        var root = _folder.Path;
        ModelFixtures.Copy(ModelFixtures.BuiltIn, root);
        switch (shape)
        {
            case "as it is":
                break;
            case "graph of any name beside the configuration":
                Move(Weights, "tiny-instruct-cpu-int4-rtn-block-32.onnx");
                break;
            case "graph of any name in onnx/":
                Move(Weights, "onnx/decoder.onnx");
                break;
            case "a second graph that is no decoder":
                Move(Weights, "onnx/writer.onnx");
                File.Copy(Graph([("pixel_values", [1, 3, 8, 8])], [("embedding", [1, 4])]), At("onnx/looker.onnx"));
                break;
            case "genai_config alone":
                Move(Weights, "phi3-mini.onnx");
                GenAi("", "phi3-mini.onnx");
                File.Delete(At("config.json"));
                File.Delete(At("generation_config.json"));
                break;
            case "genai_config beside config.json":
                Move(Weights, "model.onnx");
                GenAi("", "model.onnx");
                break;
            case "one folder inside":
                Inside("my-model");
                break;
            case "folders for hardware":
            case "folders for hardware, tokenizer in the root":
                var cpu = "cpu_and_mobile/cpu-int4-rtn-block-32-acc-level-4";
                Inside(cpu);
                Move($"{cpu}/{Weights}", $"{cpu}/model.onnx");
                GenAi(cpu, "model.onnx");
                foreach (var other in (string[])["cuda/cuda-fp16", "directml/directml-int4-awq-block-128"])
                {
                    Directory.CreateDirectory(At(other));
                    File.Copy(At($"{cpu}/genai_config.json"), At($"{other}/genai_config.json"));
                    File.WriteAllText(At($"{other}/model.onnx"), "not for this device");
                }

                if (shape.EndsWith("root", StringComparison.Ordinal))
                {
                    Move($"{cpu}/tokenizer.json", "tokenizer.json");
                    Move($"{cpu}/tokenizer_config.json", "tokenizer_config.json");
                }

                break;
            case "chat_template.jinja":
                File.WriteAllText(At("chat_template.jinja"), Template(null)!);
                break;
            case "chat_template.json":
                File.WriteAllText(At("chat_template.json"), JsonSerializer.Serialize(new { chat_template = Template(null) }));
                break;
            case "no chat template":
                Template(null);
                break;
            case "empty chat template list":
                Template(new JsonArray());
                break;
            case "template that is none":
                Template("{% if %}");
                break;
            case "no tokenizer":
                File.Delete(At("tokenizer.json"));
                break;
            case "no tokenizer, genai":
                File.Delete(At("tokenizer.json"));
                File.Delete(At("config.json"));
                Move(Weights, "model.onnx");
                GenAi("", "model.onnx");
                break;
            case "tokenizer garbled":
                File.WriteAllText(At("tokenizer.json"), "[]");
                break;
            case "tokenizer cut off":
                File.WriteAllBytes(At("tokenizer.json"), File.ReadAllBytes(At("tokenizer.json"))[..^100]);
                break;
            case "tokenizer of unknown steps":
                File.WriteAllText(At("tokenizer.json"), """{"normalizer":{"type":"Precompiled","precompiled_charsmap":"AA"},"model":{"vocab":[["a",-1]]}}""");
                break;
            case "tokenizer of an unknown model":
                File.WriteAllText(At("tokenizer.json"), """{"model":{"type":"Magic","vocab":{}}}""");
                break;
            case "no config":
                File.Delete(At("config.json"));
                break;
            case "config garbled":
                File.WriteAllText(At("config.json"), "{ \"vocab");
                break;
            case "graph empty":
                File.WriteAllBytes(At(Weights), []);
                break;
            case "graph cut off":
                File.WriteAllBytes(At(Weights), File.ReadAllBytes(At(Weights))[..50_000]);
                break;
            case "graph is a pointer":
                File.WriteAllText(At(Weights), "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 123\n");
                break;
            case "graph without operators":
                Replace(TinyModel.Graph([], [("input_ids", [1, 4])], [("logits", [1, 4, 8])]));
                break;
            case "encoder":
                Replace([("input_ids", ["b", "n"]), ("attention_mask", ["b", "n"]), ("token_type_ids", ["b", "n"])], [("last_hidden_state", ["b", "n", 384])]);
                break;
            case "encoder without cache":
                Replace([("input_ids", ["b", "n"]), ("attention_mask", ["b", "n"])], [("last_hidden_state", ["b", "n", 384])]);
                break;
            case "past_0":
                Replace([("input_ids", ["b", "n"]), ("past_0", [2, "b", 4, "p", 8])], [("logits", ["b", "n", 8]), ("present_0", [2, "b", 4, "q", 8])]);
                break;
            case "past_conv.0":
                Replace([("input_ids", ["b", "n"]), ("past_conv.0", ["b", 8, 3]), ("past_key_values.1.key", ["b", 2, "p", 8])], [("logits", ["b", "n", 8])]);
                break;
            case "pictures too":
                Replace([("input_ids", ["b", "n"]), ("pixel_values", ["b", 3, 224, 224])], [("logits_per_image", ["b", "n"])]);
                break;
            case "encoder and decoder":
                File.Delete(At(Weights));
                File.Copy(Graph([("input_ids", ["b", "n"])], [("last_hidden_state", ["b", "n", 8])]), At("onnx/encoder_model.onnx"));
                File.Copy(Graph([("input_ids", ["b", "n"]), ("encoder_hidden_states", ["b", "n", 8]), ("past_key_values.0.decoder.key", ["b", 2, "p", 8])], [("logits", ["b", "n", 8])]), At("onnx/decoder_model_merged.onnx"));
                break;
            case "no logits":
                Replace([("input_ids", ["b", "n"]), ("past_key_values.0.key", ["b", 2, "p", 8])], [("scores", ["b", "n", 8]), ("present.0.key", ["b", 2, "q", 8])]);
                break;
            case "weights missing":
                Empty();
                ModelFixtures.Copy(ModelFixtures.Fixture("external-data"), root);
                Tokenizer();
                File.Delete(At("onnx/model.onnx_data"));
                break;
            case "weights outside":
                Replace(TinyModel.WithWeightsIn("../../outside.bin"));
                break;
            case "pipeline":
                File.Delete(At("config.json"));
                Move(Weights, "model.onnx");
                File.WriteAllText(At("genai_config.json"), """{"model":{"type":"phi3small","decoder":{"pipeline":[{"embeds":{"filename":"a.onnx"}}]}}}""");
                break;
            case "pictures alone":
                Empty();
                File.WriteAllText(At("config.json"), "{}");
                File.Copy(Graph([("pixel_values", [1, 3, 8, 8])], [("logits", [1, 4])]), At("model.onnx"));
                break;
            case "nothing at all":
                Empty();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(shape), shape, null);
        }

        return root;
    }

    private string At(string name) => Path.Combine(_folder.Path, name);

    private void Move(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(to))!);
        File.Move(At(from), At(to));
    }

    private void Inside(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_folder.Path, f)).ToList())
        {
            Move(file, $"{folder}/{file}");
        }
    }

    private void Empty()
    {
        Directory.Delete(_folder.Path, recursive: true);
        Directory.CreateDirectory(_folder.Path);
    }

    private void Tokenizer()
    {
        foreach (var file in (string[])["tokenizer.json", "tokenizer_config.json"])
        {
            File.Copy(Path.Combine(ModelFixtures.BuiltIn, file), At(file));
        }
    }

    // What onnxruntime-genai's builder writes, as far as it is read.
    private void GenAi(string folder, string file) => File.WriteAllText(Path.Combine(_folder.Path, folder, "genai_config.json"), JsonSerializer.Serialize(new
    {
        model = new
        {
            bos_token_id = 1,
            eos_token_id = new[] { 5 },
            pad_token_id = 2,
            context_length = 256,
            vocab_size = 2048,
            type = "llama",
            decoder = new
            {
                filename = file,
                head_size = 32,
                hidden_size = 192,
                num_attention_heads = 6,
                num_key_value_heads = 2,
                num_hidden_layers = 5,
                inputs = new { input_ids = "input_ids", attention_mask = "attention_mask", past_key_names = "past_key_values.%d.key", past_value_names = "past_key_values.%d.value" },
                outputs = new { logits = "logits", present_key_names = "present.%d.key", present_value_names = "present.%d.value" },
            },
        },
        search = new { do_sample = false, max_length = 256, temperature = 1.0, top_k = 1, top_p = 1.0 },
    }));

    private string? Template(JsonNode? template)
    {
        var config = JsonNode.Parse(File.ReadAllText(At("tokenizer_config.json")))!.AsObject();
        var before = config["chat_template"]?.GetValue<string>();
        config.Remove("chat_template");
        if (template is not null)
        {
            config["chat_template"] = template;
        }

        File.WriteAllText(At("tokenizer_config.json"), config.ToJsonString());
        File.Delete(At("chat_template.jinja"));
        return before ?? File.ReadAllText(Path.Combine(ModelFixtures.BuiltIn, "chat_template.jinja"));
    }

    private void Replace((string Name, object[] Shape)[] inputs, (string Name, object[] Shape)[] outputs) => Replace(File.ReadAllBytes(Graph(inputs, outputs)));

    private void Replace(byte[] graph) => File.WriteAllBytes(At(Weights), graph);

    private string Graph((string Name, object[] Shape)[] inputs, (string Name, object[] Shape)[] outputs)
    {
        var path = Path.Combine(_graphs.Path, $"{Directory.GetFiles(_graphs.Path).Length}.onnx");
        File.WriteAllBytes(path, TinyModel.Graph([("Identity", inputs[0].Name, outputs[0].Name)], inputs, outputs));
        return path;
    }
}

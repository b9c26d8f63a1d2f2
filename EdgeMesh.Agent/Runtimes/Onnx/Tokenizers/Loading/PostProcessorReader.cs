using System.Text.Json;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Loading;

/// <summary>Which special tokens stand before and after a single text.</summary>
internal static class PostProcessorReader
{
    public static (ImmutableArray<int> Opening, ImmutableArray<int> Closing) Read(JsonElement json)
    {
        switch (json.TextOrNull("type"))
        {
            case "TemplateProcessing":
                return Template(json);
            case "BertProcessing" or "RobertaProcessing":
                return ([json.GetProperty("cls")[1].GetInt32()], [json.GetProperty("sep")[1].GetInt32()]);
            case "ByteLevel":
                return ([], []); // Trims offsets, which nobody asks for here.
            case "Sequence":
                return json.Items("processors").Select(Read)
                    .Aggregate((Opening: ImmutableArray<int>.Empty, Closing: ImmutableArray<int>.Empty), (all, one) => (one.Opening.AddRange(all.Opening), all.Closing.AddRange(one.Closing)));
            case var other:
                throw JsonParts.Unsupported("post-processor", other);
        }
    }

    private static (ImmutableArray<int> Opening, ImmutableArray<int> Closing) Template(JsonElement json)
    {
        var opening = ImmutableArray.CreateBuilder<int>();
        var closing = ImmutableArray.CreateBuilder<int>();
        var current = opening;
        foreach (var step in json.Items("single"))
        {
            if (step.Part("Sequence") is not null)
            {
                current = closing;
            }
            else
            {
                var id = step.Part("SpecialToken")!.Value.Text("id");
                current.AddRange(json.GetProperty("special_tokens").GetProperty(id).Items("ids").Select(i => i.GetInt32()));
            }
        }

        return (opening.ToImmutable(), closing.ToImmutable());
    }
}

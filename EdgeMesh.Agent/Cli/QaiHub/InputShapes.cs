using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Agent.Cli.QaiHub;

/// <summary>Shapes given as <c>name=1,3,224,224</c> or <c>name=1,3,224,224:int32</c> over those that the model says; <c>name=</c> or <c>name=[]</c> is a scalar.</summary>
internal static class InputShapes
{
    public static ImmutableArray<TensorSpec> Apply(ImmutableArray<TensorSpec> inputs, IEnumerable<string> given)
    {
        foreach (var text in given)
        {
            var spec = Parse(text, inputs);
            var at = inputs.Select((i, index) => i.Name == spec.Name ? index : -1).FirstOrDefault(i => i >= 0, -1);
            inputs = at >= 0 ? inputs.SetItem(at, spec) : inputs.Add(spec);
        }

        return inputs;
    }

    private static TensorSpec Parse(string text, ImmutableArray<TensorSpec> inputs)
    {
        var equals = text.LastIndexOf('=');
        var (name, rest) = equals > 0 ? (text[..equals], text[(equals + 1)..]) : throw Bad(text);
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        var shape = TensorSpec.ParseShape(colon < 0 ? rest : rest[..colon]) ?? [];
        var type = colon >= 0
            ? Enum.TryParse<TensorDtype>(rest[(colon + 1)..], ignoreCase: true, out var parsed) && Enum.IsDefined(parsed) ? parsed : throw Bad(text)
            : inputs.FirstOrDefault(i => i.Name == name)?.Dtype ?? TensorDtype.Float32;
        return new TensorSpec(name, shape, type);
    }

    private static QaiHubException Bad(string text) =>
        new(HubFailure.CheckFailed, $"--input {text} cannot be read.", "Write name=1,3,224,224 or name=1,3,224,224:int32; name=[] is a scalar.");
}

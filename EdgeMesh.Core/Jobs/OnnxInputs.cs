using System.Buffers.Text;

namespace EdgeMesh.Core.Jobs;

/// <summary>What is wrong with the inputs of an ONNX_RUN, as far as it can be told without the model.</summary>
internal static class OnnxInputs
{
    private const int Most = 64;
    private const int MostDimensions = 16;
    private const int LongestName = 200;
    private const string Field = "options.inputs";
    private const string Npz = "options.npz";

    public static void Validate(OnnxOptions options, JobLimits limits, ImmutableArray<Problem>.Builder found)
    {
        if (options.File is { } file && !IsFile(file))
        {
            found.Add(new("file_invalid", "This is not the file of a model.", "It is a path in the model's folder that ends in .onnx.", "Leave it out, or name one such as onnx/model.onnx.", "options.file"));
        }

        var inputs = options.Inputs is { IsDefault: false } given ? given : [];
        if (Names(inputs) is { } wrong)
        {
            found.Add(wrong);
            return;
        }

        if (inputs.FirstOrDefault(i => i.Shape is { } shape && (shape.IsDefault || shape.Length > MostDimensions || shape.Any(s => s is < 0 or > int.MaxValue))) is { } odd)
        {
            found.Add(new("input_invalid", $"The shape of the input {odd.Name} cannot be used.", $"It has up to {MostDimensions} sizes, each 0 or more.", "[1,3,224,224] is usual for an image.", Field));
        }

        var bytes = 0L;
        foreach (var (name, data) in inputs.Select(i => (i.Name, i.Data)).Append((Npz, options.Npz)))
        {
            if (data is not null && !Base64.IsValid(data))
            {
                found.Add(new("input_invalid", "The data of an input cannot be read.", $"{(name == Npz ? "The npz file" : name)} is not Base64.", "Encode the bytes of the file in Base64.", name == Npz ? name : Field));
            }

            bytes += (data?.Length ?? 0L) / 4 * 3;
        }

        if (bytes > limits.MaxInputBytes)
        {
            found.Add(new("inputs_too_large", "The inputs are too large.", $"They have about {bytes:N0} bytes; the limit is {limits.MaxInputBytes:N0}.", "Leave inputs to be made, or raise EdgeMesh:Jobs:MaxInputBytes.", Field));
        }
    }

    private static Problem? Names(ImmutableArray<OnnxInput> inputs)
    {
        if (inputs.Length > Most)
        {
            return new("input_invalid", "There are too many inputs.", $"{inputs.Length:N0} were given; at most {Most} are possible.", "Give the inputs of the model only.", Field);
        }

        var nameless = Array.FindIndex([.. inputs], i => i is null || i.Name is not { Length: > 0 and <= LongestName } || i.Name.Any(char.IsControl));
        return nameless >= 0
            ? new("input_invalid", $"Input {nameless + 1} needs a name.", $"A name has 1 to {LongestName} characters.", "Name it as the model does.", Field)
            : inputs.GroupBy(i => i.Name).FirstOrDefault(g => g.Count() > 1) is { } twice
                ? new("input_invalid", $"Two inputs are called {twice.Key}.", "Each input is given once.", "Leave one of them out.", Field)
                : null;
    }

    private static bool IsFile(string path) =>
        path.Length <= 240 && path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && !path.Any(c => char.IsControl(c) || c is '\\' or ':')
        && path.Split('/').All(p => p is not ("" or "." or ".."));
}

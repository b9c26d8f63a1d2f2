using System.Buffers.Text;

namespace EdgeMesh.Core.Jobs;

/// <summary>What is wrong with the inputs of an ONNX_RUN, as far as it can be told without the model.</summary>
internal static class OnnxInputs
{
    private const int Most = 64;
    private const int MostDimensions = 16;
    private const int LongestName = 200;
    private const string Field = "options.inputs";

    public static void Validate(OnnxOptions options, JobLimits limits, ImmutableArray<Problem>.Builder found)
    {
        if (options.File is { } file && !IsFile(file))
        {
            found.Add(new("file_invalid", "This is not the file of a model.", "options.file is a path in the model's folder that ends in .onnx.", "Leave it out, or name one such as onnx/model.onnx.", "options.file"));
        }

        var inputs = options.Inputs is { IsDefault: false } given ? given : [];
        if (inputs.Length > Most || inputs.Any(i => i is null || i.Name is not { Length: > 0 and <= LongestName } || i.Name.Any(char.IsControl)) || inputs.DistinctBy(i => i.Name).Count() < inputs.Length)
        {
            found.Add(new("input_invalid", "An input is not one.", $"There are at most {Most}, each with its own name of 1 to {LongestName} characters.", "Correct options.inputs.", Field));
            return;
        }

        if (inputs.FirstOrDefault(i => i.Shape is { } shape && (shape.IsDefault || shape.Length > MostDimensions || shape.Any(s => s is < 0 or > int.MaxValue))) is { } odd)
        {
            found.Add(new("input_invalid", "The sizes of an input are none.", $"{odd.Name} has at most {MostDimensions} sizes of 0 and more.", "[1,3,224,224] is usual for an image.", Field));
        }

        var bytes = 0L;
        foreach (var (name, data) in inputs.Select(i => (i.Name, i.Data)).Append(("options.npz", options.Npz)))
        {
            if (data is not null && !Base64.IsValid(data))
            {
                found.Add(new("input_invalid", "The content of an input cannot be read.", $"{name} is not Base64.", "Encode the bytes of the file in Base64.", name == "options.npz" ? name : Field));
            }

            bytes += (data?.Length ?? 0L) / 4 * 3;
        }

        if (bytes > limits.MaxInputBytes)
        {
            found.Add(new("inputs_too_large", "The inputs are too large.", $"They have about {bytes:N0} bytes; the limit is {limits.MaxInputBytes:N0}.", "Leave inputs to be made, or raise EdgeMesh:Jobs:MaxInputBytes.", Field));
        }
    }

    private static bool IsFile(string path) =>
        path.Length <= 240 && path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && !path.Any(c => char.IsControl(c) || c is '\\' or ':')
        && path.Split('/').All(p => p is not ("" or "." or ".."));
}

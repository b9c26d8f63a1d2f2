using EdgeMesh.Agent.Files;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions;

/// <summary>What ONNX Runtime says, as a reason code and in words.</summary>
public static class SessionErrors
{
    /// <summary>The failure to open <paramref name="modelPath"/> on <paramref name="provider"/>.</summary>
    public static TaskFailedException Opening(Exception e, string modelPath, ExecutionProvider provider)
    {
        var file = Path.GetFileName(modelPath);
        var said = e.Message;
        return e switch
        {
            TaskFailedException named => named,
            _ when IsOutOfMemory(e) => new(ReasonCode.OutOfMemory, $"There is not enough memory to load {file}."),
            DllNotFoundException or BadImageFormatException => new(ReasonCode.Unsupported, "ONNX Runtime's native library is missing, or is not for this kind of machine. Install the agent again."),
            EntryPointNotFoundException => NotInBuild(provider),
            OnnxRuntimeException when Says(said, "not supported in this build", "not enabled in this build", "is not available", "provider is not") => NotInBuild(provider),
            OnnxRuntimeException when Says(said, "disable_cpu_ep_fallback", "fallback to CPU EP has been explicitly disabled") => new(
                ReasonCode.Unsupported, $"{provider.Title} cannot run all of {file}, and it was required. Nothing was run on the CPU instead."),
            OnnxRuntimeException when Says(said, "External data path does not exist", "external data", "cannot open file", "GetFileLength") => new(
                ReasonCode.ModelMissing, $"{file} keeps its weights in another file that is not there or is cut off. Get the model again."),
            OnnxRuntimeException when Says(said, "InvalidProtobuf", "Protobuf parsing failed", "ModelProto does not have a graph", "InvalidGraph") => Damaged(file),
            OnnxRuntimeException when Says(said, "NotImplemented", "Could not find an implementation", "not a registered function/op", "opset", "Unsupported model IR version") => new(
                ReasonCode.Unsupported, $"{file} uses something that this ONNX Runtime does not have: {Short(said)}"),
            OnnxRuntimeException when Says(said, "NoSuchFile", "doesn't exist", "File doesn't exist") => new(ReasonCode.ModelMissing, $"{file} is not there."),
            OnnxRuntimeException => new(ReasonCode.Unsupported, $"{provider.Title} could not load {file}: {Short(said)}"),
            IOException or UnauthorizedAccessException => new(ReasonCode.ModelMissing, $"{file} cannot be read: {Short(said)}"),
            _ => new(ReasonCode.Internal, $"Loading {file} failed: {Short(said)}"),
        };
    }

    /// <summary>The failure of a run.</summary>
    public static TaskFailedException Running(Exception e, string model) => e switch
    {
        TaskFailedException named => named,
        _ when IsOutOfMemory(e) => new(ReasonCode.OutOfMemory, $"The memory did not suffice to run {model}."),
        _ => new(ReasonCode.BadOutput, $"{model} broke off while computing: {Short(e.Message)}"),
    };

    /// <summary>The file is not, or no longer, an ONNX model.</summary>
    public static TaskFailedException Damaged(string file) =>
        new(ReasonCode.ModelMissing, $"{file} is damaged: it is cut off, or is not an ONNX model. Get the model again.");

    /// <summary>On one line, without paths (of ONNX Runtime's sources, of this device) and control characters, at most 300 characters.</summary>
    internal static string Short(string message)
    {
        var line = WithoutPaths.In(string.Concat(message.ReplaceLineEndings(" ").Where(c => !char.IsControl(c))));
        return line.Length > 300 ? line[..300] + "…" : line;
    }

    private static TaskFailedException NotInBuild(ExecutionProvider provider) =>
        new(ReasonCode.Unsupported, $"{provider.Title} is not in this build of the agent. Nothing was run on the CPU instead.");

    private static bool IsOutOfMemory(Exception e) =>
        e is OutOfMemoryException || Says(e.Message, "bad_alloc", "Failed to allocate memory", "Failed to allocate", "out of memory", "not enough memory");

    private static bool Says(string message, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            if (message.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Components.Controls;

/// <summary>The kinds of jobs in words, the same on every page.</summary>
public static class KindWords
{
    public static string Name(JobKind kind) => kind switch
    {
        JobKind.Summarize => "Summary",
        JobKind.Chat => "Chat",
        JobKind.Code => "Code",
        JobKind.Image => "Image",
        JobKind.Sysinfo => "System info",
        JobKind.Echo => "Echo test",
        JobKind.Onnx => "Model run",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}

namespace EdgeMesh.Dashboard.Features.Settings;

/// <summary>Work of others that EdgeMesh stands on.</summary>
public sealed record Licence(string Name, string Terms)
{
    /// <summary>What is in the dashboard and its own device, as the packages themselves say.</summary>
    public static ImmutableArray<Licence> All { get; } =
    [
        new(".NET, ASP.NET Core, Entity Framework Core", "MIT"),
        new("Orleans", "MIT"),
        new("MudBlazor", "MIT"),
        new("SQLite", "Public domain"),
        new("SQLitePCLRaw", "Apache-2.0"),
        new("gRPC for .NET", "Apache-2.0"),
        new("Protocol Buffers", "BSD-3-Clause"),
        new("Nerdbank.Streams", "MIT"),
        new("Polly", "BSD-3-Clause"),
        new("Markdig", "BSD-2-Clause"),
        new("QRCoder", "MIT"),
        new("Scalar", "MIT"),
        new("ONNX Runtime", "MIT"),
        new("OllamaSharp", "MIT"),
        new("AngleSharp", "MIT"),
    ];
}

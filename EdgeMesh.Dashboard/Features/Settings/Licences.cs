namespace EdgeMesh.Dashboard.Features.Settings;

/// <summary>Work of others that EdgeMesh stands on.</summary>
/// <param name="Packages">Starts of the ids of its packages, with spaces between; empty when it comes inside another one.</param>
public sealed record Licence(string Name, string Terms, string Packages = "")
{
    /// <summary>What is in the dashboard and its own device, as the packages themselves say.</summary>
    public static ImmutableArray<Licence> All { get; } =
    [
        new(".NET, ASP.NET Core, Entity Framework Core, Tokenizers", "MIT", "Microsoft.AspNetCore Microsoft.EntityFrameworkCore Microsoft.Extensions Microsoft.ML.Tokenizers System.CommandLine System.Numerics"),
        new("Orleans", "MIT", "Microsoft.Orleans"),
        new("MudBlazor", "MIT", "MudBlazor"),
        new("SQLite", "Public domain"),
        new("SQLitePCLRaw", "Apache-2.0"),
        new("gRPC for .NET", "Apache-2.0", "Grpc"),
        new("Protocol Buffers", "BSD-3-Clause", "Google.Protobuf"),
        new("Nerdbank.Streams", "MIT", "Nerdbank.Streams"),
        new("Polly", "BSD-3-Clause", "Polly"),
        new("Markdig", "BSD-2-Clause", "Markdig"),
        new("QRCoder", "MIT", "QRCoder"),
        new("Scalar", "MIT", "Scalar"),
        new("ONNX Runtime", "MIT", "Microsoft.ML.OnnxRuntime"),
        new("OllamaSharp", "MIT", "OllamaSharp"),
        new("AngleSharp", "MIT", "AngleSharp"),
        new("PureHDF", "MIT", "PureHDF"),
        new("StbImageSharp", "Unlicense or MIT", "StbImageSharp"),
        new("BigGustave", "Unlicense", "BigGustave"),
        new("Inter, JetBrains Mono", "OFL-1.1"),
    ];
}

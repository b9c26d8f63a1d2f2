using System.ComponentModel.DataAnnotations;

namespace EdgeMesh.Core.Jobs;

/// <summary>Limits of one request (configuration section <c>EdgeMesh:Jobs</c>).</summary>
public sealed record JobLimits
{
    /// <summary>Longest text in UTF-8 bytes. Default 8 MiB; 1 KiB to 64 MiB. More is a 413.</summary>
    [Range(1_024, 64 * 1024 * 1024)]
    public int MaxTextBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Most messages of a chat. Default 256; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MaxMessages { get; init; } = 256;

    /// <summary>Most output tokens one may ask for. Default 32,768; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxTokens { get; init; } = 32_768;

    /// <summary>Most tasks of an echo job. Default 1,000; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MaxEchoTasks { get; init; } = 1_000;

    /// <summary>Most images of a job. Default 16; 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int MaxImages { get; init; } = 16;

    /// <summary>Most sentences of a summary. Default 100; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MaxSentences { get; init; } = 100;

    /// <summary>Most bytes of the inputs that one ONNX_RUN is given. Default 8 MiB; 1 KiB to 48 MiB. Keep <c>EdgeMesh:MaxRequestBytes</c> a half larger.</summary>
    [Range(1_024, 48 * 1024 * 1024)]
    public int MaxInputBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Most measured runs of a model. Default 10,000; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxIterations { get; init; } = 10_000;

    /// <summary>Most devices of a job. Default 64; 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int MaxWorkers { get; init; } = 64;
}

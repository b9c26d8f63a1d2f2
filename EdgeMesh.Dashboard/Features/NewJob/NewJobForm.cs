using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Features.NewJob;

/// <summary>What the form holds.</summary>
public sealed class NewJobForm
{
    public JobKind Kind { get; set; } = JobKind.Summarize;

    public string Text { get; set; } = "";

    public JobPolicy Policy { get; set; } = JobPolicy.BestAvailable;

    public string? Device { get; set; }

    public int? Sentences { get; set; } = 5;

    public int? MaxTokens { get; set; }

    public string? Language { get; set; }

    /// <summary>The request it stands for; not validated.</summary>
    public JobRequest Request() => new(
        Kind,
        Kind == JobKind.Sysinfo ? "" : Text,
        Policy,
        Policy == JobPolicy.ForceDevice && DeviceId.TryParse(Device, out var id) ? id : null,
        null,
        null,
        Kind switch
        {
            JobKind.Summarize => new SummarizeOptions(Sentences),
            JobKind.Chat => new ChatOptions([], MaxTokens),
            JobKind.Code => new CodeOptions(string.IsNullOrWhiteSpace(Language) ? null : Language.Trim(), MaxTokens),
            _ => JobOptions.Default(Kind),
        });

    /// <summary>Starts from another job's request.</summary>
    public void Take(JobRequest request)
    {
        (Kind, Text, Policy, Device) = (request.Kind, request.Text, request.Policy, request.DeviceId?.Value);
        Sentences = request.Options is SummarizeOptions s ? s.Sentences : Sentences;
    }
}

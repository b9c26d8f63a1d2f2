using EdgeMesh.QaiHub.Models;

namespace EdgeMesh.Dashboard.Features.QaiHub;

/// <summary>Which of the service's models are shown.</summary>
/// <param name="Text">A part of the name or id; empty is any.</param>
/// <param name="From"><c>upload</c>, <c>job</c>, or empty for both.</param>
internal sealed record HubModelFilter(string Text, string From)
{
    public static HubModelFilter None { get; } = new("", "");

    public bool Fits(HubModel model) =>
        (From.Length == 0 || (From == "job") == model.Producer is not null)
        && (string.IsNullOrWhiteSpace(Text) || model.Name.Contains(Text.Trim(), StringComparison.OrdinalIgnoreCase) || model.Id.Equals(Text.Trim(), StringComparison.OrdinalIgnoreCase));
}

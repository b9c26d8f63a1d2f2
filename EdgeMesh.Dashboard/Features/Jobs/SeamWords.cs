namespace EdgeMesh.Dashboard.Features.Jobs;

/// <summary>Who wrote which part of a text, where it was more than one device. Pure.</summary>
public static class SeamWords
{
    /// <summary>Such as "First 312 characters by One, the rest by Two."; null where one device wrote it all.</summary>
    public static string? Of(TaskView task, AttemptView attempt)
    {
        var parts = Seams.Parts(task, attempt);
        if (parts.Length < 2)
        {
            return null;
        }

        var words = parts.Select((p, i) => i == parts.Length - 1 ? $"the rest by {p.DeviceName}"
            : i == 0 ? $"First {parts[1].FromOffset:N0} characters by {p.DeviceName}" : $"the next {parts[i + 1].FromOffset - p.FromOffset:N0} by {p.DeviceName}");
        return string.Join(", ", words) + ".";
    }
}

using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Events;

/// <summary>Where an attempt goes on with the text of an earlier one.</summary>
/// <param name="Attempt">Number of the attempt whose text it is.</param>
/// <param name="Offset">Characters of that text: the first that this attempt writes has this place.</param>
[GenerateSerializer, Immutable]
public sealed record Seam(int Attempt, int Offset);

/// <summary>A part of a text, and the device that wrote it.</summary>
/// <param name="FromOffset">Its first character's place in the text.</param>
public sealed record SeamPart(DeviceId DeviceId, string DeviceName, int FromOffset);

/// <summary>Texts that several devices wrote one after the other. Pure.</summary>
public static class Seams
{
    /// <summary>What the next attempt of a task may go on with when its last one has failed; null: it starts over.</summary>
    /// <param name="fleet">Tells which weights the model had there.</param>
    public static TextSoFar? After(TaskView task, FleetSnapshot fleet)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Current is { State: AttemptState.Failed, Reason: { } reason } last && ReasonCodes.For(reason).KeepsText ? Of(task, last, fleet) : null;
    }

    /// <summary>What of an attempt's text another attempt may go on with; null when there is none, or an engine did not go on with a text of this task before.</summary>
    /// <inheritdoc cref="After"/>
    public static TextSoFar? Of(TaskView task, AttemptView attempt, FleetSnapshot fleet)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentNullException.ThrowIfNull(fleet);
        if (task.Planned.Kind != TaskKind.LlmGenerate || attempt.Output.Length < TextSoFar.Least || !attempt.Output.Artifacts.IsEmpty || task.Attempts.Any(a => a.Reason == ReasonCode.CannotContinue))
        {
            return null;
        }

        var text = attempt.Output.Text;
        var model = fleet.Find(attempt.DeviceId)?.Runtimes.FirstOrDefault(r => r.Id == attempt.RuntimeId)?.Models.FirstOrDefault(m => m.Id == attempt.ModelId);
        return TextSoFar.Usable(text) is > 0 and var length ? new TextSoFar(attempt.Number, attempt.DeviceName, attempt.ModelId, model?.SizeBytes, text[..length]) : null;
    }

    /// <summary>What an attempt has before it writes anything.</summary>
    public static AttemptOutput Given(TaskView task, Seam? seam)
    {
        ArgumentNullException.ThrowIfNull(task);
        var output = seam is null ? null : task.Attempts.FirstOrDefault(a => a.Number == seam.Attempt)?.Output;
        return output is null ? AttemptOutput.Empty : output.Beginning(Math.Clamp(seam!.Offset, 0, output.Length));
    }

    /// <summary>Who wrote an attempt's text: one part where it wrote all of it, none where there is no text.</summary>
    public static ImmutableArray<SeamPart> Parts(TaskView task, AttemptView attempt)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(attempt);
        var parts = new Stack<SeamPart>();
        var end = attempt.Output.Length;
        for (var at = attempt; at is not null;)
        {
            var from = at.Seam?.Offset ?? 0;
            if (end > from)
            {
                parts.Push(new SeamPart(at.DeviceId, at.DeviceName, from));
                end = from;
            }

            // Numbers only fall, so this ends.
            at = at.Seam is { } seam && seam.Attempt < at.Number ? task.Attempts.FirstOrDefault(a => a.Number == seam.Attempt) : null;
        }

        return [.. parts];
    }
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Simulation;

/// <summary>One attempt as its device has it, and what the device knows that it wrote: the truth that the orchestrator's job is compared with.</summary>
internal sealed class SimulatedRun(SimulatedJob job, FakeDevice device, FakeRun run)
{
    private readonly ImmutableArray<Act> acts = job.History.Of(run.Request.Attempt);
    private readonly List<string> files = [];
    private bool rethought;
    private int next;

    public FakeDevice Device => device;

    public FakeRun Run => run;

    public int Number => run.Request.Attempt;

    public EdgeMesh.Core.Contracts.TaskRequest Request => run.Request;

    /// <summary>All that it wrote.</summary>
    public string Text { get; private set; } = "";

    /// <summary>All that it thought.</summary>
    public string Reasoning { get; private set; } = "";

    /// <summary>The SHA-256 of its files, in order.</summary>
    public IReadOnlyList<string> Files => files;

    /// <summary>Its engine failed.</summary>
    public bool HasFailed { get; private set; }

    public bool IsOver => run.HasEnded || IsForgotten;

    public bool IsForgotten { get; private set; }

    /// <summary>Its next act.</summary>
    /// <param name="kind">False: whatever would harm it is left out.</param>
    public void Go(bool kind = false)
    {
        var act = next < acts.Length ? acts[next++] : (Act?)null;
        switch (act)
        {
            case Act.Start:
                run.Started();
                break;
            case Act.Write:
                var word = $"{job.Tag}.{device.Name}.{Number}.{next} ";
                Text += word;
                run.Text(word);
                break;
            case Act.Think:
                var thought = $"({job.Tag}.{device.Name}.{Number}.{next}) ";
                Reasoning += thought;
                run.Reasoning(thought);
                break;
            case Act.Rethink when !rethought && Text.Length > 0:
                (Reasoning, Text, rethought) = (Reasoning + Text, "", true);
                run.TextWasReasoning();
                break;
            case Act.Draw:
                var bytes = Encoding.UTF8.GetBytes($"{job.Tag}.{device.Name}.{Number}.{next}");
                files.Add(Convert.ToHexStringLower(SHA256.HashData(bytes)));
                run.Artifact($"{next}.txt", "text/plain", bytes.AsSpan(0, 3), last: false).Break();
                run.Artifact($"{next}.txt", "text/plain", bytes.AsSpan(3));
                break;
            case Act.Break:
                run.Break();
                break;
            case Act.Forget when !kind:
                IsForgotten = true;
                device.Forget(run);
                run.Fail("Lost", "Nobody hears this; it only makes room.");
                break;
            case Act.Fail when !kind:
                HasFailed = true;
                run.Fail("RuntimeDown", "The engine stopped.");
                break;
            case Act.HandBack when !kind:
                run.Fail("Lost", $"{device.Name} is being stopped.");
                break;
            case null:
                run.Succeed();
                break;
        }
    }
}

/// <summary>A job of a simulated mesh.</summary>
internal sealed class SimulatedJob(string tag, JobKind kind, History history)
{
    public JobKind Kind => kind;

    public string Tag => tag;

    public History History => history;

    /// <summary>Since it was accepted.</summary>
    public JobId? Id { get; set; }

    public bool IsCancelled { get; set; }

    /// <summary>Every attempt that a device took.</summary>
    public ConcurrentQueue<SimulatedRun> Runs { get; } = new();

    /// <summary>Attempts whose engine failed.</summary>
    public int Failures => Runs.Count(r => r.HasFailed);
}

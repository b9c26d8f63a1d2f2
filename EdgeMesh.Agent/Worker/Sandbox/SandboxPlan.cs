namespace EdgeMesh.Agent.Worker.Sandbox;

/// <summary>What a worker may reach besides its program and .NET. Absolute paths; what does not exist is left out.</summary>
/// <param name="Read">Folders whose files it may read: where models are.</param>
/// <param name="Scratch">The one folder it may write to, its own, removed with it.</param>
/// <param name="Devices">Drivers of its accelerator: files that it may open, write to and control.</param>
internal sealed record SandboxPlan(ImmutableArray<string> Read, string Scratch, ImmutableArray<string> Devices)
{
    /// <summary>Told by the worker to itself: it is inside already.</summary>
    public const string Inside = "--inside";

    /// <summary>As arguments of the worker's command line.</summary>
    public IEnumerable<string> ToArguments() =>
        ["--scratch", Scratch, .. Read.SelectMany(p => (string[])["--read", p]), .. Devices.SelectMany(p => (string[])["--driver", p])];

    /// <summary>The plan in a command line; null when there is none.</summary>
    public static SandboxPlan? Parse(IReadOnlyList<string> arguments) =>
        Of(arguments, "--scratch") is [var scratch, ..] ? new(Of(arguments, "--read"), scratch, Of(arguments, "--driver")) : null;

    private static ImmutableArray<string> Of(IReadOnlyList<string> arguments, string name) =>
        [.. Enumerable.Range(0, Math.Max(0, arguments.Count - 1)).Where(i => arguments[i] == name).Select(i => arguments[i + 1])];
}

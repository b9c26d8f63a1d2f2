using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Files;
using EdgeMesh.Agent.Identity;

namespace EdgeMesh.Agent.Cli;

/// <summary>The dashboard on this very computer that was joined last; those on the network are in <see cref="DeviceCertificateStore"/>.</summary>
internal static class LastOrchestrator
{
    /// <summary>What a person gave, completed by what was joined before.</summary>
    public static (DialOptions? Options, string? Problem) Complete(string? orchestrator, string token, DeviceCertificateStore store, string dataDirectory) =>
        DialOptions.Read(orchestrator ?? (token.Length == 0 && store.All().IsEmpty ? Read(dataDirectory) : null), token, store);

    public static void Save(string dataDirectory, Uri address) => OwnerOnlyFile.Write(PathOf(dataDirectory), address.GetLeftPart(UriPartial.Authority));

    public static string? Read(string dataDirectory) => File.Exists(PathOf(dataDirectory)) ? File.ReadAllText(PathOf(dataDirectory)).Trim() : null;

    private static string PathOf(string dataDirectory) => Path.Combine(dataDirectory, "orchestrator");
}

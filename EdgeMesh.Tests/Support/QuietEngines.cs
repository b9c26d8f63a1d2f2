using System.Runtime.CompilerServices;
using EdgeMesh.Agent.Worker;

namespace EdgeMesh.Tests.Support;

/// <summary>Tests load engines in this process too: as in the product, they send no usage reports.</summary>
internal static class QuietEngines
{
#pragma warning disable CA2255 // Before any test, whichever comes first.
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void Start() => EngineTelemetry.Off();
}

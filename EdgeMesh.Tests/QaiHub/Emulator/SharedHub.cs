namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>One emulator for the tests of a class that do not get in each other's way.</summary>
public sealed class SharedHub : IAsyncLifetime
{
    public RawHub Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Hub = await RawHub.StartAsync();

    public ValueTask DisposeAsync() => Hub.DisposeAsync();
}

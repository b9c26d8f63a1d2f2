using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using Grpc.Core;

namespace EdgeMesh.Tests.Fakes;

/// <summary>A device at the other end of a link, driven by the test: what it is told to run, it runs as <see cref="OnRun"/> says.</summary>
public sealed partial class FakeDevice(string name) : DeviceService.DeviceServiceClient
{
    public string Name => name;

    public DeviceId Id { get; } = Samples.DeviceIdOf(name);

    /// <summary>What its model store holds.</summary>
    public ListModelsReply Store { get; set; } = new();

    public override AsyncUnaryCall<ListModelsReply> ListModelsAsync(ListModelsRequest request, CallOptions options) => Answer(Store);

    /// <summary>How many canaries it says it will run.</summary>
    public int Canaries { get; set; } = 1;

    public override AsyncUnaryCall<ProveReply> ProveAsync(ProveRequest request, CallOptions options) => Told(new ProveReply { Canaries = Canaries });

    /// <summary>What its link throws when it is asked; null: it answers.</summary>
    public Exception? Broken { get; set; }

    /// <summary>What was said of its engines.</summary>
    public List<AllowEngineRequest> Engines { get; } = [];

    public override AsyncUnaryCall<AllowEngineReply> AllowEngineAsync(AllowEngineRequest request, CallOptions options)
    {
        Engines.Add(request);
        return Answer(new AllowEngineReply { Known = true });
    }

    public override AsyncUnaryCall<RemoveModelReply> RemoveModelAsync(RemoveModelRequest request, CallOptions options) => Answer(new RemoveModelReply { Known = true });

    public override AsyncUnaryCall<RenewCertificateReply> RenewCertificateAsync(RenewCertificateRequest request, CallOptions options) => Told(new RenewCertificateReply());

    private AsyncUnaryCall<T> Told<T>(T reply) => Broken is { } broken ? throw broken : Answer(reply);

    private static AsyncUnaryCall<T> Answer<T>(T reply) => Answer(Task.FromResult(reply));

    private static AsyncUnaryCall<T> Answer<T>(Task<T> reply) => new(reply, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
}

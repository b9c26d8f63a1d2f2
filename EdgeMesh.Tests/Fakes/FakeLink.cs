using System.Collections.Concurrent;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Grpc.Core;

namespace EdgeMesh.Tests.Fakes;

/// <summary>An open link to a <see cref="FakeDevice"/>; over a closed one nothing reaches it.</summary>
public sealed class FakeLink(FakeDevice device, long session) : IDeviceLink
{
    private static readonly DeviceService.DeviceServiceClient Gone = new(new GoneInvoker());
    private readonly CancellationTokenSource closed = new();

    public DeviceId Device => device.Id;

    public LinkKind Kind => LinkKind.Tunnel;

    public long Session => session;

    public DeviceService.DeviceServiceClient Client => closed.IsCancellationRequested ? Gone : device;

    public bool KeepsAttempts => device.KeepsAttempts;

    public CancellationToken Closed => closed.Token;

    public void Abort(string reason) => closed.Cancel();

    private sealed class GoneInvoker : CallInvoker
    {
        private static RpcException Broken => new(new Status(StatusCode.Unavailable, "The link is gone."));

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Broken;

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Broken;

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Broken;

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Broken;

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Broken;
    }
}

/// <summary>The links that are open; a link that is closed is found no more.</summary>
public sealed class FakeLinks : IDeviceLinks
{
    private readonly ConcurrentDictionary<DeviceId, FakeLink> open = new();
    private long session;

    public FakeLink Open(FakeDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return open[device.Id] = new FakeLink(device, Interlocked.Increment(ref session));
    }

    public IDeviceLink? Find(DeviceId device) => open.TryGetValue(device, out var link) && !link.Closed.IsCancellationRequested ? link : null;
}

using System.Collections.Concurrent;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Grpc.Core;

namespace EdgeMesh.Dashboard.Orchestration.Attempts;

/// <summary>
/// Tells devices which ends are stored, so that they may forget the attempts: gathered, as ends come thousands a second. One that gets lost is made good
/// when the device links again. Thread-safe.
/// </summary>
public sealed class Acknowledgements(IDeviceLinks links, TimeProvider time)
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<DeviceId, ConcurrentQueue<AttemptId>> _waiting = new();

    /// <summary>The attempt's end is stored.</summary>
    public void Add(DeviceId device, AttemptId attempt)
    {
        while (true)
        {
            var queue = _waiting.GetOrAdd(device, id =>
            {
                var made = new ConcurrentQueue<AttemptId>();
                _ = Task.Run(() => SendSoonAsync(id));
                return made;
            });
            queue.Enqueue(attempt);

            // Taken away meanwhile: then it may have been read to its end before this one was in it.
            if (_waiting.TryGetValue(device, out var now) && ReferenceEquals(now, queue))
            {
                return;
            }
        }
    }

    private async Task SendSoonAsync(DeviceId device)
    {
        await Task.Delay(Gathering, time);
        if (!_waiting.TryRemove(device, out var gathered) || links.Find(device) is not { KeepsAttempts: true } link)
        {
            return;
        }

        try
        {
            var request = new AcknowledgeRequest { Attempts = { gathered.Select(TaskWire.Ref) } };
            await link.Client.AcknowledgeAsync(request, deadline: time.GetUtcNow().UtcDateTime + Patience);
        }
        catch (Exception e) when (BrokenLink.Is(e))
        {
            // The link broke: when it is back, what the device still has is compared with what is wanted.
        }
    }
}

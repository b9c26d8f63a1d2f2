using EdgeMesh.Core.Contracts;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeMesh.Dashboard.Models;

/// <summary>Gives the bytes of a file from an offset on.</summary>
internal delegate IAsyncEnumerable<ReadOnlyMemory<byte>> FileFeed(string path, long offset, CancellationToken cancellationToken);

/// <summary>One install on one device: sends the wish, follows its steps, and feeds the files that the device asks for.</summary>
internal static class InstallCall
{
    /// <summary>Runs it to its end. Null when the model is there, else what went wrong.</summary>
    /// <param name="feed">Where files come from when the device asks for them; null for sources it fetches itself.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<Problem?> RunAsync(
        IDeviceLink link, string device, string model, InstallWish wish, FileFeed? feed, Action<InstallStep> onStep, Action<string> onDone, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, link.Closed);
        using var call = link.Client.InstallModel(new CallOptions(cancellationToken: over.Token));
        var feeding = new Feeding(call.RequestStream, feed, over.Token);
        try
        {
            await call.RequestStream.WriteAsync(new InstallPart { Wish = wish }, over.Token);
            await foreach (var update in call.ResponseStream.ReadAllAsync(over.Token))
            {
                switch (update.UpdateCase)
                {
                    case InstallUpdate.UpdateOneofCase.Step:
                        onStep(update.Step);
                        break;
                    case InstallUpdate.UpdateOneofCase.Want:
                        await feeding.StartAsync(update.Want);
                        break;
                    case InstallUpdate.UpdateOneofCase.Failure:
                        return ModelProblems.Told(device, model, update.Failure);
                    case InstallUpdate.UpdateOneofCase.Done:
                        onDone(FromWire.Text(update.Done.Id));
                        return null;
                }
            }

            return ModelProblems.Link(device, model, new RpcException(new Status(StatusCode.Internal, "It ended without a word.")));
        }
        catch (Exception e) when (BrokenLink.Is(e) || e is OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ModelProblems.Link(device, model, e);
        }
        finally
        {
            await feeding.StopAsync();
            await over.CancelAsync();
        }
    }

    /// <summary>Sends one file at a time; a newer wish ends the older one.</summary>
    private sealed class Feeding(IClientStreamWriter<InstallPart> parts, FileFeed? feed, CancellationToken cancellationToken)
    {
        private CancellationTokenSource? _now;
        private Task _sending = Task.CompletedTask;

        public async Task StartAsync(WantFile want)
        {
            await StopAsync();
            _now = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _sending = SendAsync(want, _now.Token);
        }

        public async Task StopAsync()
        {
            if (_now is { } now)
            {
                _now = null;
                await now.CancelAsync();
                await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                now.Dispose();
            }
        }

        private async Task SendAsync(WantFile want, CancellationToken stop)
        {
            try
            {
                if (feed is not null)
                {
                    await foreach (var data in feed(want.Path, want.Offset, stop))
                    {
                        await parts.WriteAsync(new InstallPart { Chunk = new FileChunk { Want = want.Want, Data = ByteString.CopyFrom(data.Span) } }, stop);
                    }
                }

                await parts.WriteAsync(new InstallPart { Chunk = new FileChunk { Want = want.Want, Last = true } }, stop);
            }
            catch (Exception e) when (e is RpcException or IOException or OperationCanceledException && !stop.IsCancellationRequested)
            {
                await parts.WriteAsync(new InstallPart { Broken = "The device that has the files, or its disk, stopped answering." }, stop);
            }
        }
    }
}

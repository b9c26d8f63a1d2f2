using System.Threading.Channels;
using EdgeMesh.Agent.MeshModels;
using EdgeMesh.Core.Contracts;
using Grpc.Core;

namespace EdgeMesh.Agent.Tasks;

/// <summary>The part about models.</summary>
public sealed partial class DeviceServiceImpl
{
    public override Task<ListModelsReply> ListModels(ListModelsRequest request, ServerCallContext context) => models.ListAsync(context.CancellationToken);

    public override Task<PreviewReply> PreviewInstall(InstallWish request, ServerCallContext context) => models.PreviewAsync(request, context.CancellationToken);

    public override Task<RemoveModelReply> RemoveModel(RemoveModelRequest request, ServerCallContext context) => models.RemoveAsync(request, context.CancellationToken);

    public override Task GetModelFile(GetFileRequest request, IServerStreamWriter<FileChunk> responseStream, ServerCallContext context) =>
        models.SendFileAsync(request, responseStream, context.CancellationToken);

    public override async Task InstallModel(IAsyncStreamReader<InstallPart> requestStream, IServerStreamWriter<InstallUpdate> responseStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.Wish is not { } wish)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "The first part must be the wish."));
        }

        var updates = Channel.CreateUnbounded<InstallUpdate>(new UnboundedChannelOptions { SingleReader = true });
        var files = new RelayFiles(want => updates.Writer.TryWrite(new InstallUpdate { Want = want }));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var arriving = ArriveAsync(requestStream, files, over.Token);
        var installing = InstallAsync();
        await foreach (var update in updates.Reader.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(update, context.CancellationToken);
        }

        await installing;
        await over.CancelAsync();
        await arriving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        async Task InstallAsync()
        {
            try
            {
                await models.InstallAsync(wish, files, u => updates.Writer.TryWrite(u), context.CancellationToken);
                updates.Writer.TryComplete();
            }
            catch (Exception e)
            {
                updates.Writer.TryComplete(e);
            }
        }
    }

    private static async Task ArriveAsync(IAsyncStreamReader<InstallPart> parts, RelayFiles files, CancellationToken cancellationToken)
    {
        try
        {
            while (await parts.MoveNext(cancellationToken))
            {
                if (parts.Current.Chunk is { } chunk)
                {
                    await files.ArrivedAsync(chunk, cancellationToken);
                }
                else if (parts.Current.PartCase == InstallPart.PartOneofCase.Broken)
                {
                    files.End(parts.Current.Broken);
                }
            }

            files.End(null);
        }
        catch (Exception e) when (e is IOException or RpcException or OperationCanceledException or ChannelClosedException)
        {
            files.End(null);
        }
    }
}

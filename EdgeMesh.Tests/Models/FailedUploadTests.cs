using EdgeMesh.Dashboard.Models;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Models;

/// <summary>What a person sent is not sent twice because a device could not take it.</summary>
public sealed class FailedUploadTests
{
    [Fact]
    public async Task Install_Fails_KeepsTheUploadForAnotherTry()
    {
        await using var mesh = await MeshHost.StartAsync();
        var device = await mesh.JoinAsync("One"); // one that cannot install anything
        var models = mesh.Services.GetRequiredService<IModels>();
        var (upload, _) = await models.UploadAsync(null, "net.onnx", new MemoryStream([1, 2, 3]), TestContext.Current.CancellationToken);
        var order = new ModelOrder([device.Id], new ModelSource.Upload(upload!.Id));

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var (transfers, problem) = await models.InstallAsync(order, TestContext.Current.CancellationToken);
            Assert.Null(problem);
            await Until.TrueAsync("the transfer to have failed", () => models.Current.Transfers.Single(t => t.Id == transfers[0].Id).State == TransferState.Failed);
        }

        Assert.NotNull(mesh.Services.GetRequiredService<ModelUploads>().Find(upload.Id));
    }
}

using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Wire;

/// <summary>A status text in the answer to a creation is the service's refusal, whatever else is in it.</summary>
public sealed class CreationStatusTests
{
    private static readonly ProfileRequest Profile = new("mmq12345q", new HubDevice("X", "", [], ""));

    public static TheoryData<string, string> Refusals => new()
    {
        { "", "You have used up your quota." },
        { "j5w2gx7p5", "You have used up your quota." },
        { "not an id at all", "You have used up your quota." },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task CreateJob_StatusText_IsTheServicesWords(string id, string status)
    {
        await using var hub = Hub.Saying(new CreateUpdateResponse { Id = id, Status = status });
        AssertRefused(await Hub.FailureAsync(hub.Client.Jobs.CreateAsync(Profile, cancellationToken: Hub.Cancelled)), status);
        Assert.Single(hub.Requests);
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task UploadModel_StatusText_IsTheServicesWordsAndNothingIsSent(string id, string status)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["m.onnx"], [8, 8]);
        await using var hub = Hub.Saying(new CreateUpdateResponse { Id = id, Status = status });
        AssertRefused(await Hub.FailureAsync(hub.Client.Models.BeginUploadAsync(new ModelUpload(directory["m.onnx"], ModelType.Onnx, "m"), Hub.Cancelled)), status);
        Assert.Single(hub.Requests);
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task UploadDataset_StatusText_IsTheServicesWordsAndNothingIsSent(string id, string status)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["d.h5"], [8, 8]);
        await using var hub = Hub.Saying(new CreateUpdateResponse { Id = id, Status = status });
        AssertRefused(await Hub.FailureAsync(hub.Client.Datasets.UploadAsync(directory["d.h5"], "d", cancellationToken: Hub.Cancelled)), status);
        Assert.Single(hub.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \r\n")]
    public async Task CreateJob_NoStatusText_IsAccepted(string status)
    {
        await using var hub = Hub.Saying(new CreateUpdateResponse { Id = "j5w2gx7p5", Status = status });
        Assert.Equal("j5w2gx7p5", await hub.Client.Jobs.CreateAsync(Profile, cancellationToken: Hub.Cancelled));
    }

    private static void AssertRefused(QaiHubException failure, string words)
    {
        Assert.Equal((HubFailure.BadRequest, words), (failure.Kind, failure.Cause));
        Assert.NotEmpty(failure.Remedy);
    }
}

using System.Net;
using System.Text;
using EdgeMesh.Dashboard.QaiHub.Data;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Api;

/// <summary><c>/api/qaihub/datasets</c>: shapes, and every bad input as a problem that names it.</summary>
public sealed class QaiHubDataApiTests : IAsyncLifetime
{
    private ApiFakesHost host = null!;

    private FakeHubData Data => host.App.Services.GetRequiredService<FakeHubData>();

    public async ValueTask InitializeAsync() => host = await ApiFakesHost.StartAsync();

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Make_EverySource_IsOrderedAsSent()
    {
        Assert.Equal(HttpStatusCode.Created, (await PostAsync("""{"source":"random","name":"r","model":"mabc","entries":3,"seed":7}""")).Status);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync("""{"source":"images","upload":"up1","input":"image","fit":"contain","scale":"imagenet","inputs":[{"name":"image","shape":[1,3,8,8],"type":"float32"}]}""")).Status);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync("""{"source":"arrays","upload":"up1"}""")).Status);
        Assert.Equal(
            [new DatasetSource.Random(3, 7), new DatasetSource.Images("up1", "image", ImageFit.Contain, ImageScale.ImageNet), new DatasetSource.Arrays("up1")],
            Data.Made.Select(o => o.Source));
        Assert.Equal("image", Data.Made.ElementAt(1).Inputs.Single().Name);
    }

    [Theory]
    [InlineData("""{"source":"magic"}""", "source")]
    [InlineData("""{}""", "source")]
    [InlineData("""{"source":"random","inputs":[{"name":"x","shape":[0],"type":"float32"}]}""", "inputs")]
    [InlineData("""{"source":"random","inputs":[{"name":"x","shape":[1],"type":"string"}]}""", "inputs")]
    public async Task Make_WrongBody_IsA400ThatNamesIt(string body, string field)
    {
        var (status, problem) = await PostAsync(body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(field, problem.GetProperty("field").GetString());
        Assert.Empty(Data.Made);
    }

    [Theory]
    [InlineData("""{"source":"images","fit":"bent"}""")]
    [InlineData("""{"source":"random","colour":"red"}""")]
    [InlineData("""{"source":"random","entries":"many"}""")]
    public async Task Make_UnreadableBody_IsA400(string body) => Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(body)).Status);

    [Fact]
    public async Task Make_Refused_SaysWhyWithTheRemedy()
    {
        Data.Refusal = DataProblems.Wrong("x is [1, 5]; the input takes [1, 9].", "Give arrays of that shape.", "upload");
        var (status, problem) = await PostAsync("""{"source":"arrays","upload":"up1"}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(("dataset_invalid", "Give arrays of that shape."), (problem.GetProperty("code").GetString(), problem.GetProperty("remedy").GetString()));
    }

    [Fact]
    public async Task UnknownDataset_IsA404()
    {
        var (answer, problem) = await host.SendAsync(HttpMethod.Get, "/api/qaihub/datasets/nothing");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("dataset_unknown", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task File_IsHandedThrough_ByItsName()
    {
        using var answer = await host.Client.GetAsync(new Uri("/api/qaihub/datasets/dabc/file", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("dabc.h5", answer.Content.Headers.ContentDisposition?.FileName);
        Assert.Equal([1, 2, 3], await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    private async Task<(HttpStatusCode Status, System.Text.Json.JsonElement Body)> PostAsync(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/qaihub/datasets") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        var (answer, problem) = await host.SendAsync(request);
        return (answer.StatusCode, problem);
    }
}

using System.Net.Http.Headers;
using EdgeMesh.QaiHub.Emulator;
using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Support;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>An emulator, virtual time, and a client that is no more than HTTP and protobuf: what the protocol is, not what our client makes of it.</summary>
public sealed class RawHub : IAsyncDisposable
{
    public const string Protobuf = "application/x-protobuf";
    public static readonly Device XElite = new() { Name = "Snapdragon X Elite CRD" };

    private readonly TemporaryDirectory _folder = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly EmulatorOptions _options;

    private RawHub(Func<EmulatorOptions, EmulatorOptions>? change)
    {
        var usual = new EmulatorOptions { Folder = _folder.Path, Token = "right", Time = Time };
        _options = change?.Invoke(usual) ?? usual;
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    public EmulatorHost Host { get; private set; } = null!;

    public string Folder => _folder.Path;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<RawHub> StartAsync(Func<EmulatorOptions, EmulatorOptions>? change = null)
    {
        var hub = new RawHub(change);
        hub.Host = await EmulatorHost.StartAsync(hub._options, Cancel);
        return hub;
    }

    /// <summary>Stops it and starts another on the same folder.</summary>
    public async Task RestartAsync()
    {
        await Host.DisposeAsync();
        Host = await EmulatorHost.StartAsync(_options, Cancel);
    }

    /// <summary>Starts another on the same folder beside it.</summary>
    public Task<EmulatorHost> StartSecondAsync() => EmulatorHost.StartAsync(_options, Cancel);

    /// <summary>A path of the API, or a whole URL, as it is.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? authorization = "token right")
    {
        var request = new HttpRequestMessage(method, path.StartsWith("http", StringComparison.Ordinal) ? new Uri(path) : new Uri(Host.BaseAddress, path.StartsWith('/') ? path[1..] : "api/v1/" + path)) { Content = content };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return _http.SendAsync(request, Cancel);
    }

    public async Task<T> GetAsync<T>(string path, MessageParser<T> parser)
        where T : IMessage<T>
    {
        using var response = await SendAsync(HttpMethod.Get, path);
        return await ReadAsync(response, parser);
    }

    public Task<CreateUpdateResponse> PostAsync(string path, IMessage message) => ChangeAsync(HttpMethod.Post, path, message);

    public async Task<CreateUpdateResponse> ChangeAsync(HttpMethod method, string path, IMessage message)
    {
        using var response = await SendAsync(method, path, Body(message));
        return await ReadAsync(response, CreateUpdateResponse.Parser);
    }

    /// <summary>The detail of a refusal.</summary>
    public async Task<(int Status, string Detail)> RefusedAsync(HttpMethod method, string path, IMessage? message = null)
    {
        using var response = await SendAsync(method, path, message is null ? null : Body(message));
        return await DetailAsync(response);
    }

    public static async Task<(int Status, string Detail)> DetailAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        using var json = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        return ((int)response.StatusCode, json.RootElement.GetProperty("detail").GetString()!);
    }

    public static HttpContent Body(IMessage message) =>
        new ByteArrayContent(message.ToByteArray()) { Headers = { ContentType = new MediaTypeHeaderValue(Protobuf) } };

    public async Task<HttpResponseMessage> PutPartAsync(string url, byte[] part, string? authorization = null) =>
        await SendAsync(HttpMethod.Put, url, new ByteArrayContent(part), authorization);

    /// <summary>Creates a model and uploads its file; returns its id.</summary>
    public async Task<string> UploadAsync(byte[] file, string name = "tiny", ModelType type = ModelType.Onnx, bool directory = false)
    {
        string id = (await PostAsync("models/", new Model { Name = name, ModelType = type, IsDirectory = directory })).Id;
        var upload = await GetAsync($"models/{id}/multipart_upload/?file_size={file.Length}", FileMultipartUploadURL.Parser);
        var done = new FileMultipartUploadComplete { UploadId = upload.UploadId };
        for (int i = 0; i < upload.Urls.Count; i++)
        {
            int size = (int)upload.MaxPartSize;
            using var put = await PutPartAsync(upload.Urls[i], file[(i * size)..Math.Min(file.Length, (i + 1) * size)]);
            done.Etags.Add(Assert.Single(put.Headers.GetValues("ETag")));
        }

        await PostAsync($"models/{id}/multipart_upload/", done);
        return id;
    }

    public async Task<string> CompileAsync(string model, string options = "", Device? device = null, params NamedTensorType[] specs)
    {
        var job = new CompileJob { Model = new Model { ModelId = model }, Options = options, Devices = new DeviceList { Devices = { device ?? XElite } } };
        if (specs.Length > 0)
        {
            job.TensorTypeList = new NamedTensorTypeList { Types_ = { specs } };
        }

        return (await PostAsync("jobs/", new Job { CompileJob = job })).Id;
    }

    public async Task<string> ProfileAsync(string model, string options = "", Device? device = null) =>
        (await PostAsync("jobs/", new Job { ProfileJob = new ProfileJob { Model = new Model { ModelId = model }, Options = options, Device = device ?? XElite } })).Id;

    public Task<Job> JobAsync(string id) => GetAsync($"jobs/{id}/", Job.Parser);

    /// <summary>Lets so much time pass that every job ends.</summary>
    public async Task<Job> EndAsync(string id)
    {
        Time.Advance(TimeSpan.FromMinutes(10));
        return await JobAsync(id);
    }

    /// <summary>The bytes behind an answer that tells where they are.</summary>
    public async Task<byte[]> DownloadAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, (await GetAsync(path, FileDownloadURL.Parser)).Url, authorization: null);
        Assert.Equal(200, (int)response.StatusCode);
        return await response.Content.ReadAsByteArrayAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, MessageParser<T> parser)
        where T : IMessage<T>
    {
        byte[] body = await response.Content.ReadAsByteArrayAsync(Cancel);
        Assert.True((int)response.StatusCode == 200, $"{(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}");
        Assert.Equal(Protobuf, Assert.Single(response.Content.Headers.GetValues("Content-Type")));
        return parser.ParseFrom(body);
    }
}

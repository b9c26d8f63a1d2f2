using System.Net.Http.Headers;
using System.Text;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf;
using Polly;

namespace EdgeMesh.QaiHub.Http;

/// <summary>An answer of the service, and who gave it.</summary>
internal sealed record Answer<T>(T Message, HubSource Source);

/// <summary>Messages to and from the service. The token goes to this host and nowhere else.</summary>
/// <param name="heard">Told of each answer that was accepted, with who gave it; may be null.</param>
internal sealed class HubApi(QaiHubConfig config, HubTransport transport, HubRetries retries, Action<HubSource>? heard = null)
{
    /// <summary>Exactly this, in both directions.</summary>
    public const string ContentType = "application/x-protobuf";

    private const int MostBytes = 64 * 1024 * 1024;
    private const int MostErrorBytes = 64 * 1024;
    private static readonly string Version = typeof(HubApi).Assembly.GetName().Version!.ToString(3);

    public QaiHubConfig Config => config;

    public HubTransport Transport => transport;

    public HubRetries Retries => retries;

    public async Task<T> GetAsync<T>(string path, IEnumerable<(string Key, string Value)>? query, MessageParser<T> parser, Subject subject, CancellationToken cancellationToken)
        where T : IMessage<T> =>
        (await AskAsync(path, query, parser, subject, cancellationToken)).Message;

    /// <summary>Gets something whose source matters.</summary>
    public Task<Answer<T>> AskAsync<T>(string path, IEnumerable<(string Key, string Value)>? query, MessageParser<T> parser, Subject subject, CancellationToken cancellationToken)
        where T : IMessage<T> =>
        SendAsync(retries.Repeatable, HttpMethod.Get, HubAddress.Api(config.ApiUrl, path, query), null, parser, subject, cancellationToken);

    public async Task<CreateUpdateResponse> PostAsync(string path, IMessage message, Subject subject, CancellationToken cancellationToken, ResiliencePipeline? retry = null) =>
        (await SendAsync(retry ?? retries.Creation, HttpMethod.Post, HubAddress.Api(config.ApiUrl, path), message, CreateUpdateResponse.Parser, subject, cancellationToken)).Message;

    public async Task<CreateUpdateResponse> PatchAsync(string path, IMessage message, Subject subject, CancellationToken cancellationToken) =>
        (await SendAsync(retries.Repeatable, HttpMethod.Patch, HubAddress.Api(config.ApiUrl, path), message, CreateUpdateResponse.Parser, subject, cancellationToken)).Message;

    /// <summary>One request, once; the answer's headers are shown to <paramref name="seen"/>, whatever it says.</summary>
    public async Task<Answer<T>> OnceAsync<T>(
        HttpMethod method, Uri url, IMessage? message, MessageParser<T> parser, Subject subject, Action<HttpResponseMessage>? seen, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        using var request = new HttpRequestMessage(method, url);
        request.Headers.TryAddWithoutValidation("Authorization", $"token {config.Token}");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("edgemesh_qaihub", Version));
        request.Content = new ByteArrayContent(message?.ToByteArray() ?? []);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        using var stall = new StallTimer(transport.Timings.Response, transport.Time, cancellationToken);
        using var response = await transport.SendAsync(request, stall, cancellationToken);
        seen?.Invoke(response);
        if (!response.IsSuccessStatusCode)
        {
            var text = await transport.ReadAllAsync(response, MostErrorBytes, stall, cancellationToken) ?? [];
            throw HubErrors.From(response.StatusCode, Encoding.UTF8.GetString(text), response.Headers.Location, subject, config.Token);
        }

        var type = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : "";
        if (type != ContentType)
        {
            throw HubErrors.Foreign(type);
        }

        var body = await transport.ReadAllAsync(response, MostBytes, stall, cancellationToken) ?? throw HubErrors.Damaged("is larger than any answer should be");
        try
        {
            var answer = new Answer<T>(parser.ParseFrom(body), HubSources.Of(url, response));
            heard?.Invoke(answer.Source);
            return answer;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw HubErrors.Damaged("ends early or is not a message", e);
        }
    }

    /// <summary>The id of what was made; it will stand in paths, so it is looked at. A status text is the service's refusal, with an id too.</summary>
    public static string CreatedId(CreateUpdateResponse answer) =>
        PlainLine.Of(answer.Status) is { Length: > 0 } refusal ? throw Refused(refusal)
        : answer.ValidationError is { } wrong && PlainLine.Of(Words(wrong)) is { Length: > 0 } words ? throw Refused(words)
        : HubAddress.IsId(answer.Id) ? answer.Id
        : throw HubErrors.Damaged("has no id");

    private static QaiHubException Refused(string words) => new(HubFailure.BadRequest, words, "Change what it names and try again.");

    private static string Words(ValidationError wrong) =>
        string.Join(' ', wrong.NonFieldErrors.Concat(wrong.FieldErrors.SelectMany(f => f.Messages.Select(m => $"{f.Field}: {m}"))));

    private async Task<Answer<T>> SendAsync<T>(
        ResiliencePipeline retry, HttpMethod method, Uri url, IMessage? message, MessageParser<T> parser, Subject subject, CancellationToken cancellationToken)
        where T : IMessage<T> =>
        await retry.ExecuteAsync(async token => await OnceAsync(method, url, message, parser, subject, null, token), cancellationToken);
}

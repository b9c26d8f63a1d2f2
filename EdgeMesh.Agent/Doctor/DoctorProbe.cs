using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Discovery;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Agent.Link;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Agent.Doctor;

/// <summary>Gathers the facts, layer by layer, as far as it gets. With a token that still is good the device joins on the way.</summary>
public sealed class DoctorProbe(AgentOptions agent, DeviceCertificateStore store, TimeProvider time)
{
    private const int MostAddresses = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <param name="dial">Where to and with what; null when nothing says so.</param>
    public async Task<DoctorFacts> GatherAsync(DialOptions? dial, CancellationToken cancellationToken)
    {
        var browsing = new MeshBrowser(time).BrowseAsync(found => !found.IsEmpty, cancellationToken);
        var status = LinkStatus.Read(agent.DataDirectory);
        var key = OpenKey(out var runs);
        using (key)
        {
            var facts = new DoctorFacts { Agent = new AgentFact(runs, runs && status?.Linked == true, runs ? status?.Words : null) };
            var membership = dial?.OrchestratorId is { } id ? store.Find(id) : store.All().FirstOrDefault();
            foreach (var address in (dial?.Addresses ?? []).Concat(membership?.Addresses ?? []).Distinct().Take(MostAddresses))
            {
                var found = await LookAsync(facts with { Address = address }, address, dial, membership, key, cancellationToken);
                facts = facts.Address is null || Depth(found) > Depth(facts) ? found : facts;
                if (facts.Http?.IsDashboard == true && facts.Tls?.IsTrusted != false)
                {
                    break;
                }
            }

            var places = NetworkPlace.All(AddressFamily.InterNetwork).Length + NetworkPlace.All(AddressFamily.InterNetworkV6).Length;
            return facts with
            {
                Multicast = new MulticastFact(places, [.. (await browsing).Select(f => $"{f.Name} at {f.Urls[0].Authority}")]),
                IsTermux = Directory.Exists("/data/data/com.termux"),
            };
        }
    }

    private static int Depth(DoctorFacts facts) =>
        (facts.Name is { Addresses.IsEmpty: false } ? 1 : 0) + (facts.Tcp is { Error: null } ? 1 : 0) + (facts.Tls is { Spoken: true } or null ? 1 : 0) + (facts.Http is { IsDashboard: true } ? 2 : 0);

    // The agent holds a lock on its key for as long as it runs; a key that is not there yet is made when there is a token to join with.
    private DeviceKey? OpenKey(out bool runs)
    {
        runs = false;
        var path = Path.Combine(agent.DataDirectory, "device.lock");
        try
        {
            if (File.Exists(path))
            {
                using var free = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }
        }
        catch (IOException)
        {
            runs = true;
            return null;
        }

        return DeviceKey.Open(agent.DataDirectory);
    }

    private async Task<DoctorFacts> LookAsync(DoctorFacts facts, Uri address, DialOptions? dial, MeshMembership? membership, DeviceKey? key, CancellationToken cancellationToken)
    {
        Stream? stream;
        if (Wire.ProxyFor(address) is { } proxy)
        {
            (stream, var fact) = await Wire.TunnelAsync(proxy, address, cancellationToken);
            facts = facts with { Proxy = fact };
        }
        else
        {
            facts = facts with { Name = await Wire.ResolveAsync(address.IdnHost, cancellationToken) };
            (stream, var fact) = await Wire.ConnectAsync(facts.Name.Addresses, address.Port, cancellationToken);
            facts = facts with { Tcp = fact };
        }

        if (stream is null)
        {
            return facts;
        }

        await using (stream)
        {
            if (address.Scheme == Uri.UriSchemeHttps)
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(Limit);
                using var roots = await RootsAsync(address, dial, membership, limit.Token);
                facts = facts with { Tls = await TlsAsync(stream, roots?.Items, limit.Token) };
                if (!facts.Tls.Spoken)
                {
                    return facts;
                }
            }
        }

        facts = facts with { Http = await HttpAsync(address, cancellationToken) };
        return facts.Http.IsDashboard && facts.Http.Protocol == LinkProtocol.Version && facts.Tls?.IsTrusted != false && key is not null
            ? facts with { Link = await LinkAsync(address, dial, membership, key, cancellationToken) }
            : facts;
    }

    private static async Task<TlsFact> TlsAsync(Stream stream, IReadOnlyCollection<X509Certificate2>? roots, CancellationToken cancellationToken)
    {
        try
        {
            return await ServerChain.LookAsync(stream, roots, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return new TlsFact(false);
        }
    }

    // What this device trusts: what it joined, or what its ticket names, of the CAs that the server says it has. Null when it was not told any.
    private static async Task<Certificates?> RootsAsync(Uri address, DialOptions? dial, MeshMembership? membership, CancellationToken cancellationToken)
    {
        if (membership is not null)
        {
            return membership.Roots();
        }

        if ((dial?.Ticket?.Authority ?? dial?.Authority) is not { } pin)
        {
            return null;
        }

        try
        {
            var offered = await Enroller.FetchAuthoritiesAsync(address, cancellationToken);
            return new Certificates(offered.Where(c => MeshNames.PinOf(c) == pin).Select(c => c.RawData));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or System.Security.Cryptography.CryptographicException)
        {
            return new Certificates([]);
        }
    }

    private async Task<HttpFact> HttpAsync(Uri address, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        using HttpClient http = new(MeshTls.CreateUntrustingHandler()) { BaseAddress = address, MaxResponseContentBufferSize = 64 * 1024 };
        if (address.Scheme == Uri.UriSchemeHttps)
        {
            http.DefaultRequestHeaders.Host = $"{MeshNames.Server}:{address.Port}";
        }

        try
        {
            using var answer = await http.GetAsync(new Uri("/agent/enrol", UriKind.Relative), limit.Token);
            TimeSpan? ahead = answer.Headers.Date is { } theirs ? time.GetUtcNow() - theirs : null;
            if (!answer.IsSuccessStatusCode || answer.Content.Headers.ContentType?.MediaType != "application/x-protobuf")
            {
                return new HttpFact((int)answer.StatusCode, false, ahead, null);
            }

            var challenge = EnrolChallenge.Parser.ParseFrom(await answer.Content.ReadAsByteArrayAsync(limit.Token));
            return new HttpFact((int)answer.StatusCode, true, ahead, challenge.ProtocolVersion, PrintableText.Of(challenge.OrchestratorVersion, 32));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or Google.Protobuf.InvalidProtocolBufferException && !cancellationToken.IsCancellationRequested)
        {
            return new HttpFact(0, false, null, null);
        }
    }

    private async Task<LinkFact?> LinkAsync(Uri address, DialOptions? dial, MeshMembership? membership, DeviceKey key, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        if (address.Scheme != Uri.UriSchemeHttps)
        {
            using var plain = MeshSocket.CreatePlain();
            return await OpenAsync(plain, address, key, dial?.JoinToken ?? "", dial?.OrchestratorId, limit.Token);
        }

        Enroller enroller = new(key, store, agent, time);
        if (membership is null)
        {
            if (dial?.Ticket is not { } ticket)
            {
                return null;
            }

            var joined = await enroller.EnrolAsync(address, ticket, limit.Token);
            if (joined is EnrolResult.Refused refused)
            {
                return new LinkFact(101, refused.Problem.Code, refused.Problem.Detail, refused.Problem.Remedy);
            }

            membership = (joined as EnrolResult.Enrolled)?.Membership;
        }
        else if (time.GetUtcNow() >= membership.RenewAt && await enroller.RenewAsync(address, membership, limit.Token) is EnrolResult.Enrolled renewed)
        {
            membership = renewed.Membership;
        }

        if (membership is null)
        {
            return null;
        }

        using var socket = MeshSocket.Create(membership, key, address);
        return await OpenAsync(socket, address, key, "", membership.OrchestratorId, limit.Token);
    }

    private async Task<LinkFact> OpenAsync(MeshSocket socket, Uri address, DeviceKey key, string token, string? orchestrator, CancellationToken cancellationToken)
    {
        socket.Socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or HttpRequestException)
        {
            return new LinkFact((int)socket.Socket.HttpStatusCode, null);
        }

        try
        {
            var verdict = await LinkProof.ProveAsync(
                socket.Socket, address, socket.Server, LinkIdentity.Of(key, token, agent.Name), new LinkTrust(orchestrator, store), static _ => null, cancellationToken);
            return new LinkFact(101, verdict.Accepted ? "" : verdict.Code, verdict.Detail, verdict.Remedy);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or InvalidDataException or IOException)
        {
            // It opened, and then nothing got through.
            return new LinkFact(0, null);
        }
    }
}

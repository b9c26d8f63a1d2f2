using System.Net;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Doctor;

/// <summary>How one layer is.</summary>
public enum LayerState
{
    Fine,
    Broken,

    /// <summary>It works, with something to know.</summary>
    Note,

    /// <summary>Not looked at, as one below is broken.</summary>
    NotReached,
}

/// <param name="Words">What was seen.</param>
public sealed record Layer(string Name, LayerState State, string Words);

/// <summary>Every layer from the name up, and the one cause when something is wrong.</summary>
/// <param name="Cause">Null when all is well.</param>
public sealed record Diagnosis(ImmutableArray<Layer> Layers, Problem? Cause)
{
    private static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(5);

    /// <summary>Names the lowest broken layer's cause; pure. A clock that is wrong is named before the trust it breaks.</summary>
    public static Diagnosis Of(DoctorFacts facts, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Address is not { } address)
        {
            var seen = facts.Multicast is { Found.IsEmpty: false } multicast ? $"These answer on the network: {string.Join(", ", multicast.Found)}." : "None answers on the network either.";
            return new Diagnosis([Multicast(facts)], DoctorCauses.NotJoined(seen));
        }

        (string Name, Func<(string Words, Problem? Cause)?> Look)[] checks =
        [
            ("Name", () => Name(facts)),
            ("Proxy", () => Proxy(facts, address)),
            ("TCP", () => Tcp(facts, address)),
            ("TLS", () => Tls(facts, address, now)),
            ("Dashboard", () => Http(facts, address)),
            ("Clock", () => facts.Http?.Ahead is { } ahead ? ($"{Minutes(ahead)} from the dashboard's", IsSkewed(ahead) ? DoctorCauses.ClockSkew(ahead) : null) : null),
            ("Version", () => Version(facts)),
            ("WebSocket", () => WebSocket(facts, address)),
            ("Membership", () => Membership(facts)),
            ("Agent", () => Agent(facts)),
        ];
        var layers = ImmutableArray.CreateBuilder<Layer>();
        Problem? cause = null;
        foreach (var (name, look) in checks)
        {
            if (cause is not null)
            {
                layers.Add(new Layer(name, LayerState.NotReached, ""));
            }
            else if (look() is { } found)
            {
                cause = found.Cause;
                layers.Add(new Layer(name, cause is null ? LayerState.Fine : LayerState.Broken, found.Words));
            }
        }

        layers.Add(Multicast(facts));
        if (facts.IsTermux)
        {
            layers.Add(new Layer("Android", LayerState.Note, DoctorCauses.TermuxRisk));
        }

        return new Diagnosis(layers.ToImmutable(), cause);
    }

    private static bool IsSkewed(TimeSpan ahead) => ahead.Duration() > MostAhead;

    private static (string Words, Problem? Cause)? Name(DoctorFacts facts) => facts.Name is not { } name ? null
        : name.Addresses.IsEmpty ? ($"{name.Host} is not known", DoctorCauses.NameUnknown(name.Host))
        : ($"{name.Host} is {string.Join(", ", name.Addresses.Take(3))}", null);

    private static (string Words, Problem? Cause)? Proxy(DoctorFacts facts, Uri address) => facts.Proxy is not { } proxy ? null
        : proxy.Status is >= 200 and < 300 ? ($"{proxy.Proxy.Authority} lets through", null)
        : (proxy.Status == 0 ? $"{proxy.Proxy.Authority} does not answer" : $"{proxy.Proxy.Authority} says {proxy.Status}", DoctorCauses.ProxyRefuses(proxy, address));

    private static (string Words, Problem? Cause)? Tcp(DoctorFacts facts, Uri address) => facts.Tcp is not { } tcp ? null
        : tcp.Error is { } error ? ($"port {address.Port}: {error}", DoctorCauses.NoTcp(error, address))
        : ($"port {address.Port} is open", null);

    private static (string Words, Problem? Cause)? Tls(DoctorFacts facts, Uri address, DateTimeOffset now)
    {
        if (facts.Tls is not { } tls)
        {
            return null;
        }

        if (!tls.Spoken)
        {
            return ("the other side does not speak TLS", DoctorCauses.NotTls(address));
        }

        var words = $"{tls.Shown}, from {tls.Issuer}";
        if (now < tls.NotBefore || now > tls.NotAfter)
        {
            var skewed = facts.Http?.Ahead is { } ahead && IsSkewed(ahead);
            return (words, skewed ? DoctorCauses.ClockSkew(facts.Http!.Ahead!.Value) : DoctorCauses.ServerCertificateTime(now < tls.NotBefore));
        }

        return tls.IsTrusted == false
            ? (words, facts.Http is { IsDashboard: true } ? DoctorCauses.ForeignAuthority(address) : DoctorCauses.NotADashboard(address))
            : (tls.IsTrusted == true ? words + ", which this device trusts" : words, null);
    }

    private static (string Words, Problem? Cause)? Http(DoctorFacts facts, Uri address) => facts.Http is not { } http ? null
        : http.IsDashboard ? ($"EdgeMesh {http.Version}".TrimEnd(), null)
        : (http.Status == 0 ? "it does not answer HTTP" : $"it answers {http.Status}, but not as a dashboard", DoctorCauses.NotADashboard(address));

    private static (string Words, Problem? Cause)? Version(DoctorFacts facts) => facts.Http?.Protocol is not { } theirs ? null
        : theirs == LinkProtocol.Version ? ($"both speak protocol {theirs}", null)
        : ($"the dashboard speaks protocol {theirs}, this agent {LinkProtocol.Version}", DoctorCauses.Version(theirs));

    private static (string Words, Problem? Cause)? WebSocket(DoctorFacts facts, Uri address) => facts.Link is not { } link ? null
        : link.Status == 101 ? ("opens", null)
        : EnrolProblems.IsBusy((HttpStatusCode)link.Status) ? ($"answered with {link.Status}: it is busy", EnrolProblems.Busy(address))
        : (link.Status == 0 ? "the connection broke while it opened" : $"answered with {link.Status} instead of opening", DoctorCauses.WebSocketBlocked(address, facts.Proxy?.Proxy));

    private static (string Words, Problem? Cause)? Membership(DoctorFacts facts) => facts.Link switch
    {
        null or { Code: null } => null,
        { Code: "" } => ("this device is of the mesh", null),
        { Code: "already_linked" } when facts.Agent.Runs => ("this device is linked", null),
        { Code: "already_linked" } => ("another device with this key is linked", DoctorCauses.DuplicateIdentity),
        { Code: { } code, Detail: var detail, Remedy: var remedy } => (detail, new Problem(code, "The dashboard refuses this device.", detail, remedy)),
    };

    private static (string Words, Problem? Cause)? Agent(DoctorFacts facts) => facts.Agent switch
    {
        { Linked: true } => ("runs and is linked", null),
        { Runs: true, Says: var says } => ($"runs, not online: {says ?? "it has not said why"}", DoctorCauses.NotLinkedYet(says)),
        _ => ("does not run", DoctorCauses.AgentStopped),
    };

    private static Layer Multicast(DoctorFacts facts) => facts.Multicast switch
    {
        null => new("Multicast", LayerState.NotReached, ""),
        { Interfaces: 0 } => new("Multicast", LayerState.Note, "this device has no network on which it could look for dashboards by itself; with an address all works"),
        { Found: [] } => new("Multicast", LayerState.Note, "no dashboard answers; networks of guests and phones often keep multicast out. With an address all works"),
        { Found: var found } => new("Multicast", LayerState.Fine, string.Join(", ", found)),
    };

    private static string Minutes(TimeSpan ahead) => ahead.Duration() < TimeSpan.FromMinutes(1) ? "less than a minute" : $"{ahead.Duration().TotalMinutes:0} minutes";
}

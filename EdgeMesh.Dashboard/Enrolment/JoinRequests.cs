using System.Net;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Live;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Live;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>At most 32 wait, 4 from one address (one /64 of IPv6); when all places are taken, the one of the most crowded network that asked longest ago makes room. One that stopped asking goes after two minutes, a refused one may ask again after fifteen.</summary>
internal sealed class JoinRequests(IDeviceRegistry registry, IDeeds deeds, TimeProvider time) : IJoinRequests
{
    private const int Most = 32;
    private const int MostOfOneNetwork = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RefusedLasts = TimeSpan.FromMinutes(15);
    private readonly Lock _gate = new();
    private readonly Dictionary<DeviceId, Waiting> _waiting = [];
    private readonly Dictionary<DeviceId, DateTimeOffset> _refused = [];
    private readonly LiveSource<ImmutableArray<JoinRequest>> _live = new([]);

    /// <summary>What a device that asks is told.</summary>
    public enum Answer
    {
        Waiting,
        Refused,
        Full,
        BeganTooOften,
    }

    public ImmutableArray<JoinRequest> Current
    {
        get
        {
            lock (_gate)
            {
                Clean();
                return _live.Current;
            }
        }
    }

    public ILiveSubscription<ImmutableArray<JoinRequest>> Subscribe()
    {
        _ = Current;
        return _live.Subscribe();
    }

    /// <summary>A device that has proved its key asks, again and again until it is let in.</summary>
    /// <param name="asked">Its key and what it says of itself.</param>
    /// <param name="claim">Towards the code; sound.</param>
    /// <param name="begin">Begins the conversation about the code of one that did not wait yet.</param>
    /// <param name="conversation">About the code, when it waits.</param>
    public Answer Ask(JoinRequest asked, byte[] publicKey, IPAddress? from, CodeClaim claim, Func<CodeConversation> begin, out CodeConversation? conversation)
    {
        conversation = null;
        lock (_gate)
        {
            Clean();
            var id = asked.Id;
            if (_refused.ContainsKey(id))
            {
                return Answer.Refused;
            }

            if (_waiting.TryGetValue(id, out var known))
            {
                return GoOn(known, claim, out conversation);
            }

            var network = PeerNetwork.Of(from);
            if (_waiting.Values.Count(w => w.Network == network) >= MostOfOneNetwork)
            {
                return Answer.Full;
            }

            if (_waiting.Count >= Most)
            {
                _waiting.Remove(_waiting.GroupBy(w => w.Value.Network).MaxBy(n => n.Count())!.MinBy(w => w.Value.Request.AskedAt).Key);
            }

            var address = from is { IsIPv4MappedToIPv6: true } ? from.MapToIPv4().ToString() : from?.ToString() ?? "";
            conversation = begin();
            _waiting[id] = new Waiting(asked with { Address = address, AskedAt = time.GetUtcNow() }, publicKey, network, conversation) { SeenAt = time.GetUtcNow() };
            Publish();
            return Answer.Waiting;
        }
    }

    // One that begins anew too often stays until its time is over, so that nobody searches for a code.
    private Answer GoOn(Waiting known, CodeClaim claim, out CodeConversation? conversation)
    {
        conversation = known.Conversation;
        if (!known.Conversation.Continue(claim))
        {
            return Answer.BeganTooOften;
        }

        known.SeenAt = time.GetUtcNow();
        if (known.Request.Code != known.Conversation.Code)
        {
            known.Request = known.Request with { Code = known.Conversation.Code };
            Publish();
        }

        return Answer.Waiting;
    }

    public Task<Problem?> ApproveAsync(DeviceId id, CancellationToken cancellationToken) =>
        deeds.DoAsync(AuditActions.DeviceApprove, Named(id), () => LetInAsync(id, cancellationToken));

    public Task<Problem?> RefuseAsync(DeviceId id) => deeds.DoAsync(AuditActions.DeviceRefuse, Named(id), () => Task.FromResult(Refuse(id)));

    private async Task<Problem?> LetInAsync(DeviceId id, CancellationToken cancellationToken)
    {
        if (Take(id) is not { } waiting)
        {
            return Gone(id.Short);
        }

        await registry.AddAsync(id, waiting.PublicKey, waiting.Request.Name, LinkKind.Tunnel, null, cancellationToken);
        return null;
    }

    private Problem? Refuse(DeviceId id)
    {
        lock (_gate)
        {
            if (Take(id) is null)
            {
                return Gone(id.Short);
            }

            _refused[id] = time.GetUtcNow() + RefusedLasts;
            return null;
        }
    }

    public static Problem Gone(string id) => new(
        "join_request_unknown", "This device does not ask any more.", $"No device with the key {id} waits to join.", "Start its agent again if it should.");

    private string Named(DeviceId id) => Current.FirstOrDefault(r => r.Id == id) is { } request ? $"{request.Name} ({id.Short}) from {request.Address}" : id.Short;

    private Waiting? Take(DeviceId id)
    {
        lock (_gate)
        {
            if (!_waiting.Remove(id, out var waiting))
            {
                return null;
            }

            Publish();
            return waiting;
        }
    }

    private void Clean()
    {
        var now = time.GetUtcNow();
        foreach (var (id, _) in _refused.Where(r => r.Value < now).ToList())
        {
            _refused.Remove(id);
        }

        var gone = _waiting.Where(w => w.Value.SeenAt + Patience < now).Select(w => w.Key).ToList();
        gone.ForEach(id => _waiting.Remove(id));
        if (gone.Count > 0)
        {
            Publish();
        }
    }

    private void Publish() => _live.Publish([.. _waiting.Values.Select(w => w.Request).OrderBy(r => r.AskedAt)]);

    private sealed class Waiting(JoinRequest request, byte[] publicKey, PeerNetwork network, CodeConversation conversation)
    {
        public PeerNetwork Network => network;

        public CodeConversation Conversation => conversation;

        public JoinRequest Request { get; set; } = request;

        public byte[] PublicKey => publicKey;

        public DateTimeOffset SeenAt { get; set; }
    }
}

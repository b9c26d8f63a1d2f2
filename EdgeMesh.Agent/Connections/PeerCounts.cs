using EdgeMesh.Core.Trust;

namespace EdgeMesh.Agent.Connections;

/// <summary>Which limit was reached.</summary>
public enum PeerLimit
{
    /// <summary>None: it is counted, and has to leave again.</summary>
    None,

    /// <summary>That of its network.</summary>
    Network,

    /// <summary>That of all other machines together.</summary>
    All,

    /// <summary>That of this computer.</summary>
    Loopback,
}

/// <summary>Counts what is open, by network and in all; what comes from this computer is apart, so that no other machine can take its places. Thread-safe.</summary>
/// <param name="perNetwork">Of one network at once.</param>
/// <param name="all">Of all other machines at once.</param>
/// <param name="loopback">Of this computer at once.</param>
public sealed class PeerCounts(int perNetwork, int all, int loopback)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerNetwork, int> _networks = [];
    private int _all;
    private int _loopback;

    /// <summary>What is open now.</summary>
    public int Open
    {
        get
        {
            lock (_gate)
            {
                return _all + _loopback;
            }
        }
    }

    /// <param name="isProxy">It speaks for many: its own network's limit does not count.</param>
    public PeerLimit TryEnter(PeerNetwork from, bool isProxy = false)
    {
        lock (_gate)
        {
            if (from.IsLoopback)
            {
                return _loopback >= loopback ? PeerLimit.Loopback : Entered(ref _loopback);
            }

            var open = _networks.GetValueOrDefault(from);
            if (!isProxy && open >= perNetwork)
            {
                return PeerLimit.Network;
            }

            if (_all >= all)
            {
                return PeerLimit.All;
            }

            _networks[from] = open + 1;
            return Entered(ref _all);
        }
    }

    /// <summary>What had entered is over.</summary>
    public void Leave(PeerNetwork from)
    {
        lock (_gate)
        {
            if (from.IsLoopback)
            {
                _loopback--;
                return;
            }

            _all--;
            if (_networks[from] == 1)
            {
                _networks.Remove(from);
            }
            else
            {
                _networks[from]--;
            }
        }
    }

    private static PeerLimit Entered(ref int count)
    {
        count++;
        return PeerLimit.None;
    }
}

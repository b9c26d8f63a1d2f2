using EdgeMesh.Core.Devices;

namespace EdgeMesh.Dashboard.Orchestration.Beats;

/// <summary>
/// When more than half of at least three linked devices go silent in one beat, this machine's own network is the likelier cause, so nobody
/// is blamed at first, for at most <see cref="Longest"/>. Thread-safe; one for the process.
/// </summary>
public sealed class SelfDoubt(OrchestratorOptions options, TimeProvider time)
{
    /// <summary>Longest patience.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private const int Fewest = 3;
    private static readonly TimeSpan OneBeat = TimeSpan.FromMilliseconds(BeatRhythm.NominalMs);
    private readonly Lock _lock = new();
    private readonly Dictionary<DeviceId, long> _beats = [];
    private long? _since;

    /// <summary>A device linked or sent a beat.</summary>
    public void Heard(DeviceId device)
    {
        lock (_lock)
        {
            _beats[device] = time.GetTimestamp();
        }
    }

    /// <summary>A device's link closed: it is silent for a reason of its own.</summary>
    public void Gone(DeviceId device)
    {
        lock (_lock)
        {
            _beats.Remove(device);
        }
    }

    /// <summary>Whether silence is to be laid at our own door for now.</summary>
    public bool Holds()
    {
        lock (_lock)
        {
            // Devices beat at different moments: the others of the same beat are silent for up to one beat less.
            var silent = _beats.Values.Count(b => time.GetElapsedTime(b) > options.SuspectAfter - OneBeat);
            if (_beats.Count < Fewest || silent * 2 <= _beats.Count)
            {
                _since = null;
                return false;
            }

            return time.GetElapsedTime(_since ??= time.GetTimestamp()) < Longest;
        }
    }
}

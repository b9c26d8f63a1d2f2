namespace EdgeMesh.QaiHub;

/// <summary>Who answered. It fails closed: what does not prove to come from Qualcomm never counts as measured by it.</summary>
public enum HubSource
{
    /// <summary>Nothing was heard yet, or what answers is neither marked as an emulator nor at an address of Qualcomm's.</summary>
    Unknown,

    /// <summary>Qualcomm AI Hub: an encrypted answer from a host of Qualcomm's without the emulator's mark.</summary>
    Service,

    /// <summary>An emulator: the answer has <see cref="EmulatorMark"/>.</summary>
    Emulator,
}

/// <summary>Reads the source of an answer.</summary>
public static class HubSources
{
    private const string Domain = "qualcomm.com";

    /// <summary>The source of an answer to a request to this address.</summary>
    public static HubSource Of(Uri asked, HttpResponseMessage answer)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(answer);
        return answer.Headers.Contains(EmulatorMark.Header) ? HubSource.Emulator
            : asked.Scheme == Uri.UriSchemeHttps && (asked.Host.Equals(Domain, StringComparison.OrdinalIgnoreCase) || asked.Host.EndsWith("." + Domain, StringComparison.OrdinalIgnoreCase)) ? HubSource.Service
            : HubSource.Unknown;
    }

    /// <summary>What is known after something more was heard: an emulator's work stays one.</summary>
    public static HubSource And(this HubSource before, HubSource now) => before == HubSource.Emulator || now == HubSource.Unknown ? before : now;
}
